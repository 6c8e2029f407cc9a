"""The few questions to GitHub about releases: tags, checks, and the release itself. https://docs.github.com/en/rest"""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ci.github import GitHub, of_environment
from cutover.refusal import Refusal
from release import version

# Whose checks count: those of GitHub's own workflows.
_APP = "github-actions"


class Releases:
    """The releases of one repository. Every method raises Refusal when GitHub does not answer, or says no."""

    def __init__(self, github: GitHub) -> None:
        self._github = github

    def tags(self) -> Sequence[str]:
        """The names of all tags that begin as those of versions do."""
        found = self._github.pages(f"/git/matching-refs/tags/{version.tag('')}?per_page=100")
        return [str(one["ref"]).removeprefix("refs/tags/") for one in found]

    def check(self, commit: str, name: str) -> str:
        """How the workflow's newest check of that name ended on the commit; empty when it has none, or goes on."""
        path = f"/commits/{quote(commit, safe='')}/check-runs?check_name={quote(name, safe='')}&filter=latest"
        found = [one for one in self._github.ask("GET", path)["check_runs"] if one["app"]["slug"] == _APP]
        ended = {str(one.get("conclusion") or "") for one in found if one["name"] == name}
        return ended.pop() if len(ended) == 1 else ""

    def draft(self, tag: str) -> int | None:
        """The id of a release of that tag that was begun and not published; None when there is none."""
        found = self._github.pages("/releases?per_page=100")
        return next((int(one["id"]) for one in found if one["tag_name"] == tag and one["draft"]), None)

    def begin(self, tag: str, commit: str, notes: str) -> Mapping[str, Any]:
        """A draft, which makes no tag yet."""
        wanted = {"tag_name": tag, "target_commitish": commit, "name": tag, "body": notes, "draft": True}
        made: Mapping[str, Any] = self._github.ask("POST", "/releases", wanted)
        return made

    def attach(self, draft: Mapping[str, Any], file: Path) -> None:
        """Upload a file to a draft."""
        url = re.sub(r"\{.*\}$", "", str(draft["upload_url"]))
        self._github.upload(f"{url}?name={quote(file.name, safe='')}", file.read_bytes())

    def publish(self, draft: Mapping[str, Any]) -> str:
        """Make the tag and show the release; its address."""
        made = self._github.ask("PATCH", f"/releases/{int(draft['id'])}", {"draft": False})
        return str(made["html_url"])


def releases() -> Releases:
    """By the variables of a workflow; raises Refusal without them."""
    return Releases(of_environment())


def commit(environment: Mapping[str, str] = os.environ) -> str:
    """The commit that the workflow runs on; raises Refusal unless it is the main branch's."""
    ref, found = environment.get("GITHUB_REF", ""), environment.get("GITHUB_SHA", "")
    if ref != "refs/heads/main" or not re.fullmatch(r"[0-9a-f]{40}", found):
        raise Refusal(
            "releases are made of the main branch only",
            seen=f"GITHUB_REF {ref or 'not set'}, GITHUB_SHA {found or 'not set'}",
            allowed="refs/heads/main, and a commit of it",
            next_step="gh workflow run release.yml --ref main",
        )
    return found


def page_of_repository(environment: Mapping[str, str] = os.environ) -> str:
    """The address of the repository on the web."""
    server = environment.get("GITHUB_SERVER_URL") or "https://github.com"
    return f"{server.rstrip('/')}/{environment.get('GITHUB_REPOSITORY', '')}"
