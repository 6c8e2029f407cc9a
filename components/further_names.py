"""The further names, which follow the first one: judged before anything is declared, and by hooks of their own."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pulumi
from botocore.exceptions import BotoCoreError, ClientError

from components import display, hook
from components.declared import Declared
from components.live_evidence import LiveEvidence
from components.settings import LiveSettings
from components.shared_settings import SharedSettings
from components.traffic_state import TrafficLook
from cutover import first_turn, further_names, other_services, record_set, replacement, weights
from cutover.aws import Aws
from cutover.aws_readiness import AwsReadiness
from cutover.checks import certificate
from cutover.cluster_facts import ClusterFacts
from cutover.first_turn import Turn
from cutover.freeze import TrafficState
from cutover.further_names import Astray, Switch
from cutover.owned import Owned
from cutover.replacement import Delete
from cutover.threads import in_thread


def whose_turn_it_is(
    settings: LiveSettings, clusters: Mapping[str, ClusterFacts], evidence: LiveEvidence, aws: AwsReadiness
) -> LiveSettings:
    """The settings without the further names that have another record, while their turn has not come.

    `clusters` are the awake colours. Raises Refusal when a name does not follow the first one that this stack has
    already (in its state), and when one has another record whose turn has come: nothing of Route 53 is overwritten.
    """
    switch, names = evidence.switch, settings.shared.names
    own = further_names.known(evidence.owned)
    unmade = set(names) - further_names.made(evidence.owned)
    found = further_names.astray(evidence.records, names, switch, unmade)
    # What is only beside an alias is for readiness to judge, where it may be waived.
    wrong = [one for one in found if one.answers or (one.is_missing and one.name not in unmade)]
    further_names.refuse([one for one in wrong if one.name in own], switch)
    strange = [one for one in wrong if one.name not in own]
    if not strange:
        return settings
    _refuse_names_of_others(strange, switch, aws)
    turn = _turn(settings, clusters, evidence, strange, aws)
    left_out = first_turn.left_out(strange, turn, switch)
    display.warn(first_turn.warning(left_out, turn, switch))
    return replace(settings, left_out=left_out)


def _refuse_names_of_others(strange: Sequence[Astray], switch: Switch, aws: AwsReadiness) -> None:
    for one in strange:
        of = other_services.may_belong_to(one.name, one.answers, switch.zone_id)
        found = other_services.histories([name for name in of if name != switch.name], aws.in_charge_history)
        other_services.refuse_taking(one.name, one.answers, found)


def _turn(
    settings: LiveSettings,
    clusters: Mapping[str, ClusterFacts],
    evidence: LiveEvidence,
    strange: Sequence[Astray],
    aws: AwsReadiness,
) -> Turn:
    carrying = weights.in_charge({name: evidence.weights[name] for name in settings.names[:1]}) & set(clusters)
    serving = [clusters[colour] for colour in sorted(clusters) if colour in carrying | evidence.named]
    serving += [clusters[settings.active]] if settings.active in clusters else []
    # Before anybody carries anything, there is nothing yet that a name could be an alias of.
    uncovered = _uncovered([one.name for one in strange], serving, aws) if carrying else {}
    return Turn(settings.active, settings.idle, settings.active in evidence.named, bool(carrying), uncovered)


def _uncovered(names: Sequence[str], clusters: Iterable[ClusterFacts], aws: AwsReadiness) -> dict[str, list[str]]:
    """Name to why its clients cannot be served by one of `clusters`; one without a certificate is without HTTPS."""
    why: dict[str, list[str]] = {name: [] for name in names}
    for cluster in {one.colour: one for one in clusters}.values():
        if cluster.certificate_arn is None:
            continue
        try:
            seen = aws.certificate(cluster.certificate_arn)
            covered = seen.names if seen.status == certificate.ISSUED else frozenset[str]()
            said = f"{seen.status}, for {', '.join(sorted(seen.names))}"
        except (BotoCoreError, ClientError, LookupError, ValueError) as error:
            covered, said = frozenset[str](), f"cannot be read: {error}"
        for name in names:
            if not certificate.covers(name, covered):
                why[name].append(f"certificate of {cluster.colour}: {said}")
    return why


class FurtherHooks:
    """Hooks of the aliases, and what the live record's own hooks ask about them.

    `owned` is the stack's own state, `traffic` the look that all hooks share, `declared` what this run declares.
    """

    def __init__(
        self,
        shared: SharedSettings,
        zone_id: str,
        aws: Aws,
        owned: Sequence[Owned],
        traffic: TrafficLook,
        declared: Declared,
    ) -> None:
        self._aws, self._traffic, self._declared = aws, traffic, declared
        self.switch = Switch(shared.names[0], zone_id)
        self._unmade = frozenset(shared.names) - further_names.made(owned)
        self.take = hook.register("further-name", self._take)
        self.keep = hook.register("keep-further-name", self._keep, hook.IN_PREVIEW_TOO)

    def require(
        self, traffic: TrafficState, names: Sequence[str], *, all_made: bool = False, beside_waived: bool = False
    ) -> None:
        """Raise Refusal unless each further one of `names` follows the first; before it is made it may be missing.

        `all_made`: this update has made them. `beside_waived`: what stands beside an alias (AAAA, …) may stay.
        """
        unmade = () if all_made else self._unmade
        found = further_names.astray(traffic.records, names, self.switch, unmade)
        further_names.refuse([one for one in found if not (one.has_alias and beside_waived)], self.switch)

    async def _take(self, args: pulumi.ResourceHookArgs) -> None:
        # The provider would take the place of a simple record without a word.
        assert args.new_inputs is not None  # before_create and before_update always have them
        traffic, name = await self._traffic(), str(args.new_inputs["name"])
        further_names.refuse_taking(further_names.astray(traffic.records, [name], self.switch), self.switch)
        display.progress(args.urn)(record_set.change_under_way(args.new_inputs))

    async def _keep(self, args: pulumi.ResourceHookArgs) -> None:
        assert args.old_inputs is not None  # before_delete always has them
        name, meaning = str(args.old_inputs["name"]), self._declared.meaning_of_delete(args)
        # The record's own zone, whatever the program found today.
        found = await in_thread(self._aws.record_sets, args.old_inputs["zoneId"], [name])
        there = [one for one in found[name] if one.type == "A" and one.identifier is None]
        if not there:
            return
        what, stack, seen = f"the alias of {name}", pulumi.get_stack(), "; ".join(map(str, there))
        if meaning is Delete.LEFTOVER:
            replacement.refuse_leftover(what, args.urn, stack, seen)
        if meaning is Delete.REPLACEMENT:
            replacement.refuse_replacement(what, args.urn, stack, f"{name} would have no answer meanwhile", seen)
        further_names.refuse_removal(name, there, self.switch, args.urn)
