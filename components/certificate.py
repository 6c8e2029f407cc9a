"""The certificate of one cluster, validated by DNS in the zone."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import pulumi
import pulumi_aws as aws
from pulumi_aws.acm.outputs import CertificateDomainValidationOption


def _proof_of(
    host_name: str, options: Sequence[CertificateDomainValidationOption]
) -> CertificateDomainValidationOption:
    return next(option for option in options if option.domain_name == host_name)


@dataclass(frozen=True)
class CertificateArgs:
    """`host_names`: the first is the certificate's subject. `zone_id`: where the records that prove them go."""

    host_names: Sequence[str]
    zone_id: str
    tags: dict[str, str]


class Certificate(pulumi.ComponentResource):
    """An ACM certificate, and the records that prove its host names.

    For a name that both colours' certificates cover, ACM asks for one and the same record. It is therefore taken over
    when it is there, and left in place when a colour is taken down: the other colour's renewal needs it.
    https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
    """

    def __init__(self, name: str, args: CertificateArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("tag-team:index:Certificate", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        certificate = aws.acm.Certificate(
            name,
            domain_name=args.host_names[0],
            subject_alternative_names=list(args.host_names[1:]),
            validation_method="DNS",
            tags=args.tags,
            opts=child,
        )
        shared = child.merge(pulumi.ResourceOptions(retain_on_delete=True))
        records = []
        for host_name in args.host_names:
            proof = certificate.domain_validation_options.apply(partial(_proof_of, host_name))
            records.append(
                aws.route53.Record(
                    f"{name}-proves-{host_name}",
                    zone_id=args.zone_id,
                    name=proof.resource_record_name,
                    type=proof.resource_record_type,
                    records=[proof.resource_record_value],
                    ttl=300,
                    allow_overwrite=True,
                    opts=shared,
                )
            )
        validation = aws.acm.CertificateValidation(
            name,
            certificate_arn=certificate.arn,
            validation_record_fqdns=[record.fqdn for record in records],
            opts=child,
        )
        self.arn = validation.certificate_arn
        self.register_outputs({})
