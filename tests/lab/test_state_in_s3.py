"""A state in S3: what the engine asks of the bucket, and the documents `state-read` and `state-write` allow."""

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIEnvironment

import boto3
import pytest
from werkzeug.serving import make_server

from iam import documents
from lab.aws import embedded
from lab.workspace import REGION, Workspace
from tests.lab.world import FIRST, LIVE, SECOND, World

BUCKET = "shop-pulumi-state"


@dataclass(frozen=True)
class Asked:
    """One request: the action that it takes, and the key, or the prefix of a list."""

    action: str
    key: str


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
        return self._moto(environ, start_response)


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


@pytest.fixture
def in_s3(world: World) -> Iterator[tuple[Workspace, Bucket]]:
    """The project of a world with its state in a bucket, and the stacks begun there."""
    with serving() as (endpoint, bucket):
        client: Any = boto3.client(
            "s3", endpoint_url=endpoint, region_name=REGION, aws_access_key_id="test", aws_secret_access_key="test"
        )
        client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        url = f"s3://{BUCKET}?endpoint={endpoint}&s3ForcePathStyle=true&region={REGION}"
        made = replace(world.workspace, environment={**world.workspace.environment, "PULUMI_BACKEND_URL": url})
        for stack in (FIRST, SECOND, LIVE):
            begun = made.pulumi("stack", "init", stack)
            assert begun.exit_code == 0, begun.output
        bucket.asked.clear()
        yield made, bucket


def allowed(name: str) -> set[str]:
    """The actions of a document about S3."""
    said = [one["Action"] for one in documents.template(name)["Statement"]]
    actions = {one for of in said for one in ([of] if isinstance(of, str) else of)}
    return {one for one in actions if one.startswith("s3:")}


def test_a_preview_only_reads_the_state_and_an_update_locks_writes_and_unlocks_it(
    in_s3: tuple[Workspace, Bucket],
) -> None:
    made, bucket = in_s3
    made.pulumi("preview", "-s", LIVE)
    previewed = list(bucket.asked)
    assert {one.action for one in previewed} == allowed("state-read")
    bucket.asked.clear()
    made.up(LIVE)
    updated = bucket.asked
    assert {one.action for one in updated} == allowed("state-read") | allowed("state-write")
    assert any(one.action == "s3:PutObject" and "/locks/" in one.key for one in updated)
    assert any(one.action == "s3:DeleteObject" and "/locks/" in one.key for one in updated)
    assert [one for one in (*previewed, *updated) if not one.key.startswith(".pulumi/")] == []
