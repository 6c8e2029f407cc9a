"""The pinned engine: Pulumi's command line and its Terraform bridge, built once per user, and the AWS provider.

Neither is to be had ready-made from a package registry, so both are built from their released Go modules.
"""

import contextlib
import fcntl
import hashlib
import platform
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from lab.environment import user
from lab.go_build import BuildFailed, GoTool, MissingPrerequisite, build, module_folder, require_go
from lab.terraform_provider import PROVIDER_VERSION, downloaded_provider, find_provider, linked

__all__ = ["BuildFailed", "MissingPrerequisite", "Toolchain", "ensure"]

Report = Callable[[str], None]

_MODULES = Path(__file__).parent / "engine"
_CLI = GoTool(_MODULES / "cli", "github.com/pulumi/pulumi/pkg/v3", "cmd/pulumi", "pulumi")
_BRIDGE = GoTool(
    _MODULES / "bridge", "github.com/pulumi/pulumi-terraform-bridge/v3", "dynamic", "pulumi-terraform-bridge"
)
# Without it the command line reports no version, and refuses projects with a requiredPulumiVersion.
_VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version"
_LANGUAGE_EXEC = "pulumi-language-python-exec"
_OLDEST_PYTHON = (3, 11)
_REPORT_SECONDS = 2.0
_LOOK_AGAIN_SECONDS = 0.5
_SAY_AGAIN_SECONDS = 10.0


@dataclass(frozen=True)
class Toolchain:
    """Everything that runs the program in the lab.

    pulumi, bridge: executables. language_exec: the script that runs a Python program, from the same release.
    terraform_provider: a link called `terraform-provider-aws`. Versions have no leading `v`.
    """

    pulumi: Path
    bridge: Path
    language_exec: Path
    terraform_provider: Path
    engine_version: str
    provider_version: str


def ensure(report: Report, environment: Mapping[str, str] | None = None) -> Toolchain:
    """The toolchain, built into the user's cache at the first use: about four minutes on two cores; then milliseconds.

    report: called with what is going on, every two seconds while something is. environment: the user's own, with
    proxies and certificates, unless another one is given. Raises MissingPrerequisite, whose text
    is one line that says what to install, and BuildFailed.
    """
    environment = user() if environment is None else environment
    require_python(sys.version_info[:3])
    cache = cache_folder(environment)
    folder = cache / f"engine-{engine_key()}"
    if not folder.exists():
        _build_once(folder, environment, report)
    bridge = folder / _BRIDGE.program
    return Toolchain(
        pulumi=folder / _CLI.program,
        bridge=bridge,
        language_exec=folder / _LANGUAGE_EXEC,
        terraform_provider=linked(_provider(bridge, cache, environment, report), cache),
        engine_version=_CLI.version().removeprefix("v"),
        provider_version=PROVIDER_VERSION,
    )


def require_buildable(environment: Mapping[str, str]) -> None:
    """Raise MissingPrerequisite when the engine is not built yet, and there is no Go to build it with."""
    if not (cache_folder(environment) / f"engine-{engine_key()}").exists():
        require_go([_CLI, _BRIDGE], environment)


def require_python(version: tuple[int, ...]) -> None:
    """Raise MissingPrerequisite unless `version` of Python is new enough for the lab."""
    if version < _OLDEST_PYTHON:
        seen, needed = (".".join(map(str, numbers)) for numbers in (version, _OLDEST_PYTHON))
        raise MissingPrerequisite(f"Python {seen} is too old: install Python {needed} or newer")


def cache_folder(environment: Mapping[str, str]) -> Path:
    """The user's cache for this program, shared by all its clones.

    https://specifications.freedesktop.org/basedir-spec/latest/: a relative XDG_CACHE_HOME is to be ignored.
    """
    named = Path(environment.get("XDG_CACHE_HOME", ""))
    base = named if named.is_absolute() else Path(environment.get("HOME") or Path.home()) / ".cache"
    return base / "tag-team"


def engine_key() -> str:
    """What the built engine depends on: versions for the eye, then a hash of the locked modules and the platform."""
    return built_key(_CLI, _BRIDGE)


def built_key(*tools: GoTool) -> str:
    """What programs that are built together depend on, as the last part of their folder's name."""
    digest = hashlib.sha256(f"{sys.platform} {platform.machine()}".encode())
    for tool in tools:
        for name in ("go.mod", "go.sum"):
            digest.update((tool.folder / name).read_bytes())
    return "-".join([*(tool.version() for tool in tools), digest.hexdigest()[:16]])


def _build_once(folder: Path, environment: Mapping[str, str], report: Report) -> None:
    """Build into a folder beside `folder` and rename it when complete; only one process per user does so."""
    require_go([_CLI, _BRIDGE], environment)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with locked(folder.with_name(f"{folder.name}.lock"), report):
        if folder.exists():
            return
        unfinished = folder.with_name(f"{folder.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir()
        report("building Pulumi and its Terraform bridge for this user, once; about four minutes on two cores")
        build(_CLI, unfinished, {_VERSION_VARIABLE: _CLI.version()}, environment, report)
        build(_BRIDGE, unfinished, {}, environment, report)
        sdk = module_folder(_CLI, "github.com/pulumi/pulumi/sdk/v3", environment)
        shutil.copyfile(sdk / "python" / "cmd" / _LANGUAGE_EXEC, unfinished / _LANGUAGE_EXEC)
        unfinished.rename(folder)
        report(f"the engine is in {folder}")


def _provider(bridge: Path, cache: Path, environment: Mapping[str, str], report: Report) -> Path:
    """The AWS provider of this machine, or else the one that the bridge downloads into the cache, now or before."""
    downloads = cache / "downloaded-providers"
    found = find_provider(environment) or downloaded_provider(downloads)
    if found is not None:
        return found
    # Imported here because it takes half a second, which only the first use without a provider has to spend.
    from lab.plugins.bridge import BridgeFailed, download_provider  # noqa: PLC0415

    with locked(cache / f"{downloads.name}.lock", report):
        started = time.monotonic()
        try:
            with ThreadPoolExecutor(1) as pool:
                download = pool.submit(download_provider, bridge, downloads, environment)
                while not wait([download], timeout=_REPORT_SECONDS).done:
                    seconds = time.monotonic() - started
                    report(f"downloading terraform-provider-aws {PROVIDER_VERSION}, about 160 MB ({seconds:.0f} s)")
            download.result()
        except BridgeFailed as error:
            raise MissingPrerequisite(
                f"terraform-provider-aws {PROVIDER_VERSION} is missing: set TF_PLUGIN_DIR to a plugin mirror that has "
                f"it (`terraform providers mirror`); {error}"
            ) from error
    found = downloaded_provider(downloads)
    if found is None:
        raise MissingPrerequisite(f"terraform-provider-aws {PROVIDER_VERSION} was not found in {downloads}: delete it")
    return found


@contextlib.contextmanager
def locked(path: Path, report: Report, what: str = "the engine") -> Iterator[None]:
    """Hold an exclusive lock on `path`; the kernel lets go of it however its holder ends. `what` is built under it."""
    with path.open("w") as file:
        waited = 0.0
        while not _try_lock(file.fileno()):
            if waited % _SAY_AGAIN_SECONDS == 0:
                report(f"waiting for another build of {what} to finish ({waited:.0f} s)")
            time.sleep(_LOOK_AGAIN_SECONDS)
            waited += _LOOK_AGAIN_SECONDS
        yield


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
