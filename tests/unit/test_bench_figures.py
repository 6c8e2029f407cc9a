"""The bench: medians, spreads, the tables and what they say of the goals."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bench import page, tables
from bench.contestant import Ran
from bench.figures import BUILD, PREVIEW, TAG_IN, Figures, Sample, sample, spread
from bench.moments import Moments
from bench.steps import steps
from bench.tables import FLOOR, OURS
from bench.usage import Usage
from bench.world import TTL_SECONDS
from lab.messages import Call
from lab.pulumi_command import Event

OTHER = "OpenTofu"
ABOUT = {
    "at": "2026-11-26T12:00+00:00",
    "minutes": 29.5,
    "cores": 2,
    "load": 0.4,
    "engine": "3.259.0",
    "provider": "5.100.0",
    "rivals": ["OpenTofu 1.12.6"],
    "alias_ttl_seconds": 5,
    "failed": [],
}


def one(who: str, deed: str, own: float, names: int = 1, waits: float = 0.0) -> Sample:
    return Sample(who, deed, names, own + waits, waits, 0.0, own, 2 * own, 100.0, 7)


def five(sample: Sample) -> list[Sample]:
    return [sample] * 5


def two(sample: Sample) -> list[Sample]:
    return [sample] * 2


def figures(*samples: Sample) -> Figures:
    return Figures(samples, ABOUT, {OURS: [], OTHER: []}, {"aws_vpc": 1, "aws_subnet": 4})


def called(at: float, action: str) -> Call:
    return Call(at, "somebody", action, ("*",), True, "eu-central-1")


def test_waits_that_are_under_way_at_once_count_once() -> None:
    ran = Ran(Usage(100.0, 60.0, 9.0, 500.0), [(120.0, 140.0)])
    calls = [called(110, "route53:ChangeResourceRecordSets"), called(125, "route53:GetChange"), called(500, "x:Y")]
    found = sample(OURS, BUILD, 1, ran, calls)
    assert (found.provider_seconds, found.waited_seconds, found.own_seconds) == (15.0, 20.0, 30.0)
    assert found.calls == 2


def test_the_steps_are_told_without_their_waits() -> None:
    lasted = {"record": (108.0, 126.0), "in-charge": (126.0, 142.0)}
    ran = Ran(Usage(100.0, 45.0, 9.0, 500.0), [(127.0, 140.0)], steps=lasted)
    calls = [called(110, "route53:ChangeResourceRecordSets"), called(125, "route53:GetChange")]
    found = sample(OURS, TAG_IN, 1, ran, calls)
    assert found.steps == {"until the first step": 8.0, "record": 3.0, "in-charge": 3.0, "after the last step": 3.0}
    assert tables.steps(figures(found), 1)[2] == (
        "| tag-in | tag-team | "
        "until the first step 8.00 s, record 3.00 s, in-charge 3.00 s, after the last step 3.00 s |"
    )


def test_a_replacement_is_one_step_and_what_stays_is_none() -> None:
    def event(at: float, kind: str, op: str, name: str) -> Event:
        urn = f"urn:pulumi:live::tag-team::pulumi:index:Stash::{name}"
        return Event(at, kind, {"metadata": {"op": op, "urn": urn, "type": "pulumi:index:Stash"}})

    events = [
        event(1, "resourcePreEvent", "same", "names"),
        event(2, "resOutputsEvent", "same", "names"),
        event(3, "resourcePreEvent", "create-replacement", "ready"),
        event(5, "resOutputsEvent", "create-replacement", "ready"),
        event(6, "resourcePreEvent", "delete-replaced", "ready"),
        event(7, "resOutputsEvent", "delete-replaced", "ready"),
        Event(8, "summaryEvent", {}),
    ]
    assert steps(events) == {"ready": (3, 7)}


def test_the_spread_is_from_the_least_to_the_most() -> None:
    assert spread([3.0, 1.0, 2.0]).text() == "2.0 s (1.0 to 3.0)"
    assert spread([3.0]).text() == "3.0 s"
    assert spread([250.4]).text("MB", 0) == "250 MB"


def test_the_goals_are_judged_by_medians() -> None:
    samples = [
        *(one(OURS, PREVIEW, own) for own in (5.0, 5.4, 5.5, 88.0, 99.0)),
        *five(one(FLOOR, PREVIEW, 3.6)),
        *five(one(OTHER, PREVIEW, 2.2)),
    ]
    assert tables.goals(figures(*samples)) == [
        "- preview, one name: +1.9 s above the floor (at most 2 s: yes), 2.50 times OpenTofu's"
    ]
    missed = figures(*five(one(OURS, PREVIEW, 6.0)), *five(one(FLOOR, PREVIEW, 3.6)))
    assert tables.goals(missed) == ["- preview, one name: +2.4 s above the floor (at most 2 s: NO)"]


def test_waits_are_no_part_of_what_is_above_the_floor_but_of_fifty_names_beside_one() -> None:
    found = figures(
        *five(one(OURS, TAG_IN, 8.0, 1, waits=32.0)),
        *five(one(FLOOR, TAG_IN, 6.0, 1, waits=15.0)),
        *five(one(OTHER, TAG_IN, 4.0, 1, waits=16.0)),
        *five(one(OURS, TAG_IN, 11.0, 50, waits=32.0)),
    )
    assert tables.goals(found) == [
        "- tag-in, one name: +2.0 s above the floor (at most 2 s: yes), 2.00 times OpenTofu's, "
        "2.00 with all waits at a TTL of 5 s",
        "- a tag-in of 50 names takes 1.075 times as long as one of one, with all waits at a TTL of 5 s "
        "(at most 1.05: NO)",
    ]


def test_a_goal_says_of_how_many_samples_its_medians_are_where_they_are_not_five() -> None:
    found = figures(
        *five(one(OURS, PREVIEW, 5.0)),
        *five(one(FLOOR, PREVIEW, 3.0)),
        *five(one(OTHER, PREVIEW, 2.0)),
        *two(one("Terraform", PREVIEW, 4.0)),
        *two(one(OURS, PREVIEW, 6.0, 10)),
        *five(one(FLOOR, PREVIEW, 5.0, 10)),
        *two(one(OURS, TAG_IN, 8.0)),
        *two(one(OURS, TAG_IN, 8.0, 10)),
        *two(one(OURS, BUILD, 6.0)),
        *two(one(OTHER, BUILD, 4.0)),
    )
    assert tables.goals(found) == [
        "- preview, one name: +2.0 s above the floor (at most 2 s: yes), 2.50 times OpenTofu's; "
        "1.25 times Terraform's (median of 2)",
        "- preview, 10 names: +1.0 s above the floor (at most 2 s: yes) (median of 2)",
        "- build: 1.50 times OpenTofu's, 1.50 with all waits (median of 2)",
        "- a tag-in of 10 names takes 1.000 times as long as one of one, with all waits at a TTL of 5 s "
        "(at most 1.05: yes) (median of 2)",
    ]


def test_the_ttl_of_a_goal_is_that_of_its_own_run() -> None:
    samples = [one(OURS, TAG_IN, 8.0), one(FLOOR, TAG_IN, 7.0), one(OTHER, TAG_IN, 4.0)]
    (line,) = tables.goals(replace(figures(*samples), about={**ABOUT, "alias_ttl_seconds": 60}))
    assert "2.00 with all waits at a TTL of 60 s" in line
    assert ABOUT["alias_ttl_seconds"] == TTL_SECONDS


def test_the_seconds_of_the_fewest_and_of_the_most_names_are_on_the_page() -> None:
    samples = [
        replace(one(who, TAG_IN, names / 10, names), steps={"ready": names / 10})
        for names in (1, 10, 50)
        for who in (OURS, FLOOR)
    ]
    lines = page.measured(figures(*samples)).splitlines()
    titles = [line for line in lines if line.startswith("**Where the seconds go**")]
    assert [title.partition(";")[0] for title in titles] == [
        "**Where the seconds go**, of one name",
        "**Where the seconds go**, of 50 names",
    ]
    rows = [line for line in lines if line.startswith(f"| {TAG_IN} |")]
    assert rows == [f"| {TAG_IN} | {who} | ready {s:.2f} s |" for s in (0.1, 5.0) for who in (OURS, FLOOR)]
    alone = page.measured(figures(*samples[:2]))
    assert alone.count("**Where the seconds go**") == 1


def test_a_table_has_a_row_for_each_who_was_measured() -> None:
    lines = tables.deeds(figures(one(OURS, BUILD, 20.0, waits=40.0), one(OTHER, BUILD, 15.0, waits=40.0)), BUILD)
    assert len({line.count("|") for line in lines}) == 1
    assert lines[2] == "| 1 | tag-team | 1 | 60.0 s | 40.0 s | 0.0 s | 20.0 s | - | 40.0 s | 100 MB | 7 |"
    preview = tables.deeds(figures(one(OURS, PREVIEW, 5.0), one(FLOOR, PREVIEW, 3.0)), PREVIEW)
    assert len({line.count("|") for line in preview}) == 1
    assert "+2.0 s" in preview[2]


def test_moments_are_added_up_over_the_rounds() -> None:
    samples = [
        replace(one(OTHER, TAG_IN, 4.0, 10), moments=Moments(10, lower, lower, seconds, 20.0))
        for lower, seconds in ((4, 1.5), (0, 0.0), (6, 16.0))
    ]
    assert tables.moments(figures(*samples))[2] == "| 10 | OpenTofu | 10 of 30 | 10 of 30 | 16.00 s | 20.0 s |"


def test_what_is_read_again_is_what_was_written() -> None:
    found = figures(replace(one(OTHER, TAG_IN, 4.0), moments=Moments(1, 0, 0, 0.0, 0.0)), one(OURS, BUILD, 1.0))
    assert Figures.read(json.loads(json.dumps(found.as_dict()))) == found


def test_the_page_keeps_everything_but_what_is_between_its_markers(tmp_path: Path) -> None:
    written = tmp_path / "page.md"
    written.write_text(f"# Before\n{page.BEGIN}\nold\n{page.END}\nafter\n")
    page.put(figures(one(OURS, PREVIEW, 5.0), one(FLOOR, PREVIEW, 3.0)), written)
    text = written.read_text()
    assert text.startswith(f"# Before\n{page.BEGIN}\nMeasured 2026-11-26")
    assert text.endswith(f"\n{page.END}\nafter\n")
    assert "old" not in text
    assert "5 resources of 2 types, counted in everybody's state: the same" in text


def test_a_page_without_markers_is_left_alone(tmp_path: Path) -> None:
    written = tmp_path / "page.md"
    written.write_text("# Nothing\n")
    with pytest.raises(ValueError, match="no place for what is measured"):
        page.put(figures(one(OURS, PREVIEW, 5.0)), written)


def test_the_page_of_this_project_has_its_markers() -> None:
    text = page.PAGE.read_text(encoding="utf-8")
    assert text.index(page.BEGIN) < text.index(page.END)
