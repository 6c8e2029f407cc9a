"""Calls read and checked by the service models that botocore carries."""
