"""One record at a time."""

from __future__ import annotations

import csv
import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from preflight.core.types import Flaw, Syntax
from preflight.reading.records import LONGEST_FIELD, Record, RecordReader
from tests.examples import examples

BREAK = re.compile(r"\r\n|\n|\r")


def _reader(width: int = 0, delimiter: str = ",", closes: bool = True) -> RecordReader:
    return RecordReader(Syntax(delimiter), width, lambda _: closes)


def _read(text: bytes, width: int = 0) -> list[Record]:
    at, records, reader = 0, [], _reader(width)
    while at < len(text):
        records.append(reader.read(text, at, final=True))
        at = records[-1].end
    return records


def _lines(text: str) -> list[str]:
    ends = [found.end() for found in BREAK.finditer(text)]
    return [text[a:b] for a, b in zip([0, *ends], [*ends, len(text)], strict=True) if a < b]


@given(st.text(alphabet='",;\n\r aé', max_size=30), st.sampled_from(",;"))
@example('a"b,"c""d"e"f,"g\r\nh"\r\r\n', ",")
def test_records_are_those_of_the_csv_module(text: str, delimiter: str) -> None:
    """Cell for cell and line for line, up to a quote that never closes."""
    reader = _reader(delimiter=delimiter)
    theirs = csv.reader(_lines(text), delimiter=delimiter)
    data = text.encode()
    at = above = 0
    while at < len(data):
        ours = reader.read(data, at, final=True)
        if ours.flaw is not None:
            assert ours.flaw is Flaw.UNCLOSED
            return
        assert [field.decode() for field in ours.fields] == next(theirs)
        assert ours.lines == theirs.line_num - above
        at, above = ours.end, theirs.line_num
    assert next(theirs, None) is None


PARTS = st.lists(
    st.sampled_from(['"', ",", "\n", "\r", " ", "a", "\\", ',"', '",', '""', "a,b", "\na,b,c\n"]),
    max_size=12,
).map("".join)


@settings(max_examples=examples(4))
@given(
    head=PARTS,
    tail=PARTS,
    width=st.sampled_from([0, 2, 3]),
    syntax=st.builds(Syntax, st.just(","), escape=st.booleans(), spaced=st.booleans()),
)
@example('"a\nb,c,d\ne",f', ",g\n", 3, Syntax(","))  # a field of its last line is still to come
@example('a,"b""\nc,d,"e"', ",f\n", 3, Syntax(","))  # so it is where lines are records
@example('a,"b\nc"d,e', ",e\n", 2, Syntax(",", spaced=True))
def test_a_record_that_is_told_before_the_end_stays_what_it_is(
    head: str, tail: str, width: int, syntax: Syntax
) -> None:
    """Nothing that follows can change it."""
    reader = RecordReader(syntax, width, lambda _: True)
    early = reader.read(head.encode(), 0, final=False) if head else None
    if early is not None:
        assert early == reader.read((head + tail).encode(), 0, final=True)


def test_an_empty_line_has_no_fields() -> None:
    assert [record.fields for record in _read(b"\n\r\n,\n")] == [[], [], [b"", b""]]


def test_an_unclosed_quote_costs_one_line() -> None:
    flaws = [(record.flaw, record.stop) for record in _read(b'a,"b\nc,d\ne,f')]
    assert flaws == [(Flaw.UNCLOSED, 4), (None, 8), (None, 12)]
    assert _read(b'a,"b,c\n')[0].width == 3


def test_a_quoted_address_of_five_lines_is_one_good_record() -> None:
    text = b'Ann,"Acme, Inc.\nHall 4, Stand 2\nMain St 1\nBerlin, 10115\nGermany",x\n'
    for width in (0, 2, 3, 8):
        (record,) = _read(text, width)
        assert (record.flaw, record.lines, len(record.fields)) == (None, 5, 3)


def test_a_quote_that_swallows_records_costs_one_line() -> None:
    text = b'a,"b,c\n1,2,3\n4,5,6\n7,"8",9\n'
    records = _read(text, 3)
    assert [record.flaw for record in records] == [Flaw.RUNAWAY, None, None, None]
    assert records[0].stop == 6


@pytest.mark.parametrize(
    ("inside", "width", "runs_away"),
    [
        pytest.param("x\n1,2,3", 3, False, id="two lines are no runaway"),
        pytest.param("x\n1,2,3\ny", 3, True, id="three are, with a record inside"),
        pytest.param("x\n1,2,3\nprose\ny", 3, False, id="half is not most"),
        pytest.param("x\nBerlin, Germany\ny", 2, False, id="prose"),
        pytest.param("x\na, b, c, d\ny", 4, True, id="padded records of many columns"),
        pytest.param("x\n, ,\ny", 3, False, id="nothing but delimiters"),
        pytest.param("x\nword\nword\ny", 1, False, id="one column says nothing"),
        pytest.param("x" + "\n" * (LONGEST_FIELD - 1), 2, False, id="a hundred lines"),
        pytest.param("x" + "\n" * LONGEST_FIELD, 2, True, id="over a hundred lines"),
    ],
)
def test_what_a_runaway_is(inside: str, width: int, runs_away: bool) -> None:
    (first, *_) = _read(f'"{inside}",z\n'.encode(), width)
    assert (first.flaw is Flaw.RUNAWAY) == runs_away


@pytest.mark.parametrize(
    ("text", "runs_away"),
    [
        pytest.param(b'a,b,"x, y, z\n1,2,3\n4,5,6\n7,8,9"\n', False, id="a list in the last cell"),
        pytest.param(b'"x\n1,2,3\n4,5,6\ny",b,c\n', False, id="a list in the first cell"),
        pytest.param(b'a,b,"x\n1,2,3\n4,5,6"z\n', True, id="text behind the quote"),
        pytest.param(b'a,"x, y\n1,2,3\n4,5,6"\n', True, id="a field too few"),
        pytest.param(b'a,"b,c\n1,2,3\n4,e",f\n', True, id="both ends are halves of rows"),
        pytest.param(b'a,"b,c\n1,2,3\n4,5"" disc,6\n7,"8",9\n', True, id="the next quoted cell"),
        pytest.param(b'a,a@x.com,"b\nc,c@x.com,d"\n', True, id="a contact behind a line end"),
        pytest.param(b'"a,a@x.com,b\nc",c@x.com,d\n', True, id="a contact before a line end"),
        pytest.param(b'a,"a@x.com,b\nc,c@x.com",d\n', True, id="two addresses in the cell"),
        pytest.param(b'a,a@x.com,"b\nc@x.com,c,d"\n', False, id="an address in another field"),
        pytest.param(b'a,a@x.com,"b\nsee c, c@x.com, d"\n', False, id="an address in prose"),
        pytest.param(b'a,a@x.com,"b\nc@x.com"\n', False, id="two lines of a cell"),
    ],
)
@pytest.mark.parametrize("escape", [False, True])
def test_lines_that_look_like_records_are_a_cell_if_it_closes_as_one(
    text: bytes, escape: bool, runs_away: bool
) -> None:
    reader = RecordReader(Syntax(escape=escape), 3, lambda _: True)
    record = reader.read(text, 0, final=True)
    assert (record.flaw is Flaw.RUNAWAY) == runs_away


def test_an_open_quote_is_given_up_once_it_is_long_enough() -> None:
    """Not before, for it may still close; and what it is depends on the rest of the file."""
    short = b'"x' + b"\n" * (LONGEST_FIELD - 1)
    assert _reader().read(short, 0, final=False) is None
    assert _reader().read(short + b"\r", 0, final=False) is None
    for closes, flaw in ((True, Flaw.RUNAWAY), (False, Flaw.UNCLOSED)):
        record = _reader(closes=closes).read(short + b"\n", 0, final=False)
        assert record is not None
        assert (record.flaw, record.end) == (flaw, 3)


def test_a_field_of_a_megabyte_of_quotes_is_read() -> None:
    (record,) = _read(b'"' + b'""' * 1_000_000 + b'"')
    assert record.fields == [b'"' * 1_000_000]


@given(
    st.lists(st.sampled_from([*'",\n\r ax;', '\\"', "\\,", "\\\\", "\\\n"]), max_size=20),
    st.sampled_from("\"'"),
)
@example(['"', "a", '\\"', ",", '"', ",", "\\,", "\\\n", "x"], '"')
def test_escapes_are_those_of_the_csv_module(pieces: list[str], quote: str) -> None:
    """Where the backslash has something to escape; the module would swallow any other.

    Behind a closing quote it takes no escapes; such a record is told as one with a stray quote.
    """
    text = "".join(pieces).replace('"', quote)
    reader = RecordReader(Syntax(",", quote, escape=True), 0, lambda _: True)
    theirs = csv.reader(_lines(text), quotechar=quote, escapechar="\\")
    data = text.encode()
    at = above = 0
    while at < len(data):
        ours = reader.read(data, at, final=True)
        if ours.flaw is not None or ours.stray:
            return
        assert [field.decode() for field in ours.fields] == next(theirs)
        assert ours.lines == theirs.line_num - above or ours.end == len(data)
        at, above = ours.end, theirs.line_num


def _odd(text: bytes, **syntax: Any) -> Record:
    return RecordReader(Syntax(**syntax), 0, lambda _: True).read(text, 0, final=True)


def test_a_backslash_with_nothing_to_escape_is_a_backslash() -> None:
    """Else a path, or a NULL as databases write it, would lose one."""
    record = _odd(b'C:\\Temp,\\N,"\\N"', escape=True)
    assert record.fields == [b"C:\\Temp", b"\\N", b"\\N"]


def test_blanks_around_a_quoted_cell_are_skipped_and_no_others() -> None:
    record = _odd(b' a, "b, c" ,\t"d"', spaced=True)
    assert record.fields == [b" a", b"b, c", b"d"]
    assert _odd(b' a,\t"d"', delimiter="\t", spaced=True).fields == [b" a,", b"d"]


@pytest.mark.parametrize(
    ("text", "syntax", "stray"),
    [
        (b'a,"b""c",d', {}, False),
        (b'a,5" b,d', {}, True),
        (b'"a",5" b,"d" "', {}, True),
        (b'a,"b"c', {}, True),
        (b"'a',O'Brien,d", {"quote": "'"}, False),
        (b"'a'b,O'Brien,d", {"quote": "'"}, True),
        (b'a,"b \\"c\\"",d\\"', {"escape": True}, False),
        (b'a,b"c', {"escape": True}, True),
        (b'a, "b"', {"spaced": True}, False),
    ],
)
def test_a_stray_quote_is_told(text: bytes, syntax: Any, stray: bool) -> None:
    assert _odd(text, **syntax).stray == stray
