"""Each format says what a baseline accepts, and what is new."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from junitparser import JUnitXml, TestSuite
from sarif_kit.validate import validation_errors

from preflight.config.choices import FORMATS
from preflight.pipeline import accepted
from preflight.report.listing import Listing, listing
from tests.checked import check, rendered

RULES = ("EML302", "NAM602", "STR101")
MESS = "email,first_name\nann@@kestrel-labs.com,Ann\nbob@kestrel-labs.com,n/a\n"
LATER = f"{MESS}cleo@kestrel-labs.com,Cleo\nzoe@@kestrel-labs.com,Zoe\nshort\n"


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Listing:
    """One finding is accepted, two of a kind are worse by their rate, and one is new."""
    folder = tmp_path_factory.mktemp("beside")
    path = folder / "base.json"
    environ = {"PREFLIGHT_BASELINE_KEY": "0123456789abcdef"}
    before = check(folder, MESS + "dan@kestrel-labs.com,Dan\n" * 9, select=RULES)
    known = accepted.Accepted(path, accepted.made([before], path, environ), environ.popitem()[1])
    checked = check(folder, LATER, select=RULES)
    compared = dataclasses.replace(known.compared(checked), path=Path("base.json"))
    one = listing(checked.source.name, checked.analysis, checked.books, compared=compared)
    return dataclasses.replace(one, path="leads.csv")


def sarif(text: str) -> Any:
    log = json.loads(text)
    assert validation_errors(log) == []
    return {
        (result["ruleId"], result["baselineState"], bool(result.get("suppressions")),
         result["locations"][0]["physicalLocation"]["region"]["startLine"])
        for result in log["runs"][0]["results"]
    }  # fmt: skip


def junit(text: str) -> Any:
    (suite,) = JUnitXml.fromstring(text.encode())
    assert isinstance(suite, TestSuite)
    return {case.name[:6]: bool(case.result) for case in suite if case.name[:6] in RULES}


def gitlab(text: str) -> Any:
    return {(issue["check_name"][:6], issue["severity"]) for issue in json.loads(text)}


def of_csv(text: str) -> Any:
    return [
        (row["code"], row["line"], row["baseline"]) for row in csv.DictReader(io.StringIO(text))
    ]


def github(text: str) -> Any:
    return [line.split("::")[1] for line in text.splitlines() if line.startswith("::")]


def test_a_report_for_programs_says_how_findings_stand(beside: Listing) -> None:
    """A known cell is accepted though its kind is worse; a place is that of a new one."""
    assert sarif(rendered("sarif", beside)) == {
        ("EML302", "unchanged", True, 2), ("EML302", "updated", False, 5),
        ("NAM602", "unchanged", True, 3),
        ("STR101", "new", False, 6),
    }  # fmt: skip
    assert junit(rendered("junit", beside)) == {"EML302": True, "NAM602": False, "STR101": True}
    assert gitlab(rendered("gitlab", beside)) == {
        ("EML302", "info"), ("EML302", "major"), ("NAM602", "info"), ("STR101", "major"),
    }  # fmt: skip
    assert of_csv(rendered("csv", beside)) == [
        ("EML302", "2", "accepted"), ("NAM602", "3", "accepted"), ("EML302", "5", "worse"),
        ("STR101", "6", "new"),
    ]  # fmt: skip
    assert github(rendered("github", beside)) == [
        "error file=leads.csv,line=5,title=EML302 email-invalid",
        "error file=leads.csv,line=6,title=STR101 row-short",
    ]


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"sarif", "gitlab", "csv", "json", "jsonl"}))
def test_a_report_that_has_a_summary_says_what_is_accepted(name: str, beside: Listing) -> None:
    told = rendered(name, beside).replace("\\", "")
    if name == "html":
        told = re.sub("</?code>", "`", told)
    assert "baseline base.json: 2 findings accepted; 2 new errors, 0 new warnings" in told
    assert "worse: EML302 in `email` 40.00% of rows, 9.09% accepted" in told
