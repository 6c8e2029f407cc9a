"""Certificates that are issued once their names are proved, and listeners that take no others."""

from collections.abc import Callable, Iterator

from moto.acm.models import CertBundle
from moto.core.utils import utcnow
from moto.elbv2.ssl_policies import SSL_POLICIES

from lab.aws import embedded, zones
from lab.aws.answer import Answer, error
from lab.aws.record_set import RecordSet, absolute
from lab.aws.request import ApiRequest


def issue_what_is_proved() -> None:
    """Let ACM issue a certificate when the record that it asks for each of its names is in public DNS.

    moto 5.2.5 issues every certificate a minute after its request. Whether it is issued is decided in a method of the
    certificate, called from several places: it is replaced for good.
    https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html
    """
    CertBundle.check = _check  # type: ignore[method-assign]


def _check(self: CertBundle) -> None:
    if self._not_valid_after(self._cert) <= utcnow():
        self.status = "EXPIRED"
    elif self.type == "AMAZON_ISSUED" and self.status == "PENDING_VALIDATION" and is_proved(self):
        self.status = "ISSUED"


def is_proved(certificate: CertBundle) -> bool:
    """Whether the record that proves it is there, for every name of the certificate."""
    options = certificate.describe()["Certificate"].get("DomainValidationOptions", [])
    wanted = [option["ResourceRecord"] for option in options]
    return bool(wanted) and all(_is_there(one["Name"], one["Type"], one["Value"]) for one in wanted)


def _is_there(name: str, kind: str, value: str) -> bool:
    for record in _records(absolute(name)):
        if record.name == absolute(name) and record.type == kind and absolute(value) in map(absolute, record.values):
            return True
    return False


def _records(name: str) -> Iterator[RecordSet]:
    """Those of the public zone that `name` is in; of two with one name the first is the one that DNS has."""
    public = [zone for zone in embedded.route53().zones.values() if not zone.private_zone]
    above = [zone for zone in public if name.endswith(f".{absolute(zone.name)}") or name == absolute(zone.name)]
    if above:
        longest = max(len(zone.name) for zone in above)
        yield from zones.record_sets(next(zone for zone in above if len(zone.name) == longest))


def take_what_is_issued(request: ApiRequest, pass_on: Callable[[], Answer]) -> Answer:
    """CreateListener, ModifyListener and AddListenerCertificates.

    moto 5.2.5 takes a certificate that is not issued, and a new listener with any TLS policy, or without a certificate.
    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html
    """
    form = request.form
    policy = form.get("SslPolicy")
    if policy is not None and policy not in SSL_POLICIES:
        return error(request, "SSLPolicyNotFound", f"SSL policy '{policy}' not found")
    given = [value for name, value in form.items() if name.endswith(".CertificateArn")]
    if request.action == "CreateListener" and form.get("Protocol") == "HTTPS" and not given:
        return error(request, "ValidationError", "A certificate must be specified for HTTPS listeners")
    for arn in given:
        certificate = embedded.certificates(request.region).get(arn)
        if certificate is not None:
            certificate.check()
            if certificate.status != "ISSUED":
                text = "must have a fully-qualified domain name, a supported signature, and a supported key size."
                return error(request, "UnsupportedCertificate", f"The certificate '{arn}' {text}")
    return pass_on()
