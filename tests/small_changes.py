"""The small changes that can be made in the code of a module, for `mutate`."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from types import CodeType

ROOT = Path(__file__).parents[1]

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult,
    ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
_COSTS = {"compresslevel", "in_memory", "_BLOCK", "_TO_CONDENSE"}
"""Arguments and constants with which a result is the same, and costs more or less."""

_NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a module.

    Attributes:
        module: its path in the repository.
        at: which of the changes of the module, from 0.
        function: that it is in, with its class; "" outside of functions.
        line: its number in the file.
        text: that line, without its margin.
        what: is changed into what; the second of equal changes of equal lines ends in ` (2)`.
    """

    module: str
    at: int
    function: str
    line: int
    text: str
    what: str

    @property
    def name(self) -> tuple[str, str, str]:
        """What it is known by while lines move."""
        return self.module, self.text, self.what


def _sites(tree: ast.AST) -> Iterator[tuple[ast.AST, str, Callable[[], None]]]:
    """Every change of a tree: where it is, what it is, and what makes it."""
    left_out = set(_without_effect(tree))
    for node in ast.walk(tree):
        if node in left_out:
            continue
        if isinstance(node, ast.Compare):
            for at, operator in enumerate(node.ops):
                other = _COMPARISONS[type(operator)]
                yield node, _what(operator, other()), partial(node.ops.__setitem__, at, other())
        elif isinstance(node, ast.BoolOp):
            word = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield node, _what(node.op, word), partial(setattr, node, "op", word)
        elif isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
            swapped = _OPERATORS[type(node.op)]()
            yield node, _what(node.op, swapped), partial(setattr, node, "op", swapped)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            twice = ast.UnaryOp(ast.Not(), node.operand)
            yield node, "Not → nothing", partial(setattr, node, "operand", twice)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Invert):
            yield node, "Invert → nothing", partial(setattr, node, "op", ast.UAdd())
        elif isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
            is_bool = isinstance(node.value, bool)
            new = not node.value if is_bool else node.value + 1
            yield node, f"{node.value} → {new}", partial(setattr, node, "value", new)
        elif isinstance(node, ast.Name) and node.id in _NAMES:
            name = _NAMES[node.id]
            yield node, f"{node.id} → {name}", partial(setattr, node, "id", name)
        elif isinstance(node, (ast.Break, ast.Continue)):
            yield node, f"{type(node).__name__} → nothing", partial(_emptied, tree, node)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            nothing = ast.Constant(None)
            yield node, "call → nothing", partial(setattr, node, "value", nothing)


def _what(old: ast.AST, new: ast.AST) -> str:
    return f"{type(old).__name__} → {type(new).__name__}"


def _without_effect(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node whose change is not seen in any result, whatever the tests are.

    Annotations are not evaluated. A dataclass is frozen, and `zip` strict, for checkers and people.
    What is in `_COSTS` says how much memory, disk or time something takes, and to make a file
    `durable` that need not be takes time.
    """
    for node in ast.walk(tree):
        for name in ("annotation", "returns"):
            if (types := getattr(node, name, None)) is not None:
                yield from ast.walk(types)
        if isinstance(node, ast.ClassDef):
            for decorator in node.decorator_list:
                yield from ast.walk(decorator)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "zip":
            yield from (part for keyword in node.keywords for part in ast.walk(keyword))
        elif (
            (isinstance(node, ast.keyword) and node.arg in _COSTS)
            or (isinstance(node, ast.keyword) and ast.unparse(node) == "durable=False")
            or (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in _COSTS)
        ):
            yield from ast.walk(node.value)


def _emptied(tree: ast.AST, statement: ast.AST) -> None:
    """Puts `pass` in place of a statement."""
    for node in ast.walk(tree):
        for name in ("body", "orelse"):
            block = getattr(node, name, None)
            if isinstance(block, list) and statement in block:
                block[block.index(statement)] = ast.Pass()


def changes_of(module: str) -> list[Change]:
    """All changes of a module."""
    text = text_of(module)
    lines, tree = text.splitlines(), ast.parse(text)
    found, alike, functions = [], Counter[tuple[str, str]](), _functions(tree)
    for at, (node, what, _) in enumerate(_sites(tree)):
        number = node.lineno  # type: ignore[attr-defined]
        line = lines[number - 1].strip()
        alike[line, what] += 1
        which = f" ({alike[line, what]})" if alike[line, what] > 1 else ""
        found.append(Change(module, at, functions.get(node, ""), number, line, what + which))
    return found


def _functions(tree: ast.Module) -> dict[ast.AST, str]:
    """The name of the function, with its class, that a node is in."""
    places: list[tuple[str, ast.Module | ast.ClassDef]] = [("", tree)]
    places += [(f"{node.name}.", node) for node in tree.body if isinstance(node, ast.ClassDef)]
    return {
        node: prefix + function.name
        for prefix, place in places
        for function in place.body
        if isinstance(function, ast.FunctionDef)
        for node in ast.walk(function)
    }


def changed(change: Change) -> CodeType:
    """The code of a module with a change."""
    tree = ast.parse(text_of(change.module))
    for at, (_, _, make) in enumerate(_sites(tree)):
        if at == change.at:
            make()
            break
    return compile(ast.fix_missing_locations(tree), str(ROOT / change.module), "exec")


@cache
def text_of(module: str) -> str:
    """Of a module, as it was when it was first asked for: a person may be at work on it."""
    return (ROOT / module).read_text()
