"""The check `dns`: those who are waited for after the switch can be asked now, and answer who carries the traffic."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cutover.checks.check import DNS, Check
from propagation.answer import Endpoint
from propagation.colour_addresses import Verdict
from propagation.criterion import Picture
from propagation.look import few, in_words
from propagation.resolver_view import ResolverView
from propagation.resolvers import PUBLIC_RESOLVERS
from propagation.server_view import ServerView

# Two questions that get lost, and a third one that does not.
SECONDS = 5.0
DNS_PORT = 53
NOT_YET = "has not answered yet"
_ANY_ANSWER = frozenset({Verdict.NEW, Verdict.OLD, Verdict.UNKNOWN, Verdict.NEGATIVE})

View = ServerView | ResolverView


@dataclass(frozen=True)
class Expected:
    """What DNS is to answer: `carriers` maps each live name to the set identifiers that carry it, none at first.

    `colours` are those whose addresses are known, and `asked_for` the one of them that answers are compared with.
    """

    carriers: Mapping[str, frozenset[str]]
    colours: frozenset[str]
    asked_for: str

    def verdicts(self, name: str) -> frozenset[Verdict]:
        """What an answer about `name` may be worth; of a name that no colour carries alone, anything but silence."""
        carriers = self.carriers[name]
        if not carriers or carriers - self.colours:
            return _ANY_ANSWER
        others = {Verdict.OLD} if carriers - {self.asked_for} else set()
        return frozenset({Verdict.NEW} if self.asked_for in carriers else set()) | others

    def is_as_it_should_be(self, view: View) -> bool:
        """Whether the last that was heard is an answer, and of who carries the name."""
        return view.last is not None and view.last.verdict in self.verdicts(view.name)

    def in_words(self) -> str:
        """Who is to be answered, for all names."""
        carrying = frozenset[str]().union(*self.carriers.values())
        return " or ".join(sorted(carrying)) or "anything"


def choose(carriers: Mapping[str, frozenset[str]], colours: frozenset[str], otherwise: str) -> Expected:
    """What is expected while `colours` are up; compared with one that carries any name, or `otherwise`."""
    carrying = sorted(frozenset[str]().union(*carriers.values()) & colours)
    return Expected(carriers, colours, carrying[0] if carrying else otherwise)


def check(picture: Picture, expected: Expected, zone: str, asked: Sequence[Endpoint]) -> Check:
    """Holds when every authoritative address and, of each name, one resolver answer as `expected`.

    A resolver that answers with an error would hold up the wait after the switch to its end, so it does not hold
    either; one that is silent, or answers something older, would not. `asked` are the resolvers.
    """
    servers = [view for view in picture.servers if not expected.is_as_it_should_be(view)]
    resolvers = _missed(picture, expected)
    problems = [*_unasked(picture, expected, zone), *_said(servers, ""), *_said(resolvers, "resolver ")]
    at_fault = [*(view.name for view in servers), *(view.name for view in resolvers), *expected.carriers]
    who = "one of the resolvers" if picture.private else "every name server's address, and one of the resolvers,"
    return Check(
        DNS,
        not problems,
        "; ".join(problems) or _good(picture, expected),
        f"{who} answers now, and {expected.in_words()} for {few(expected.carriers)}",
        _next_step(at_fault[0], picture, asked) if problems else "",
    )


def _unasked(picture: Picture, expected: Expected, zone: str) -> list[str]:
    """Who could not be asked at all, and what nobody was asked about."""
    unlocated = [f"name server {name}: no known address ({why})" for name, why in picture.unlocated.items()]
    if not picture.private and not picture.servers and not unlocated:
        return [f"no name server of {zone} can be asked, there is no route to {few(picture.skipped) or 'any'}"]
    kinds = {"resolver": picture.resolvers} | ({} if picture.private else {"name server": picture.servers})
    return unlocated + [
        f"no {kind} was asked about {name}"
        for kind, views in kinds.items()
        for name in expected.carriers
        if (kind == "resolver" or not unlocated) and name not in {view.name for view in views}
    ]


def _missed(picture: Picture, expected: Expected) -> list[ResolverView]:
    """The resolvers that answer with an error, and all of those about a name of which none answers as it should."""
    good = {view.name for view in picture.resolvers if expected.is_as_it_should_be(view)}
    return [
        view
        for view in picture.resolvers
        if view.name not in good or (view.last is not None and view.last.verdict is Verdict.FAILURE)
    ]


def _said(views: Iterable[View], what: str) -> list[str]:
    """One entry for each server and thing it says; of many names some are given."""
    names: dict[tuple[str, str], list[str]] = {}
    for view in views:
        says = in_words(view.last.summary, view.last.addresses) if view.last else NOT_YET
        names.setdefault((view.server, says), []).append(view.name)
    return [f"{what}{server}: {says} ({few(about)})" for (server, says), about in names.items()]


def _good(picture: Picture, expected: Expected) -> str:
    addresses = {view.server for view in picture.servers}
    resolvers = {view.server for view in picture.resolvers}
    bad = {view.server for view in picture.resolvers if not expected.is_as_it_should_be(view)}
    parts = [] if picture.private else [f"{len(addresses)} authoritative addresses"]
    parts.append(f"{len(resolvers - bad)} of {len(resolvers)} resolvers")
    said = f"{' and '.join(parts)} answer {expected.in_words()}"
    return "; ".join([said, *picture.delegation.warnings])


def _next_step(name: str, picture: Picture, resolvers: Sequence[Endpoint]) -> str:
    """Asking the same from this machine, with nothing but DNS."""
    port = resolvers[0].port
    options = [
        *(["--private"] if picture.private else []),
        *([] if port == DNS_PORT else [f"--port {port}"]),
        *(f"--resolver {one.address}" for one in resolvers if one.address not in PUBLIC_RESOLVERS),
    ]
    command = " ".join([".venv/bin/python -m propagation", name, *options])
    return f"open port {port} (UDP and TCP) to the internet if it is closed; {command} shows who answers what"
