"""Duplicates are the same whether their hashes are in memory or on disk, and in how many parts."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from preflight.config.catalogue import builtin
from preflight.core import pages
from preflight.core.errors import WriteError
from preflight.linting import duplicates, hash_partitions
from preflight.linting.across import FileKeys, repeated
from preflight.linting.analysis import Analysis, analyze
from preflight.linting.hash_partitions import Partitions, together
from preflight.linting.row_hashes import HASHED
from tests.cells import chunk_of, plan_for
from tests.linting.test_analysis import later, layout

FIELDS = ("email", "first_name", "phone")
RULES = [builtin()[code] for code in ("DUP801", "DUP802", "DUP803", "DUP809", "EML302")]
EMAILS = st.sampled_from(["", "bad", *(f"{name}@kestrel-labs.com" for name in "aAbcd")])
NAMES = st.sampled_from(["", "Ann", "Bob", "Cleo"])
PHONES = st.sampled_from(["", *(f"+1415555267{digit}" for digit in "123")])
Rows = Sequence[tuple[str, ...]]


def analyzed(rows: Rows, folder: Path | None, keys: Path) -> Analysis:
    """A file of these rows, in chunks of four."""
    chunks = [
        later(chunk_of(*zip(*rows[at : at + 4], strict=True)), at) for at in range(0, len(rows), 4)
    ]
    plan = plan_for(*FIELDS, rules=RULES)
    return analyze(layout(*FIELDS), plan, chunks, folder=folder, keys=keys)


def outcome(rows: Rows, folder: Path | None) -> tuple[object, ...]:
    """All that duplicates make of a file, by itself and beside one with some of its rows."""
    with tempfile.TemporaryDirectory() as name:
        kept = []
        for at, some in enumerate((rows, rows[::3])):
            found = analyzed(some, folder, Path(name) / str(at))
            kept.append(FileKeys(f"{at}.csv", Path(name) / str(at), found.plan))
            if not at:
                frame = found.findings.frame.astype(object).to_numpy().tolist()
                states = found.before.tolist(), found.after.tolist()
        across = {
            at: one.frame.sort_values("row").to_numpy().tolist()
            for at, one in repeated(kept).items()
        }
        data = [one.path.read_bytes() for one in kept]
    return frame, states, across, data


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=8)
@given(st.lists(st.tuples(EMAILS, NAMES, PHONES), min_size=1, max_size=24), st.integers(0, 4))
def test_hashes_on_disk_give_what_hashes_in_memory_give(
    monkeypatch: pytest.MonkeyPatch, rows: list[tuple[str, str, str]], bits: int
) -> None:
    monkeypatch.undo()
    wanted = outcome(rows, None)
    monkeypatch.setattr(hash_partitions, "_BITS", bits)
    monkeypatch.setattr(hash_partitions, "_IN_MEMORY", 100)
    monkeypatch.setattr(pages, "IN_MEMORY", 200)
    monkeypatch.setattr(duplicates, "_AT_A_TIME", 1)
    with tempfile.TemporaryDirectory() as name:
        assert outcome(rows, Path(name)) == wanted


def test_a_part_has_all_records_with_a_hash_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hash_partitions, "_IN_MEMORY", 4000)
    made = np.random.default_rng(7)
    records = np.zeros(600, dtype=HASHED)
    records["high"] = made.choice(
        made.integers(0, 1 << 63, 50, dtype=np.uint64) * np.uint64(2), 600
    )
    records["row"] = np.arange(600)
    spread, held = Partitions(HASHED, tmp_path), Partitions(HASHED)
    for start in range(0, 600, 60):
        for each in (spread, held):
            each.add(records[start : start + 60])
    assert spread.is_spread
    assert not held.is_spread
    parts = [(one, other) for one, other in together(spread, held)]
    assert all((one == other).all() for one, other in parts)
    assert sum(len(one) for one, _ in parts) == len(spread) == 600
    highs = [set(one["high"].tolist()) for one, _ in parts]
    assert sum(map(len, highs)) == len(set(records["high"].tolist()))
    assert [max(high) for high in highs if high] == sorted(max(high) for high in highs if high)
    assert all((np.diff(one["row"]) > 0).all() for one, _ in parts)


def test_where_there_is_no_room_for_hashes_the_error_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hash_partitions, "_IN_MEMORY", 0)
    monkeypatch.setattr(pages, "IN_MEMORY", 0)
    with pytest.raises(WriteError, match="temporary files"):
        Partitions(HASHED, tmp_path / "gone").add(np.zeros(3, dtype=HASHED))
