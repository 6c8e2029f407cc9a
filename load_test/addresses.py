"""Whether the colour's own name leads to its own load balancer, by the resolvers that are asked for it."""

from collections.abc import Sequence

from cutover.checks.http_request import LOOK_UP_SECONDS, Glance
from cutover.refusal import Refusal
from propagation import Endpoint, Outcome, Target


async def resolvers_for(
    own_name: str, dns_name: str, resolvers: Sequence[Endpoint], glance: Glance
) -> tuple[Endpoint, ...]:
    """Those of `resolvers` that vegeta can ask, and whose answer for `own_name` is an address of the load balancer
    `dns_name`.

    A resolver may hold an older answer, or know another zone of the same name: the requests would go elsewhere. Raises
    Refusal when none answers so, and when all that do are asked over HTTPS, which only Python can.
    """
    own, balancer = await _said(own_name, resolvers, glance), await _said(dns_name, resolvers, glance)
    addresses = {address for said in balancer.values() for address in said.records}
    good = tuple(one for one in resolvers if str(one) in own and addresses & set(own[str(one)].records))
    answers = [f"{server}: {said.in_words}" for server, said in own.items()]
    if not good:
        raise Refusal(
            f"no resolver answers {own_name} with an address of its load balancer; no request was sent",
            seen=f"{'; '.join(answers) or 'no answer'}; {dns_name}: {', '.join(sorted(addresses)) or 'no address'}",
            allowed=f"one address of {dns_name} at least, from one of the resolvers in Pulumi.live.yaml",
            next_step=f".venv/bin/python -m propagation {own_name} shows who answers what; after a minute, the same "
            "command again",
        )
    if all(one.is_https for one in good):
        raise Refusal(
            f"every resolver that answers {own_name} with an address of its load balancer is asked over HTTPS, which "
            "vegeta cannot; no request was sent",
            seen="; ".join(answers),
            allowed="a resolver that is asked by plain DNS, and answers so",
            next_step="edit `resolvers` in Pulumi.live.yaml: one by its IP address; then the same command again",
        )
    return tuple(one for one in good if not one.is_https)


async def _said(name: str, resolvers: Sequence[Endpoint], glance: Glance) -> dict[str, Outcome.Said]:
    # The resolvers alone are asked, whatever the zone is.
    target = Target(name, "any address", agreement=True, resolvers=tuple(resolvers), private=True)
    outcome = await glance(target, LOOK_UP_SECONDS, lambda _: True)
    return {said.server: said for said in outcome.said_by_resolvers}
