"""The serial console of an instance, where cloud-init writes all that user data prints."""

from collections.abc import Callable

# EC2 keeps the latest 64 KB.
# https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-console.html
KEPT_BYTES = 64 * 1024


class Console:
    """What an instance has written, each line as systemd writes that of a service: `[   12.345678] NAME[PID]: …`.

    seconds: since the instance was started.
    """

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._written = bytearray()
        self._rest = b""

    def write(self, output: bytes) -> None:
        """Output of user data, in whatever pieces it comes."""
        *lines, self._rest = (self._rest + output).split(b"\n")
        for line in lines:
            self._line(b"cloud-init[1600]: " + line)

    def say(self, text: str) -> None:
        """A line of the system's own."""
        if self._rest:
            self.write(b"\n")
        self._line(text.encode())

    def _line(self, line: bytes) -> None:
        self._written += f"[{self._seconds():12.6f}] ".encode() + line + b"\r\n"
        del self._written[:-KEPT_BYTES]

    def read(self) -> bytes:
        """The latest of it."""
        return bytes(self._written)
