"""The check `dns`: those who are waited for after the switch can be asked now, and answer who carries the traffic."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from cutover.checks.check import DNS, Check
from propagation import Endpoint, Outcome

# Two questions that get lost, and a third one that does not.
SECONDS = 5.0
DNS_PORT = 53
NOT_YET = "has not answered yet"
_ANY_ANSWER = frozenset({"expected", "other", "unknown", "negative"})
SHOWN_AT_MOST = 4


@dataclass(frozen=True)
class Expected:
    """What DNS is to answer for the `names`: `carriers` maps them to the set identifiers that carry them.

    Nobody does at first.
    `colours` are those whose addresses are known, and `asked_for` the one of them that answers are compared with.
    `uncarried` are the live names that nobody is asked about, because nobody carries them yet.
    """

    names: Sequence[str]
    carriers: Mapping[str, frozenset[str]]
    colours: frozenset[str]
    asked_for: str
    uncarried: Sequence[str] = ()

    def takes_any(self, name: str) -> bool:
        """Whether nothing says what has to be answered: nobody carries `name`, or one whose addresses are unknown."""
        carriers = self.carriers[name]
        return not carriers or bool(carriers - self.colours)

    def verdicts(self, name: str) -> frozenset[str]:
        """What an answer about `name` may be worth; of a name that no colour carries alone, anything but silence."""
        if self.takes_any(name):
            return _ANY_ANSWER
        carriers = self.carriers[name]
        others = {"other"} if carriers - {self.asked_for} else set()
        return frozenset({"expected"} if self.asked_for in carriers else set()) | others

    def is_as_it_should_be(self, said: Outcome.Said) -> bool:
        """Whether the last that was heard is an answer, and of who carries the name."""
        return said.verdict in self.verdicts(said.name)

    def in_words(self) -> str:
        """Who is to be answered, for all names of which anybody can tell."""
        carrying = frozenset[str]().union(*(who for name, who in self.carriers.items() if not self.takes_any(name)))
        return " or ".join(sorted(carrying)) or "anything"


def carried(names: Sequence[str], carriers: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Those of `names` that anybody carries, and who. The others are not asked about: there may be no such name yet.

    A resolver that is asked about a name which is not there remembers that, on Route 53 for 15 minutes, and would still
    say so when it is (https://www.rfc-editor.org/rfc/rfc2308#section-5). Raises KeyError when `carriers` lacks a name.
    """
    return {name: carriers[name] for name in names if carriers[name]}


def choose(
    names: Sequence[str],
    carriers: Mapping[str, frozenset[str]],
    colours: frozenset[str],
    otherwise: str,
    uncarried: Sequence[str] = (),
) -> Expected:
    """What is expected while `colours` are up; compared with one that carries any name, or `otherwise`."""
    carrying = sorted(frozenset[str]().union(*carriers.values()) & colours)
    return Expected(names, carriers, colours, carrying[0] if carrying else otherwise, uncarried)


def check(outcome: Outcome, expected: Expected, zone: str, asked: Sequence[Endpoint]) -> Check:
    """Holds when every authoritative address and, of each name, one resolver answer as `expected`.

    A resolver that answers with an error would hold up the wait after the switch to its end, so it does not hold
    either; one that is silent, or answers something older, would not. `asked` are the resolvers.
    """
    servers = [said for said in outcome.said_by_servers if not expected.is_as_it_should_be(said)]
    resolvers = _missed(outcome, expected)
    problems = [*_unasked(outcome, expected, zone), *_lines(servers, ""), *_lines(resolvers, "resolver ")]
    at_fault = [*(said.name for said in (*servers, *resolvers)), *expected.names]
    who = "one of the resolvers" if outcome.private else "every name server's address, and one of the resolvers,"
    return Check(
        DNS,
        not problems,
        "; ".join(problems) or _good(outcome, expected),
        f"{who} answers now, and {expected.in_words()} for {_few(expected.names)}",
        _next_step(at_fault[0], outcome, asked) if problems else "",
    )


def _unasked(outcome: Outcome, expected: Expected, zone: str) -> list[str]:
    """Who could not be asked at all, and what nobody was asked about."""
    unlocated = [f"name server {name}: no known address ({why})" for name, why in outcome.unlocated.items()]
    if not outcome.private and not outcome.said_by_servers and not unlocated:
        return [f"no name server of {zone} can be asked, there is no route to {_few(outcome.skipped) or 'any'}"]
    kinds = {"resolver": outcome.said_by_resolvers}
    kinds |= {} if outcome.private else {"name server": outcome.said_by_servers}
    return unlocated + [
        f"no {kind} was asked about {name}"
        for kind, answers in kinds.items()
        for name in expected.names
        if (kind == "resolver" or not unlocated) and name not in {said.name for said in answers}
    ]


def _missed(outcome: Outcome, expected: Expected) -> list[Outcome.Said]:
    """The resolvers that answer with an error, and all of those about a name of which none answers as it should."""
    good = {said.name for said in outcome.said_by_resolvers if expected.is_as_it_should_be(said)}
    return [said for said in outcome.said_by_resolvers if said.name not in good or said.verdict == "failure"]


def _lines(answers: Iterable[Outcome.Said], what: str) -> list[str]:
    """One entry for each server and thing it says; of many names some are given."""
    names: dict[tuple[str, str], list[str]] = {}
    for said in answers:
        says = said.in_words if said.verdict else NOT_YET
        names.setdefault((said.server, says), []).append(said.name)
    return [f"{what}{server}: {says} ({_few(about)})" for (server, says), about in names.items()]


def _good(outcome: Outcome, expected: Expected) -> str:
    addresses = {said.server for said in outcome.said_by_servers}
    resolvers = {said.server for said in outcome.said_by_resolvers}
    bad = {said.server for said in outcome.said_by_resolvers if not expected.is_as_it_should_be(said)}
    parts = [] if outcome.private else [f"{len(addresses)} authoritative addresses"]
    parts.append(f"{len(resolvers - bad)} of {len(resolvers)} resolvers")
    return "; ".join([f"{' and '.join(parts)} {_answered(expected)}", *outcome.delegation_warnings])


def _answered(expected: Expected) -> str:
    """What those who were asked did, and no more than that: of what nobody can tell, they only answered."""
    untold = [name for name in expected.names if expected.takes_any(name)]
    of_nobody = [*expected.uncarried, *(name for name in untold if not expected.carriers[name])]
    elsewhere = frozenset[str]().union(*(expected.carriers[name] for name in untold)) - expected.colours
    if len(untold) == len(expected.names):
        said = f"were asked about {_few(expected.names)} and answered"
    elif untold or expected.uncarried:
        about = _few([name for name in expected.names if name not in untold])
        said = f"were asked about {about} and answer {expected.in_words()}"
    else:
        said = f"answer {expected.in_words()}"
    return "; ".join(
        [
            said,
            *([f"nobody is in charge of {_few(of_nobody)} yet"] if of_nobody else []),
            *([f"the addresses of {_few(elsewhere)} are not known"] if elsewhere else []),
        ]
    )


def _few(values: Collection[str]) -> str:
    """The `values` in words, some of them where there are many."""
    more = len(values) - SHOWN_AT_MOST
    return ", ".join(sorted(values)[:SHOWN_AT_MOST]) + (f" and {more} more" if more > 0 else "")


def _next_step(name: str, outcome: Outcome, resolvers: Sequence[Endpoint]) -> str:
    """Asking the same from this machine, with nothing but DNS."""
    port = resolvers[0].port
    options = [
        *(["--private"] if outcome.private else []),
        *([] if port == DNS_PORT else [f"--port {port}"]),
        *(f"--resolver {one.address}" for one in resolvers if one.address not in Endpoint.PUBLIC_RESOLVERS),
    ]
    command = " ".join([".venv/bin/python -m propagation", name, *options])
    return f"open port {port} (UDP and TCP) to the internet if it is closed; {command} shows who answers what"
