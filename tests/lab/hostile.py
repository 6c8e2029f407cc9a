"""The environment of a shell that is set up for everything but the lab."""

from pathlib import Path

NOWHERE = "/nonexistent"
DEAD = "http://127.0.0.1:9"
# A value that looks like other lines of `env`, and like code.
STRANGE = "a b\nPULUMI_HOME=/elsewhere\n'\"$(exit 3)`exit 3`\n"

_AWS = {
    "AWS_PROFILE": "prod",
    "AWS_DEFAULT_PROFILE": "prod",
    "AWS_REGION": "us-east-1",
    "AWS_DEFAULT_REGION": "us-gov-west-1",
    "AWS_ACCESS_KEY_ID": "AKIAREAL",
    "AWS_SECRET_ACCESS_KEY": "real",
    "AWS_SESSION_TOKEN": "real",
    "AWS_ROLE_ARN": "arn:aws:iam::210987654321:role/real",
    "AWS_WEB_IDENTITY_TOKEN_FILE": NOWHERE,
    "AWS_CONFIG_FILE": NOWHERE,
    "AWS_SHARED_CREDENTIALS_FILE": NOWHERE,
    "AWS_EC2_METADATA_DISABLED": "false",
    "AWS_ENDPOINT_URL": DEAD,
    "AWS_ENDPOINT_URL_ROUTE53": DEAD,
    "AWS_ENDPOINT_URL_SSM": DEAD,
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "AWS_USE_DUALSTACK_ENDPOINT": "true",
    "AWS_CA_BUNDLE": NOWHERE,
    "AWS_MAX_ATTEMPTS": "1",
    "AWS_STRANGE": STRANGE,
}
_PULUMI = {
    "PULUMI_STACK": "prod",
    "PULUMI_ACCESS_TOKEN": "pul-real",
    "PULUMI_API": DEAD,
    "PULUMI_BACKEND_URL": DEAD,
    "PULUMI_HOME": NOWHERE,
    "PULUMI_CONFIG_PASSPHRASE_FILE": NOWHERE,
    "PULUMI_CONFIG": '{"tag-team:active": "blue"}',
    "PULUMI_OPTION_CWD": NOWHERE,
    "PULUMI_OPTION_STACK": "prod",
    "PULUMI_PYTHON_CMD": "false",
    "TF_CLI_CONFIG_FILE": NOWHERE,
    "TF_REATTACH_PROVIDERS": "{}",
    "TF_LOG": "TRACE",
}
_NETWORK = {
    **{name: DEAD for each in ("HTTP", "HTTPS", "GRPC") for name in (f"{each}_PROXY", f"{each}_PROXY".lower())},
    **dict.fromkeys(("ALL_PROXY", "all_proxy"), "socks5://127.0.0.1:9"),
    **dict.fromkeys(("NO_PROXY", "no_proxy"), "example.org"),
    **dict.fromkeys(("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"), NOWHERE),
}
_LANGUAGES = {
    "PYTHONUTF8": "0",
    "PYTHONIOENCODING": "ascii",
    "PYTHONWARNINGS": "error",
    "PYTHONOPTIMIZE": "2",
    "PYTHONSAFEPATH": "1",
    "PYTHONINSPECT": "1",
    "PIP_USER": "1",
    "PIP_INDEX_URL": DEAD,
    "GOFLAGS": "-mod=vendor",
    "GOOS": "windows",
    "GODEBUG": "http2client=0",
    "GOMAXPROCS": "1",
    "LANG": "C",
    "LC_ALL": "C",
    "NO_COLOR": "1",
    "FORCE_COLOR": "1",
}


def hostile(folder: Path) -> dict[str, str]:
    """All of it; modules that must not be imported are in `folder`."""
    folder.mkdir()
    for name in ("yaml", "boto3", "pulumi", "lab"):
        (folder / f"{name}.py").write_text("raise SystemExit('the module of somebody else')\n")
    return {**_AWS, **_PULUMI, **_NETWORK, **_LANGUAGES, "PYTHONPATH": str(folder)}
