"""Who works on a stack at this moment: by the locks of a backend of files, or by what a service says of its stacks."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit

import boto3

from board.facts import Fact, Known, Lock, Unknown

# Where the engine keeps them: `stackLockDir` in its pkg/backend/diy/lock.go
_LOCKS = ".pulumi/locks/organization/{project}/{stack}/"


class Folder(Protocol):
    """Where a backend keeps files; `texts` raises whatever keeps it from being read."""

    def texts(self, prefix: str) -> Iterable[str]:
        """The texts of all files below."""
        ...


class Directory:
    """A backend on this machine."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def texts(self, prefix: str) -> Iterator[str]:
        """Raises LookupError when no backend is there: that is not the same as no lock."""
        if not (self._path / ".pulumi").is_dir():
            raise LookupError(f"there is no folder .pulumi in {self._path}")
        for file in sorted((self._path / prefix).glob("*.json")):
            try:
                yield file.read_text()
            except FileNotFoundError:
                continue  # whoever held it has just ended


class Bucket:
    """A backend in S3: takes s3:ListBucket and s3:GetObject, as the engine does."""

    def __init__(self, bucket: str, path: str, region: str | None, profile: str | None) -> None:
        self._bucket, self._path, self._region, self._profile = bucket, path, region, profile

    def texts(self, prefix: str) -> Iterator[str]:
        """The objects below."""
        client = boto3.Session(profile_name=self._profile, region_name=self._region).client("s3")
        below = f"{self._path}/{prefix}".lstrip("/")
        for one in client.list_objects_v2(Bucket=self._bucket, Prefix=below).get("Contents", ()):
            yield client.get_object(Bucket=self._bucket, Key=one["Key"])["Body"].read().decode(errors="replace")


def folder_of(url: str) -> Folder | None:
    """The folder of a backend that has one; None for a service, and for what is read by no means of this machine."""
    at = urlsplit(url)
    if at.scheme == "file":
        return Directory(Path(unquote(f"{at.netloc}{at.path}")).expanduser())
    if at.scheme == "s3":
        options = {key: values[0] for key, values in parse_qs(at.query).items()}
        return Bucket(at.netloc, at.path.strip("/"), options.get("region"), options.get("profile"))
    return None


def of_folder(folder: Folder, project: str, stacks: Sequence[str]) -> Mapping[str, Fact[Lock | None]]:
    """The lock of each stack; raises whatever keeps the folder from being read."""
    return {one: Known(_lock(folder.texts(_LOCKS.format(project=project, stack=one)))) for one in stacks}


def of_list(said: Iterable[Mapping[str, Any]], stacks: Sequence[str]) -> Mapping[str, Fact[Lock | None]]:
    """The same by `pulumi stack ls --json`, which a service answers."""
    # With the owner's name before it, it may be another owner's of the same name; the one without is certainly ours.
    qualified_first = sorted(said, key=lambda one: "/" not in str(one.get("name", "")))
    by_name = {str(one.get("name", "")).rpartition("/")[2]: one for one in qualified_first}
    return {one: _in_progress(by_name.get(one)) for one in stacks}


def _lock(texts: Iterable[str]) -> Lock | None:
    for text in texts:
        try:
            by = json.loads(text)
            return Lock(f"by {by['username']}@{by['hostname']}, process {by['pid']}, since {by['timestamp']}")
        except (ValueError, KeyError, TypeError):
            return Lock("by a lock that cannot be read")
    return None


def _in_progress(stack: Mapping[str, Any] | None) -> Fact[Lock | None]:
    # A stack that a service knows and that was never updated says neither.
    if stack is None or ("url" in stack and not {"updateInProgress", "lastUpdate"} & set(stack)):
        return Known(None)
    said = stack.get("updateInProgress")
    if said is None:
        return Unknown("the backend does not say whether an update is under way")
    return Known(Lock("by an update that the backend says is under way") if said else None)
