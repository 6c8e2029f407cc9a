"""docs/runbook.md: what the program says, read from its own source, with what it means. Nothing of it runs on AWS."""
