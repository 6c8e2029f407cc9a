"""A named condition of a tag-in, and what follows from those that do not hold."""

from collections.abc import Iterable
from dataclasses import dataclass

from cutover.printable import printable
from cutover.refusal import Refusal

AWAKE = "awake"
CAPACITY = "capacity"
CURRENT = "current"
SETTLED = "settled"
PROBES = "probes"
CERTIFICATE = "certificate"
RELEASE = "release"
OFFSITE = "offsite"
RECORDS = "records"
DNS = "dns"
LOAD_TEST = "load-test"
ALIKE = "alike"

WAIVABLE = frozenset({CAPACITY, CURRENT, SETTLED, PROBES, CERTIFICATE, RELEASE, OFFSITE, RECORDS, DNS, LOAD_TEST})
"""The checks that an override may name; `awake` is not among them, and the order of the weights is no check at all."""
# Rollback must be easier than rollout: the colour that was in charge a moment ago has shown that it can serve.
_REFUSES_TAG_BACK = frozenset({AWAKE, CAPACITY})
# The outgoing colour is built to an older measure whenever the project has just been changed.
_ONLY_WARNS = frozenset({ALIKE})


@dataclass(frozen=True)
class Check:
    """One named condition of a tag-in: whether it holds, what was seen, what is allowed.

    `next_step`: the command that mends it, where that is another one than to bring the colour up again. `only_warns`:
    the config wants it so. `asked`: whether it is looked at; what is not refuses nothing, and is not called good.
    """

    name: str
    holds: bool
    seen: str
    allowed: str
    next_step: str = ""
    only_warns: bool = False
    asked: bool = True

    @property
    def said(self) -> str:
        """What was seen, fit to be printed: much of it comes from servers and APIs."""
        return printable(self.seen)


@dataclass(frozen=True)
class Verdict:
    """The checks that do not hold: which of them refuse the tag-in, only warn, or are waived by an override."""

    refusing: tuple[Check, ...]
    warning: tuple[Check, ...]
    waived: tuple[Check, ...] = ()

    @property
    def hopeless(self) -> bool:
        """Whether waiting cannot help: the colour is asleep, or was never built."""
        return any(check.name == AWAKE for check in self.refusing)


def verdict(checks: Iterable[Check], *, tag_back: bool, waived: frozenset[str]) -> Verdict:
    """What follows from `checks`.

    On a `tag_back` (to the colour that was in charge before, at its unchanged release) only `awake` and `capacity`
    refuse. `waived` are names of checks that an override lets pass; `awake` never is.
    """
    refusing, warning, let_pass = [], [], []
    for check in checks:
        if check.holds:
            continue
        if check.only_warns or check.name in _ONLY_WARNS or (tag_back and check.name not in _REFUSES_TAG_BACK):
            warning.append(check)
        elif check.name in waived & WAIVABLE:
            let_pass.append(check)
        else:
            refusing.append(check)
    return Verdict(tuple(refusing), tuple(warning), tuple(let_pass))


def refuse(found: Verdict, colour: str, weights_text: str, next_step: str | None = None) -> None:
    """Raise Refusal when any check refuses `colour`; `weights_text` is what Route 53 says at this moment.

    `next_step` is for who knows better than to bring the colour up and to try again.
    """
    if not found.refusing:
        return
    raise Refusal(
        f"{colour} is not ready to carry the traffic: {', '.join(check.name for check in found.refusing)}",
        seen="; ".join(f"{check.name}: {check.said}" for check in found.refusing) + f" (Route 53 now: {weights_text})",
        allowed="; ".join(f"{check.name}: {check.allowed}" for check in found.refusing),
        next_step=next_step or _next_step(found, colour),
    )


def _next_step(found: Verdict, colour: str) -> str:
    """What to type; a colour that is asleep comes before all else."""
    if found.hopeless:
        return f"pulumi config set awake true -s {colour} && pulumi up --refresh -s {colour}"
    steps = dict.fromkeys(check.next_step or f"pulumi up -s {colour}" for check in found.refusing)
    return f"{'; '.join(steps)}, then pulumi up -s live again"


def lines(checks: Iterable[Check]) -> tuple[str, ...]:
    """One line for each check, for the output."""
    return tuple(map(_line, checks))


def _line(check: Check) -> str:
    if not check.holds:
        return f"{check.name}: NOT READY, {check.said}; allowed: {check.allowed}"
    return f"{check.name}: {'ok' if check.asked else 'not asked'}, {check.said}"


def warnings(found: Verdict) -> tuple[str, ...]:
    """One line for each check that does not hold and does not refuse, for the output."""
    return (
        *(f"OVERRIDE waives {check.name}: {check.said}; allowed: {check.allowed}" for check in found.waived),
        *(f"{check.name} does not hold: {check.said}; allowed: {check.allowed}" for check in found.warning),
    )
