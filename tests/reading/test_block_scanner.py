"""Record boundaries by array operations."""

from __future__ import annotations

import pytest

from preflight.core.types import Syntax
from preflight.reading.block_scanner import Block, Stretch
from preflight.reading.records import RecordReader

READER = RecordReader(Syntax(","), 3, lambda _: True)


def _stretch(text: bytes, *, final: bool = False) -> Stretch:
    return Block(text, Syntax(","), final=final).stretch(READER)


def test_only_complete_records_are_found() -> None:
    found = _stretch(b"a,b\nc,d\ne,")
    assert found.starts.tolist() == [0, 4]
    assert found.stops.tolist() == [3, 7]
    assert found.consumed == 8
    assert _stretch(b"a,b\nc,d\ne,", final=True).stops.tolist() == [3, 7, 10]


@pytest.mark.parametrize(("final", "count"), [(False, 1), (True, 2)])
def test_a_carriage_return_at_the_edge_may_be_half_of_a_line_end(final: bool, count: int) -> None:
    assert len(_stretch(b"a\r\nb\r", final=final).starts) == count


def test_lines_are_counted_inside_and_outside_quotes() -> None:
    found = _stretch(b'a,"b\r\nc"\r\nd\re\n')
    assert found.line.tolist() == [0, 2, 3]
    assert found.span.tolist() == [2, 1, 1]
    assert found.stops.tolist() == [8, 11, 13]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        pytest.param(b'"a","b""c"\n"",x\n"""d",y\n', [], id="regular quoting"),
        pytest.param(b'"a",b\nc', [], id="a quote at the very start"),
        pytest.param(b'a,b\nc,5" d\ne,f\n', [1], id="a stray quote"),
        pytest.param(b'a,b\nc,"d"e\n"f",g\nh,i"\n', [1, 3], id="a field that goes on"),
        pytest.param(b'a,b\nc,"d\ne\nf"\ng,h\n', [1], id="a field over three lines"),
    ],
)
def test_the_reader_is_asked_for_the_doubtful_records_only(text: bytes, read: list[int]) -> None:
    found = _stretch(text)
    assert sorted(found.read) == read
    assert found.consumed in (len(text), text.rfind(b"\n") + 1)


def test_fields_are_counted_outside_quotes() -> None:
    text = b'a,b\n"c,d",e,f\n\n"g\n,h"\ni,'
    block = Block(text, Syntax(","), final=False)
    assert block.field_counts(block.stretch(READER)).tolist() == [2, 3, 1, 1]


def test_an_open_quote_is_given_up_within_the_block_once_it_is_long_enough() -> None:
    """Else a quote that never closes would have the rest of the file held in memory."""
    assert _stretch(b'a\nb,"c' + b"\n" * 99).consumed == 2
    assert _stretch(b'a\nb,"c' + b"\n" * 100 + b"d").consumed > 100
