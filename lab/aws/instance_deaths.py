"""Instances that die: at once, and replaced when the test says so."""

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from moto.autoscaling.models import FakeAutoScalingGroup, InstanceState

from lab.aws import embedded
from lab.aws.answer import Answer
from lab.aws.request import ApiRequest
from lab.aws.tags import COLOUR_TAG

log = logging.getLogger("lab.aws")
_Member = tuple[FakeAutoScalingGroup, InstanceState]


class InstanceDeaths:
    """Terminates instances of Auto Scaling groups and leaves their groups short for a while.

    AWS takes minutes to find out and to launch others; moto 5.2.5 replaces a terminated instance at once.
    replaced: called when instances have been replaced. crash: ends what runs on instances; None where nothing does.
    """

    def __init__(self, replaced: Callable[[], None], crash: Callable[[Sequence[str]], None] | None = None) -> None:
        self._replaced, self._crash = replaced, crash

    def terminate(self, colour: str, count: int = 1, short_seconds: float | None = None) -> list[str]:
        """Terminate instances with the tag `colour` and return their ids.

        short_seconds: when their groups launch others; None: not before their capacity is set again.
        Raises ValueError when there are fewer than `count`.
        """
        members = _some(colour, count, "terminate")
        for group, state in members:
            # Not through the API of EC2, which would tell the group.
            embedded.ec2(group.region).terminate_instances([state.instance.id])
            group.instance_states.remove(state)
        if short_seconds is not None:
            groups = list({group.arn: group for group, _ in members}.values())
            timer = threading.Timer(short_seconds, self._replace, (groups,))
            timer.daemon = True
            timer.start()
        ids = [state.instance.id for _, state in members]
        log.info("terminated %s of %s, as told; replaced after %s s", ids, colour, short_seconds)
        return ids

    def crash(self, colour: str, count: int = 1) -> list[str]:
        """Let instances with the tag `colour` die without a word, as their hosts do, and return their ids.

        EC2 goes on to say that they run: load balancers and groups find out by their health checks.
        Raises ValueError when there are fewer than `count`, and in a lab without machines.
        """
        if self._crash is None:
            raise ValueError("nothing runs on the instances of this lab: start one with machines")
        ids = [state.instance.id for _, state in _some(colour, count, "crash")]
        log.info("%s of %s crash, as told", ids, colour)
        self._crash(ids)
        return ids

    def _replace(self, groups: Iterable[FakeAutoScalingGroup]) -> None:
        for group in groups:
            if group in group.autoscaling_backend.autoscaling_groups.values():
                group.set_desired_capacity(group.desired_capacity)
        self._replaced()


def register_replacements(request: ApiRequest, pass_on: Callable[[], Answer]) -> Answer:
    """TerminateInstances of EC2: moto 5.2.5 does not register an instance's replacement with its target groups."""
    answer = pass_on()
    backend: Any = embedded.autoscaling(request.region)
    for name in list(backend.autoscaling_groups):
        backend.update_attached_target_groups(name)
    return answer


def _some(colour: str, count: int, what: str) -> list[_Member]:
    members = list(_members(colour))
    if not 0 < count <= len(members):
        raise ValueError(f"cannot {what} {count} instances of {colour!r}: its groups have {len(members)}")
    return members[:count]


def _members(colour: str) -> Iterator[_Member]:
    for backend in embedded.autoscaling_in_use():
        for group in list(backend.autoscaling_groups.values()):
            for state in list(group.instance_states):
                tags = embedded.ec2(group.region).tags.get(state.instance.id, {})
                if tags.get(COLOUR_TAG) == colour:
                    yield group, state
