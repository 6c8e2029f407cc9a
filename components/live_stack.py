"""The stack `live`: the live record over the colours that are awake. It needs nothing of what makes a cluster."""

from collections.abc import Mapping
from typing import Any

import pulumi

from components import first_look, live_evidence, share
from components.beginning import Beginning
from components.further_names import whose_turn_it_is
from components.live_hooks import LiveHooks
from components.live_record import LiveRecord, LiveRecordArgs
from components.settings import LiveSettings
from cutover import cluster_facts


def declare(wanted: LiveSettings, run: Beginning) -> None:
    """Register the stack's hooks, declare it, and export who is in charge; raises Refusal before that."""
    before = live_evidence.read(wanted, run.zone_id, run.aws, run.owned, run.today)
    wanted = share.once_in_charge(wanted, before)
    look = first_look.LiveLook(wanted, run.zone_id, run.owned, run.aws, before.history)
    hooks = LiveHooks(wanted, run.zone_id, run.aws, look)

    def declare_record(outputs: Mapping[str, Any]) -> pulumi.Output[str]:
        clusters = cluster_facts.awake(outputs)
        before.refuse_other_names(wanted)
        now = wanted if look.is_retired else whose_turn_it_is(wanted, clusters, before, run.aws)
        look.refuse(clusters)
        hooks.open_for(now, clusters, before.judge(now, clusters))
        args = LiveRecordArgs(now, run.zone_id, clusters, hooks)
        return LiveRecord(now.names[0], args).in_charge.insecure_value

    project = f"{pulumi.get_organization()}/{pulumi.get_project()}"
    outputs = {c: pulumi.StackReference(f"{project}/{c}").get_output("cluster") for c in wanted.shared.colours}
    in_charge: pulumi.Output[str] = pulumi.Output.all(**outputs).apply(declare_record)
    said = wanted.override and str(wanted.override)
    hooks.record.export(in_charge, {"active": wanted.active, "override": said, "in_charge": in_charge})
