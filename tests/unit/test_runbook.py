"""docs/runbook.md has everything that the program can refuse with, and sends nobody to a command that is not there."""

import ast
import importlib.util
import re
from collections.abc import Sequence
from functools import cache

import botocore.session
import pytest
from botocore import xform_name

from release import parts
from runbook import meanings, page, said, source
from runbook.__main__ import PAGE, rows
from runbook.meanings import Meaning
from runbook.page import BEGIN, END, Incomplete, anchor, paired, written
from runbook.said import Said
from runbook.source import Source
from runbook.wording import says_something
from tests.lab.runbook_states import SCENARIOS
from tests.lab.typed import LANGUAGES
from tests.pages import RUNBOOK
from tests.unit.sources import ROOT

REMEDY = "make runbook writes it, once runbook/meanings.toml has them all"
TERMINAL_LINES, TERMINAL_COLUMNS = 24, 80
# What a next step may begin with beside a command: a sentence that says what to do.
VERBS = {
    "change",
    "choose",
    "edit",
    "exchange",
    "export",
    "give",
    "if",
    "instead",
    "look",
    "make",
    "mend",
    "open",
    "put",
    "say",
}
VERBS |= {"install", "let", "set", "split", "take", "the", "undo", "wait", "write", "a"}
PROGRAMS = frozenset(("sh", "pulumi", "make", "aws", ".venv/bin/python", "gh", "git", "go", "vegeta", "$EDITOR"))
PULUMI = {
    *("up", "preview", "refresh", "cancel", "destroy", "import", "login", "whoami", "stack", "config", "state"),
    *(
        "stack export",
        "stack import",
        "stack init",
        "stack ls",
        "stack select",
        "state delete",
        "state taint",
        "state untaint",
    ),
    *("config set", "config rm", "config get", "org", "org set-default"),
}
# Python that users get and that the page does not have: path to why. Everything else of theirs is on it.
NOT_READ = {"__main__.py": "the program's first lines, which hand everything on"}
# Of AWS's command line alone: https://docs.aws.amazon.com/cli/latest/reference/
AWS_OWN = {("sso", "login"), ("configure", "list-profiles")}


@cache
def program() -> Source:
    return source.read(ROOT)


def of(**texts: str) -> Source:
    return source.of_texts({f"{name}.py": text for name, text in texts.items()})


def changed(path: str, text: str) -> Source:
    """The program with another text in one file; the others are parsed once."""
    return Source({**program().modules, path: source.Module(path, ast.parse(text))})


def text_of(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def texts_of(found: Sequence[Said]) -> list[str]:
    return [one.text for one in found]


def test_the_page_is_what_the_program_says() -> None:
    text = (ROOT / PAGE).read_text(encoding="utf-8")
    assert written(text, rows(program(), meanings.read())) == text, REMEDY


def test_every_refusal_in_the_source_is_on_the_page() -> None:
    """Counted in another way than the page is made: by the letters."""
    in_text = {
        (path, text[: one.end()].count("\n") + 1)
        for path in program().modules
        for text in [text_of(path)]
        for one in re.finditer(r"(?<!class )\bRefusal\((?!pulumi)", text)
    }
    assert len(in_text) > 90
    calls = {(m.path, call.lineno) for m, call in said.calls(program(), said.REFUSAL)}
    assert calls == in_text
    assert len(texts_of(said.refusals(program()))) >= len(calls) - 10
    assert [one.place for one in said.refusals(program()) if not says_something(one.text)] == []
    for one in said.refusals(program()):
        assert page.code(one.text).replace("|", "\\|") in RUNBOOK.text, one.place


def test_all_that_users_get_is_read() -> None:
    given = [ROOT / name for name in parts.GIVEN]
    python = {one.name for one in given if one.suffix == ".py" or (one.is_dir() and any(one.rglob("*.py")))}
    assert {*source.FOLDERS} == python - {*NOT_READ}
    assert NOT_READ.keys() <= python
    for name in NOT_READ:
        assert re.findall(r"Refusal\(|\braise\b|\.warn\(|\bprint\(", text_of(name)) == [], name


def test_a_refusal_that_is_new_has_to_be_explained() -> None:
    path = "cutover/weights.py"
    more = (
        '\n\ndef refuse_tuesdays():\n    raise Refusal("it is Tuesday", seen="", allowed="", next_step="pulumi up")\n'
    )
    with pytest.raises(Incomplete, match=r"refusal without a meaning: cutover/weights\.py:\d+: it is Tuesday"):
        rows(changed(path, text_of(path) + more), meanings.read())


def test_an_explanation_of_what_nobody_says_any_more_has_to_go() -> None:
    path = "cutover/weights.py"
    with pytest.raises(Incomplete) as found:
        rows(changed(path, text_of(path).replace("cannot be lowered: ", "is to stay: ")), meanings.read())
    assert "a meaning of no refusal: ‹lowered› cannot be lowered" in str(found.value)
    assert "refusal without a meaning" in str(found.value)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("components/share.py", "the share of {settings.idle} is left out", "no share for {settings.idle}"),
        ("propagation/messages.py", "no known address", "an unknown address"),
        ("cutover/checks/check.py", 'RECORDS = "records"', 'RECORDS = "record-sets"'),
    ],
    ids=["a warning", "a line of the wait", "a check"],
)
def test_what_else_is_said_in_other_words_is_noticed(path: str, old: str, new: str) -> None:
    assert old in text_of(path)
    with pytest.raises(Incomplete):
        rows(changed(path, text_of(path).replace(old, new)), meanings.read())


def test_a_module_with_words_of_its_own_has_to_be_explained() -> None:
    with pytest.raises(Incomplete, match=r"module with words without a meaning: propagation/more\.py"):
        rows(changed("propagation/more.py", 'raise ValueError("nobody has read this")'), meanings.read())


def test_a_warning_that_somebody_else_words_has_to_be_known() -> None:
    with pytest.raises(ValueError, match=r"module\.py hands a warning over"):
        said.warnings(of(module="def tell(text):\n    display.warn(text)\n"))


def test_a_helper_that_is_told_its_problem_is_a_refusal_at_each_call() -> None:
    found = said.refusals(
        of(
            a="""
def one(x):
    raise _no(f"{x} is asleep", "pulumi up")

def two():
    raise _no("nobody is awake", "make lab")

def _no(why, step):
    return Refusal(f"no: {why}", seen="", allowed="", next_step=step)
"""
        )
    )
    assert [(one.text, list(one.next_steps)) for one in found] == [
        ("no: ‹x› is asleep", ["pulumi up"]),
        ("no: nobody is awake", ["make lab"]),
    ]


def test_what_a_loop_goes_over_is_said_once_for_each() -> None:
    found = said.refusals(
        of(
            a="""
def one(x):
    judged = ((x.a, "it is too big"), (x.b, "it is too small"))
    for seen, problem in judged:
        raise Refusal(problem, seen=seen, allowed="", next_step="pulumi up")
"""
        )
    )
    assert texts_of(found) == ["it is too big", "it is too small"]


def test_what_may_be_either_is_shown_so() -> None:
    found = said.refusals(
        of(
            a="""
LIMIT = "at most"
def one(n, more):
    where = " here" if n else ""
    problem = "too much"
    if more:
        problem = "too little"
    raise Refusal(f"{problem}{where}: {'one' if n else 'two'} of {', '.join(n.names)}, {LIMIT} {n.count:.0f}",
        seen="", allowed="", next_step="pulumi up -s {}".format(n.stack) if n else "make lab")
"""
        )
    )
    assert texts_of(found) == [
        f"{what}[ here]: (one|two) of ‹names›, at most ‹count›" for what in ("too much", "too little")
    ]
    assert list(found[0].next_steps) == ["pulumi up -s ‹stack›", "make lab"]


def test_texts_and_meanings_are_matched_both_ways() -> None:
    one, two = Said("one", (), "a.py:1"), Said("two", (), "a.py:2")
    assert list(paired([one, two], [Meaning("two", ""), Meaning("one", "")], "text")) == ["two", "one"]
    for known in ([Meaning("one", "")], [Meaning("one", ""), Meaning("two", ""), Meaning("three", "")]):
        with pytest.raises(Incomplete):
            paired([one, two], known, "text")
    with pytest.raises(Incomplete, match="two meanings of one text: one"):
        paired([one], [Meaning("one", ""), Meaning("one", "")], "text")


@pytest.mark.parametrize("text", ["", BEGIN, f"{END} {BEGIN}", f"{BEGIN}{BEGIN}{END}", f"{BEGIN}{END}{END}"])
def test_a_page_without_a_place_for_it_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="each once"):
        written(text, "")


def test_every_refusal_is_found_by_an_anchor_of_its_own() -> None:
    anchors = [anchor(one.text) for one in said.refusals(program())]
    assert len(anchors) == len(set(anchors))
    assert set(anchors) <= RUNBOOK.anchors


def test_every_meaning_says_something_to_do_or_to_know() -> None:
    known = meanings.read()
    every = [*known.refusals, *known.warnings, *known.lines]
    assert [one.says for one in every if len(one.means.split()) < 4] == []
    assert {one.moment for one in known.refusals} == set(known.moments)


def test_rolling_back_is_the_first_thing_on_the_page_and_fits_a_terminal() -> None:
    title, heading, *_ = RUNBOOK.headings
    assert (title, heading) == ("Runbook", "Roll back")
    screen = RUNBOOK.text.partition("\n**In this state**")[0].splitlines()
    assert sum(-(-max(len(line), 1) // TERMINAL_COLUMNS) for line in screen) <= TERMINAL_LINES
    assert "pulumi up -s live -c active=red" in [line.strip() for line in screen]


def test_every_command_of_the_page_is_typed_by_a_test() -> None:
    assert [block.line for block in RUNBOOK.blocks if block.not_run] == []
    assert "<!-- not run" not in RUNBOOK.text
    assert {block.language for block in RUNBOOK.blocks} <= {*LANGUAGES, "text"}
    with_commands = [
        name for name, blocks in RUNBOOK.sections.items() if any(one.language in LANGUAGES for one in blocks)
    ]
    typed = [step.heading for scenario in SCENARIOS.values() for step in scenario]
    assert sorted(typed) == sorted(with_commands)
    assert len(typed) == len(set(typed)) > 15


def next_steps() -> list[str]:
    every = (*said.refusals(program()), *said.faults(program()), *said.attention(program()))
    return sorted({step for one in every for step in one.next_steps})


def test_every_next_step_begins_with_what_can_be_done() -> None:
    first = re.compile(r"\S+")
    wrong = []
    for step in next_steps():
        word = (first.match(step) or [""])[0]
        if word not in PROGRAMS | VERBS and step not in page.HANDED_ON:
            wrong.append(step)
    assert wrong == []
    assert len(next_steps()) > 80


def test_every_command_in_a_next_step_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    assert [(step, one) for step in next_steps() for one in commands_not_there(step, targets)] == []


def commands_not_there(step: str, targets: set[str]) -> list[str]:
    """What a text has its reader type that there is not."""
    wrong = [f"python -m {name}" for name in re.findall(r"(?<!\.venv/bin/)\bpython3? -m ([\w.]+)", step)]
    modules = re.findall(r"\.venv/bin/python -m ([\w.]+)", step)
    wrong += [name for name in modules if importlib.util.find_spec(name.rstrip(".")) is None]
    for command, sub in re.findall(r"(?<![\w/])pulumi ([a-z]+)(?: ([a-z][a-z-]*))?", step):
        known = {one for one in PULUMI if one.startswith(f"{command} ")}
        if command != "command" and (command not in PULUMI or (known and f"{command} {sub}" not in known | {"stack "})):
            wrong.append(f"pulumi {command} {sub}")
    wrong += [f"make {one}" for one in re.findall(r"(?:^|[;&] *)make ([a-z-]+)", step) if one not in targets | {"sure"}]
    wrong += [f"aws {s} {o}" for s, o in re.findall(r"(?<![\w/])aws ([a-z0-9-]+) ([a-z-]+)", step) if not is_aws(s, o)]
    return wrong


@cache
def is_aws(service: str, operation: str) -> bool:
    """Whether AWS's command line knows it."""
    if (service, operation) in AWS_OWN:
        return True
    session = botocore.session.Session()
    if service not in session.get_available_services():
        return False
    names = {xform_name(name, "-") for name in session.get_service_model(service).operation_names}
    # A part of a name is as good as it where the rest is put in: `revoke-security-group-$(…)`.
    return operation in names or any(name.startswith(operation) for name in names if operation.endswith("-"))


@pytest.mark.parametrize(
    "step",
    [
        "python -m board",
        ".venv/bin/python -m cutover.nothing",
        "pulumi undo -s live",
        "pulumi stack forget",
        "make believe",
        "aws route54 list-hosted-zones",
        "aws route53 list-records",
    ],
)
def test_a_command_that_is_not_there_is_noticed(step: str) -> None:
    assert commands_not_there(step, {"lab"})
