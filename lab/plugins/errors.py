"""Errors of the bridge in the program's own words."""

import re
from typing import NoReturn

import grpc
from pulumi.runtime.proto import provider_pb2, status_pb2

from lab.plugins.aws_names import Resource, pulumi_token
from lab.plugins.properties import to_pulumi

_BRIDGE_TOKEN = re.compile(r"aws:index/\w+:\w+")
_MARK = re.compile(r"^\[(?:ERROR|WARNING)\] (?:: )?")
# Where gRPC carries structured details: https://grpc.io/docs/guides/error/#richer-error-model
_DETAILS = "grpc-status-details-bin"


def in_pulumi_words(text: str) -> str:
    """`text` with the bridge's type tokens, also those in URNs, replaced by those of the program.

    The bridge's own marks go as well: the engine says `error:` and `warning:` itself, and a message whose details are
    empty ends in a colon.
    """
    named = _BRIDGE_TOKEN.sub(lambda match: pulumi_token(match.group()), text)
    return _MARK.sub("", named).removesuffix(": ")


def abort_with(error: grpc.RpcError, resource: Resource | None, context: grpc.ServicerContext) -> NoReturn:
    """Fail the call as the bridge failed it, with the state of a half-created resource renamed as well."""
    for datum in error.trailing_metadata() or ():
        if datum.key == _DETAILS:
            context.set_trailing_metadata(((_DETAILS, _renamed(datum.value, resource)),))
    context.abort(error.code(), in_pulumi_words(error.details() or "the bridge failed without a message"))
    raise error  # never reached: abort raises


def _renamed(details: bytes, resource: Resource | None) -> bytes:
    status = status_pb2.Status.FromString(details)
    status.message = in_pulumi_words(status.message)
    for detail in status.details:
        failed = provider_pb2.ErrorResourceInitFailed()
        if not detail.Unpack(failed):
            continue
        reasons = [in_pulumi_words(reason) for reason in failed.reasons]
        del failed.reasons[:]
        failed.reasons.extend(reasons)
        if resource is not None:
            to_pulumi(failed.properties, resource.renames)
            to_pulumi(failed.inputs, resource.renames)
        # The engine knows the message by the name that came with it.
        detail.value = failed.SerializeToString()
    return bytes(status.SerializeToString())
