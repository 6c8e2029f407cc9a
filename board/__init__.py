"""The operator's view of both colours: terminal, page and JSON. It reads, and changes nothing."""
