"""A state that says something else than Route 53, or one thing twice, is refused before the first step."""

from collections.abc import Mapping

from cutover.owned import ROLE
from tests.lab.world import FIRST, LIVE, NAME, SECOND, World

IN_CHARGE_OF_FIRST = {FIRST: 100, SECOND: 0}


def _set_weights(world: World, weights: Mapping[str, int]) -> None:
    """By hand, in one batch."""
    route53 = world.workspace.aws("route53")
    zone = route53.list_hosted_zones()["HostedZones"][0]["Id"]
    changes = [
        {"Action": "UPSERT", "ResourceRecordSet": record | {"Weight": weights[record["SetIdentifier"]]}}
        for record in world.records()
        if record["Name"] == f"{NAME}." and record.get("SetIdentifier") in weights
    ]
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})


def test_weights_that_somebody_changed_by_hand_are_not_called_unchanged(first_in_charge: World) -> None:
    world = first_in_charge
    _set_weights(world, {FIRST: 0, SECOND: 100})
    try:
        for refused in (world.preview(LIVE), world.up(LIVE)):
            message = "\n".join(refused.messages("error"))
            assert refused.exit_code != 0
            assert "the live record is not as this stack left it" in message
            assert f"{NAME} {FIRST}: weight 0 to" in message
            assert f"{FIRST} 0, {SECOND} 100" in message or f"{SECOND} 100, {FIRST} 0" in message
            assert f"pulumi refresh -s {LIVE} --yes && pulumi up -s {LIVE}" in message
        assert world.weights() == {FIRST: 0, SECOND: 100}
        world.assert_nothing_half_done()
        assert world.workspace.pulumi("refresh", "-s", LIVE, "--yes", "--skip-preview").exit_code == 0
        world.must_up(LIVE)
        assert world.weights() == IN_CHARGE_OF_FIRST
    finally:
        if world.weights() != IN_CHARGE_OF_FIRST:
            _set_weights(world, IN_CHARGE_OF_FIRST)
    assert world.must_up(LIVE).steps == ()
    world.assert_nothing_half_done()


def test_a_record_set_that_was_imported_a_second_time_is_not_deleted(first_in_charge: World) -> None:
    world, ours = first_in_charge, f"{NAME}-{FIRST}"
    (id_,) = (found["id"] for found in world.state(LIVE)["resources"] if found["urn"].endswith(f"::{ours}"))
    arguments = ("--yes", "--skip-preview", "--protect=false", "--generate-code=false")
    imported = world.workspace.pulumi("import", "aws:route53/record:Record", "mine", id_, "-s", LIVE, *arguments)
    assert imported.exit_code == 0, imported.output
    (urn,) = (found["urn"] for found in world.state(LIVE)["resources"] if found["urn"].endswith("::mine"))
    try:
        refused = world.up(LIVE)
        message = "\n".join(refused.messages("error"))
        assert refused.exit_code != 0
        assert f"the state of the stack {LIVE} has the record set {NAME} {FIRST} twice" in message
        assert f"resources {ours} and mine" in message
        assert world.weights() == IN_CHARGE_OF_FIRST
    finally:
        world.workspace.pulumi("state", "delete", urn, "-s", LIVE, "--yes")
    assert world.must_up(LIVE).steps == ()
    world.assert_nothing_half_done()


def test_a_role_that_was_made_before_roles_had_a_path_stays_where_it_is(world: World) -> None:
    """A preview of such a world is what it was: a role cannot move, and another one would be a change of a colour."""
    before = world.state(SECOND)
    (role,) = [one for one in before["resources"] if one["type"] == ROLE]
    assert role["outputs"]["path"] == role["inputs"]["path"] == f"/tag-team/{NAME}/"
    made = world.workspace.aws("iam").get_role(RoleName=role["id"])["Role"]
    assert made["Arn"].endswith(f":role/tag-team/{NAME}/{role['id']}")
    inputs = {key: value for key, value in role["inputs"].items() if key != "path"}
    older = {**role, "inputs": inputs, "outputs": {**role["outputs"], "path": "/"}}
    others = [older if one is role else one for one in before["resources"]]
    world.import_state(SECOND, {**before, "resources": others})
    try:
        preview = world.preview(SECOND)
        assert preview.exit_code == 0, preview.output
        assert preview.steps == ()
    finally:
        world.import_state(SECOND, before)
