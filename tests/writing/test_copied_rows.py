"""Rows that are copied from the text: the same bytes as if each was written anew."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.config.settings import Settings
from preflight.linting.apply_fixes import FixedChunk
from preflight.linting.checked import Checked
from preflight.pipeline import check_fix_split
from preflight.writing.chunk_share import ChunkShare, Counts
from preflight.writing.clean_rows import CleanRows
from preflight.writing.copied_rows import can_copy
from preflight.writing.rewrite import rewrite, rewritten

HEADER = "email,first_name,phone,notes"
EMAILS = ("ann@kestrel-labs.com", " bob@kestrel-labs.com", "Cle@KESTREL-labs.com", "nobody", "")
PHONES = ("+14155552671", "(415) 555-2671", "415-555-2671 ", "12", "")
TEXTS = ("", " x", "é\u200b", 'so "called"', "a,b", "two\nlines", "cr\rhere", "=1", "x" * 40, '"')


def written(cell: str, quoting: int) -> str:
    """A cell in CSV: quoted where it must be, by a quoting of 1 always, by 2 wrongly."""
    must = any(mark in cell for mark in '",\r\n')
    if quoting == 2 and not must and cell:
        return f'{cell}"' if len(cell) % 2 else f'"{cell}" '
    return '"' + cell.replace('"', '""') + '"' if must or quoting == 1 else cell


CELLS = st.tuples(
    st.sampled_from(EMAILS), st.sampled_from(TEXTS), st.sampled_from(PHONES), st.sampled_from(TEXTS)
)
QUOTING = st.sampled_from([0, 0, 0, 1, 1, 2])
RECORDS = st.one_of(
    st.builds(
        lambda cells, quoting: ",".join(map(written, cells, quoting)),
        CELLS,
        st.tuples(QUOTING, QUOTING, QUOTING, QUOTING),
    ),
    st.sampled_from(
        ["", "short,row", "a@kestrel-labs.com,b,c,d,e", "b@kestrel-labs.com,b,,,,,", HEADER]
    ),
)


def text_of(records: list[str], end: str, *, numbered: bool, ended: bool) -> bytes:
    # Addresses that differ, so that not all rows are duplicates.
    rows = [
        record.replace("@", f"{at}@", 1) if numbered else record
        for at, record in enumerate(records)
    ]
    text = end.join([HEADER, *rows])
    return (text + end if ended else text).encode()


def results(
    checked: Checked, chunks: list[tuple[FixedChunk, CleanRows]]
) -> tuple[list[bytes], list[list[int]], list[int], Counts]:
    """All that is written: the bytes of each file, rows, lines and sizes, changes, and counts."""
    share, counts = ChunkShare(checked.analysis), Counts()
    shares = [share.of(fixed, clean) for fixed, clean in chunks]
    for each in shares:
        counts += each.counts
    bodies = [
        b"".join(bytes(piece) for piece in pieces)
        for pieces in zip(
            *(
                (s.clean.body, *(b"".join(of.texts) for of in (s.rejects, s.dropped, s.fixes)))
                for s in shares
            ),
            strict=True,
        )
    ]
    numbers = [
        [int(number) for each in shares for number in getattr(each.clean, name)]
        for name in ("rows", "lines", "sizes")
    ]
    positions = [position for each in shares for position in each.located.positions]
    return bodies, numbers, positions, counts


@given(
    records=st.lists(RECORDS, min_size=1, max_size=25),
    end=st.sampled_from(["\n", "\n", "\r\n", "\r"]),
    numbered=st.booleans(),
    ended=st.booleans(),
    chunk_bytes=st.sampled_from([40, 300, 1 << 20]),
    max_bytes=st.sampled_from([None, 90]),
)
def test_copied_rows_are_the_bytes_that_the_writer_writes(
    records: list[str],
    end: str,
    numbered: bool,
    ended: bool,
    chunk_bytes: int,
    max_bytes: int | None,
) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "leads.csv"
        path.write_bytes(text_of(records, end, numbered=numbered, ended=ended))
        settings = Settings(region="US", max_bytes=max_bytes)
        checked = check_fix_split.check(path, settings, work=Path(name), chunk_bytes=chunk_bytes)
        if not can_copy(checked.analysis):
            return
        copied = results(checked, list(rewritten(checked, "writing")))
        anew = results(checked, list(rewrite(checked.analysis, checked.records("writing"))))
    assert copied == anew


@pytest.mark.parametrize(
    ("text", "copied"),
    [
        ("email,name\na@kestrel-labs.com,x\n", True),
        ("email;name\na@kestrel-labs.com;x\n", False),
        ("email,'name'\na@kestrel-labs.com,'x,y'\nb@kestrel-labs.com,'x,z'\n", False),
        ("email\na@kestrel-labs.com\n", False),
        ("email,name,\na@kestrel-labs.com,x,\n", False),
        ("email,name,preflight__row\na@kestrel-labs.com,x,7\n", False),
    ],
    ids=["comma", "semicolon", "single quotes", "one column", "empty column", "helper column"],
)
def test_rows_are_copied_where_columns_and_dialect_stay(
    tmp_path: Path, text: str, copied: bool
) -> None:
    path = tmp_path / "leads.csv"
    path.write_text(text)
    checked = check_fix_split.check(path, work=tmp_path)
    assert can_copy(checked.analysis) is copied
