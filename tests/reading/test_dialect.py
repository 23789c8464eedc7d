"""Delimiter and header line."""

from __future__ import annotations

from collections import Counter

import pytest

from preflight.reading.dialect import Dialect, find_dialect, sep_line_delimiter

NAMES = {"email", "first name", "last name", "company", "name", "phone", "title"}


def _known(name: str) -> bool:
    return name.strip().lower() in NAMES


def _find(text: str, delimiter: str | None = None) -> Dialect:
    return find_dialect(text.encode(), final=True, known=_known, delimiter=delimiter)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_gives_even_rows(delimiter: str) -> None:
    rows = [["name", "Ort", "Notiz"], ["Ann", "Berlin, Mitte", '"a;b|c,d"'], ["Bob", "Ulm", "x"]]
    found = _find(
        "\n".join(delimiter.join(row) for row in rows if delimiter != "," or row[0] != "Ann")
    )
    assert found.syntax.delimiter == delimiter
    assert found.header is not None
    assert found.header.cells == ("name", "Ort", "Notiz")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("email\na@example.org\nb@example.org\n", id="one column"),
        pytest.param("note\nsee; below\nor; not\nnever; mind\n", id="semicolons in sentences"),
        pytest.param("Title\na;b\nc;d\n", id="a known name alone on its line"),
        pytest.param("bemerkung\n\n", id="one line"),
    ],
)
def test_one_column_needs_no_delimiter(text: str) -> None:
    found = _find(text)
    assert found.syntax.delimiter == ","
    assert found.header is not None
    assert (found.header.line, len(found.header.cells)) == (1, 1)


def test_delimiters_inside_quotes_do_not_count() -> None:
    found = _find('a;b\n"1,2,3,4";x\n"5,6,7,8";y\n"1,2,3,4";"z,z,z"\n')
    assert found.syntax.delimiter == ";"


@pytest.mark.parametrize(
    ("above", "line"),
    [
        pytest.param("", 1, id="nothing"),
        pytest.param("\n \n,,,\n", 4, id="blank lines"),
        pytest.param("Trade show 2026\nExported by bob@example.org, Berlin\n", 3, id="notes"),
        pytest.param("Trade show,,,\nDate,2026-03-01,,\n", 3, id="padded notes"),
        pytest.param("sep=,\n", 2, id="sep"),
        pytest.param('"a note\nof two lines"\n', 3, id="a quoted line break"),
    ],
)
@pytest.mark.parametrize("header", ["Email,First Name,Company,Size", "Correo,Nombre,Ciudad,Talla"])
def test_the_header_is_found_below_a_preamble(above: str, line: int, header: str) -> None:
    found = _find(f"{above}{header}\na@example.org,Ann,Acme,3\nb@example.org,Bob,Acme,4\n")
    assert found.header is not None
    assert found.header.cells == tuple(header.split(","))
    assert found.header.line == line
    assert found.certain


def test_a_ragged_header_is_found_by_its_names() -> None:
    found = _find("Expo 2026, Hall 4, x\nemail,name\na@example.org,Ann,\nb@example.org,Bob,7\n")
    assert found.header is not None
    assert (found.header.line, found.header.cells) == (2, ("email", "name"))


def test_a_ragged_header_of_unknown_names_is_still_the_first_line() -> None:
    found = _find("Correo,Nombre,Ciudad\na@example.org,A,B,\nb@example.org,A,B,\n")
    assert found.header is not None
    assert (found.header.line, found.certain) == (1, True)


def test_a_value_that_is_a_known_name_does_not_make_a_header() -> None:
    """Row 2 has `Phone` and `Title` as values; the row above it holds an address."""
    found = _find("Correo,Tema,Tema 2\na@example.org,x,y\nno address,Phone,Title\n")
    assert found.header is not None
    assert (found.header.line, found.certain) == (1, False)


@pytest.mark.parametrize("first", ["a@example.org,Name", "+1 415 555 2671,Company"])
def test_a_first_row_of_data_is_taken_as_the_header_with_doubt(first: str) -> None:
    found = _find(f"{first}\nb@example.org,Bob\n")
    assert found.header is not None
    assert (found.header.line, found.certain) == (1, False)


def test_names_are_kept_as_written() -> None:
    found = _find('" email ","na""me",\u200bphone\n1,2,3\n')
    assert found.header is not None
    assert found.header.cells == (" email ", 'na"me', "\u200bphone")


def test_an_unclosed_quote_in_the_header_does_not_hide_it() -> None:
    found = _find('"email,name\na@example.org,Ann\nb@example.org,Bob\n')
    assert found.header is not None
    assert found.header.cells == ('"email', "name")


def test_a_delimiter_given_is_used() -> None:
    found = _find("a;b,c\n1;2,3\n", delimiter=",")
    assert found.header is not None
    assert found.header.cells == ("a;b", "c")


def test_blank_lines_have_no_header() -> None:
    assert _find("\n ,\n").header is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"sep=;\r\nx", ";"),
        (b'"sep=|"\nx', "|"),
        (b"SEP=\t", "\t"),
        (b"sep=;;\n", None),
        (b"sep=\n", None),
        (b"separator\n", None),
    ],
)
def test_a_sep_line_says_the_delimiter(text: bytes, said: str | None) -> None:
    assert sep_line_delimiter(text) == said


def test_a_delimiter_behind_each_row_makes_a_column_without_a_name() -> None:
    found = _find("email,name\na@example.org,Ann,\nb@example.org,Bob,\n")
    assert found.header is not None
    assert found.header.cells == ("email", "name", "")


@pytest.mark.parametrize(
    ("below", "count"),
    [
        pytest.param("", 0, id="nothing"),
        pytest.param("text,VARCHAR(80),Email\n", 1, id="types"),
        pytest.param("title,company,Email_Address\n", 1, id="names of an interface"),
        pytest.param("Title,Company,email\n", 0, id="the header again is a repeated header"),
        pytest.param("Response,Open-Ended Response,\n", 1, id="a analysis"),
        pytest.param(
            'Your title?,Where?,Address?\n"{""ImportId"":""a""}","{""ImportId"":""b""}",x\n',
            2,
            id="a analysis with ids",
        ),
        pytest.param("Text,Kestrel Labs,x\n", 0, id="a contact with a word of a type"),
        pytest.param("Name,Title,Bob\n", 0, id="a contact of odd values"),
    ],
)
def test_what_says_more_of_the_columns_is_no_data(below: str, count: int) -> None:
    found = _find(f"Title,Company,email\n{below}CEO,Acme,a@example.org\n")
    assert found.header is not None
    assert found.header.line == 1
    assert len(found.below) == count


@pytest.mark.parametrize("mark", ["^", "~", ":", "::", "\x1f", "¦", "§"])
def test_a_delimiter_that_is_not_looked_for_is_named(mark: str) -> None:
    rows = [["email", "name", "company"], ["a@example.org", "Ann", "Acme"]]
    found = _find("".join(mark.join(row) + "\n" for row in rows))
    assert found.strange == mark


@pytest.mark.parametrize("text", ["email\na@example.org\n", "email,name\na,b\n", "a:b\nc:d\n"])
def test_a_file_of_one_column_has_no_strange_delimiter(text: str) -> None:
    assert _find(text).strange == ""


def test_a_long_text_is_not_asked_word_by_word_whether_it_is_a_name() -> None:
    """A reading that is cut at blanks has each of its words again and again."""
    asked = Counter[str]()

    def known(name: str) -> bool:
        asked[name] += 1
        return name in ("email", "note")

    head = f"email,note\nann@kestrel-labs.com,{'hello world ' * 500}\n".encode()
    find_dialect(head, final=True, known=known)
    assert max(asked.values()) == 1
