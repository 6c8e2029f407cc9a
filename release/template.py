"""`python -m release.template FOLDER`: the folder that `pulumi new FOLDER --generate-only` makes a project of.

Everything in it is a file of this repository as it is, but README.md, which is written for its readers, the top of
Pulumi.yaml, and links to pages that do not come along.
"""

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import yaml

from ci import console
from cutover.refusal import Refusal
from release import links, parts, version

README, PROJECT_FILE = "README.md", "Pulumi.yaml"
README_SOURCE = "release/template_readme.md"
# What `pulumi new` puts the answers in place of, in every file:
# https://github.com/pulumi/pulumi/blob/v3.259.0/pkg/cmd/pulumi/templates/project_templates.go
NAME, DESCRIPTION = "${PROJECT}", "${DESCRIPTION}"
_FILLED_IN = (README, PROJECT_FILE)
_QUICKSTART = """\
  quickstart: |

    Then, in the new folder, with the region that the clusters are to be in:

      pulumi login BACKEND
      sh setup.sh REGION

    README.md goes on from there.
"""


def assemble(root: Path, out: Path, source: str = "") -> list[str]:
    """Write the template of the repository in `root` to `out`, which is made; the paths of what is in it.

    `source` is the address of the repository on the web, where pages that do not come along can be read; empty: they
    are not linked. Raises Refusal when `out` has something in it, or when the repository has what nobody has decided
    about.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise Refusal(
            f"{out} is not empty",
            seen=f"{out} is there",
            allowed="a folder that is not there, or empty",
            next_step="python -m release.template with another folder",
        )
    number = version.read(root)
    elsewhere = f"{source.rstrip('/')}/blob/{version.tag(number)}" if source else ""
    files = parts.files(root)
    there = {*files, *(str(folder) for file in files for folder in Path(file).parents)}
    for file in files:
        content = _content(root, file, number)
        if file.endswith(".md"):
            content = links.mended(content.decode(), file, there, elsewhere).encode()
        _refuse_filled_in(file, content)
        path = out / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o755 if (root / file).stat().st_mode & 0o100 else 0o644)
    return files


def _content(root: Path, file: str, number: str) -> bytes:
    if file == README:
        return (root / README_SOURCE).read_text(encoding="utf-8").replace("VERSION", number).encode()
    if file == PROJECT_FILE:
        return _named_by_its_user((root / file).read_text(encoding="utf-8")).encode()
    return (root / file).read_bytes()


def _named_by_its_user(project: str) -> str:
    """Pulumi.yaml with the two placeholders, and what `pulumi new` shows; it takes that out again."""
    found = yaml.safe_load(project)
    for key, placeholder in (("name", NAME), ("description", DESCRIPTION)):
        project = re.sub(rf"^{key}: .*$", f"{key}: {placeholder}", project, count=1, flags=re.MULTILINE)
    said = yaml.safe_dump({"description": found["description"]}, width=1000).strip()
    made = f"{project.rstrip()}\ntemplate:\n  {said}\n{_QUICKSTART}"
    wanted = {**found, "name": NAME, "description": DESCRIPTION}
    if {key: value for key, value in yaml.safe_load(made).items() if key != "template"} != wanted:
        raise AssertionError(f"{PROJECT_FILE} would say something else")
    return made


def _refuse_filled_in(file: str, content: bytes) -> None:
    if file not in _FILLED_IN and any(placeholder.encode() in content for placeholder in (NAME, DESCRIPTION)):
        raise Refusal(
            f"`pulumi new` would write the project's name into {file}",
            seen=f"{NAME} or {DESCRIPTION}",
            allowed=f"either in {' and '.join(_FILLED_IN)} only",
            next_step=f"write it otherwise in {file}",
        )


def main(argv: Sequence[str] | None = None) -> int:
    """Assemble it, and say what was done."""
    parser = argparse.ArgumentParser(prog="python -m release.template", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--source", default="", help="address of the repository on the web")
    options = parser.parse_args(argv)
    files = assemble(Path.cwd(), options.folder, options.source)
    console.tell(
        f"{options.folder}: {len(files)} files; pulumi new {options.folder} --generate-only makes a project of them"
    )
    return 0


if __name__ == "__main__":
    sys.exit(console.ends_with(main))
