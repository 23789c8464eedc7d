"""What a report lists: the findings in order, held back or not, and what may be shown of them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.core.errors import ConfigError
from preflight.core.types import Safety, Severity
from preflight.report.listing import (
    fixable,
    header_names,
    listing,
    own_tokens,
    tokens,
)
from tests.checked import check, listed

CONTENT = (
    "email,phone,note\n"
    "bad,+1,x\n"
    " ann@kestrel-labs.com,+14155552671,x\n"
    "short@kestrel-labs.com\n"
    'worse,+1,"x\ny"\n'
    "bad,+14155552672,x\n"
)


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(max_size=9))
def test_a_token_is_equal_for_equal_values_and_other_under_another_key(one: str, two: str) -> None:
    two = two.encode("utf-8", "replace").decode()
    token, other = tokens(b"key"), tokens(b"other key")
    assert token(one) == tokens(b"key")(one) != other(one)
    assert (token(one) == token(two)) == (one == two)


def test_findings_stand_in_the_order_of_line_column_and_code(tmp_path: Path) -> None:
    rows = list(listed(check(tmp_path, CONTENT)).rows())
    places = [(row.line or 0, row.column or 0, row.rule.code) for row in rows]
    assert places == sorted(places)
    assert {row.line for row in rows} >= {2, 3, 4, 5, 7}
    assert {(row.row, row.line) for row in rows if row.row} <= {
        (1, 2),
        (2, 3),
        (3, 4),
        (4, 5),
        (5, 7),
    }


def test_a_finding_knows_its_cell_its_column_and_what_fixing_makes_of_it(tmp_path: Path) -> None:
    rows = list(listed(check(tmp_path, CONTENT, select=("EML303", "STR101"))).rows())
    padded, short = rows
    assert (padded.row, padded.line, padded.column, padded.column_name) == (2, 3, 1, "email")
    assert (padded.cell, padded.replacement) == (" ann@kestrel-labs.com", "ann@kestrel-labs.com")
    assert padded.safety is Safety.SAFE
    assert padded.message == padded.rule.message
    assert (short.row, short.column, short.column_name, short.cell) == (3, None, None, None)
    assert short.safety is Safety.UNSAFE


@pytest.mark.slow
def test_without_a_way_to_fetch_cells_none_is_known(tmp_path: Path) -> None:
    checked = check(tmp_path, CONTENT)
    one = listing("x.csv", checked.analysis, checked.books)
    rows = list(one.rows())
    assert len(rows) == sum(one.counts().values())
    assert {(row.cell, row.replacement) for row in rows} == {(None, None)}


def test_row_findings_are_held_back_and_counted_while_the_header_is_wrong(tmp_path: Path) -> None:
    content = CONTENT.replace("email,phone,note", "email,phone,email")
    checked = check(tmp_path, content)
    held, whole = listed(checked), listed(checked, show_all=True)
    assert {row.row for row in held.rows()} == {None}
    assert held.held_back == len(checked.analysis.findings) > 0
    assert whole.held_back == 0
    assert len(list(whole.rows())) == len(list(held.rows())) + held.held_back
    assert held.counts() == whole.counts()
    assert held.severity_counts() == whole.severity_counts()
    assert sum(held.counts().values()) == sum(held.severity_counts().values())


def test_a_problem_counts_with_the_severity_and_the_fix_it_has_here(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbfemail;note\nann@kestrel-labs.com;x\n"
    one = listed(check(tmp_path, content, profile="dotdigital"))
    told = {row.rule.code: row for row in one.rows()}
    assert told["FIL004"].safety is Safety.SAFE
    assert told["FIL004"].rule.severity is Severity.WARNING
    assert one.counts() == dict.fromkeys(sorted(told), 1)
    severities = [row.rule.severity for row in told.values()]
    assert one.severity_counts() == {one: severities.count(one) for one in Severity}


def test_a_problem_of_another_severity_than_its_rule_counts_and_shows_as_it_is(
    tmp_path: Path,
) -> None:
    checked = check(tmp_path, b"\xef\xbb\xbfemail\nann@kestrel-labs.com\n")
    ((rule, problem),) = checked.analysis.problems
    worse = dataclasses.replace(rule, severity=Severity.ERROR)
    analysis = dataclasses.replace(checked.analysis, problems=((worse, problem),))
    one = listing("x.csv", analysis, checked.books)
    assert rule.severity is Severity.WARNING
    assert one.severity_counts() == {Severity.ERROR: 1, Severity.WARNING: 0}
    assert [row.rule.severity for row in one.rows()] == [Severity.ERROR]


def test_a_clean_file_lists_nothing(tmp_path: Path) -> None:
    one = listed(check(tmp_path, "email\nann@kestrel-labs.com\n"))
    assert list(one.rows()) == []
    assert (one.counts(), one.severity_counts()) == ({}, dict.fromkeys(Severity, 0))


def test_the_names_of_a_header_that_looks_like_data_are_somebodys(tmp_path: Path) -> None:
    data = listed(check(tmp_path, "ann@kestrel-labs.com,Ann\nbob@kestrel-labs.com,Bob\n"))
    assert data.names_are_values
    assert not listed(check(tmp_path, CONTENT)).names_are_values


def test_what_fixing_would_save_is_counted_in_rows_and_cells(tmp_path: Path) -> None:
    saved, cells = fixable(check(tmp_path, CONTENT, select=("EML302", "EML303")).analysis)
    assert (saved, cells) == (1, 1)


def test_header_names_are_those_that_mean_a_field(tmp_path: Path) -> None:
    checked = check(
        tmp_path,
        "First,Last,Cell,badge\nAnn,Bell,+14155552671,7\n",
        profile="textus",
    )
    assert header_names(checked.analysis) == {
        "First": "first_name",
        "Last": "last_name",
        "Cell": "phone",
    }


def test_tokens_are_the_same_from_call_to_call_with_a_key_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def token(key: str) -> str:
        monkeypatch.setenv("PREFLIGHT_TOKEN_KEY", key)
        return own_tokens()("ann@kestrel-labs.com")

    assert token("0123456789abcdef") == "a39b0ec3115f349b"
    assert token("0123456789abcdeg") != token("0123456789abcdef")
    assert token("") == token("")
    with pytest.raises(ConfigError, match="PREFLIGHT_TOKEN_KEY is too short"):
        token("short")
