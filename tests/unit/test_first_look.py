"""What is asked of the zone before anything is declared: nothing, where there is nothing to make."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pulumi
import pytest

from components import first_look
from components.first_look import LiveLook
from cutover.aws_zones import AwsZones
from cutover.cluster_facts import ClusterFacts
from cutover.in_charge import Entry, History
from cutover.owned import BALANCER, GROUP, PARAMETER, RECORD, Owned
from cutover.refusal import Refusal
from cutover.zone_records import Page
from tests.unit.stack_values import colour, facts, live
from tests.unit.zone_of import ZoneOf, alias, simple

WWW, API, OWN = "www.shop.example", "api.shop.example", "amber.www.shop.example"
WILD = simple("\\052.shop.example", "192.0.2.9")
CLUSTERS = {name: facts(name) for name in ("amber", "violet")}
OWN_NAMES = [alias(f"{name}.{WWW}", f"{name}.elb.example") for name in CLUSTERS]
STASH = "pulumi:index:Stash"
IN_CHARGE = Owned("in-charge", "aws:ssm/parameter:Parameter", {})


class Account(AwsZones):
    """An account with one zone."""

    def __init__(
        self,
        *contents: Mapping[str, Any],
        history: Sequence[Entry] = (),
        there: Collection[str] = (),
        others: Mapping[str, Sequence[Entry]] | None = None,
    ) -> None:
        """`there` are parameters, `others` those of other services to their histories."""
        self._zone, self.history = ZoneOf(*contents), History(tuple(history))
        self._there, self._others = there, others or {}

    def exists(self, parameter: str) -> bool:
        return parameter in self._there

    def in_charge_history(self, parameter: str) -> History:
        return History(tuple(self._others.get(parameter, ())))

    @property
    def asked(self) -> list[str]:
        return self._zone.asked

    def zone_page(self, zone_id: str, start: str) -> Page:
        assert zone_id == "ZONE"
        return self._zone.read(start)


def proof(name: str) -> Owned:
    return Owned(f"amber-proves-{name}", RECORD, {"zoneId": "ZONE", "name": f"_proof.{name}"})


OWN_RECORD = Owned("amber", RECORD, {"zoneId": "ZONE", "name": OWN})
BALANCED = Owned("amber", BALANCER, {"dnsName": "amber.elb.example"})


def of_colour(account: Account, *owned: Owned, **changes: str) -> None:
    first_look.refuse_for_colour(colour(**changes), "ZONE", owned, account)


def held(name: str, of: str, to: str = "") -> Owned:
    outputs = {"name": name, "setIdentifier": of, "aliases": [{"name": to or f"{of}.elb.example"}]}
    return Owned(f"{name}-{of}", RECORD, outputs)


def of_live(
    account: Account, *owned: Owned, clusters: Mapping[str, ClusterFacts] = CLUSTERS, names: str = f'["{WWW}"]'
) -> None:
    look(account, *owned, names=names).refuse(clusters)


def look(account: Account, *owned: Owned, names: str = f'["{WWW}"]') -> LiveLook:
    return LiveLook(live(names=names), "ZONE", owned, account, account.history)


# A colour.


def test_a_colour_that_has_its_records_asks_nothing_and_neither_does_one_that_sleeps() -> None:
    account = Account(WILD, simple(OWN, "192.0.2.7"))
    of_colour(account, OWN_RECORD, proof(WWW))
    of_colour(account, awake="false")
    assert account.asked == []


def test_a_first_build_asks_once_and_may_make_what_is_in_nobodys_way() -> None:
    account = Account(simple(WWW, "192.0.2.1"), WILD)
    of_colour(account)
    assert account.asked == ["shop.example"]
    of_colour(Account())


def test_records_below_a_live_name_that_a_wildcard_answers_are_refused() -> None:
    with pytest.raises(Refusal, match=WWW):
        of_colour(Account(WILD))
    with pytest.raises(Refusal, match=API):
        of_colour(Account(WILD, simple(WWW, "192.0.2.1")), OWN_RECORD, proof(WWW), names=f'["{WWW}", "{API}"]')


def test_only_the_first_name_gets_a_weighted_set_in_place_of_the_wildcard() -> None:
    for names, weighted in ((f'["{WWW}", "{API}"]', 1), (f'["{API}", "{WWW}"]', 1)):
        with pytest.raises(Refusal) as refused:
            of_colour(Account(WILD), names=names)
        assert refused.value.next_step.count('"SetIdentifier": "before"') == weighted
    first = refused.value.next_step.partition('"SetIdentifier": "before"')[0]
    assert API in first
    assert WWW not in first


def test_without_a_certificate_made_here_only_the_first_name_gets_something_below_it() -> None:
    names = f'["{WWW}", "{API}"]'
    of_colour(Account(WILD, simple(WWW, "192.0.2.1")), names=names, https="false")
    with pytest.raises(Refusal) as refused:
        of_colour(Account(WILD), names=names, https="false")
    assert WWW in refused.value.problem
    assert API not in refused.value.problem


def test_a_strangers_record_at_the_own_name_is_refused_and_what_was_cut_short_is_taken_up() -> None:
    with pytest.raises(Refusal, match="not this colour's"):
        of_colour(Account(simple(OWN, "192.0.2.7")), BALANCED)
    of_colour(Account(alias(OWN, "amber.elb.example")), BALANCED)


def test_a_cluster_that_this_stack_does_not_have_is_a_namesakes() -> None:
    door = f"/tag-team/{WWW}/amber/can-be-tagged-in"
    there = Account(simple(WWW, "192.0.2.1"), there=[door])
    with pytest.raises(Refusal, match=f"there is a cluster amber of {WWW} in this account already"):
        of_colour(there)
    assert there.asked == []
    # The door is made last: one that an update could not note is beside the instances that it did.
    of_colour(there, Owned("amber", GROUP, {}))
    # Its group was deleted by hand, and a refresh has noted it: the door is still this stack's.
    of_colour(there, Owned("door", PARAMETER, {}))
    of_colour(there, awake="false")
    of_colour(Account(simple(WWW, "192.0.2.1"), there=[door.replace("amber", "violet")]))


def test_a_wildcard_that_answers_the_own_name_itself_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", said.append)
    there = Account(simple(WWW, "192.0.2.1"), simple(f"\\052.{WWW}", "192.0.2.8"))
    of_colour(there)
    of_colour(there, OWN_RECORD, proof(WWW))
    (warning,) = said
    assert warning.startswith(f"{OWN} is answered by a wildcard today")
    assert "192.0.2.8" in warning


# The live record.


def test_a_live_stack_that_has_its_records_asks_nothing() -> None:
    account = Account(WILD)
    of_live(account, held(WWW, "amber"), held(WWW, "violet"), IN_CHARGE)
    assert account.asked == []


def test_a_first_tag_in_asks_for_the_zone_once() -> None:
    account = Account(*OWN_NAMES)
    of_live(account)
    assert account.asked == ["shop.example"]


def test_a_new_name_that_a_wildcard_answers_is_refused() -> None:
    held_all = (held(WWW, "amber"), held(WWW, "violet"), IN_CHARGE)
    with pytest.raises(Refusal, match=API):
        of_live(Account(WILD, *OWN_NAMES), *held_all, names=f'["{WWW}", "{API}"]')
    explicit = {**simple(API, "192.0.2.9"), "SetIdentifier": "before", "Weight": 0}
    of_live(Account(WILD, explicit, *OWN_NAMES), *held_all, names=f'["{WWW}", "{API}"]')


def test_a_colour_that_comes_in_or_was_rebuilt_has_to_be_in_the_zone() -> None:
    elsewhere = Account(OWN_NAMES[0])
    for records in ((held(WWW, "amber"),), (held(WWW, "amber"), held(WWW, "violet", "old.elb.example"))):
        with pytest.raises(Refusal, match="violet was not built in the zone"):
            of_live(elsewhere, *records, IN_CHARGE)
    of_live(elsewhere, held(WWW, "amber"), IN_CHARGE, clusters={"amber": facts("amber")})


def test_records_of_a_state_that_was_lost_are_taken_up_even_while_an_own_name_is_missing() -> None:
    sets = [alias(WWW, f"{name}.elb.example", SetIdentifier=name, Weight=0) for name in CLUSTERS]
    of_live(Account(*sets))
    of_live(Account(*sets, history=[Entry(1, "amber", group="amber-group")]))


def test_a_service_that_was_retired_can_be_destroyed_whoever_has_its_names_now() -> None:
    account = Account(WILD, simple(WWW, "192.0.2.1"))
    of_live(account, Owned("names", STASH, {}), Owned("ready", STASH, {}), IN_CHARGE)
    assert account.asked == []
    # Unlike one whose first tag-in was cut short.
    with pytest.raises(Refusal):
        of_live(account, Owned("names", STASH, {}), Owned("ready", STASH, {}))


def test_before_a_retired_service_gets_its_first_record_again_everything_is_asked() -> None:
    retired = look(Account(WILD, simple(WWW, "192.0.2.1")), Owned("names", STASH, {}), IN_CHARGE)
    assert retired.is_retired
    with pytest.raises(Refusal, match="no weighted one can stand"):
        retired.refuse_anew(CLUSTERS)
    assert not look(Account(), held(WWW, "amber"), IN_CHARGE).is_retired


def test_a_strangers_set_and_a_strangers_account_are_refused() -> None:
    foreign = alias(WWW, "another.elb.example", SetIdentifier="violet", Weight=7)
    with pytest.raises(Refusal, match="record set violet that is not this project's"):
        of_live(Account(foreign, *OWN_NAMES), held(WWW, "amber"), IN_CHARGE)
    with pytest.raises(Refusal, match="in-charge is there already"):
        of_live(Account(*OWN_NAMES, history=[Entry(1, "amber", group="another")]))


def test_of_a_namesake_nothing_is_to_be_renamed_and_a_further_name_of_another_is_not_taken() -> None:
    pair = [alias(WWW, f"{name}.other.example", SetIdentifier=name, Weight=100) for name in CLUSTERS]
    with pytest.raises(Refusal, match="names a cluster that is not this project's") as one:
        of_live(Account(*pair, *OWN_NAMES, history=[Entry(1, "amber", group="another")]))
    assert "SetIdentifier" not in one.value.next_step

    further = alias(WWW, API)
    further["AliasTarget"] = {**further["AliasTarget"], "HostedZoneId": "ZONE"}
    others = {f"/tag-team/{API}/in-charge": [Entry(1, "green", group="green-1")]}
    with pytest.raises(Refusal, match=f"{WWW} is a live name of another service"):
        of_live(Account(further, *OWN_NAMES, others=others))
    with pytest.raises(Refusal, match="no weighted one can stand"):
        of_live(Account(further, *OWN_NAMES))
