"""A rule's docstring is executed; where it does not tell the truth, the line that lies is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from preflight.cli import rule_docstring, rule_samples
from preflight.config.settings import Settings
from preflight.core.errors import RuleError

pytestmark = pytest.mark.slow

RULE = '''r"""A company has a blank in it.

It cannot be printed.

{options}Bad::

    email,company
    ann@kestrel-labs.com,Kestrel Labs
    bob@kestrel-labs.com,Halvorn

Findings::

    2:company OWN001 a blank

Good::

    email,company
    ann@kestrel-labs.com,Kestrel

Fixed::

    email,company
    ann@kestrel-labs.com,Kestrel_Labs
    bob@kestrel-labs.com,Halvorn
"""

from preflight.rule import Rule, Safety, Scope, Severity


def check(company):
    return ~company.str.contains(" ")


def fix(company):
    return company.str.replace(" ", "_")


RULE = Rule(
    code="OWN001",
    name="company-blank",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({{"text"}}),
    suspects=" ",
    message="a blank",
    check=check,
    fix=fix,
    safety=Safety.SAFE,
)
'''


def tried(folder: Path, old: str = "", new: str = "", options: str = "") -> list[str]:
    """What is wrong with the sample after something in it was replaced."""
    text = RULE.format(options=f"Options::\n\n    {options}\n\n" if options else "")
    assert old in text
    path = folder / "own.py"
    path.write_text(text.replace(old, new, 1))
    ((rule, said),) = rule_samples.tried([path])
    assert rule.code == "OWN001"
    return said


def test_a_docstring_that_tells_the_truth_is_let_be(tmp_path: Path) -> None:
    """Also under options that change nothing."""
    assert tried(tmp_path) == []
    options = "--region US --map company=company --max-rows 7 --ignore EML,PHN --online"
    assert tried(tmp_path, options=options) == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("2:company OWN001 a blank", "3:company OWN001 a blank",
         ["Findings line 1: `3:company OWN001 a blank` is shown but not found",
          "Findings: `2:company OWN001 a blank` is found but not shown"]),
        ("OWN001 a blank\n", "OWN001 a blank\n    3:company OWN001 a blank\n",
         ["Findings line 2: `3:company OWN001 a blank` is shown but not found"]),
        ("    2:company OWN001 a blank\n", "    2:company EML302 a blank\n",
         ["Findings line 1: `2:company EML302 a blank` is shown but not found",
          "Findings: `2:company OWN001 a blank` is found but not shown",
          "Findings line 1: a finding of EML302, not of OWN001"]),
        ("    2:company OWN001 a blank\n", "    there\n",
         ["Findings line 1: `there` is shown but not found",
          "Findings: `2:company OWN001 a blank` is found but not shown",
          "Findings line 1: `there` is not `LINE:COLUMN CODE message`"]),
        ("com,Kestrel\n", "com,Kes trel\n",
         ["Good: the rule finds `2:company OWN001 a blank`"]),
        ("com,Kestrel\n", "com,#REF!\n",
         [("Good: another rule finds an error in it: `2:company TXT706 a spreadsheet error "
          "instead of a value`")]),
        ("Kestrel_Labs", "Kestrel-Labs",
         ["Fixed line 2: `ann@kestrel-labs.com,Kestrel-Labs` is shown but not written",
          "Fixed: `ann@kestrel-labs.com,Kestrel_Labs` is written but not shown"]),
        ("Halvorn\n\"\"\"", "Halvorn\\x0d\n\"\"\"",
         ["Fixed: the line ends differ from those that are written"]),
        ('replace(" ", "_")', 'replace("x", "y")',
         ["Fixed line 2: `ann@kestrel-labs.com,Kestrel_Labs` is shown but not written",
          "Fixed: `ann@kestrel-labs.com,Kestrel Labs` is written but not shown",
          "Fixed: the fix changes no cell of the bad sample"]),
        ('replace(" ", "_")', 'replace(" ", " x ")',
         ["Fixed line 2: `ann@kestrel-labs.com,Kestrel_Labs` is shown but not written",
          "Fixed: `ann@kestrel-labs.com,Kestrel x Labs` is written but not shown",
          "Fixed: fixing the fixed file changes it again"]),
        ("Good::", "God::", ["OWN001: its docstring has no block `Good::`"]),
        ("It cannot", "Fxied::\n\n    a\n\nIt cannot",
         [("OWN001: its docstring has an unknown block `Fxied::`; known are Options, GoodOptions, "
          "With, Schema, Domains, Compared, Before, Workbook, Beside, Bad, Findings, Good, "
          "Fixed")]),
    ],
)  # fmt: skip
def test_the_line_that_lies_is_named(
    old: str, new: str, complaint: list[str], tmp_path: Path
) -> None:
    """So that nobody has to compare two files by eye."""
    assert tried(tmp_path, old, new) == complaint


def test_a_sample_without_findings_and_a_fix_that_is_not_shown_are_defects(tmp_path: Path) -> None:
    """A rule that nobody can see fail is none."""
    said = tried(tmp_path, 'contains(" ")', 'contains("#")')
    assert "Findings line 1: `2:company OWN001 a blank` is shown but not found" in said
    text = RULE.format(options="")
    shown = text[text.index("Fixed::") : text.index('"""\n\nfrom')]
    assert tried(tmp_path, shown, "") == [
        "Fixed: the rule has a fix, but its docstring has no block `Fixed::`"
    ]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ("--colour red", "no option `--colour`"),
        ("--region", "`--region` needs a value"),
        (
            "--region Germany",
            "region is a country code of two letters like US; did you mean DE?",
        ),
        ("-O a=b", "`-O` needs `--for`"),
        (
            "--for textus -O token=b",
            "providers.textus.token looks like a secret; secrets come from the environment only",
        ),
    ],
)
def test_an_option_that_there_is_not_is_said(options: str, complaint: str, tmp_path: Path) -> None:
    """In the sample's own report."""
    assert tried(tmp_path, options=options) == [f"Options: {complaint}"]


def test_the_options_of_a_provider_belong_to_the_profile_that_is_checked() -> None:
    made = rule_docstring.options("--any-of email,phone --for textus -O a=b -O c=d")
    assert made == Settings(
        profile="textus",
        any_of=((("email",), ("phone",)),),
        providers={"textus": {"a": "b", "c": "d"}},
    )


def test_without_a_rule_there_is_nothing_to_try(tmp_path: Path) -> None:
    """An empty folder passes no test."""
    with pytest.raises(RuleError, match="there is no rule file"):
        list(rule_samples.tried([tmp_path]))
