"""No cell, line, header or file costs more than in proportion to its length."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

import preflight

COLUMNS = ("email", "phone", "name", "company", "country", "created_at", "notes")
# What rules, kinds and the reading of files look for; a text of nothing else is the worst for them.
ALPHABETS = (
    "a", "A", "1", " ", "@", ".", "-", "+", "<", ">", "'", "a,", ";", "|", "x\n", "\r", "\t", "_",
    "\u200b", "\u00a0", "\u00e9", "\u00c3\u00a9", "\u6f22", "\U0001f600", "e\u0301", "\u202e", "(",
    "&amp;", "=", ":", "/", "#", "%", "\\", "0", "a@", "a.", "1-", "a-", "1 ", "a ", "mailto:",
    "<a", '=("', "x1", " ext", "http://a", "2026-01-", "+00:00", "N/A ", "or ", '"a" ', ",", "x/",
)  # fmt: skip
SHORT, LONG = 4_000, 16_000
# Linear work is 4 times as much, quadratic work 16 times; what takes no time says nothing.
MOST, LEAST_SECONDS = 8.0, 1.0


def work(path: Path, content: str) -> float:
    """The processor seconds of a check."""
    path.write_text(content, encoding="utf-8", newline="")
    before = time.process_time()
    preflight.check(path, profile="talkvalue", region="US", timezone="Europe/Berlin")
    return time.process_time() - before


def filled(text: str, length: int) -> str:
    return (text * (length // len(text) + 1))[:length]


def table(column: str, length: int) -> str:
    """A row for each alphabet, with a long cell in one column."""
    rows = [",".join(COLUMNS)]
    for number, alphabet in enumerate(ALPHABETS):
        cells = dict.fromkeys(COLUMNS, "") | {"email": f"p{number}@kestrel-labs.com"}
        cell = filled(alphabet, length).replace('"', '""')
        rows.append(",".join((cells | {column: f'"{cell}"'}).values()))
    return "\n".join(rows) + "\n"


def header(length: int) -> str:
    """A name of each alphabet in the header."""
    names = [filled(alphabet, length).replace('"', '""') for alphabet in ALPHABETS]
    row = ["ann@kestrel-labs.com", *["x"] * len(names)]
    head = ",".join(["email", *(f'"{name}"' for name in names)])
    return "\n".join([head, *[",".join(row)] * 3]) + "\n"


@pytest.mark.long
@pytest.mark.parametrize("column", [*COLUMNS, "header"])
def test_a_cell_that_is_four_times_as_long_is_four_times_the_work(
    column: str, tmp_path: Path
) -> None:
    def content(length: int) -> str:
        return header(length // 4) if column == "header" else table(column, length)

    work(tmp_path / "a.csv", content(100))
    short, long = (work(tmp_path / "a.csv", content(length)) for length in (SHORT, LONG))
    assert long < max(MOST * short, LEAST_SECONDS)


@pytest.mark.long
@pytest.mark.parametrize("alphabet", ALPHABETS)
def test_a_file_of_one_alphabet_is_read_in_linear_time(alphabet: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    work(path, "email\n")
    short, long = (work(path, filled(alphabet, length)) for length in (25_000, 100_000))
    assert long < max(MOST * short, LEAST_SECONDS)
