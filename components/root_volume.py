"""The root volume of every instance: what it is declared with, and what it costs by."""

TYPE, GIGABYTES = "gp3", 20
