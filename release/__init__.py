"""How a version of this project is given to its users: a template folder for `pulumi new`, and a release that has it."""
