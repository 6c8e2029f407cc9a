"""Two services in one account, region and zone: neither touches what is the other's.

The name of one project begins with that of the other, and so do their networks: both have the same ranges.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

import pytest

from cutover import places
from lab.pulumi_command import Result
from tests.lab.another_service import STACKS, Service, another, assert_nothing_unknown, build, forget, retire
from tests.lab.board import command as board
from tests.lab.by_hand import errors
from tests.lab.test_orphans import look
from tests.lab.world import FIRST, LIVE, NAME, SECOND, World

API, PROJECT, OTHER = "api.shop.example", "tag-team", "tag-team-api"


@pytest.fixture(scope="module")
def services(built_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Service]]:
    """The world's own service, and another one beside it; about two minutes. What is left of that goes at the end."""
    built_world.put_in_charge(FIRST)
    second = another(built_world, tmp_path_factory.mktemp("other") / "project", OTHER, API)
    build(second)
    yield Service(built_world, PROJECT, NAME), second
    if second.resources:
        retire(second)
    forget(second)


@pytest.fixture
def third(services: tuple[Service, Service], tmp_path: Path) -> Iterator[World]:
    """One more project, with nothing built, that is to have the first name of the first service."""
    made = another(services[0].world, tmp_path / "project", "third", NAME)
    yield made.world
    forget(made)
    assert_nothing_unknown(*services)


def made_of_aws(result: Result) -> list[str]:
    """What a stack that has nothing yet would make, or has made, besides itself."""
    return [step.name for step in result.steps if step.type.startswith(("aws:", "tag-team:"))]


def test_names_parameters_roles_and_tags_are_apart(services: tuple[Service, Service]) -> None:
    first, second = services
    assert min(len(first.identifiers), len(second.identifiers)) > 80
    assert not first.identifiers & second.identifiers
    for service in services:
        assert {name.removeprefix(places.of_service(service.name)) for name in service.parameters} == {
            "in-charge",
            *(f"{colour}/{what}" for colour in (FIRST, SECOND) for what in ("can-be-tagged-in", "load-test")),
        }
        roles = [one["outputs"]["path"] for one in service.resources if one["type"] == "aws:iam/role:Role"]
        assert roles == [places.of_service(service.name)] * 2
        tags = [one["outputs"].get("tags") or {} for one in service.resources if "tags" in one["outputs"]]
        tagged = {of["service"] for of in tags if isinstance(of, dict) and "service" in of}
        assert tagged == {service.name}
    assert_nothing_unknown(*services)


def test_neither_takes_the_others_for_what_a_crash_left(services: tuple[Service, Service]) -> None:
    for service, colour in product(services, (FIRST, SECOND)):
        found = look(service.world, colour, colour)
        assert (found.returncode, found.stdout) == (0, ""), found.stderr
        assert f"with the tags service={service.name} and colour={colour}: 0 in no state" in found.stderr
        assert int(found.stderr.partition(", of ")[2].split()[0]) > 20


def test_of_a_service_that_is_up_nothing_is_an_orphan_by_the_state_of_another_project(
    services: tuple[Service, Service], third: World
) -> None:
    for colour in (FIRST, SECOND):
        found = look(third, colour, colour, "--service", services[1].name)
        assert (found.returncode, found.stdout) == (2, ""), found.stderr
    assert f"the door of {SECOND} of {API} is there, and this state has no cluster" in found.stderr


def test_each_is_tagged_in_while_the_other_stands_untouched(services: tuple[Service, Service]) -> None:
    for one, other in (services, services[::-1]):
        before = other.as_it_is()
        one.world.must_tag_in(SECOND)
        assert one.world.weights(one.name) == {FIRST: 0, SECOND: 100}
        assert other.as_it_is() == before
        other.assert_nothing_to_do()
    assert_nothing_unknown(*services)


def test_both_may_be_tagged_in_at_the_same_time(services: tuple[Service, Service]) -> None:
    for service in services:
        service.world.workspace.edit_stack(LIVE, active=FIRST)
    with ThreadPoolExecutor(2) as pool:
        for result in pool.map(lambda service: service.world.up(LIVE), services):
            assert result.exit_code == 0, result.output
    for service in services:
        assert service.world.weights(service.name) == {FIRST: 100, SECOND: 0}
        service.assert_nothing_to_do()


def test_the_board_of_each_shows_its_own(services: tuple[Service, Service]) -> None:
    for service in services:
        seen = board.seen(service.world)
        assert seen.form["in_charge"]["service"] == service.name
        for colour in (FIRST, SECOND):
            assert seen.colour(colour)["load_balancer"]["arn"] in service.identifiers
            assert seen.colour(colour)["instances"]["group"] in service.identifiers
        others = [one.name for one in services if one is not service]
        assert not any(name in str(seen.form) for name in others)


def test_a_project_that_is_to_have_the_first_name_of_another_is_refused_before_it_makes_anything(
    services: tuple[Service, Service], third: World
) -> None:
    before = services[0].as_it_is()
    for colour, refused in ((FIRST, third.preview(FIRST)), (FIRST, third.up(FIRST)), (SECOND, third.up(SECOND))):
        message = errors(refused)
        assert f"there is a cluster {colour} of {NAME} in this account already" in message
        assert third.door(colour) in message
        assert "choose another first name" in message
        assert made_of_aws(refused) == []
    assert services[0].as_it_is() == before


def test_so_it_is_with_a_zone_of_its_own_that_has_the_same_name(
    services: tuple[Service, Service], third: World
) -> None:
    route53, before = third.workspace.aws("route53"), services[0].as_it_is()
    zone = route53.create_hosted_zone(Name="shop.example", CallerReference="of the third")["HostedZone"]["Id"]
    try:
        third.workspace.edit_project(zoneId=zone.removeprefix("/hostedzone/"))
        refused = third.up(FIRST)
        assert "the live record is in another zone called shop.example" in errors(refused)
        assert made_of_aws(refused) == []
    finally:
        route53.delete_hosted_zone(Id=zone)
    assert services[0].as_it_is() == before


def test_a_live_name_of_another_service_is_not_taken_as_a_further_one(services: tuple[Service, Service]) -> None:
    first, second = services
    before = first.as_it_is(), second.as_it_is()
    second.world.workspace.edit_project(names=[API, NAME])
    try:
        for refused in (second.world.preview(LIVE), second.world.up(LIVE)):
            message = errors(refused)
            assert f"{NAME} is a live name of another service of this account; DNS was not touched" in message
            assert f"{places.in_charge(NAME)} names" in message
            assert "change-resource-record-sets" not in message
            assert refused.steps == ()
    finally:
        second.world.workspace.edit_project(names=[API])
    assert (first.as_it_is(), second.as_it_is()) == before
    second.assert_nothing_to_do()


def test_what_is_left_of_one_after_the_other_was_taken_away_is_all_of_it(services: tuple[Service, Service]) -> None:
    first, second = services
    before = first.as_it_is()
    retire(second)
    assert (second.identifiers, second.parameters) == (frozenset(), {})
    assert [one["Type"] for one in second.records] == ["CNAME"] * len(second.records)  # what proved its certificates
    assert first.as_it_is() == before
    first.assert_nothing_to_do()
    first.world.must_tag_in(SECOND)
    assert_nothing_unknown(first)
    first.world.assert_always_carried()
    assert [stack for stack in STACKS if first.world.state(stack).get("resources")] == list(STACKS)
