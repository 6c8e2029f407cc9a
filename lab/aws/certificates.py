"""The certificates of the embedded AWS: the names they are for, and how long they are still valid."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lab.aws import embedded
from lab.aws.answer import Answer
from lab.aws.request import ApiRequest
from lab.aws.tags import COLOUR_TAG
from lab.messages import Faults

SECONDS_A_DAY = 24 * 3600


@dataclass(frozen=True)
class Certificate:
    """The names a certificate is for, and its end in Unix time (whole seconds)."""

    names: tuple[str, ...]
    not_after: int


class Certificates:
    """DescribeCertificate with the days that a colour's certificates are set to have left.

    moto 5.2.5 lets every certificate last for a year from its request, which is fine but when it is about to end.
    """

    def __init__(self, faults: Callable[[], Faults], clock: Callable[[], float] = time.time) -> None:
        self._faults = faults
        self._clock = clock

    def __call__(self, request: ApiRequest, pass_on: Callable[[], Answer]) -> Answer:
        answer = pass_on()
        arn = json.loads(request.body).get("CertificateArn", "")
        certificate = self.of(arn)
        if answer.status != 200 or certificate is None:
            return answer
        content = json.loads(answer.body)
        content["Certificate"] |= self._validity(content["Certificate"], certificate)
        return replace(answer, body=json.dumps(content).encode())

    def of(self, arn: str) -> Certificate | None:
        """The certificate with this ARN, None when ACM has none."""
        region = arn.split(":")[3] if arn.count(":") > 3 else ""
        bundle = embedded.certificates(region).get(arn)
        if bundle is None:
            return None
        described = bundle.describe()["Certificate"]
        not_after = described["NotAfter"]
        days = self._faults().certificate_days.get(bundle.tags.get(COLOUR_TAG) or "")
        if days is not None:
            not_after = self._clock() + days * SECONDS_A_DAY
        return Certificate(tuple(sorted(described["SubjectAlternativeNames"])), int(not_after))

    def _validity(self, described: Mapping[str, Any], certificate: Certificate) -> dict[str, Any]:
        expired = certificate.not_after <= self._clock()
        return {"NotAfter": certificate.not_after, "Status": "EXPIRED" if expired else described["Status"]}
