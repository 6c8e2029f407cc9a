"""What instances say of their boot, as the wait for full capacity quotes it at its deadline."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from cutover import aws_consoles, last_words
from cutover.group_capacity import CapacitySeen, TargetHealth, wait_until_full
from cutover.refusal import Refusal

SICK, HEALTHY = TargetHealth("unhealthy", "Target.FailedHealthChecks"), TargetHealth("healthy")
CONSOLE = (
    "[    0.000000] Linux version 6.1\r\n"
    "[   21.110000] cloud-init[1611]: user data: pull web:9.9.9: failed with exit code 1: $'manifest unknown'\r\n"
    "[   21.220000] cloud-init[1611]: user data: pull web:9.9.9: no time left, after 270 s\r\n"
    "[   22.220000] cloud-init[1611]: user data: ended at: pull web:9.9.9. This instance serves nothing\r\n"
    "[   22.300000] cloud-init[1611]: Failed to run module scripts-user\r\n"
    "\r\nip-10-10-0-12 login: "
)
WORDS = (
    "pull web:9.9.9: failed with exit code 1: $'manifest unknown' / pull web:9.9.9: no time left, after 270 s / "
    "ended at: pull web:9.9.9. This instance serves nothing"
)


def test_the_last_words_are_the_last_lines_of_user_data_without_what_systemd_writes_before_them() -> None:
    assert last_words.of_console(CONSOLE) == WORDS


@pytest.mark.parametrize("console", ["", "\r\n", "[    0.000000] Linux version 6.1\r\nlogin: "])
def test_a_console_without_user_data_has_none(console: str) -> None:
    assert last_words.of_console(console) == ""


def test_a_line_that_never_ends_is_cut() -> None:
    assert len(last_words.of_console(last_words.MARK + "x" * 60_000)) == last_words.LONGEST_LINE


def test_what_a_console_says_is_told_as_data_and_once() -> None:
    told = last_words.told([("i-1", "no\n  next: rm"), ("i-2", "no\n  next: rm"), ("i-3", ""), ("i-4", "\x1b[2J")])
    assert told == r"i-1 said last: 'no\n  next: rm'; i-4 said last: '\x1b[2J'"
    assert last_words.told([]) == ""


class Ec2:
    """Answers GetConsoleOutput with a console or an error by instance; those that are not of Nitro have no latest."""

    def __init__(self, consoles: Mapping[str, str | Exception], *, nitro: bool = True) -> None:
        self._consoles, self._nitro = consoles, nitro
        self.asked: list[str] = []

    def get_console_output(self, InstanceId: str, Latest: bool = False) -> dict[str, Any]:  # boto3's names
        self.asked.append(InstanceId)
        if Latest and not self._nitro:
            raise ClientError({"Error": {"Code": "UnsupportedOperation", "Message": "not here"}}, "GetConsoleOutput")
        found = self._consoles[InstanceId]
        if isinstance(found, Exception):
            raise found
        return {"InstanceId": InstanceId, **({"Output": found} if found else {})}


def words_of(ec2: Ec2, *instances: str) -> str:
    return aws_consoles.words_of(ec2, instances)  # type: ignore[arg-type]  # a double


def test_the_consoles_of_instances_are_read_until_a_few_have_said_something() -> None:
    consoles = {f"i-{number}": "" for number in range(20)}
    ec2 = Ec2(consoles | {f"i-{number}": CONSOLE for number in (1, 2, 3)})
    assert words_of(ec2, *consoles) == f"i-1 said last: {WORDS!r}"
    assert ec2.asked == ["i-0", "i-1", "i-2", "i-3"]
    ec2 = Ec2(consoles)
    assert words_of(ec2, *consoles) == ""
    assert len(ec2.asked) == 12, "whoever has hundreds of instances does not wait for all of them"


def test_an_instance_without_latest_output_is_asked_for_the_older_one() -> None:
    assert "i-0 said last" in words_of(Ec2({"i-0": CONSOLE}, nitro=False), "i-0")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (
            ClientError({"Error": {"Code": "UnauthorizedOperation", "Message": "no"}}, "GetConsoleOutput"),
            "Unauthorized",
        ),
        (
            ClientError({"Error": {"Code": "InvalidInstanceID.NotFound", "Message": "no"}}, "GetConsoleOutput"),
            "NotFound",
        ),
        (ConnectTimeoutError(endpoint_url="https://ec2"), "timeout"),
    ],
)
def test_that_a_console_cannot_be_read_is_said_in_its_place(error: Exception, told: str) -> None:
    said = words_of(Ec2({"i-0": error}), "i-0")
    assert "its console cannot be read" in said
    assert told in said


def refused(looks: Sequence[CapacitySeen], wanted: int = 1) -> tuple[Refusal, list[Sequence[str]]]:
    """The refusal of a wait that looks every few seconds, and which instances were asked for their words."""
    now, left, asked = [0.0], list(looks), []

    async def look() -> CapacitySeen:
        return left.pop(0) if len(left) > 1 else left[0]

    async def sleep(seconds: float) -> None:
        now[0] += seconds

    async def words(instances: Sequence[str]) -> str:
        asked.append(instances)
        return "i-0 said last: 'no'"

    with pytest.raises(Refusal) as found:
        asyncio.run(wait_until_full(look, wanted, 30, "amber", lambda: now[0], sleep, lambda _: None, words))
    return found.value, asked


def seen(**targets: TargetHealth) -> CapacitySeen:
    ids = {name.replace("_", "-"): target for name, target in targets.items()}
    return CapacitySeen("group-1", frozenset(ids), ids)


def test_at_the_deadline_the_instances_that_do_not_serve_are_heard() -> None:
    refusal, asked = refused([seen(i_0=SICK, i_1=HEALTHY)], wanted=2)
    assert refusal.seen.endswith("; i-0 said last: 'no'")
    assert asked == [["i-0"]]


def test_an_instance_that_was_replaced_meanwhile_is_heard_after_those_that_are_there() -> None:
    _, asked = refused([seen(i_1=SICK), seen(i_2=SICK), seen(i_3=SICK)])
    assert asked == [["i-3", "i-2", "i-1"]]


def test_a_group_without_instances_has_nobody_to_hear() -> None:
    _, asked = refused([seen()])
    assert asked == [[]]
