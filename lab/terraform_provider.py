"""Where terraform-provider-aws is on this machine, found as Terraform itself finds it."""

import hashlib
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from lab.go_build import go_architecture

PROVIDER_VERSION = "5.100.0"
# The bridge names the package after the file, so the link has to have exactly this name.
LINK_NAME = "terraform-provider-aws"


def find_provider(environment: Mapping[str, str], opt: Path = Path("/opt")) -> Path | None:
    """The provider's executable, or None. Looked for in `search_folders`, in the layout of a plugin mirror:

    FOLDER/registry.terraform.io/hashicorp/aws/VERSION/OS_ARCH/terraform-provider-aws_v*
    https://developer.hashicorp.com/terraform/cli/config/config-file#filesystem_mirror
    """
    within = Path("registry.terraform.io", "hashicorp", "aws", PROVIDER_VERSION, _platform())
    for folder in search_folders(environment, opt):
        for candidate in sorted((folder / within).glob("terraform-provider-aws_v*")):
            if os.access(candidate, os.X_OK):
                return candidate
    return None


def downloaded_provider(folder: Path) -> Path | None:
    """The provider's executable that the bridge has downloaded into its cache `folder`, or None."""
    found = folder.glob(f"*/hashicorp/aws/{PROVIDER_VERSION}/{_platform()}/terraform-provider-aws*")
    return next((candidate for candidate in found if os.access(candidate, os.X_OK)), None)


def search_folders(environment: Mapping[str, str], opt: Path) -> Sequence[Path]:
    """$TF_PLUGIN_DIR, the folders that Terraform searches by itself, and every folder directly under `opt`.

    https://developer.hashicorp.com/terraform/cli/config/config-file#implied-local-mirror-directories
    """
    home = Path(environment.get("HOME") or Path.home())
    folders = [Path(environment["TF_PLUGIN_DIR"])] if environment.get("TF_PLUGIN_DIR") else []
    folders.append(home / ".terraform.d" / "plugins")
    if sys.platform == "darwin":
        folders += [home / "Library/Application Support/io.terraform/plugins"]
        folders += [Path("/Library/Application Support/io.terraform/plugins")]
    folders += [base / "terraform" / "plugins" for base in _data_folders(environment, home)]
    with_children = sorted(opt.iterdir()) if opt.is_dir() else []
    return folders + [folder for folder in with_children if folder.is_dir()]


def linked(provider: Path, cache: Path) -> Path:
    """A link to `provider` in `cache` that has the name which the bridge needs; the same link for the same provider."""
    folder = cache / f"provider-{PROVIDER_VERSION}-{hashlib.sha256(os.fsencode(provider)).hexdigest()[:16]}"
    link = folder / LINK_NAME
    if not link.exists():
        folder.mkdir(parents=True, exist_ok=True)
        new = folder / f".{LINK_NAME}.{os.getpid()}"
        new.unlink(missing_ok=True)
        new.symlink_to(provider)
        new.replace(link)
    return link


def _data_folders(environment: Mapping[str, str], home: Path) -> Iterator[Path]:
    yield Path(environment.get("XDG_DATA_HOME") or home / ".local" / "share")
    for name in (environment.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":"):
        yield Path(name)


def _platform() -> str:
    return f"{sys.platform}_{go_architecture()}"
