"""A load test of the idle colour: at all of the traffic, before it gets any. `python -m load_test COLOUR`.

It takes the project's settings from `components`, and what is decided from `cutover`; nothing depends on it.
"""
