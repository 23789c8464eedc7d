"""What may hold a contact can be read by its owner alone, whatever the umask."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from preflight.core import files


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    old = os.umask(request.param)
    yield request.param
    os.umask(old)


def test_every_folder_that_is_made_is_private(umask: int, tmp_path: Path) -> None:
    """Those above it, too, and one that stood there stays as it was."""
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs").chmod(0o755)
    files.folder(tmp_path / "theirs" / "a" / "b")
    files.folder(tmp_path / "theirs" / "a" / "b")
    assert mode(tmp_path / "theirs") == 0o755
    assert mode(tmp_path / "theirs" / "a") == mode(tmp_path / "theirs" / "a" / "b") == 0o700


def test_a_relative_folder_is_made_in_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    files.folder(Path("a/b"))
    assert mode(tmp_path / "a") == 0o700


def test_what_is_no_folder_is_not_taken_for_one(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("")
    with pytest.raises(OSError, match="a"):
        files.folder(tmp_path / "a" / "b")


def test_a_file_is_private_whatever_stood_there(umask: int, tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    for stood in (False, True):
        if stood:
            path.write_text("a longer old text")
            path.chmod(0o644)
        with os.fdopen(files.file(path), "w") as file:
            file.write("new")
        assert (path.read_text(), mode(path)) == ("new", 0o600)
