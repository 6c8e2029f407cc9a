"""The tests run in the lab's environment, whatever the shell that started them has in its own, and at any speed."""

import gc

from hypothesis import HealthCheck, settings

from lab import environment

environment.enter()
# Modules and tests by the thousand are never garbage: to look through them again and again is a sixth of the time.
gc.set_threshold(100_000, 50, 100)
# How long an example takes is a figure of the machine.
settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")
