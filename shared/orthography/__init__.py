"""How Vietnamese is written: its syllables, and the ways it was coded before Unicode. Pure, and free of any other room."""
