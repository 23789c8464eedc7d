"""Finds the rules and says which of them are on.

A rule is found by lying in a folder: every module under `preflight.rules`, and every `.py` file of
the folders a user names, that has a `RULE`. Nothing has to be registered.
"""

from __future__ import annotations

import dataclasses
import difflib
import functools
import importlib
import importlib.util
import pkgutil
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import ModuleType

from preflight.errors import ConfigError, RuleError
from preflight.kinds import ALL_KINDS
from preflight.profile import Profile
from preflight.rule import Rule, Scope

ALL = "ALL"
_CODE = re.compile(r"[A-Z]{3}[0-9]{3}")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@functools.cache
def builtin() -> Mapping[str, Rule]:
    """The rules that ship with preflight, by code, in the order of the codes."""
    package = importlib.import_module("preflight.rules")
    modules = [
        importlib.import_module(found.name)
        for found in pkgutil.walk_packages(package.__path__, "preflight.rules.")
        if not found.ispkg
    ]
    return _collect((module, module.__name__) for module in modules)


def load(folders: Sequence[Path] = ()) -> Mapping[str, Rule]:
    """The built-in rules and those in the folders, by code, in the order of the codes.

    Raises:
        RuleError: a file does not load, its `RULE` is off, or a code is used twice.
    """
    if not folders:
        return builtin()
    extra = _collect(
        (_module(path), str(path))
        for folder in folders
        for path in sorted(folder.glob("*.py") if folder.is_dir() else [folder])
    )
    for code in extra:
        if code in builtin():
            raise RuleError(f"rule code {code} is taken by `{builtin()[code].name}`")
    return dict(sorted({**builtin(), **extra}.items()))


def _module(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"preflight_rule_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise RuleError(f"{path}: is no Python file")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise RuleError(f"{path}: does not load: {type(error).__name__}: {error}") from error
    if not isinstance(getattr(module, "RULE", None), Rule):
        raise RuleError(f"{path}: has no RULE")
    return module


def _collect(modules: Iterable[tuple[ModuleType, str]]) -> dict[str, Rule]:
    rules: dict[str, Rule] = {}
    for module, where in modules:
        rule = getattr(module, "RULE", None)
        if not isinstance(rule, Rule):
            continue
        _sound(rule, where)
        if rule.code in rules:
            raise RuleError(f"{where}: code {rule.code} is taken by `{rules[rule.code].name}`")
        rules[rule.code] = dataclasses.replace(rule, doc=(module.__doc__ or "").strip())
    return dict(sorted(rules.items()))


def _sound(rule: Rule, where: str) -> None:
    if not _CODE.fullmatch(rule.code):
        raise RuleError(f"{where}: code `{rule.code}` is not three letters and three digits")
    if not _NAME.fullmatch(rule.name):
        raise RuleError(f"{where}: name `{rule.name}` is not kebab-case")
    if (rule.check is None) != (rule.scope is Scope.CRASH):
        raise RuleError(f"{where}: a rule has a check, unless its scope is CRASH")
    if (rule.scope in (Scope.CELL, Scope.STORED)) != bool(rule.kinds):
        raise RuleError(f"{where}: a CELL or STORED rule names its kinds, and no other does")
    if rule.kinds - ALL_KINDS:
        raise RuleError(f"{where}: unknown kind `{min(rule.kinds - ALL_KINDS)}`")
    if (rule.scope is Scope.ROW) != (rule.among is not None):
        raise RuleError(f"{where}: a ROW rule says among which rows it looks, and no other does")
    if rule.scope is not Scope.ROW and (rule.tail or rule.place is not None):
        raise RuleError(f"{where}: only a ROW rule has a tail or a place")
    if rule.ragged and not rule.tail:
        raise RuleError(f"{where}: only a rule with a tail sees ragged records")
    if rule.fix is not None and rule.safety is None:
        raise RuleError(f"{where}: a fix says whether it is safe")


def choose(
    rules: Mapping[str, Rule],
    profile: Profile,
    *,
    select: Sequence[str] = (ALL,),
    ignore: Sequence[str] = (),
    extend_select: Sequence[str] = (),
) -> Mapping[str, Rule]:
    """The rules that are on, each with the severity it has under the profile.

    The one that reports failing rules is always on: what no rule could judge is not passed.

    Args:
        rules: all there are.
        profile: may switch rules off or change their severity; `extend_select` switches one on.
        select: codes or prefixes of codes, or `ALL`.
        ignore: codes or prefixes; the longest matching entry of `select` and `ignore` counts, and
            `ignore` wins a tie.
        extend_select: as `select`, in addition to it.

    Raises:
        ConfigError: an entry fits no rule.
    """
    for entry in (*select, *ignore, *extend_select):
        _fits(entry, rules)
    chosen: dict[str, Rule] = {}
    for code, rule in rules.items():
        if rule.scope is Scope.CRASH:
            chosen[code] = rule
            continue
        wanted = _weight(code, (*select, *extend_select))
        unwanted = _weight(code, ignore)
        if wanted is None or (unwanted is not None and unwanted >= wanted):
            continue
        severity = profile.severity(code, rule.severity)
        if severity is None:
            if _weight(code, extend_select) is None:
                continue
            severity = rule.severity
        chosen[code] = dataclasses.replace(rule, severity=severity)
    return chosen


def _weight(code: str, entries: Sequence[str]) -> int | None:
    lengths = [
        0 if entry == ALL else len(entry)
        for entry in entries
        if entry == ALL or code.startswith(entry)
    ]
    return max(lengths, default=None)


def _fits(entry: str, rules: Mapping[str, Rule]) -> None:
    if entry == ALL or (entry and any(code.startswith(entry) for code in rules)):
        return
    known = [*rules, *sorted({code[:3] for code in rules}), ALL]
    near = difflib.get_close_matches(entry.upper(), known, n=1)
    hint = f"; did you mean {near[0]}?" if near else "; see `preflight rules`"
    raise ConfigError(f"no rule has the code or prefix `{entry}`{hint}")
