"""A provider that makes a list of its first job gets one job at a time."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from preflight.runs.ledger.run import PartState
from tests.runs.delivery.scripted import Bench, Scripted


def test_the_next_part_waits_for_the_end_of_the_one_before(tmp_path: Path) -> None:
    bench, provider = Bench(tmp_path, 3), Scripted(running=2)
    provider.capabilities = dataclasses.replace(provider.capabilities, one_by_one=True)
    bench.drive(provider, wait=True)
    one = ["upload", "create", "poll", "poll", "poll", "failures"]
    assert provider.calls == one * 3
    assert bench.states() == [PartState.FINISHED] * 3


def test_it_waits_for_it_even_where_the_last_one_is_not_waited_for(tmp_path: Path) -> None:
    bench, provider = Bench(tmp_path, 2), Scripted()
    provider.capabilities = dataclasses.replace(provider.capabilities, one_by_one=True)
    bench.drive(provider, wait=False)
    assert provider.calls.index("poll") < len(provider.calls) - 1
    assert provider.taken == bench.rows()


def test_a_resume_waits_for_the_job_that_is_under_way(tmp_path: Path) -> None:
    """Though it was sent in another life."""
    bench, provider = Bench(tmp_path, 2), Scripted()
    provider.capabilities = dataclasses.replace(provider.capabilities, one_by_one=True)
    bench.drive(provider)
    calls = list(provider.calls)
    bench.drive(provider)
    assert provider.calls == calls
