"""What reaches the lab of the environment, and what the engine is built with."""

import json
import os
import subprocess
import sys

import pytest

from lab import environment
from lab.go_build import go_environment
from lab.workspace import CHECKOUT

OWN = {"HOME": "/home/me", "PATH": "/bin", "TMPDIR": "/t", "XDG_CACHE_HOME": "/c", "GOOGLE_CLOUD_PROJECT": "x"}
FOREIGN = (
    *("AWS_PROFILE", "AWS_ENDPOINT_URL_ROUTE53", "PULUMI_STACK", "TF_LOG", "HTTP_PROXY", "http_proxy", "All_Proxy"),
    *("NO_PROXY", "grpc_proxy", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "PYTHONPATH", "PIP_USER"),
    *("GOFLAGS", "GODEBUG", "NO_COLOR", "MOTO_PORT"),
)


@pytest.mark.parametrize("name", FOREIGN)
def test_what_leads_elsewhere_does_not_reach_the_lab(name: str) -> None:
    assert environment.clean({**OWN, name: "/elsewhere"}).get(name) != "/elsewhere"


def test_what_programs_are_found_by_stays_and_text_is_utf_8() -> None:
    found = environment.clean({**OWN, "LANG": "C", "LC_CTYPE": "de_DE"})
    assert found == {**OWN, "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1", "NO_PROXY": "*", "no_proxy": "*"}


def test_a_process_of_the_lab_and_its_children_still_know_what_the_user_builds_with() -> None:
    enter = "import json, os, subprocess, sys; from lab import environment as e; e.enter(); "
    show = f"{enter} print(json.dumps([dict(os.environ), e.user()]))"
    in_a_child = f"{enter} subprocess.run([sys.executable, '-c', sys.argv[1]])"
    own = {"HTTPS_PROXY": "http://proxy.example", "GOPROXY": "https://go.example", "TF_PLUGIN_DIR": "/mirror"}
    shown = subprocess.run(
        [sys.executable, "-c", in_a_child, show],
        cwd=CHECKOUT,
        env={**OWN, **own, "AWS_PROFILE": "prod", "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    cleaned, user = json.loads(shown)
    assert not own.keys() & cleaned.keys()
    assert {name: user.get(name) for name in (*own, "NO_PROXY", "AWS_CONFIG_FILE")} == {
        **own,
        "NO_PROXY": None,
        "AWS_CONFIG_FILE": None,
    }
    assert (cleaned["AWS_CONFIG_FILE"], "AWS_PROFILE" in cleaned, "AWS_PROFILE" in user) == (os.devnull, False, False)


def test_the_engine_is_built_for_this_machine_and_comes_from_where_the_user_says() -> None:
    wrong = {"GOOS": "windows", "GOARCH": "wasm", "GOFLAGS": "-mod=vendor", "GO111MODULE": "off", "GOWORK": "/w"}
    found = go_environment({**OWN, **wrong, "GOPROXY": "https://go.example", "https_proxy": "http://proxy.example"})
    assert not {name for name, value in wrong.items() if found.get(name) == value}
    assert (found["GOPROXY"], found["https_proxy"]) == ("https://go.example", "http://proxy.example")
