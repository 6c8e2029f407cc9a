"""The script an instance is born with: it runs one release, with the offsite values in its environment."""

from collections.abc import Mapping
from pathlib import Path
from shlex import quote

from components import ecr
from components.offsite import Kind, Offsite

# Seconds until an instance has to be healthy, unless said otherwise.
BOOT_TIMEOUT_SECONDS = 300

_HEAD = """\
#!/bin/bash
set -euo pipefail
image={image}
port={port}
ecr_host={ecr_host}
ecr_region={ecr_region}
retry_seconds={retry_seconds}
offsite() {{
  cat <<'OFFSITE'
{offsite}OFFSITE
}}
"""
_BODY = Path(__file__).with_suffix(".sh").read_text(encoding="utf-8")


def render(
    image: str,
    release: str,
    port: int,
    offsite: Mapping[str, Offsite],
    region: str,
    *,
    boot_timeout_seconds: int = BOOT_TIMEOUT_SECONDS,
) -> str:
    """The user data for `image:release` serving on `port`, with each secret fetched by the instance role at boot.

    Secrets never appear in the script: it holds their names, and hands the values to the container through the
    environment of one `docker run`, not the command line. Amazon Linux 2023 brings the AWS command line with it
    (https://docs.aws.amazon.com/linux/al2023/ug/image-comparison.html), and Python, in which cloud-init is written.
    """
    repository = ecr.repository_of(image)
    return (
        _HEAD.format(
            image=quote(f"{image}:{release}"),
            port=port,
            ecr_host=repository.host if repository else "''",
            ecr_region=repository.region if repository else "''",
            retry_seconds=_retry_seconds(boot_timeout_seconds),
            offsite="".join(_line(name, entry, region) for name, entry in offsite.items()),
        )
        + _BODY
    )


def _retry_seconds(boot_timeout_seconds: int) -> int:
    """How long the script tries: it begins some time after the instance, and its last words need to be heard."""
    return max(1, boot_timeout_seconds * 9 // 10)


def _line(name: str, entry: Offsite, region: str) -> str:
    """A line of the script's table: names and values have no blanks or line breaks, and nothing evaluates them."""
    parts = [entry.kind.value, name, entry.value]
    if entry.kind is not Kind.PLAIN:
        parts.append(entry.region or region)
    return " ".join(parts) + "\n"
