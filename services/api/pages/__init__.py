"""The pages for readers: drawn by the server, complete without script, in Vietnamese and English."""
