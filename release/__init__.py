"""How a version of this project gets to its users: a template for `pulumi new`, and a release that has it."""
