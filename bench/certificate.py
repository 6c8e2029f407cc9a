"""A certificate for all names of a zone: one that is made for each colour holds ten."""

from typing import Any

from bench.stage import Stage


def for_all(stage: Stage) -> str:
    """The ARN of an issued one, for every live name and both colours' own names."""
    acm, route53 = stage.made.aws("acm"), stage.made.aws("route53")
    names = [f"*.{stage.zone}", f"*.{stage.names_of('www')[0]}"]
    arn: str = acm.request_certificate(DomainName=names[0], SubjectAlternativeNames=names[1:], ValidationMethod="DNS")[
        "CertificateArn"
    ]
    proofs = acm.describe_certificate(CertificateArn=arn)["Certificate"]["DomainValidationOptions"]
    changes = [{"Action": "UPSERT", "ResourceRecordSet": _record(proof["ResourceRecord"])} for proof in proofs]
    route53.change_resource_record_sets(HostedZoneId=stage.zone_id, ChangeBatch={"Changes": changes})
    status = acm.describe_certificate(CertificateArn=arn)["Certificate"]["Status"]
    if status != "ISSUED":
        raise RuntimeError(f"the certificate {arn} is {status}")
    return arn


def _record(proof: dict[str, str]) -> dict[str, Any]:
    return {"Name": proof["Name"], "Type": proof["Type"], "TTL": 300, "ResourceRecords": [{"Value": proof["Value"]}]}
