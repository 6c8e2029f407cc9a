"""One process of the `aws` plugin for many `pulumi` commands, which else start one each: 2 of their 6 s of CPU.

It sees the environment that it was started with, so commands in another one must do without VARIABLE. An engine finds
it as it finds a provider in a debugger:
https://www.pulumi.com/docs/iac/guides/building-extending/providers/debugging-provider-packages/
"""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from lab.plugins.aws_provider import PLUGIN_VERSION

VARIABLE = "PULUMI_DEBUG_PROVIDERS"
# Discard: nothing listens there, and every engine says where it is itself.
_NO_ENGINE_YET = "127.0.0.1:9"


class KeptProvider:
    """Runs from its start to `end`, or to the end of this process; `variables` lead commands to it."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        plugin = (
            Path(environment["PULUMI_HOME"]) / "plugins" / f"resource-aws-v{PLUGIN_VERSION}" / "pulumi-resource-aws"
        )
        self._process = subprocess.Popen(
            [plugin, _NO_ENGINE_YET], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert self._process.stdout is not None
        port = self._process.stdout.readline().strip().decode()
        assert port.isdigit(), f"{plugin} printed {port!r} where its port was expected"
        self.variables = {VARIABLE: f"aws:{port}"}

    def end(self) -> None:
        """End it and all that it runs."""
        self._process.communicate()
