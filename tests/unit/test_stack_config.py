"""What the files say has to be what the engine reads; what it makes of them is known from tests/lab."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from components import config_file, stack_config
from components.config_file import Written
from cutover.refusal import Refusal
from tests.unit.plain_scalars import AS_WRITTEN, READ_AS_ANOTHER

PROJECT = "name: shop\nruntime: python\n"


class Folder:
    """A project's folder, and what the engine hands over for a stack in it."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root, self._monkeypatch = root, monkeypatch
        self.warnings: list[str] = []
        monkeypatch.setattr("pulumi.log.warn", self.warnings.append)
        self.project("")

    def project(self, text: str, name: str = "Pulumi.yaml") -> None:
        (self.root / name).write_text(PROJECT + text)

    def stack(self, text: str, name: str = "Pulumi.amber.yaml") -> None:
        (self.root / name).parent.mkdir(exist_ok=True)
        (self.root / name).write_text(text)

    def look(self, **config: str) -> None:
        """`config`: key to text; two underscores stand for the colon of a namespace."""
        engine = {key.replace("__", ":") if "__" in key else f"shop:{key}": text for key, text in config.items()}
        self._monkeypatch.setenv("PULUMI_CONFIG", json.dumps(engine))
        stack_config.refuse_what_is_not_read_as_written(str(self.root), "shop", "amber")

    def refusal(self, **config: str) -> Refusal:
        with pytest.raises(Refusal) as refused:
            self.look(**config)
        return refused.value


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    return Folder(tmp_path, monkeypatch)


# Written and read.


@pytest.mark.parametrize(("written", "read"), READ_AS_ANOTHER)
def test_a_release_that_is_read_as_another_one_is_refused(folder: Folder, written: str, read: str) -> None:
    folder.stack(f"config:\n  shop:release: {written}\n")
    refusal = folder.refusal(release=read)
    said = f"was written {written} and is read as {read or '(nothing)'}"
    assert refusal.problem == f"config key release of stack amber {said}"
    assert refusal.seen == f"release: {written} without quotes in line 2 of Pulumi.amber.yaml"
    assert "a text in quotes" in refusal.allowed
    assert refusal.next_step.startswith("pulumi config set release ")
    assert refusal.next_step.endswith(" -s amber")


@pytest.mark.parametrize("written", AS_WRITTEN)
def test_a_release_that_is_read_as_it_is_written_is_allowed(folder: Folder, written: str) -> None:
    folder.stack(f"config:\n  release: {written}\n")
    folder.look(release=written)
    assert folder.warnings == []


@pytest.mark.parametrize("quoted", ["'{}'", '"{}"', "!!str {}", "&anchor '{}'"])
@pytest.mark.parametrize("written", [written for written, _ in READ_AS_ANOTHER[:8]])
def test_in_quotes_every_text_is_allowed(folder: Folder, quoted: str, written: str) -> None:
    folder.stack(f"config:\n  release: {quoted.format(written)}\n")
    folder.look(release=written)


@pytest.mark.parametrize("written", ["&b 1.10", "*a", "!!float '1.10'", "!!float 1.10"])
def test_no_way_of_writing_a_number_is_overlooked(folder: Folder, written: str) -> None:
    folder.stack(f"config:\n  other: &a 1.10\n  release: {written}\n")
    assert "was written 1.10" in folder.refusal(release="1.1").problem


def test_what_a_map_takes_over_from_another_one_is_looked_at_too(folder: Folder) -> None:
    folder.stack("common: &common {release: 1.10}\nconfig:\n  <<: *common\n")
    assert "was written 1.10" in folder.refusal(release="1.1").problem
    folder.stack("common: &common {release: 1.10}\nconfig:\n  <<: [*common]\n  release: 1.1.0\n")
    folder.look(release="1.1.0")


@pytest.mark.parametrize(
    ("entry", "engine", "path"),
    [
        ("names: {default: [1.10, www.shop.example]}", {"names": '[1.1,"www.shop.example"]'}, "names[0]"),
        ("image: 0017", {"image": "15"}, "image"),
        ("shop:image: {default: 0017}", {"image": "15"}, "image"),
        (
            "cidrs: {default: {amber: 10.10.0.0/16, violet: 1.0}}",
            {"cidrs": '{"amber":"10.10.0.0/16","violet":1}'},
            "cidrs.violet",
        ),
        (
            "aws:allowedAccountIds: [012345670123]",
            {"aws__allowedAccountIds": "[1402433619]"},
            "aws:allowedAccountIds[0]",
        ),
        ("aws:profile: {value: 007}", {"aws__profile": "7"}, "aws:profile"),
    ],
)
def test_every_text_of_the_project_counts(folder: Folder, entry: str, engine: Mapping[str, str], path: str) -> None:
    folder.project(f"config:\n  {entry}\n")
    refusal = folder.refusal(**engine)
    assert refusal.problem.startswith(f"config key {path} of stack amber was written ")
    assert "in line 4 of Pulumi.yaml" in refusal.next_step
    assert refusal.next_step.endswith(", then pulumi preview -s amber")


@pytest.mark.parametrize(
    ("entry", "engine", "path"),
    [
        ("share: {violet: 05}", {"share": '{"violet":5}'}, "share.violet"),
        (
            "override: {attempt: 1.10, checks: [probes]}",
            {"override": '{"attempt":1.1,"checks":["probes"]}'},
            "override.attempt",
        ),
        ("resolvers: [1.1, 8.8.8.80, 9.0]", {"resolvers": '[1.1,"8.8.8.80",9]'}, "resolvers[2]"),
    ],
)
def test_every_text_within_a_list_or_a_map_counts(
    folder: Folder, entry: str, engine: Mapping[str, str], path: str
) -> None:
    folder.stack(f"config:\n  {entry}\n")
    refusal = folder.refusal(**engine)
    assert refusal.problem.startswith(f"config key {path} of stack amber was written ")
    assert "in line 2 of Pulumi.amber.yaml" in refusal.next_step


@pytest.mark.parametrize(
    ("entry", "engine"),
    [
        ("share: {violet: 5}", {"share": '{"violet":5}'}),
        ("resolvers: [1.1.1.1, '::1']", {"resolvers": '["1.1.1.1","::1"]'}),
        ("resolvers: [1.1.1.1, '::1']", {"resolvers": '[ "1.1.1.1", "::1" ]'}),
        ("awake: True", {"awake": "true"}),
        ("awake: false", {"awake": "false"}),
        ("release:\n    secure: AAABAAAA", {"release": "1.1"}),
        ("resolvers: [{secure: AAABAAAA}, 1.1.1.1]", {"resolvers": '["9.9.9.9","1.1.1.1"]'}),
        ("aws:skipMetadataApiCheck: TRUE", {"aws__skipMetadataApiCheck": "true"}),
        ("datadog:site: 1.10", {"datadog__site": "1.1"}),
    ],
)
def test_what_means_what_it_says_is_allowed(folder: Folder, entry: str, engine: Mapping[str, str]) -> None:
    folder.stack(f"config:\n  {entry}\n")
    folder.look(**engine)
    assert folder.warnings == []


@pytest.mark.parametrize("written", ["012", "0o12", "1e1", "10.0", "0xa", "1_0", "+10"])
def test_a_number_that_is_read_as_another_one_is_refused_with_the_number(folder: Folder, written: str) -> None:
    folder.project(f"config:\n  capacity: {{type: integer, default: {written}}}\n")
    refusal = folder.refusal(capacity="10")
    assert refusal.problem == f"config key capacity of stack amber was written {written} and is read as 10"
    assert refusal.allowed == "a number as it is read: 10"
    assert "in line 4 of Pulumi.yaml" in refusal.next_step


def test_a_value_that_may_be_a_secret_is_not_shown(folder: Folder) -> None:
    folder.project("config:\n  offsite: {default: {PIN: 0012345}}\n")
    refusal = folder.refusal(offsite='{"PIN":5349}')
    assert "offsite.PIN" in refusal.problem
    assert "12345" not in str(refusal)
    assert "5349" not in str(refusal)
    folder.project("config:\n  aws:token: 0012345\n")
    assert "12345" not in str(folder.refusal(aws__token="5349"))


# The file that is in use.


def test_the_stacks_own_value_is_judged_and_not_the_one_that_it_overrides(folder: Folder) -> None:
    folder.project("config:\n  image: 1.10\n")
    folder.stack("config:\n  image: '1.1'\n")
    folder.look(image="1.1")
    folder.project("config:\n  image: '1.1'\n")
    folder.stack("config:\n  image: 1.10\n")
    assert "of Pulumi.amber.yaml" in folder.refusal(image="1.1").seen


@pytest.mark.parametrize("text", ["", "config:\n", "config:\n  release: 1.10\n", "config:\n  release: [1.10]\n"])
def test_a_value_from_elsewhere_is_not_judged_by_a_file_that_is_not_in_use(folder: Folder, text: str) -> None:
    folder.stack(text)
    folder.look(release="2.0.0")
    assert folder.warnings == []


def test_a_number_from_elsewhere_is_warned_of(folder: Folder) -> None:
    folder.look(release="1.3", capacity="4")
    (warning,) = folder.warnings
    assert warning.startswith("release of stack amber is 1.3, and no file of this project says so")


@pytest.mark.parametrize("key", ["stackConfigDir", "config"])
def test_the_stacks_file_is_looked_for_where_the_engine_looks(folder: Folder, key: str) -> None:
    folder.project(f"{key}: stacks\n")
    folder.stack("config:\n  release: 1.2.0\n")
    folder.stack("config:\n  release: 1.10\n", "stacks/Pulumi.amber.yaml")
    assert folder.refusal(release="1.1").seen.endswith("of stacks/Pulumi.amber.yaml")


def test_a_project_in_json_or_with_the_short_ending_is_read(folder: Folder) -> None:
    (folder.root / "Pulumi.yaml").rename(folder.root / "Pulumi.yml")
    folder.stack("config:\n  release: 1.10\n", "Pulumi.amber.yml")
    assert folder.refusal(release="1.1").seen.endswith("of Pulumi.amber.yml")
    (folder.root / "Pulumi.json").write_text('{"name": "shop", "config": {"capacity": {"default": 8}}}')
    folder.stack('{"config": {"release": 1.10}}', "Pulumi.amber.json")
    assert folder.refusal(release="1.1").seen.endswith("of Pulumi.amber.json")
    assert stack_config.of_project(str(folder.root)) == {"capacity": "8"}


@pytest.mark.parametrize("text", ["config: [", "config:\n\t- a", "- a", "&a [*a]", "\x00", "a: b: c"])
def test_a_file_that_cannot_be_read_is_refused_by_name(folder: Folder, text: str) -> None:
    folder.stack(text)
    assert folder.refusal().problem == "Pulumi.amber.yaml cannot be read"


def test_a_project_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"Pulumi.yaml cannot be read"):
        stack_config.of_project(str(tmp_path))


@pytest.mark.parametrize("text", ["", "~", "config", "config: ~", "config: stacks", "config: [a]"])
def test_a_file_without_config_says_nothing(folder: Folder, text: str) -> None:
    folder.stack(text)
    folder.look(release="1.0.0")


def test_a_list_that_holds_itself_is_no_traceback() -> None:
    with pytest.raises(ValueError, match=r"^"):
        config_file.parse(b"config: &a\n  b: [*a]\n")


def test_a_text_knows_its_line_and_whether_it_is_quoted() -> None:
    assert config_file.parse(b"a: 1.10\nb: '1.10'\n") == {"a": Written("1.10", False, 1), "b": Written("1.10", True, 2)}


# Whose key it is.


def test_a_key_of_the_project_with_its_namespace_is_the_same_key(folder: Folder) -> None:
    folder.project("config:\n  shop:capacity: {default: 8}\n  zone: shop.example\n  aws:region: eu-central-1\n")
    assert stack_config.of_project(str(folder.root)) == {"capacity": "8", "zone": "shop.example"}


def test_a_key_that_stands_in_a_file_twice_is_refused(folder: Folder) -> None:
    folder.stack("config:\n  release: 1.0.0\n  shop:release: 2.0.0\n")
    refusal = folder.refusal(release="2.0.0")
    assert refusal.problem.startswith("config key release stands twice in Pulumi.amber.yaml")
    folder.stack("config: {}\n")
    folder.project("config:\n  capacity: 4\n  shop:config:capacity: 8\n")
    assert folder.refusal(capacity="4").seen == "capacity, shop:capacity"


def test_keys_of_the_project_that_this_one_was_are_refused(folder: Folder) -> None:
    folder.stack("config:\n  tag-team:release: 1.0.0\n  tag-team:awake: true\n")
    refusal = folder.refusal(**{"tag-team__release": "1.0.0", "tag-team__awake": "true"})
    assert "of the project tag-team" in refusal.problem
    assert "called shop" in refusal.problem
    assert refusal.seen == "tag-team:awake, tag-team:release"
    assert refusal.next_step == (
        'pulumi config set awake "$(pulumi config get tag-team:awake -s amber)" -s amber && '
        "pulumi config rm tag-team:awake -s amber"
    )


def test_a_foreign_key_beside_the_projects_own_is_just_taken_out(folder: Folder) -> None:
    folder.stack("config:\n  tag-team:release: 1.0.0\n  release: 1.1.0\n")
    refusal = folder.refusal(release="1.1.0", **{"tag-team__release": "1.0.0"})
    assert refusal.next_step == "pulumi config rm tag-team:release -s amber"


def test_a_foreign_key_of_the_projects_file_is_edited_there(folder: Folder) -> None:
    folder.project("config:\n  tag-team:capacity: 8\n")
    refusal = folder.refusal(**{"tag-team__capacity": "8"})
    assert refusal.next_step == "write `capacity` for `tag-team:capacity` in Pulumi.yaml, then pulumi preview -s amber"


@pytest.mark.parametrize("key", ["aws__region", "aws__zone", "pulumi__names", "other__unknown", "random__port"])
def test_keys_of_providers_and_of_others_are_left_alone(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, key: str
) -> None:
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name: object() if name in ("pulumi_aws", "pulumi_random") else None
    )
    folder.look(**{key: "1.0.0"})


# Names of resources.


@pytest.mark.parametrize("text", ['{"mode":"verbatim"}', '{"providers":{"aws":{"pattern":"${name}"}}}'])
def test_names_that_are_the_same_in_every_release_are_refused(folder: Folder, text: str) -> None:
    refusal = folder.refusal(pulumi__autonaming=text)
    assert "so a new one could not come before the old one goes" in refusal.problem
    assert refusal.seen.startswith("pulumi:autonaming: ")
    assert "${name}-${hex(7)}" in refusal.allowed
    assert refusal.next_step == "pulumi config rm pulumi:autonaming -s amber"
    folder.project("config:\n  pulumi:autonaming: {value: {mode: verbatim}}\n")
    assert folder.refusal(pulumi__autonaming=text).next_step.startswith("take `pulumi:autonaming` out of Pulumi.yaml")


def test_other_names_are_allowed(folder: Folder) -> None:
    folder.look(pulumi__autonaming='{"pattern":"${stack}-${name}-${hex(7)}"}')


def test_names_that_aws_takes_for_no_load_balancer_or_security_group_are_refused(folder: Folder) -> None:
    refusal = folder.refusal(pulumi__autonaming='{"pattern":"internal-${name}-${hex(7)}"}')
    assert refusal.problem.startswith("AWS would take no load balancer")
    assert refusal.seen == "pulumi:autonaming: pattern: internal-${name}-${hex(7)}"
    assert "do not begin with internal- or sg-" in refusal.allowed
    assert refusal.next_step == "pulumi config rm pulumi:autonaming -s amber"


def test_names_that_are_longer_than_aws_takes_them_are_refused(folder: Folder) -> None:
    refusal = folder.refusal(pulumi__autonaming='{"pattern":"${project}-of-the-whole-wide-world-${name}-${hex(7)}"}')
    assert refusal.problem == "AWS would not take the names that resources would get"
    assert "names a LoadBalancer like shop-of-the-whole-wide-world-amber-0000000 (42 characters)" in refusal.seen
    assert "32 at most" in refusal.allowed
    assert refusal.next_step == "pulumi config rm pulumi:autonaming -s amber"
    folder.look(pulumi__autonaming='{"pattern":"${project}-${name}-${hex(7)}"}')
