"""One file a step, forwards and back; each is survived by the code that ran before it."""
