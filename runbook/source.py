"""The program's modules as they are written: parsed, never imported."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

# Whatever of these says no, or warns, is on the page.
FOLDERS = ("board", "ci", "components", "cutover", "iam", "load_test", "policies", "propagation", "start")
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """One file, by its path from the project's folder (`cutover/freeze.py`)."""

    path: str
    tree: ast.Module = field(repr=False)

    @cached_property
    def constants(self) -> Mapping[str, ast.expr]:
        """What is assigned once to a name at the top."""
        found = {}
        for node in self.tree.body:
            if isinstance(node, ast.Assign):
                for target in node.targets:
                    found.update(dict(_pairs(target, node.value)))
        return found

    @cached_property
    def nodes(self) -> Sequence[ast.AST]:
        """Everything in it."""
        return tuple(ast.walk(self.tree))

    @cached_property
    def functions(self) -> Mapping[str, Function]:
        """Every function and method by its name; of several the last."""
        return {node.name: node for node in self.nodes if isinstance(node, Function)}

    @cached_property
    def imports(self) -> Mapping[str, tuple[str, str]]:
        """Local name to module (dotted) and the name there; empty where the module itself is imported."""
        found: dict[str, tuple[str, str]] = {}
        for node in self.nodes:
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.update({one.asname or one.name: (node.module, one.name) for one in node.names})
        return found

    @cached_property
    def parents(self) -> Mapping[ast.AST, ast.AST]:
        """Every node to the one that it is in."""
        return {child: node for node in self.nodes for child in ast.iter_child_nodes(node)}

    def function_of(self, node: ast.AST) -> Function | None:
        """The innermost function that a node is in."""
        while (above := self.parents.get(node)) is not None:
            if isinstance(above, Function):
                return above
            node = above
        return None

    def assigned(self, function: Function, name: str, at: ast.AST | None = None) -> list[ast.expr]:
        """Every value that is assigned to a name in a function; where it is used `at`, those of the nearest block."""
        found = self._assignments.get(function, {}).get(name, [])
        for block in self._above(at) if at is not None and len(found) > 1 else ():
            inside = [value for node, value in found if block in self._above(node)]
            if inside:
                return inside
        return [value for _, value in found]

    @cached_property
    def _assignments(self) -> Mapping[Function, Mapping[str, list[tuple[ast.AST, ast.expr]]]]:
        """Function, those around it too, to name, to where it is assigned and what."""
        found: dict[Function, dict[str, list[tuple[ast.AST, ast.expr]]]] = {}
        for node in self.nodes:
            pairs: list[tuple[str, ast.expr]] = []
            if isinstance(node, ast.Assign):
                pairs = [pair for target in node.targets for pair in _pairs(target, node.value)]
            elif isinstance(node, ast.NamedExpr):
                pairs = [(node.target.id, node.value)]
            elif isinstance(node, ast.For):
                pairs = [pair for one in self._listed(node) for pair in _pairs(node.target, one)]
            for function in self._above(node) if pairs else ():
                for name, value in pairs if isinstance(function, Function) else ():
                    found.setdefault(function, {}).setdefault(name, []).append((node, value))  # type: ignore[arg-type]  # it is one
        return found

    def _listed(self, loop: ast.For) -> Sequence[ast.expr]:
        """What a loop goes over, where that is written out: there, or in its function under a name."""
        over, function = loop.iter, self.function_of(loop)
        if isinstance(over, ast.Name):
            named = [
                node.value
                for node in (ast.walk(function) if function else ())
                if isinstance(node, ast.Assign) and [getattr(one, "id", "") for one in node.targets] == [over.id]
            ]
            over = named[0] if len(named) == 1 else over
        return over.elts if isinstance(over, ast.Tuple | ast.List) else ()

    def _above(self, node: ast.AST) -> list[ast.AST]:
        """What a node is in, the nearest first."""
        found = []
        while (above := self.parents.get(node)) is not None:
            found.append(above)
            node = above
        return found

    @cached_property
    def calls(self) -> Sequence[ast.Call]:
        """Every call, in the order of the file."""
        found = [node for node in self.nodes if isinstance(node, ast.Call)]
        return sorted(found, key=lambda call: (call.lineno, call.col_offset))


@dataclass(frozen=True)
class Source:
    """All modules of the program, by path."""

    modules: Mapping[str, Module]

    def module(self, dotted: str) -> Module | None:
        """The module of that name (`cutover.freeze`); None for what is none of the program's."""
        path = dotted.replace(".", "/")
        return self.modules.get(f"{path}.py") or self.modules.get(f"{path}/__init__.py")

    def imported(self, module: Module, name: str) -> tuple[Module, str] | None:
        """The module of the program, and the name there, that `name` was imported from."""
        dotted, there = module.imports.get(name, ("", ""))
        inside = self.module(f"{dotted}.{there}") if there else None
        if inside:
            return inside, ""
        found = self.module(dotted) if dotted else None
        return (found, there) if found else None

    def function(self, module: Module, called: ast.expr) -> tuple[Module, Function] | None:
        """The function of the program that is called so; of a method only where no other has its name."""
        if isinstance(called, ast.Name):
            if called.id in module.functions:
                return module, module.functions[called.id]
            found = self.imported(module, called.id)
            return (found[0], found[0].functions[found[1]]) if found and found[1] in found[0].functions else None
        if not isinstance(called, ast.Attribute):
            return None
        owner = self.imported(module, called.value.id) if isinstance(called.value, ast.Name) else None
        if owner and not owner[1]:
            there = owner[0].functions.get(called.attr)
            return (owner[0], there) if there else None
        named = [(one, one.functions[called.attr]) for one in self.modules.values() if called.attr in one.functions]
        every = [(one, found) for one, found in named if isinstance(one.parents.get(found), ast.ClassDef)] or named
        return every[0] if len(every) == 1 else None

    def callers(self, module: Module, function: Function) -> Iterator[tuple[Module, ast.Call]]:
        """Every call of a function."""
        for one, call in self._calls.get(function.name, ()):
            if self.function(one, call.func) == (module, function):
                yield one, call

    @cached_property
    def _calls(self) -> Mapping[str, Sequence[tuple[Module, ast.Call]]]:
        """Every call by the last name of what is called."""
        found: dict[str, list[tuple[Module, ast.Call]]] = {}
        for module in self.modules.values():
            for call in module.calls:
                name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
                found.setdefault(name, []).append((module, call))
        return found


def read(root: Path, folders: Sequence[str] = FOLDERS) -> Source:
    """The source of the program in `root`."""
    files = sorted(path for folder in folders for path in (root / folder).rglob("*.py"))
    return of_texts({path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in files})


def of_texts(texts: Mapping[str, str]) -> Source:
    """The same of texts, by path."""
    return Source({path: Module(path, ast.parse(text)) for path, text in texts.items()})


def argument(call: ast.Call, function: Function | None, name: str, position: int = -1) -> ast.expr | None:
    """What a call gives for a parameter: by its name, or by its place in `function`, or at `position`."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value
    if function is not None:
        names = [one.arg for one in (*function.args.posonlyargs, *function.args.args) if one.arg != "self"]
        position = names.index(name) if name in names else -1
    return call.args[position] if 0 <= position < len(call.args) else None


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """Name and value of each of what is assigned; of a call that gives several, an `ast.Subscript` of it."""
    if isinstance(target, ast.Name):
        yield target.id, value
    elif isinstance(target, ast.Tuple):
        for at, one in enumerate(target.elts):
            if isinstance(value, ast.Tuple) and len(value.elts) == len(target.elts):
                yield from _pairs(one, value.elts[at])
            elif isinstance(value, ast.Call):
                yield from _pairs(one, ast.Subscript(value, ast.Constant(at), ast.Load()))
