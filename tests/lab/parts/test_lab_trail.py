"""CloudTrail of the lab: who made which call, newest first, in the region where AWS has it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from tests.lab.parts.lab_account import Account

BY_NAME = [{"AttributeKey": "EventName", "AttributeValue": "CreateHostedZone"}]


def in_virginia(account: Account) -> Account:
    return replace(account, region="us-east-1")


def test_moto_looks_no_event_up(moto: Account) -> None:
    with pytest.raises((ClientError, ResponseParserError, NotImplementedError)):
        in_virginia(moto).client("cloudtrail").lookup_events()


def test_a_call_of_route_53_is_found_in_us_east_1_with_its_caller_and_its_time(account: Account) -> None:
    account.zone()
    found = in_virginia(account).client("cloudtrail").lookup_events(LookupAttributes=BY_NAME)["Events"]
    assert (found[0]["EventName"], found[0]["EventSource"]) == ("CreateHostedZone", "route53.amazonaws.com")
    assert found[0]["Username"]
    assert abs(datetime.now(UTC) - found[0]["EventTime"]) < timedelta(hours=1)
    assert account.client("cloudtrail").lookup_events(LookupAttributes=BY_NAME)["Events"] == []


def test_the_newest_event_comes_first(account: Account) -> None:
    account.zone()
    account.zone()
    first, second, *_ = in_virginia(account).client("cloudtrail").lookup_events(LookupAttributes=BY_NAME)["Events"]
    assert first["EventTime"] >= second["EventTime"]
    assert first["EventId"] > second["EventId"]


def test_what_the_lab_does_not_look_up_by_is_refused(account: Account) -> None:
    by_user = [{"AttributeKey": "Username", "AttributeValue": "ada"}]
    with pytest.raises(ClientError, match="EventName alone"):
        account.client("cloudtrail").lookup_events(LookupAttributes=by_user)
