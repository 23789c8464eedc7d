r"""A rule's docstring, executed: its sample fails as it says, and is fixed as it says.

A docstring holds literal blocks. `Bad::` is a file and `Findings::` all that the rule says of it,
one a line: `LINE:COLUMN_NAME CODE message`, `LINE CODE message` or `CODE message`. `Good::` is a
file without a finding of the rule and without an error of any. `Fixed::` is the clean.csv that
fixing the bad file with this rule alone writes. `Options::` are options as on the command line,
for all of them, `GoodOptions::` those of the good file instead; `With::` is a further rule file,
`Schema::` the user's own schema with a `SCHEMA` in it, and `Domains::` what the DNS says, one
domain a line: `kestrel-labs.com takes mail`, `… takes none: WHY`, or `… cannot be asked`.
`Compared::` is what comparing the bad file with earlier runs found: `row ROW VERDICT: REASON`.
`Workbook::` says that the samples are sheets of a workbook: `numbers NAME` for a column of numbers,
and in the bad one `hidden LINE` and `formula LINE NAME` for a formula that nobody calculated. A
byte that is no text stands as `\xHH`.

The samples of preflight's own rules and those of a user's are tried by the same functions.
"""

from __future__ import annotations

import csv
import dataclasses
import difflib
import re
import shlex
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from preflight.config import catalogue
from preflight.config.settings import Settings
from preflight.core import files
from preflight.core.errors import ConfigError, PreflightError, RuleError
from preflight.core.types import Severity
from preflight.core.verdicts import RowVerdict, RowVerdicts, Verdict
from preflight.core.workspace import workspace
from preflight.kinds.email_dns import TAKES, MailHosts
from preflight.linting.checked import Checked
from preflight.pipeline import check_fix_split
from preflight.rule import Rule
from preflight.writing.writer import Fixed

BLOCKS = (
    "Options",
    "GoodOptions",
    "With",
    "Schema",
    "Domains",
    "Compared",
    "Workbook",
    "Bad",
    "Findings",
    "Good",
    "Fixed",
)
_BLOCK = re.compile(r"^(\w+)::\n\n((?:    .*\n|\n)+)", re.MULTILINE)
_FINDING = re.compile(
    r"(?:(?P<line>\d+)(?::(?P<column>.*?))? )?(?P<code>[A-Z]{3}\d{3}) (?P<said>.+)"
)
_COMPARED = re.compile(rf"row (\d+) ({'|'.join(Verdict)}): (.+)")
_COUNTS = ("max_bytes", "max_rows", "header_row")


@dataclass(frozen=True)
class RuleSample:
    """What a rule's docstring shows.

    Attributes:
        rule: it.
        settings: under which it is shown.
        good_settings: under which the good file is.
        rules_from: further rule files it needs.
        bad: a file that fails.
        findings: all that is found in it, a line each.
        good: a file that does not fail.
        fixed: what fixing makes of the bad one; None where it changes nothing.
        mail: which domains take no mail; None where nobody asks.
        comparison: of the bad file with earlier runs.
        workbook: what makes them sheets of a workbook; None where they are text.
    """

    rule: Rule
    settings: Settings
    good_settings: Settings
    rules_from: tuple[Path, ...]
    bad: bytes
    findings: tuple[str, ...]
    good: bytes
    fixed: bytes | None
    workbook: str | None = None
    mail: MailHosts | None = None
    comparison: RowVerdicts = field(default_factory=RowVerdicts)

    def alone(self, settings: Settings) -> Settings:
        """The settings with only this rule, and what it is shown with, on."""
        known = catalogue.load(self.rules_from)
        shown = [code for code, rule in known.items() if rule.origin.endswith(_WITH)]
        return dataclasses.replace(settings, select=(self.rule.code, *shown))


_WITH, _SCHEMA = "shown_with.py", "shown_schema.py"


def blocks(doc: str) -> dict[str, str]:
    """The literal blocks of a docstring, by their titles."""
    return {
        title: textwrap.dedent(text).rstrip("\n") + "\n"
        for title, text in _BLOCK.findall(doc + "\n")
    }


def as_bytes(text: str) -> bytes:
    r"""A sample as a file: `\xHH` is a byte."""
    pieces = re.split(r"\\x([0-9a-f]{2})", text)
    return b"".join(
        bytes.fromhex(piece) if at % 2 else piece.encode() for at, piece in enumerate(pieces)
    )


def options(text: str) -> Settings:
    """Settings from options as on the command line.

    Raises:
        RuleError: there is no such option, or its value is off.
    """
    words = shlex.split(text)
    known = {field.name for field in dataclasses.fields(Settings)}
    given: dict[str, Any] = {}
    provider: dict[str, str] = {}
    while words:
        said = words.pop(0)
        name = said.removeprefix("--").replace("-", "_")
        if name in ("unsafe_fixes", "online"):
            given[name] = True
            continue
        if not words:
            raise RuleError(f"Options: `{said}` needs a value")
        value = words.pop(0)
        key, _, right = value.rpartition("=")
        if name == "map":
            given["columns"] = {**given.get("columns", {}), key: right}
        elif said == "-O":
            provider[key] = right
        elif name in _COUNTS:
            given[name] = int(value)
        elif name == "for":
            given["profile"] = value
        elif name == "any_of":
            groups = [one.split("+") for one in value.split(",")]
            given[name] = (*given.get(name, ()), groups)
        elif name in known:
            given[name] = value
        else:
            raise RuleError(f"Options: no option `{said}`")
    if provider and "profile" not in given:
        raise RuleError("Options: `-O` needs `--for`")
    if provider:
        given["providers"] = {given["profile"]: provider}
    try:
        return Settings(**given)
    except ConfigError as error:
        raise RuleError(f"Options: {error}") from error


def sample(rule: Rule, folder: Path, rules_from: tuple[Path, ...] = ()) -> RuleSample:
    """What the docstring of a rule shows.

    Args:
        rule: with its docstring.
        folder: a private one; what the sample needs is written there.
        rules_from: the file the rule is of, where it is no rule of preflight.

    Raises:
        RuleError: the docstring shows no bad file, no findings, or no good file.
    """
    shown = blocks(rule.doc)
    for title in ("Bad", "Findings", "Good"):
        if title not in shown:
            raise RuleError(f"{rule.code}: its docstring has no block `{title}::`")
    for title in shown:
        if title not in BLOCKS:
            raise RuleError(
                f"{rule.code}: its docstring has a block `{title}::`; there are "
                + ", ".join(BLOCKS)
            )
    settings = options(shown.get("Options", ""))
    good_settings = options(shown["GoodOptions"]) if "GoodOptions" in shown else settings
    if "With" in shown:
        files.write(folder / _WITH, shown["With"], durable=False)
        rules_from = (*rules_from, folder / _WITH)
    if "Schema" in shown:
        files.write(folder / _SCHEMA, shown["Schema"], durable=False)
        own = f"{folder / _SCHEMA}:SCHEMA"
        settings = dataclasses.replace(settings, schema=own)
        good_settings = dataclasses.replace(good_settings, schema=own)
    return RuleSample(
        rule=rule,
        settings=settings,
        good_settings=good_settings,
        rules_from=rules_from,
        bad=as_bytes(shown["Bad"]),
        findings=tuple(shown["Findings"].splitlines()),
        good=as_bytes(shown["Good"]),
        fixed=as_bytes(shown["Fixed"]) if "Fixed" in shown else None,
        workbook=shown.get("Workbook"),
        mail=_mail(shown["Domains"]) if "Domains" in shown else None,
        comparison=_comparison(shown.get("Compared", "")),
    )


def _mail(text: str) -> MailHosts:
    """What the sample says that the DNS says.

    Raises:
        RuleError: a line says none of the three things.
    """
    told: dict[str, str | None] = {}
    for line in text.splitlines():
        domain, _, said = line.partition(" ")
        if said not in ("takes mail", "cannot be asked") and not said.startswith("takes none: "):
            raise RuleError(f"Domains: `{line}` does not say whether it takes mail")
        why = None if said == "cannot be asked" else said.removeprefix("takes none: ")
        told[domain] = TAKES if said == "takes mail" else why
    return MailHosts(told.__getitem__)


def _comparison(text: str) -> RowVerdicts:
    """What the sample says that comparing with earlier runs found.

    Raises:
        RuleError: a line is no `row ROW VERDICT: REASON`.
    """
    verdicts = []
    for line in text.splitlines():
        found = _COMPARED.fullmatch(line)
        if found is None:
            raise RuleError(f"Compared: `{line}` is not `row ROW VERDICT: REASON`")
        verdicts.append((int(found[1]), RowVerdict(Verdict(found[2]), found[3])))
    return RowVerdicts.of(verdicts)


def _written(content: bytes, one: RuleSample, folder: Path) -> Path:
    """The sample as a file.

    Raises:
        RuleError: it is a workbook, and nothing here can write one.
    """
    if one.workbook is None:
        path = folder / "sample.csv"
        files.write(path, content, durable=False)
        return path
    try:
        import xlsxwriter
    except ImportError as error:
        raise RuleError(f"{one.rule.code}: a workbook sample needs xlsxwriter") from error
    path = folder / "sample.xlsx"
    said = [line.split() for line in one.workbook.splitlines()]
    rows = list(csv.reader(content.decode().splitlines()))
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for line, row in enumerate(rows):
            for at, cell in enumerate(row):
                if line > 0 and ["numbers", rows[0][at]] in said:
                    sheet.write_number(line, at, float(cell))
                else:
                    sheet.write_string(line, at, cell)
        for what, *where in said if content == one.bad else ():
            if what == "hidden":
                sheet.set_row(int(where[0]) - 1, None, None, {"hidden": True})
            elif what == "formula":
                sheet.write_formula(int(where[0]) - 1, rows[0].index(where[1]), "=A1", value="")
    return path


def checked(content: bytes, settings: Settings, one: RuleSample, folder: Path) -> Checked:
    """The file with this content, linted."""
    path = _written(content, one, folder)
    return check_fix_split.check(
        path,
        settings,
        work=folder,
        rules_from=one.rules_from,
        mail=one.mail,
        comparison=one.comparison if content == one.bad else RowVerdicts(),
    )


def fixed(one: RuleSample, folder: Path) -> Fixed:
    """The bad file, fixed by its rule alone; the results stand in `folder / "out"`."""
    path = _written(one.bad, one, folder)
    return check_fix_split.fix(
        path,
        one.alone(one.settings),
        work=folder,
        folder=folder / "out",
        force=True,
        rules_from=one.rules_from,
        mail=one.mail,
        comparison=one.comparison,
    )


def said(found: Checked) -> list[str]:
    """All findings, as docstrings write them."""
    analysis = found.analysis
    names = {column.position + 1: column.name for column in analysis.plan.columns}
    lines = [
        _line(problem.line or 0, names.get(problem.column or 0), rule.code, problem.message or "")
        for rule, problem in analysis.problems
    ]
    frame = analysis.findings.frame
    columns = (frame[name].tolist() for name in ("line", "column", "code", "message"))
    for line, column, code, message in zip(*columns, strict=True):
        told = message or analysis.plan.rules[code].message
        lines.append(_line(line, names.get(column), code, told))
    return lines


def _line(line: int, column: str | None, code: str, message: str) -> str:
    place = f"{line}" if column is None else f"{line}:{column}"
    return f"{place} {code} {message}" if line else f"{code} {message}"


def complaints(one: RuleSample, folder: Path) -> list[str]:
    """What of a sample is not as its docstring shows it, a line each; none if all is.

    Args:
        one: the sample.
        folder: a private one.

    Raises:
        PreflightError: the sample cannot be run at all.
    """
    return [*_of_bad(one, folder), *_of_good(one, folder), *_of_fixed(one, folder)]


def _of_bad(one: RuleSample, folder: Path) -> Iterator[str]:
    found = said(checked(one.bad, one.alone(one.settings), one, folder))
    yield from _differing(
        "Findings", list(one.findings), found, "is shown and not found", "is found and not shown"
    )
    for at, line in enumerate(one.findings, start=1):
        shown = _FINDING.fullmatch(line)
        if shown is None:
            yield f"Findings line {at}: `{line}` is not `LINE:COLUMN CODE message`"
        elif shown["code"] != one.rule.code:
            yield f"Findings line {at}: a finding of {shown['code']}, not of {one.rule.code}"
    if not one.findings:
        yield "Findings: a rule that finds nothing in its bad sample is none"


def _of_good(one: RuleSample, folder: Path) -> Iterator[str]:
    for line in said(checked(one.good, one.alone(one.good_settings), one, folder)):
        yield f"Good: the rule finds `{line}`"
    whole = checked(one.good, one.good_settings, one, folder)
    errors = {
        code for code, rule in whole.analysis.plan.rules.items() if rule.severity is Severity.ERROR
    }
    errors |= {rule.code for rule, _ in whole.analysis.problems if rule.severity is Severity.ERROR}
    for line in said(whole):
        shown = _FINDING.fullmatch(line)
        if shown is not None and shown["code"] in errors - {one.rule.code}:
            yield f"Good: another rule finds an error in it: `{line}`"


def _of_fixed(one: RuleSample, folder: Path) -> Iterator[str]:
    result = fixed(one, folder)
    if one.fixed is None:
        if one.rule.fix is not None or one.rule.repairs or result.changed_cells:
            yield "Fixed: the rule has a fix, and its docstring has no block `Fixed::`"
        return
    clean = folder / "out" / "clean.csv"
    written = clean.read_bytes() if clean.exists() else b""
    if written != one.fixed:
        shown, found = (
            text.decode("utf-8", "replace").splitlines() for text in (one.fixed, written)
        )
        yield from _differing(
            "Fixed", shown, found, "is shown and not written", "is written and not shown"
        )
        if shown == found:
            yield "Fixed: the line ends are others than those that are written"
    if (one.rule.fix is not None or one.rule.repairs) and not result.changed_cells:
        yield "Fixed: the fix changes no cell of the bad sample"
    again = dataclasses.replace(
        one,
        bad=written,
        settings=dataclasses.replace(one.settings, encoding=None),
        comparison=RowVerdicts(),
    )
    if fixed(again, folder).changed_cells or clean.read_bytes() != written:
        yield "Fixed: fixing what was fixed changes it once more"


def _differing(
    block: str, shown: list[str], found: list[str], missing: str, extra: str
) -> Iterator[str]:
    """The lines in which two lists differ, each with its number in its own list."""
    matcher = difflib.SequenceMatcher(None, shown, found, autojunk=False)
    for what, a, b, c, d in matcher.get_opcodes():
        if what == "equal":
            continue
        for at in range(a, b):
            yield f"{block} line {at + 1}: `{shown[at]}` {missing}"
        for at in range(c, d):
            yield f"{block}: `{found[at]}` {extra}"


def tried(paths: Sequence[Path]) -> Iterator[tuple[Rule, list[str]]]:
    """The rules of some files with what is wrong with their samples.

    Args:
        paths: rule files, or folders of them.

    Raises:
        RuleError: a file does not load, or brings no rule.
    """
    own = tuple(paths)
    found = [rule for rule in catalogue.load(own).values() if _is_of(rule, own)]
    if not found:
        raise RuleError(f"{', '.join(map(str, paths))}: there is no rule file")
    for rule in found:
        with workspace() as folder:
            try:
                one = sample(rule, folder, own)
                yield rule, complaints(one, folder)
            except PreflightError as error:
                yield rule, [str(error)]


def _is_of(rule: Rule, paths: Sequence[Path]) -> bool:
    origin = Path(rule.origin) if rule.origin else None
    return origin is not None and any(origin == path or path in origin.parents for path in paths)
