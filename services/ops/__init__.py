"""The operator's desk: what waits, for how long, what failed and why; and repairs."""
