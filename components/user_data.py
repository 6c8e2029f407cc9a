"""The script an instance is born with: it runs one release, with the offsite values in its environment."""

import re
from collections.abc import Mapping
from shlex import quote

from components.offsite import Kind, Offsite

ECR_HOST = re.compile(r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?")

_SCRIPT = """\
#!/bin/bash
set -euo pipefail
{exports}
for _ in $(seq 12); do dnf install --assumeyes docker && break || sleep 5; done
systemctl enable --now docker
{login}docker run --detach --restart always --name service --publish {port}:{port} {passes}{image}
"""


def render(image: str, release: str, port: int, offsite: Mapping[str, Offsite], region: str) -> str:
    """The user data for `image:release` serving on `port`, with each secret fetched by the instance role at boot.

    Secrets never appear in the script: it holds their names, and hands the values to the container through the
    environment, not the command line. Amazon Linux 2023 brings the AWS command line with it:
    https://docs.aws.amazon.com/linux/al2023/ug/image-comparison.html
    """
    exports = "\n".join(f"{name}={_value(entry, region)}; export {name}" for name, entry in offsite.items())
    passes = "".join(f"--env {name} " for name in offsite)
    return _SCRIPT.format(
        exports=exports, login=_login(image), port=port, passes=passes, image=quote(f"{image}:{release}")
    )


def _value(entry: Offsite, region: str) -> str:
    if entry.kind is Kind.PLAIN:
        return quote(entry.value)
    where = f"--region {entry.region or region} --output text"
    if entry.kind is Kind.PARAMETER:
        name = quote(entry.value)
        return f'"$(aws ssm get-parameter --with-decryption --name {name} --query Parameter.Value {where})"'
    secret = quote(entry.value)
    return f'"$(aws secretsmanager get-secret-value --secret-id {secret} --query SecretString {where})"'


def _login(image: str) -> str:
    registry = image.partition("/")[0]
    match = ECR_HOST.fullmatch(registry)
    if not match:
        return ""
    password = f"aws ecr get-login-password --region {match['region']}"
    return f"{password} | docker login --username AWS --password-stdin {registry}\n"
