"""Rows into parts: under the limits, complete, in order, and each with its row map."""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.config.column_mapping import OutputColumn
from preflight.core import csv_writer
from preflight.core.errors import Busy, Refused, UsageError
from preflight.core.exchange import Part
from preflight.writing.clean_rows import CleanRows, rendered_rows
from preflight.writing.parts import (
    PartWriter,
    manifest,
    moved,
    redact_errors,
    redact_rows,
)
from tests.cells import chunk_of
from tests.providers.parts import make_part

COLUMNS = (OutputColumn("Email", 0, "email", (0,)), OutputColumn("a,b", 1, None, (1,)))
HEADER = b'Email,"a,b"\n'
CELLS = st.text(st.sampled_from('ab",\n\ré'), max_size=5)
ROWS = st.lists(st.tuples(CELLS, CELLS), max_size=12)


def rendered(rows: Sequence[tuple[str, str]]) -> pa.Array:
    return csv_writer.records(
        [pa.array([row[at] for row in rows], type=pa.string()) for at in range(len(COLUMNS))]
    )


def test_each_record_of_clean_rows_is_there_by_itself() -> None:
    records = rendered([("a@b.org", "x"), ("", 'y"')])
    texts = clean(records, np.array([1, 2])).texts().to_pylist()
    assert texts == [b"a@b.org,x\n", b',"y"""\n']


def test_where_no_column_and_no_row_is_sent_nothing_is_rendered() -> None:
    """A file may have only rejects, and only columns that the provider does not take."""
    chunk = chunk_of(["x", "y"])
    none = rendered_rows(chunk, np.zeros(2, dtype=bool), [])
    assert (len(none.body), len(none.sizes), len(none.rows), len(none.lines)) == (0, 0, 0, 0)
    with pytest.raises(UsageError, match="takes none of the columns"):
        rendered_rows(chunk, np.ones(2, dtype=bool), [])


def clean(records: pa.Array, rows: np.ndarray) -> CleanRows:
    return CleanRows(csv_writer.body(records), csv_writer.sizes(records), rows, rows * 10)


def numbers(count: int) -> np.ndarray:
    """Row numbers with gaps, as rejects leave them."""
    return np.arange(count, dtype=np.int64) * 3 + 2


def cut(
    folder: Path,
    rows: Sequence[tuple[str, str]],
    *,
    at: Sequence[int] = (),
    max_bytes: int | None = None,
    max_rows: int | None = None,
) -> list[Part]:
    """The parts of some rows that come in pieces, cut `at` these positions."""
    whole, of = rendered(rows), numbers(len(rows))
    with PartWriter(folder / "parts", COLUMNS, max_bytes=max_bytes, max_rows=max_rows) as writer:
        edges = [0, *sorted(at), len(rows)]
        for start, stop in itertools.pairwise(edges):
            writer.write(clean(whole.slice(start, stop - start), of[start:stop]))
        return writer.close()


@given(ROWS, st.integers(0, 30), st.one_of(st.none(), st.integers(1, 5)), st.data())
def test_parts_keep_the_limits_and_hold_every_row_once_in_order(
    rows: list[tuple[str, str]], spare: int, max_rows: int | None, data: st.DataObject
) -> None:
    largest = int(csv_writer.sizes(rendered(rows)).max(initial=0))
    max_bytes = len(HEADER) + largest + spare
    at = data.draw(st.lists(st.integers(0, len(rows)), max_size=4))
    with tempfile.TemporaryDirectory() as name:
        parts = cut(Path(name), rows, at=at, max_bytes=max_bytes, max_rows=max_rows)
        contents = [part.path.read_bytes() for part in parts]
    assert [part.number for part in parts] == list(range(1, len(parts) + 1))
    assert [part.path.name for part in parts] == [f"{n:04}.csv" for n in range(1, len(parts) + 1)]
    read = []
    for part, content in zip(parts, contents, strict=True):
        assert len(content) == part.size <= max_bytes
        assert hashlib.sha256(content).hexdigest() == part.sha256
        assert content.startswith(HEADER)
        header, *records = csv.reader(io.StringIO(content.decode(), newline=""))
        assert tuple(header) == part.header == ("Email", "a,b")
        assert part.fields == ("email", None)
        assert 0 < len(records) == part.rows <= (max_rows or len(rows))
        assert (part.lines == part.row_map * 10).all()
        read += records
    assert read == [list(row) for row in rows]
    bodies = b"".join(content.removeprefix(HEADER) for content in contents)
    assert bodies == bytes(csv_writer.body(rendered(rows)))
    row_map = np.concatenate([part.row_map for part in parts]) if parts else numbers(0)
    assert row_map.tolist() == numbers(len(rows)).tolist()


@given(ROWS, st.integers(0, 30), st.integers(1, 5), st.data())
def test_rows_that_come_in_pieces_make_the_same_parts_as_rows_that_come_at_once(
    rows: list[tuple[str, str]], spare: int, max_rows: int, data: st.DataObject
) -> None:
    largest = int(csv_writer.sizes(rendered(rows)).max(initial=0))
    limits: dict[str, Any] = {"max_bytes": len(HEADER) + largest + spare, "max_rows": max_rows}
    at = data.draw(st.lists(st.integers(0, len(rows)), max_size=6))
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        whole = cut(Path(one), rows, **limits)
        pieces = cut(Path(other), rows, at=at, **limits)
    assert [part.sha256 for part in whole] == [part.sha256 for part in pieces]
    assert [part.row_map.tolist() for part in whole] == [part.row_map.tolist() for part in pieces]
    assert [part.lines.tolist() for part in whole] == [part.lines.tolist() for part in pieces]


def test_a_part_is_filled_to_the_last_byte_of_its_limit(tmp_path: Path) -> None:
    rows = [("a", "b")] * 4
    limit = len(HEADER) + 2 * len(b"a,b\n")
    assert [part.rows for part in cut(tmp_path, rows, max_bytes=limit)] == [2, 2]
    assert [part.rows for part in cut(tmp_path / "less", rows, max_bytes=limit - 1)] == [1] * 4


def test_without_limits_there_is_one_part(tmp_path: Path) -> None:
    assert [part.rows for part in cut(tmp_path, [("a", "b")] * 50, at=[3, 20])] == [50]


def test_without_rows_there_is_no_part_and_no_file(tmp_path: Path) -> None:
    assert cut(tmp_path, []) == []
    assert list((tmp_path / "parts").iterdir()) == []


def test_parts_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    (part,) = cut(tmp_path, [("a", "b")])
    assert part.path.stat().st_mode & 0o777 == 0o600
    assert part.path.parent.stat().st_mode & 0o777 == 0o700


def test_a_record_too_large_for_any_part_is_told_before_and_never_written(tmp_path: Path) -> None:
    records = rendered([("a", "b"), ("a", "bbbb"), ("", "é")])
    limit = len(HEADER) + len(b"a,b\n")
    rows = clean(records, numbers(3))
    assert rows.too_large(COLUMNS, limit).tolist() == [False, True, False]
    assert rows.too_large(COLUMNS, None).tolist() == [False] * 3
    with (
        PartWriter(tmp_path / "parts", COLUMNS, max_bytes=limit) as writer,
        pytest.raises(ValueError, match="too large"),
    ):
        writer.write(rows)


def test_a_writer_that_is_left_in_the_middle_lets_go_of_its_file(tmp_path: Path) -> None:
    """A file left open would raise a ResourceWarning, which is an error here."""

    def broken() -> None:
        with PartWriter(tmp_path / "parts", COLUMNS) as writer:
            writer.write(clean(rendered([("a", "b")]), numbers(1)))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        broken()


def test_the_manifest_says_what_is_in_which_part(tmp_path: Path) -> None:
    parts = cut(tmp_path, [("a", "b"), ("c", "d"), ("e", "f")], max_rows=2)
    told = json.loads(manifest(parts, "ab" * 32))
    assert (told["schema_version"], told["source_sha256"]) == (1, "ab" * 32)
    assert [entry["file"] for entry in told["parts"]] == ["parts/0001.csv", "parts/0002.csv"]
    assert [(entry["first_row"], entry["last_row"]) for entry in told["parts"]] == [(2, 5), (8, 8)]
    assert [entry["source_rows"] for entry in told["parts"]] == ["2-2 5-5", "8-8"]
    for part, entry in zip(parts, told["parts"], strict=True):
        assert (entry["sha256"], entry["bytes"]) == (part.sha256, part.path.stat().st_size)
        assert entry["rows"] == part.rows


def test_the_manifest_says_where_the_rows_of_a_part_begin_and_end(tmp_path: Path) -> None:
    with PartWriter(tmp_path / "parts", COLUMNS) as writer:
        writer.write(clean(rendered([("a", "b")] * 4), np.array([3, 4, 5, 9])))
        (told,) = json.loads(manifest(writer.close(), "ab" * 32))["parts"]
    assert (told["first_row"], told["last_row"], told["source_rows"]) == (3, 9, "3-5 9-9")


def test_a_moved_part_differs_in_its_path_alone(tmp_path: Path) -> None:
    (part,) = cut(tmp_path, [("a", "b")])
    other = moved(part, tmp_path / "clean.csv")
    assert other.path == tmp_path / "clean.csv"
    assert (other.sha256, other.row_map.tolist()) == (part.sha256, part.row_map.tolist())


def test_an_error_is_reported_without_the_rows(tmp_path: Path) -> None:
    """Its kind and what it asks for stay; so does an error that has nothing of a provider's."""
    part = make_part(tmp_path, ("email", "name"), rows=(("a@b.org", "Quentin Quokka"),))
    with pytest.raises(Busy, match=r"^\[value\] waits$") as busy, redact_errors(part):
        raise Busy("Quentin Quokka waits", code="quentin quokka", retry_after=7.0)
    assert (busy.value.code, busy.value.retry_after) == ("[value]", 7.0)
    with pytest.raises(Refused, match=r"^no$") as refused, redact_errors(part):
        raise Refused("no")
    assert refused.value.code is None
    with pytest.raises(ValueError, match="Quentin Quokka"), redact_errors(part):
        raise ValueError("Quentin Quokka")


def test_a_part_that_is_gone_leaves_what_any_filter_takes_out(tmp_path: Path) -> None:
    part = make_part(tmp_path)
    part.path.unlink()
    assert redact_rows(["a@b.org, Ann"], part) == ["[email], Ann"]
