"""Machines: what runs on the instances of the embedded AWS, and the load balancers that send them requests."""
