"""The world as an update would find it: the stacks' states, Route 53, `in-charge`, and the checkout."""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ci import digest, engine
from ci.project import Project
from ci.seen import fact, release_of, state_of
from components.settings import LIVE
from cutover import provenance, weights, zone
from cutover.asking import asking
from cutover.aws import session
from cutover.aws_zones import AwsZones
from cutover.in_charge import History, Value
from cutover.owned import Owned, names_in
from cutover.weights import Weights

Deployment = Mapping[str, Any]
_IN_CHARGE, _WEIGHTS_OF = "in charge", "weights of "


@dataclass(frozen=True)
class World:
    """facts: name to value, as text. in_charge: the colour that the parameter names; empty where none is known.

    carrying: the colours that clients are, or may be, sent to. clusters: colour to what its stack exports of its
    cluster; a colour that has none is not in it. history: of `in-charge`. weights: of the live names, in Route 53.
    """

    facts: Mapping[str, str]
    in_charge: str
    carrying: frozenset[str]
    clusters: Mapping[str, Mapping[str, Any]]
    history: History
    weights: Weights = field(default_factory=dict)

    @property
    def standing(self) -> list[tuple[str, str]]:
        """Who is in charge, and the weights of each live name."""
        return [(name, said) for name, said in self.facts.items() if name == _IN_CHARGE or name.startswith(_WEIGHTS_OF)]

    @property
    def sharing(self) -> frozenset[str]:
        """The colours that have a share of the traffic, by the newest entry of `in-charge`; none where it is broken."""
        known = self.history.entries and not self.history.latest_unreadable
        return self.history.entries[-1].sharing if known else frozenset()

    @property
    def told(self) -> str:
        """Who is in charge, in one line."""
        return self.facts[_IN_CHARGE]


def look(root: Path, project: Project) -> World:
    """Look; raises Refusal when any of it cannot be read: what was not seen cannot be compared."""
    held = {stack: engine.export(root, stack) for stack in project.stacks}
    history, of_names = _ask(project, _owned(held[LIVE]))
    files = digest.tracked(root)
    clusters = {colour: found for colour in project.colours if (found := _cluster(held[colour]))}
    named = _named(history)
    facts = {
        _IN_CHARGE: in_charge(history),
        **{f"{_WEIGHTS_OF}{name}": _weights(name, of) for name, of in of_names.items()},
        **{state_of(stack): digest.of_state(deployment) for stack, deployment in held.items()},
        **{release_of(colour): release(clusters.get(colour)) for colour in project.colours},
        **digest.of_config(files, project.stacks),
        **digest.of_program(files),
    }
    carrying = (weights.carrying(of_names) | {named}) & frozenset(project.colours)
    return World(facts, named, carrying, clusters, history, of_names)


def in_charge(history: History) -> str:
    """What `in-charge` says, and since when; that it says nothing, or nothing that can be read, is a fact too."""
    if history.latest_unreadable:
        return fact(f"unreadable: {history.latest_unreadable}")
    if not history.entries or history.latest is None:
        return "nobody"
    said = Value.parse(history.latest)
    since = datetime.datetime.fromtimestamp(history.entries[-1].at, datetime.UTC)
    share = "".join(f", {colour} has weight {weight}" for colour, weight in sorted(said.share.items()))
    return fact(
        f"{said.colour} at {said.release or 'no release'}{share}, since {since:%Y-%m-%d %H:%M:%S} UTC, "
        f"attempt {said.attempt or 'unknown'}"
    )


def release(cluster: Mapping[str, Any] | None) -> str:
    """The release of a cluster that its stack exports."""
    return fact(str(cluster.get("release") or "unknown")) if cluster else "asleep, or not built"


def _weights(name: str, of: Mapping[str, int]) -> str:
    return fact(weights.describe({name: of}).removeprefix(f"{name}: "))


def _named(history: History) -> str:
    return "" if history.latest_unreadable or not history.entries else history.entries[-1].colour


def _ask(project: Project, live: list[Owned]) -> tuple[History, Weights]:
    # In another region or account than this stack was made in nobody would seem to be in charge.
    aws = AwsZones(session(project.provider))
    provenance.require_region(aws.region)
    if provenance.of_stack(live) != provenance.Place():
        with asking("STS", "whose account this is"):
            today = aws.caller()
        provenance.refuse_another(live, today, LIVE, "export AWS_REGION={}")
    names = list(dict.fromkeys((*project.names, *names_in(live))))
    wanted, pinned = zone.Wanted(project.zone, project.zone_id, LIVE, movable=False), zone.pins(live)
    with asking("Route 53", f"for the weights of {project.names[0]}"):
        found = list(aws.zones_called(project.zone))
        unseen = {project.zone_id or "", *pinned} - {"", *(one.id for one in found)}
        found += [one for zone_id in sorted(unseen) if (one := aws.zone(zone_id))]
        of_names = aws.weights(zone.choose(wanted, pinned, found).id, names)
    with asking("SSM", f"for {project.in_charge_parameter}"):
        history = aws.in_charge_history(project.in_charge_parameter)
    return history, weights.that_count(of_names, names)


def _owned(deployment: Deployment | None) -> list[Owned]:
    found = (deployment or {}).get("resources") or ()
    return [Owned(one["urn"].rpartition("::")[2], one["type"], one.get("outputs") or {}) for one in found]


def _cluster(deployment: Deployment | None) -> Mapping[str, Any] | None:
    outputs = next((one.outputs for one in _owned(deployment) if one.type == "pulumi:pulumi:Stack"), {})
    found = outputs.get("cluster")
    return found if isinstance(found, Mapping) and found else None
