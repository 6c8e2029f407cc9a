"""The credentials of the provider that is kept: those of the command that goes on with it."""

import configparser
from collections.abc import Mapping
from pathlib import Path

import pytest

from lab.plugins.kept_provider import CREDENTIALS, VARIABLE, lent


def environment(file: Path, role: str) -> dict[str, str]:
    keys = {"AWS_ACCESS_KEY_ID": role, "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": f"token of {role}"}
    return {VARIABLE: "aws:1", CREDENTIALS: str(file), **keys}


def held(file: Path) -> Mapping[str, str]:
    parsed = configparser.ConfigParser()
    parsed.read(file)
    return dict(parsed["default"])


MADE = "[default]\naws_access_key_id = operator\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "credentials"
    file.write_text(MADE)
    return file


def test_it_has_the_credentials_of_the_command_that_goes_on_with_it(file: Path) -> None:
    for role in ("colour", "live"):
        own = environment(file, role)
        with lent(own) as given:
            assert given == own
            assert held(file) == {
                "aws_access_key_id": role,
                "aws_secret_access_key": "secret",
                "aws_session_token": f"token of {role}",
            }


def test_a_command_with_others_at_the_same_time_starts_one_of_its_own(file: Path) -> None:
    first, other = environment(file, "colour"), environment(file, "live")
    with lent(first), lent(first) as same, lent(other) as apart:
        assert same == first
        assert VARIABLE not in apart
        assert held(file)["aws_access_key_id"] == "colour"
    with lent(other) as alone:
        assert alone == other


def test_whoever_it_is_not_lent_to_finds_it_as_it_was_made(file: Path) -> None:
    with lent(environment(file, "colour")), lent(environment(file, "colour")):
        assert file.read_text() != MADE
    assert file.read_text() == MADE


def test_without_a_kept_provider_nothing_is_changed_or_written() -> None:
    own = {"AWS_ACCESS_KEY_ID": "test"}
    with lent(own) as given:
        assert given == own
