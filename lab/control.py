"""The control endpoint: what tests and rehearsals ask of the lab and set in it, under /_lab/."""

import json
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from lab.aws.answer import Answer
from lab.faults import FaultBoard
from lab.messages import Addresses, Answers, Call, Truth, ZoneState

PREFIX = "/_lab/"
log = logging.getLogger("lab.control")


class Control:
    """WSGI: answers below /_lab/ itself and hands everything else to `aws`."""

    def __init__(
        self,
        aws: WSGIApplication,
        addresses: Callable[[], Addresses],
        faults: FaultBoard,
        history: Callable[[], list[ZoneState]],
        truth: Callable[[str], Truth],
        queries: Callable[[], Mapping[str, int]],
        leftovers: Callable[[], Mapping[str, list[str]]],
        posts: Mapping[str, Callable[..., Any]],
        answers: Callable[[str], Mapping[str, Sequence[Answers]]],
        calls: Callable[[], Sequence[Call]],
        machines: Callable[[], Sequence[Mapping[str, Any]]] = list,
        forget_requests: Callable[[], None] = lambda: None,
    ) -> None:
        self._aws = aws
        self._faults = faults
        self._of_name: Mapping[str, Callable[[str], Any]] = {
            "dns/truth": lambda name: asdict(truth(name)),
            "dns/answers": lambda name: {
                server: [asdict(item) for item in items] for server, items in answers(name).items()
            },
        }
        self._posts = posts
        self._actions: Mapping[tuple[str, str], Callable[[], Any]] = {
            ("GET", "ready"): lambda: {"ready": True},
            ("GET", "addresses"): lambda: asdict(addresses()),
            ("GET", "route53/history"): lambda: [asdict(state) for state in history()],
            ("GET", "leftovers"): leftovers,
            ("GET", "calls"): lambda: [asdict(call) for call in calls()],
            ("GET", "dns/queries"): queries,
            ("GET", "machines"): machines,
            ("GET", "faults"): lambda: asdict(faults.current()),
            ("DELETE", "faults"): lambda: asdict(faults.clear()),
            ("DELETE", "requests"): forget_requests,
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if not path.startswith(PREFIX):
            return self._aws(environ, start_response)
        try:
            answer = _json(200, self._answer(environ, path.removeprefix(PREFIX)))
        except LookupError as unknown:
            answer = _json(404, {"error": str(unknown)})
        except (ValueError, TypeError) as unfit:
            answer = _json(400, {"error": str(unfit)})
        return answer.send(start_response)

    def _answer(self, environ: WSGIEnvironment, path: str) -> Any:
        method = environ["REQUEST_METHOD"]
        if method == "GET" and path in self._of_name:
            return self._of_name[path](_name(path, environ.get("QUERY_STRING", "")))
        if (method, path) == ("POST", "faults"):
            patch = _content(environ)
            log.info("faults set: %s", patch)
            return asdict(self._faults.merge(patch))
        if method == "POST" and path in self._posts:
            return self._posts[path](**_content(environ))
        action = self._actions.get((method, path))
        if action is None:
            known = sorted(f"{verb} {PREFIX}{name}" for verb, name in self._known())
            raise LookupError(f"no {method} {PREFIX}{path}; there are {', '.join(known)}")
        return action()

    def _known(self) -> Iterable[tuple[str, str]]:
        of_name = (("GET", f"{path}?name=NAME") for path in self._of_name)
        return [*self._actions, *of_name, ("POST", "faults"), *(("POST", path) for path in self._posts)]


def _content(environ: WSGIEnvironment) -> Any:
    return json.loads(environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)))


def _name(path: str, query_string: str) -> str:
    names = parse_qs(query_string).get("name")
    if not names:
        raise ValueError(f"say which name: {PREFIX}{path}?name=NAME")
    return names[0].lower().rstrip(".") + "."


def _json(status: int, content: Any) -> Answer:
    return Answer(status, "application/json", json.dumps(content).encode())
