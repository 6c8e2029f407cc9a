"""`python -m lab.installing FILE…`: installs pinned requirements here, and says every few seconds how far it is.

The Makefile runs it in an environment that has nothing but the standard library and pip.
"""

import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path

from lab.ticker import ticking

TICK_SECONDS = 3.0
PIP = (sys.executable, "-E", "-X", "utf8", "-m", "pip")
# What pip says of each package once, before it fetches it.
_FETCHES = ("Collecting ", "Requirement already satisfied")


def pinned(files: Sequence[Path]) -> int:
    """How many packages the requirement files name; some of them are not for this platform."""
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    return len(set(re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==", text, re.MULTILINE)))


def main(names: Sequence[str], folder: Path | None = None) -> int:
    """The exit code of pip; its errors are shown as they come. folder: where packages get to."""
    files, folder = [Path(name) for name in names], folder or Path(sysconfig.get_path("purelib"))
    wanted, before, fetched = pinned(files), _installed(folder), 0

    def line(seconds: float) -> str:
        installed = _installed(folder) - before
        # The last few are large, and take half of the time.
        now = f"{installed} of at most {wanted} packages installed, {_files(folder)} files"
        return f"  {seconds:4.0f} s, {now if installed else f'{fetched} of at most {wanted} packages fetched'}"

    command = [*PIP, "install", "--disable-pip-version-check", "--progress-bar", "off", "--require-hashes"]
    command += [option for file in files for option in ("-r", str(file))]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, errors="replace") as pip,
        ticking(line, _report, TICK_SECONDS),
    ):
        for said in pip.stdout or ():
            fetched += said.lstrip().startswith(_FETCHES)
    return pip.returncode


def _installed(folder: Path) -> int:
    return len(list(folder.glob("*.dist-info")))


def _files(folder: Path) -> int:
    return sum(len(names) for *_, names in os.walk(folder))


def _report(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
