"""The look that all hooks share: the weights that count, and every record set of the live names."""

import pytest

from components.traffic_state import TrafficLook
from cutover.aws import Aws
from cutover.freeze import frozen_because
from cutover.in_charge import History
from cutover.record_set import RecordSet
from tests.unit import stack_values
from tests.unit.zone_of import alias, simple

WWW, API, OLD = "www.shop.example", "api.shop.example", "old.shop.example"


def test_an_alias_has_no_weights_and_sets_that_are_left_on_a_further_name_count_for_the_freeze(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = {
        WWW: (RecordSet.of(alias(WWW, "a.elb.example", SetIdentifier="amber", Weight=100)),),
        API: (RecordSet.of(alias(API, WWW)), RecordSet.of(simple(API, "2001:db8::1", kind="AAAA"))),
        OLD: (RecordSet.of(alias(OLD, "v.elb.example", SetIdentifier="violet", Weight=1)),),
    }
    monkeypatch.setattr(Aws, "record_sets", lambda _, _zone, names: {name: there[name] for name in names})
    monkeypatch.setattr(Aws, "in_charge_history", lambda *_: History())
    shared = stack_values.colour(names=f'["{WWW}", "{API}", "{OLD}"]').shared
    traffic = TrafficLook(Aws.__new__(Aws), "ZONE", shared, 0.0, lambda _: None).read()
    assert traffic.weights == {WWW: {"amber": 100}, OLD: {"violet": 1}}
    assert traffic.records == there
    assert str(frozen_because("violet", traffic, 0.0)).startswith("it carries traffic")
