"""Delimiters of blanks, with blanks around them, and named wrongly: what is read and said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.checked import check, fix, listed, read, summarised

PEOPLE = [
    ["email", "first_name", "company"],
    ["ann@kestrel-labs.com", "Ann", "Kestrel"],
    ["bob@kestrel-labs.com", "Bob", "Pike"],
    ["cleo@kestrel-labs.com", "Cleo", ""],
]


def _text(delimiter: str, quote: str = "") -> str:
    return "".join(delimiter.join(f"{quote}{cell}{quote}" for cell in row) + "\n" for row in PEOPLE)


@pytest.mark.parametrize(
    ("delimiter", "quote"),
    [(", ", ""), ("; ", ""), (", ", '"'), (" | ", '"'), (" ", '"'), (" ; ", '"'), (",", "'")],
)
def test_blanks_around_a_delimiter_are_no_part_of_a_cell(
    tmp_path: Path, delimiter: str, quote: str
) -> None:
    fixed = fix(tmp_path, _text(delimiter, quote))
    assert fixed.checked.analysis.problems or fixed.checked.analysis.findings.counts()
    header, *rows = PEOPLE
    found = [
        {name: cell.strip() for name, cell in row.items()}
        for row in read(tmp_path / "out/clean.csv")
    ]
    assert found == [dict(zip(header, row, strict=True)) for row in rows]


ALIGNED = "".join("".join(f"{cell:<24}" for cell in row) + "\n" for row in PEOPLE[:3])
UNEVEN = """email first_name
ann@kestrel-labs.com Ann
bob@kestrel-labs.com Bob Pike
cleo@kestrel-labs.com Cleo
"""
NUMBERS = "a,b,c\n1,2,3\n4,5,6\n"


def _said(folder: Path, content: str, **settings: Any) -> list[str]:
    found = list(listed(check(folder, content, **settings)).rows())
    codes = {row.rule.code for row in found}
    assert "STR115" not in codes or "STR105" not in codes
    return [row.message for row in found if row.rule.code == "STR115"]


@pytest.mark.parametrize(
    ("content", "settings", "message"),
    [
        (ALIGNED, {}, "several blanks: save the file with commas"),
        (UNEVEN, {}, "' ': add `--delimiter ' '`"),
        (
            _text(","),
            {"delimiter": "tab"},
            "',': leave out `--delimiter`, or say `--delimiter ','`",
        ),
        (_text("\t"), {"delimiter": ","}, "tab: leave out `--delimiter`, or say `--delimiter tab`"),
        (NUMBERS, {"delimiter": "tab"}, "',': leave out `--delimiter`, or say `--delimiter ','`"),
    ],
)
def test_another_delimiter_than_the_one_that_is_read_is_an_error(
    tmp_path: Path, content: str, settings: dict[str, str], message: str
) -> None:
    assert _said(tmp_path, content, **settings) == [f"the fields seem to be separated by {message}"]


@pytest.mark.parametrize(
    ("content", "settings"),
    [
        ("First Name\nAnn Bell\nBob Pike\n", {}),
        ("Email Address\nann@kestrel-labs.com\nbob@kestrel-labs.com\n", {}),
        ("note\nsaid yes, then left\nwants a call, and soon\n", {"delimiter": "tab"}),
        (_text(","), {"delimiter": ","}),
    ],
)
def test_one_column_of_words_is_one_column(
    tmp_path: Path, content: str, settings: dict[str, str]
) -> None:
    assert _said(tmp_path, content, **settings) == []


def test_single_quotes_of_which_some_are_not_closed_are_quotes_if_the_width_fits(
    tmp_path: Path,
) -> None:
    rows = [f"'p{number}@kestrel-labs.com','Pike, Sons','Bob'" for number in range(8)]
    rows += ["'ann@kestrel-labs.com','O'Hara, Lund','Ann'", "'cleo@kestrel-labs.com',Pike,'Cleo"]
    fixed = fix(tmp_path, "\n".join(["'email','company','first_name'", *rows]))
    companies = [row["company"] for row in read(tmp_path / "out/clean.csv")]
    assert companies == ["Pike, Sons"] * 8 + ["O'Hara, Lund"]
    assert fixed.reasons == {"STR103": 1}


def test_a_whole_line_is_suggested_for_no_field(tmp_path: Path) -> None:
    """Its name holds the name of the address, and so its cells hold one."""
    shown = summarised(listed(check(tmp_path, ALIGNED, profile="talkvalue")))
    assert "  email first_name company: TalkValue has no such column\n" in shown
