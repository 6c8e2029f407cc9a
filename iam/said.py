"""What the operator says on the command line, and what is wrong with it."""

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

from components import settings_reader, stack_config
from components.config_value import ZONE_ID
from components.settings import LIVE
from cutover.refusal import Refusal
from iam.cloudformation import LONGEST_ROLE_NAME, role_name
from iam.roles import ROLES
from iam.values import Place, Project, State, Told

ACCOUNT = re.compile(r"\d{12}")
REGION = re.compile(r"[a-z]{2,4}(-[a-z]+)+-\d+")
# With the ids in it where GitHub puts them into the subject of a token:
# https://github.blog/changelog/2026-04-23-immutable-subject-claims-for-github-actions-oidc-tokens/
REPOSITORY = re.compile(r"[A-Za-z0-9-]+(@\d+)?/[A-Za-z0-9._-]+(@\d+)?")
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
STATE = re.compile(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(/[A-Za-z0-9!_.'()/-]*)?(\?.*)?")
KEY = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key/[A-Za-z0-9-]+")
# The names of regions begin so where they are in another partition than `aws`:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
_PARTITIONS = {"us-gov-": "aws-us-gov", "eusc-": "aws-eusc"}
# Its services have names of their own (ec2.amazonaws.com.cn), which no document has.
_CHINA = "cn-"


def arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line; exits with 2 when it is not understood."""
    parser = argparse.ArgumentParser(prog="python -m iam", description="Fill in the policies of the project's roles.")
    parser.add_argument("--account", metavar="ID", help="the account: aws sts get-caller-identity")
    parser.add_argument("--region", help="where the clusters are (default: aws:region of the stack live)")
    parser.add_argument("--zone-id", metavar="ID", help="the hosted zone (default: zoneId in Pulumi.yaml)")
    parser.add_argument("--repository", metavar="OWNER/REPO", help="whose workflows get the roles")
    parser.add_argument("--by-hand", action="store_true", help="people of the account get them too, or another CI")
    parser.add_argument("--state", metavar="s3://BUCKET", help="where the state lies, if in S3")
    parser.add_argument("--state-key", metavar="ARN", action="append", default=[], help="a KMS key that it takes")
    parser.add_argument("--out", type=Path, default=Path("iam-out"), help="the folder to write to (default: iam-out)")
    return parser.parse_args(argv)


def project(root: str) -> Project:
    """The project in the folder `root`; raises Refusal when its files cannot be read or say what is not allowed."""
    name = stack_config.project_name(root)
    values = stack_config.of_files(root, LIVE, name)
    shared = settings_reader.load(LIVE, values, stack_config.of_project(root)).shared
    longest = max((role_name(name, role) for role in ROLES), key=len)
    if len(longest) > LONGEST_ROLE_NAME:
        raise Refusal(
            "the name of the project is too long for the names of its roles",
            seen=f"{longest}: {len(longest)} characters",
            allowed=f"at most {LONGEST_ROLE_NAME}",
            next_step="give the roles other names in cloudformation.json by hand",
        )
    return Project(name, shared, stack_config.of_files(root, LIVE, "aws"))


def of(options: argparse.Namespace, known: Project) -> Told:
    """What was said; raises Refusal for the first thing that is missing or not allowed."""
    region = _matching(
        "--region", options.region or known.provider.get("region"), REGION, "a region, like eu-central-1"
    )
    if region.startswith(_CHINA):
        raise _refusal("--region", region, "a region outside China, like eu-central-1; the documents name none there")
    partition = next((name for start, name in _PARTITIONS.items() if region.startswith(start)), "aws")
    account = _matching("--account", options.account, ACCOUNT, "the twelve digits of an account")
    zone_id = _matching(
        "--zone-id", options.zone_id or known.shared.zone_id, ZONE_ID, "the id of the hosted zone, like Z0123456789ABC"
    )
    state = _state(options.state, options.state_key)
    return Told(Place(partition, region, account), zone_id, _repository(options), state, options.by_hand)


def _repository(options: argparse.Namespace) -> str:
    """Empty where the roles are for use by hand alone."""
    if options.by_hand and options.repository is None:
        return ""
    return _matching(
        "--repository",
        options.repository,
        REPOSITORY,
        "OWNER/REPO, or OWNER@ID/REPO@ID where GitHub's tokens have the ids in them; without any, --by-hand",
    )


def _state(url: str | None, keys: Sequence[str]) -> State | None:
    for key in keys:
        _matching("--state-key", key, KEY, "the ARN of a KMS key, arn:aws:kms:REGION:ACCOUNT:key/ID")
    if url is None and keys:
        raise _refusal("--state", None, "s3://BUCKET or s3://BUCKET/FOLDER, of which the key is")
    if url is None:
        return None
    match = STATE.fullmatch(url)
    if match is None:
        raise _refusal("--state", url, "s3://BUCKET or s3://BUCKET/FOLDER, as pulumi login takes it")
    folder = (match[2] or "").strip("/")
    return State(match[1], f"{folder}/" if folder else "", tuple(keys))


def _matching(option: str, value: str | None, pattern: re.Pattern[str], allowed: str) -> str:
    if value and pattern.fullmatch(value):
        return value
    raise _refusal(option, value, allowed)


def _refusal(option: str, value: str | None, allowed: str) -> Refusal:
    return Refusal(
        f"{option} is not what it has to be" if value else f"{option} is missing",
        seen=f"{option} {value}" if value else "nothing",
        allowed=allowed,
        next_step=f"the same command with {option} and {allowed}",
    )
