"""What carries a colour's tags and is in no state."""

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from botocore.exceptions import ClientError

from cutover import orphans, tagged
from cutover.aws_tagged import AwsTagged
from cutover.in_charge import Entry, History
from cutover.provenance import Place
from cutover.refusal import Refusal
from cutover.tagged import DELETED_BY, Tagged

ARN = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/app/amber-1/1"
OTHER_ARN = ARN.replace("amber-1/1", "amber-2/2")
BALANCER, GROUP = "aws:lb/loadBalancer:LoadBalancer", "aws:autoscaling/group:Group"
TAGS = {"service": "www.shop.example", "colour": "amber"}


def resource(name: str, type_: str, identifier: str, **more: Any) -> dict[str, Any]:
    return {"urn": f"urn:pulumi:amber::tag-team::{type_}::{name}", "type": type_, "id": identifier, **more}


def exported(*resources: Mapping[str, Any]) -> dict[str, Any]:
    return {"version": 3, "deployment": {"resources": list(resources)} if resources else {}}


BUILT = exported(
    {"urn": "urn:pulumi:amber::tag-team::pulumi:pulumi:Stack::tag-team-amber", "type": "pulumi:pulumi:Stack"},
    resource("amber", BALANCER, ARN, inputs={"tags": TAGS}, outputs={"arn": ARN}),
    resource("amber", GROUP, "amber-1", inputs={"tags": [{"key": key, "value": TAGS[key]} for key in TAGS]}),
    resource("door", "aws:ssm/parameter:Parameter", "/door", delete=True),
)


def test_a_state_says_whose_it_is_and_what_it_knows() -> None:
    state = orphans.state_of(BUILT)
    assert (state.stack, state.service) == ("amber", "www.shop.example")
    assert state.identifiers == {ARN, "amber-1", "/door"}
    assert orphans.state_of(exported()) == orphans.State("", [], frozenset(), "")


def test_what_no_state_knows_is_an_orphan_in_the_order_in_which_it_can_be_deleted() -> None:
    found = [
        Tagged(tagged.NETWORK, "vpc-2"),
        Tagged(tagged.BALANCER, ARN),
        Tagged(tagged.BALANCER, OTHER_ARN),
        Tagged(tagged.GROUP, "amber-1"),
        Tagged(tagged.GROUP, "amber-2"),
        Tagged(tagged.INSTANCE, "i-1", group="amber-1"),
        Tagged(tagged.INSTANCE, "i-2", group="amber-2"),
        Tagged(tagged.PARAMETER, "/door"),
    ]
    left = orphans.orphans(found, orphans.state_of(BUILT))
    assert [one.id for one in left] == ["amber-2", "i-2", OTHER_ARN, "vpc-2"]


def test_every_kind_has_the_command_that_deletes_it_in_which_no_name_can_do_anything() -> None:
    for kind in DELETED_BY:
        lines = orphans.report([Tagged(kind, "x; rm -rf ~\x1b[2J", "1.0.0")], "eu-central-1")
        assert lines[0] == f"{kind} x; rm -rf ~\\x1b[2J (release 1.0.0)"
        assert "'x; rm -rf ~\\x1b[2J'" in lines[1]
        assert all(line.isprintable() for line in lines)


def test_another_stacks_state_is_refused() -> None:
    with pytest.raises(Refusal, match="this is not the state of violet") as refused:
        orphans.refuse_another(orphans.state_of(BUILT), "violet", None)
    assert "pulumi stack export -s violet | " in refused.value.next_step


def test_a_state_that_lacks_the_group_in_charge_is_an_old_one_and_refused() -> None:
    state = orphans.state_of(BUILT)
    with pytest.raises(Refusal, match="not the one of today"):
        orphans.refuse_another(state, "amber", Entry(1.0, "amber", "1.1.0", "amber-9"))
    with pytest.raises(Refusal, match="not the one of today"):
        orphans.refuse_another(orphans.state_of(exported()), "amber", Entry(1.0, "amber", "1.1.0", "amber-1"))
    orphans.refuse_another(state, "amber", Entry(1.0, "amber", "1.0.0", "amber-1"))
    orphans.refuse_another(state, "amber", Entry(1.0, "violet", "1.0.0", "violet-9"))
    orphans.refuse_another(state, "amber", None)


@pytest.fixture
def account(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What AWS says, for a test to change."""
    said: dict[str, Any] = {
        "place": Place("123456789012", "eu-central-1"),
        "history": History(),
        "door": False,
        "tagged": (Tagged(tagged.BALANCER, ARN), Tagged(tagged.BALANCER, OTHER_ARN, "1.0.0")),
    }

    def answer(key: str) -> Any:
        if isinstance(said[key], Exception):
            raise said[key]
        return said[key]

    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setattr(AwsTagged, "caller", lambda _: answer("place"))
    monkeypatch.setattr(AwsTagged, "in_charge_history", lambda *_: answer("history"))
    monkeypatch.setattr(AwsTagged, "exists", lambda *_: answer("door"))
    monkeypatch.setattr(AwsTagged, "tagged", lambda *wanted: said.update(asked=wanted[1:]) or answer("tagged"))
    return said


def run(
    text: str, arguments: Sequence[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[int, str, str]:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    return orphans.main(arguments), *capsys.readouterr()


def test_the_command_prints_each_with_what_deletes_it(
    account: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(json.dumps(BUILT), ["amber"], monkeypatch, capsys)
    assert code == orphans.SOME
    assert account["asked"] == ("www.shop.example", "amber")
    assert out.splitlines() == [
        f"load-balancer {OTHER_ARN} (release 1.0.0)",
        f"    aws elbv2 delete-load-balancer --load-balancer-arn {OTHER_ARN} --region eu-central-1",
    ]
    assert "of 2 with the tags service=www.shop.example and colour=amber: 1 in no state" in err
    account["tagged"] = account["tagged"][:1]
    assert run(json.dumps(BUILT), ["amber"], monkeypatch, capsys)[:2] == (orphans.NONE, "")


def test_an_empty_state_needs_the_service_and_says_so_beside_what_it_finds(
    account: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(json.dumps(exported()), ["amber"], monkeypatch, capsys)
    assert (code, out) == (orphans.NOT_TOLD, "")
    assert "--service NAME" in err
    code, out, err = run(json.dumps(exported()), ["amber", "--service", "www.shop.example"], monkeypatch, capsys)
    assert code == orphans.SOME
    assert len(out.splitlines()) == 4
    assert "this one is empty: is it the right stack" in err
    assert account["asked"] == ("www.shop.example", "amber")


def test_of_a_colour_that_is_up_an_empty_state_tells_nothing(
    account: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    account["door"] = True
    code, out, err = run(json.dumps(exported()), ["amber", "--service", "www.shop.example"], monkeypatch, capsys)
    assert (code, out) == (orphans.NOT_TOLD, "")
    assert "the door of amber of www.shop.example is there, and this state has no cluster" in err
    assert "aws ssm delete-parameter --name /tag-team/www.shop.example/amber/can-be-tagged-in" in err
    # Its own state has the instances.
    assert run(json.dumps(BUILT), ["amber"], monkeypatch, capsys)[0] == orphans.SOME


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"deployment": 1}', '{"deployment": {"resources": [1]}}'])
def test_what_is_no_export_tells_nothing(
    text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, err = run(text, ["amber"], monkeypatch, capsys)
    assert (code, out) == (orphans.NOT_TOLD, "")
    assert "this is no output of `pulumi stack export`" in err


@pytest.mark.parametrize(
    ("key", "said", "problem"),
    [
        ("place", Place("999999999999", "eu-central-1"), "was made in another account"),
        ("history", History((Entry(1.0, "amber", "1.0.0", "amber-9"),)), "not the one of today"),
        (
            "tagged",
            ClientError({"Error": {"Code": "AccessDenied", "Message": "\x1b[2J"}}, "ListRoles"),
            "could not",
        ),
        ("history", ClientError({"Error": {"Code": "AccessDenied"}}, "GetParameterHistory"), "AWS could not be asked"),
        ("door", ClientError({"Error": {"Code": "AccessDenied"}}, "GetParameter"), "AWS could not be asked"),
        ("history", ValueError("AWS does not say what time it is"), "AWS could not be asked"),
    ],
)
def test_without_an_answer_to_compare_with_nothing_is_told(
    key: str,
    said: object,
    problem: str,
    account: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    account[key] = said
    code, out, err = run(json.dumps(BUILT), ["amber"], monkeypatch, capsys)
    assert (code, out) == (orphans.NOT_TOLD, "")
    assert problem in err
    assert "\x1b" not in err
