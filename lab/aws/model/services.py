"""The service models of botocore, by the name that calls are signed with."""

import functools
import re

from botocore.model import OperationModel, ServiceModel
from moto.core.utils import get_service_model

# Where a call is signed with another name than the one botocore keeps the model under.
_MODEL_OF = {"monitoring": "cloudwatch", "tagging": "resourcegroupstaggingapi"}
# Two services share one name, and differ in the version that a call says.
_CLASSIC_VERSION = "2012-06-01"


def model_of(signing_name: str, version: str = "") -> ServiceModel | None:
    """The model of the service, None when botocore has none under this name. version: that of the query protocols."""
    if signing_name == "elasticloadbalancing":
        return _model("elb" if version == _CLASSIC_VERSION else "elbv2")
    return _model(_MODEL_OF.get(signing_name, signing_name))


@functools.cache
def _model(name: str) -> ServiceModel | None:
    try:
        return get_service_model(name)
    except Exception as error:
        if "Unknown service" in str(error):
            return None
        raise


@functools.cache
def operation_of(model: ServiceModel, name: str) -> OperationModel | None:
    """The operation, None when the service has none of this name."""
    return model.operation_model(name) if name in model.operation_names else None


def rest_operation(model: ServiceModel, method: str, path: str) -> tuple[str, dict[str, str]]:
    """Name and path parameters of the operation that is told by method and path; empty when there is none."""
    for known_method, pattern, names, operation in _rest_operations(model):
        match = pattern.fullmatch(path.rstrip("/")) if known_method == method else None
        if match:
            return operation, dict(zip(names, match.groups(), strict=True))
    return "", {}


@functools.cache
def _rest_operations(model: ServiceModel) -> list[tuple[str, re.Pattern[str], tuple[str, ...], str]]:
    found = []
    for name in model.operation_names:
        http = model.operation_model(name).http
        path = http["requestUri"].partition("?")[0].rstrip("/")
        names = tuple(re.findall(r"\{([^}+]+)\+?\}", path))
        pattern = re.compile(re.sub(r"\\\{[^}]+\\\}", "([^/]+)", re.escape(path)))
        found.append((http["method"], pattern, names, name))
    return sorted(found, key=lambda entry: len(entry[2]))  # what has no parameter first
