"""What is declared: settings, the cluster and its parts, and the live record."""
