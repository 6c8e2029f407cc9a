"""When the idle colour may have its share of the traffic."""

from dataclasses import replace

import pulumi

from components.live_evidence import LiveEvidence
from components.settings import LiveSettings
from cutover.weighted_set import weights_of
from cutover.weights import unswitched


def once_in_charge(settings: LiveSettings, evidence: LiveEvidence) -> LiveSettings:
    """The settings without the share while `active` is not in charge yet.

    A tag-in is for all of the traffic, and a share left in the config must not stand in the way of a tag-back. Where
    `in-charge` does not say who is, a share that is in Route 53 already stays.
    """
    if not settings.idle_weight:
        return settings
    if evidence.knows_who_is_in_charge:
        may_have_it = evidence.history.entries[-1].colour == settings.active
    else:
        now = weights_of(evidence.weighted_sets)
        may_have_it = not unswitched(now, settings.active, settings.idle, settings.idle_weight)
    if may_have_it:
        return settings
    pulumi.log.warn(f"the share of {settings.idle} is left out until {settings.active} is in charge; then up again")
    return replace(settings, share={})
