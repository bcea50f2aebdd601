"""The addresses of the reading room, but for those of following and of the pages."""
