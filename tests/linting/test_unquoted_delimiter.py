"""In which column of a record that is too long a delimiter lacks its quotes."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.core.types import Syntax
from preflight.linting.unquoted_delimiter import likely_columns
from tests.cells import plan_for
from tests.checked import check

FIELDS = ("email", "first_name", "company", "phone", "city", "notes")
COLUMNS = plan_for(*FIELDS).columns


def likely(*raws: str, delimiter: str = ",", fields: tuple[str, ...] = FIELDS) -> list[int]:
    """The column of each record, for a header of these fields."""
    counts = [len(next(csv.reader([raw], delimiter=delimiter))) for raw in raws]
    found = likely_columns(
        pd.Series(raws, dtype="str"), np.array(counts), plan_for(*fields).columns, Syntax(delimiter)
    )
    return list(found)


@pytest.mark.parametrize(
    ("raw", "column"),
    [
        ("ann@kestrel-labs.com,Ann,Kestrel Labs, Inc.,+14155552671,Leeds,x", 2),
        ("ann@kestrel-labs.com,Ann,Kestrel Labs,Inc.,+14155552671,Leeds,x", -1),
        ("ann@kestrel-labs.com,Ann,Kestrel Labs,+14155552671,Leeds, UK,x", 4),
        ("ann@kestrel-labs.com,Ann,Kestrel, Labs, Inc.,+14155552671,Leeds,x", 2),
        ("ann@kestrel-labs.com,Ann,Kestrel, Labs,+14155552671,Leeds, UK,x", -1),
        ("ann@kestrel-labs.com,Ann,Kestrel Labs,+14155552671,Leeds,x,", -1),
        ("ann@kestrel-labs.com, Ann, Kestrel Labs, Inc., +14155552671, Leeds, x", -1),
        (",Ann,bob@kestrel-labs.com,Kestrel, Inc.,+14155552671,Leeds", -1),
        (",,,,,,", -1),
        ('"ann@kestrel-labs.com","Ann",Kestrel Labs, Inc.,+14155552671,"Leeds, UK",x', 2),
        ("ann@kestrel-labs.com,Ann,Kestrel Labs, Inc.,+14155552671,Leeds,", 2),
    ],
)
def test_a_column_is_named_only_where_a_single_one_can_be_meant(raw: str, column: int) -> None:
    """By what the cells look like, else by the blank that people write behind a comma."""
    assert likely(raw) == [column]


def test_one_text_column_between_others_needs_no_blank() -> None:
    """Nothing else can have held the delimiter."""
    fields = ("email", "company", "phone")
    assert likely("a@x.org,Kestrel,Inc.,+14155552671", fields=fields) == [1]
    assert likely("a@x.org;Kestrel;Inc.;+14155552671", delimiter=";", fields=fields) == [1]
    assert likely("a@x.org,+14155552671,+14155552672", fields=("email", "phone")) == [-1]


SEEDS = st.integers(0, 2**32)


def planted(seed: int, blank: bool) -> tuple[str, int]:
    """A good row with a delimiter planted into one of its texts, and the column of it."""
    chance = random.Random(seed)

    def word() -> str:
        return "".join(chance.choices("abcdeéß日 '", k=chance.randint(1, 9))).strip() or "x"

    row = [
        f"{chance.randint(0, 999)}@kestrel-labs.com",
        word(),
        word(),
        chance.choice(["", "+14155552671", "(415) 555-2671"]),
        word(),
        chance.choice(["", word(), "12345"]),
    ]
    column = chance.choice([1, 2, 4, 5])
    row[column] = f"{word()}\0{word()}"
    text = io.StringIO()
    csv.writer(text, lineterminator="").writerow(row)
    return text.getvalue().replace("\0", ", " if blank else ","), column


@given(SEEDS, st.booleans())
def test_a_planted_delimiter_is_found_or_left_and_never_put_elsewhere(
    seed: int, blank: bool
) -> None:
    """No answer is better than a wrong one."""
    raw, column = planted(seed, blank)
    assert likely(raw)[0] in (column, -1)


def test_most_planted_delimiters_with_a_blank_behind_are_found() -> None:
    """As people write them."""
    rows = [planted(seed, blank=True) for seed in range(500)]
    found = likely(*(raw for raw, _ in rows))
    right = sum(one == column for one, (_, column) in zip(found, rows, strict=True))
    assert right > 440
    assert all(one in (column, -1) for one, (_, column) in zip(found, rows, strict=True))


def test_names_that_may_be_values_are_in_no_message(tmp_path: Path) -> None:
    """A header without a known name may be somebody's data; and a known one is told bare."""
    found = check(tmp_path, "Xx,Yy\nLeeds,Kestrel, Inc.\n", select=("STR102",)).analysis
    assert found.findings.frame["message"].tolist() == ["3 fields, but the header has 2"]
    text = "email, Company \na@kestrel-labs.com,Kestrel, Inc.\n,\n"
    found = check(tmp_path, text, select=("STR",)).analysis
    assert found.findings.frame["message"].tolist() == [
        "3 fields, but the header has 2; probably an unquoted delimiter in `Company`",
        None,
    ]
