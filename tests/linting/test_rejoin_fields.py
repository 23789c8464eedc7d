"""Records that are too long, joined again where one alignment fits and left alone elsewhere."""

from __future__ import annotations

import csv
import dataclasses
import functools
import io
import random
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.config.catalogue import _validate
from preflight.config.settings import Settings
from preflight.core.errors import RuleError, UsageError
from preflight.core.types import Column, Safety, Syntax
from preflight.linting.apply_fixes import apply_fixes
from preflight.linting.checked import RecordStream
from preflight.linting.rejoin_fields import rejoined
from preflight.linting.row_states import CLEAN, REJECTED
from preflight.pipeline import check_fix_split
from preflight.rule import Scope
from preflight.writing import undo
from tests import checked
from tests.calls import rows_of
from tests.cells import plan_for
from tests.linting.test_row_rules import own

FIELDS = ("email", "first_name", "company", "phone", "city", "notes")
WIDE = ("first_name", "last_name", "company", "title", "email", "phone", "city", "country", "notes")


@functools.cache
def columns_of(*fields: str) -> tuple[Column, ...]:
    """The columns of a header of these fields."""
    return plan_for(*fields).columns


def repaired(
    *raws: str, fields: tuple[str, ...] = FIELDS, delimiter: str = ","
) -> list[list[str] | None]:
    """The cells of each record; None where it is left alone."""
    counts = [len(next(csv.reader([raw], delimiter=delimiter))) for raw in raws]
    found = rejoined(
        pd.Series(raws, dtype="str"), np.array(counts), columns_of(*fields), Syntax(delimiter)
    )
    cells: list[list[str] | None] = [None] * len(raws)
    for at, row in zip(found.at.tolist(), zip(*found.cells, strict=True), strict=True):
        cells[at] = list(row)
    return cells


@pytest.mark.parametrize(
    ("raw", "company", "city", "notes"),
    [
        ("a@k.com,Ann,Kestrel, Inc.,+14155552671,Leeds,x", "Kestrel, Inc.", "Leeds", "x"),
        ("a@k.com,Ann,Kestrel,Inc.,+14155552671,Leeds,x", "Kestrel,Inc.", "Leeds", "x"),
        ('a@k.com,Ann,"K", Inc.,+14155552671,Leeds,x', "K, Inc.", "Leeds", "x"),
        ("a@k.com,Ann,K, Inc.,+14155552671,Leeds, UK,x", "K, Inc.", "Leeds, UK", "x"),
        ("a@k.com,Ann,K, Sons, Ltd,+14155552671,Leeds,x", "K, Sons, Ltd", "Leeds", "x"),
        ("a@k.com,Ann,,+14155552671,Leeds,x, y", "", "Leeds", "x, y"),
    ],
)
def test_a_record_is_repaired_where_one_alignment_fits(
    raw: str, company: str, city: str, notes: str
) -> None:
    """A blank behind the comma or a legal form says where."""
    assert repaired(raw) == [["a@k.com", "Ann", company, "+14155552671", city, notes]]


@pytest.mark.parametrize(
    "raw",
    [
        "a@k.com,Ann,Kestrel,Labs,+14155552671,Leeds,x",
        "a@k.com,Ann, Bell,Kestrel,+14155552671,Leeds,x",
        "a@k.com,Ann,Kestrel,+14155552671,Leeds,x,y",
        "a@k.com,Ann,Kestrel,+14155552671,Leeds,x,",
        "a@k.com,Ann,Kestrel,+14155552671,Leeds, x,",
        "ak.com,Ann,Kestrel, Inc.,+14155552671,Leeds,x",
        "a@k.com,Ann,K, a, b, c, d,+14155552671,Leeds,x",
        ",Ann,Kestrel, Inc.,,Leeds,x",
    ],
)
def test_a_record_is_left_alone_where_two_fit_or_none(raw: str) -> None:
    """Nobody knows what it was."""
    assert repaired(raw) == [None]


def test_a_bare_comma_is_joined_where_what_stands_behind_proves_it() -> None:
    """An address that stands one too far right; but a number in front may be a cell by itself."""
    fields = ("company", "email", "city")
    given = ["Kestrel,Labs,a@k.com,Leeds", "7,Kestrel,a@k.com,Leeds", "Kestrel,,a@k.com,Leeds"]
    assert repaired(*given, fields=fields) == [["Kestrel,Labs", "a@k.com", "Leeds"], None, None]
    assert repaired("K;Labs;a@k.com;Leeds", fields=fields, delimiter=";") == [
        ["K;Labs", "a@k.com", "Leeds"]
    ]
    assert repaired("K,Labs,GB,Leeds", fields=("company", "country", "city")) == [
        ["K,Labs", "GB", "Leeds"]
    ]


def test_what_has_not_moved_is_not_joined() -> None:
    """All stands where it belongs, and one more field behind it is a surplus, no comma."""
    fields = ("company", "phone")
    assert repaired("K 1234567,+14155552671,+14155552672", fields=fields) == [None]


SEEDS = st.integers(0, 2**32)
FIRST = ("Ann", "Bo", "Cyrille", "Dörte", "José", "Mei-Ling", "日向", "O'Hara", "Anna Maria")
COMPANY = ("Kestrel Labs", "Acme", "Müller & Söhne", "3M", "Ernst & Young", "IBM", "Caf\u00e9 24")
CITY = ("Leeds", "San Francisco", "München", "São Paulo", "s-Hertogenbosch", "Paris")
TITLE = ("CEO", "VP Sales", "Head of R&D", "Engineer", "")
NOTES = ("", "met at booth 12", "call back", "VIP", "2nd visit", "12345", "likes tea")


def good(chance: random.Random) -> list[str]:
    """A row as fairs export them."""
    first, last = chance.choice(FIRST), chance.choice(FIRST)
    return [
        first,
        last,
        chance.choice(COMPANY),
        chance.choice(TITLE),
        f"{chance.choice('abcdef')}{chance.randint(1, 99)}@kestrel-labs.com",
        chance.choice(["+14155552671", "(415) 555-2671", "020 7946 0018", ""]),
        chance.choice(CITY),
        chance.choice(["US", "GB", "Germany", "France", ""]),
        chance.choice(NOTES),
    ]


TAILS = {
    2: (", Inc.", ",Inc.", ", LLC", ",GmbH", ", Sons", ",Sons & Co"),
    3: (", EMEA", ",EMEA"),
    6: (", CA", ",CA"),
    8: (", wants demo", ",wants demo"),
    0: (", Jr.", ",Marie"),
    1: (", PhD", ",MBA"),
}


def planted(seed: int) -> tuple[str, list[str] | None]:
    """A record that is too long, and the row it was; None where it was no comma at all."""
    chance = random.Random(seed)
    row = good(chance)
    if chance.random() < 0.15:
        surplus = chance.choice(["", "x", "7", "2024"])
        at = chance.choice([0, len(row)])
        return _line([*row[:at], surplus, *row[at:]]), None
    for column in chance.sample(sorted(TAILS), chance.choice([1, 1, 1, 2])):
        row[column] = (row[column] or "x") + chance.choice(TAILS[column])
    return ",".join(row), row


def _line(row: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(row)
    return text.getvalue()


def test_planted_commas_are_repaired_as_they_were_or_left_alone() -> None:
    """None of ten thousand wrongly."""
    rows = [planted(seed) for seed in range(10_000)]
    found = repaired(*(raw for raw, _ in rows), fields=WIDE)
    ends = Counter(
        "left" if one is None else "right" if one == row else "wrong"
        for one, (_, row) in zip(found, rows, strict=True)
    )
    assert ends["wrong"] == 0
    assert ends["right"] > 2_500


@given(SEEDS)
def test_a_repaired_record_has_the_width_of_the_header_and_all_its_characters(seed: int) -> None:
    raw, _ = planted(seed)
    (cells,) = repaired(raw, fields=WIDE)
    if cells is not None:
        assert len(cells) == len(WIDE)
        assert ",".join(cells) == ",".join(next(csv.reader([raw])))


_FIELD = st.sampled_from(["a@k.com", "+14155552671", "Ann", " Inc.", "Inc.", "", "US", "7", '"x'])


@given(st.lists(st.lists(_FIELD, min_size=7, max_size=10), min_size=1, max_size=6))
def test_that_holds_of_any_record_and_each_is_judged_by_itself(rows: list[list[str]]) -> None:
    raws = [_line(row) for row in rows]
    together = repaired(*raws)
    assert together == [repaired(raw)[0] for raw in raws]
    for cells, row in zip(together, rows, strict=True):
        assert cells is None or (len(cells), ",".join(cells)) == (6, ",".join(row))


MESSY = """\
email,first_name,company,phone
a@kestrel-labs.com,Ann,Kestrel Labs, Inc., +14155552671
A@Kestrel-Labs.com ,Ann,Acme, Inc.,+14155552672
b@kestrel-labs.com,Bo,Acme,+14155552673
c@kestrel-labs.com,Cy,Acme,Labs,x,+14155552674
d@kestrel-labs.com,Di,Acme, Ltd.,+14155550
e@kestrel-labs.com ,Ed,Acme, Ltd.,+14155552675
"""
BOLD = Settings(unsafe_fixes=True, ignore=("DUP",))


@pytest.mark.slow
@pytest.mark.parametrize("size", [1, 64, 1 << 20])
def test_a_repaired_record_is_a_row_as_any_other(tmp_path: Path, size: int) -> None:
    """Linted, fixed, written in its place; however the file is cut into chunks."""
    path = tmp_path / "a.csv"
    path.write_text(MESSY)
    fixed = check_fix_split.fix(
        path, BOLD, work=tmp_path, folder=tmp_path / "out", chunk_bytes=size
    )
    analysis = fixed.checked.analysis
    assert dict(analysis.repairs) == dict.fromkeys((2, 5, 6), Safety.UNSAFE)
    assert analysis.before.tolist() == [REJECTED, REJECTED, CLEAN, REJECTED, REJECTED, REJECTED]
    assert analysis.after.tolist() == [REJECTED, CLEAN, CLEAN, REJECTED, REJECTED, CLEAN]
    clean_rows = rows_of(tmp_path / "out" / "clean.csv")
    assert [row["email"][0].lower() for row in clean_rows] == ["a", "b", "e"]
    assert clean_rows[0]["company"] == "Acme, Inc."
    log = [row for row in rows_of(tmp_path / "out" / "fixes.csv") if row["row"] == "6"]
    assert [row["code"] for row in log] == ["STR102", "EML303"]
    lines = MESSY.splitlines()
    assert (log[0]["line"], log[0]["safety"], log[0]["old"]) == ("7", "unsafe", lines[6])
    assert log[0]["new"] == lines[6].replace("Acme, Ltd.", '"Acme, Ltd."')
    assert fixed.changes["STR102"] == 2
    rejects = rows_of(tmp_path / "out" / "rejects.csv")
    assert [row["preflight__row"] for row in rejects] == ["1", "4", "5"]
    assert [row["preflight__raw"] for row in rejects] == [lines[1], lines[4], lines[5]]
    assert rejects[2]["preflight__codes"] == "STR102 PHN403"


@pytest.mark.slow
def test_without_the_option_it_is_said_alone(tmp_path: Path) -> None:
    """And the summary says what it would add."""
    analysis = checked.check(tmp_path, MESSY, ignore=("DUP",)).analysis
    assert dict(analysis.repairs) == dict.fromkeys((2, 5, 6), Safety.UNSAFE)
    assert analysis.findings.counts()["STR102"] == 5
    assert analysis.fixed.get("STR102", 0) == 0
    assert (analysis.guessed_cells, analysis.guessed_rows) == (2, 2)
    assert analysis.after.tolist() == [REJECTED, REJECTED, CLEAN, REJECTED, REJECTED, REJECTED]
    bold = checked.check(tmp_path, MESSY, ignore=("DUP",), unsafe_fixes=True)
    assert bold.analysis.fixed["STR102"] == 2
    assert bold.analysis.guessed_cells == 0
    rows = [row for row in checked.listed(bold).rows() if row.rule.code == "STR102"]
    assert [row.safety for row in rows] == [None, Safety.UNSAFE, None, None, Safety.UNSAFE]
    cells = {(row.row, row.rule.code): row.cell for row in checked.listed(bold).rows()}
    assert cells[6, "EML303"] == "e@kestrel-labs.com "
    ignored = checked.check(tmp_path, MESSY, ignore=("DUP", "STR102"), unsafe_fixes=True).analysis
    assert dict(ignored.repairs) == {}
    assert ignored.after[1] == REJECTED


def test_what_a_provider_refuses_of_it_is_found_again(tmp_path: Path) -> None:
    """Its row stands in the chunk that failures are written from."""
    analysis = checked.check(tmp_path, MESSY, ignore=("DUP",), unsafe_fixes=True).analysis
    chunks = list(RecordStream(analysis.layout, "again"))
    (one,) = apply_fixes(analysis, chunks)
    assert one.aligned.rows.tolist() == [2, 3, 5, 6]
    assert one.aligned.table["2"].to_pylist() == ["Acme, Inc.", "Acme", "Acme, Ltd.", "Acme, Ltd."]
    assert one.original is chunks[0]


@pytest.mark.slow
def test_undo_gives_the_bytes_and_what_is_fixed_stays(tmp_path: Path) -> None:
    """A single record is not undone alone: clean.csv cannot hold it."""
    checked.fix(tmp_path, MESSY, ignore=("DUP",), unsafe_fixes=True)
    back = undo.restore(tmp_path / "out", tmp_path / "back.csv")
    assert back.path.read_text() == MESSY
    with pytest.raises(UsageError, match="row 2 was malformed and repaired as a whole"):
        undo.revert(tmp_path / "out", codes=("STR102",))
    first = (tmp_path / "out" / "clean.csv").read_text()
    (tmp_path / "again").mkdir()
    again = checked.fix(tmp_path / "again", first, ignore=("DUP",), unsafe_fixes=True)
    assert again.changed_cells == 0
    assert (tmp_path / "again" / "out" / "clean.csv").read_text() == first


def test_only_a_rule_about_records_repairs() -> None:
    """And it says whether that is safe."""
    rule = own(among=None, scope=Scope.RECORD, repairs=True, safety=Safety.UNSAFE)
    _validate(rule, "own.py")
    for bad in (
        own(repairs=True, safety=Safety.UNSAFE),
        dataclasses.replace(rule, drops=True),
    ):
        with pytest.raises(RuleError, match="only a RECORD rule that drops nothing repairs"):
            _validate(bad, "own.py")
    with pytest.raises(RuleError, match="a rule with a fix needs `safety`"):
        _validate(dataclasses.replace(rule, safety=None), "own.py")
