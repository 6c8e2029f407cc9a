"""`python -m release.publish --from FOLDER`: the tag and the release, of what `release.ready` has written.

The tag is made last, by publishing a draft that has all of its files: what fails before leaves no tag.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ci import console
from cutover.refusal import Refusal
from release import hub, ready, version


def main(argv: Sequence[str] | None = None) -> int:
    """Publish it."""
    parser = argparse.ArgumentParser(prog="python -m release.publish", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--from", dest="folder", type=Path, default=Path("release-out"))
    options = parser.parse_args(argv)
    commit, number, releases = hub.commit(), version.read(Path.cwd()), hub.releases()
    # Once more: an approval may have taken days.
    ready.refuse_known(number, releases.tags())
    tag = version.tag(number)
    if (draft := releases.draft(tag)) is not None:
        raise Refusal(
            f"a release {tag} was begun and not published, so there is no tag {tag} yet",
            seen=f"draft {draft}",
            allowed="none",
            next_step=f"gh release delete {tag} --yes, then run this job again",
        )
    begun = releases.begin(tag, commit, (options.folder / ready.NOTES).read_text(encoding="utf-8"))
    for name in (f"tag-team-{number}.zip", ready.SUMS):
        releases.attach(begun, options.folder / name)
        console.tell(f"attached {name}")
    console.tell(f"{tag}: {releases.publish(begun)}")
    return 0


if __name__ == "__main__":
    sys.exit(console.ends_with(main))
