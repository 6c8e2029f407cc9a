"""The rehearsal on an account of one's own: asked before, removed after, and what was left is removed first."""

import fcntl
import io
import json
from decimal import Decimal
from pathlib import Path

import pytest

from cutover.aws_zones import AwsZones
from cutover.cost import Price, Rate
from cutover.provenance import Place
from cutover.zone import Zone
from lab import own_account, own_project, price
from lab.pulumi_command import Result
from lab.rehearsal import Figures, RehearsalFailed
from lab.sweep import Sweep
from lab.workspace import CHECKOUT, Workspace

HERE = Place("123456789012", "eu-central-1")
ZONE = Zone("Z1", "shop.example", private=False)
LEFT = {"name": "rehearsal-0.shop.example", "zone_id": "Z1", "account": "123456789012", "region": "eu-central-1"}


class Account:
    """What the account says, and all that was done to it."""

    def __init__(self) -> None:
        self.place, self.zones = HERE, [ZONE]
        self.left: tuple[str, ...] = ()
        self.done: list[str] = []
        self.fails: BaseException | None = None

    def rehearse(self, made: Workspace, _client: object, figures: Figures, _report: object) -> None:
        self.done.append(f"rehearsed {'.'.join(made.project_config('names')[0].split('.')[1:])}")
        if self.fails:
            raise self.fails
        figures.in_charge = next(iter(made.project_config("cidrs")))

    def swept(self) -> tuple[str, ...]:
        self.done.append("swept")
        return self.left


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "bin").mkdir()
    pulumi = tmp_path / "bin" / "pulumi"
    pulumi.write_text("#!/bin/sh\necho v3.259.0\n")
    pulumi.chmod(0o755)
    for name, value in {"PATH": f"{tmp_path / 'bin'}:/bin:/usr/bin", "XDG_STATE_HOME": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.delenv("PULUMI_OPTION_CWD", raising=False)
    return tmp_path / "tag-team" / "rehearsal-aws"


@pytest.fixture
def account(root: Path, monkeypatch: pytest.MonkeyPatch) -> Account:
    assert not root.exists()
    said = Account()
    monkeypatch.setattr(AwsZones, "caller", lambda _: said.place)
    monkeypatch.setattr(AwsZones, "zones_called", lambda *_: tuple(said.zones))
    listed = {Rate.INSTANCE: Decimal("0.2"), **price.FIGURES}
    prices = {rate: Price(amount, "USD", "x") for rate, amount in listed.items()}
    monkeypatch.setattr(price, "of_plan", lambda *_: prices)
    monkeypatch.setattr(own_account, "rehearse", said.rehearse)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setattr(Workspace, "pulumi", lambda *_, **__: Result(0, 0.0, (), ""))
    monkeypatch.setattr(Workspace, "deployment", lambda *_: {})
    for name in ("live_records", "parameters"):
        monkeypatch.setattr(Sweep, name, lambda *_: None)
    monkeypatch.setattr(Sweep, "until_clean", lambda *_: said.swept())
    return said


def answer(text: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    return own_account.main()


def test_the_price_is_said_and_yes_begins_it_and_nothing_stays(
    account: Account, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answer("yes\n", monkeypatch) == 0
    assert account.done == ["rehearsed shop.example", "swept"]
    said = capsys.readouterr()
    assert "2 load balancers" in said.out
    assert "$ 2.26" in said.out
    assert "in the zone Z1 of account 123456789012, eu-central-1" in said.out
    assert "Rehearsal on engine 3.259.0, provider pulumi-aws " in said.out
    assert not root.exists()


@pytest.mark.parametrize("text", ["", "\n", "no\n", "y\n", "YES\n"])
def test_anything_else_begins_nothing(
    text: str, account: Account, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answer(text, monkeypatch) == 1
    assert account.done == []
    assert "nothing was begun" in capsys.readouterr().err
    assert not root.exists()


@pytest.mark.parametrize("error", [RehearsalFailed("\npulumi failed"), RuntimeError("x"), KeyboardInterrupt()])
def test_one_that_fails_or_is_interrupted_is_removed_too(
    error: BaseException, account: Account, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account.fails = error
    assert answer("yes\n", monkeypatch) == 1
    assert account.done == ["rehearsed shop.example", "swept"]
    assert not root.exists()


def test_what_cannot_be_removed_is_named_and_kept_for_the_next_run(
    account: Account, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    account.left = ("load-balancer arn",)
    assert answer("yes\n", monkeypatch) == 1
    said = capsys.readouterr().err
    assert "this is left, and costs money: load-balancer arn" in said
    name = json.loads((root / "about.json").read_text())["name"]
    account.left, account.done = (), []
    assert answer("no\n", monkeypatch) == 1
    assert account.done == ["swept"]
    assert f"the rehearsal of {name} was cut off" in capsys.readouterr().err
    assert not root.exists()


def cut_off(root: Path) -> None:
    root.mkdir(parents=True)
    own_project.lay_out(root, CHECKOUT, LEFT["name"])
    (root / "about.json").write_text(json.dumps(LEFT))


def test_what_is_left_in_another_account_is_not_looked_for_in_this_one(
    account: Account, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cut_off(root)
    account.place = Place("999999999999", "eu-central-1")
    assert answer("yes\n", monkeypatch) == 1
    assert account.done == []
    assert "it was in account 123456789012, eu-central-1, and this is 999999999999" in capsys.readouterr().err
    assert (root / "about.json").exists()


def test_while_something_is_left_nothing_is_begun(
    account: Account, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_off(root)
    account.left = ("vpc vpc-1",)
    assert answer("yes\n", monkeypatch) == 1
    assert account.done == ["swept"]


@pytest.mark.parametrize("zones", [[], [ZONE, Zone("Z2", "shop.example", private=True)]])
def test_without_one_zone_nothing_is_asked(
    zones: list[Zone], account: Account, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    account.zones = zones
    assert answer("yes\n", monkeypatch) == 1
    assert account.done == []
    assert "there has to be one zone shop.example" in capsys.readouterr().err


def test_without_pulumi_the_way_to_it_is_said(
    account: Account, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(root))
    assert answer("yes\n", monkeypatch) == 1
    assert account.done == []
    assert "https://www.pulumi.com/docs/install/" in capsys.readouterr().err


def test_two_at_a_time_do_not_remove_each_other(
    account: Account, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cut_off(root)
    with (root.parent / "rehearsal-aws.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert answer("yes\n", monkeypatch) == 1
    assert account.done == []
    assert "another rehearsal runs already" in capsys.readouterr().err
