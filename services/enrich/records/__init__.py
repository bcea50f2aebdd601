"""The rooms of SQL of the workshop: every statement of the workers, the sweep and the commands. None of them commits."""
