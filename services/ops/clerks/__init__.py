"""What goes on beside the pages, each in a thread of its own."""
