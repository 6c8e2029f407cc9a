"""The Availability Zones that EC2 offers: some of them can be taken back."""

import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace

from lab.aws.answer import Answer
from lab.aws.request import ApiRequest
from lab.messages import Faults

NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15"


class ZonesOffered:
    """DescribeAvailabilityZones without the zones that are set to be unavailable; what is in them stays."""

    def __init__(self, faults: Callable[[], Faults]) -> None:
        self._faults = faults

    def __call__(self, request: ApiRequest, pass_on: Callable[[], Answer]) -> Answer:  # noqa: ARG002  # as all are called
        answer, gone = pass_on(), self._faults().unavailable_zones
        if not gone or answer.status != 200:
            return answer
        ET.register_namespace("", NAMESPACE)
        content = ET.fromstring(answer.body)
        for zones in content.iter(f"{{{NAMESPACE}}}availabilityZoneInfo"):
            for zone in [item for item in zones if item.findtext(f"{{{NAMESPACE}}}zoneName") in gone]:
                zones.remove(zone)
        return replace(answer, body=ET.tostring(content, encoding="utf-8", xml_declaration=True))
