"""The board against the embedded AWS, and its page in a real browser."""
