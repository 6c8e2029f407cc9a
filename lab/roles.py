"""The roles of docs/permissions.md in the embedded AWS, and their credentials for the commands that are for them.

The administrator of this account makes them as that page says: with the template that `python -m iam` writes for the
project's own files. What a command may do is then what the policies of its role say, and nothing else.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cutover.refusal import Refusal
from iam import cloudformation, documents, said, values
from iam.roles import COLOUR, DOCUMENTS, LIVE, PREVIEW, ROLES, STATE
from iam.values import Place, Project, Told
from lab.messages import Call

if TYPE_CHECKING:
    from lab.client import LabClient
    from lab.workspace import Workspace

FILE = "roles.json"
SESSION = "rehearsal"
# What a repository would be called; nobody asks GitHub for a token here.
REPOSITORY = "shop/tag-team"
_STACK = "roles"
_LIVE = "live"
# The one account of the embedded AWS.
ACCOUNT = "123456789012"
_ENVIRONMENTS, _MADE_OF = "environments", "made_of"


@dataclass(frozen=True)
class Roles:
    """Role to the variables with its credentials."""

    environments: Mapping[str, Mapping[str, str]]

    def of(self, arguments: Sequence[str]) -> Mapping[str, str]:
        """The variables for one `pulumi` command; none for a command that asks AWS nothing."""
        command = arguments[0] if arguments else ""
        if command == "preview" or "--preview-only" in arguments:
            return self.environments[PREVIEW.name]
        if command not in ("up", "destroy", "refresh"):
            return {}
        return self.environments[(LIVE if _stack(arguments) == _LIVE else COLOUR).name]


def _stack(arguments: Sequence[str]) -> str:
    for option in ("-s", "--stack"):
        if option in arguments[:-1]:
            return arguments[arguments.index(option) + 1]
    return ""


def enforce(made: "Workspace", lab: "LabClient") -> "Workspace":
    """The workspace with the roles made for it, and each of its commands run as its own.

    The role of the instances gets its boundary, since nobody may make one without.
    """
    project, told = known(made)
    made.edit_project(permissionsBoundary=values.boundary_arn(project.name, told.place))
    template = json.dumps(cloudformation.template(project.name, values.of(project, told), has_state=False))
    made.aws("cloudformation").create_stack(
        StackName=_STACK, TemplateBody=template, Capabilities=["CAPABILITY_NAMED_IAM"]
    )
    environments = {
        role.name: lab.role_credentials(cloudformation.role_name(project.name, role), SESSION).environment()
        for role in ROLES
    }
    file = made.directory.parent / FILE
    file.write_text(json.dumps({_ENVIRONMENTS: environments, _MADE_OF: _digest(made)}))
    return replace(made, roles=Roles(environments))


def kept(root: Path) -> Roles | None:
    """The roles of the workspace under `root`, whose sessions a copy of its lab knows too; None when it has none."""
    file = root / FILE
    return Roles(json.loads(file.read_text())[_ENVIRONMENTS]) if file.exists() else None


def bring_up_to_date(made: "Workspace") -> None:
    """Make the policies what the project's file says by now, as its administrator does before a command that needs it.

    A file that is refused changes nothing.
    """
    file, digest = made.directory.parent / FILE, _digest(made)
    held = json.loads(file.read_text())
    if held[_MADE_OF] == digest:
        return
    with suppress(Refusal):
        _renew(made)
        file.write_text(json.dumps({**held, _MADE_OF: digest}))


def counted(calls: Iterable[Call]) -> tuple[dict[str, int], list[str]]:
    """How many calls each role made; what of them was denied, a line each."""
    made: Counter[str] = Counter()
    denied = []
    for call in calls:
        if call.caller.endswith(f"/{SESSION}"):
            role = call.caller.split("/")[-2]
            made[role] += 1
            denied += [] if call.allowed else [f"{role}: {call.action} on {', '.join(call.resources)}"]
    return dict(made), denied


def _renew(made: "Workspace") -> None:
    project, told = known(made)
    filled, iam = values.of(project, told), made.aws("iam")
    for name in DOCUMENTS:
        if name in STATE:
            continue
        arn = told.place.arn("iam", f"policy/{values.policy_name(project.name, name)}", region=False)
        document = documents.rendered(name, filled)
        (before,) = [one for one in iam.list_policy_versions(PolicyArn=arn)["Versions"] if one["IsDefaultVersion"]]
        if (
            iam.get_policy_version(PolicyArn=arn, VersionId=before["VersionId"])["PolicyVersion"]["Document"]
            != document
        ):
            iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(document), SetAsDefault=True)
            iam.delete_policy_version(PolicyArn=arn, VersionId=before["VersionId"])


def _digest(made: "Workspace") -> str:
    files = [made.directory / "Pulumi.yaml", *sorted(documents.TEMPLATES.iterdir())]
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()


def known(made: "Workspace") -> tuple[Project, Told]:
    """What the policies are made of; raises Refusal when the project's files are not fit for it."""
    project = said.project(str(made.directory))
    place = Place("aws", made.environment["AWS_REGION"], ACCOUNT)
    return project, Told(place, _zone_id(made, project), REPOSITORY)


def _zone_id(made: "Workspace", project: Project) -> str:
    """The id that the config says, or of the oldest zone of the name."""
    zones: list[dict[str, Any]] = made.aws("route53").list_hosted_zones()["HostedZones"]
    own = [one["Id"] for one in zones if one["Name"].removesuffix(".") == project.shared.zone]
    return project.shared.zone_id or str(own[0]).removeprefix("/hostedzone/")
