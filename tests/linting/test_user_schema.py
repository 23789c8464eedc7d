"""The user's own pandera schema: every kind of check, and never a passed row that is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.core.errors import RuleError
from preflight.linting import user_schema
from tests.calls import bare_environment
from tests.checked import check, fix, read

HEAD = "import pandera.pandas as pa\nimport pandas as pd\n"


def frame(**columns: list[str | None]) -> pd.DataFrame:
    """Text as it comes from a file, a blank cell missing."""
    return pd.DataFrame({name: pd.array(cells, dtype="str") for name, cells in columns.items()})


def said(schema: Any, seen: pd.DataFrame) -> list[tuple[str, list[int] | None, int | None]]:
    """What the schema reports: the message, the rows, the column."""
    return [
        (one.message, None if one.rows is None else one.rows.tolist(), one.column)
        for one in user_schema.ready(schema).judge(seen)
    ]


def one(column: pa.Column, *cells: str | None, **more: Any) -> list[Any]:
    """What a schema of one column `a` reports in it."""
    return said(pa.DataFrameSchema({"a": column}, **more), frame(a=list(cells)))


FAILS = "your schema's check {} fails"


@pytest.mark.parametrize(
    ("check", "name", "rows"),
    [
        (pa.Check.isin(["x", "y"]), "`isin(['x', 'y'])`", [2]),
        (pa.Check(lambda s: s != "z", name="no_z"), "`no_z`", [2]),
        (pa.Check(lambda s: s != "z"), "number 1", [2]),
        (pa.Check(lambda s: s != "z", error="no z\nplease"), "`no z please`", [2]),
        (pa.Check(lambda v: v != "z", element_wise=True, name="each"), "`each`", [2]),
        (pa.Check(lambda s: s.notna(), ignore_na=False, name="there"), "`there`", [3]),
        (pa.Check(lambda s: s.nunique() > 9, name="many"), "`many`", None),
        (pa.Check(lambda s: (s != "z")[s != "y"], name="short"), "`short`", None),
        (pa.Check.str_length(1, 1, n_failure_cases=1), None, None),
        (pa.Check(lambda s: s == "q", n_failure_cases=1, name="q"), "`q`", [0, 1, 2]),
    ],
)
def test_a_check_of_a_column_names_the_rows_it_can(
    check: pa.Check, name: str | None, rows: list[int] | None
) -> None:
    expected = [] if name is None else [(FAILS.format(name), rows, 0)]
    assert one(pa.Column(str, check, nullable=True), "x", "y", "z", None) == expected


def test_a_check_of_groups_is_about_the_file() -> None:
    """A group is no row, even where its key looks like one."""
    seen = frame(a=["1", "2", "3"], b=["0", "0", "1"])
    for answer in (
        lambda groups: groups["0"].iloc[0] == "9",
        lambda _: pd.Series({0: False, 1: True}),
    ):
        check = pa.Check(answer, groupby="b", name="grouped")
        schema = pa.DataFrameSchema({"a": pa.Column(str, check), "b": pa.Column(str)})
        assert said(schema, seen) == [(FAILS.format("`grouped`"), None, 0)]


def test_a_check_of_the_frame_names_rows_cells_or_neither() -> None:
    seen = frame(a=["1", "2"], b=["1", "3"])

    def of(check: Any) -> list[Any]:
        return said(pa.DataFrameSchema(checks=pa.Check(check, name="whole")), seen)

    message = FAILS.format("`whole`")
    assert of(lambda d: d["a"] == d["b"]) == [(message, [1], None)]
    assert of(lambda d: d != "3") == [(message, [1], 1)]
    assert of(lambda d: len(d) > 5) == [(message, None, None)]
    by_row = pa.Check(lambda row: row["a"] == row["b"], element_wise=True, name="whole")
    assert said(pa.DataFrameSchema(checks=by_row), seen) == [(message, [1], None)]


def test_missing_values_and_repeated_ones_are_rows() -> None:
    assert one(pa.Column(str), "x", None) == [
        ("blank, but your schema requires a value (not_nullable)", [1], 0)
    ]
    unique = "not unique, as your schema requires (field_uniqueness)"
    column = pa.Column(str, unique=True, nullable=True)
    assert one(column, "x", "y", "x") == [(unique, [0, 2], 0)]
    assert one(column, "x", None, None) == [(unique, [1, 2], 0)]
    column = pa.Column(str, unique=True, report_duplicates="exclude_first")
    assert one(column, "x", "y", "x") == [(unique, [2], 0)]
    schema = pa.DataFrameSchema(unique=["a", "b"], report_duplicates="exclude_last")
    assert said(schema, frame(a=["1", "1", "1"], b=["2", "2", "3"])) == [
        ("not unique, as your schema requires a, b together", [0], None)
    ]


@pytest.mark.slow
@pytest.mark.parametrize("coerce", [True, False])
@pytest.mark.parametrize(
    ("dtype", "good", "bad"),
    [
        (int, "7", "seven"),
        (float, "7.5", "7,5"),
        ("Int64", "7", "7.5"),
        (pa.DateTime, "2026-04-21", "soon"),
        (pd.CategoricalDtype(["7"]), "7", "8"),
    ],
)
def test_a_column_of_another_type_is_coerced_and_what_cannot_be_is_a_row(
    coerce: bool, dtype: Any, good: str, bad: str
) -> None:
    """The others are asked again without it: one bad number makes no other row unknown."""
    column = pa.Column(dtype, pa.Check(lambda s: s.notna(), name="there"), coerce=coerce)
    assert one(column, good, good) == []
    ((message, rows, at),) = one(column, good, bad, good)
    assert (message.startswith("not of the schema's type `"), rows, at) == (True, [1], 0)


def test_a_blank_cell_of_a_nullable_column_is_let_be_while_others_are_not_of_its_type() -> None:
    column = pa.Column(pd.CategoricalDtype(["x"]), nullable=True)
    ((_, rows, _),) = one(column, "x", None, "y")
    assert rows == [2]


@pytest.mark.parametrize("kind", [int, "Int64"])
def test_what_cannot_be_coerced_is_told_once(kind: Any) -> None:
    """Pandera says of it as well that it is not of its type."""
    found = one(pa.Column(kind, nullable=True, coerce=True), "+14155552671", None)
    assert len(found) == len({repr(failure) for failure in found}) <= 1, found


def test_checks_see_the_coerced_values_and_only_of_rows_that_have_one() -> None:
    column = pa.Column(int, [pa.Check.gt(5), pa.Check(lambda s: s.mean() > 100, name="mean")])
    assert one(column, "7", "x", "3") == [
        ("not of the schema's type `int64`", [1], 0),
        (FAILS.format("`greater_than(5)`"), [2], 0),
        (FAILS.format("`mean`"), None, 0),
    ]


def test_text_is_not_made_true_or_false() -> None:
    """To pandas every text is true."""
    ((message, rows, at),) = one(pa.Column(bool), "yes", "no")
    assert (message, rows, at) == ("not of the schema's type `bool`", None, 0)


def test_any_type_and_a_type_of_the_whole_frame_are_coerced() -> None:
    assert one(pa.Column(object), "x", "y") == []
    assert said(pa.DataFrameSchema(dtype=int), frame(a=["1"], b=["2"])) == []
    ((_, rows, at),) = said(pa.DataFrameSchema(dtype=int), frame(a=["1", "2"], b=["2", "x"]))
    assert (rows, at) == ([1], 1)


def test_a_pattern_of_columns_names_each_column_it_fits() -> None:
    schema = pa.DataFrameSchema({"^p[0-9]$": pa.Column(int, pa.Check.gt(0), regex=True)})
    assert said(schema, frame(p1=["1", "x"], other=["0", "0"], p2=["0", "5"])) == [
        ("not of the schema's type `int64`", [1], 0),
        (FAILS.format("`greater_than(0)`"), [0], 2),
    ]
    ((message, rows, at),) = said(schema, frame(other=["0"]))
    assert ("no column fits its pattern `^p[0-9]$`" in message, rows, at) == (True, None, None)


def test_columns_that_are_missing_too_many_or_in_another_order_are_about_the_file() -> None:
    columns = {"a": pa.Column(str), "b": pa.Column(str)}
    seen = frame(b=["1"], a=["1"], c=["1"])
    schema = pa.DataFrameSchema({**columns, "d": pa.Column(str)}, strict=True)
    assert said(schema, seen) == [
        ("your schema fails: it has no such column, and is strict", None, 2),
        ("your schema fails: it wants the column `d`, which is not there", None, None),
    ]
    ordered = [(rows, at) for _, rows, at in said(pa.DataFrameSchema(columns, ordered=True), seen)]
    assert ordered == [(None, 0), (None, 1)]
    assert said(pa.DataFrameSchema(columns, strict="filter"), seen) == []
    optional = pa.DataFrameSchema({"z": pa.Column(str, required=False)})
    assert said(optional, seen) == []


def test_the_index_is_a_row_number_from_0() -> None:
    schema = pa.DataFrameSchema(index=pa.Index(int, pa.Check.lt(2, name="few")))
    ((_, rows, at),) = said(schema, frame(a=["x", "y", "z"]))
    assert (rows, at) == ([2], None)


def test_parsers_are_run_and_one_that_moves_rows_makes_no_row_guilty() -> None:
    """It cannot be told any more which row is which."""
    check = pa.Check(lambda s: s == "X", name="x")
    upper = pa.Column(str, check, parsers=pa.Parser(lambda s: s.str.upper()))
    assert one(upper, "x", "y") == [(FAILS.format("`x`"), [1], 0)]
    schema = pa.DataFrameSchema(
        {"a": pa.Column(str, check)}, parsers=pa.Parser(lambda d: d.iloc[1:].reset_index(drop=True))
    )
    assert said(schema, frame(a=["X", "y"])) == [(FAILS.format("`x`"), None, 0)]


def boom(_: Any) -> Any:
    raise KeyError("ann@kestrel-labs.com")


def test_a_check_that_raises_passes_nobody() -> None:
    unknown = "{} crashed, so this was not checked (KeyError)"
    check = pa.Check(boom, name="boom")
    schemas = {
        0: pa.DataFrameSchema({"a": pa.Column(str, check)}),
        None: pa.DataFrameSchema(checks=check),
    }
    for at, schema in schemas.items():
        (failure,) = user_schema.ready(schema).judge(frame(a=["x", "y"]))
        assert failure.unknown
        assert failure.message == unknown.format("your schema's check `boom`")
        assert (failure.rows.tolist(), failure.column) == ([0, 1], at)  # type: ignore[union-attr]
    schema = pa.DataFrameSchema(parsers=pa.Parser(boom))
    (failure,) = user_schema.ready(schema).judge(frame(a=["x", "y"]))
    assert (failure.message, failure.unknown) == ("the schema crashed (KeyError)", True)


def test_an_element_wise_check_that_raises_on_some_is_asked_of_each() -> None:
    check = pa.Check(lambda v: {"x": True, "y": False}[v], element_wise=True, name="each")
    unknown, failed = user_schema.ready(
        pa.DataFrameSchema({"a": pa.Column(str, check, nullable=True)})
    ).judge(frame(a=["x", "y", "z", None]))
    assert (unknown.unknown, unknown.rows.tolist()) == (True, [2])  # type: ignore[union-attr]
    assert (failed.unknown, failed.rows.tolist()) == (False, [1])  # type: ignore[union-attr]


def test_what_only_warns_warns() -> None:
    check = pa.Check.isin(["x"], raise_warning=True)
    hard = pa.Check.isin(["x", "y"])
    schema = pa.DataFrameSchema({"a": pa.Column(str, [check, hard])})
    soft, error = user_schema.ready(schema).judge(frame(a=["x", "y", "z"]))
    assert (soft.warning, soft.rows, soft.message) == (
        True, None, FAILS.format("`isin(['x'])`") + " in 2 rows",
    )  # fmt: skip
    assert (error.warning, error.rows.tolist()) == (False, [2])  # type: ignore[union-attr]


def test_a_schema_that_drops_rows_in_silence_does_not() -> None:
    class Dropping(pa.DataFrameModel):
        a: str = pa.Field(isin=["x"])

        class Config:
            drop_invalid_rows = True

    assert said(Dropping.to_schema(), frame(a=["x", "y"])) == [
        (FAILS.format("`isin(['x'])`"), [1], 0)
    ]


def test_a_file_without_rows_fails_for_its_columns_alone() -> None:
    schema = pa.DataFrameSchema(
        {"a": pa.Column(float, pa.Check(lambda s: s.mean() > 0, name="mean")), "b": pa.Column(str)}
    )
    assert [at for _, _, at in said(schema, frame(a=[]))] == [None]


CHECKS = [
    pa.Check.str_length(1, 2), pa.Check(lambda s: s != "b"), pa.Check(lambda s: s.nunique() < 3),
    pa.Check(lambda v: v < "c", element_wise=True), pa.Check(lambda s: s.is_unique),
]  # fmt: skip


@pytest.mark.slow
@given(
    st.lists(st.sampled_from(["a", "b", "ccc", None, "7"]), min_size=1, max_size=6),
    st.lists(st.sampled_from(CHECKS), max_size=3),
    st.booleans(),
    st.booleans(),
    st.sampled_from([str, int, "Int64", None]),
)
def test_nothing_is_reported_that_pandera_passes_and_the_other_way_round(
    cells: list[str | None], checks: list[pa.Check], nullable: bool, unique: bool, dtype: Any
) -> None:
    """Pandera called plainly is the truth."""
    column = pa.Column(dtype, checks, nullable=nullable, unique=unique, coerce=True)
    schema = pa.DataFrameSchema({"a": column})
    seen = frame(a=cells)
    try:
        schema.validate(seen, lazy=True)
        passed = True
    except pa.errors.SchemaErrors:
        passed = False
    assert (said(schema, seen) == []) is passed


def schemas(folder: Path, text: str) -> str:
    (folder / "schemas.py").write_text(HEAD + text)
    return f"{folder / 'schemas.py'}:Own"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("Owm = 3", "has no `Own`; did you mean `Owm`?"),
        ("Own = 3", "Own is not a DataFrameSchema"),
        ("raise ValueError('no')", "does not load: ValueError: no"),
        ("class Own(pa.DataFrameModel):\n    a: 'nothing'\n", "is not a valid schema"),
    ],
)
def test_a_schema_that_does_not_load_is_named(text: str, complaint: str, tmp_path: Path) -> None:
    given = schemas(tmp_path, text)
    with pytest.raises(RuleError, match=r"schemas\.py") as caught:
        user_schema.load(given)
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)
    with pytest.raises(RuleError, match="there is no such file"):
        user_schema.load(f"{tmp_path / 'none.py'}:Own")


MODEL = """
class Own(pa.DataFrameModel):
    badge: str = pa.Field(str_startswith="B", unique=True, alias="Badge No")

    @pa.dataframe_check
    def not_both(cls, d):
        return ~((d["email"] == "ann@kestrel-labs.com") & (d["Badge No"] == "B9"))
"""
CONTACTS = """email,Badge No
 ann@kestrel-labs.com,B9

bob@kestrel-labs.com,C2
bob@kestrel-labs.com,C3
cleo@@kestrel-labs.com,B3
"dan@kestrel-labs.com",B4
eva@kestrel-labs.com,B4
finn@kestrel-labs.com,B6
"""


@pytest.mark.slow
def test_rows_are_rejected_with_their_reasons_and_the_books_balance(tmp_path: Path) -> None:
    """The schema sees fixed cells, and neither duplicates nor blank records."""
    fixed = fix(tmp_path, CONTACTS, schema=schemas(tmp_path, MODEL))
    books = fixed.books
    assert (books.rows, books.clean, books.rejected, books.dropped) == (8, 1, 6, 1)
    assert [row["email"] for row in read(tmp_path / "out" / "clean.csv")] == [
        "finn@kestrel-labs.com"
    ]
    told = {
        row["preflight__line"]: (row["preflight__codes"], row["preflight__message"])
        for row in read(tmp_path / "out" / "rejects.csv")
    }
    assert told["2"] == ("SCH001", "your schema's check `not_both` fails")
    assert told["4"] == ("SCH001", "Badge No: your schema's check `str_startswith('B')` fails")
    assert told["5"][0] == "DUP801"
    assert told["6"][0] == "EML302"
    assert told["7"][0] == told["8"][0] == "SCH001"


@pytest.mark.slow
def test_severity_and_ignore_are_as_for_any_rule(tmp_path: Path) -> None:
    given = schemas(tmp_path, MODEL)
    soft = check(tmp_path, CONTACTS, schema=given, severity={"SCH001": "warning"})
    assert soft.analysis.findings.counts()["SCH001"] == 4
    assert soft.after.clean == 5
    assert (
        "SCH001"
        not in check(tmp_path, CONTACTS, schema=given, ignore=("SCH",)).analysis.findings.counts()
    )


def test_what_is_about_the_file_refuses_it_as_a_whole(tmp_path: Path) -> None:
    given = schemas(tmp_path, 'Own = pa.DataFrameSchema({"booth": pa.Column(str)})')
    whole = check(tmp_path, CONTACTS, schema=given)
    assert [rule.code for rule, _ in whole.analysis.refused] == ["SCH001"]
    assert whole.after.clean == 0


def test_a_check_that_raises_is_SCH002_for_its_rows(tmp_path: Path) -> None:  # noqa: N802
    text = (
        'Own = pa.DataFrameSchema({"Badge No": pa.Column(str, pa.Check(lambda s: {}[s.iloc[0]]))})'
    )
    fixed = fix(tmp_path, CONTACTS, schema=schemas(tmp_path, text))
    assert fixed.books.clean == 0
    rejects = (tmp_path / "out" / "rejects.csv").read_text()
    assert "SCH002" in rejects
    assert "check number 1 crashed" in rejects


@pytest.mark.slow
def test_pandera_switched_off_in_the_environment_is_on_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is still judged: asked in a process that was started so."""
    import subprocess
    import sys

    given = schemas(tmp_path, MODEL)
    (tmp_path / "a.csv").write_text(CONTACTS)
    code = "import sys; from preflight.cli import main; sys.exit(main(sys.argv[1:]))"
    off = {"PANDERA_VALIDATION_ENABLED": "False", "PANDERA_VALIDATION_DEPTH": "SCHEMA_ONLY"}
    told = subprocess.run(
        [sys.executable, "-c", code, "check", "a.csv", "--schema", given, "--statistics"],
        capture_output=True, text=True, cwd=tmp_path, check=False,
        env={**bare_environment(), **off},
    )  # fmt: skip
    assert (told.returncode, "4  SCH001" in told.stdout) == (1, True), told.stderr
