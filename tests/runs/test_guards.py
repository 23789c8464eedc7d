"""What a state folder holds is known as such."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from preflight.providers.destination import OWN
from preflight.runs.guards import Destination, ended_in_vain, is_state
from preflight.runs.ledger.database import FILE, LOCKS
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import RunState
from tests.runs.delivery.scripted import make_run


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state folder with a ledger."""
    Ledger(tmp_path / "state").close()
    return tmp_path / "state"


def test_a_file_of_a_state_folder_is_known_there_alone(tmp_path: Path, state: Path) -> None:
    """Beside the ledger, and in the folders below it; a new file there is none of them."""
    (state / LOCKS).mkdir(exist_ok=True)
    (state / LOCKS / "a.lock").touch()
    assert is_state(state / FILE)
    assert is_state(state / LOCKS / "a.lock")
    assert not is_state(state / "new.json")
    assert not is_state(state / LOCKS / "new.json")
    (tmp_path / LOCKS).mkdir()
    for path in (tmp_path / "report.json", tmp_path / LOCKS / "report.json"):
        path.touch()
        assert not is_state(path)


def test_a_file_is_the_same_at_one_provider_and_one_address(state: Path) -> None:
    """In whichever run of it, corrections included; of another provider it says nothing."""
    with Ledger(state) as ledger:
        first = make_run(ledger, [], source_sha256="1" * 64)
        child = make_run(ledger, [], source_sha256="2" * 64, parent=first)
        other = make_run(ledger, [], "other", source_sha256="1" * 64)
        elsewhere = make_run(ledger, [], source_sha256="1" * 64, address="http://127.0.0.1")
        make_run(ledger, [], source_sha256="3" * 64)
        there = Destination("scripted", OWN, "1" * 64, {"mode": "UPDATE"})
        assert {run.id for run in ledger.runs() if there.begun(ledger)(run)} == {first, child}
        for run in (first, child, other, elsewhere):
            ledger.set_run(run, RunState.FINISHED)
        assert {run.id for run in ledger.runs() if there.sent(ledger)(run)} == {first, child}
        elsewise = dataclasses.replace(there, options={"mode": "SKIP"})
        assert not any(map(elsewise.sent(ledger), ledger.runs()))


def test_a_new_run_replaces_those_of_its_own_file_alone(state: Path) -> None:
    """With its corrections, each once."""
    with Ledger(state) as ledger:
        first = make_run(ledger, [], source_sha256="1" * 64)
        child = make_run(ledger, [], source_sha256="2" * 64, parent=first)
        other = make_run(ledger, [], source_sha256="3" * 64)
        for run in (first, child, other):
            ledger.set_run(run, RunState.FINISHED)
        there = Destination("scripted", OWN, "1" * 64, {"mode": "UPDATE"})
        with ended_in_vain(ledger, there) as found:
            assert found == [first, child]


def test_a_link_to_a_file_of_a_state_folder_is_known(tmp_path: Path, state: Path) -> None:
    (tmp_path / "report.json").symlink_to(state / FILE)
    assert is_state(tmp_path / "report.json")
