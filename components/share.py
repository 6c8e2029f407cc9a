"""When the idle colour may have its share of the traffic."""

from dataclasses import replace

from components import display
from components.live_evidence import LiveEvidence
from components.settings import LiveSettings
from cutover.weights import unswitched


def once_in_charge(settings: LiveSettings, evidence: LiveEvidence) -> LiveSettings:
    """The settings without the share while `active` is not in charge yet.

    A tag-in is for all of the traffic, and a share left in the config must not stand in the way of a tag-back. Where
    `in-charge` does not say who is, a share that is in Route 53 already stays.
    """
    if not settings.idle_weight:
        return settings
    if evidence.named:
        may_have_it = settings.active in evidence.named
    else:
        may_have_it = not unswitched(evidence.weights, settings.active, settings.idle, settings.idle_weight)
    if may_have_it:
        return settings
    display.warn(f"the share of {settings.idle} is left out until {settings.active} is in charge; then up again")
    return replace(settings, share={})
