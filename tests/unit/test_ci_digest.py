"""Two checkouts are compared by digests of what an update runs on."""

import subprocess
from pathlib import Path

import pytest

from ci import digest
from cutover.refusal import Refusal

FILES = {
    "Pulumi.yaml": b"name: shop",
    "Pulumi.red.yaml": b"config: {}",
    "__main__.py": b"1",
    "components/a.py": b"a",
    "components/b.py": b"b",
    "docs/x.txt": b"x",
}
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:abc:def"}


def git(root: Path, *arguments: str) -> str:
    own = ["-c", "user.name=a", "-c", "user.email=a@shop.example", "-c", "commit.gpgsign=false"]
    return subprocess.run(
        ["git", "-C", str(root), *own, *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q", "-b", "main")
    for name, content in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "one")
    return tmp_path


def test_a_folder_of_the_program_is_one_fact_and_docs_are_none() -> None:
    assert set(digest.of_program(FILES)) == {"program, __main__.py", "program, components"}


@pytest.mark.parametrize(
    ("files", "changed"),
    [
        ({"components/a.py": b"other"}, {"program, components"}),
        ({"components/c.py": b"new"}, {"program, components"}),
        ({"__main__.py": b"other"}, {"program, __main__.py"}),
        ({"mine/new.py": b"new"}, {"program, mine"}),
        ({"docs/x.txt": b"other"}, set()),
        ({"Pulumi.red.yaml": b"other"}, set()),
    ],
)
def test_what_has_changed_in_the_program_is_named(files: dict[str, bytes], changed: set[str]) -> None:
    before, after = digest.of_program(FILES), digest.of_program({**FILES, **files})
    assert {name for name in {*before, *after} if before.get(name) != after.get(name)} == changed


def test_a_file_that_moves_within_a_folder_is_a_change() -> None:
    moved = {"components/z.py" if name == "components/a.py" else name: content for name, content in FILES.items()}
    assert digest.of_program(moved) != digest.of_program(FILES)


def test_each_stack_has_its_config_and_all_share_one() -> None:
    found = digest.of_config(FILES, ("red", "live"))
    assert set(found) == {"config of all stacks", "config of red", "config of live"}
    assert found["config of red"] != found["config of live"]


def test_a_state_is_known_by_when_it_was_written_and_by_what_is_in_it() -> None:
    state = {"manifest": {"time": "2026-11-26T12:00:00Z"}, "resources": [{"urn": "a", "inputs": {"x": 1}}]}
    told = digest.of_state(state)
    assert told.startswith("written 2026-11-26T12:00:00Z, sha256 ")
    assert digest.of_state({**state, "manifest": {"time": "2026-11-26T12:00:01Z"}}) != told
    assert digest.of_state({**state, "resources": []}) != told
    assert digest.of_state(None) == "no such stack"
    assert digest.of_state({}).startswith("written never")


def test_a_secret_that_is_encrypted_anew_is_the_same_and_no_part_of_the_digest() -> None:
    def with_secret(text: str) -> dict[str, object]:
        return {"resources": [{"inputs": {"p": {**SECRET, "ciphertext": text}}}], "secrets_providers": {"salt": text}}

    assert digest.of_state(with_secret("v1:a:b")) == digest.of_state(with_secret("v1:c:d"))
    assert digest.of_state(with_secret("a")) != digest.of_state({"resources": [{"inputs": {"p": "plain"}}]})


def test_what_git_tracks_counts_as_it_is_on_disk(checkout: Path) -> None:
    assert digest.tracked(checkout) == FILES
    (checkout / "__main__.py").write_bytes(b"edited")
    (checkout / "components/untracked.pyc").write_bytes(b"x")
    (checkout / "docs/x.txt").unlink()
    found = digest.tracked(checkout)
    assert found["__main__.py"] == b"edited"
    assert "components/untracked.pyc" not in found
    assert "docs/x.txt" not in found


def test_a_link_counts_by_where_it_leads(checkout: Path) -> None:
    (checkout / "linked").symlink_to("components")
    git(checkout, "add", "linked")
    assert digest.tracked(checkout)["linked"] == b"components"


def test_the_files_that_a_commit_changes_are_told_with_both_names_of_one_that_moved(checkout: Path) -> None:
    git(checkout, "mv", "components/a.py", "docs/ä b.py")
    git(checkout, "commit", "-q", "-m", "two")
    assert set(digest.changed(checkout, "HEAD^1") or ()) == {"components/a.py", "docs/ä b.py"}
    assert digest.changed(checkout, "HEAD") == ()
    assert digest.commit(checkout) == git(checkout, "rev-parse", "HEAD")


@pytest.mark.parametrize("base", ["0" * 40, "nothing", "--output=/tmp/x", ""])
def test_from_a_commit_that_is_not_known_nothing_is_told(checkout: Path, base: str) -> None:
    assert digest.changed(checkout, base) is None


def test_a_folder_that_is_no_checkout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="git does not say what is checked out"):
        digest.tracked(tmp_path)
