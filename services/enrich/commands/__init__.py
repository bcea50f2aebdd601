"""What the command line asks the workshop for, each in a process of its own."""
