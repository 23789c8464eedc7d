"""Finds the rules, and chooses which of them are on.

Rules are found by their place: every module under `preflight.rules`, and every `.py` file in the
folders a user names, that has a `RULE`. An installed distribution adds rules with an entry point of
the group `preflight.rules`, which names a module with a `RULE` or a list `RULES`, such a list, or a
rule. There is no other registration.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import importlib
import importlib.util
import pkgutil
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from preflight.config import choices
from preflight.config.profile import Profile
from preflight.core.errors import RuleError, UnknownCode
from preflight.core.suggest import nearest
from preflight.core.types import Severity
from preflight.kinds.registry import ALL_KINDS
from preflight.rule import Rule, Scope

T = TypeVar("T")
D = TypeVar("D")

ALL = choices.ALL
GROUP = "preflight.rules"
_CODE = re.compile(r"[A-Z]{3}[0-9]{3}")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TYPES = {"code": str, "name": str, "scope": Scope, "severity": Severity, "message": str}
# Scopes of the rules that the engine itself reports by.
_ENGINE_SCOPES = (Scope.COMPARISON, Scope.SCHEMA, Scope.CRASH)
_YIELDING = (Scope.CELL, Scope.ROW, Scope.RECORD, Scope.FILE, Scope.HEADER)


@functools.cache
def builtin() -> Mapping[str, Rule]:
    """The rules that ship with preflight, by code, in the order of the codes."""
    package = importlib.import_module("preflight.rules")
    modules = [
        importlib.import_module(module.name)
        for module in pkgutil.walk_packages(package.__path__, "preflight.rules.")
        if not module.ispkg
    ]
    return _collect(
        (_documented(module.RULE, module.__doc__), module.__name__, "")
        for module in modules
        if isinstance(getattr(module, "RULE", None), Rule)
    )


def codes(declared: Callable[[Rule], bool]) -> frozenset[str]:
    """The codes of the rules that ship with preflight and declare something.

    Args:
        declared: whether a rule does.
    """
    return frozenset(code for code, rule in builtin().items() if declared(rule))


@functools.cache
def record_limit() -> str:
    """The code under which a record that no file within the limit can hold is rejected."""
    (code,) = codes(lambda rule: rule.limits_records)
    return code


@functools.cache
def installed() -> Mapping[str, Rule]:
    """The rules of installed distributions, by code, in the order of the codes.

    Raises:
        RuleError: an entry point does not load, has no rule, or an invalid one.
    """
    points = sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value))
    return _collect(entry for point in points for entry in _rules_of(point))


def load(folders: Sequence[Path] = ()) -> Mapping[str, Rule]:
    """The built-in rules, the installed ones and those in the folders, in the order of the codes.

    Args:
        folders: folders of rule files, searched with their subfolders, or single files. Files whose
            name starts with "_" are skipped.

    Raises:
        RuleError: a file does not load, its `RULE` is invalid, or a code is used twice.
    """
    own = _collect(
        (_documented(module.RULE, module.__doc__), str(path), str(path))
        for path in _files(folders)
        for module in [_module(path)]
    )
    known: dict[str, Rule] = {}
    for rules in (builtin(), installed(), own):
        for code, rule in rules.items():
            if code in known:
                where = f"{rule.origin}: " if rule.origin else ""
                raise RuleError(f"{where}rule code {code} is taken by `{known[code].name}`")
            known[code] = rule
    return dict(sorted(known.items()))


def _files(folders: Sequence[Path]) -> Iterator[Path]:
    """The rule files of some folders, each once."""
    seen = set[Path]()
    for given in folders:
        if not given.exists():
            raise RuleError(f"{given}: no such rule file or folder")
        inside = given.rglob("*.py") if given.is_dir() else [given]
        for path in sorted(file for file in inside if not file.name.startswith("_")):
            if path.resolve() not in seen:
                seen.add(path.resolve())
                yield path


def run_file(path: Path) -> ModuleType:
    """Loads a Python file of the user as a module.

    Raises:
        RuleError: it does not load; the message names it and gives the reason in one line.
    """
    # Files of the same name are different modules; and a dataclass needs its module in sys.modules.
    name = f"preflight_own_{path.stem}_{hashlib.sha256(str(path.resolve()).encode()).hexdigest()}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise RuleError(f"{path}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise RuleError(f"{path}: does not load: {in_a_line(error)}") from error
    return module


def _module(path: Path) -> ModuleType:
    module = run_file(path)
    if not isinstance(getattr(module, "RULE", None), Rule):
        raise RuleError(f"{path}: has no RULE")
    return module


def in_a_line(error: BaseException) -> str:
    """An error of a user's file: its class and its message, on one line."""
    return " ".join(f"{type(error).__name__}: {error}".split()).rstrip(":")


def _rules_of(point: EntryPoint) -> Iterator[tuple[Rule, str, str]]:
    """The rules of one entry point, with its name in error messages and its distribution."""
    origin = f"{point.dist.name} {point.dist.version}" if point.dist else point.value
    where = f"{origin}: entry point {point.name} of {GROUP}"
    try:
        loaded = point.load()
    except (Exception, SystemExit) as error:
        raise RuleError(f"{where}: does not load: {in_a_line(error)}") from error
    doc = None
    if isinstance(loaded, ModuleType):
        doc = loaded.__doc__
        loaded = getattr(loaded, "RULES", None) or getattr(loaded, "RULE", None)
    rules = list(loaded) if isinstance(loaded, (list, tuple)) else [loaded]
    if not rules or not all(isinstance(rule, Rule) for rule in rules):
        raise RuleError(f"{where}: not a rule, a list of rules, or a module with one")
    for rule in rules:
        yield _documented(rule, doc if len(rules) == 1 else None), where, origin


def _documented(rule: Rule, doc: str | None) -> Rule:
    """The rule with the docstring of its file, or else of the file of its `check`."""
    if not doc and not rule.doc and rule.check is not None:
        doc = getattr(sys.modules.get(rule.check.__module__), "__doc__", None)
    return dataclasses.replace(rule, doc=(doc or rule.doc).strip())


def _collect(entries: Iterable[tuple[Rule, str, str]]) -> dict[str, Rule]:
    """Validated rules by code, from rules with their place in error messages and their origin."""
    rules: dict[str, Rule] = {}
    for rule, where, origin in entries:
        _validate(rule, where)
        if origin and rule.scope in _ENGINE_SCOPES:
            raise RuleError(f"{where}: scope {rule.scope.name} is for rules of preflight itself")
        if rule.code in rules:
            raise RuleError(f"{where}: code {rule.code} is taken by `{rules[rule.code].name}`")
        rules[rule.code] = dataclasses.replace(rule, origin=origin)
    return dict(sorted(rules.items()))


def _validate(rule: Rule, where: str) -> None:
    for name, kind in _TYPES.items():
        if not isinstance(getattr(rule, name), kind):
            raise RuleError(f"{where}: {name} is not a {kind.__name__}")
    if not _CODE.fullmatch(rule.code):
        raise RuleError(f"{where}: code `{rule.code}` is not three letters and three digits")
    if not _NAME.fullmatch(rule.name):
        raise RuleError(f"{where}: name `{rule.name}` is not kebab-case")
    if (rule.check is None) != (rule.scope in _ENGINE_SCOPES):
        raise RuleError(
            f"{where}: a rule has a check unless its scope is COMPARISON, SCHEMA or CRASH"
        )
    if (rule.scope in (Scope.CELL, Scope.STORED)) != bool(rule.kinds):
        raise RuleError(f"{where}: a CELL or STORED rule names its kinds, and no other rule does")
    if set(rule.kinds) - ALL_KINDS:
        raise RuleError(f"{where}: unknown kind `{min(set(rule.kinds) - ALL_KINDS)}`")
    if (rule.scope is Scope.ROW) != (rule.among is not None):
        raise RuleError(f"{where}: a ROW rule has `among`, and no other rule does")
    if rule.scope is not Scope.ROW and (rule.tail or rule.place is not None):
        raise RuleError(f"{where}: only a ROW rule has a tail or a place")
    if (rule.scope is Scope.COMPARISON) != (rule.verdict is not None):
        raise RuleError(f"{where}: a COMPARISON rule has a verdict, and no other rule does")
    if rule.repairs and (rule.scope is not Scope.RECORD or rule.drops):
        raise RuleError(f"{where}: only a RECORD rule that drops nothing repairs")
    if rule.scope is not Scope.ROW and (rule.raws or rule.opens_table or rule.sole):
        raise RuleError(f"{where}: only a ROW rule has `raws`, opens a table or is a sole reason")
    if rule.yields_to and rule.scope not in _YIELDING:
        raise RuleError(f"{where}: only a CELL, ROW, RECORD, FILE or HEADER rule yields to others")
    if rule.raws and rule.tail:
        raise RuleError(f"{where}: a rule with a tail has no `raws`")
    if rule.ragged and not rule.tail:
        raise RuleError(f"{where}: only a rule with a tail sees ragged records")
    if (rule.fix is not None or rule.repairs) and rule.safety is None:
        raise RuleError(f"{where}: a rule with a fix needs `safety`")
    if refused := refused_by_re2(rule.raws):
        raise RuleError(f"{where}: raws is not an RE2 pattern: {refused}")
    if isinstance(rule.suspects, str):
        refused = refused_by_re2(rule.suspects)
        if refused:
            raise RuleError(f"{where}: suspects is not an RE2 pattern: {refused}")


@functools.lru_cache(maxsize=1024)
def refused_by_re2(pattern: str) -> str:
    """Why RE2 takes no such pattern; "" where it does. To compile one may take milliseconds."""
    try:
        pc.match_substring_regex(pa.array([""]), pattern)
    except pa.ArrowInvalid as error:
        return in_a_line(error)
    return ""


def choose(
    rules: Mapping[str, Rule],
    profile: Profile,
    *,
    select: Sequence[str] = (ALL,),
    ignore: Sequence[str] = (),
    extend_select: Sequence[str] = (),
    severity: Mapping[str, Severity | None] | None = None,
    online: bool = False,
) -> Mapping[str, Rule]:
    """The rules that are on, each with its severity under the profile.

    The rule that reports crashed rules is always on, because unchecked rows must not pass. Rules
    for other profiles are never on; rules that ask the network are on only if `online`.

    Args:
        rules: all rules.
        profile: may switch rules off or change their severity; `extend_select` switches one on.
        select: codes or prefixes of codes, or `ALL`.
        ignore: codes or prefixes; the longest matching entry of `select` and `ignore` counts, and
            `ignore` wins a tie.
        extend_select: as `select`, in addition to it.
        severity: code or prefix → the user's severity, or None for off; the longest matching entry
            counts, and beats the profile's.
        online: whether rules that ask the network may be on.

    Raises:
        UnknownCode: an entry matches no rule.
    """
    own = severity or {}
    require_known((*select, *ignore, *extend_select, *own), rules)
    chosen: dict[str, Rule] = {}
    for code, rule in rules.items():
        if rule.scope is Scope.CRASH:
            chosen[code] = rule
            continue
        if (rule.profiles and profile.name not in rule.profiles) or (rule.online and not online):
            continue
        wanted = _weight(code, (*select, *extend_select))
        unwanted = _weight(code, ignore)
        if wanted is None or (unwanted is not None and unwanted >= wanted):
            continue
        level = longest_match(code, own, profile.severity(code, rule.severity))
        if level is None:
            if _weight(code, extend_select) is None:
                continue
            level = rule.severity
        chosen[code] = rule if level is rule.severity else dataclasses.replace(rule, severity=level)
    return chosen


def longest_match(code: str, entries: Mapping[str, T], default: D) -> T | D:
    """What the longest entry says that matches a code, or the default."""
    fitting = [entry for entry in entries if _covers(entry, code)]
    return entries[max(fitting, key=_length)] if fitting else default


def without(rules: Mapping[str, Rule], entries: Sequence[str]) -> Mapping[str, Rule]:
    """The rules that no entry covers, and the one that reports crashed rules."""
    return {
        code: rule
        for code, rule in rules.items()
        if rule.scope is Scope.CRASH or not any(_covers(entry, code) for entry in entries)
    }


def require_known(entries: Iterable[str], rules: Mapping[str, Rule]) -> None:
    """Makes sure that each entry is the code of a rule, a prefix of one, or `ALL`.

    Raises:
        UnknownCode: one is not.
    """
    for entry in entries:
        _fits(entry, rules)


def _covers(entry: str, code: str) -> bool:
    return entry == ALL or code.startswith(entry)


def _length(entry: str) -> int:
    return 0 if entry == ALL else len(entry)


def _weight(code: str, entries: Sequence[str]) -> int | None:
    return max((_length(entry) for entry in entries if _covers(entry, code)), default=None)


def _fits(entry: str, rules: Mapping[str, Rule]) -> None:
    if entry == ALL or (entry and any(code.startswith(entry) for code in rules)):
        return
    known = [*rules, *sorted({code[:3] for code in rules}), ALL]
    near = nearest(entry, known)
    hint = f"; did you mean {near}?" if near else "; see `preflight rules`"
    raise UnknownCode(entry, hint)
