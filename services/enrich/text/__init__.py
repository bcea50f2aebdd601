"""Words in, facts out. Pure: no I/O, no clock, no settings, no logging; what a function needs, it is handed."""
