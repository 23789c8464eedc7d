"""What a state folder holds is known as such."""

from __future__ import annotations

from pathlib import Path

import pytest

from preflight.runs.guards import is_state
from preflight.runs.ledger.database import FILE, LOCKS
from preflight.runs.ledger.ledger import Ledger


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


def test_a_link_to_a_file_of_a_state_folder_is_known(tmp_path: Path, state: Path) -> None:
    (tmp_path / "report.json").symlink_to(state / FILE)
    assert is_state(tmp_path / "report.json")
