"""The tests run in the lab's environment, whatever the shell that started them has in its own, and at any speed."""

from hypothesis import HealthCheck, settings

from lab import environment

environment.enter()
# How long an example takes is a figure of the machine.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")
