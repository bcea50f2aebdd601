"""Articles found by words and filters: what may be asked, how it is asked of PostgreSQL, and what was hit."""
