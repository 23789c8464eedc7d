"""The rules as a pandera schema, for a frame of anyone's."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pandas as pd
import pandera.pandas as pa_schema
import pyarrow as pa
import pytest
from pandera.backends.pandas.checks import PandasCheckBackend

from preflight.core.errors import ConfigError, RuleError, UsageError
from preflight.linting.contact_schema import schema
from preflight.linting.pandera_checks import ColumnChecks, check_of
from preflight.linting.rule_answers import RuleCrashed
from preflight.rule import Context, Rule, Scope, Severity
from tests.cells import plan_for

pytestmark = pytest.mark.slow


def failures(frame: pd.DataFrame, **options: object) -> list[tuple[str, str, int]]:
    """Column, rule code and row index of each failure."""
    try:
        schema(**options).validate(frame, lazy=True)  # type: ignore[arg-type]
    except pa_schema.errors.SchemaErrors as errors:
        cases = errors.failure_cases
        return sorted(
            (
                str(row.column),
                str(row.check).split()[0],
                -1 if pd.isna(row.index) else int(row.index),
            )
            for row in cases.itertuples(index=False, name="Case")
        )
    return []


def test_a_frame_is_validated_under_whatever_names_its_columns_have() -> None:
    """Headers are recognised as they are in a file."""
    frame = pd.DataFrame(
        {
            "E-mail Address": ["ann@kestrel-labs.com", "ann@@kestrel-labs.com", None],
            "First  Name": ["Ann", "Bob", "Cleo"],
            "badge": ["=1", "gold", "x"],
        }
    )
    assert failures(frame, profile="dotdigital") == [
        ("E-mail Address", "EML301", 2),
        ("E-mail Address", "EML302", 1),
    ]


@pytest.mark.parametrize(
    "header", ["email", "EMAIL", " Email ", "e_mail", "E-Mail-Adresse", "Courriel"]
)
def test_each_alias_of_a_required_column_will_do(header: str) -> None:
    """Case and punctuation malformed."""
    assert failures(pd.DataFrame({header: ["ann@kestrel-labs.com"]}), profile="talkvalue") == []


def test_a_required_column_that_is_missing_fails() -> None:
    """As it does in a file."""
    with pytest.raises(pa_schema.errors.SchemaError):
        schema("dotdigital").validate(pd.DataFrame({"FIRSTNAME": ["Ann"]}))


def test_a_name_in_two_pieces_will_do_where_the_provider_wants_one() -> None:
    """TextUs wants a name; first and last name make one."""
    frame = pd.DataFrame({"First": ["Ann"], "Last": ["Bell"], "phone_number": ["+14155552671"]})
    assert failures(frame, profile="textus") == []


def test_the_index_of_the_frame_is_the_index_of_the_failures() -> None:
    """Even where it is not 0, 1, 2."""
    frame = pd.DataFrame({"phone": ["+14155552671", "nobody"]}, index=[40, 70])
    assert failures(frame) == [("phone", "PHN402", 70)]


def test_a_region_is_for_phones_without_a_country_code() -> None:
    """Nothing is guessed."""
    frame = pd.DataFrame({"phone": ["(415) 555-2671"]})
    assert failures(frame, select=["PHN"]) == [("phone", "PHN405", 0)]
    assert failures(frame, select=["PHN"], region="US") == [("phone", "PHN404", 0)]


def test_a_frame_without_rows_is_fine() -> None:
    """There is nothing to report."""
    assert failures(pd.DataFrame({"email": pd.Series([], dtype="str")})) == []


def test_numbers_and_missing_values_in_a_frame_are_cells_as_well() -> None:
    """A frame of anyone's was read by anyone."""
    frame = pd.DataFrame(
        {"phone": [14155552671, None], "email": ["ann@kestrel-labs.com", float("nan")]}
    )
    assert {column for column, _, _ in failures(frame)} == {"phone"}


def test_one_rule_can_be_selected() -> None:
    """Codes and prefixes, as on the command line."""
    frame = pd.DataFrame({"email": [" ann@@kestrel-labs.com"]})
    assert failures(frame, select=["EML303"]) == [("email", "EML303", 0)]
    assert failures(frame, ignore=["EML303"]) == [("email", "EML302", 0)]


def test_a_country_or_a_time_zone_that_is_none_is_an_error() -> None:
    with pytest.raises(ConfigError, match="did you mean DE"):
        schema(region="Germany")
    with pytest.raises(ConfigError, match="did you mean Europe/Berlin"):
        schema(timezone="Berlin")


def test_an_unknown_profile_or_rule_is_an_error() -> None:
    """Nothing is validated against nothing."""
    with pytest.raises(UsageError, match="no profile `nobody`"):
        schema("nobody")
    with pytest.raises(ConfigError, match="did you mean EML302"):
        schema(select=["EML3022"])


def broken(check: object, **more: Any) -> ColumnChecks:
    """The rules of a text column, one of them broken."""
    rule = Rule(
        code="OWN001",
        name="text-odd",
        scope=Scope.CELL,
        severity=Severity.ERROR,
        message="odd",
        kinds=frozenset({"text"}),
        check=check,  # type: ignore[arg-type]
        **more,
    )
    plan = plan_for("company", rules=[rule])
    return ColumnChecks(plan.columns[0], plan)


@pytest.mark.parametrize(
    ("check", "said"),
    [
        (lambda _: True, "OWN001: its check gave no boolean mask"),
        (lambda text: text == text, None),
        (lambda text: (text == text)[:1], "OWN001: its check gave a mask of another index"),
        (
            lambda text: (text == text).astype("boolean").mask(text == "b"),
            "OWN001: its check gave a mask with gaps",
        ),
        (lambda text: {}[text], "OWN001: TypeError"),
    ],
)
def test_pandera_lets_nothing_pass_that_is_no_mask(check: object, said: str | None) -> None:
    """A scalar and a short mask would pass, were they not asked for by name."""
    checks = broken(check)
    cells = checks.prepare(pd.Series(["a", "b"], dtype="str"))
    if said is None:
        assert checks.failed(checks.rules[0], cells).tolist() == [False, False]
        return
    with pytest.raises(RuleCrashed) as crash:
        checks.failed(checks.rules[0], cells)
    assert str(crash.value) == said


CELLS = [
    "", " ", "n/a", "ann@kestrel-labs.com", " Bo@@kestrel-labs.com", "<cy@gmial.com>", "=1+1",
    "+14155552671", "(415) 555-2671", "0171/3920814 o. 0171/3920815", "21/04/2026", "#REF!",
    "2026-04-21T10:00",
    "Dr. Ann", "ANN", "Ann\u200b", "US", "Nowhere", "<b>x</b>", "'x", "TRUE",
]  # fmt: skip


def test_pandera_and_the_engine_read_the_same_mask_of_every_check() -> None:
    """Of each rule about cells, in a column of each kind."""
    plan = plan_for("email", "phone", "created_at", "first_name", "country", "company")
    seen = set()
    for column in plan.columns:
        checks = ColumnChecks(column, plan)
        values = pd.Series(CELLS, dtype="str")
        cells = checks.prepare(values, pd.Series("US", index=values.index, dtype="str"))
        for rule in checks.rules:
            rule = dataclasses.replace(rule, yields_to=frozenset())
            answer = PandasCheckBackend(check_of(rule, checks)).apply(cells)  # type: ignore[no-untyped-call]
            assert checks.failed(rule, cells).tolist() == (~answer.astype(bool)).tolist(), rule.code
            seen.add(rule.code)
    assert len(seen) > 40


def test_what_a_rule_does_to_its_frame_is_no_other_rules_business() -> None:
    """Every rule of a column is shown the same cells."""

    def check(text: pd.Series[str], context: Context) -> pd.Series[bool]:
        context.judged["own"] = "x"
        context.judged["value"] = "x"
        return text != "a"

    checks = broken(check)
    cells = checks.prepare(pd.Series(["a", "b"], dtype="str"))
    before = cells.copy()
    assert checks.failed(checks.rules[0], cells).tolist() == [True, False]
    pd.testing.assert_frame_equal(cells, before)


@pytest.mark.parametrize("suspects", ["^a", lambda: "^a"])
def test_suspects_are_a_pattern_or_a_function_that_makes_one(
    suspects: str | Callable[[], str],
) -> None:
    """A pattern out of a library's metadata is not made before a column needs it."""
    checks = broken(lambda text: text == "", suspects=suspects)
    assert checks.suspects(pa.chunked_array([["ann", "bob"]])).tolist() == [True, False]


@pytest.mark.parametrize(
    "suspects", [lambda: "(", lambda: "(?=a)", lambda: 7, lambda: {"b": 1}["a"]]
)
def test_suspects_that_are_no_pattern_stop_before_a_cell_is_read(suspects: Any) -> None:
    """Looking at no cell would pass them all. A plain pattern has been tried by the catalogue."""
    with pytest.raises(RuleError, match="rule OWN001: its suspects are no RE2 pattern"):
        broken(lambda text: text == "", suspects=suspects)
