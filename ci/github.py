"""The few questions to GitHub: comments, issues, the pull request of a commit. https://docs.github.com/en/rest"""

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

import urllib3

from cutover.printable import printable
from cutover.refusal import Refusal

_NEXT = re.compile(r'<([^>]+)>;\s*rel="next"')
_REPOSITORY = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
_MOST_PAGES = 100
# Redirects too: they are not followed.
_NO = 300
BOT = "github-actions[bot]"
# Only what may be repeated is: a POST that GitHub has carried out must not be sent again.
_RETRIES = urllib3.Retry(
    total=3, backoff_factor=1, status_forcelist=(502, 503, 504), allowed_methods=("GET", "PATCH", "PUT")
)


@dataclass(frozen=True)
class Note:
    """A comment, or an issue: `number` is the id of the first, the number of the second."""

    number: int
    body: str


class GitHub:
    """One repository, `name` (OWNER/NAME). Every method raises Refusal when GitHub does not answer, or says no.

    author: whose comments and issues are ours. What somebody else wrote is never taken for it, whatever it says.
    """

    def __init__(
        self, api: str, repository: str, token: str, author: str = BOT, retries: urllib3.Retry | bool = _RETRIES
    ) -> None:
        self._api, self._author, self.name = api.rstrip("/"), author, repository
        self._repository = f"/repos/{repository}"
        self._pool = urllib3.PoolManager(retries=retries, timeout=30)
        self._headers = {
            "Accept": "application/vnd.github+json",
            "X-GitHub-Api-Version": "2022-11-28",
            "Authorization": f"Bearer {token}",
            "User-Agent": "tag-team",
        }

    def comment(self, pull_request: int, marker: str) -> Note | None:
        """Our newest comment that begins with `marker`; None when there is none."""
        found = self.pages(f"/issues/{pull_request}/comments?per_page=100")
        ours = [one for one in found if self._is_ours(one) and str(one.get("body") or "").startswith(marker)]
        return Note(int(ours[-1]["id"]), str(ours[-1]["body"])) if ours else None

    def put_comment(self, pull_request: int, marker: str, body: str) -> None:
        """Write our one comment, anew where it is there already."""
        if before := self.comment(pull_request, marker):
            self.ask("PATCH", f"/issues/comments/{before.number}", {"body": body})
        else:
            self.ask("POST", f"/issues/{pull_request}/comments", {"body": body})

    def merged_by(self, commit: str, branch: str) -> tuple[int, ...]:
        """The pull requests into `branch` whose merge brought this commit."""
        found = self.pages(f"/commits/{quote(commit, safe='')}/pulls?per_page=100")
        return tuple(
            int(one["number"]) for one in found if one.get("merged_at") and (one.get("base") or {}).get("ref") == branch
        )

    def open_issue(self, marker: str, label: str) -> Note | None:
        """Our open issue that begins with `marker`; None when there is none."""
        found = self.pages(f"/issues?state=open&labels={quote(label, safe='')}&per_page=100")
        ours = [one for one in found if self._is_ours(one) and str(one.get("body") or "").startswith(marker)]
        return Note(int(ours[-1]["number"]), str(ours[-1]["body"])) if ours else None

    def create_issue(self, title: str, body: str, label: str) -> None:
        """Open an issue."""
        self.ask("POST", "/issues", {"title": title, "body": body, "labels": [label]})

    def update_issue(self, number: int, body: str) -> None:
        """Say something else in it."""
        self.ask("PATCH", f"/issues/{number}", {"body": body})

    def close_issue(self, number: int, comment: str) -> None:
        """Say why, and close it."""
        self.ask("POST", f"/issues/{number}/comments", {"body": comment})
        self.ask("PATCH", f"/issues/{number}", {"state": "closed", "state_reason": "completed"})

    def _is_ours(self, found: Mapping[str, Any]) -> bool:
        return str((found.get("user") or {}).get("login")) == self._author

    def pages(self, path: str) -> Iterator[Mapping[str, Any]]:
        """Every entry of a list, over all of its pages; `path` from the repository on, with a query."""
        url = f"{self._api}{self._repository}{path}"
        for _ in range(_MOST_PAGES):
            answer = self._call("GET", url, None)
            yield from self._content(answer, url)
            following = _NEXT.search(answer.headers.get("Link", ""))
            # The token is not carried to another host, whatever an answer says.
            if following is None or urlsplit(following[1]).netloc != urlsplit(self._api).netloc:
                return
            url = following[1]
        raise _refusal(url, f"more than {_MOST_PAGES} pages")

    def ask(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """What GitHub answers; `path` from the repository on."""
        status, said = self.answer(method, path, body)
        if status >= _NO:
            raise self.refusal(path, status, said)
        return said

    def answer(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[int, Any]:
        """Its status and what GitHub answers, as text where it says no; for whoever can go on then."""
        url = f"{self._api}{self._repository}{path}"
        answer = self._request(method, url, None if body is None else json.dumps(body).encode(), {})
        no = answer.status >= _NO
        return answer.status, answer.data.decode(errors="replace") if no else self._content(answer, url)

    def refusal(self, path: str, status: int, said: str) -> Refusal:
        """That GitHub says no."""
        return _refusal(f"{self._api}{self._repository}{path}", f"{status}: {said}")

    def upload(self, url: str, content: bytes) -> Any:
        """Send a file to an address that GitHub has named: on the host of its API, or on the one it has for uploads."""
        host = urlsplit(self._api).netloc
        if urlsplit(url).netloc not in (host, re.sub(r"^api\.", "uploads.", host)):
            raise _refusal(url, f"a host that is not GitHub's: {urlsplit(url).netloc}")
        return self._content(self._send("POST", url, content, {"Content-Type": "application/octet-stream"}), url)

    def _call(self, method: str, url: str, body: Mapping[str, Any] | None) -> urllib3.BaseHTTPResponse:
        return self._send(method, url, None if body is None else json.dumps(body).encode(), {})

    def _send(self, method: str, url: str, body: bytes | None, more: Mapping[str, str]) -> urllib3.BaseHTTPResponse:
        answer = self._request(method, url, body, more)
        if answer.status >= _NO:
            raise _refusal(url, f"{answer.status}: {answer.data.decode(errors='replace')}")
        return answer

    def _request(self, method: str, url: str, body: bytes | None, more: Mapping[str, str]) -> urllib3.BaseHTTPResponse:
        try:
            return self._pool.request(method, url, body=body, headers={**self._headers, **more}, redirect=False)
        except urllib3.exceptions.HTTPError as error:
            raise _refusal(url, str(error)) from None

    @staticmethod
    def _content(answer: urllib3.BaseHTTPResponse, url: str) -> Any:
        try:
            return json.loads(answer.data)
        except ValueError:
            raise _refusal(url, "an answer that is no JSON") from None


def of_environment(environment: Mapping[str, str] = os.environ) -> GitHub:
    """By the variables of a workflow: GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN; COMMENT_AUTHOR where it is not
    the workflow's own token that comments. Raises Refusal without them."""
    repository, token = environment.get("GITHUB_REPOSITORY", ""), environment.get("GITHUB_TOKEN", "")
    if not _REPOSITORY.fullmatch(repository) or not token:
        raise Refusal(
            "nothing says which repository this is, or with which token GitHub may be asked",
            seen=f"GITHUB_REPOSITORY {repository or 'not set'}; GITHUB_TOKEN {'set' if token else 'not set'}",
            allowed="OWNER/NAME, and the token of the workflow",
            next_step="set both in the environment of this step",
        )
    api = environment.get("GITHUB_API_URL") or "https://api.github.com"
    return GitHub(api, repository, token, environment.get("COMMENT_AUTHOR") or BOT)


def run_url(environment: Mapping[str, str] = os.environ) -> str:
    """The page of this run, by the variables of a workflow; empty where there is none."""
    server, repository, run = (environment.get(f"GITHUB_{name}", "") for name in ("SERVER_URL", "REPOSITORY", "RUN_ID"))
    known = server.startswith("https://") and _REPOSITORY.fullmatch(repository) and re.fullmatch(r"[0-9]+", run)
    return f"{server}/{repository}/actions/runs/{run}" if known else ""


def number(text: str, what: str) -> int:
    """A number of a pull request; raises Refusal for anything else."""
    if not re.fullmatch(r"[1-9][0-9]{0,8}", text):
        raise Refusal(
            f"{what} is no number of a pull request",
            seen=repr(text),
            allowed="a number like 12",
            next_step="gh pr list --state all shows them",
        )
    return int(text)


def _refusal(url: str, seen: str) -> Refusal:
    return Refusal(
        f"GitHub could not be asked for {urlsplit(url).path}",
        seen=printable(" ".join(seen.split()), 300),
        allowed="an answer, to a token with the permissions of this job",
        next_step="look at `permissions` of the job and at https://www.githubstatus.com; then run the job again",
    )
