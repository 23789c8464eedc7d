"""A row that was rejected is the row that its correction is compared with."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from preflight.core.types import Flaw
from preflight.linting.checked import RecordStream
from preflight.runs.corrections.versions import Gathering
from preflight.runs.matching.submitted_file import part_of
from preflight.writing.partition import Rejects
from preflight.writing.parts import read_part
from tests import checked
from tests.examples import examples

_HEADERS = {
    '"': '"email","company"\n"ann@kestrel-labs.com","Kestrel ""Labs"", Inc."\n',
    "'": "'email','company'\n'ann@kestrel-labs.com','Kestrel, Inc.'\n'cy@x.org','O''Brien, x'\n",
    "\\": 'email,company\na@x.org,"Kestrel \\"Labs\\", Inc."\nb@x.org,"\\"x\\", y"\n',
}
_RECORDS = st.lists(
    st.sampled_from(
        [*"\"',ax\\", '"",', "'x, y'", '"x, y"', '\\"', "bob@kestrel-labs.com", "','", '","']
    ),
    min_size=1,
    max_size=9,
).map("".join)


@pytest.mark.slow
@settings(max_examples=examples(1 / 2))
@given(quoting=st.sampled_from(sorted(_HEADERS)), odd=st.lists(_RECORDS, max_size=6))
@example(quoting="'", odd=["'bob@kestrel-labs.com','Bob, Ltd','surplus'", "'dy@x.org','D, E"])
def test_a_malformed_record_has_the_same_cells_for_everyone(quoting: str, odd: list[str]) -> None:
    """In rejects.csv, in the part that a submitted file is, and where corrections are compared."""
    with tempfile.TemporaryDirectory() as name:
        content = _HEADERS[quoting] + "".join(f"{record}\n" for record in odd)
        analysis = checked.check(Path(name), content).analysis
        layout, plan = analysis.layout, analysis.plan
        gathering = Gathering("run", layout, plan.columns, ())
        rejects, rejected = Rejects(layout, plan, analysis.refused), dict[int, list[str]]()
        for chunk in RecordStream(layout):
            gathering.add(chunk, chunk)
            malformed = (chunk.malformed["flaw"] != Flaw.BLANK).to_numpy(dtype=bool)
            none = np.zeros(len(chunk.rows), dtype=bool)
            columns = rejects.of(chunk, none, malformed, analysis.findings.whole())
            rejected |= _by_row(chunk.malformed["row"][malformed].tolist(), columns[:2])
        version = gathering.version()
        compared = _by_row(version.rows.tolist(), version.read.values())
        assert {row: compared[row] for row in rejected} == rejected
        part = part_of(layout, plan.columns, work=Path(name)).part
        sent = _by_row(part.row_map.tolist(), read_part(part).columns)
        assert {row: sent[row] for row in rejected} == rejected


def _by_row(rows: list[int], columns: Iterable[pa.Array | pa.ChunkedArray]) -> dict[int, list[str]]:
    cells = zip(*(column.to_pylist() for column in columns), strict=True)
    return dict(zip(rows, map(list, cells), strict=True))


def test_two_cells_in_single_quotes_are_two_cells(tmp_path: Path) -> None:
    """The record lacks its third; in rejects.csv it has what it has."""
    content = (
        "'email','company','phone'\n'ann@kestrel-labs.com','Kestrel, Inc.','+14155552671'\n"
        "'bob@kestrel-labs.com','Bob, Ltd'\n"
    )
    fixed = checked.fix(tmp_path, content)
    (row,) = checked.read(fixed.folder / "rejects.csv")
    assert [row[name] for name in ("email", "company", "phone")] == [
        "bob@kestrel-labs.com", "Bob, Ltd", "",
    ]  # fmt: skip
    assert row["preflight__raw"] == "'bob@kestrel-labs.com','Bob, Ltd'"
