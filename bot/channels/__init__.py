"""How people reach the assistant: each channel turns its updates into deliveries, and shows messages."""
