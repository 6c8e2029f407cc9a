"""The wait for DNS against the lab's name servers and resolvers, on real sockets and in real time, without Pulumi."""
