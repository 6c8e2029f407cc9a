"""The lab's DNS: authoritative servers that answer as Route 53 does, and caching resolvers in front of them."""
