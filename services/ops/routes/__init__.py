"""The desk's addresses for programs: everything as JSON."""
