"""The texts that an expression may be, with what is put into them as ‹name›.

`(this|that)` is either of two, `[this]` may be there.
"""

import ast
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from runbook.source import Function, Module, Source, argument

# Deeper than any text of ours is made.
DEEPEST = 6
_MOST_ALTERNATIVES = 12
_HOLE = re.compile(r"‹[^›]*›")
_PLACE = re.compile(r"\{(\w*)[^{}]*\}")
_JOINING = ("join", "fromkeys")

Texts = Sequence[str]


@dataclass(frozen=True)
class Scope:
    """Where an expression stands, and what the parameters of its function are, where that is known."""

    source: Source
    module: Module
    function: Function | None = None
    given: Mapping[str, Texts] = field(default_factory=dict)
    depth: int = 0
    under_way: frozenset[str] = frozenset()
    """The names that are being looked up: one may be made of itself."""
    at: ast.AST | None = None
    """Where the text is used, in a function that has several of it."""

    def deeper(self, module: Module, function: Function | None, given: Mapping[str, Texts]) -> "Scope":
        """Inside of another function."""
        return Scope(self.source, module, function, given, self.depth + 1)


def says_something(text: str) -> bool:
    """Whether there is a word in it beside what is put into it."""
    return bool(re.search(r"[A-Za-z]{2}", _HOLE.sub("", text)))


def texts(expression: ast.expr | None, scope: Scope) -> Texts:
    """The texts that an expression may be, each once; one that is only put in where nothing else is known."""
    found = list(dict.fromkeys(_texts(expression, scope))) if expression is not None else []
    telling = [text for text in found if says_something(text)]
    return (telling or found)[:_MOST_ALTERNATIVES]


def _texts(expression: ast.expr, scope: Scope) -> Iterator[str]:
    match expression:
        case ast.Constant(str(value)):
            yield value
        case ast.JoinedStr(values):
            yield from map("".join, itertools.product(*(_part(one, scope) for one in values)))
        case ast.BinOp(left, ast.Add(), right):
            yield from map("".join, itertools.product(_inline(left, scope), _inline(right, scope)))
        case ast.IfExp(_, body, otherwise):
            yield from (*_texts(body, scope), *_texts(otherwise, scope))
        case ast.BoolOp(_, values):
            yield from (text for one in values for text in _texts(one, scope))
        case ast.Name(name):
            yield from _of_name(name, scope)
        case ast.Subscript(ast.Call() as call, ast.Constant(int(at))):
            yield from _of_call(call, scope, at)
        case ast.Subscript(ast.Name(name), _) if values := _of_map(name, scope):
            yield from (text for one in values for text in _texts(one, scope))
        case ast.Call():
            yield from _of_call(expression, scope, None)
        case _:
            yield hole(expression)


def _part(part: ast.expr, scope: Scope) -> Texts:
    """The texts of a part of an f-string."""
    if isinstance(part, ast.Constant):
        return (str(part.value),)
    assert isinstance(part, ast.FormattedValue)
    return _inline(part.value, scope)


def _inline(value: ast.expr, scope: Scope) -> Texts:
    """The texts of what stands within another text: what may be either is one text, in brackets."""
    if isinstance(value, ast.IfExp):
        return (_either([text for one in (value.body, value.orelse) for text in _inline(one, scope)]),)
    if isinstance(value, ast.BoolOp):
        return _inline(value.values[0], scope)
    if isinstance(value, ast.Name) and scope.function is not None:
        found = _local(value.id, scope)
        if len(found) == 1 and isinstance(found[0], ast.IfExp):
            return _inline(found[0], scope)
    if isinstance(value, ast.Call) and getattr(value.func, "attr", "") in _JOINING:
        return texts(value, scope)
    found_texts = list(dict.fromkeys(_texts(value, scope)))
    # What is mostly put in is not told by the one case that is not.
    is_told = found_texts and all(says_something(text) or not _HOLE.search(text) for text in found_texts)
    return found_texts[:_MOST_ALTERNATIVES] if is_told else (hole(value),)


def _either(alternatives: Sequence[str]) -> str:
    ways = list(dict.fromkeys(alternatives))
    there = [one for one in ways if one]
    joined = "|".join(there)
    if "" in ways:
        return f"[{joined}]"
    return joined if len(there) == 1 else f"({joined})"


def _of_name(name: str, scope: Scope) -> Iterator[str]:
    known = scope.given.get(name)
    if known:
        yield from known
        return
    local = _local(name, scope)
    constant = scope.module.constants.get(name) if not local else None
    imported = scope.source.imported(scope.module, name) if not local and constant is None else None
    found: list[str] = []
    if scope.depth < DEEPEST:
        if local and name not in scope.under_way:
            inside = replace(scope, depth=scope.depth + 1, under_way=scope.under_way | {name})
            found = [text for one in local for text in _texts(one, inside)]
        elif constant is not None:
            found = list(_texts(constant, scope.deeper(scope.module, None, {})))
        elif imported and imported[1] in imported[0].constants:
            there = imported[0].constants[imported[1]]
            found = list(_texts(there, scope.deeper(imported[0], None, {})))
    plain = [text for text in found if says_something(text) or (text == "" or not _HOLE.search(text))]
    yield from plain or (hole(ast.Name(name)),)


def _local(name: str, scope: Scope) -> list[ast.expr]:
    return scope.module.assigned(scope.function, name, scope.at) if scope.function is not None else []


def _of_map(name: str, scope: Scope) -> list[ast.expr]:
    """The values of a map that a function has made."""
    found = _local(name, scope)
    return [value for one in found if isinstance(one, ast.Dict) for value in one.values]


def _of_call(call: ast.Call, scope: Scope, at: int | None) -> Iterator[str]:
    """What a call gives; at: of several things the one at that place."""
    if scope.depth >= DEEPEST:
        yield hole(call)
        return
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if name == "format" and isinstance(call.func, ast.Attribute):
        yield from _formatted(call, call.func.value, scope)
        return
    if name in _JOINING and call.args:
        yield from _joined(call.args[0], scope)
        return
    found = scope.source.function(scope.module, call.func)
    if found is None or (name and found[0].path.startswith("ci/") and scope.module.path != found[0].path):
        yield hole(call)
        return
    module, function = found
    inside = scope.deeper(module, function, _given(call, function, scope))
    given = [text for one in _returned(function) for text in _texts(_taken(one, at), inside)]
    yield from [text for text in given if says_something(text)] or (hole(call),)


def _taken(value: ast.expr, at: int | None) -> ast.expr:
    return value.elts[at] if at is not None and isinstance(value, ast.Tuple) else value


def _returned(function: Function) -> list[ast.expr]:
    return [node.value for node in ast.walk(function) if isinstance(node, ast.Return) and node.value is not None]


def _given(call: ast.Call, function: Function, scope: Scope) -> dict[str, Texts]:
    every = (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
    given = {one.arg: argument(call, function, one.arg) for one in every}
    return {name: _inline(value, scope) for name, value in given.items() if value is not None}


def _formatted(call: ast.Call, of: ast.expr, scope: Scope) -> Iterator[str]:
    """A text with its places filled."""
    by_name = {one.arg or "": _inline(one.value, scope)[0] for one in call.keywords}
    by_place = [_inline(one, scope)[0] for one in call.args]

    def filled(place: re.Match[str]) -> str:
        name = place[1]
        if name in by_name:
            return by_name[name]
        number = int(name) if name.isdigit() else 0
        return by_place[number] if number < len(by_place) else f"‹{name}›"

    for text in texts(of, scope):
        yield _PLACE.sub(filled, text) if says_something(text) else hole(of)


def _joined(several: ast.expr, scope: Scope) -> Iterator[str]:
    """One of what is put together."""
    inner = several
    if isinstance(inner, ast.Name) and scope.function is not None and (local := _local(inner.id, scope)):
        inner = local[0]
    if isinstance(inner, ast.GeneratorExp | ast.ListComp):
        yield from _texts(inner.elt, replace(scope, depth=scope.depth + 1))
    elif isinstance(inner, ast.Call) and getattr(inner.func, "attr", "") in _JOINING:
        yield from _of_call(inner, replace(scope, depth=scope.depth + 1), None)
    else:
        yield hole(several)


def hole(expression: ast.expr) -> str:
    """What stands for a value: its own name, as far as it has one."""
    return f"‹{_name(expression).strip('_').replace('_', ' ') or '…'}›"


def _name(expression: ast.expr) -> str:
    match expression:
        case ast.Name(name):
            return name
        case ast.Attribute(ast.Name("self"), name):
            return name
        case ast.Attribute(of, "name" | "id" | "value" | "text" | "path"):
            return _name(of)
        case ast.Attribute(_, name):
            return name
        case ast.Subscript(of, _) | ast.UnaryOp(_, of) | ast.Starred(of) | ast.Await(of):
            return _name(of)
        case ast.BinOp(left, _, _) | ast.BoolOp(_, [left, *_]) | ast.IfExp(_, left, _):
            return _name(left)
        case ast.GeneratorExp(element, _) | ast.ListComp(element, _) | ast.FormattedValue(element, _, _):
            return _name(element)
        case ast.Call(ast.Attribute(_, "get"), [ast.Constant(str(key)), *_]):
            return key
        case ast.Call(ast.Name("map"), [_, last]):
            return _name(last)
        case ast.Call(_, [first, *_]) if not isinstance(first, ast.Constant):
            return _name(first)
        case ast.Call(of, _):
            return _name(of)
        case ast.JoinedStr(values):
            return next((_name(one) for one in values if isinstance(one, ast.FormattedValue)), "")
        case ast.Constant(value):
            return str(value)
        case _:
            return ""
