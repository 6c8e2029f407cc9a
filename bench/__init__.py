"""Measurements that compare; each package in here is run with `python -m`."""
