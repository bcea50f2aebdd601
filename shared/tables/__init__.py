"""The tables, one module a subject. Who may touch which is written in pyproject's import contracts."""
