"""Runs the samples of rules: each must fail, and be fixed, as the rule's docstring says.

The same functions test the samples of preflight's own rules and those of a user's rules.
"""

from __future__ import annotations

import csv
import dataclasses
import difflib
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from preflight.cli.rule_docstring import RuleSample, sample
from preflight.config import catalogue
from preflight.config.settings import Settings
from preflight.core import files
from preflight.core.errors import PreflightError, RuleError
from preflight.core.types import Severity
from preflight.core.verdicts import RowVerdicts
from preflight.core.workspace import workspace
from preflight.linting import across
from preflight.linting.checked import Checked
from preflight.pipeline import check_fix_split
from preflight.rule import Rule
from preflight.snapshots.snapshot import Snapshot
from preflight.writing.writer import FixedFile

_BESIDE = "beside.csv"
_FINDING = re.compile(r"(?:(?P<line>\d+)(?::(?P<column>.*?))? )?(?P<code>[A-Z]{3}\d{3}) .+")


def _written(content: bytes, rule_sample: RuleSample, folder: Path) -> Path:
    """Writes a sample into a file.

    Raises:
        RuleError: it is a workbook, and xlsxwriter is not installed.
    """
    if rule_sample.workbook is None:
        path = folder / "sample.csv"
        files.write(path, content, durable=False)
        return path
    try:
        import xlsxwriter
    except ImportError as error:
        raise RuleError(f"{rule_sample.rule.code}: a workbook sample needs xlsxwriter") from error
    path = folder / "sample.xlsx"
    instructions = [line.split() for line in rule_sample.workbook.splitlines()]
    rows = list(csv.reader(content.decode().splitlines()))
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for line, row in enumerate(rows):
            for at, cell in enumerate(row):
                if line > 0 and ["numbers", rows[0][at]] in instructions:
                    sheet.write_number(line, at, float(cell))
                else:
                    sheet.write_string(line, at, cell)
        for instruction, *where in instructions if content == rule_sample.bad else ():
            if instruction == "hidden":
                sheet.set_row(int(where[0]) - 1, None, None, {"hidden": True})
            elif instruction == "formula":
                sheet.write_formula(int(where[0]) - 1, rows[0].index(where[1]), "=A1", value="")
    return path


def checked(content: bytes, settings: Settings, rule_sample: RuleSample, folder: Path) -> Checked:
    """Lints a file with this content, and compares it with the one beside it."""
    against = _against(settings, rule_sample, folder)
    path, keys = _written(content, rule_sample, folder), folder / "sample.keys"
    linted = check_fix_split.check(
        path,
        settings,
        work=folder,
        rules_from=rule_sample.rules_from,
        mail=rule_sample.mail,
        against=against,
        comparison=rule_sample.comparison if content == rule_sample.bad else RowVerdicts(),
        keys=keys,
    )
    if rule_sample.beside is None:
        return linted
    files.write(folder / _BESIDE, rule_sample.beside, durable=False)
    others = folder / "beside.keys"
    beside = check_fix_split.check(folder / _BESIDE, settings, work=folder, keys=others)
    both = [
        across.FileKeys(_BESIDE, others, beside.analysis.plan),
        across.FileKeys(path.name, keys, linted.analysis.plan),
    ]
    found = across.repeated(both).get(1)
    if found is None:
        return linted
    return dataclasses.replace(linted, analysis=across.with_findings(linted.analysis, found))


def _against(settings: Settings, rule_sample: RuleSample, folder: Path) -> Snapshot | None:
    """The snapshot that a sample is compared with, taken with the rules of the check."""
    if rule_sample.before is None:
        return None
    path = _written(rule_sample.before, rule_sample, folder)
    return check_fix_split.snapshot(path, settings, work=folder, rules_from=rule_sample.rules_from)


def fixed(rule_sample: RuleSample, folder: Path) -> FixedFile:
    """Fixes the bad file with its rule alone; the results are in `folder / "out"`."""
    path = _written(rule_sample.bad, rule_sample, folder)
    return check_fix_split.fix(
        path,
        rule_sample.alone(rule_sample.settings),
        work=folder,
        folder=folder / "out",
        force=True,
        rules_from=rule_sample.rules_from,
        mail=rule_sample.mail,
        comparison=rule_sample.comparison,
    )


def finding_lines(linted: Checked) -> list[str]:
    """All findings, in the form of docstrings."""
    analysis = linted.analysis
    names = {column.position + 1: column.name for column in analysis.plan.columns}
    lines = [
        _line(problem.line or 0, names.get(problem.column or 0), rule.code, problem.message or "")
        for rule, problem in analysis.problems
    ]
    frame = analysis.findings.frame
    columns = (frame[name].tolist() for name in ("line", "column", "code", "message"))
    for line, column, code, message in zip(*columns, strict=True):
        text = message or analysis.plan.rules[code].message
        lines.append(_line(line, names.get(column), code, text))
    return lines


def _line(line: int, column: str | None, code: str, message: str) -> str:
    place = f"{line}" if column is None else f"{line}:{column}"
    return f"{place} {code} {message}" if line else f"{code} {message}"


def complaints(rule_sample: RuleSample, folder: Path) -> list[str]:
    """The differences between a sample and its docstring, a line for each.

    Args:
        rule_sample: the sample.
        folder: a private folder.

    Raises:
        PreflightError: the sample cannot be run.
    """
    return [
        *_of_bad(rule_sample, folder),
        *_of_good(rule_sample, folder),
        *_of_fixed(rule_sample, folder),
    ]


def _of_bad(rule_sample: RuleSample, folder: Path) -> Iterator[str]:
    lines = finding_lines(
        checked(rule_sample.bad, rule_sample.alone(rule_sample.settings), rule_sample, folder)
    )
    yield from _differing(
        "Findings",
        list(rule_sample.findings),
        lines,
        "is shown but not found",
        "is found but not shown",
    )
    for at, line in enumerate(rule_sample.findings, start=1):
        shown = _FINDING.fullmatch(line)
        if shown is None:
            yield f"Findings line {at}: `{line}` is not `LINE:COLUMN CODE message`"
        elif shown["code"] != rule_sample.rule.code:
            code = rule_sample.rule.code
            yield f"Findings line {at}: a finding of {shown['code']}, not of {code}"
    if not rule_sample.findings:
        yield "Findings: the rule finds nothing in its bad sample"


def _of_good(rule_sample: RuleSample, folder: Path) -> Iterator[str]:
    code = rule_sample.rule.code
    whole = checked(rule_sample.good, rule_sample.good_settings, rule_sample, folder)
    own = whole
    if code not in whole.analysis.plan.rules:
        alone = rule_sample.alone(rule_sample.good_settings)
        own = checked(rule_sample.good, alone, rule_sample, folder)
    for line in finding_lines(own):
        shown = _FINDING.fullmatch(line)
        if shown is not None and shown["code"] == code:
            yield f"Good: the rule finds `{line}`"
    errors = {
        known
        for known, rule in whole.analysis.plan.rules.items()
        if rule.severity is Severity.ERROR
    }
    errors |= {rule.code for rule, _ in whole.analysis.problems if rule.severity is Severity.ERROR}
    for line in finding_lines(whole):
        shown = _FINDING.fullmatch(line)
        if shown is not None and shown["code"] in errors - {code}:
            yield f"Good: another rule finds an error in it: `{line}`"


def _of_fixed(rule_sample: RuleSample, folder: Path) -> Iterator[str]:
    result = fixed(rule_sample, folder)
    if rule_sample.fixed is None:
        if rule_sample.rule.fix is not None or rule_sample.rule.repairs or result.changed_cells:
            yield "Fixed: the rule has a fix, but its docstring has no block `Fixed::`"
        return
    clean = folder / "out" / "clean.csv"
    written = clean.read_bytes() if clean.exists() else b""
    if written != rule_sample.fixed:
        shown, written_lines = (
            text.decode("utf-8", "replace").splitlines() for text in (rule_sample.fixed, written)
        )
        yield from _differing(
            "Fixed", shown, written_lines, "is shown but not written", "is written but not shown"
        )
        if shown == written_lines:
            yield "Fixed: the line ends differ from those that are written"
    if (rule_sample.rule.fix is not None or rule_sample.rule.repairs) and not result.changed_cells:
        yield "Fixed: the fix changes no cell of the bad sample"
    again = dataclasses.replace(
        rule_sample,
        bad=written,
        settings=dataclasses.replace(rule_sample.settings, encoding=None),
        comparison=RowVerdicts(),
    )
    if fixed(again, folder).changed_cells or clean.read_bytes() != written:
        yield "Fixed: fixing the fixed file changes it again"


def _differing(
    block: str, shown: list[str], actual: list[str], missing: str, extra: str
) -> Iterator[str]:
    """The lines in which two lists differ, with their numbers."""
    matcher = difflib.SequenceMatcher(None, shown, actual, autojunk=False)
    for operation, a, b, c, d in matcher.get_opcodes():
        if operation == "equal":
            continue
        for at in range(a, b):
            yield f"{block} line {at + 1}: `{shown[at]}` {missing}"
        for at in range(c, d):
            yield f"{block}: `{actual[at]}` {extra}"


def tried(paths: Sequence[Path]) -> Iterator[tuple[Rule, list[str]]]:
    """The rules of some files, with the complaints about their samples.

    Args:
        paths: rule files, or folders of them.

    Raises:
        RuleError: a file does not load, or has no rule.
    """
    own = tuple(paths)
    rules = [rule for rule in catalogue.load(own).values() if _is_of(rule, own)]
    if not rules:
        raise RuleError(f"{', '.join(map(str, paths))}: there is no rule file")
    for rule in rules:
        with workspace() as folder:
            try:
                rule_sample = sample(rule, folder, own)
                yield rule, complaints(rule_sample, folder)
            except PreflightError as error:
                yield rule, [str(error)]


def _is_of(rule: Rule, paths: Sequence[Path]) -> bool:
    origin = Path(rule.origin) if rule.origin else None
    return origin is not None and any(origin == path or path in origin.parents for path in paths)
