"""Everything that the program says when it refuses, warns, or finds something that is not as it should be."""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from runbook.source import Function, Module, Source, argument
from runbook.wording import DEEPEST, Scope, Texts, says_something, texts

REFUSAL = "Refusal"
# What an exception's text is put into is shown: a refusal, a check, the line of a command.
_EXCEPTION = re.compile(r"[A-Z]\w*(?:Error|Failed)")
_WORDS = re.compile(r"[A-Za-z]{2,}")
_FEWEST_WORDS = 2
_STDERR = ("print", "_say", "_not_told")
# What only they see who work on this project.
_NOBODYS, _UNSEEN = ("AttributeError",), ("components/config_table.py",)

# Who words what a module hands to `display.warn` as it came: `module:function`.
WARNED_BY: Mapping[str, Sequence[str]] = {
    "components/colour_hooks.py": (
        *("cutover/freeze.py:decide", "cutover/stragglers.py:decide", "cutover/in_charge.py:warning"),
        *("cutover/stragglers.py:waived", "cutover/stragglers.py:unreadable", "cutover/stragglers.py:found"),
    ),
    "components/further_names.py": ("cutover/first_turn.py:warning",),
    "components/gate.py": (
        *("cutover/checks/check.py:warnings", "cutover/checks/override.py:decide"),
        "cutover/checks/override.py:_for_attempt",
    ),
    "components/live_evidence.py": ("cutover/in_charge.py:warning", "cutover/restoration.py:_why"),
    "components/live_hooks.py": (
        *("propagation/record.py:_warnings", "propagation/delegation.py:warnings"),
        "propagation/delegation.py:_first_zone",
    ),
    "components/site.py": ("cutover/availability_zones.py:withdrawn_warning",),
    "components/stack_config.py": ("components/misread.py:look",),
    "components/zone.py": ("cutover/zone.py:warning",),
}
# What a wait for DNS that ran out of time says below its first line.
WAIT = tuple(f"propagation/messages.py:{name}" for name in ("timeout_message", "_details", "_disagreements"))


@dataclass(frozen=True)
class Said:
    """A text with ‹name› for what is put into it, what to type as the program itself gives it, and where it stands.

    code: of the board's reasons, what machines know it by.
    """

    text: str
    next_steps: Texts
    place: str
    code: str = ""


def refusals(source: Source) -> tuple[Said, ...]:
    """Every refusal that the program can make, each problem once."""
    return _once(one for module, call in calls(source, REFUSAL) for one in _of_refusal(source, module, call))


def faults(source: Source) -> tuple[Said, ...]:
    """Why a group does not heal itself, which the check `settled` says."""
    return _once(_plain(source, module, call, 0, 1) for module, call in calls(source, "Fault"))


def attention(source: Source) -> tuple[Said, ...]:
    """The board's reasons for attention, the same code several times where it has several texts."""
    found = []
    for module, call in calls(source, "Reason"):
        code = call.args[0]
        assert isinstance(code, ast.Constant), f"{module.path}:{call.lineno}: a code that is no text"
        found.append(replace(_plain(source, module, call, 1, 2), code=str(code.value)))
    return tuple(found)


def warnings(source: Source) -> tuple[Said, ...]:
    """Every warning of a preview or an update; raises ValueError for one that nobody is known to word."""
    found = []
    for module in source.modules.values():
        direct, handed_over = _warned(module)
        found += [_harvested(source, module, module.function_of(call), call.args[0]) for call in direct]
        if handed_over and module.path not in WARNED_BY:
            raise ValueError(f"{module.path} hands a warning over: say in runbook.said.WARNED_BY who words it")
        for worded_by in WARNED_BY.get(module.path, ()) if handed_over else ():
            found.append(_worded(source, worded_by))
    return _once(one for several in found for one in several)


def lines_of_the_wait(source: Source) -> tuple[Said, ...]:
    """What is said of servers and resolvers at the deadline of a wait for DNS."""
    return _once(one for worded_by in WAIT for one in _worded(source, worded_by))


def inner_words(source: Source) -> dict[str, tuple[Said, ...]]:
    """Module to the texts of its exceptions, and what it prints besides: parts of messages, and last lines."""
    found: dict[str, list[Said]] = {}
    for module in source.modules.values():
        for node in module.nodes if module.path not in _UNSEEN else ():
            for said in _of_exception(source, module, node):
                found.setdefault(module.path, []).append(said)
    return {path: _once(several) for path, several in sorted(found.items())}


def calls(source: Source, name: str) -> Iterator[tuple[Module, ast.Call]]:
    """Every call of a name, with its module."""
    for module in source.modules.values():
        for call in module.calls:
            if isinstance(call.func, ast.Name) and call.func.id == name:
                yield module, call


def _of_refusal(source: Source, module: Module, call: ast.Call) -> Iterator[Said]:
    for one in _branches(call):
        problem, step = one.args[0], argument(one, None, "next_step")
        assert step is not None, f"{module.path}:{call.lineno}: a refusal without a next step"
        for scope, at in _scopes(source, module, call, problem):
            steps = texts(step, _given_by_callers(scope, step))
            for text in texts(problem, scope):
                yield Said(text, steps, f"{module.path}:{at or call.lineno}")


def _branches(call: ast.Call) -> Iterator[ast.Call]:
    """The call, or both that it may be, where more than one argument is decided by the same question."""
    values = [*call.args, *(one.value for one in call.keywords)]
    asked = [ast.dump(one.test) for one in values if isinstance(one, ast.IfExp)]
    twice = {question for question in asked if asked.count(question) > 1}
    if not twice:
        yield call
        return
    for branch in ("body", "orelse"):

        def taken(value: ast.expr, branch: str = branch) -> ast.expr:
            decided = isinstance(value, ast.IfExp) and ast.dump(value.test) in twice
            return getattr(value, branch) if decided else value

        keywords = [ast.keyword(one.arg, taken(one.value)) for one in call.keywords]
        yield ast.Call(call.func, list(map(taken, call.args)), keywords)


def _scopes(source: Source, module: Module, refusal: ast.Call, problem: ast.expr) -> Iterator[tuple[Scope, int]]:
    """Where a refusal is made: in a helper that is told its problem, once for each call of it in its module."""
    function = module.function_of(refusal)
    plain, own = Scope(source, module, function, at=refusal), []
    names = _parameters(function) & {node.id for node in ast.walk(problem) if isinstance(node, ast.Name)}
    for caller, whole in source.callers(module, function) if function is not None and names else ():
        for call in _branches(whole) if caller is module else ():
            inside = Scope(source, module, module.function_of(whole), at=whole)
            given = {name: texts(argument(call, function, name), inside) for name in _parameters(function)}
            told = {name: of for name, of in given.items() if of}
            is_told = any(says_something(text) for name in names for text in told.get(name, ()))
            own.append((replace(plain, given=told), whole.lineno, is_told))
    if any(is_told for _, _, is_told in own):
        yield from ((scope, at) for scope, at, _ in own)
    else:
        yield plain, 0


def _given_by_callers(scope: Scope, step: ast.expr) -> Scope:
    """The same scope, with what callers anywhere give for the parameters that a next step is made of."""
    names = {node.id for node in ast.walk(step) if isinstance(node, ast.Name)} & _parameters(scope.function)
    given = dict(scope.given)
    for name in sorted(names - set(given)):
        found: list[str] = []
        assert scope.function is not None  # it has parameters
        for module, call in scope.source.callers(scope.module, scope.function):
            inside = Scope(scope.source, module, module.function_of(call), depth=1, at=call)
            found += [text for text in texts(argument(call, scope.function, name), inside) if says_something(text)]
        if found:
            given[name] = tuple(dict.fromkeys(found))
    return replace(scope, given=given)


def _parameters(function: Function | None) -> set[str]:
    if function is None:
        return set()
    every = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    return {one.arg for one in every} - {"self"}


def _plain(source: Source, module: Module, call: ast.Call, text_at: int, step_at: int) -> Said:
    scope = Scope(source, module, module.function_of(call), at=call)
    found = texts(call.args[text_at], scope)
    return Said(" or ".join(found), texts(call.args[step_at], scope), f"{module.path}:{call.lineno}")


def _warned(module: Module) -> tuple[list[ast.Call], bool]:
    """The calls that warn in words of their own, and whether anything else is handed over."""
    direct, used = [], 0
    for node in module.nodes:
        if isinstance(node, ast.Attribute) and node.attr in ("warn", "warning") and _is_display(node.value):
            used += 1
            call = module.parents.get(node)
            call = call if node.attr == "warn" else module.parents.get(call) if call else None
            words = call.args[0] if isinstance(call, ast.Call) and call.args else None
            if isinstance(call, ast.Call) and isinstance(words, ast.JoinedStr | ast.Constant):
                direct.append(call)
    return direct, used > len(direct)


def _is_display(expression: ast.expr) -> bool:
    return isinstance(expression, ast.Name) and expression.id == "display"


def _worded(source: Source, by: str) -> Iterator[Said]:
    path, _, name = by.partition(":")
    module = source.modules[path]
    return _harvested(source, module, module.functions[name], module.functions[name])


def _harvested(source: Source, module: Module, function: Function | None, of: ast.AST) -> Iterator[Said]:
    """Every text of some words in a part of the program, docstrings and what is raised left aside."""
    if isinstance(of, ast.Raise) or (isinstance(of, ast.Expr) and isinstance(of.value, ast.Constant)):
        return
    if isinstance(of, ast.Assign) and isinstance(of.value, ast.JoinedStr | ast.Constant | ast.BinOp):
        return  # a part of what is said below
    if isinstance(of, ast.JoinedStr | ast.BinOp) or (isinstance(of, ast.Constant) and isinstance(of.value, str)):
        # Why it is, which another function words, is no part of it.
        for text in texts(of, Scope(source, module, function, depth=DEEPEST - 1)):
            if len(_WORDS.findall(re.sub("‹[^›]*›", "", text))) >= _FEWEST_WORDS:
                yield Said(text.strip(), (), f"{module.path}:{getattr(of, 'lineno', 0)}")
        return
    for child in ast.iter_child_nodes(of):
        yield from _harvested(source, module, function, child)


def _of_exception(source: Source, module: Module, node: ast.AST) -> Iterator[Said]:
    words: ast.expr | None = None
    if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args:
        name = getattr(node.exc.func, "id", getattr(node.exc.func, "attr", ""))
        words = node.exc.args[0] if _EXCEPTION.fullmatch(name) and name not in _NOBODYS else None
    elif isinstance(node, ast.Call) and node.args and getattr(node.func, "id", "") in _STDERR:
        # Lines of progress have no exit code beside them.
        is_last = len(node.args) > 1 or getattr(node.func, "id", "") == "_not_told"
        words = node.args[0] if is_last or any(one.arg == "file" for one in node.keywords) else None
    if words is None:
        return
    for text in texts(words, Scope(source, module, module.function_of(node), at=node)):
        if says_something(text):
            yield Said(text.strip(), (), f"{module.path}:{node.lineno}")  # type: ignore[attr-defined]  # both have it


def _once(found: Iterator[Said] | Sequence[Said]) -> tuple[Said, ...]:
    """Each text once, with the next steps of all who say it."""
    by_text: dict[str, Said] = {}
    for one in found:
        before = by_text.get(one.text)
        steps = (*(before.next_steps if before else ()), *one.next_steps)
        by_text[one.text] = replace(before or one, next_steps=tuple(dict.fromkeys(steps)))
    return tuple(by_text.values())
