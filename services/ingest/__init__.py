"""The front door: takes bulletins in, keeps them, and rings."""
