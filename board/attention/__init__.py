"""What needs attention: each reason in a line, decided over what was read, and where `cutover` decides it, by that."""
