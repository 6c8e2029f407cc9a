"""A folder as one file that `pulumi new` takes by its address: a ZIP, the only archive that it reads."""

import hashlib
import zipfile
from pathlib import Path

# ZIP knows nothing before it.
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_FOLDER, _FILE = 0o040755, 0o100000


def pack(folder: Path, archive: Path) -> None:
    """Write `archive` with all that is in `folder`, at its top; the same bytes for the same files, whoever does it.

    Nothing is compressed, as what a compressor writes differs from one version of it to the next. Folders have entries
    of their own, since `pulumi new` makes no others
    (https://github.com/pulumi/pulumi/blob/v3.259.0/pkg/cmd/pulumi/templates/zip.go).
    """
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as made:
        for path in sorted(folder.rglob("*"), key=lambda path: path.relative_to(folder).parts):
            name = path.relative_to(folder).as_posix()
            if path.is_dir():
                made.writestr(_entry(f"{name}/", _FOLDER), b"")
            else:
                made.writestr(_entry(name, _FILE | (path.stat().st_mode & 0o777)), path.read_bytes())


def checksum(archive: Path) -> str:
    """A line for `sha256sum --check`."""
    return f"{hashlib.sha256(archive.read_bytes()).hexdigest()}  {archive.name}\n"


def _entry(name: str, mode: int) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _LONG_AGO)
    entry.create_system = _UNIX
    entry.external_attr = mode << 16
    return entry
