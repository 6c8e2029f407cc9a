"""Load-test the idle colour at peakRps, and leave the evidence for its tag-in: `python -m load_test COLOUR`."""

import argparse
import asyncio
import math
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import FrameType
from typing import NoReturn

from cutover import load_evidence, provenance
from cutover.asking import asking
from cutover.aws import session
from cutover.aws_load_test import AwsLoadTest
from cutover.checks.load_test import Measure
from cutover.load_evidence import Evidence
from cutover.printable import printable
from cutover.refusal import Refusal
from load_test import addresses, colour, config, messages, running, targets, vegeta, verdict
from load_test.colour import ColourLook, Tested
from load_test.config import Config
from load_test.running import Ended, Limits
from load_test.targets import Target
from load_test.vegeta import Attack, Order
from load_test.verdict import Result
from propagation import Outcome, Watch
from propagation import Target as Watched

LEAST_TIMEOUT_SECONDS = 10.0
HIGHEST_RATE, MOST_SECONDS = 1_000_000, 7200
EXIT_CODES = f"""exit codes: {Result.PASSED.value} the colour has passed; {Result.COLOUR_SHORT.value} it fell short;
{Result.NOT_TESTED.value} it was not tested, or not to the end, and nothing was written;
{Result.GENERATOR_SHORT.value} this machine could not send so many requests;
{Result.INTERRUPTED.value} Ctrl-C, and nothing was written. What it has to show is in Pulumi.yaml: peakRps,
loadTestSeconds, loadTestSuccess, readinessLatency."""


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line; exits with 2 when it is not understood."""
    parser = argparse.ArgumentParser(prog="python -m load_test", description=__doc__, epilog=EXIT_CODES)
    parser.add_argument("colour", help="the idle colour, which is asked at COLOUR.FIRST-NAME")
    parser.add_argument("--targets", type=Path, metavar="FILE", help=_TARGETS_HELP)
    parser.add_argument("--writes", action="store_true", help="let other requests than GET and HEAD through")
    parser.add_argument("--rate", type=_whole(HIGHEST_RATE), metavar="RPS", help="another one than peakRps")
    parser.add_argument("--seconds", type=_whole(MOST_SECONDS), metavar="N", help="others than loadTestSeconds")
    parser.add_argument("--error-limit", type=_per_cent, default=50.0, metavar="PER-CENT", help=_LIMIT_HELP)
    parser.add_argument("--json", action="store_true", help="print one JSON object in place of the table")
    return parser.parse_args(argv)


_TARGETS_HELP = "requests, in turn: lines like GET /path, header lines below them (default: GET healthPath)"
_LIMIT_HELP = "end when more of the answers of the last 5 s are bad (default: 50)"


def _whole(at_most: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not (text.isascii() and text.isdigit() and len(text) <= 9 and 1 <= int(text) <= at_most):
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 to {at_most}")
        return int(text)

    return parse


def _per_cent(text: str) -> float:
    try:
        found = float(text)
    except ValueError:
        found = math.nan
    # Nothing compares with NaN, so it is refused as well.
    if not 0 <= found <= 100:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 0 to 100")
    return found


@dataclass(frozen=True)
class Plan:
    """What is sent at the colour, by whom, and what it has to show."""

    program: str
    config: Config
    targets: Sequence[Target]
    measure: Measure
    limits: Limits


def plan(options: argparse.Namespace, root: str) -> Plan:
    """All that can be said before AWS is asked; raises Refusal."""
    found = config.read(root, options.colour)
    wanted = found.shared.load_test_measure
    measure = replace(wanted, rps=options.rate or wanted.rps, seconds=options.seconds or wanted.seconds)
    if not measure.rps:
        raise Refusal(
            "nothing says how many requests a second to send",
            seen="peakRps: 0",
            allowed="the requests a second of the busiest moment",
            next_step="set `peakRps` under `config` in Pulumi.yaml, or give --rate",
        )
    health = (Target("GET", found.shared.health_path),)
    requests = targets.read(options.targets, writes=options.writes) if options.targets else health
    return Plan(vegeta.find(os.environ), found, requests, measure, Limits(options.error_limit))


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; its exit code is the value of a Result."""
    options = arguments(argv)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        return _run(plan(options, "."), as_json=options.json).value
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return Result.NOT_TESTED.value
    except KeyboardInterrupt:
        print("interrupted: no evidence was written; what was there before stays", file=sys.stderr)
        return Result.INTERRUPTED.value


def _interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


def _run(wanted: Plan, *, as_json: bool) -> Result:
    aws = AwsLoadTest(session(wanted.config.provider))
    provenance.require_region(aws.region)
    look = ColourLook(wanted.config, aws, time.sleep, _say)
    tested = look.tested()
    look.require_whole(tested)
    ended = _send(wanted, look, tested)
    if look.tested() != tested:
        raise Refusal(
            f"{wanted.config.colour} was changed while it was tested, so the test says nothing; nothing was written",
            seen=f"another group, number of instances or load balancer than when the test of {tested.cluster.group} "
            "began",
            allowed="a colour that nobody changes",
            next_step=f".venv/bin/python -m load_test {wanted.config.colour}",
        )
    return _conclude(wanted, aws, tested, ended, as_json=as_json)


def _send(wanted: Plan, look: ColourLook, tested: Tested) -> Ended:
    found, shared = wanted.config, wanted.config.shared
    own_name, rate = shared.own_name(found.colour), verdict.rate_for(wanted.measure)
    good = asyncio.run(addresses.resolvers_for(own_name, tested.cluster.dns_name, found.resolvers, _glance))
    latency = wanted.measure.p99 / 1000
    order = Order(
        rate,
        wanted.measure.seconds + verdict.MORE_SECONDS,
        max(LEAST_TIMEOUT_SECONDS, 2 * latency),
        good,
        targets.rendered(wanted.targets, shared.own_url(found.colour)),
    )
    _say(f"{rate} requests a second at {shared.own_url(found.colour)} for {order.seconds} s ({tested.cluster.group})")
    if changing := sum(one.writes for one in wanted.targets):
        _say(f"--writes: {changing} of {len(wanted.targets)} requests may change the data that production has")
    with Attack(wanted.program, order, os.environ) as attack:
        return running.run(attack, order.seconds, wanted.limits, lambda: look.require_idle(tested), _say)


async def _glance(target: Watched, deadline_seconds: float, is_enough: Callable[[Outcome], bool]) -> Outcome:
    return await Watch(target).glance(deadline_seconds, is_enough)


def _conclude(wanted: Plan, aws: AwsLoadTest, tested: Tested, ended: Ended, *, as_json: bool) -> Result:
    """Write the evidence, whatever it says: the newest test counts. Then show it."""
    shared, cluster = wanted.config.shared, tested.cluster
    parameter, writes = shared.load_test_parameter(cluster.colour), any(one.writes for one in wanted.targets)
    with asking("AWS", "who tests, and what time it is"):
        by, at = aws.who_and_when()
        made = tested.evidence(ended.figures, at, by, writes=writes)
        # As a tag-in will read it.
        found = load_evidence.parse(made.to_json())
        if not isinstance(found, Evidence):
            raise ValueError(f"these figures are none: {found}")
    written, refused = _keep(aws, parameter, made)
    judged = verdict.judge(found, wanted.measure, ended_at_limit=ended.at_limit)
    rate = verdict.rate_for(wanted.measure)
    json_text = messages.as_json(found, rate, judged, written=written) if as_json else None
    print(json_text or messages.table(found, rate, judged))
    if refused:
        raise refused
    if not written:
        colour.refuse_no_place(cluster.colour, parameter)
    _say(f"written to {parameter}")
    if _asks_less(wanted.measure, shared.load_test_measure):
        _say(f"a tag-in will not take it: it takes {shared.load_test_measure}")
    return judged.result


def _keep(aws: AwsLoadTest, parameter: str, made: Evidence) -> tuple[bool, Refusal | None]:
    """Whether the evidence is written, and why it could not be: the figures are shown all the same."""
    try:
        with asking("AWS", f"to keep the evidence in {parameter}"):
            return aws.overwrite(parameter, made.to_json()), None
    except Refusal as refused:
        return False, refused


def _asks_less(one: Measure, other: Measure) -> bool:
    return one.rps < other.rps or one.seconds < other.seconds


def _say(text: str) -> None:
    print(f"load test: {printable(text)}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
