"""Fill in the policies of the project's roles: `python -m iam --account ID --region REGION --repository OWNER/REPO`."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from cutover.printable import printable
from cutover.refusal import Refusal
from iam import cloudformation, documents, said, values
from iam.roles import DOCUMENTS, ROLES, STATE
from iam.values import Project, Told

TEMPLATE = "cloudformation.json"
REFUSED = 1


def files(project: Project, told: Told) -> Mapping[str, str]:
    """Name to text of each file that is written; raises Refusal when AWS would not take a policy or the template."""
    filled = values.of(project, told)
    names = [name for name in DOCUMENTS if told.state or name not in STATE]
    found = {f"{name}.json": documents.rendered(name, filled) for name in names}
    found |= {f"trust-{role.name}.json": cloudformation.trust(role, filled) for role in ROLES}
    template = cloudformation.template(project.name, filled, told.state is not None)
    return {name: documents.text(one) for name, one in found.items()} | {TEMPLATE: cloudformation.text(template)}


def main(argv: Sequence[str] | None = None) -> int:
    """Write the files, and say what to type next; REFUSED, with four lines, when it refuses."""
    options = said.arguments(argv)
    try:
        project = said.project(".")
        told = said.of(options, project)
        written = files(project, told)
        _write(options.out, written)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return REFUSED
    for name in written:
        print(options.out / name)
    boundary = values.boundary_arn(project.name, told.place)
    print(f"the boundary of the instances' role, for permissionsBoundary in Pulumi.yaml: {boundary}")
    print(
        f"next: aws cloudformation deploy --stack-name {project.name}-roles --template-file {options.out / TEMPLATE} "
        "--capabilities CAPABILITY_NAMED_IAM"
    )
    return 0


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refusal(
            "the policies cannot be written",
            seen=printable(str(error)),
            allowed="a folder that can be written to",
            next_step="the same command with --out FOLDER",
        ) from None


if __name__ == "__main__":
    sys.exit(main())
