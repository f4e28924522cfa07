"""Stand-ins for the world outside: tests and `chaos` run the real bot against them, on loopback."""
