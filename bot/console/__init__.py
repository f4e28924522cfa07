"""The staff console: web pages for the queue, the cases and the people who work on them."""
