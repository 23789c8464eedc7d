"""A corrected file is read, whatever a spreadsheet made of its form."""

from __future__ import annotations

from pathlib import Path

import pytest

from preflight.core.errors import UsageError
from preflight.reading.source import open_source
from preflight.runs.corrections.read import Returned, labels, read_returned

WANTED = ("Email", "First Name", "Straße")
ID = "0123456789abcdef"


def read(folder: Path, text: str, encoding: str = "utf-8", wanted: tuple[str, ...] = WANTED,
         ) -> Returned:  # fmt: skip
    """The corrected file of this text."""
    (folder / "c.csv").write_text(text, encoding=encoding, newline="")
    return read_returned(open_source(folder / "c.csv", spool=folder), wanted, spool=folder)


def cells(found: Returned) -> dict[str, list[str]]:
    return {
        label: column.to_pylist() for label, column in zip(found.labels, found.cells, strict=True)
    }


def test_columns_find_their_place_again(tmp_path: Path) -> None:
    """Moved, in another case, with a lost letter, with semicolons and in another encoding."""
    found = read(
        tmp_path,
        "preflight__id;Stra?e;EMAIL;Notes;first name\r\n"
        f"{ID}:7;Große Straße 1;a@b.com;call;José\r\n",
        "cp1252",
    )
    assert found.labels == (*WANTED, "Notes")
    assert cells(found) == {
        "Email": ["a@b.com"], "First Name": ["José"], "Straße": ["Große Straße 1"],
        "Notes": ["call"],
    }  # fmt: skip
    assert (found.gone, found.added, list(found.names)) == ((), ("Notes",), [f"{ID}:7"])


def test_a_column_may_be_gone_and_names_too(tmp_path: Path) -> None:
    found = read(tmp_path, "Email,Straße\na@b.com,X 1\n")
    assert (found.gone, list(found.names)) == (("First Name",), [""])


def test_blank_records_keep_their_numbers(tmp_path: Path) -> None:
    found = read(tmp_path, "Email,First Name,Straße\na@b.com,A,\n\n,,\nb@b.com,B,\n")
    assert found.count == 4
    assert {1, 4} <= set(found.rows.tolist())


def test_what_was_made_safe_for_a_spreadsheet_is_as_it_was(tmp_path: Path) -> None:
    assert cells(read(tmp_path, "Email,First Name,Straße\na@b.com,'=A,''=B\n"))["First Name"] == [
        "=A"
    ]


def test_columns_of_one_name_are_told_apart(tmp_path: Path) -> None:
    assert labels(["Email", "Email", "preflight__id", "Name", "Email"]) == [
        "Email", "Email\0002", "Name", "Email\0003",
    ]  # fmt: skip
    wanted = ("Email", "Email\0002")
    found = read(tmp_path, "Email,Email\na@b.com,b@b.com\n", wanted=wanted)
    assert cells(found) == {"Email": ["a@b.com"], "Email\0002": ["b@b.com"]}


def test_a_record_of_another_width_stops_before_anything_is_sent(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"c\.csv:3: the record has 4 fields, the header 3"):
        read(tmp_path, "Email,First Name,Straße\na@b.com,A,X\nb@b.com,B,X,Y\n")


def test_another_file_is_no_correction(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"has none of the columns .*Email, First Name"):
        read(tmp_path, "Product,Price\nPen,1\n")
    with pytest.raises(UsageError, match="not a table with a header"):
        read(tmp_path, "")
