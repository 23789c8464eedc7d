"""Every rule's docstring is executed: its sample fails as it says, and is fixed as it says.

A docstring holds literal blocks. `Bad::` is a file and `Findings::` all that the rule says of it,
one a line: `LINE:COLUMN_NAME CODE message`, `LINE CODE message` or `CODE message`. `Good::` is a
file without a finding of the rule and without an error of any. `Fixed::` is the clean.csv that
fixing the bad file with this rule alone writes. `Options::` are options as on the command line,
for all of them; `With::` is a further rule file. `Workbook::` says that the samples are sheets of a
workbook: `numbers NAME` for a column of numbers, and in the bad one `hidden LINE` and
`formula LINE NAME` for a formula that nobody calculated. A byte that is no text stands as `\\xHH`.
"""

from __future__ import annotations

import csv
import dataclasses
import re
import shlex
import textwrap
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from preflight import catalogue, pipeline
from preflight.checked import Checked
from preflight.model import Severity
from preflight.rewriting import Fixed
from preflight.rule import Rule, Scope
from preflight.settings import Settings

NAMES = {
    "FIL001": "file-empty",
    "FIL002": "file-not-tabular",
    "FIL003": "encoding-not-utf8",
    "FIL004": "byte-order-mark",
    "FIL005": "byte-invalid",
    "FIL006": "nul-byte",
    "FIL007": "newline-mixed",
    "FIL008": "file-over-limit",
    "FIL009": "no-data-rows",
    "FIL010": "formula-uncalculated",
    "FIL011": "rows-hidden",
    "STR101": "row-short",
    "STR102": "row-long",
    "STR103": "quote-unclosed",
    "STR104": "row-blank",
    "STR105": "delimiter-not-comma",
    "STR106": "preamble",
    "STR107": "header-repeated",
    "STR108": "column-empty",
    "STR109": "quote-runaway",
    "STR110": "row-total",
    "STR111": "quote-stray",
    "HDR201": "header-missing",
    "HDR202": "column-missing",
    "HDR203": "header-duplicated",
    "HDR204": "header-blank",
    "HDR205": "header-unknown",
    "HDR206": "header-aliased",
    "HDR207": "header-padded",
    "HDR208": "mapping-ambiguous",
    "HDR209": "content-mismatch",
    "HDR210": "header-reserved",
    "HDR211": "header-undecodable",
    "EML301": "email-missing",
    "EML302": "email-invalid",
    "EML303": "email-padded",
    "EML304": "email-wrapped",
    "EML305": "email-domain-typo",
    "EML306": "email-role",
    "EML307": "email-disposable",
    "EML308": "email-several",
    "EML309": "email-not-normalised",
    "EML310": "email-placeholder",
    "EML311": "email-undeliverable",
    "EML312": "email-case",
    "PHN401": "phone-missing",
    "PHN402": "phone-unparsable",
    "PHN403": "phone-invalid",
    "PHN404": "phone-not-e164",
    "PHN405": "phone-region-unknown",
    "PHN406": "phone-extension",
    "PHN407": "phone-several",
    "PHN408": "phone-scientific",
    "PHN409": "phone-not-mobile",
    "PHN410": "phone-placeholder",
    "PHN411": "phone-padded",
    "PHN412": "phone-as-number",
    "TIM501": "timestamp-invalid",
    "TIM502": "timestamp-naive",
    "TIM503": "timestamp-ambiguous-order",
    "TIM504": "timestamp-not-iso",
    "TIM505": "timestamp-dst-gap",
    "TIM506": "timestamp-dst-fold",
    "TIM507": "timestamp-future",
    "TIM508": "timestamp-serial",
    "NAM601": "name-missing",
    "NAM602": "name-placeholder",
    "NAM603": "name-not-a-name",
    "NAM604": "name-shouting",
    "NAM605": "name-decorated",
    "TXT701": "text-padded",
    "TXT702": "text-invisible",
    "TXT703": "text-mojibake",
    "TXT704": "text-too-long",
    "TXT705": "text-null-word",
    "TXT706": "text-spreadsheet-error",
    "TXT707": "text-newline",
    "TXT708": "zeros-lost",
    "DUP801": "key-duplicated",
    "DUP802": "row-duplicated",
    "DUP803": "phone-shared",
    "SEC901": "formula",
    "SEC902": "markup",
    "SCH001": "schema-failed",
    "SCH002": "rule-crashed",
}
FIRST_ISSUE = [
    "FIL001", "FIL002", "FIL003", "FIL004", "FIL005", "FIL006", "FIL008", "FIL009", "STR101",
    "STR102", "STR103", "STR104", "STR105", "STR106", "STR109", "HDR201", "HDR202", "HDR203",
    "HDR204", "HDR205", "HDR206", "HDR207", "HDR208", "EML301", "EML302", "EML303", "EML304",
    "EML309", "PHN401", "PHN402", "PHN403", "PHN404", "PHN405", "PHN411", "TIM501", "TIM502",
    "TIM504", "NAM601", "TXT701", "TXT702", "TXT706", "DUP801", "SEC901", "SCH002",
]  # fmt: skip
SECOND_ISSUE = [
    "EML305", "EML306", "EML307", "EML308", "EML310", "EML312", "PHN406", "PHN407", "PHN408",
    "PHN410", "NAM602", "NAM603", "NAM604", "NAM605", "TIM508", "TXT705", "TXT707", "SEC902",
]  # fmt: skip
BLOCKS = ("Options", "With", "Workbook", "Bad", "Findings", "Good", "Fixed")
RULES = catalogue.builtin()
every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)

_BLOCK = re.compile(r"^(\w+)::\n\n((?:    .*\n|\n)+)", re.MULTILINE)
_FINDING = re.compile(
    r"(?:(?P<line>\d+)(?::(?P<column>.*?))? )?(?P<code>[A-Z]{3}\d{3}) (?P<said>.+)"
)


@dataclass(frozen=True)
class Sample:
    """What a rule's docstring shows."""

    settings: Settings
    rules_from: tuple[Path, ...]
    bad: bytes
    findings: tuple[str, ...]
    good: bytes | None
    fixed: bytes | None
    workbook: str | None

    def alone(self, rule: Rule) -> Settings:
        """The settings under which only this rule, and what it is shown with, is on."""
        own = [code for code in catalogue.load(self.rules_from) if code not in RULES]
        return dataclasses.replace(self.settings, select=(rule.code, *own))


def blocks(doc: str) -> dict[str, str]:
    """The literal blocks of a docstring, by their titles."""
    return {
        title: textwrap.dedent(text).rstrip("\n") + "\n"
        for title, text in _BLOCK.findall(doc + "\n")
    }


def as_bytes(text: str) -> bytes:
    """A sample as a file: `\\xHH` is a byte."""
    pieces = re.split(r"\\x([0-9a-f]{2})", text)
    return b"".join(
        bytes.fromhex(piece) if at % 2 else piece.encode() for at, piece in enumerate(pieces)
    )


def options(text: str) -> Settings:
    """Settings from options as on the command line."""
    words = shlex.split(text)
    given: dict[str, Any] = {}
    while words:
        name = words.pop(0).removeprefix("--").replace("-", "_")
        if name == "unsafe_fixes":
            given[name] = True
        elif name == "map":
            header, _, field = words.pop(0).partition("=")
            given["columns"] = {**given.get("columns", {}), header: field}
        elif name in ("max_bytes", "max_rows", "header_row"):
            given[name] = int(words.pop(0))
        else:
            given["profile" if name == "for" else name] = words.pop(0)
    return Settings(**given)


def sample(rule: Rule, folder: Path) -> Sample:
    """What the docstring of a rule shows."""
    shown = blocks(rule.doc)
    rules_from: tuple[Path, ...] = ()
    if "With" in shown:
        rules_from = (folder / "own.py",)
        rules_from[0].write_text(shown["With"])
    return Sample(
        settings=options(shown.get("Options", "")),
        rules_from=rules_from,
        bad=as_bytes(shown["Bad"]),
        findings=tuple(shown["Findings"].splitlines()),
        good=as_bytes(shown["Good"]) if "Good" in shown else None,
        fixed=as_bytes(shown["Fixed"]) if "Fixed" in shown else None,
        workbook=shown.get("Workbook"),
    )


def written(content: bytes, one: Sample, folder: Path) -> Path:
    """The sample as a file."""
    if one.workbook is None:
        path = folder / "sample.csv"
        path.write_bytes(content)
        return path
    path = folder / "sample.xlsx"
    said = [line.split() for line in one.workbook.splitlines()]
    rows = list(csv.reader(content.decode().splitlines()))
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for line, row in enumerate(rows):
            for at, cell in enumerate(row):
                number = line > 0 and ["numbers", rows[0][at]] in said
                (sheet.write_number if number else sheet.write_string)(
                    line, at, float(cell) if number else cell
                )
        for what, *where in said if content == one.bad else ():
            if what == "hidden":
                sheet.set_row(int(where[0]) - 1, None, None, {"hidden": True})
            elif what == "formula":
                sheet.write_formula(int(where[0]) - 1, rows[0].index(where[1]), "=A1", value="")
    return path


def checked(content: bytes, settings: Settings, one: Sample, folder: Path) -> Checked:
    """The file with this content, linted."""
    path = written(content, one, folder)
    return pipeline.check(path, settings, work=folder, rules_from=one.rules_from)


def fixed(one: Sample, rule: Rule, folder: Path) -> Fixed:
    """The bad file, fixed by its rule alone."""
    path = written(one.bad, one, folder)
    return pipeline.fix(
        path, one.alone(rule), work=folder, folder=folder / "out", rules_from=one.rules_from
    )


def said(found: Checked) -> list[str]:
    """All findings, as docstrings write them."""
    survey = found.survey
    names = {column.position + 1: column.name for column in survey.plan.columns}
    lines = [
        _line(problem.line or 0, names.get(problem.column or 0), rule.code, problem.message or "")
        for rule, problem in survey.problems
    ]
    for one in survey.findings.frame.itertuples():
        message = one.message or survey.plan.rules[str(one.code)].message
        lines.append(_line(one.line, names.get(one.column), str(one.code), message))
    return lines


def _line(line: int, column: str | None, code: str, message: str) -> str:
    place = f"{line}" if column is None else f"{line}:{column}"
    return f"{place} {code} {message}" if line else f"{code} {message}"


@every_rule
def test_the_bad_sample_has_exactly_the_findings_it_shows(rule: Rule, tmp_path: Path) -> None:
    """With the rule alone, so that nothing it says is another's."""
    one = sample(rule, tmp_path)
    assert said(checked(one.bad, one.alone(rule), one, tmp_path)) == list(one.findings)
    for finding in one.findings:
        shown = _FINDING.fullmatch(finding)
        assert shown is not None
        assert shown["code"] == rule.code


@every_rule
def test_the_good_sample_has_no_finding_of_its_rule_and_no_error_of_any(
    rule: Rule, tmp_path: Path
) -> None:
    """A sample that is good for one rule must not be bad for another."""
    one = sample(rule, tmp_path)
    assert one.good is not None
    assert said(checked(one.good, one.alone(rule), one, tmp_path)) == []
    everything = checked(one.good, one.settings, one, tmp_path)
    rules = everything.survey.plan.rules
    problems = [
        rule.code for rule, _ in everything.survey.problems if rule.severity is Severity.ERROR
    ]
    codes = everything.survey.findings.counts()
    assert problems == []
    assert [code for code in codes if rules[code].severity is Severity.ERROR] == []


@every_rule
def test_fixing_the_bad_sample_writes_what_the_docstring_shows(rule: Rule, tmp_path: Path) -> None:
    """And a rule whose fix changes a cell must show it."""
    one = sample(rule, tmp_path)
    result = fixed(one, rule, tmp_path)
    if one.fixed is None:
        assert rule.fix is None
        assert result.changed_cells == 0
        return
    assert (tmp_path / "out" / "clean.csv").read_bytes() == one.fixed
    assert (result.changed_cells > 0) is (rule.fix is not None)


@pytest.mark.parametrize(
    "rule", [rule for rule in RULES.values() if "Fixed::" in rule.doc], ids=lambda rule: rule.code
)
def test_what_was_fixed_has_no_safe_fix_left(rule: Rule, tmp_path: Path) -> None:
    """Fixing twice equals fixing once."""
    one = sample(rule, tmp_path)
    assert one.fixed is not None
    again = dataclasses.replace(
        one, bad=one.fixed, settings=dataclasses.replace(one.settings, encoding=None)
    )
    assert fixed(again, rule, tmp_path).changed_cells == 0
    assert (tmp_path / "out" / "clean.csv").read_bytes() == one.fixed


@every_rule
def test_the_docstring_says_the_problem_in_a_sentence_and_shows_it(rule: Rule) -> None:
    """`preflight explain` prints it as it is."""
    first, _, rest = rule.doc.partition("\n\n")
    assert first.endswith(".")
    assert "\n" not in first
    shown = blocks(rule.doc)
    assert {"Bad", "Findings", "Good"} <= set(shown) <= set(BLOCKS)
    assert not rest.startswith(tuple(BLOCKS))


@every_rule
def test_the_name_states_the_problem_and_is_the_one_that_is_promised(rule: Rule) -> None:
    """Reports are read by code and name; a name that states a cure says nothing about the file."""
    assert NAMES[rule.code] == rule.name
    assert not re.match(r"(?:avoid|use|check|valid|require|ensure|no|prefer)-", rule.name) or (
        rule.name == "no-data-rows"
    )


@every_rule
def test_the_message_is_a_lower_case_fact(rule: Rule) -> None:
    """It stands in the middle of a line."""
    assert rule.message[0].islower()
    assert not rule.message.endswith(".")


def test_every_rule_of_these_issues_is_there() -> None:
    """The codes and names that users rely on."""
    assert {*FIRST_ISSUE, *SECOND_ISSUE} <= set(RULES)


def test_every_file_of_the_rules_is_a_rule() -> None:
    """A file without a RULE would be no rule, and nobody would notice."""
    folder = Path(catalogue.__file__).parent.parent / "rules"
    files = [path for path in folder.rglob("*.py") if path.name != "__init__.py"]
    assert len(files) == len(RULES)


def test_only_one_rule_reports_that_others_fail() -> None:
    """The engine reports by it."""
    assert [rule.code for rule in RULES.values() if rule.scope is Scope.CRASH] == ["SCH002"]
