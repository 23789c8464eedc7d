"""What the cells of a column look like."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.core.types import Chunk
from preflight.kinds.sniffing import LOOK_NAMES, Looks, Sample
from tests.cells import chunk_of


def look_of(cell: str) -> str | None:
    """The look of one cell; None for one that holds nothing."""
    sample = Sample(1)
    sample.add(chunk_of([cell]))
    counts = sample.looks()[0].counts
    return next(iter(counts), None)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("look", "cells"),
    {
        "email": [
            "ann@kestrel-labs.com",
            "mailto:ann@kestrel",
            "Ann <ann@kestrel-labs.com>",
            "ann@@kestrel",
        ],
        "url": ["https://kestrel-labs.com", "WWW.kestrel-labs.com", "linkedin.com/in/ann"],
        "timestamp": [
            "2026-04-21",
            "2026-04-21T15:30:00Z",
            "2026/4/1 15:30",
            "21.04.2026",
            "04/21/2026 3:30 PM",
            "4/21/26",
            "15:30",
            "3:30 pm",
            "21 April 2026 15:30",
            "Apr 21, 2026",
            "Tue, 21 Apr 2026 15:30:00 +0200",
            "Sep 26, 2026 7:05 PM",
            "21-Apr-26",
        ],
        "phone": [
            "+14155552671",
            "(415) 555-2671",
            "06.12.34.56.78",
            "06-12-34-56-78",
            "555-1234",
            "+44 (0)20 7946 0018",
            "'+14155552671",
            "tel:+14155552671",
            "p:+14155552671",
            "+(49) 30 23125 000",
            "\uff0b14155552671",
            "030/23125000",
            "415-555-2671 x29",
            "\u0661\u0662\u0663 \u0664\u0665\u0666\u0667",
        ],
        "digits": ["4155552671", "1.41556E+10", "20260421", "46133.645"],
        "number": ["1", "4711", "12.5", "1,200", "+49", "50%"],
        "title": ["Mr", "Mrs.", "Dr.", "Herr", "Mme"],
        "text": [
            "Ann",
            "Ann Bell",
            "浜田 直樹",
            "call me",
            "A4",
            "Kestrel Labs 2",
            "@ann",
            "J.R.",
            "Mr Bell",
        ],
        None: ["", " ", "-", "?", "n/a", "N/A", "#N/A", "null", "none", "#REF!", "\u00a0", "..."],
    }.items(),
)
def test_a_cell_looks_like_what_a_person_would_take_it_for(
    look: str | None, cells: list[str]
) -> None:
    """Valid or not."""
    assert {cell: look_of(cell) for cell in cells} == dict.fromkeys(cells, look)
    assert look is None or look in LOOK_NAMES


@pytest.mark.parametrize(
    ("counts", "kind", "expected"),
    [
        ({"phone": 3}, "email", "phone"),
        ({"phone": 2}, "email", None),
        ({}, "email", None),
        ({"email": 1, "phone": 3}, "email", None),
        ({"email": 1, "phone": 5}, "email", "phone"),
        ({"email": 1, "phone": 2, "text": 2, "url": 1}, "email", None),
        ({"digits": 9}, "phone", None),
        ({"digits": 9}, "email", "digits"),
        ({"text": 9, "phone": 1}, "phone", "text"),
        ({"timestamp": 9}, "phone", "timestamp"),
        ({"number": 9}, "timestamp", None),
        ({"text": 9}, "timestamp", "text"),
        ({"email": 9}, "name", "email"),
        ({"title": 9}, "name", "title"),
        ({"number": 9}, "country", "number"),
        ({"email": 9}, "text", None),
        ({"title": 9}, "text", None),
    ],
)
def test_a_column_holds_something_else_when_the_majority_is_clear(
    counts: dict[str, int], kind: str, expected: str | None
) -> None:
    """Three cells at least, less than a fifth that fit, half or more of one other look."""
    assert Looks(counts).instead_of(kind, "company") == expected


def test_a_form_of_address_is_no_job_title() -> None:
    """`Title` means both."""
    assert Looks({"title": 9}).instead_of("text", "job_title") == "title"
    assert Looks({"title": 3, "text": 6}).instead_of("text", "job_title") is None


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"email": 4, "text": 1}, "email"),
        ({"email": 3, "text": 1}, None),
        ({"phone": 5, "digits": 4, "text": 1}, "phone"),
        ({"phone": 1, "digits": 9}, None),
        ({"digits": 9}, None),
        ({"text": 9}, None),
        ({}, None),
    ],
)
def test_cells_give_their_kind_away_where_it_is_plain(
    counts: dict[str, int], expected: str | None
) -> None:
    """Digits alone may be anything."""
    assert Looks(counts).surely() == expected


def test_cells_that_begin_with_a_country_code_are_counted() -> None:
    """It tells whether `--region` is needed."""
    sample = Sample(1)
    sample.add(chunk_of(["+14155552671", "0044 20 7946 0018", "(+49) 30", "020 7946 0018", "p:+1"]))
    assert sample.looks()[0].international == 4


def cut(chunk: Chunk, at: list[int]) -> list[Chunk]:
    """The chunk in pieces."""
    edges = [0, *sorted(at), len(chunk.rows)]
    return [
        Chunk(chunk.table.slice(a, b - a), chunk.rows[a:b], chunk.lines[a:b], chunk.malformed)
        for a, b in itertools.pairwise(edges)
    ]


CELLS = [f"a{n}@b" if n % 3 else str(n) for n in range(4000)]


@given(st.integers(0, 4000), st.lists(st.integers(0, 4000), max_size=5))
def test_the_sample_is_the_same_however_the_file_is_cut(rows: int, at: list[int]) -> None:
    """No result depends on the size of a chunk."""
    whole = chunk_of(CELLS[:rows], CELLS[:rows][::-1])
    once, pieces = Sample(2), Sample(2)
    once.add(whole)
    for piece in cut(whole, [min(one, rows) for one in at]):
        pieces.add(piece)
    assert once.looks() == pieces.looks()


def test_the_sample_is_even_and_small() -> None:
    """A header is not judged by the top of its file."""
    sample = Sample(1)
    rows = 200_000
    cells = np.where(np.arange(rows) < rows // 2, "ann@kestrel-labs.com", "Ann").tolist()
    sample.add(chunk_of(cells))
    looks = sample.looks()[0]
    assert 512 <= looks.cells <= 1024
    assert 0.45 < looks.counts["email"] / looks.cells < 0.55


def test_a_file_without_rows_or_columns_looks_like_nothing() -> None:
    """There is nothing to say of it."""
    assert Sample(2).looks() == (Looks({}), Looks({}))
    assert Sample(0).looks() == ()
