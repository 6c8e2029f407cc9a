"""What an update would make in the zone, looked at before anything is declared: in the preview, and before any step."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from components import display
from components.settings import ColourSettings, LiveSettings
from cutover import other_services, strangers, wildcards
from cutover.asking import asking
from cutover.aws_zones import AwsZones
from cutover.cluster_facts import ClusterFacts
from cutover.in_charge import History
from cutover.owned import BALANCER, GROUP, PARAMETER, RECORD, Owned
from cutover.record_set import RecordSet, target
from cutover.weighted_set import held
from cutover.zone_records import Page, ZoneRecords


def refuse_for_colour(settings: ColourSettings, zone_id: str, owned: Sequence[Owned], aws: AwsZones) -> None:
    """Raise Refusal when a colour's records would take a name away from whoever has it. Nothing to make, no question.

    `owned` is the stack's own state. The certificate's records come below every live name, the colour's own name comes
    below the first one.
    """
    if not settings.awake:
        return
    _refuse_namesake(settings, owned, aws)
    shared, own_name = settings.shared, settings.shared.own_name(settings.colour)
    names = {name for name, _ in held(owned)}
    proven = {one.name for one in owned if one.type == RECORD}
    below = [
        name for name in shared.names if shared.own_certificate and f"{settings.colour}-proves-{name}" not in proven
    ]
    if own_name in names and not below:
        return
    records = _records(shared.zone, zone_id, aws)
    if own_name not in names:
        below.append(shared.names[0])
        balancers = [str(one.outputs.get("dnsName", "")) for one in owned if one.type == BALANCER]
        strangers.refuse_own_name(own_name, records.at(own_name), [name for name in balancers if name], zone_id)
    wildcards.refuse(wildcards.taken(below, records), shared.names[:1], zone_id)
    if own_name not in names and (answers := wildcards.answered_by(own_name, records)):
        display.warn(
            f"{own_name} is answered by a wildcard today ({'; '.join(map(str, answers))}); it will be "
            f"{settings.colour}'s own name"
        )


def _refuse_namesake(settings: ColourSettings, owned: Sequence[Owned], aws: AwsZones) -> None:
    """What is there already is not asked about: a stack with instances or a door of its own made it last."""
    if any(one.type == GROUP or (one.type, one.name) == (PARAMETER, "door") for one in owned):
        return
    door = settings.shared.door_parameter(settings.colour)
    with asking("SSM", f"whether {door} is there"):
        is_there = aws.exists(door)
    if is_there:
        other_services.refuse_namesake(settings.colour, settings.shared.names[0], door)


@dataclass(frozen=True)
class LiveLook:
    """Before the live records are made: `owned` is the live stack's own state, `history` that of `in-charge`."""

    settings: LiveSettings
    zone_id: str
    owned: Sequence[Owned]
    aws: AwsZones
    history: History

    def refuse(self, clusters: Mapping[str, ClusterFacts]) -> None:
        """Raise Refusal when the live records would take a name, a record set or `in-charge` from a stranger.

        `clusters` are the awake colours. Nothing to make, no question. Nothing is asked either of a service that was
        retired ('Retire a name' in docs/operations.md), of which the state has everything but its records: what is to
        come is mostly its `destroy`, which runs the program too, and somebody else may have the names by then. An
        update asks `refuse_anew` before its first record.
        """
        if not self.is_retired:
            self.refuse_anew(clusters)

    @property
    def is_retired(self) -> bool:
        """Whether the state has `in-charge` and no record."""
        return self._owns_in_charge and not _held(self.owned)

    @property
    def _owns_in_charge(self) -> bool:
        return any((one.type, one.name) == (PARAMETER, "in-charge") for one in self.owned)

    def refuse_anew(self, clusters: Mapping[str, ClusterFacts]) -> None:
        """The same, whatever is to come."""
        shared, known = self.settings.shared, _held(self.owned)
        records = _records(shared.zone, self.zone_id, self.aws)
        new = [name for name in shared.names if not any(of == name for of, _ in known)]
        if new:
            wildcards.refuse(wildcards.taken(new, records), shared.names[:1], self.zone_id)
        if clusters and not self._owns_in_charge:
            # First: what a namesake has at the name is to be left alone, and not renamed.
            groups = {facts.group for facts in clusters.values()}
            strangers.refuse_foreign_account(shared.in_charge_parameter, self.history.entries, groups)
        first = shared.names[0]
        if any((first, colour) not in known for colour in clusters):
            self._refuse_further_name_of_another(first, records.at(first))
        for colour, facts in clusters.items():
            self._refuse_colour(colour, facts, known, records)

    def _refuse_colour(
        self, colour: str, facts: ClusterFacts, known: Mapping[tuple[str, str], str], records: ZoneRecords
    ) -> None:
        shared, zone_id = self.settings.shared, self.zone_id
        name = shared.names[0]
        if known.get((name, colour)) == target(facts.dns_name):
            return
        there = records.at(name)
        if (name, colour) not in known:
            strangers.refuse_unweighted(name, there)
            strangers.refuse_foreign_set(colour, name, there, facts.dns_name, zone_id)
        if not strangers.points_to(there, colour, facts.dns_name):
            own_name = shared.own_name(colour)
            strangers.refuse_built_elsewhere(colour, own_name, records.at(own_name), facts.dns_name, zone_id)

    def _refuse_further_name_of_another(self, name: str, there: Sequence[RecordSet]) -> None:
        """A simple alias at the first name may be that of another service, which has it as a further one."""
        simple = [one for one in there if one.type == "A" and one.identifier is None]
        services = other_services.may_belong_to(name, simple, self.zone_id)
        other_services.refuse_taking(name, simple, other_services.histories(services, self.aws.in_charge_history))


def _held(owned: Sequence[Owned]) -> dict[tuple[str, str], str]:
    """What the stack's own records point to: live name and colour to the target."""
    return {key: target(_alias(outputs)) for key, outputs in held(owned).items()}


def _alias(outputs: Mapping[str, Any]) -> str:
    aliases = outputs.get("aliases") or [{}]
    return str(aliases[0].get("name", ""))


def _records(apex: str, zone_id: str, aws: AwsZones) -> ZoneRecords:
    def read(start: str) -> Page:
        with asking("Route 53", f"for the records of the zone {zone_id}"):
            return aws.zone_page(zone_id, start)

    return ZoneRecords(apex, read)
