"""What is known of the live record before anything is declared: this stack's state, Route 53, and `in-charge`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from components import display
from components.settings import LiveSettings
from components.today import Today
from cutover import drift, further_names, in_charge, restoration, weights
from cutover.aws import Aws
from cutover.cluster_facts import ClusterFacts
from cutover.further_names import Records, Switch
from cutover.in_charge import History
from cutover.owned import Owned, names_in
from cutover.refusal import Refusal
from cutover.restoration import Restoration
from cutover.weighted_set import WeightedSets, alias, of_records, weights_of
from cutover.weights import Weights


def attempt_of(settings: LiveSettings, active: ClusterFacts) -> dict[str, Any]:
    """What makes one tag-in another than the last, for the marker `ready`."""
    idle, idle_weight = settings.idle, settings.idle_weight
    return {
        "active": active.colour,
        "release": active.release,
        "names": list(settings.names),
        "endpoint": {"dnsName": active.dns_name, "zoneId": active.zone_id},
        "shares": {active.colour: weights.FULL} | ({idle: idle_weight} if idle_weight else {}),
    }


@dataclass(frozen=True)
class LiveEvidence:
    """One look, made before the update."""

    owned: Sequence[Owned]
    switch: Switch
    history: History
    today: Today
    records: Records
    """All record sets of the live names."""
    forgotten: Records
    """Those of names that the state has, and the config has no more."""

    @property
    def weighted_sets(self) -> WeightedSets:
        """The weighted sets of every live name."""
        return of_records(self.records)

    @property
    def weights(self) -> Weights:
        """The weights that count; see `weights.that_count`."""
        return weights.that_count(weights_of(self.weighted_sets), list(self.records))

    @property
    def named(self) -> frozenset[str]:
        """The colour that `in-charge` names now; none when that cannot be read."""
        return frozenset({self.history.entries[-1].colour}) if self.knows_who_is_in_charge else frozenset()

    @property
    def knows_who_is_in_charge(self) -> bool:
        """Whether the newest version of `in-charge` is there and can be read."""
        return bool(self.history.entries) and not self.history.latest_unreadable

    def refuse_other_names(self, settings: LiveSettings) -> None:
        """Raise Refusal when a name was forgotten that clients resolve, and when another one is to be the first.

        Before all else: what follows takes the first name for the switch. And with --target the engine may leave out
        the marker whose hook says the same.
        """
        names, before = settings.shared.names, names_in(self.owned)
        weights.refuse_forgetting(weights_of(of_records(self.forgotten)), names)
        switch = Switch(before[0], self.switch.zone_id) if before else self.switch
        further_names.refuse_forgetting(self.forgotten, names, switch, self.owned)
        # Of a service that was retired nothing is left to be called by it.
        if before and further_names.known(self.owned):
            weights.refuse_another_first(before, names)

    def judge(self, settings: LiveSettings, clusters: Mapping[str, ClusterFacts]) -> Restoration:
        """Whether this update has to write `in-charge` anew, and a warning when it has.

        Raises Refusal when a cluster is in another place than this stack, and when somebody changed a record set by
        hand that the update would leave alone.
        """
        self.today.require_clusters(clusters)
        self._refuse_drift(settings, clusters)
        return self._restoration(settings, clusters)

    def _refuse_drift(self, settings: LiveSettings, clusters: Mapping[str, ClusterFacts]) -> None:
        by_colour = {settings.active: weights.FULL, settings.idle: settings.idle_weight}
        wanted = {
            settings.shared.names[0]: {
                colour: alias(weight, facts.dns_name, facts.zone_id, evaluates_health=settings.failover)
                for colour, weight in by_colour.items()
                if (facts := clusters.get(colour))
            }
        }
        drift.refuse(self.owned, wanted, self.weighted_sets)

    def _restoration(self, settings: LiveSettings, clusters: Mapping[str, ClusterFacts]) -> Restoration:
        if settings.active not in clusters:
            return Restoration()
        evidence = restoration.Evidence(self.owned, self.history, self.weights)
        found = restoration.decide(evidence, attempt_of(settings, clusters[settings.active]))
        if found.because:
            display.warn(f"{found.because}: this update writes in-charge anew")
        return found


def read(settings: LiveSettings, zone_id: str, aws: Aws, owned: Sequence[Owned], today: Today) -> LiveEvidence:
    """Look; raises Refusal when AWS does not say who is in charge."""
    shared = settings.shared
    try:
        forgotten = [name for name in names_in(owned) if name not in shared.names]
        records = aws.record_sets(zone_id, [*shared.names, *forgotten])
        found = aws.in_charge_history(shared.in_charge_parameter)
    except Exception as error:  # noqa: BLE001  # whatever the reason: who cannot look must not touch
        raise Refusal(
            "who is in charge cannot be read; DNS was not touched",
            seen=str(error),
            allowed=f"an answer of Route 53 about {', '.join(shared.names)}, and of SSM "
            f"about {shared.in_charge_parameter}",
            next_step="pulumi up -s live, once AWS answers",
        ) from None
    warning = in_charge.warning(found, shared.in_charge_parameter)
    if warning:
        display.warn(warning)
    live, gone = ({name: records[name] for name in names} for names in (shared.names, forgotten))
    return LiveEvidence(owned, Switch(shared.names[0], zone_id), found, today, live, gone)
