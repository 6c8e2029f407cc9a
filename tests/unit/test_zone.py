"""Which hosted zone a name means."""

from types import SimpleNamespace

import pulumi_aws as aws
import pytest

from components import zone
from cutover.refusal import Refusal

NONE = "no matching Route 53 Hosted Zone found"


def found(monkeypatch: pytest.MonkeyPatch, public: str | Exception, private: str | Exception) -> str:
    def get_zone(name: str, private_zone: bool) -> SimpleNamespace:
        assert name == "shop.example"
        answer = private if private_zone else public
        if isinstance(answer, Exception):
            raise answer
        return SimpleNamespace(zone_id=answer)

    monkeypatch.setattr(aws.route53, "get_zone", get_zone)
    return zone.id_of("shop.example")


def test_the_public_zone_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(monkeypatch, "PUBLIC", "PRIVATE") == "PUBLIC"


def test_where_there_is_no_public_one_the_private_one_is_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(monkeypatch, RuntimeError(NONE), "PRIVATE") == "PRIVATE"


@pytest.mark.parametrize("error", ["multiple Route 53 Hosted Zones matched", "AccessDenied"])
def test_a_private_zone_does_not_stand_in_for_what_went_wrong_with_the_public_one(
    monkeypatch: pytest.MonkeyPatch, error: str
) -> None:
    with pytest.raises(Refusal, match=error):
        found(monkeypatch, RuntimeError(error), "PRIVATE")


def test_no_zone_at_all_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refusal, match="the zone cannot be looked up"):
        found(monkeypatch, RuntimeError(NONE), RuntimeError(NONE))
