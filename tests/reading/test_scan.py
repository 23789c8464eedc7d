"""Bytes to layout."""

from __future__ import annotations

from pathlib import Path

import pytest

from preflight.core.errors import UsageError
from preflight.core.types import Layout
from preflight.reading.scan import scan
from preflight.reading.source import open_source

NAMES = {"email", "name", "company"}


def _known(name: str) -> bool:
    return name.strip().lower() in NAMES


def _scan(folder: Path, content: bytes, **options: object) -> Layout:
    path = folder / "list.csv"
    path.write_bytes(content)
    source = open_source(path, spool=folder)
    return scan(source, spool=folder, known=_known, **options)  # type: ignore[arg-type]


def test_a_plain_table_is_read_in_place(tmp_path: Path) -> None:
    layout = _scan(tmp_path, b"email,name\na@example.org,Ann\n")
    assert layout.text == layout.source.path
    assert (layout.content, layout.encoding, layout.encoding_from) == ("table", "utf-8", "strict")
    assert (layout.bom, layout.invalid_byte, layout.confidence) == (False, None, 1.0)
    assert (layout.delimiter, layout.delimiter_from) == (",", "sniffed")
    assert (layout.header, layout.header_line, layout.header_certain) == (
        ("email", "name"),
        1,
        True,
    )
    assert (layout.preamble, layout.data_offset, layout.data_line) == (0, 11, 2)


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    layout = _scan(tmp_path, b"\xef\xbb\xbfemail,name\na@example.org,Ann\n")
    assert layout.text == layout.source.path
    assert (layout.bom, layout.text_offset, layout.data_offset) == (True, 3, 14)
    assert layout.header == ("email", "name")
    assert layout.invalid_byte is None


@pytest.mark.parametrize("codec", ["utf-16", "utf-32", "cp1252", "utf-16-le"])
def test_other_encodings_are_read_from_a_copy_in_utf8(tmp_path: Path, codec: str) -> None:
    text = "email;name\r\na@example.org;Zoë\r\n"
    layout = _scan(tmp_path, text.encode(codec))
    assert layout.text != layout.source.path
    assert isinstance(layout.text, Path)
    assert layout.text.read_bytes() == text.encode()
    assert (layout.text_offset, layout.data_offset, layout.data_line) == (0, 12, 2)
    assert layout.delimiter == ";"


def test_a_damaged_utf8_file_is_read_from_a_copy_with_marks(tmp_path: Path) -> None:
    layout = _scan(tmp_path, "email,nämé,übér,é,é\n".encode() + b"a@example.org,\xff,1,2,3\n")
    assert (layout.encoding, layout.encoding_from) == ("utf-8", "strict")
    assert (
        layout.bad_offsets.tolist() == [layout.invalid_byte.offset]
        if layout.invalid_byte
        else False
    )
    assert isinstance(layout.text, Path)
    assert b"\xed\xb3\xbf" in layout.text.read_bytes()


def test_a_file_in_utf8_that_is_said_to_be_cp1252_is_read_as_such(tmp_path: Path) -> None:
    layout = _scan(tmp_path, "email,name\na@example.org,Zoë\n".encode(), encoding="cp1252")
    assert isinstance(layout.text, Path)
    assert "ZoÃ«".encode() in layout.text.read_bytes()
    assert layout.encoding_from == "option"


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_no_text_is_empty(tmp_path: Path, content: bytes) -> None:
    layout = _scan(tmp_path, content)
    assert (layout.content, layout.header) == ("empty", ())


def test_only_blank_lines_are_a_table_without_a_header(tmp_path: Path) -> None:
    layout = _scan(tmp_path, b"\n \n\n")
    assert (layout.content, layout.header, layout.data_offset) == ("table", (), 4)
    assert not layout.header_certain


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"%PDF-1.7\n", "PDF document"),
        (b"\x89PNG\r\n\x1a\n\0\0", "PNG image"),
        (b"\xff\xd8\xff\xe0", "JPEG image"),
        (b"GIF89a", "GIF image"),
        (b"PK\x03\x04\x14\0xl/workbook.xml", "Excel workbook"),
        (b"PK\x03\x04\x14\0list.csv", "ZIP archive"),
        (b"\x1f\x8b\x08\0", "gzip archive"),
        (b"SQLite format 3\0", "SQLite database"),
        (b"PAR1\x15", "Parquet file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "legacy Office document"),
        (b" <!DOCTYPE html>\n<html>", "HTML page"),
        ("<html><body>é".encode("utf-16"), "HTML page"),
        (b'<?xml version="1.0"?>', "XML document"),
        (b"<rows><row>", "XML document"),
        (b'{"email": "a@example.org"}', "JSON document"),
        (b'[{"email": 1}]', "JSON document"),
        (b"BEGIN:VCARD\n", "vCard file"),
        (b"INSERT INTO people (email, name) VALUES\n('a@b.org', 'A');\n", "SQL script"),
        (b"-- the fair's\n-- people\nCREATE TABLE people (\n", "SQL script"),
        (b"-- MySQL dump 10.13\n--\n", "SQL script"),
        (bytes(range(256)) * 20, "binary data"),
        (b"abc" + b"\0" * 20, "binary data"),
    ],
)
def test_a_foreign_format_is_named(tmp_path: Path, content: bytes, name: str) -> None:
    layout = _scan(tmp_path, content)
    assert (layout.content, layout.header) == (name, ())


@pytest.mark.parametrize(
    "header", ["[email],[name]", "{email},{name}", "<email>,<name>", "PK,id", "-- note,x"]
)
def test_a_header_in_brackets_is_still_a_table(tmp_path: Path, header: str) -> None:
    assert _scan(tmp_path, header.encode() + b"\n1,2\n").header == tuple(header.split(","))


def test_a_table_with_nuls_is_a_table(tmp_path: Path) -> None:
    """A rule judges them, so they have to reach it."""
    assert _scan(tmp_path, b"email,name\n" + b"a\0,b\0\n" * 50).content == "table"


def test_a_sep_line_is_preamble_and_says_the_delimiter(tmp_path: Path) -> None:
    layout = _scan(tmp_path, b"sep=|\nemail|name\na|b\n")
    assert (layout.delimiter, layout.delimiter_from) == ("|", "sep")
    assert (layout.preamble, layout.header_line, layout.data_line) == (1, 2, 3)


def test_options_win_over_what_is_found(tmp_path: Path) -> None:
    content = b'sep=|\nold,names\r\rmail;"na\nme"\n1;2\n'
    layout = _scan(tmp_path, content, delimiter=";", header_row=4)
    assert (layout.delimiter, layout.delimiter_from) == (";", "option")
    assert (layout.header, layout.header_certain) == (("mail", "na\nme"), True)
    assert (layout.header_line, layout.preamble, layout.data_line) == (4, 3, 6)
    assert content[layout.data_offset :] == b"1;2\n"


@pytest.mark.parametrize("delimiter", ["", ";;", '"', "\n", "§", "\0"])
def test_a_delimiter_that_cannot_be_one_is_refused(tmp_path: Path, delimiter: str) -> None:
    with pytest.raises(UsageError, match="cannot be a delimiter"):
        _scan(tmp_path, b"email\n", delimiter=delimiter)


@pytest.mark.parametrize("row", [0, -1, 3])
def test_a_header_row_that_is_not_there_is_refused(tmp_path: Path, row: int) -> None:
    with pytest.raises(UsageError, match=f"there is no line {row}"):
        _scan(tmp_path, b"email\na\n", header_row=row)


@pytest.mark.slow
def test_a_header_behind_a_mebibyte_of_quoted_notes_is_found(tmp_path: Path) -> None:
    notes = b'"' + b"x" * 3_000_000 + b'"'
    layout = _scan(tmp_path, notes + b"\nemail,name\na@example.org,Ann\n")
    assert (layout.header, layout.header_line) == (("email", "name"), 2)
