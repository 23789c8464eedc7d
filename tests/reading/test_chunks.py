"""Layout to chunks."""

from __future__ import annotations

import csv
import dataclasses
import io
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from preflight.core.errors import SourceError
from preflight.core.invisible import strip_invisible
from preflight.core.types import Chunk, Layout, Syntax
from preflight.reading.chunks import read_chunks, read_some
from preflight.reading.ranges import RangeReader, TextRange
from preflight.reading.scan import scan
from preflight.reading.source import open_source
from preflight.reading.speculative_cuts import SlabReader, joined, slabs
from tests.examples import examples

Records = list[tuple[Any, ...]]


def _layout(folder: Path, content: bytes, **options: Any) -> Layout:
    path = folder / "list.csv"
    path.write_bytes(content)
    source = open_source(path, spool=folder)
    return scan(source, spool=folder, known=lambda name: name == "email", **options)


def _records(layout: Layout, **options: Any) -> Records:
    """Every record by its row: (row, line, cells) or what stands in the malformed."""
    found: Records = []
    for chunk in read_chunks(layout, **options):
        assert chunk.table.column_names == [str(i) for i in range(len(layout.header))]
        assert set(chunk.table.schema.types) <= {pa.string()}
        assert chunk.table.num_rows == len(chunk.rows) == len(chunk.lines)
        columns = [column.to_pylist() for column in chunk.table.columns]
        rows, lines = chunk.rows.tolist(), chunk.lines.tolist()
        here: Records = [
            (row, line, list(cells))
            for row, line, *cells in zip(rows, lines, *columns, strict=True)
        ]
        here += list(chunk.malformed.itertuples(index=False, name=None))
        stray = [] if chunk.noted is None else chunk.noted["row"].tolist()
        assert set(stray) <= set(rows)
        here = [(*one, "stray") if one[0] in stray else one for one in here]
        assert chunk.count == len(here) > 0
        found += sorted(here, key=lambda record: record[0])
    assert [record[0] for record in found] == list(range(1, len(found) + 1))
    return found


def _guessed(layout: Layout, slab_bytes: int, before: int) -> list[tuple[TextRange, int]]:
    """The ranges of a text, guessed slab by slab."""
    reader = SlabReader(layout, 3, before=before)
    found = [(slab, SlabReader(layout, 3, before=before).guesses(slab))
             for slab in slabs(layout, slab_bytes)]  # fmt: skip
    return list(joined(found, RangeReader(layout), reader))


def _cut(layout: Layout, slab_bytes: int) -> list[tuple[TextRange, int]]:
    """The same ranges, read from the beginning."""
    reader = RangeReader(layout)
    return [(cut.range, reader.surely_filled(cut, 3)) for cut in reader.cuts(slab_bytes)]


def _read(folder: Path, content: bytes, **options: Any) -> Records:
    """What all the ways to read agree on."""
    layout = _layout(folder, content, **options)
    records = _records(layout)
    assert _records(layout, careful=True) == records
    for chunk_bytes in (1, 7, 64):
        assert _records(layout, chunk_bytes=chunk_bytes) == records
        if layout.header:
            assert _guessed(layout, chunk_bytes, 1) == _cut(layout, chunk_bytes)
    return records


PIECES = st.one_of(
    st.sampled_from("\"\",,;\n\n\r ax\t\0é山\u00a0\ufeff''\\\\\f\u2028\x85"),
    st.sampled_from([', "', ",'", "'\n", '\\"', "\\,", "\\\n", "\\\r\n", "\\\\", "\t 'a''"]),
    st.sampled_from(['""', "\r\n", '","', 'p,"q\nr",s\n', "1,2\n3,4\n5,6\n", '"u""v",', ",\n,\n"]),
    st.sampled_from(['"a\nb,c\nd,e\nf"', "\n" * 99, '"' + "\n" * 99, "x,y,z\r\n"]),
)
SYNTAXES = st.builds(
    Syntax,
    delimiter=st.sampled_from(",;\t"),
    quote=st.sampled_from("\"'"),
    escape=st.booleans(),
    spaced=st.booleans(),
)
BYTES = st.one_of(PIECES.map(str.encode), st.sampled_from([b"\xff", b"\xe9", b"\xed\xb2\x80"]))


@settings(max_examples=examples(2))
@given(
    pieces=st.lists(BYTES, max_size=30),
    width=st.sampled_from([1, 2, 3, 6]),
    chunk_bytes=st.integers(1, 80),
    before=st.sampled_from([1, 20, 1000]),
    syntax=SYNTAXES,
)
@example([b'"x', b"\n" * 99, b'a"', b"\r\n"], 2, 60, 1, Syntax(","))
@example([b'"', b"1,2\n3,4\n", b'"', b'"'], 2, 5, 1, Syntax(","))
@example([b"\xef\xbb\xbfa,b\n"], 2, 4, 1, Syntax(","))
@example([b'"x\\', b"\n" * 99, b'\\"a"', b"\r\n"], 2, 60, 1, Syntax(",", escape=True))
@example([b"x\\\r", b"\n,\\"], 2, 1, 1, Syntax(",", escape=True))
def test_both_readers_give_the_same_records_in_chunks_of_any_size(
    pieces: list[bytes], width: int, chunk_bytes: int, before: int, syntax: Syntax
) -> None:
    """And in ranges that were guessed, slab by slab."""
    delimiter = syntax.delimiter
    header = delimiter.join(f"h{i}" for i in range(width)).encode() + b"\n"
    with tempfile.TemporaryDirectory() as folder:
        content = header + "éééééééééé".encode() * len(pieces) + b"\n" + b"".join(pieces)
        options = {"encoding": "utf-8", "delimiter": delimiter, "header_row": 1}
        layout = _layout(Path(folder), content, **options)
        layout = dataclasses.replace(
            layout, quote=syntax.quote, escape=syntax.escape, spaced=syntax.spaced
        )
        assert len(layout.header) == width
        truth = _records(layout, careful=True)
        assert _records(layout) == truth
        assert _records(layout, chunk_bytes=chunk_bytes) == truth
        assert _records(layout, chunk_bytes=chunk_bytes, careful=True) == truth
        assert _guessed(layout, chunk_bytes, before) == _cut(layout, chunk_bytes)


@settings(max_examples=examples(2))
@given(
    pieces=st.lists(BYTES, max_size=30),
    width=st.sampled_from([1, 2, 3, 6]),
    chunk_bytes=st.integers(1, 80),
    syntax=SYNTAXES,
    chosen=st.integers(0, 2**20),
)
@example([b"1,2\n3,4\n5,6\n7,8\n9,0\n"], 2, 80, Syntax(","), 0b100)
def test_what_is_wanted_alone_is_read_as_with_all_others(
    pieces: list[bytes], width: int, chunk_bytes: int, syntax: Syntax, chosen: int
) -> None:
    header = syntax.delimiter.join(f"h{i}" for i in range(width)).encode() + b"\n"
    with tempfile.TemporaryDirectory() as folder:
        options = {"encoding": "utf-8", "delimiter": syntax.delimiter, "header_row": 1}
        layout = _layout(Path(folder), header + b"x\n" + b"".join(pieces), **options)
        layout = dataclasses.replace(
            layout, quote=syntax.quote, escape=syntax.escape, spaced=syntax.spaced
        )
        whole = list(read_chunks(layout, chunk_bytes=chunk_bytes))
        wanted = np.array([bool(chosen >> row % 20 & 1) for row in range(_rows(whole))])

        some = list(read_some(layout, wanted, chunk_bytes=chunk_bytes))

        assert _rows(some) == _rows(whole)
        for part, chunk in zip(some, whole, strict=True):
            assert part.malformed.equals(chunk.malformed)
            assert (part.noted is None) == (chunk.noted is None)
            assert part.newlines == chunk.newlines
            assert part.count == chunk.count
            sought, here = wanted[chunk.rows - 1], wanted[part.rows - 1]
            assert part.table.filter(here).equals(chunk.table.filter(sought))
            assert part.rows[here].tolist() == chunk.rows[sought].tolist()
            assert part.lines[here].tolist() == chunk.lines[sought].tolist()


def _rows(chunks: list[Chunk]) -> int:
    return sum(chunk.count for chunk in chunks)


def test_rows_that_nobody_wants_are_left_out(tmp_path: Path) -> None:
    layout = _layout(tmp_path, b"email,b\n" + b"a,b\n" * 9)
    wanted = np.arange(9) == 4
    (chunk,) = read_some(layout, wanted)
    assert (chunk.rows.tolist(), chunk.lines.tolist(), chunk.left_out) == ([5], [6], 8)


def test_a_file_that_grew_has_none_that_is_wanted(tmp_path: Path) -> None:
    layout = _layout(tmp_path, b"email,b\na,b\n")
    with pytest.raises(SourceError, match="changed while it was read"):
        list(read_some(layout, np.array([], dtype=bool)))


# over three lines a cell could be a runaway
CELLS = st.text(alphabet='",;\n\r aNé山0+\0|', max_size=6).filter(
    lambda cell: cell.count("\n") + cell.count("\r") < 2
)


@settings(max_examples=examples(2))
@given(
    rows=st.integers(1, 4).flatmap(
        lambda width: st.lists(st.lists(CELLS, min_size=width, max_size=width), min_size=1)
    ),
    # with "\n" alone the module leaves a carriage return unquoted, which makes it a line end
    how=st.sampled_from(
        [("\n", csv.QUOTE_ALL), ("\r\n", csv.QUOTE_ALL), ("\r\n", csv.QUOTE_MINIMAL)]
    ),
)
def test_what_the_csv_module_wrote_is_read_back(
    rows: list[list[str]], how: tuple[str, Any]
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=how[0], quoting=how[1])
    writer.writerow([f"h{i}" for i in range(len(rows[0]))])
    writer.writerows(rows)
    with tempfile.TemporaryDirectory() as folder:
        options = {"encoding": "utf-8", "delimiter": ",", "header_row": 1}
        layout = _layout(Path(folder), text.getvalue().encode(), **options)
        records = _records(layout, chunk_bytes=30)
    assert len(records) == len(rows)
    for record, row in zip(records, rows, strict=True):
        if any(strip_invisible(cell) for cell in row):
            assert record[2:] == (row,)
        else:
            assert record[2] == "blank"


def test_cells_stay_as_written(tmp_path: Path) -> None:
    cells = ["NA", "Null", "01234", " x ", "+14155550100", "1.0", "", "#N/A", "true", "\ufeffz"]
    names = ",".join(["email", *"bcdefghij"])
    content = f"{names}\n{','.join(cells)}\n".encode()
    assert _read(tmp_path, content) == [(1, 2, cells)]


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_row_and_line_drift_apart_at_quoted_line_ends(tmp_path: Path, newline: str) -> None:
    text = 'email,note\na,"x\ny"\n\nb,z\nc,"p\nq\nr"\nd,e'.replace("\n", newline)
    records = _read(tmp_path, text.encode())
    assert [record[:2] for record in records] == [(1, 2), (2, 4), (3, 5), (4, 6), (5, 9)]
    assert records[0][2] == ["a", f"x{newline}y"]
    assert records[1][2] == "blank"


@pytest.mark.slow
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_lines_count_from_the_top_of_the_file(tmp_path: Path, codec: str) -> None:
    """Below a preamble and a header over two lines, and whatever the encoding was."""
    text = 'Müller Expo\r\n\r\n"e\r\nmail";name\r\na;"x\r\ny"\r\nb;Zoë\r\n'
    records = _read(tmp_path, text.encode(codec), header_row=3, delimiter=";")
    assert records == [(1, 5, ["a", "x\r\ny"]), (2, 7, ["b", "Zoë"])]


def test_malformed_records_are_set_aside_one_by_one(tmp_path: Path) -> None:
    content = b'email,name,city\na,b\n\n , ,""\nc,d,e\nf,g,h,i\r\n\nj,"k'
    records = _read(tmp_path, content)
    assert records == [
        (1, 2, "short", 2, 3, 1, -1, "a,b"),
        (2, 3, "blank", 0, 3, 1, -1, ""),
        (3, 4, "blank", 3, 3, 1, -1, ' , ,""'),
        (4, 5, ["c", "d", "e"]),
        (5, 6, "long", 4, 3, 1, -1, "f,g,h,i"),
        (6, 7, "blank", 0, 3, 1, -1, ""),
        (7, 8, "unclosed", 2, 3, 1, -1, 'j,"k'),
    ]


def test_the_aside_has_its_columns_whether_or_not_there_is_a_record(tmp_path: Path) -> None:
    for content, count in ((b"email,b\n1,2\n", 0), (b"email,b\n1\n", 1)):
        (chunk,) = read_chunks(_layout(tmp_path, content))
        assert len(chunk.malformed) == count
        kinds = {name: str(kind) for name, kind in chunk.malformed.dtypes.items()}
        assert kinds == {
            "row": "int64",
            "line": "int64",
            "flaw": "str",
            "fields": "int64",
            "expected": "int64",
            "lines": "int64",
            "offset": "int64",
            "raw": "str",
        }


def test_an_undecodable_record_is_set_aside_with_its_offset(tmp_path: Path) -> None:
    good = "c,Zoë,Łódź,é,é,é,é,é,é,é,é,é,é,é,é,é,é\n".encode()
    header = b"email,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,\xff\n"
    content = header + good + b"\xfe,b\n" + good + b'x,"\xfa\n\xfb"\n'
    first, second = content.index(b"\xfe"), content.index(b"\xfa")
    records = _read(tmp_path, content)
    assert records[1] == (2, 3, "undecodable", 2, 17, 1, first, r"\xfe,b")
    assert records[3] == (4, 5, "undecodable", 2, 17, 2, second, 'x,"\\xfa\n\\xfb"')
    assert [len(record) for record in records] == [3, 8, 3, 8]


def test_offsets_are_those_of_the_source_after_transcoding(tmp_path: Path) -> None:
    content = "email,b\na,Zoë\n".encode("cp1252") + b"x,\x81\n"
    records = _read(tmp_path, content, encoding="cp1252")
    assert records[0] == (1, 2, ["a", "Zoë"])
    assert records[1][6:] == (content.index(b"\x81"), r"x,\x81")


def test_a_runaway_quote_costs_one_row_and_no_other(tmp_path: Path) -> None:
    content = b'email,b,c\na,"b,c\nd,e,f\ng,h,i\nj,"k",l\nm,n,o\n'
    records = _read(tmp_path, content)
    assert records[0] == (1, 2, "runaway", 3, 3, 1, -1, 'a,"b,c')
    assert [record[:2] for record in records[1:]] == [(2, 3), (3, 4), (4, 5), (5, 6)]
    assert records[3][2] == ["j", "k", "l"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("end", "flaw"), [(b"", "unclosed"), (b'"', "runaway"), (b'""', "unclosed")]
)
def test_a_quote_open_to_the_far_end_is_told_from_one_that_closes_there(
    tmp_path: Path, end: bytes, flaw: str
) -> None:
    """In chunks much smaller than the way there, and with the answer across a read's edge."""
    filler = b"1,2\n" * (3 << 18)
    layout = _layout(tmp_path, b'email,b\nx,"y\n' + filler + end)
    chunks = read_chunks(layout, chunk_bytes=1 << 16)
    malformed = next(chunks).malformed
    assert malformed["flaw"].tolist() == [flaw]
    assert sum(chunk.count for chunk in chunks) > 3 << 17


def test_a_stray_quote_is_literal_and_costs_nothing_behind_it(tmp_path: Path) -> None:
    content = b'email,b\na,5" disc\nb,"x"y\n"c",d\n"e","f\ng"\n'
    assert _read(tmp_path, content) == [
        (1, 2, ["a", '5" disc'], "stray"),
        (2, 3, "misquoted", 2, 2, 1, -1, 'b,"x"y'),
        (3, 4, ["c", "d"]),
        (4, 5, ["e", "f\ng"]),
    ]


def test_a_field_of_a_megabyte_does_not_crash(tmp_path: Path) -> None:
    content = b'email,b\na,"' + b"x" * 1_000_000 + b'"\n'
    layout = _layout(tmp_path, content)
    for careful in (False, True):
        ((_, _, cells),) = _records(layout, chunk_bytes=1000, careful=careful)
        assert len(cells[1]) == 1_000_000


def test_no_chunks_without_data_or_header(tmp_path: Path) -> None:
    for content in (b"", b"\n\n", b"email,b\n", b"email,b", b"%PDF-1.7"):
        assert list(read_chunks(_layout(tmp_path, content))) == []


def test_a_value_in_another_script_is_not_taken_for_a_blank(tmp_path: Path) -> None:
    """A record without an ASCII character may still be one; no-break spaces alone are not."""
    records = _read(tmp_path, "email,b\n山田,太郎\n\u00a0,\u3000\n".encode())
    assert records[0] == (1, 2, ["山田", "太郎"])
    assert records[1][2] == "blank"


@pytest.mark.parametrize("unseen", ["\u200b", "\ufeff", "\u200e\u00a0", "\u0001", "\x7f"])
def test_what_nobody_sees_is_blank(tmp_path: Path, unseen: str) -> None:
    """Fixing would leave nothing of it, and a blank row would be sent."""
    records = _read(tmp_path, f"email,b\n{unseen},{unseen}\n{unseen},x\n".encode())
    assert records[0][2] == "blank"
    assert records[1] == (2, 3, [unseen, "x"])


def test_many_blanks_before_a_value_are_a_value(tmp_path: Path) -> None:
    content = b"email,b\n" + b" " * 200 + b",x\n" + b" " * 200 + b",\n"
    records = _read(tmp_path, content)
    assert records[0] == (1, 2, [" " * 200, "x"])
    assert records[1][2] == "blank"


@pytest.mark.slow
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_a_chunk_of_short_lines_has_no_more_of_them_than_memory_is_to_hold(
    tmp_path: Path, newline: bytes
) -> None:
    """Wherever the first ones end: within a line end, or within a cell of several lines."""
    most = 1 << 18
    lines = [b"", b"1", b'"2' + newline + b'2"'] * (most // 2)
    layout = _layout(tmp_path, newline.join([b"email", *lines]))
    chunks = list(read_chunks(layout, chunk_bytes=64 << 20))
    assert max(chunk.count for chunk in chunks) <= most < sum(chunk.count for chunk in chunks)
    small = list(read_chunks(layout, chunk_bytes=99_999))
    for name in ("rows", "lines"):
        one, other = (np.concatenate([getattr(c, name) for c in read]) for read in (chunks, small))
        assert np.array_equal(one, other)
    assert pa.concat_tables(c.table for c in chunks) == pa.concat_tables(c.table for c in small)


def test_a_record_of_more_lines_than_a_chunk_is_one_record(tmp_path: Path) -> None:
    """Thousands of cells of almost a hundred lines each."""
    cell = b'"x' + b"\n" * 90 + b'"'
    width = 4_000
    layout = _layout(tmp_path, b",".join([b"email"] * width) + b"\n" + b",".join([cell] * width))
    (chunk,) = read_chunks(layout)
    assert chunk.table.num_rows == 1


def test_text_that_changed_under_the_reader_is_not_passed_as_sound(tmp_path: Path) -> None:
    layout = _layout(tmp_path, b"email,b\na,b\n")
    assert isinstance(layout.text, Path)
    layout.text.write_bytes(b"email,b\na,\xff\n")
    with pytest.raises(UnicodeDecodeError):
        list(read_chunks(layout))
