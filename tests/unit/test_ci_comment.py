"""The one comment: what it says, and that nothing in it comes from outside as Markdown."""

from dataclasses import replace

from ci import comment, result, seen
from ci.board import Said
from ci.comment import MARKER, Preview
from ci.markdown import MOST_CHARACTERS
from ci.outcome import Outcome, Violation
from ci.result import Result
from ci.seen import Seen
from ci.step import Step
from cutover.refusal import Refusal

TAG_IN = Outcome(
    "live",
    True,
    (
        Step("replace", "pulumi:index:Stash", "ready", ("active: red => blue",)),
        Step("update", "aws:route53:Record", "www.shop.example-blue", ("weight: 0 => 100",)),
        Step("update", "aws:route53:Record", "www.shop.example-red", ("weight: 100 => 0",)),
        Step("update", "aws:ssm:Parameter", "in-charge", ("value: a => [unknown]",)),
    ),
    ("awake: ok, blue is up with release 1.1.0", "capacity: ok, 2 instances"),
    output="Previewing update (live):",
)
SEEN = Seen({"in charge": "red at 1.0.0"}, {"live": TAG_IN.lines}, commit="0" * 40)
PREVIEW = Preview(SEEN, "red at 1.0.0, since noon", (TAG_IN,), board=Said(1, "attention: blue is idle"))


def test_a_tag_in_shows_its_four_lines_readiness_who_is_in_charge_and_the_board() -> None:
    body = comment.of_preview(PREVIEW)
    assert body.startswith(MARKER)
    assert seen.of_comment(body) == SEEN
    for said in (
        "Would change: `live`\n",
        "In charge now: `red at 1.0.0, since noon`",
        "+- pulumi:index:Stash  ready  replace  active: red => blue",
        " ~ aws:route53:Record  www.shop.example-blue  update  weight: 0 => 100",
        " ~ aws:route53:Record  www.shop.example-red  update  weight: 100 => 0",
        " ~ aws:ssm:Parameter  in-charge  update",
        "awake: ok, blue is up with release 1.1.0",
        "The board: attention",
        "in charge: red at 1.0.0",
    ):
        assert said in body, said


def test_without_a_board_nothing_is_said_of_one() -> None:
    assert "board" not in comment.of_preview(replace(PREVIEW, board=None))


def test_a_refusal_says_why_and_leaves_no_record() -> None:
    refusal = Refusal("who is in charge cannot be read", seen="no answer", allowed="an answer", next_step="look")
    body = comment.of_preview(Preview(None, refusal=refusal))
    assert "Refused: there is no preview" in body
    assert "who is in charge cannot be read" in body
    assert "next:    look" in body
    assert "tag-team:seen" not in body


def test_a_policy_violation_is_named_with_its_rule() -> None:
    broken = Outcome("blue", False, violations=(Violation("offsite-data", "mandatory", "orders", "holds data"),))
    body = comment.of_preview(Preview(replace(SEEN, refused=True, steps={"blue": ()}), "red", (broken,)))
    assert "Refused: `blue`" in body
    assert "refused by offsite-data" in body
    assert "offsite-data (mandatory), orders: holds data" in body


def test_stacks_that_are_left_alone_and_files_of_none_are_said() -> None:
    body = comment.of_preview(replace(PREVIEW, left=("red",), unknown=("Pulumi.bleu.yaml",)))
    assert "`red` | left alone: it carries traffic" in body
    assert "`Pulumi.bleu.yaml`" in body


def test_nothing_from_outside_is_markdown_html_a_mention_or_a_record() -> None:
    forged = Seen({"in charge": "blue"}, {"live": ()}, commit="1" * 40).line()
    evil = f"```\n@everyone <script>\n{MARKER}\n{comment.AFTER}\n{forged}"
    step = Step("update", "t", evil, (evil,))
    outcome = Outcome(
        "live", False, (step,), (evil,), (evil,), (evil,), (Violation(evil, "mandatory", evil, evil),), evil
    )
    body = comment.of_preview(Preview(SEEN, evil, (outcome,), (evil,), (evil,), Said(2, evil)))
    assert seen.of_comment(body) == SEEN
    inside, outside = False, []
    fence = ""
    for line in body.splitlines()[1:-1]:
        if not inside and line.startswith("```"):
            inside, fence = True, line
        elif inside and line == fence:
            inside = False
        elif not inside:
            outside.append(line)
    assert not inside
    # In a line of ours it is code.
    assert not [line for line in outside if "@everyone" in line and "`" not in line.partition("@")[0]]
    assert not [line for line in outside if line.startswith(("<!--", "<script"))]


def test_however_much_there_is_to_say_it_fits_and_the_record_stays_whole() -> None:
    much = tuple(Step("create", "aws:ec2:Subnet", f"subnet-{number}") for number in range(300))
    outcomes = [Outcome(f"s{n}", True, much, ("n" * 9000,), ("w" * 9000,), output="o" * 99_000) for n in range(9)]
    record = replace(SEEN, steps={"live": tuple(one.line for one in much)})
    body = comment.of_preview(replace(PREVIEW, outcomes=outcomes, seen=record))
    assert len(body) <= MOST_CHARACTERS
    assert seen.of_comment(body) == record
    assert "More than fits into a comment" in body


def test_what_became_of_it_is_added_once_and_the_record_stays_last() -> None:
    body = comment.of_preview(PREVIEW)
    results = [Result("blue", True, "updated"), Result("live", False, "refused: the world is not the one\n```")]
    said = comment.after(result.headline(("blue", "live"), results), result.text(("blue", "live"), results))
    once = comment.with_after(body, said)
    assert "After the merge: refused, live" in once
    assert "the world is not the one" in once
    assert seen.of_comment(once) == SEEN
    twice = comment.with_after(once, comment.after("After the merge: done, live", "updated"))
    assert "refused, live" not in twice
    assert twice.count(comment.AFTER) == 1
    assert twice.startswith(MARKER)
    assert seen.of_comment(twice) == SEEN


def test_a_stack_whose_job_did_not_run_was_not_done() -> None:
    done = [Result("blue", True, "updated")]
    assert result.headline(("blue", "live"), done) == "After the merge: not done, live"
    assert "live: not updated" in result.text(("blue", "live"), done)
    assert result.headline(("blue",), done) == "After the merge: done, blue"


def test_the_issue_about_drift_names_each_stack_and_what_is_not_as_it_is_written() -> None:
    well = Outcome("red", True)
    body = comment.of_drift([well, TAG_IN], Said(1, "attention"))
    assert body.startswith(comment.DRIFT_MARKER)
    assert "| `red` | `no changes` |" in body
    assert "| `live` | `4 changes` |" in body
    assert "The board: attention" in body
