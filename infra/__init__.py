"""What the services run on: embedded servers, the stack of processes, faults made on purpose."""
