"""Which stack is this? Read its settings, and let its own module declare it: only a colour's pays for the cluster's."""

from components import beginning
from components.settings import LiveSettings

run = beginning.read()
if isinstance(run.settings, LiveSettings):
    from components import live_stack

    live_stack.declare(run.settings, run)
else:
    from components import colour_stack

    colour_stack.declare(run.settings, run)
