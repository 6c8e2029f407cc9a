"""A state in S3: what the engine asks of the bucket, and the documents of the state allow, key by key."""

import json
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from wsgiref.types import StartResponse, WSGIEnvironment

import boto3
import pytest
from werkzeug.serving import make_server

from iam import documents, values
from iam.roles import BOARD, COLOUR, PREVIEW, ROLES, Role
from iam.roles import LIVE as LIVE_ROLE
from iam.values import State, Values
from lab import roles
from lab.aws import embedded
from lab.aws.iam import evaluation
from lab.aws.iam.document import parse
from lab.aws.iam.evaluation import Policies, Principal, decide
from lab.workspace import REGION, Workspace
from tests.lab.board.command import seen
from tests.lab.world import FIRST, LIVE, SECOND, World

BUCKET = "shop-pulumi-state"
# A secrets provider that would be asked at the world's AWS; its data key nobody can open.
KMS = {"type": "cloud", "state": {"url": f"awskms://alias/shop?region={REGION}", "encryptedkey": "AAAA"}}
# https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/go/common/resource/sig/sig.go
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:AAAA:AAAA"}


@dataclass(frozen=True)
class Asked:
    """An action that a request takes, and the key; of a list its prefix, None where the request has none."""

    action: str
    key: str | None


class Bucket:
    """moto's S3, and what was asked of it."""

    def __init__(self) -> None:
        self._moto = embedded.application()
        self.asked: list[Asked] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        method, query = environ["REQUEST_METHOD"], parse_qs(environ.get("QUERY_STRING", ""))
        _, _, key = environ["PATH_INFO"].lstrip("/").partition("/")
        if key or method == "GET":
            self.asked += _actions(method, key, query, environ)

        def answer(status: str, *rest: Any) -> Any:
            if key and status.startswith("404"):
                # Who may not list is answered 403 where there is nothing, and the engine then knows no better:
                # https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
                self.asked.append(Asked("s3:ListBucket", None))
            return start_response(status, *rest)

        return self._moto(environ, answer)


def _actions(method: str, key: str, query: Mapping[str, list[str]], environ: WSGIEnvironment) -> list[Asked]:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html"""
    if not key:
        return [Asked("s3:ListBucket", query.get("prefix", [""])[0])]
    copied = environ.get("HTTP_X_AMZ_COPY_SOURCE", "")
    source = [Asked("s3:GetObject", copied.lstrip("/").partition("/")[2])] if copied else []
    return [*source, Asked({"HEAD": "s3:GetObject"}.get(method, f"s3:{method.capitalize()}Object"), key)]


@contextmanager
def serving() -> Iterator[tuple[str, Bucket]]:
    bucket = Bucket()
    server = make_server("127.0.0.1", 0, bucket, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", bucket
    finally:
        server.shutdown()
        thread.join()


def _s3(endpoint: str) -> Any:
    return boto3.client(
        "s3", endpoint_url=endpoint, region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test"
    )


@pytest.fixture
def in_s3(world: World) -> Iterator[tuple[Workspace, Bucket]]:
    """The project of a world with its state in a bucket, and the stacks begun there."""
    with serving() as (endpoint, bucket):
        client = _s3(endpoint)
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        url = f"s3://{BUCKET}?endpoint={endpoint}&s3ForcePathStyle=true&region={REGION}"
        made = replace(world.workspace, environment={**world.workspace.environment, "PULUMI_BACKEND_URL": url})
        for stack in (FIRST, SECOND, LIVE):
            begun = made.pulumi("stack", "init", stack)
            assert begun.exit_code == 0, begun.output
        bucket.asked.clear()
        yield made, bucket
        # All servers of a process have the same S3.
        for page in client.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
            for one in page.get("Contents", ()):
                client.delete_object(Bucket=BUCKET, Key=one["Key"])
        client.delete_bucket(Bucket=BUCKET)


@pytest.fixture
def filled(world: World) -> Values:
    """What the documents are filled in with where the state is in that bucket."""
    project, told = roles.known(world.workspace)
    return values.of(project, replace(told, state=State(BUCKET)))


def denied(role: Role, filled: Values, asked: Iterable[Asked]) -> list[Asked]:
    """What the documents of the state that a role has do not allow."""
    held = Policies(tuple(parse(documents.rendered(name, filled)) for name in role.state))
    who = Principal((f"arn:aws:iam::{roles.ACCOUNT}:role/x",), roles.ACCOUNT)

    def allowed(one: Asked) -> bool:
        of_the_bucket = one.action == "s3:ListBucket"
        resource = f"arn:aws:s3:::{BUCKET}" + ("" if of_the_bucket else f"/{one.key}")
        facts = {"s3:prefix": (one.key,)} if of_the_bucket and one.key is not None else {}
        return decide(evaluation.Asked(one.action, resource, who, facts.get), held).allowed

    return [one for one in dict.fromkeys(asked) if not allowed(one)]


def test_a_preview_only_reads_the_state_and_an_update_locks_writes_and_unlocks_its_own(
    in_s3: tuple[Workspace, Bucket], filled: Values
) -> None:
    made, bucket = in_s3
    made.pulumi("preview", "-s", LIVE)
    previewed = list(bucket.asked)
    assert {one.action for one in previewed} == {"s3:GetObject", "s3:ListBucket"}
    assert Asked("s3:ListBucket", None) in previewed
    assert denied(PREVIEW, filled, previewed) == []
    bucket.asked.clear()
    made.up(LIVE)
    updated = list(bucket.asked)
    assert denied(LIVE_ROLE, filled, updated) == []
    bucket.asked.clear()
    refreshed = made.pulumi("refresh", "-s", FIRST, "--yes", "--skip-preview")
    assert refreshed.exit_code == 0, refreshed.output
    of_colour = list(bucket.asked)
    assert denied(COLOUR, filled, of_colour) == []
    for asked, other in ((updated, COLOUR), (of_colour, LIVE_ROLE)):
        written = [one for one in asked if one.action in ("s3:PutObject", "s3:DeleteObject")]
        kinds = {str(one.key).split("/")[1] for one in written}
        assert {"backups", "history", "locks", "stacks"} <= kinds
        assert denied(PREVIEW, filled, written) == list(dict.fromkeys(written))
        assert denied(other, filled, written) == list(dict.fromkeys(written))


def test_another_projects_state_is_neither_read_nor_written(filled: Values) -> None:
    keys = (
        ".pulumi/stacks/another/live.json",
        ".pulumi/stacks/another/red.json",
        ".pulumi/history/another/red/x",
        "other",
    )
    reading = [Asked("s3:GetObject", key) for key in keys]
    writing = [Asked("s3:PutObject", key) for key in (*keys, ".pulumi/meta.yaml")]
    for role in (one for one in ROLES if one.state):
        assert denied(role, filled, [*reading, *writing]) == [*reading, *writing]


@pytest.fixture
def with_secrets(world: World, in_s3: tuple[Workspace, Bucket]) -> tuple[Workspace, Bucket]:
    """The state and the history of a world in that bucket, with a secret in both whose key only KMS could open."""
    made, bucket = in_s3
    client = _s3(_endpoint(made))
    held = Path(unquote(urlsplit(world.workspace.environment["PULUMI_BACKEND_URL"]).path)) / ".pulumi"
    files = [path for kind in ("stacks", "history") for path in sorted((held / kind).rglob("*.json"))]
    for path in files:
        said = json.loads(path.read_text())
        if latest := said.get("checkpoint", {}).get("latest"):
            latest["secrets_providers"] = KMS
            for one in latest.get("resources", ())[:1]:
                one.setdefault("outputs", {})["token"] = SECRET
        elif path.name.endswith(".history.json"):
            said["config"] = {**(said.get("config") or {}), "tag-team:token": {"secure": "v1:AAAA:AAAA"}}
        client.put_object(Bucket=BUCKET, Key=f".pulumi/{path.relative_to(held)}", Body=json.dumps(said).encode())
    bucket.asked.clear()
    return made, bucket


def _endpoint(made: Workspace) -> str:
    return parse_qs(urlsplit(made.environment["PULUMI_BACKEND_URL"]).query)["endpoint"][0]


def test_the_board_reads_the_state_and_asks_for_no_secret_in_it(
    world: World, with_secrets: tuple[Workspace, Bucket], filled: Values
) -> None:
    made, bucket = with_secrets

    def decrypted() -> bool:
        return any(call.action.startswith("kms:") for call in world.faults.calls())

    found = seen(replace(world, workspace=made), PULUMI_CONFIG_PASSPHRASE="")
    assert [one for one in found.form["unknown"] if "pulumi" in one["reason"].lower()] == []
    for colour in (FIRST, SECOND):
        assert found.colour(colour)["stack"] == {"exists": True, "pending_operations": 0}
    kinds = {str(one.key).split("/")[1] for one in bucket.asked if one.action == "s3:GetObject"}
    assert {"stacks", "history"} <= kinds
    assert denied(BOARD, filled, bucket.asked) == []
    assert not decrypted()
    # It would have been noticed: so a command asks that shows secrets.
    assert made.pulumi("stack", "export", "-s", LIVE, "--show-secrets").exit_code != 0
    assert decrypted()
