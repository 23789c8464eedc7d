"""Every rule's docstring is executed: its sample fails as it says, and is fixed as it says.

`preflight.cli.rule_samples` does it, for these and for a user's own rules alike.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from preflight.cli.rule_docstring import BLOCKS, blocks, sample
from preflight.cli.rule_samples import complaints
from preflight.config import catalogue
from preflight.rule import Rule, Scope

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
    "STR112": "quote-not-double",
    "STR113": "header-continued",
    "STR114": "alternative-missing",
    "STR115": "delimiter-unknown",
    "STR116": "line-quoted",
    "STR117": "row-comment",
    "STR118": "contact-commented",
    "STR119": "table-further",
    "STR120": "row-title",
    "STR121": "row-subtotal",
    "STR122": "row-signature",
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
    "HDR212": "email-unrecognised",
    "HDR213": "consent-left-out",
    "HDR214": "header-quote-stray",
    "HDR215": "header-short",
    "HDR216": "header-nul",
    "HDR217": "header-commented",
    "HDR218": "header-long",
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
    "PHN413": "phone-decimal",
    "PHN414": "phone-labelled",
    "PHN415": "phone-words",
    "PHN416": "phone-old-form",
    "PHN417": "phone-lettered",
    "PHN418": "phone-plus-missing",
    "TIM501": "timestamp-invalid",
    "TIM502": "timestamp-naive",
    "TIM503": "timestamp-ambiguous-order",
    "TIM504": "timestamp-not-iso",
    "TIM505": "timestamp-dst-gap",
    "TIM506": "timestamp-dst-fold",
    "TIM507": "timestamp-future",
    "TIM508": "timestamp-serial",
    "TIM509": "timestamp-date-only",
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
    "TXT709": "formula-wrapped",
    "TXT710": "number-with-apostrophe",
    "TXT711": "country-not-code",
    "TXT712": "country-unrecognised",
    "TXT713": "text-styled",
    "TXT714": "text-quoted",
    "DUP801": "key-duplicated",
    "DUP802": "row-duplicated",
    "DUP803": "phone-shared",
    "DUP804": "row-accepted-already",
    "DUP805": "row-perhaps-accepted",
    "DUP806": "row-not-corrected",
    "DUP807": "key-accepted-already",
    "DUP808": "row-returned-twice",
    "DUP809": "contact-in-another-file",
    "SEC901": "formula",
    "SEC902": "markup",
    "SCH001": "schema-failed",
    "SCH002": "rule-crashed",
    "DDG101": "field-name-invalid",
    "DDG102": "blank-clears",
    "DDG103": "consent-time-naive",
    "EXP101": "mapped-time-naive",
    "EXP102": "field-undocumented",
    "TXU101": "name-joined",
    "TXU102": "target-not-accepted",
    "TKV101": "target-unknown",
    "LDB101": "tag-name-length",
    "LDB102": "system-column",
    "DRF101": "column-renamed",
    "DRF102": "column-gone",
    "DRF103": "column-new",
    "DRF104": "writing-changed",
    "DRF105": "row-count-changed",
    "DRF106": "fill-rate-changed",
    "DRF107": "validity-fell",
    "DRF108": "format-changed",
    "DRF109": "date-order-changed",
    "DRF110": "domain-mix-changed",
    "DRF111": "country-mix-changed",
    "DRF112": "length-changed",
    "DRF113": "repeats-increased",
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
RULES = catalogue.builtin()
every_rule = pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param(rule, id=rule.code, marks=[pytest.mark.slow] if at % 5 else [])
        for at, rule in enumerate(RULES.values())
    ],
)
def test_the_docstring_is_true(rule: Rule, tmp_path: Path) -> None:
    """What is found in the bad sample, that nothing is in the good one, and what fixing writes."""
    assert complaints(sample(rule, tmp_path), tmp_path) == []


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
    folder = Path(catalogue.__file__).parents[2] / "rules"
    files = [path for path in folder.rglob("*.py") if path.name != "__init__.py"]
    assert len(files) == len(RULES)


def test_only_one_rule_reports_that_others_fail() -> None:
    """The engine reports by it."""
    assert [rule.code for rule in RULES.values() if rule.scope is Scope.CRASH] == ["SCH002"]
