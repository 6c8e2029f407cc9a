"""The live record: who carries the traffic, and the order in which that changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pulumi
import pulumi_aws as aws

from components.live_evidence import attempt_of
from components.live_hooks import LiveHooks
from components.settings import LiveSettings
from cutover import weights
from cutover.checks import awake, override
from cutover.cluster_facts import ClusterFacts
from cutover.in_charge import Value
from cutover.restoration import COUNT

# What is identified by its name cannot be replaced new-first: the delete that follows would take the new one away.
_DELETE_FIRST = pulumi.ResourceOptions(delete_before_replace=True)


@dataclass(frozen=True)
class LiveRecordArgs:
    """`clusters` are the awake colours, `hooks` the conditions of each step."""

    settings: LiveSettings
    zone_id: str
    clusters: Mapping[str, ClusterFacts]
    hooks: LiveHooks


class LiveRecord(pulumi.ComponentResource):
    """The weighted record set of the first live name, in the one order in which a ready colour always has all traffic.

        names -> ready -> active colour's record -> idle colour's record -> aliases of further names -> in-charge

    Each arrow is a dependency, and the hook before each step is its condition. The idle colour has no record while it
    is not awake. Raises Refusal when the active one is not. The further names are aliases of the first one
    (`cutover/further_names.py`), which a tag-in leaves alone.
    """

    def __init__(self, name: str, args: LiveRecordArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tag-team:index:LiveRecord", name, None, opts)
        self._settings, self._zone_id, self._hooks = args.settings, args.zone_id, args.hooks
        settings, clusters, hooks, names = args.settings, args.clusters, args.hooks, args.settings.names
        active = awake.require(settings.active, clusters)
        known = pulumi.Stash(
            "names",
            input=list(names),
            opts=self._after(
                [], pulumi.ResourceHookBinding(before_create=[hooks.keep.names], before_update=[hooks.keep.names])
            ),
        )
        idle = awake.require(settings.idle, clusters) if settings.idle_weight else clusters.get(settings.idle)
        ready = self._ready(active, known)
        raised = self._record(active, weights.FULL, hooks.raise_active, ready)
        lowered = [self._record(idle, settings.idle_weight, hooks.lower_idle, raised)] if idle else []
        aliases = [self._alias(name, [raised, *lowered]) for name in names[1:]]
        self.in_charge = self._in_charge(active, idle, ready, [raised, *lowered, *aliases])
        self.register_outputs({"active": settings.active})

    def _after(
        self, depends_on: Sequence[pulumi.Resource], hooks: pulumi.ResourceHookBinding
    ) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, depends_on=depends_on, hooks=hooks)

    def _ready(self, active: ClusterFacts, names: pulumi.Stash) -> pulumi.Stash:
        restored = self._hooks.restoration.count
        attempt = attempt_of(self._settings, active) | ({COUNT: restored} if restored else {})
        # Replaced and not updated, so that every tag-in, also a revert, has an id of its own.
        again = pulumi.ResourceOptions(replace_on_changes=["input"])
        hooks = pulumi.ResourceHookBinding(before_create=[self._hooks.ready])
        return pulumi.Stash("ready", input=attempt, opts=self._after([names], hooks).merge(again))

    def _record(
        self, cluster: ClusterFacts, weight: int, hook: pulumi.ResourceHook, after: pulumi.Resource
    ) -> aws.route53.Record:
        alias = aws.route53.RecordAliasArgs(
            name=cluster.dns_name,
            zone_id=cluster.zone_id,
            # With it on, Route 53 sends traffic to the colour at weight zero when the live one looks unhealthy:
            # https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-failover-complex-configs.html
            evaluate_target_health=self._settings.failover,
        )
        hooks = pulumi.ResourceHookBinding(
            before_create=[hook], before_update=[hook], before_delete=[self._hooks.keep.record]
        )
        name = self._settings.names[0]
        label = f"{name}-{cluster.colour}"
        record = aws.route53.Record(
            label,
            zone_id=self._zone_id,
            name=name,
            type="A",
            aliases=[alias],
            set_identifier=cluster.colour,
            weighted_routing_policies=[{"weight": weight}],
            # An update that was cut short between AWS and the state is taken up by the next one.
            allow_overwrite=True,
            opts=self._after([after], hooks).merge(_DELETE_FIRST),
        )
        self._hooks.keep.declared.note(label, record)
        return record

    def _alias(self, name: str, depends_on: Sequence[pulumi.Resource]) -> aws.route53.Record:
        further = self._hooks.further
        hooks = pulumi.ResourceHookBinding(
            before_create=[further.take], before_update=[further.take], before_delete=[further.keep]
        )
        # The name as it is, and no output of the records: whatever is made of a record is replaced with it.
        to = aws.route53.RecordAliasArgs(
            name=self._settings.names[0], zone_id=self._zone_id, evaluate_target_health=False
        )
        record = aws.route53.Record(
            name,
            zone_id=self._zone_id,
            name=name,
            type="A",
            aliases=[to],
            # As above. What is not the alias itself its hook has refused by then.
            allow_overwrite=True,
            opts=self._after(depends_on, hooks).merge(_DELETE_FIRST),
        )
        self._hooks.keep.declared.note(name, record)
        return record

    def _in_charge(
        self,
        active: ClusterFacts,
        idle: ClusterFacts | None,
        ready: pulumi.Stash,
        depends_on: Sequence[pulumi.Resource],
    ) -> aws.ssm.Parameter:
        hooks = pulumi.ResourceHookBinding(
            before_create=[self._hooks.dns_has_let_go],
            before_update=[self._hooks.dns_has_let_go],
            before_delete=[self._hooks.keep.in_charge],
        )
        settings, shared = self._settings, self._settings.shared
        releases = {one.colour: one.release for one in (active, idle) if one}
        restored = self._hooks.restoration.count
        value = Value(
            active.colour,
            active.release,
            active.group,
            share={settings.idle: settings.idle_weight} if settings.idle_weight else {},
            override=override.in_force(settings.override, releases),
            restored=restored,
        )
        parameter = aws.ssm.Parameter(
            "in-charge",
            name=shared.in_charge_parameter,
            type="String",
            overwrite=True,
            # Changed with every restoration: the provider sends it only then, and a lost parameter has none.
            description=f"{active.colour} is in charge of {shared.names[0]}"
            + (f" (written anew {restored} times)" if restored else ""),
            insecure_value=ready.id.apply(lambda attempt: replace(value, attempt=attempt).to_json()),
            opts=self._after(depends_on, hooks).merge(_DELETE_FIRST),
        )
        self._hooks.keep.declared.note("in-charge", parameter)
        return parameter
