"""When the idle colour may have its share of the traffic."""

from dataclasses import replace

import pulumi

from components.settings import LiveSettings
from cutover.asking import asking
from cutover.aws import Aws


def once_in_charge(settings: LiveSettings, aws: Aws) -> LiveSettings:
    """The settings without the share while `active` is not in charge yet.

    A tag-in is for all of the traffic, and a share left in the config must not stand in the way of a tag-back.
    """
    if not settings.idle_weight:
        return settings
    with asking("SSM", f"for {settings.shared.in_charge_parameter}"):
        history = aws.in_charge_history(settings.shared.in_charge_parameter)
    if history and history[-1].colour == settings.active:
        return settings
    pulumi.log.warn(f"the share of {settings.idle} is left out until {settings.active} is in charge; then up again")
    return replace(settings, share={})
