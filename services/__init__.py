"""The services, side by side. None of them imports another."""
