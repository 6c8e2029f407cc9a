"""What a new project needs before its first update: a region, and its stacks. `sh setup.sh REGION` calls it."""
