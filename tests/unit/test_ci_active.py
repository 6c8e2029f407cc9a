"""Of the live stack's file a tag-back changes one value, and nothing else."""

from pathlib import Path

import pytest

from ci import active
from cutover.refusal import Refusal


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("config:\n  active: red\n", "config:\n  active: blue\n"),
        ("config:\n  shop:active: red\n", "config:\n  shop:active: blue\n"),
        ('config:\n  active: "red"  # since Tuesday\n', "config:\n  active: blue  # since Tuesday\n"),
        ("# ours\nconfig: {active: red, share: 5}\n", "# ours\nconfig: {active: blue, share: 5}\n"),
        ("config:\r\n  active:   red\r\n  share: 5\r\n", "config:\r\n  active:   blue\r\n  share: 5\r\n"),
        (
            "encryptionsalt: v1:x=\nconfig:\n  # who\n  active: red\n  other:active: red\n  resolvers: ['9.9.9.9']\n",
            "encryptionsalt: v1:x=\nconfig:\n  # who\n  active: blue\n  other:active: red\n  resolvers: ['9.9.9.9']\n",
        ),
        ("active: red\nconfig:\n  active: red", "active: red\nconfig:\n  active: blue"),
        # Already: left as it is written.
        ("config:\n  active: 'blue'\n", "config:\n  active: 'blue'\n"),
    ],
)
def test_only_active_is_changed(before: str, after: str, tmp_path: Path) -> None:
    assert active.written(before, "blue", "shop") == after
    (tmp_path / active.FILE).write_bytes(before.encode())
    active.write(tmp_path, "shop", "blue")
    assert (tmp_path / active.FILE).read_bytes() == after.encode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "config:\n",
        "config:\n  share: 5\n",
        "config:\n  other:active: red\n",
        "active: red\n",
        "config:\n  active: red\n  shop:active: red\n",
        "config:\n  active: red\n  active: red\n",
        "config:\n  active: red\nconfig:\n  share: 5\n",
        "config:\n  active:\n",
        "config:\n  share: &x red\n  active: *x\n",
        "config:\n  active: [red\n",
        "config: red\n",
        "- config\n",
        "config:\n  active: red\n  a: \x00\n",
    ],
)
def test_a_file_that_does_not_say_it_once_is_refused_and_left(text: str, tmp_path: Path) -> None:
    (tmp_path / active.FILE).write_text(text)
    with pytest.raises(Refusal, match=r"`active` cannot be written into Pulumi\.live\.yaml"):
        active.write(tmp_path, "shop", "blue")
    assert (tmp_path / active.FILE).read_text() == text


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match=r"`active` cannot be written into Pulumi\.live\.yaml"):
        active.write(tmp_path, "shop", "blue")
    assert list(tmp_path.iterdir()) == []
