"""What the desk answers to programs, and what may be asked of it."""
