"""GitHub's REST API on loopback, as far as the steps of a pull request and of a release ask it: it keeps what it is
told."""

import base64
import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

BOT = "github-actions[bot]"
REPOSITORY = "shop/tag-team"
TOKEN = "the token of the workflow"
# As GitHub gives at most a hundred.
PAGE = 2


@dataclass
class Kept:
    """All that it knows. comments: pull request or issue to its comments. merged: commit to pull requests.

    files: (branch, path) to content. refuse: status to answer every call with, while it is set. may_propose: whether
    the setting lets workflows create pull requests. tags: name to commit.
    checks: commit to its check runs. releases: id to release, with its assets; the tag is made when it is published.
    """

    comments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    issues: dict[int, dict[str, Any]] = field(default_factory=dict)
    pulls: dict[int, dict[str, Any]] = field(default_factory=dict)
    merged: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    files: dict[tuple[str, str], str] = field(default_factory=dict)
    branches: dict[str, str] = field(default_factory=lambda: {"main": "0" * 40})
    calls: list[tuple[str, str]] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    checks: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    releases: dict[int, dict[str, Any]] = field(default_factory=dict)
    refuse: int = 0
    refuse_files: bool = False
    may_propose: bool = True
    url: str = ""
    _ids: int = 100

    def new_id(self) -> int:
        """A number that nothing else has."""
        self._ids += 1
        return self._ids

    def written_by(self, author: str, number: int, body: str) -> dict[str, Any]:
        """Add a comment of somebody."""
        said = {"id": self.new_id(), "body": body, "user": {"login": author}}
        self.comments.setdefault(number, []).append(said)
        return said

    def merge(self, commit: str, number: int, branch: str = "main") -> None:
        """Say that the pull request brought the commit."""
        self.merged.setdefault(commit, []).append(
            {"number": number, "merged_at": "2026-11-26T12:00:00Z", "base": {"ref": branch}}
        )


def step_variables(url: str, **more: str) -> dict[str, str]:
    """The environment that a workflow's step has of GitHub, which answers at `url`."""
    own = {"GITHUB_API_URL": url, "GITHUB_REPOSITORY": REPOSITORY, "GITHUB_TOKEN": TOKEN, "GITHUB_REF_NAME": "main"}
    return {**own, **more}


@contextmanager
def github() -> Iterator[Kept]:
    """Serve it; `url` is where."""
    kept = Kept()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(kept))
    kept.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


Answer = tuple[int, Any, str]


def _handler(kept: Kept) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            sent = self.rfile.read(length)
            is_file = self.headers.get("Content-Type") == "application/octet-stream"
            body = sent if is_file else json.loads(sent) if length else None
            kept.calls.append((self.command, self.path))
            if kept.refuse or self.headers.get("Authorization") != f"Bearer {TOKEN}":
                self._send(kept.refuse or 401, {"message": "Bad credentials"}, "")
            else:
                self._send(*_route(kept, self.command, self.path, body))

        def _send(self, status: int, said: Any, link: str) -> None:
            data = json.dumps(said).encode()
            self.send_response(status)
            if link:
                self.send_header("Link", link)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_PUT = _answer

        def log_message(self, *_: object) -> None:
            """Be silent."""

    return Handler


def _route(kept: Kept, method: str, path: str, body: Any) -> Answer:
    split = urlsplit(path)
    rest = split.path.removeprefix(f"/repos/{REPOSITORY}")
    query = {key: values[0] for key, values in parse_qs(split.query).items()}
    for (of, pattern), handle in _ROUTES.items():
        if of == method and (found := re.fullmatch(pattern, rest)):
            status, said = handle(kept, found, query, body)
            return (status, *_paged(kept, path, query, said))
    return 404, {"message": "Not Found"}, ""


def _paged(kept: Kept, path: str, query: dict[str, str], said: Any) -> tuple[Any, str]:
    if not isinstance(said, list):
        return said, ""
    page = int(query.get("page", 1))
    more = len(said) > page * PAGE
    bare = re.sub(r"[&?]page=\d+", "", path)
    link = f'<{kept.url}{bare}&page={page + 1}>; rel="next"' if more else ""
    return said[(page - 1) * PAGE : page * PAGE], link


def _comments(kept: Kept, found: re.Match[str], _query: dict[str, str], body: Any) -> tuple[int, Any]:
    if body is None:
        return 200, kept.comments.get(int(found[1]), [])
    return 201, kept.written_by(BOT, int(found[1]), body["body"])


def _edit_comment(kept: Kept, found: re.Match[str], _query: dict[str, str], body: Any) -> tuple[int, Any]:
    for comments in kept.comments.values():
        for comment in comments:
            if comment["id"] == int(found[1]):
                comment.update(body)
                return 200, comment
    return 404, {"message": "Not Found"}


def _issues(kept: Kept, _found: re.Match[str], query: dict[str, str], body: Any) -> tuple[int, Any]:
    if body is None:
        wanted = [one for one in kept.issues.values() if one["state"] == query["state"]]
        return 200, [one for one in wanted if query["labels"] in one["labels"]]
    made = {"number": kept.new_id(), "state": "open", "user": {"login": BOT}, **body}
    kept.issues[made["number"]] = made
    return 201, made


def _edit_issue(kept: Kept, found: re.Match[str], _query: dict[str, str], body: Any) -> tuple[int, Any]:
    kept.issues[int(found[1])].update(body)
    return 200, kept.issues[int(found[1])]


def _merged(kept: Kept, found: re.Match[str], _query: dict[str, str], _body: Any) -> tuple[int, Any]:
    return 200, kept.merged.get(found[1], [])


def _branch(kept: Kept, found: re.Match[str], _query: dict[str, str], _body: Any) -> tuple[int, Any]:
    if found[1] not in kept.branches:
        return 404, {"message": "Not Found"}
    return 200, {"object": {"sha": kept.branches[found[1]]}}


def _new_branch(kept: Kept, _found: re.Match[str], _query: dict[str, str], body: Any) -> tuple[int, Any]:
    name = body["ref"].removeprefix("refs/heads/")
    if name in kept.branches:
        return 422, {"message": "Reference already exists"}
    (like,) = {one for one, tip in kept.branches.items() if tip == body["sha"]}
    kept.branches[name] = body["sha"]
    kept.files.update({(name, path): text for (of, path), text in list(kept.files.items()) if of == like})
    return 201, body


def _file(kept: Kept, found: re.Match[str], query: dict[str, str], body: Any) -> tuple[int, Any]:
    text = kept.files.get((query["ref"] if body is None else body["branch"], found[1]))
    sha = None if text is None else _sha(text)
    if body is None:
        if text is None:
            return 404, {"message": "Not Found"}
        return 200, {"sha": sha, "encoding": "base64", "content": base64.encodebytes(text.encode()).decode()}
    if body.get("sha") != sha:
        return 409, {"message": f"{found[1]} does not match {body.get('sha')}"}
    kept.files[body["branch"], found[1]] = base64.b64decode(body["content"]).decode()
    kept.branches[body["branch"]] = _sha(f"{kept.branches[body['branch']]} {body}")
    return 200, {}


def _sha(text: str) -> str:
    return hashlib.sha1(text.encode()).hexdigest()


def _pulls(kept: Kept, _found: re.Match[str], query: dict[str, str], body: Any) -> tuple[int, Any]:
    if body is None:
        wanted = [one for one in kept.pulls.values() if one["state"] == query["state"]]
        owner, _, branch = query["head"].partition(":")
        # What it does not understand it leaves out.
        if branch:
            wanted = [one for one in wanted if (owner, branch) == (REPOSITORY.partition("/")[0], one["head"])]
        return 200, [_listed(one) for one in wanted if one["base"] == query["base"]]
    if not kept.may_propose:
        return 403, {"message": "GitHub Actions is not permitted to create or approve pull requests."}
    if any((one["head"], one["state"]) == (body["head"], "open") for one in kept.pulls.values()):
        said = f"A pull request already exists for {REPOSITORY.partition('/')[0]}:{body['head']}."
        return 422, {"message": "Validation Failed", "errors": [{"message": said}]}
    made = {"number": kept.new_id(), "state": "open", **body}
    kept.pulls[made["number"]] = made
    return 201, made


def _listed(pull: dict[str, Any]) -> dict[str, Any]:
    return {
        **pull,
        "head": {"ref": pull["head"], "repo": {"full_name": REPOSITORY}},
        "base": {"ref": pull["base"], "repo": {"full_name": REPOSITORY}},
    }


def _tags(kept: Kept, found: re.Match[str], _query: dict[str, str], _body: Any) -> tuple[int, Any]:
    known = {name: sha for name, sha in kept.tags.items() if name.startswith(found[1])}
    return 200, [{"ref": f"refs/tags/{name}", "object": {"sha": sha}} for name, sha in known.items()]


def _checks(kept: Kept, found: re.Match[str], query: dict[str, str], _body: Any) -> tuple[int, Any]:
    runs = [one for one in kept.checks.get(found[1], []) if one["name"] == query["check_name"]]
    return 200, {"total_count": len(runs), "check_runs": runs}


def _releases(kept: Kept, _found: re.Match[str], _query: dict[str, str], body: Any) -> tuple[int, Any]:
    if body is None:
        return 200, [{key: value for key, value in one.items() if key != "assets"} for one in kept.releases.values()]
    number = kept.new_id()
    url = f"{kept.url}/repos/{REPOSITORY}/releases/{number}/assets{{?name,label}}"
    made = {"id": number, **body, "upload_url": url, "html_url": f"https://github.com/{REPOSITORY}/releases/{number}"}
    kept.releases[number] = {**made, "assets": {}}
    _tag(kept, made)
    return 201, made


def _tag(kept: Kept, release: dict[str, Any]) -> None:
    if not release["draft"]:
        kept.tags[release["tag_name"]] = release["target_commitish"]


def _asset(kept: Kept, found: re.Match[str], query: dict[str, str], body: Any) -> tuple[int, Any]:
    assert isinstance(body, bytes)
    if kept.refuse_files:
        return 422, {"message": "Validation Failed"}
    kept.releases[int(found[1])]["assets"][query["name"]] = body
    return 201, {"name": query["name"], "size": len(body)}


def _edit_release(kept: Kept, found: re.Match[str], _query: dict[str, str], body: Any) -> tuple[int, Any]:
    release = kept.releases[int(found[1])]
    release.update(body)
    _tag(kept, release)
    return 200, {key: value for key, value in release.items() if key != "assets"}


def _pull_request(kept: Kept, found: re.Match[str], _query: dict[str, str], _body: Any) -> tuple[int, Any]:
    number = int(found[1])
    merged = [one for of_commit in kept.merged.values() for one in of_commit if one["number"] == number]
    if merged:
        return 200, merged[-1]
    if number not in kept.pulls:
        return 404, {"message": "Not Found"}
    return 200, {"number": number, "merged_at": None, "base": {"ref": kept.pulls[number]["base"]}}


_Handle = Callable[[Kept, "re.Match[str]", dict[str, str], Any], tuple[int, Any]]
_ROUTES: dict[tuple[str, str], _Handle] = {
    ("GET", r"/issues/(\d+)/comments"): _comments,
    ("POST", r"/issues/(\d+)/comments"): _comments,
    ("PATCH", r"/issues/comments/(\d+)"): _edit_comment,
    ("GET", r"/issues"): _issues,
    ("POST", r"/issues"): _issues,
    ("PATCH", r"/issues/(\d+)"): _edit_issue,
    ("GET", r"/commits/([0-9a-f]+)/pulls"): _merged,
    ("GET", r"/git/ref/heads/(.+)"): _branch,
    ("POST", r"/git/refs"): _new_branch,
    ("GET", r"/contents/(.+)"): _file,
    ("PUT", r"/contents/(.+)"): _file,
    ("GET", r"/pulls"): _pulls,
    ("POST", r"/pulls"): _pulls,
    ("GET", r"/git/matching-refs/tags/(.*)"): _tags,
    ("GET", r"/commits/([0-9a-f]+)/check-runs"): _checks,
    ("GET", r"/releases"): _releases,
    ("POST", r"/releases"): _releases,
    ("POST", r"/releases/(\d+)/assets"): _asset,
    ("PATCH", r"/releases/(\d+)"): _edit_release,
    ("GET", r"/pulls/(\d+)"): _pull_request,
}
