"""The ledgers of a state folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from preflight.core.errors import UsageError
from preflight.providers.destination import OWN, SANDBOX
from preflight.runs.ledger import places
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import RunState
from tests.runs.delivery.scripted import Clock, make_run


def test_the_newest_run_that_has_not_ended_is_found_in_either_ledger(tmp_path: Path) -> None:
    """A stopped one has not ended; a rehearsal can be asked for alone."""
    clock = Clock()
    assert places.runs(tmp_path) == []
    assert places.latest_unfinished(tmp_path, rehearsal=False) is None
    ids = {}
    for address in (OWN, SANDBOX, "http://localhost:9"):
        clock.now += 7
        with Ledger(places.folder_for(tmp_path, address), clock) as ledger:
            ids[address] = make_run(ledger, [], address=address)
            ledger.set_run(ids[address], RunState.STOPPED)
    assert [run.id for _, run in places.runs(tmp_path)] == list(ids.values())[::-1]
    newest = places.latest_unfinished(tmp_path, rehearsal=False)
    rehearsal = places.latest_unfinished(tmp_path, rehearsal=True)
    assert newest is not None
    assert (newest[0], newest[1].address) == (tmp_path / "elsewhere", "http://localhost:9")
    assert rehearsal is not None
    assert rehearsal[1].id == ids[SANDBOX]
    for address, run in ids.items():
        place, found = places.found(tmp_path, run)
        assert (place == tmp_path, found.address) == (address == OWN, address)
        with Ledger(place) as ledger:
            ledger.set_run(run, RunState.FINISHED)
    assert places.latest_unfinished(tmp_path, rehearsal=False) is None
    with pytest.raises(UsageError, match=f'no run "{ids[OWN]}x": did you mean {ids[OWN]}'):
        places.found(tmp_path, f"{ids[OWN]}x")
