"""SSM parameters: who wrote them, and a history that can be made to look older, so that tests need not wait."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

from moto.core.models import DEFAULT_ACCOUNT_ID

from lab.aws import embedded
from lab.aws.answer import Answer
from lab.aws.request import ApiRequest

# Who GetCallerIdentity says that calls with the lab's own keys are of.
_CALLER = f"arn:aws:sts::{DEFAULT_ACCOUNT_ID}:user/moto"


def name_the_author(request: ApiRequest, pass_on: Callable[[], Answer]) -> Answer:  # noqa: ARG001  # a Correction
    """GetParameterHistory says who wrote each version; moto says "N/A"."""
    answer = pass_on()
    said = json.loads(answer.body)
    for version in said.get("Parameters", ()):
        version["LastModifiedUser"] = _CALLER
    return Answer(answer.status, answer.content_type, json.dumps(said).encode())


def age(name: str, seconds: float, groups: bool = True) -> int:
    """Move every version of the parameter `name`, in all regions, this many `seconds` into the past (negative: back).

    So are all Auto Scaling groups, since what was made before a version was written still is; without `groups` they
    look as if they had been made since, under their old names. Returns how many versions that were. Raises ValueError
    when there is no such parameter.
    """
    held = [backend._parameters for backend in embedded.ssm_in_use()]
    versions = [version for parameters in held if name in parameters for version in parameters[name]]
    if not versions:
        raise ValueError(f"there is no parameter {name}")
    for version in versions:
        version.last_modified_date -= timedelta(seconds=seconds)
    for backend in embedded.autoscaling_in_use() if groups else ():
        for group in backend.autoscaling_groups.values():
            made = datetime.fromisoformat(group.created_time) - timedelta(seconds=seconds)
            group.created_time = made.isoformat()
    return len(versions)
