"""JUnit's XML, read by junitparser."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from junitparser import JUnitXml, TestCase, TestSuite

from preflight.report.listing import Listing
from tests.checked import check, listed, rendered


def suite(listing: Listing, **more: Any) -> TestSuite:
    """The only suite."""
    (only,) = JUnitXml.fromstring(rendered("junit", listing, **more).encode())
    return only


def cases(told: TestSuite) -> dict[str, TestCase]:
    """The test cases of a suite, by the codes of their rules."""
    return {case.name.split()[0]: case for case in told}


@pytest.mark.parametrize(
    ("fail_on", "failing"),
    [
        ("error", {"EML302", "EML303", "STR101", "TXT706"}),
        ("warning", {"EML302", "EML303", "STR101", "TXT706", "TXT702"}),
        ("never", set()),
    ],
)
def test_a_case_fails_if_its_findings_count(
    found: Listing, fail_on: str, failing: set[str]
) -> None:
    told = suite(found, fail_on=fail_on)
    assert (told.name, told.tests, told.failures) == ("leads.csv", len(list(told)), len(failing))
    assert {code for code, case in cases(told).items() if case.result} == failing
    assert set(cases(told)) == set(found.analysis.plan.rules)


def test_findings_that_the_config_accepts_are_output(tmp_path: Path) -> None:
    rows = "email\nann@@kestrel-labs.com\nbob@kestrel-labs.com\n"
    for most, failures in (("50%", 0), ("49%", 1)):
        one = listed(check(tmp_path, rows, select=("EML302",), max_findings={"EML302": most}))
        told = suite(one)
        assert told.failures == failures
        assert bool(cases(told)["EML302"].system_out) is not bool(failures)


def test_a_failure_says_where_and_a_warning_is_output(found: Listing) -> None:
    told = cases(suite(found))
    (failure,) = told["EML302"].result
    assert (failure.type, failure.message) == ("EML302", "not a valid email address (2 findings)")
    assert "error: `email`: not a valid email address (2 findings)" in failure.text
    assert "row 1 (line 2), row 3 (line 4)" in failure.text
    assert "row 5 (line 6)" in told["TXT702"].system_out
    assert told["HDR205"].result == []
    assert told["HDR205"].system_out is None


def _properties(told: Any) -> dict[str, str]:
    return {entry.name: entry.value for entry in told.properties()}


def test_the_books_are_properties_and_the_summary_is_output(found: Listing) -> None:
    told = suite(found)
    books = _properties(told)
    assert books == {
        "profile": "general", "rows": "5", "clean": "1", "rejected": "4", "dropped": "0",
    }  # fmt: skip
    assert "found: 5 errors, 1 warning" in told._elem.findtext("system-out")


def test_names_of_others_stay_text(odd: Listing) -> None:
    told = suite(odd)
    assert "\\n::error file=x::b,c:d%0A<i>&\"'|`\\x1b]8" in told.name
    assert any("<b>@ann [x]" in result.text for case in told for result in case.result)


def test_rules_about_rows_are_skipped_while_the_header_is_wrong(tmp_path: Path) -> None:
    one = listed(check(tmp_path, "email,email\nbad,worse\n", select=("EML302", "HDR203")))
    told = suite(one)
    (skipped,) = cases(told)["EML302"].result
    assert "2 findings about rows are hidden" in skipped.message
    assert told.skipped >= 1
