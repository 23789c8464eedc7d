"""The findings of a file, however many there are and wherever they are kept."""

from __future__ import annotations

import gc
import pickle
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from preflight.core import file_findings, pages
from preflight.core import findings as tables
from preflight.core.errors import WriteError
from preflight.core.file_findings import FileFindings, LateFindings
from preflight.core.findings import Findings
from tests.core.test_spool import files_up_to

CODES = ("DUP801", "EML302", "PHN404", "STR101")
# A header may have other bytes than those of its encoding, and a message may quote it.
MESSAGES = (None, "", "why", "the same contact as row 1", "`na\udcefme` is long")
PLACES = st.tuples(
    st.sampled_from(CODES),
    st.integers(1, 30),
    st.integers(0, 3),
    st.sampled_from(MESSAGES),
    st.booleans(),
)


def some(places: list[tuple[str, int, int, str | None, bool]]) -> Findings:
    """Findings in some order; a row takes two lines."""
    return tables.concat(
        tables.table(code, row, row * 2, column, message, error=error)
        for code, row, column, message, error in places
    )


def shown(found: Findings) -> list[tuple[object, ...]]:
    """The findings, to be compared."""
    return [tuple(entry) for entry in found.frame.astype(object).to_numpy()]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(
    chunks=st.lists(PLACES, max_size=30),
    late=st.lists(st.lists(PLACES, max_size=12), max_size=3),
    size=st.integers(1, 12),
    most=st.sampled_from([1, 3, 1000]),
    bound=st.sampled_from([0, 1, 5000, 1 << 20]),
)
def test_the_order_is_that_of_all_findings_in_one_table(
    monkeypatch: pytest.MonkeyPatch,
    chunks: list[tuple[str, int, int, str | None, bool]],
    late: list[list[tuple[str, int, int, str | None, bool]]],
    size: int,
    most: int,
    bound: int,
) -> None:
    """In chunks of any size, in memory and on disk, here and in another process."""
    monkeypatch.setattr(file_findings, "_MOST", most)
    monkeypatch.setattr(file_findings, "_ROWS", size)
    monkeypatch.setattr(pages, "IN_MEMORY", bound)
    with tempfile.TemporaryDirectory() as name:
        found = FileFindings(Path(name))
        of_chunks = [
            some([place for place in chunks if first <= place[1] < first + size])
            for first in range(1, 31, size)
        ]
        for chunk in of_chunks:
            found.add(chunk)
        whole = [*of_chunks]
        for places in late:
            table = LateFindings(Path(name))
            for place in places:
                table.add(some([place]))
            assert shown(table.between(5, 9)) == shown(
                some([place for place in places if 5 <= place[1] <= 9]).ordered()
            )
            found = found.with_late(table)
            whole.append(some(places))
        wanted = tables.concat(whole).ordered()
        elsewhere = Path(name) / "elsewhere"
        elsewhere.mkdir()
        found.move(elsewhere)
        for each in (found, pickle.loads(pickle.dumps(found))):
            assert shown(each.whole()) == shown(wanted)
            assert len(each) == len(wanted)
            assert each.counts() == wanted.counts()
            assert each.errors({"EML302"}) == len(tables.errors(wanted, ["EML302"]))
            assert shown(each.first("PHN404", 2)) == shown(
                wanted.only(wanted.of(["PHN404"])).taken(slice(2))
            )
            at = np.arange(0, len(wanted), 3)
            assert shown(tables.concat(each.at(at))) == shown(wanted.taken(at))
            lines = [set(batch.lines.tolist()) for batch in each.batches()]
            assert sum(map(len, lines)) == len(set(wanted.lines.tolist()))


def test_a_finding_takes_no_more_than_32_bytes(tmp_path: Path) -> None:
    found, held = FileFindings(tmp_path), 0
    for first in range(0, 200_000, 50_000):
        rows = np.arange(first + 1, first + 50_001)
        found.add(tables.table("EML302", rows, rows + 1, 3, "it has no @"))
        held = len(pickle.dumps(found))
    assert held + _on_disk(tmp_path) <= 32 * len(found)


def _on_disk(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


def test_where_the_disk_is_full_the_error_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And it says it once: nothing is written again when the file is closed."""
    monkeypatch.setattr(pages, "IN_MEMORY", 0)
    found, rows = FileFindings(tmp_path), np.arange(1, 5001)
    with files_up_to(4096), pytest.raises(WriteError, match="temporary files"):
        found.add(tables.table("EML302", rows, rows, 1))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        del found
        gc.collect()
