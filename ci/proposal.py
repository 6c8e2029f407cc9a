"""A pull request that edits one file: opened, or taken up where a run before has left it half-way.

https://docs.github.com/en/rest/pulls/pulls, /git/refs and /repos/contents
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from ci.github import GitHub
from cutover.printable import printable
from cutover.refusal import Refusal

_MISSING, _FORBIDDEN, _UNPROCESSABLE = 404, 403, 422
# What GitHub says where the setting is off, for the repository or for its organization:
# https://github.blog/changelog/2022-05-03-github-actions-prevent-github-actions-from-creating-and-approving-pull-requests/
_NOT_PERMITTED = "not permitted to create or approve pull requests"
_SETTING = "Allow GitHub Actions to create and approve pull requests"


@dataclass(frozen=True)
class Proposal:
    """branch: its own, made of the tip of `base`. file: its path in the repository."""

    branch: str
    base: str
    file: str
    title: str
    body: str


def put(hub: GitHub, proposal: Proposal, edit: Callable[[str], str]) -> int | None:
    """The number of the pull request; None where `edit` leaves the text of the file on `base` as it is.

    Whatever is there already of the same branch is gone on with, so it may be called again after it was refused.
    """
    text, _ = _file(hub, proposal.file, proposal.base)
    if edit(text) == text:
        return None
    _make_branch(hub, proposal)
    text, blob = _file(hub, proposal.file, proposal.branch)
    if (edited := edit(text)) != text:
        content = base64.b64encode(edited.encode()).decode()
        change = {"message": proposal.title, "content": content, "branch": proposal.branch, "sha": blob}
        hub.ask("PUT", f"/contents/{quote(proposal.file)}", change)
    return _open(hub, proposal) or _create(hub, proposal)


def _file(hub: GitHub, file: str, branch: str) -> tuple[str, str]:
    """The text of a file at the tip of a branch, and the name of that blob."""
    path = f"/contents/{quote(file)}?ref={quote(branch, safe='')}"
    status, said = hub.answer("GET", path)
    if status not in (200, _MISSING):
        raise hub.refusal(path, status, said)
    try:
        if status == _MISSING:
            raise ValueError(f"{status}: {said}")  # one of the ways in which there is none
        return base64.b64decode(said["content"]).decode(), str(said["sha"])
    except (ValueError, KeyError, TypeError) as error:
        raise Refusal(
            f"there is no {file} on {branch} that can be edited",
            seen=printable(" ".join(str(error).split()), 300),
            allowed="a file of text, there",
            next_step=f"git show origin/{branch}:{file} shows it; put it there, then run the job again",
        ) from None


def _make_branch(hub: GitHub, proposal: Proposal) -> None:
    tip = hub.ask("GET", f"/git/ref/heads/{quote(proposal.base, safe='/')}")["object"]["sha"]
    status, said = hub.answer("POST", "/git/refs", {"ref": f"refs/heads/{proposal.branch}", "sha": tip})
    if status == _UNPROCESSABLE:
        # There already, or something else is wrong: only a look tells.
        there, _ = hub.answer("GET", f"/git/ref/heads/{quote(proposal.branch, safe='/')}")
        if there == 200:
            return
    if status != 201:
        raise hub.refusal("/git/refs", status, said)


def _open(hub: GitHub, proposal: Proposal) -> int | None:
    """The open pull request of that branch."""
    head = f"{hub.name.partition('/')[0]}:{proposal.branch}"
    query = f"state=open&head={quote(head, safe='')}&base={quote(proposal.base, safe='')}&per_page=100"
    for one in hub.pages(f"/pulls?{query}"):
        # GitHub leaves a filter out that it does not understand.
        of, into = one.get("head") or {}, one.get("base") or {}
        owner = str((of.get("repo") or {}).get("full_name"))
        if (of.get("ref"), into.get("ref")) == (proposal.branch, proposal.base) and owner.lower() == hub.name.lower():
            return int(one["number"])
    return None


def _create(hub: GitHub, proposal: Proposal) -> int:
    wanted = {"title": proposal.title, "body": proposal.body, "head": proposal.branch, "base": proposal.base}
    status, said = hub.answer("POST", "/pulls", wanted)
    if status in (_FORBIDDEN, _UNPROCESSABLE) and _NOT_PERMITTED in said:
        raise Refusal(
            "GitHub lets no workflow of this repository open a pull request",
            seen=printable(" ".join(f"{status}: {said}".split()), 300),
            allowed=f"Settings, Actions, General, Workflow permissions: `{_SETTING}`; the organization's goes first",
            next_step=f"gh pr create --head {proposal.branch} --base {proposal.base} --fill, as the branch is there; "
            "or set it, then run the job again",
        )
    if status != 201:
        raise hub.refusal("/pulls", status, said)
    return int(said["number"])
