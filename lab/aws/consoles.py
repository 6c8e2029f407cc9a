"""The console of instances."""

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from xml.sax.saxutils import escape

from lab.aws import embedded
from lab.aws.answer import Answer, xml
from lab.aws.request import ApiRequest

_NAMESPACE = "http://ec2.amazonaws.com/doc/2016-11-15/"


class Consoles:
    """GetConsoleOutput: what the machine of an instance has written.

    moto 5.2.5 gives every instance the same sample of a Linux that boots. Here it is empty where nothing runs, as for
    an instance on AWS that has just been launched, and stays to be read for a while when the instance has gone.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetConsoleOutput.html
    """

    def __init__(self, written: Callable[[str], bytes]) -> None:
        self._written = written

    def __call__(self, request: ApiRequest, pass_on: Callable[[], Answer]) -> Answer:
        instance_id = request.form.get("InstanceId", "")
        if instance_id not in embedded.instances(request.region):
            return pass_on()  # moto's InvalidInstanceID.NotFound is right
        output = base64.b64encode(self._written(instance_id)).decode()
        return xml(
            f'<GetConsoleOutputResponse xmlns="{_NAMESPACE}"><requestId>lab</requestId>'
            f"<instanceId>{escape(instance_id)}</instanceId><timestamp>{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.000Z}"
            f"</timestamp><output>{output}</output></GetConsoleOutputResponse>"
        )
