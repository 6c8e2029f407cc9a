"""The policies of the roles: filled in with what a project says, within AWS's limits, or refused."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from components import settings_reader
from components.settings import LIVE
from cutover.refusal import Refusal
from iam import __main__ as command
from iam import cloudformation, documents, said, values
from iam.roles import BOARD, BOUNDARY, COLOUR, DOCUMENTS, PREVIEW, ROLES, STATE, Role
from iam.roles import LIVE as LIVE_ROLE
from iam.values import Place, Project, State, Told, Values
from lab import written_table
from lab.aws.iam.document import parse
from lab.aws.iam.evaluation import Asked, Policies, Principal, decide
from lab.aws.iam.wildcards import arn_matches
from tests import workflow
from tests.lab import unseen
from tests.unit import stack_values
from tests.unit.sources import ROOT

DOCS = ROOT / "docs" / "iam"
LOOKING = (*BOARD.state, *PREVIEW.state)
# Those of the docs; each can be typed as it stands in docs/permissions.md.
EXAMPLE = (
    *("--account", "123456789012", "--region", "eu-central-1", "--zone-id", "Z0123456789ABCDEFGHIJ"),
    *("--repository", "shop/tag-team", "--state", "s3://shop-pulumi-state"),
)
PLACE = Place("aws", "eu-central-1", "123456789012")
PROVIDER = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"


def told(*arguments: str) -> Told:
    return said.of(said.arguments([*EXAMPLE, *arguments]), said.project(str(ROOT)))


def project(**config: Any) -> Project:
    """A project as it comes, with other shared config."""
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in config.items()}
    shared = {**stack_values.PROJECT, **texts}
    return Project("tag-team", settings_reader.load(LIVE, {**stack_values.OWN[LIVE], **shared}, shared).shared)


def filled(**config: Any) -> Values:
    state = State("bucket", "", (PLACE.arn("kms", "key/1"),))
    return values.of(project(**config), Told(PLACE, "Z1", "shop/tag-team", state))


def test_the_docs_have_them_as_they_are_written_for_the_project_as_it_comes() -> None:
    written = command.files(said.project(str(ROOT)), told())
    held = {path.name: path.read_text() for path in DOCS.glob("*.json")}
    assert held == written, "python -m iam " + " ".join(EXAMPLE) + " --out docs/iam writes them"


def test_the_page_has_what_no_call_in_the_lab_needs_and_all_of_it_is_in_a_document() -> None:
    assert written_table.between(unseen.PAGE.read_text(), unseen.COMMAND) == "\n".join(unseen.table()), unseen.COMMAND
    for name, sid, action in unseen.UNSEEN:
        (statement,) = [one for one in documents.template(name)["Statement"] if one["Sid"] == sid]
        assert action in statement["Action"]


def test_the_command_writes_them_and_says_what_to_type_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    assert command.main([*EXAMPLE, "--out", str(tmp_path / "new")]) == 0
    assert {path.name for path in (tmp_path / "new").iterdir()} == {path.name for path in DOCS.glob("*.json")}
    printed = capsys.readouterr().out
    assert "aws cloudformation deploy --stack-name tag-team-roles" in printed
    assert "arn:aws:iam::123456789012:policy/tag-team-instance-boundary" in printed
    assert command.main([*EXAMPLE, "--out", str(ROOT / "README.md")]) == 1
    assert "refused: the policies cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("given", "problem", "seen"),
    [
        ({"--account": None}, "--account is missing", "nothing"),
        ({"--account": "12345678901"}, "--account is not what it has to be", "--account 12345678901"),
        ({"--region": None}, "--region is missing", "nothing"),
        ({"--region": "Frankfurt"}, "--region is not", "Frankfurt"),
        ({"--region": "cn-north-1"}, "--region is not", "cn-north-1"),
        ({"--zone-id": None}, "--zone-id is missing", "nothing"),
        ({"--zone-id": "shop.example"}, "--zone-id is not", "shop.example"),
        ({"--repository": None}, "--repository is missing", "nothing"),
        ({"--repository": "shop"}, "--repository is not", "shop"),
        ({"--repository": "shop/*"}, "--repository is not", "shop/*"),
        ({"--state": "file:///state"}, "--state is not", "file:///state"),
        ({"--state-key": "alias/state"}, "--state-key is not", "alias/state"),
        (
            {"--state": None, "--state-key": "arn:aws:kms:eu-central-1:123456789012:key/a-1"},
            "--state is missing",
            "nothing",
        ),
    ],
)
def test_what_is_missing_or_not_allowed_is_refused_with_what_is(
    given: dict[str, str | None], problem: str, seen: str
) -> None:
    texts = {**dict(zip(EXAMPLE[::2], EXAMPLE[1::2], strict=True)), **given}
    arguments = [word for option, value in texts.items() if value is not None for word in (option, value)]
    with pytest.raises(Refusal, match=problem) as refused:
        said.of(said.arguments(arguments), project())
    assert seen in refused.value.seen
    assert refused.value.allowed
    assert "the same command with --" in refused.value.next_step


def test_a_project_that_is_called_too_long_for_its_roles_is_refused(tmp_path: Path) -> None:
    for path in ROOT.glob("Pulumi*.yaml"):
        text = re.sub(r"^name: .*", f"name: {'x' * 60}", path.read_text(), flags=re.MULTILINE)
        (tmp_path / path.name).write_text(text.replace("tag-team:", ""))
    with pytest.raises(Refusal, match="too long for the names of its roles"):
        said.project(str(tmp_path))


def test_ids_in_the_subjects_of_tokens_are_taken_as_github_writes_them() -> None:
    found = told("--repository", "shop@1234/tag-team@5678")
    trust = cloudformation.trust(PREVIEW, values.of(project(), found))
    assert "repo:shop@1234/tag-team@5678:environment:preview" in json.dumps(trust)


def test_people_have_the_workflows_roles_only_where_that_is_said() -> None:
    def sessions(*more: str) -> list[list[str]]:
        filled = values.of(project(), said.of(said.arguments(more), project()))
        return [[one["Action"] for one in cloudformation.trust(role, filled)["Statement"]] for role in ROLES]

    people, workflows = "sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"
    of_workflows = sum(bool(role.environments) for role in ROLES)
    assert sorted(sessions(*EXAMPLE)) == [[people]] * 2 + [[workflows]] * of_workflows
    assert sorted(sessions(*EXAMPLE, "--by-hand")) == [[people]] * 2 + [[workflows, people]] * of_workflows
    place = EXAMPLE[: EXAMPLE.index("--repository")]
    assert sessions(*place, "--by-hand") == [[people]] * len(ROLES)


@pytest.mark.parametrize(("region", "partition"), [("eu-central-1", "aws"), ("us-gov-west-1", "aws-us-gov")])
def test_the_partition_is_the_regions(region: str, partition: str) -> None:
    assert told("--region", region).place.partition == partition


@pytest.mark.parametrize("url", ["s3://bucket/a/b", "s3://bucket/a/b/", "s3://bucket/a/b?region=eu-central-1"])
def test_where_the_state_lies_is_read_as_pulumi_reads_it(url: str) -> None:
    assert told("--state", url).state == State("bucket", "a/b/")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_aws_takes_every_policy_also_of_a_project_that_says_much(name: str) -> None:
    much = filled(
        names=[f"{letter * 40}.shop.example" for letter in "abcdefghi"],
        offsite={f"KEY_{number}": f"/shop/value-{number}" for number in range(20)},
        image="123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/web",
    )
    document = documents.rendered(name, much)
    assert documents.characters(document) <= documents.MOST_CHARACTERS
    assert len(json.dumps(document, separators=(",", ":"))) == documents.characters(document)
    assert "<" not in json.dumps(document)


def test_one_that_aws_would_not_take_is_refused() -> None:
    long = filled(offsite={f"KEY_{number}": f"/shop/{'x' * 90}/{number}" for number in range(60)})
    with pytest.raises(Refusal, match="the policy preview is more than AWS takes"):
        documents.rendered("preview", long)


def sized(bytes_without_white_space: int) -> dict[str, Any]:
    """A template of that size: half of it in lines of their own, so that indented it is longer."""
    short = {"Resources": {"A": ["é"] * 3_000, "B": ""}}
    short["Resources"]["B"] = "x" * (bytes_without_white_space - len(documents.compact(short).encode()))
    return short


def test_the_template_is_written_compact_before_it_is_more_than_cloudformation_takes() -> None:
    """51,200 bytes: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"""
    just = sized(51_200)
    assert len(documents.text(just).encode()) > 51_200
    assert len(cloudformation.text(just).encode()) == 51_200
    assert json.loads(cloudformation.text(just)) == just
    assert len((DOCS / command.TEMPLATE).read_text().splitlines()) > 1_000


def test_a_template_that_cloudformation_would_not_take_is_refused() -> None:
    with pytest.raises(Refusal, match="the template of the roles is more than CloudFormation takes") as refused:
        cloudformation.text(sized(51_201))
    assert refused.value.seen == "51201 bytes without white space"
    assert "51200" in refused.value.allowed
    assert "`names`" in refused.value.allowed
    assert "Pulumi.yaml" in refused.value.next_step


def test_the_template_of_a_project_that_says_much_is_taken() -> None:
    much = filled(
        names=[f"{letter * 40}.shop.example" for letter in "abcdefghi"],
        offsite={f"KEY_{number}": f"/shop/value-{number}" for number in range(20)},
    )
    assert len(cloudformation.text(cloudformation.template("tag-team", much, has_state=True)).encode()) <= 51_200


WHO = Principal(("arn:aws:iam::123456789012:role/x",), "123456789012")


@pytest.mark.parametrize(
    ("facts", "allowed"),
    [
        ({}, True),
        ({"kms:encryptioncontext:aws:s3:arn": ("arn:aws:s3:::bucket",)}, True),
        ({"kms:encryptioncontext:parameter_arn": (PLACE.arn("ssm", "parameter/shop/a"),)}, False),
        ({"kms:viaservice": ("ssm.eu-central-1.amazonaws.com",)}, False),
        ({"kms:viaservice": ("secretsmanager.eu-central-1.amazonaws.com",)}, False),
    ],
    ids=["by hand", "the state", "a parameter by hand", "through ssm", "through secretsmanager"],
)
def test_a_preview_that_may_open_the_state_can_open_no_parameter_under_the_same_key(
    facts: dict[str, tuple[str, ...]], allowed: bool
) -> None:
    held = tuple(parse(documents.rendered(name, filled())) for name in ("preview", "state-read"))
    asked = Asked("kms:Decrypt", PLACE.arn("kms", "key/1"), WHO, lambda key: facts.get(key.lower()))
    assert decide(asked, Policies(held)).allowed == allowed


@pytest.mark.parametrize(
    ("facts", "allowed"),
    [
        ({"kms:viaservice": ("s3.eu-central-1.amazonaws.com",)}, True),
        ({"kms:viaservice": ("ssm.eu-central-1.amazonaws.com",)}, False),
        ({}, False),
        ({"kms:encryptioncontext:aws:s3:arn": ("arn:aws:s3:::bucket",)}, False),
    ],
    ids=["an object of the state", "a parameter", "the key of the secrets provider", "an object's key by hand"],
)
def test_the_board_opens_what_lies_in_the_bucket_and_no_secret_of_pulumis(
    facts: dict[str, tuple[str, ...]], allowed: bool
) -> None:
    held = tuple(parse(documents.rendered(name, filled())) for name in (*BOARD.documents, *BOARD.state))
    asked = Asked("kms:Decrypt", PLACE.arn("kms", "key/1"), WHO, lambda key: facts.get(key.lower()))
    assert decide(asked, Policies(held)).allowed == allowed


def test_the_board_reads_the_same_state_as_the_others() -> None:
    of_board, of_others = ({one["Sid"]: one for one in documents.template(name)["Statement"]} for name in LOOKING)
    bound = of_board["DecryptTheState"]
    assert bound.pop("Condition")
    assert of_board == of_others


def test_a_statement_about_nothing_is_left_out() -> None:
    def sids(**config: Any) -> set[str]:
        return {one["Sid"] for name in DOCUMENTS for one in documents.rendered(name, filled(**config))["Statement"]}

    everything = sids(
        offsite={"A": "/shop/a", "B": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:b-AbCdEf"},
        image="123456789012.dkr.ecr.eu-central-1.amazonaws.com/shop/web",
    )
    assert everything == {one["Sid"] for name in DOCUMENTS for one in documents.template(name)["Statement"]}
    about_offsite = {"LookAtOffsiteParameters", "LookAtOffsiteSecrets", "ReadOffsiteParameters", "ReadOffsiteSecrets"}
    assert everything - sids(offsite={}) == {*about_offsite, "LogInToEcr", "PullTheImage"}
    assert {"ProveTheNames", "AskForACertificate"} <= sids() - sids(https="false")


def test_every_statement_has_a_name_of_its_own_within_a_role() -> None:
    for role in ROLES:
        sids = [one["Sid"] for name in (*role.documents, *role.state) for one in documents.template(name)["Statement"]]
        assert all(sid.isascii() and sid.isalnum() for sid in sids)
    for name in DOCUMENTS:
        sids = [one["Sid"] for one in documents.template(name)["Statement"]]
        assert len(set(sids)) == len(sids)


def test_the_board_of_the_nightly_job_can_look_with_the_role_of_previews() -> None:
    def allowed(name: str) -> list[tuple[str, str]]:
        return [
            (action, str(one["Resource"]))
            for one in documents.rendered(name, filled())["Statement"]
            if one["Effect"] == "Allow"
            for action in ([one["Action"]] if isinstance(one["Action"], str) else one["Action"])
        ]

    held = allowed("preview")
    for action, resource in allowed("board"):
        assert any(one == action and arn_matches(pattern, resource) for one, pattern in held), action


def test_no_role_has_more_policies_than_aws_attaches() -> None:
    """Ten: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"""
    assert max(len(role.documents) + len(role.state) for role in ROLES) <= 10


def test_the_template_makes_every_role_with_its_policies_and_the_boundary() -> None:
    made = cloudformation.template("tag-team", filled(), has_state=True)["Resources"]
    for role in ROLES:
        (logical,) = [
            name for name, one in made.items() if one["Properties"].get("RoleName") == f"tag-team-{role.name}"
        ]
        held = {
            one["Properties"]["ManagedPolicyName"].removeprefix("tag-team-")
            for one in made.values()
            if {"Ref": logical} in one["Properties"].get("Roles", ())
        }
        assert held == {*role.documents, *role.state}
    (boundary,) = [one for one in made.values() if one["Properties"].get("ManagedPolicyName") == f"tag-team-{BOUNDARY}"]
    assert "Roles" not in boundary["Properties"]
    without = cloudformation.template("tag-team", filled(), has_state=False)["Resources"]
    assert len(made) - len(without) == len(STATE)


def trusts(role: Role, subject: str, audience: str = "sts.amazonaws.com", provider: str = PROVIDER) -> bool:
    """Whether the trust policy of a role lets a token in."""
    said_of_it = {
        "token.actions.githubusercontent.com:aud": (audience,),
        "token.actions.githubusercontent.com:sub": (subject,),
    }
    who = Principal((), "123456789012", federated=provider)
    asked = Asked("sts:AssumeRoleWithWebIdentity", "*", who, said_of_it.get)
    return decide(asked, Policies(resource=parse(cloudformation.trust(role, filled())))).allowed


@pytest.mark.parametrize("role", [PREVIEW, COLOUR, LIVE_ROLE], ids=lambda role: role.name)
def test_a_role_is_for_the_jobs_in_its_own_environments_alone(role: Role) -> None:
    known = [name for one in ROLES for name in one.environments]
    assert sorted(known) == ["colours", "live", "preview", "tag-back"]
    for name in known:
        subject = f"repo:shop/tag-team:environment:{name}"
        assert trusts(role, subject) == (name in role.environments)
        assert not trusts(role, subject, audience="https://github.com/shop")
        assert not trusts(role, subject, provider=PROVIDER.replace("token.actions", "other"))
    for other in (
        f"repo:shop/tag-team:environment:{role.environments[0]}x",
        "repo:shop/tag-team:ref:refs/heads/main",
        "repo:shop/tag-team:pull_request",
        f"repo:other/tag-team:environment:{role.environments[0]}",
    ):
        assert not trusts(role, other)


def test_the_environments_are_those_of_the_workflows() -> None:
    used = {
        name
        for path in (ROOT / ".github" / "workflows").glob("*.yml")
        if "role-to-assume" in path.read_text()
        for name in re.findall(r"^ +environment: (\S+)$", path.read_text(), flags=re.MULTILINE)
    }
    assert used == {name for role in ROLES for name in role.environments}


def test_every_job_takes_a_role_that_is_its_environments() -> None:
    variable = re.compile(r"\$\{\{ vars\.AWS_(\w+)_ROLE \}\}")
    taken = [
        (path.name, job["environment"], match[1].lower())
        for path in sorted((ROOT / ".github" / "workflows").glob("*.yml"))
        for job in workflow.load(path)["jobs"].values()
        for step in job["steps"]
        for match in [variable.fullmatch(step.get("with", {}).get("role-to-assume", ""))]
        if match
    ]
    own = {environment: role.name for role in ROLES for environment in role.environments}
    assert {environment for _, environment, _ in taken} == own.keys()
    assert [one for one in taken if own[one[1]] != one[2]] == []


def test_the_boundary_allows_what_the_instances_role_is_given_and_no_other_secret() -> None:
    offsite = {"A": "/shop/a", "B": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:b-AbCdEf"}
    boundary = parse(documents.rendered(BOUNDARY, filled(offsite=offsite)))
    who = Principal(("arn:aws:iam::123456789012:role/x",), "123456789012")

    def allowed(action: str, resource: str) -> bool:
        return decide(Asked(action, resource, who, lambda _: None), Policies((boundary,))).allowed

    parameters = "arn:aws:ssm:eu-central-1:123456789012:parameter"
    assert allowed("ssm:GetParameter", f"{parameters}/shop/a")
    assert allowed("secretsmanager:GetSecretValue", offsite["B"])
    assert allowed("ssm:UpdateInstanceInformation", "*")
    assert not allowed("ssm:GetParameter", f"{parameters}/shop/b")
    assert not allowed("ssm:GetParameter", f"{parameters}/tag-team/www.shop.example/in-charge")
    assert not allowed("iam:CreateRole", "*")
