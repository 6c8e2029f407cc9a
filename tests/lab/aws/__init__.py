"""How the program reads AWS and asks load balancers, against the lab's server, without Pulumi."""
