"""The plugins that the Pulumi engine needs to run the program: a Python language host and `aws` as a provider."""
