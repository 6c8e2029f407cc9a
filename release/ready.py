"""`python -m release.ready --out FOLDER`: may this commit be released? Then what the release consists of is written.

That is the template as an archive, its checksum, and the notes.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from ci import console
from cutover.refusal import Refusal
from release import archive, changelog, hub, links, template, version

CHECK = "check"
NOTES, SUMS = "notes.md", "SHA256SUMS"


def main(argv: Sequence[str] | None = None) -> int:
    """Look, then assemble."""
    parser = argparse.ArgumentParser(prog="python -m release.ready", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("release-out"))
    options = parser.parse_args(argv)
    root, commit = Path.cwd(), hub.commit()
    number = version.read(root)
    notes = changelog.of_version(root, number)
    releases = hub.releases()
    refuse_known(number, releases.tags())
    refuse_unchecked(commit, releases.check(commit, CHECK))
    source = hub.page_of_repository()
    made = write(root, options.out, number, source)
    # On the page of a release no path leads anywhere.
    elsewhere = f"{source}/blob/{version.tag(number)}"
    console.write(options.out, NOTES, links.mended(f"{notes.text}\n", changelog.FILE, (), elsewhere))
    console.tell(f"{made.name}: {made.stat().st_size} bytes, sha256 {archive.checksum(made).split()[0]}")
    console.hand_over({"version": number})
    return 0


def write(root: Path, out: Path, number: str, source: str) -> Path:
    """The archive of the template, and its checksum beside it."""
    out.mkdir(parents=True, exist_ok=True)
    made = out / f"tag-team-{number}.zip"
    with tempfile.TemporaryDirectory() as folder:
        template.assemble(root, Path(folder, "template"), source)
        archive.pack(Path(folder, "template"), made)
    console.write(out, SUMS, archive.checksum(made))
    return made


def refuse_known(number: str, tags: Sequence[str]) -> None:
    """Raise Refusal when the version was released, or one after it."""
    known = [tag.removeprefix("v") for tag in tags if version.PATTERN.fullmatch(tag.removeprefix("v"))]
    newer = sorted((one for one in known if version.order(one) >= version.order(number)), key=version.order)
    if newer:
        raise Refusal(
            f"version {number} is not a new one",
            seen=f"tags: {', '.join(map(version.tag, newer))}",
            allowed=f"a version after {newer[-1]}",
            next_step=f"raise it in {version.FILE} and in {changelog.FILE}, merge that, then run the workflow again",
        )


def refuse_unchecked(commit: str, conclusion: str) -> None:
    """Raise Refusal unless all tests have passed on this very commit."""
    if conclusion != "success":
        raise Refusal(
            f"the check `{CHECK}` has not passed on {commit[:12]}",
            seen=conclusion or "none that has ended",
            allowed="success",
            next_step="wait for it, or mend what it found; then gh workflow run release.yml --ref main",
        )


if __name__ == "__main__":
    sys.exit(console.ends_with(main))
