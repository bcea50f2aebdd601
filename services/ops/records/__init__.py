"""The rooms of SQL of the desk: every statement of it. None of them commits."""
