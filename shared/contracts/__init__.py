"""What goes over the wire, for every service the same."""
