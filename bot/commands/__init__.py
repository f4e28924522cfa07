"""The commands of `python -m bot`, one family a file; each registers itself with `add`."""
