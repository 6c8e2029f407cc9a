"""Where this run works: the account and the region of today, compared with those that a stack was made in."""

from collections.abc import Mapping, Sequence
from functools import cached_property

import pulumi

from cutover import provenance
from cutover.asking import asking
from cutover.aws import Aws
from cutover.cluster_facts import ClusterFacts
from cutover.owned import Owned
from cutover.provenance import Place


class Today:
    """Asks AWS whose account it is, as soon as there is something to compare it with."""

    def __init__(self, aws: Aws, provider_config: Mapping[str, str]) -> None:
        self._aws = aws
        of_config = f"pulumi config set aws:region {{}} -s {pulumi.get_stack()}"
        self._how = of_config if "region" in provider_config else "export AWS_REGION={}"

    def require_stack(self, owned: Sequence[Owned]) -> None:
        """Raise Refusal when no region is set, and when this stack, which owns `owned`, was made elsewhere."""
        provenance.require_region(self._aws.region)
        if provenance.of_stack(owned) != Place():
            provenance.refuse_another(owned, self._place, pulumi.get_stack(), self._how)

    def require_clusters(self, clusters: Mapping[str, ClusterFacts]) -> None:
        """Raise Refusal when a cluster that this stack refers to is elsewhere."""
        if clusters:
            provenance.refuse_clusters_elsewhere(clusters, self._place, self._how)

    @cached_property
    def _place(self) -> Place:
        with asking("STS", "whose account this is"):
            return self._aws.caller()
