"""What a call spools: private, gone at its end, and cleared away after a kill."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from preflight.core.errors import WriteError
from preflight.core.workspace import spooled, under_name, workspace


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, empty."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_a_workspace_is_private_and_goes() -> None:
    with workspace() as work:
        assert work.stat().st_mode & 0o077 == 0
        (work / "spooled").write_text("x")
    assert not work.exists()


def test_what_a_killed_call_spooled_is_cleared_away_by_a_later_one(temporary: Path) -> None:
    """Not what lies there since a moment, what is at work, or what is no folder of ours."""
    dead, fresh, link = (temporary / f"preflight-work-{name}" for name in ("dead", "fresh", "link"))
    mine = temporary / "mine"
    for folder in (dead, fresh, mine):
        folder.mkdir()
        (folder / "a.csv").write_text("ann@kestrel-labs.com")
    link.symlink_to(mine)
    with workspace() as alive:
        (alive / "a.csv").write_text("ann@kestrel-labs.com")
        for folder in (dead, alive, mine):
            os.utime(folder, (0, 0))
        with workspace():
            assert not dead.exists()
            assert all((folder / "a.csv").exists() for folder in (alive, fresh, mine))
    assert sorted(path.name for path in temporary.iterdir()) == [
        "mine", "preflight-work-fresh", "preflight-work-link",
    ]  # fmt: skip


def test_a_killed_process_lets_go_of_its_folder(temporary: Path) -> None:
    program = (
        "import time; from preflight.core.workspace import workspace\n"
        "with workspace() as work:\n    print(work, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "TMPDIR": str(temporary)},
    ) as child:  # fmt: skip
        assert child.stdout is not None
        left = Path(child.stdout.readline().strip())
        os.utime(left, (0, 0))
        with workspace():
            assert left.exists()
        child.send_signal(signal.SIGKILL)
        child.wait()
    os.utime(left, (0, 0))
    with workspace():
        assert not left.exists()


def test_where_nothing_can_be_spooled_that_is_told(temporary: Path) -> None:
    temporary.rmdir()
    with pytest.raises(WriteError, match="cannot write temporary files"), workspace():
        pytest.fail("the block was entered")
    with pytest.raises(WriteError, match="cannot write into"), spooled(temporary, "a"):
        pytest.fail("the block was entered")


def test_spooled_files_are_private_and_keep_apart(tmp_path: Path) -> None:
    for text in (b"one", b"two"):
        with spooled(tmp_path, "text") as (path, file):
            file.write(text)
        assert path.read_bytes() == text
        assert path.stat().st_mode & 0o777 == 0o600
    assert len(list(tmp_path.iterdir())) == 2


def test_a_spooled_file_that_fails_is_gone(tmp_path: Path) -> None:
    def broken() -> None:
        with spooled(tmp_path, "text") as (_, file):
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("linked", [True, False])
def test_a_file_is_lent_another_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, linked: bool
) -> None:
    """By a link or, where the system refuses one, as a copy."""

    def refuse(*_: object) -> None:
        raise OSError

    if not linked:
        monkeypatch.setattr(os, "symlink", refuse)
    (tmp_path / "0001.csv").write_text("email\n")
    with under_name(tmp_path / "0001.csv", "leads.csv") as lent:
        assert (lent.name, lent.read_text(), lent.is_symlink()) == ("leads.csv", "email\n", linked)
    assert not lent.exists()
    assert (tmp_path / "0001.csv").exists()
