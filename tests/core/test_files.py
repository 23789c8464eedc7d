"""One way to write a file: whole or not at all, for its owner alone, and never over an input."""

from __future__ import annotations

import errno
import os
import resource
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from preflight.core import files
from preflight.core.errors import UsageError, WriteError


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o077])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    old = os.umask(request.param)
    yield request.param
    os.umask(old)


@pytest.fixture
def small_disk() -> Iterator[None]:
    """No file of this process gets larger than 4,096 bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


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
    with pytest.raises(WriteError, match=r"cannot write into .*a: File exists"):
        files.folder(tmp_path / "a" / "b")


def test_a_file_is_private_whatever_stood_there(umask: int, tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    for stood in (False, True):
        if stood:
            path.write_text("a longer old text")
            path.chmod(0o644)
        files.write(path, "new")
        assert (path.read_text(), mode(path)) == ("new", 0o600)
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_for_others_has_the_mode_of_the_one_that_it_replaces(
    umask: int, tmp_path: Path
) -> None:
    path = tmp_path / "report.txt"
    files.write(path, "new", mode=None)
    assert mode(path) == 0o666 & ~umask
    path.chmod(0o640)
    files.write(path, "newer", mode=None)
    assert (path.read_text(), mode(path)) == ("newer", 0o640)


def test_what_stood_there_stays_until_the_new_file_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    with files.Replacement(path) as new:
        new.write(b"new" * 100_000)
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new" * 100_000


def test_text_is_written_with_its_own_line_ends_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    files.write(path, "old\r\n")
    with pytest.raises(UnicodeEncodeError):
        files.write(path, "a" * 100_000 + "\udcff")
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == b"old\r\n"


@pytest.mark.parametrize("error", [RuntimeError(), KeyboardInterrupt()])
def test_a_block_that_fails_leaves_nothing_of_the_new_file(
    tmp_path: Path, error: BaseException
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")

    def broken() -> None:
        with files.Replacement(path) as new:
            new.write(b"half")
            raise error

    with pytest.raises(type(error)):
        broken()
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize("pieces", [[b"x" * 10_000], [b"x"] * 10_000, [b"x" * 4097]])
def test_on_a_full_disk_the_old_file_stays_and_nothing_of_the_new_one(
    tmp_path: Path, small_disk: None, pieces: list[bytes]
) -> None:
    """Whether the disk is found full while it is written, or when the last bytes go out."""
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")

    def fill() -> None:
        with files.Replacement(path) as new:
            for piece in pieces:
                new.write(piece)

    with pytest.raises(WriteError, match=r"^cannot write .*a\.csv: File too large$"):
        fill()
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == b"old"


def test_a_link_in_the_place_of_a_file_is_replaced_and_what_it_points_at_stays(
    tmp_path: Path,
) -> None:
    """Nor is one followed that lies where the new file is written."""
    precious = tmp_path / "precious.csv"
    precious.write_text("mine")
    path = tmp_path / "out.csv"
    for planted in (path, tmp_path / ".out.csv.partial"):
        planted.symlink_to(precious)
        files.write(path, "new")
        assert (path.read_text(), path.is_symlink()) == ("new", False)
        assert precious.read_text() == "mine"
    os.link(precious, tmp_path / "twin.csv")
    files.write(tmp_path / "twin.csv", "new")
    assert precious.read_text() == "mine"


def test_what_a_killed_call_left_is_written_over(tmp_path: Path) -> None:
    (tmp_path / ".a.csv.partial").write_text("a longer half of a file")
    files.write(tmp_path / "a.csv", "new")
    assert (tmp_path / "a.csv").read_text() == "new"
    assert len(list(tmp_path.iterdir())) == 1


def test_two_that_write_one_file_leave_one_of_theirs(tmp_path: Path) -> None:
    """The first finds that its half was taken away, and takes nothing away itself."""
    path = tmp_path / "a.csv"
    first = files.Replacement(path)
    first.write(b"first")
    second = files.Replacement(path)
    second.write(b"second")
    with pytest.raises(WriteError, match="another process is writing it"):
        first.keep()
    second.keep()
    assert path.read_bytes() == b"second"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_bears_the_time_that_it_is_given(tmp_path: Path) -> None:
    with files.Replacement(tmp_path / "a.csv", dated=1_700_000_000.5) as new:
        new.write(b"x")
    assert (tmp_path / "a.csv").stat().st_mtime == 1_700_000_000.5


@pytest.mark.parametrize("where", ["missing/a.csv", "folder"])
def test_where_a_file_cannot_stand_that_is_told(tmp_path: Path, where: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(WriteError, match=r"^cannot write "):
        files.write(tmp_path / where, "x")
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


@pytest.mark.parametrize("write", [files.touch, files.opened, files.sync_folder])
def test_every_other_way_to_the_disk_tells_the_same(
    tmp_path: Path, write: Callable[[Path], object]
) -> None:
    with pytest.raises(WriteError, match=r"^cannot write .*No such file"):
        write(tmp_path / "missing" / "a")


def test_a_file_to_lock_is_never_reached_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(WriteError):
        files.opened(tmp_path / "lock")
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_is_synced_with_all_below_it(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "0001.csv").write_text("x")
    files.sync_tree(tmp_path)
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    with pytest.raises(WriteError, match="gone"):
        files.sync_tree(tmp_path)


def test_a_file_that_the_user_named_is_written_where_a_link_leads(tmp_path: Path) -> None:
    (tmp_path / "latest").symlink_to(tmp_path / "2026.txt")
    for text in ("first", "second"):
        files.write_named(tmp_path / "latest", text)
        assert (tmp_path / "2026.txt").read_text() == text
    files.write_named(tmp_path / "2026.txt", "third", private=True)
    assert mode(tmp_path / "2026.txt") == 0o600
    assert (tmp_path / "latest").is_symlink()


def test_a_pipe_and_a_device_stay_what_they_are(tmp_path: Path) -> None:
    pipe, read = tmp_path / "pipe", list[str]()
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    files.write_named(pipe, "through")
    reader.join(10)
    assert read == ["through"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    files.write_named(Path("/dev/null"), "x", private=True)
    with pytest.raises(WriteError, match="cannot write /dev/full: No space left on device"):
        files.write_named(Path("/dev/full"), "x")


def test_what_is_open_already_is_written_into_and_not_replaced(tmp_path: Path) -> None:
    """`--output-file /dev/stdout` of a call whose output goes to a file."""
    program = (
        "from pathlib import Path; from preflight.core import files; print('a', flush=True);"
        "files.write_named(Path('/dev/stdout'), 'b\\n'); print('c')"
    )
    with (tmp_path / "log").open("a") as log:
        subprocess.run([sys.executable, "-c", program], stdout=log, check=True)
    assert (tmp_path / "log").read_text() == "a\nb\nc\n"


def test_an_input_is_refused_under_all_its_names(tmp_path: Path) -> None:
    given = tmp_path / "in.csv"
    given.write_text("email\n")
    (tmp_path / "link").symlink_to(given)
    os.link(given, tmp_path / "twin")
    for name in ("in.csv", "link", "twin", "../" + tmp_path.name + "/in.csv"):
        with pytest.raises(UsageError, match=r"--out .* would replace the input"):
            files.refuse_input(tmp_path / name, [tmp_path / "missing", given], "--out")
    files.refuse_input(tmp_path / "other", [given, "-"], "--out")
    files.refuse_input(Path("/dev/null"), ["/dev/null"], "--out")


def test_a_copy_is_hashed(tmp_path: Path) -> None:
    """The digest is that of the standard's example."""
    (tmp_path / "a").write_bytes(b"abc")
    known = ("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", 3)
    with (tmp_path / "a").open("rb") as source:
        assert files.copy_hashed(source) == known
    with (tmp_path / "a").open("rb") as source, files.Replacement(tmp_path / "b") as new:
        assert files.copy_hashed(source, new) == known
    assert (tmp_path / "b").read_bytes() == b"abc"


def test_a_full_disk_is_told_from_other_errors() -> None:
    assert files.is_full(OSError(errno.ENOSPC, ""))
    assert not files.is_full(OSError(errno.ENOENT, ""))
    assert files.reason(OSError()) == "OSError"
