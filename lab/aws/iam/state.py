"""What only the embedded AWS itself can tell of a resource: its full name, its tags, the key it is encrypted with."""

from collections.abc import Callable, Mapping
from typing import Any

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.kms.models import kms_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.ssm.models import ssm_backends

from lab.aws import embedded
from lab.aws.iam.resources import Place
from lab.aws.iam.unknown import CannotEvaluate


def _secret_name(text: str, place: Place) -> str:
    """With the six characters that Secrets Manager adds; those of a secret that is not there nobody knows."""
    secret = secretsmanager_backends[place.account][place.region].secrets.get(text)
    return secret.arn.rpartition(":")[2] if secret is not None else f"{text}-??????"


def _key_id(text: str, place: Place) -> str:
    """Of an id or an alias."""
    backend = kms_backends[place.account][place.region]
    return str(backend.get_key_id_from_alias(text) if text.startswith("alias/") else text)


def _with_path(text: str, found: Any) -> str:
    """A role or profile by the name that its ARN has, with its path."""
    return next((f"{one.path.lstrip('/')}{one.name}" for one in found if one.name == text), text)


FULL_NAMES: Mapping[str, Callable[[str, Place], str]] = {
    "iam:role": lambda text, _: _with_path(text, embedded.iam().get_roles()),
    "iam:instance-profile": lambda text, _: _with_path(text, embedded.iam().get_instance_profiles()),
    "kms:key": _key_id,
    "route53:hostedzone": lambda text, _: text.rpartition("/")[2],
    "secretsmanager:Secret": _secret_name,
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-access.html
    "ssm:parameter": lambda text, _: text.partition(":")[0].strip("/"),
}


def tags_of(arn: str) -> dict[str, str]:
    """The tags of a resource. Raises CannotEvaluate for a kind of which it is not known here."""
    if arn == "*":
        return {}
    _, _, service, region, account, name = arn.split(":", 5)
    if service == "ec2":
        return dict(embedded.ec2(region).tags.get(name.rpartition("/")[2], {}))
    if service == "elasticloadbalancing":
        return _listed(embedded.elbv2(region).tagging_service.list_tags_for_resource(arn)["Tags"])
    if service == "secretsmanager":
        secret = secretsmanager_backends[account][region].secrets.get(arn)
        return _listed((secret.tags if secret is not None else None) or [])
    if service == "ssm" and name.startswith("parameter/"):
        held: Any = ssm_backends[account or DEFAULT_ACCOUNT_ID][region]._resource_tags["Parameter"]
        path = name.removeprefix("parameter")
        return dict(held.get(path) or held.get(path.lstrip("/")) or {})
    if service == "iam":
        held = [*embedded.iam().get_roles(), *embedded.iam().get_instance_profiles()]
        found = [one for one in held if one.arn == arn]
        return _listed(found[0].tags or []) if found else {}
    if service == "autoscaling":
        group = embedded.autoscaling(region).autoscaling_groups.get(name.rpartition("/")[2])
        return _listed(group.tags) if group is not None else {}
    if service == "acm":
        certificate = embedded.certificates(region).get(arn)
        return {key: value or "" for key, value in certificate.tags.items()} if certificate is not None else {}
    raise CannotEvaluate(f"the tags of {arn} are not known here")


def spelled_out(parameters: Mapping[str, Any], region: str) -> Mapping[str, Any]:
    """The parameters of a call with what an id in them stands for.

    An association is of a route table and a subnet, or of an address; one that has gone is of some address.
    """
    said = parameters.get("AssociationId")
    if str(said).startswith("eipassoc-"):
        of = [one for one in embedded.ec2(region).addresses if one.association_id == said]
        some = f"arn:aws:ec2:{region}:{DEFAULT_ACCOUNT_ID}:elastic-ip/*"
        return {**parameters, "OfAddress": of[0].allocation_id if of else some}
    for table in embedded.ec2(region).route_tables.values() if str(said).startswith("rtbassoc-") else ():
        if said in table.all_associations_ids:
            subnet = table._associations.get(str(said))
            return {**parameters, "OfRouteTable": table.id, **({"OfSubnet": subnet} if subnet else {})}
    return parameters


def _listed(tags: Any) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}


# Of a key of AWS's own: everybody in its account may use it through its service, whom nothing else denies it.
# https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
_OF_AWS = """{"Version": "2012-10-17", "Statement": {
"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*",
"Condition": {"StringEquals": {"kms:CallerAccount": "%s", "kms:ViaService": "%s"}}}}"""


def policy_of_aws(account: str, service: str) -> str:
    """The policy of the key that AWS has for a service (`ssm.REGION.amazonaws.com`) in an account."""
    return _OF_AWS % (account, service)


def key_policy(region: str, account: str, key: str) -> tuple[str, str]:
    """ARN and policy of the key with this id, alias or ARN. Raises CannotEvaluate when there is no such key."""
    name = key.partition(":alias/")[2] if ":alias/" in key else key.removeprefix("alias/")
    if name.startswith("aws/"):
        # Its id is of no interest to anybody, and the lab has none.
        return f"arn:aws:kms:{region}:{account}:key/*", policy_of_aws(account, f"{name[4:]}.{region}.amazonaws.com")
    backend = kms_backends[account][region]
    wanted = backend.get_key_id_from_alias(f"alias/{name}") if "alias/" in key else key.rpartition("/")[2]
    found = backend.keys.get(wanted or "")
    if found is None:
        raise CannotEvaluate(f"there is no key {key!r}")
    return found.arn, found.policy


def encryption_of(action: str, parameters: Mapping[str, Any], resource: str) -> str | None:
    """The key that a reading call has to decrypt with, None when it has to with none."""
    _, _, _, region, account, name = resource.split(":", 5) if resource != "*" else ("", "", "", "", "", "")
    if action in ("ssm:GetParameter", "ssm:GetParameters", "ssm:GetParametersByPath"):
        if not parameters.get("WithDecryption") or not account:
            return None
        backend = ssm_backends[account][region]
        path = name.removeprefix("parameter")
        found = next(
            (held[-1] for name, held in backend._parameters.items() if name in (path, path[1:]) and held), None
        )
        return found.keyid if found is not None and found.parameter_type == "SecureString" else None
    if action == "secretsmanager:GetSecretValue":
        secret = secretsmanager_backends[account][region].secrets.get(resource)
        return getattr(secret, "kms_key_id", None) or ("alias/aws/secretsmanager" if secret is not None else None)
    return None
