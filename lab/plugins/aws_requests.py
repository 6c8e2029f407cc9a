"""Parts of the engine's requests to the `aws` plugin: URNs, names, refusals, the provider's configuration."""

from google.protobuf.struct_pb2 import Struct
from pulumi.runtime.proto import provider_pb2

from lab.plugins.aws_names import CONFIG_LISTS, PROVIDER, Resource
from lab.plugins.properties import first, is_set, list_of_one, plain_text


def with_type(urn: str, token: str) -> str:
    """`urn` with the resource's own type replaced; the types of its parents stay."""
    head, project, qualified, name = urn.split("::", 3)
    parents, separator, _type = qualified.rpartition("$")
    return "::".join((head, project, parents + separator + token, name))


def not_offered(path: str, token: str) -> provider_pb2.CheckFailure:
    """The refusal of an input that only pulumi-aws has, so that it is never dropped in silence."""
    reason = f"{token} has no {path} in {PROVIDER}, which the lab runs; leave it out or try it on AWS itself"
    return provider_pb2.CheckFailure(property=path, reason=reason)


def name_it(request: provider_pb2.CheckRequest, resource: Resource) -> None:
    """Name a resource where the bridge does not do it as pulumi-aws does.

    The bridge names every resource that has a `name`, whether there is a `namePrefix` or not, and the provider then
    refuses the pair; so a prefix becomes a name here. A name stays until the engine asks without the old inputs,
    which it does for a replacement.
    """
    property_name = resource.named or "name"
    prefix = plain_text(request.news, "namePrefix")
    if is_set(request.news, property_name) or (resource.named is None and prefix is None):
        return
    start = prefix if prefix is not None else f"{request.urn.split('::', 3)[3]}-"
    old = plain_text(request.olds, property_name) or ""
    name = old if old.startswith(start) else start + request.randomSeed.hex()[:7]
    request.news.fields[property_name].string_value = name
    request.news.fields.pop("namePrefix", None)


def config_to_bridge(config: Struct) -> None:
    """Reshape the provider's own configuration in place, from pulumi-aws to the bridge."""
    for name in CONFIG_LISTS:
        if name in config.fields:
            config.fields[name].CopyFrom(list_of_one(config.fields[name]))


def config_to_pulumi(config: Struct) -> None:
    """Undo `config_to_bridge` in place."""
    for name in CONFIG_LISTS:
        if name in config.fields:
            config.fields[name].CopyFrom(first(config.fields[name]))
