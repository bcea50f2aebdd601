"""The workshop: makes articles of bulletins, each exactly once."""
