"""What the program decides, and nothing else: no I/O, no clock, no randomness in here."""
