"""Readiness: whether a colour may be tagged in, as named checks, each decided over what was read."""
