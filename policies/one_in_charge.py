"""One in charge: at any moment one colour has the traffic of all live names, and the config says which.

The first live name has the weighted records; the others are aliases of it.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from .finding import Finding
from .records import RECORD, follows, host_name, is_of_live_name, is_weighted, weight
from .resource import Resource, Stack, Values, is_known
from .rule import Parameters, stack_rule

_STASH, _READY = "pulumi:index:Stash", "ready"
_CERTIFICATE = "aws:acm/certificate:Certificate"
_DECLARE = (
    "Let LiveRecord declare the records, from `active` and `share` in Pulumi.live.yaml and `names` in Pulumi.yaml."
)
_ONE = "Every client gets one colour, the one that was found ready, or the share that was agreed on; nobody else."


def inside_the_set(resource: Resource, stack: Stack, parameters: Parameters) -> Iterator[Finding]:
    """A record of a live name that is neither weighted nor an alias of the first one."""
    if resource.type != RECORD or is_weighted(resource) or _proves_a_certificate(resource, stack):
        return
    if _is_an_alias(resource, parameters["names"]):
        return
    if is_of_live_name(resource, parameters["names"] or {name for name, _ in _sets(stack)}):
        yield Finding(
            f"a record of the live name {resource.props['name']} is outside of its weighted set",
            f"{resource.props['type']} without weight",
            "It answers beside the colours, or in place of them, and no tag-in moves it.",
            f"Delete it. {_DECLARE}",
        )


def one_switch(resource: Resource, _: Stack, parameters: Parameters) -> Iterator[Finding]:
    """A weighted record of a live name other than the first."""
    names = [host_name(name) for name in parameters["names"]]
    if is_weighted(resource) and host_name(resource.props["name"]) in names[1:]:
        yield Finding(
            f"the live name {resource.props['name']} has weighted records of its own",
            f"setIdentifier: {resource.props.get('setIdentifier', 'not set')}",
            f"A tag-in moves it for itself, at another moment than {names[0]}.",
            f"Make it one alias of {names[0]}, in the same zone. {_DECLARE}",
        )


def _is_an_alias(record: Resource, names: Sequence[str]) -> bool:
    """Whether a record is what a live name other than the first has to have."""
    known = list(map(host_name, names))
    return host_name(record.props["name"]) in known[1:] and follows(record, known[0])


def _proves_a_certificate(record: Resource, stack: Stack) -> bool:
    """Whether a name that is not known yet is one that ACM gives, which starts with an underscore."""
    if is_known(record.props, "name"):
        return False
    certificates = {certificate.urn for certificate in stack.of(_CERTIFICATE)}
    behind = record.behind("name")
    return bool(behind) and behind <= certificates


def named_by_a_colour(resource: Resource, _: Stack, parameters: Parameters) -> Iterator[Finding]:
    """A weighted record whose set identifier is no colour."""
    colours = parameters["colours"]
    if is_weighted(resource) and colours and resource.props.get("setIdentifier") not in colours:
        yield Finding(
            f"a weighted record of {resource.props.get('name')} belongs to no colour",
            f"setIdentifier: {resource.props.get('setIdentifier', 'not set')}",
            "Tag-ins, their checks and the freeze of the live colour go by it.",
            f"Use {' or '.join(colours)}.",
        )


def weighted_as_declared(resource: Resource, stack: Stack, parameters: Parameters) -> Iterator[Finding]:
    """Weights other than full for one colour, the same one for all names, and at most the share for the other."""
    if resource.type != RECORD or resource is not _first_record(stack):
        return
    sets, candidates = _sets(stack), _candidates(stack, parameters)
    allowed = [weights for weights in candidates if _asked_for(weights, _marker(stack))]
    meant = max(allowed, key=lambda weights: sum(_is(of, weights) for of in sets.values()), default=None)
    for (name, kind), of in sets.items():
        if meant is None or not _is(of, meant):
            yield Finding(
                f"the weights of {name} ({kind}) are not those of one colour in charge",
                _shown(of),
                _ONE,
                f"Allowed, the same for all names: {'; or '.join(map(_shown, allowed or candidates))}. {_DECLARE}",
            )


def _candidates(stack: Stack, parameters: Parameters) -> list[Mapping[str, int]]:
    """The weights that all live names may have: each colour in charge, with and without the share of the other."""
    colours = sorted({colour for of in _sets(stack).values() for colour in of})
    return [
        dict.fromkeys(colours, share) | {active: int(parameters["fullWeight"])}
        for active in colours
        for share in sorted({0, int(parameters["shareWeight"])})
    ]


def _asked_for(weights: Mapping[str, int], marker: Values | None) -> bool:
    """Whether these are the weights that the marker of a tag-in was written for; any are in a stack without one."""
    if marker is None:
        return True
    shares = {colour: int(marker["shares"][colour]) for colour in marker["shares"]}
    return all(weight == shares.get(colour, 0) for colour, weight in weights.items())


def _is(of: Mapping[str, int], weights: Mapping[str, int]) -> bool:
    """Whether a set has these weights; a colour with none of it may be absent."""
    return all(of.get(colour, 0) == weight for colour, weight in weights.items())


def _shown(weights: Mapping[str, int]) -> str:
    return ", ".join(f"{colour} {weight}" for colour, weight in sorted(weights.items()))


def every_name_has_the_same_colours(resource: Resource, stack: Stack, parameters: Parameters) -> Iterator[Finding]:
    """A live name without a record, or with those of fewer colours than another name.

    A name that the marker of a tag-in leaves out has another record still, and comes in later.
    """
    if resource.type != RECORD or resource is not _first_record(stack):
        return
    sets = _sets(stack)
    colours = {colour for of in sets.values() for colour in of}
    missing = [
        f"{name} ({kind}): {', '.join(sorted(colours - of.keys()))}"
        for (name, kind), of in sets.items()
        if colours - of.keys()
    ]
    covered = {name for name, _ in sets}
    covered |= {host_name(one.props["name"]) for one in stack.of(RECORD) if _is_an_alias(one, parameters["names"])}
    marker = _marker(stack) or {}
    names = list(map(host_name, parameters["names"]))
    meant = set(map(host_name, marker.get("names") or names))
    missing += [f"{name}: no record at all" for name in names if name in meant and name not in covered]
    if missing:
        yield Finding(
            "the live names are not covered by the same colours",
            f"missing: {'; '.join(missing)}",
            "A tag-in would move some names and leave the others without an answer.",
            _DECLARE,
        )


def _first_record(stack: Stack) -> Resource | None:
    """The record on which what concerns all of them is reported, once."""
    return next((record for record in stack.of(RECORD) if is_weighted(record)), None)


def _sets(stack: Stack) -> Mapping[tuple[str, str], Mapping[str, int]]:
    """(Name, type) to set identifier to weight."""
    sets: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for record in filter(is_weighted, stack.of(RECORD)):
        key = host_name(record.props["name"]), record.props["type"]
        sets[key][record.props.get("setIdentifier", "")] = weight(record)
    return sets


def _marker(stack: Stack) -> Values | None:
    """What the marker of a tag-in says was asked for; None in a stack without one."""
    return next((stash.props["input"] for stash in stack.of(_STASH) if stash.name == _READY), None)


one_in_charge = stack_rule(
    name="one-in-charge",
    title="One colour is in charge of all live names",
    description="In the first live name's weighted set one colour is at full weight, and the other at zero or at its "
    "declared share; the other names are aliases of the first one, and no other record answers for any of them.",
    remedy=_DECLARE,
    checks=[inside_the_set, one_switch, named_by_a_colour, weighted_as_declared, every_name_has_the_same_colours],
    parameters={
        "names": {
            "type": "array",
            "items": {"type": "string"},
            "default": [],
            "description": "The live names, that with the weighted records first; the project's names",
        },
        "colours": {
            "type": "array",
            "items": {"type": "string"},
            "default": [],
            "description": "The colours; the keys of the project's cidrs (empty: any set identifier)",
        },
        "fullWeight": {"type": "integer", "default": 100, "description": "The weight of all of the traffic"},
        "shareWeight": {
            "type": "integer",
            "default": 0,
            "description": "The weight that the idle colour may have; that of `share` in Pulumi.live.yaml",
        },
    },
)
RULES = [one_in_charge]
