"""What the templates are filled in with: what the project's own files say, and what only its operator knows."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from components import ecr
from components.offsite import Kind, Offsite
from components.settings import LIVE
from components.shared_settings import SharedSettings
from iam.roles import BOUNDARY

_PUBLIC = "/aws/service/"
# An underscore and 32 hexadecimal digits; a pattern has no digits, only any letter at all:
# https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
_PROOF = f"_{'?' * 32}"


@dataclass(frozen=True)
class Place:
    """Whose account, and where: the parts of an ARN."""

    partition: str
    region: str
    account: str

    def arn(self, service: str, name: str, *, region: bool = True) -> str:
        """The ARN of something in this account; without a region for a service that has none."""
        return f"arn:{self.partition}:{service}:{self.region if region else ''}:{self.account}:{name}"


@dataclass(frozen=True)
class State:
    """Where in S3 the state lies. prefix: empty, or with a slash at its end. keys: ARNs of KMS keys it takes."""

    bucket: str
    prefix: str = ""
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Values:
    """Placeholder, without its brackets, to its text, or to each of its texts."""

    one: Mapping[str, str]
    several: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def also(self, **several: tuple[str, ...]) -> "Values":
        """With further placeholders; `_` in a name stands for `-`."""
        more = {name.replace("_", "-"): texts for name, texts in several.items()}
        return replace(self, several={**self.several, **more})


@dataclass(frozen=True)
class Project:
    """What the project's files say: what it is called, its shared settings, and the `aws:` keys of the stack live."""

    name: str
    shared: SharedSettings
    provider: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Told:
    """What the files do not say. repository: whose workflows get the roles; empty for nobody's.

    state is None where the state does not lie in S3. by_hand: whether the account may let people, or another CI, have
    the roles of the workflows.
    """

    place: Place
    zone_id: str
    repository: str
    state: State | None = None
    by_hand: bool = False


def policy_name(project: str, document: str) -> str:
    """Names of policies, and of roles, are unique in an account, whatever their path."""
    return f"{project}-{document}"


def boundary_arn(project: str, place: Place) -> str:
    """The ARN of the policy that is the boundary of the instances' role."""
    return place.arn("iam", f"policy/{policy_name(project, BOUNDARY)}", region=False)


def of(project: Project, told: Told) -> Values:
    """The values of a project. SERVICE: the first of its names, which tags, parameters and the roles' path have."""
    shared, place, state = project.shared, told.place, told.state
    service, colours = shared.names[0], shared.colours
    own = tuple(shared.own_name(colour) for colour in colours)
    certified = (*shared.names, *own) if shared.own_certificate else ()
    found = ecr.repository_of(shared.image)
    image = f"arn:{place.partition}:ecr:{found.region}:{found.account}:repository/{found.repository}" if found else ""
    return Values(
        {
            "PARTITION": place.partition,
            "REGION": place.region,
            "ACCOUNT": place.account,
            "SERVICE": service,
            "ZONE": told.zone_id,
            "REPOSITORY": told.repository,
            "BOUNDARY": boundary_arn(project.name, place),
            "MACHINE-IMAGE": _parameter(shared.machine_image, place),
            "PROJECT": project.name,
            "LIVE": LIVE,
            "STATE-BUCKET": state.bucket if state else "",
            "STATE-PREFIX": state.prefix if state else "",
        },
        {
            "EACH-COLOUR": colours,
            "EACH-ACCOUNT-BY-HAND": (place.account,) if told.by_hand else (),
            "EACH-LIVE-NAME": shared.names,
            "EACH-CERTIFIED-NAME": certified,
            "EACH-PROOF": tuple(f"{_PROOF}.{name}" for name in certified),
            "EACH-OFFSITE-PARAMETER": _of_kind(Kind.PARAMETER, shared.offsite, place),
            "EACH-OFFSITE-SECRET": _of_kind(Kind.SECRET, shared.offsite, place),
            "EACH-ECR": ("*",) if found else (),
            "EACH-IMAGE-REPOSITORY": (image,) if found else (),
            "EACH-STATE-KEY": state.keys if state else (),
        },
    )


def _of_kind(kind: Kind, offsite: Mapping[str, Offsite], place: Place) -> tuple[str, ...]:
    arns = {
        entry.value if entry.region else place.arn("ssm", f"parameter{entry.value}")
        for entry in offsite.values()
        if entry.kind is kind
    }
    return tuple(sorted(arns))


def _parameter(name: str, place: Place) -> str:
    """Of one that AWS publishes: all of them, since they are the same for everybody and belong to no account.

    https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters.html
    """
    if name.startswith(_PUBLIC):
        return f"arn:{place.partition}:ssm:{place.region}:*:parameter{_PUBLIC}*"
    return place.arn("ssm", f"parameter{name}")
