"""Has every server and resolver let go of the old answer? The wait for DNS after any change of a record.

A Target says what is waited for, a Watch asks until it is so, an Outcome tells how it ended; PropagationTimeout is the
end that came too early. An Endpoint is where a server listens. Nothing else is for use from outside; the command is
`python -m propagation NAME`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from propagation.answer import Endpoint
from propagation.outcome import Outcome, PropagationTimeout
from propagation.target import Target

if TYPE_CHECKING:
    from propagation.watch import Watch

__all__ = ["Endpoint", "Outcome", "PropagationTimeout", "Target", "Watch"]


def __getattr__(name: str) -> object:
    """Load what asks, and with it dnspython, only for those who do: it takes longer than all of the rest."""
    if name != "Watch":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module("propagation.watch").Watch
