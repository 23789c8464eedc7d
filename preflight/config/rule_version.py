"""The version of a rule: a digest of its code, so that nobody has to remember to raise a number."""

from __future__ import annotations

import ast
import functools
import hashlib
import inspect
import sys

from preflight.rule import Rule

_LENGTH = 8


def rule_version(rule: Rule) -> str:
    """A digest that changes when the code of a rule does.

    Comments, blank lines, indents and the docstring of the file do not count. Nor does the severity
    that a profile or a user gives to the rule.

    Args:
        rule: of the catalogue.
    """
    code = "" if rule.check is None else _code(rule.check.__module__)
    # A rule without a file of its own is known by what it declares.
    text = code or f"{rule.code}\n{rule.name}\n{rule.scope}\n{rule.message}\n{rule.suspects!r}"
    return hashlib.sha256(text.encode()).hexdigest()[:_LENGTH]


@functools.cache
def _code(module: str) -> str:
    """The code of a module without what does not matter; "" if there is no source."""
    try:
        source = inspect.getsource(sys.modules[module])
        body = ast.parse(source).body
    except (KeyError, OSError, TypeError, SyntaxError):
        return ""
    lines = source.splitlines()
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        lines = lines[body[0].end_lineno :]
    code = (line.strip() for line in lines)
    return "\n".join(line for line in code if line and not line.startswith("#"))
