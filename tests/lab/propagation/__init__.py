"""The wait for DNS against the lab's name servers and resolvers, on real sockets in its own time, without Pulumi."""
