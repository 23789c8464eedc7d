"""The output folder: all of a call's results or none, and nothing of anyone else's."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
from collections.abc import Callable
from dataclasses import asdict
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from preflight.core.errors import OutputExists, RunLocked, WriteError
from preflight.writing import results_folder, written_results
from preflight.writing.written_results import WrittenResults


def tree(folder: Path) -> dict[str, str]:
    """Every file below a folder with its text."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): path.read_text() for path in files}


def fill(place: Path, text: str = "new") -> None:
    (place / "clean.csv").write_text(text)
    (place / "parts").mkdir()
    (place / "parts" / "0001.csv").write_text(text)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def fail(folder: Path, error: BaseException, *, force: bool = False) -> None:
    """A call that breaks off after it wrote something."""
    with results_folder.staging(folder, force=force) as place:
        fill(place)
        raise error


@pytest.mark.parametrize(
    ("name", "folder"),
    [
        ("leads.csv", "leads.preflight"),
        ("in/leads.csv.gz", "in/leads.preflight"),
        ("in/LEADS.CSV.GZ", "in/LEADS.preflight"),
        ("leads.zip", "leads.preflight"),
        ("leads", "leads.preflight"),
        ("2026.expo.csv", "2026.expo.preflight"),
        ("-", "stdin.preflight"),
    ],
)
def test_the_folder_is_named_after_the_input_and_stands_beside_it(name: str, folder: str) -> None:
    assert results_folder.default_folder(name) == Path(folder)


def test_results_stand_in_the_folder_when_the_block_ended_well(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    with results_folder.staging(folder, force=False) as place:
        fill(place)
        assert not (folder / "clean.csv").exists()
    assert tree(folder) == {"clean.csv": "new", "parts/0001.csv": "new"}
    assert sorted(path.name for path in folder.iterdir()) == ["clean.csv", "parts"]
    assert mode(folder) == 0o700


@pytest.mark.parametrize("error", [RuntimeError(), KeyboardInterrupt()])
def test_a_block_that_breaks_off_leaves_nothing(tmp_path: Path, error: BaseException) -> None:
    with pytest.raises(type(error)):
        fail(tmp_path / "out", error)
    assert list(tmp_path.iterdir()) == []


def test_a_block_that_breaks_off_keeps_the_folder_and_the_results_that_were_there(
    tmp_path: Path,
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(RuntimeError):
        fail(empty, RuntimeError())
    assert empty.is_dir()
    old = tmp_path / "old"
    old.mkdir()
    fill(old, "old")
    with pytest.raises(RuntimeError):
        fail(old, RuntimeError(), force=True)
    assert sorted(path.name for path in old.iterdir()) == ["clean.csv", "parts"]
    assert set(tree(old).values()) == {"old"}


@pytest.mark.parametrize("name", results_folder.RESULTS)
def test_a_result_that_stands_there_is_not_replaced_without_force(
    tmp_path: Path, name: str
) -> None:
    (tmp_path / name).write_text("old")
    with pytest.raises(OutputExists, match=name), results_folder.staging(tmp_path, force=False):
        pytest.fail("the block was entered")
    assert tree(tmp_path) == {name: "old"}


def test_with_force_old_results_go_together_and_other_files_stay(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    for name in ("rejects.csv", "failures.csv", "parts/0001.csv", "parts/0002.csv"):
        (tmp_path / name).write_text("old")
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "clean.csv.bak").write_text("mine")
    with results_folder.staging(tmp_path, force=True) as place:
        fill(place)
        assert (tmp_path / "rejects.csv").read_text() == "old"
    assert tree(tmp_path) == {
        "clean.csv": "new",
        "parts/0001.csv": "new",
        "notes.txt": "mine",
        "clean.csv.bak": "mine",
    }


def test_a_result_that_is_a_link_is_replaced_and_what_it_points_at_stays(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "precious.csv").write_text("mine")
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "parts").symlink_to(elsewhere)
    (folder / "clean.csv").symlink_to(tmp_path / "gone.csv")
    with pytest.raises(OutputExists), results_folder.staging(folder, force=False):
        pytest.fail("the block was entered")
    with results_folder.staging(folder, force=True) as place:
        fill(place)
    assert tree(elsewhere) == {"precious.csv": "mine"}
    assert not (folder / "parts").is_symlink()
    assert tree(folder) == {"clean.csv": "new", "parts/0001.csv": "new"}


def test_a_result_that_appears_in_the_meantime_is_not_replaced(tmp_path: Path) -> None:

    def late() -> None:
        with results_folder.staging(tmp_path, force=False) as place:
            fill(place)
            (tmp_path / "clean.csv").write_text("theirs")

    with pytest.raises(OutputExists):
        late()
    assert tree(tmp_path) == {"clean.csv": "theirs"}


def test_an_exchange_that_breaks_off_puts_the_old_results_back(tmp_path: Path) -> None:
    """A folder of someone's stands where a new file is to go, so the last move cannot be made."""
    (tmp_path / "clean.csv").write_text("old")
    (tmp_path / "zz").mkdir()
    (tmp_path / "zz" / "mine").write_text("mine")

    def blocked() -> None:
        with results_folder.staging(tmp_path, force=True) as place:
            fill(place)
            (place / "zz").write_text("new")

    with pytest.raises(OSError, match="zz"):
        blocked()
    assert tree(tmp_path) == {"clean.csv": "old", "zz/mine": "mine"}


def test_what_a_killed_call_left_is_cleared_away(tmp_path: Path) -> None:
    left = tmp_path / ".preflight-partial-xyz"
    left.mkdir()
    (left / "clean.csv").write_text("half")
    with results_folder.staging(tmp_path, force=False) as place:
        fill(place)
    assert not left.exists()


def test_old_results_come_back_where_a_killed_call_had_not_decided(tmp_path: Path) -> None:
    """As it was between two of the first renames of an exchange: `parts` was still in its place."""
    old = tmp_path / ".preflight-replaced"
    old.mkdir()
    (old / "clean.csv").write_text("old")
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "0001.csv").write_text("old")
    staged = tmp_path / ".preflight-partial-xyz"
    staged.mkdir()
    fill(staged)
    with pytest.raises(OutputExists), results_folder.staging(tmp_path, force=False):
        pytest.fail("the block was entered")
    assert tree(tmp_path) == {"clean.csv": "old", "parts/0001.csv": "old"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clean.csv", "parts"]


@pytest.mark.parametrize("replaced", [True, False])
def test_new_results_come_in_where_a_killed_call_had_decided(
    tmp_path: Path, replaced: bool
) -> None:
    """As it was between two of the last renames, and between the two folders' removal."""
    new, old = tmp_path / ".preflight-new", tmp_path / ".preflight-replaced"
    new.mkdir()
    fill(new)
    (new / "clean.csv").replace(tmp_path / "clean.csv")
    if replaced:
        old.mkdir()
        (old / "clean.csv").write_text("old")
        (old / "failures.csv").write_text("old")
    with pytest.raises(OutputExists), results_folder.staging(tmp_path, force=False):
        pytest.fail("the block was entered")
    assert tree(tmp_path) == {"clean.csv": "new", "parts/0001.csv": "new"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clean.csv", "parts"]


def recorded(place: Path, run: str | None = None) -> None:
    """Writes a report.json that says what is in a folder."""
    written = asdict(WrittenResults(written_results.digests(place), run))
    (place / "report.json").write_text(json.dumps({"tool": {}, **written, "files": []}, indent=1))


def results(place: Path, text: str) -> None:
    """Results as `fix` writes them, with two parts."""
    (place / "rejects.csv").write_text(text)
    (place / "parts").mkdir()
    parts = []
    for name in ("0001.csv", "0002.csv"):
        (place / "parts" / name).write_text(text + name)
        digest = written_results.digest(place / "parts" / name)
        parts.append({"file": f"parts/{name}", "sha256": digest})
    (place / "manifest.json").write_text(json.dumps({"parts": parts}))
    recorded(place)


def test_results_that_nobody_touched_are_replaced(tmp_path: Path) -> None:
    """Those that a person deleted as well."""
    for text in ("first", "second", "third"):
        with results_folder.staging(tmp_path, force=False) as place:
            results(place, text)
        assert tree(tmp_path)["rejects.csv"] == text
        if text == "second":
            (tmp_path / "rejects.csv").unlink()


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("rejects.csv", lambda path: path.write_text("corrected")),
        ("parts/0002.csv", lambda path: path.write_text("corrected")),
        ("parts/0003.csv", lambda path: path.write_text("of mine")),
        ("failures.csv", lambda path: path.write_text("of mine")),
        ("manifest.json", lambda path: path.write_text("{}")),
        ("clean.csv", lambda path: path.mkdir()),
    ],
)
def test_results_that_a_person_changed_are_not(
    tmp_path: Path, name: str, change: Callable[[Path], None]
) -> None:
    """By name; `force` gives the changes up."""
    with results_folder.staging(tmp_path, force=False) as place:
        results(place, "first")
    change(tmp_path / name)
    with (
        pytest.raises(OutputExists, match=f"{name} was changed since preflight wrote it"),
        results_folder.staging(tmp_path, force=False, to_send=True),
    ):
        pytest.fail("the block was entered")
    with results_folder.staging(tmp_path, force=True) as place:
        results(place, "second")
    assert tree(tmp_path)["rejects.csv"] == "second"


def test_what_changes_while_the_new_results_are_made_is_kept(tmp_path: Path) -> None:
    with results_folder.staging(tmp_path, force=False) as place:
        results(place, "first")

    def correct() -> None:
        with results_folder.staging(tmp_path, force=False) as place:
            results(place, "second")
            (tmp_path / "rejects.csv").write_text("corrected")

    with pytest.raises(OutputExists, match=r"rejects\.csv was changed"):
        correct()
    assert tree(tmp_path)["rejects.csv"] == "corrected"


def test_results_that_an_unfinished_run_needs_are_left_to_it(tmp_path: Path) -> None:
    """A call that sends looks into the ledger itself."""
    with results_folder.staging(tmp_path, force=False) as place:
        results(place, "first")
        recorded(place, "20260101-000000-0000")
    with (
        pytest.raises(OutputExists, match="`preflight resume 20260101-000000-0000` goes on"),
        results_folder.staging(tmp_path, force=False),
    ):
        pytest.fail("the block was entered")
    with results_folder.staging(tmp_path, force=False, to_send=True) as place:
        results(place, "second")


def test_a_result_that_was_changed_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "failures.csv").write_text("written")
    fresh = hashlib.sha256(b"fresh").hexdigest()
    assert written_results.set_aside(tmp_path, "failures.csv", fresh) == ""
    recorded(tmp_path)
    assert written_results.set_aside(tmp_path, "failures.csv", fresh) == ""
    names = []
    for text in ("once", "twice", "again"):
        (tmp_path / "failures.csv").write_text(text)
        names.append(written_results.set_aside(tmp_path, "failures.csv", fresh))
        assert (tmp_path / names[-1]).read_text() == text
    assert names == ["failures-edited.csv", "failures-edited-2.csv", "failures-edited-3.csv"]
    (tmp_path / "failures.csv").write_text("fresh")  # of a call that was killed behind it
    assert written_results.set_aside(tmp_path, "failures.csv", fresh) == ""


def test_a_path_that_is_no_folder_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(WriteError, match="cannot write into"),
        results_folder.staging(tmp_path / "file", force=False),
    ):
        pytest.fail("the block was entered")


def test_leftovers_that_cannot_be_cleared_are_told_as_such(tmp_path: Path) -> None:
    (tmp_path / ".preflight-partial-file").write_text("no folder")
    with (
        pytest.raises(WriteError, match="cannot write into"),
        results_folder.staging(tmp_path, force=False),
    ):
        pytest.fail("the block was entered")


def test_a_full_disk_is_no_bug_and_other_errors_stay_what_they_are(tmp_path: Path) -> None:
    """`/dev/full` refuses every byte as a full disk does."""
    with (
        pytest.raises(WriteError, match=r"cannot write into .*out: No space left"),
        results_folder.staging(tmp_path / "out", force=False),
        Path("/dev/full").open("w") as full,
    ):
        full.write("x")
    with pytest.raises(FileNotFoundError), results_folder.staging(tmp_path / "out", force=False):
        (tmp_path / "missing").read_text()
    assert list(tmp_path.iterdir()) == []


def _hold(folder: Path, inside: Event, go: Event) -> None:
    with results_folder.staging(folder, force=False) as place:
        fill(place)
        inside.set()
        go.wait(20)


@pytest.mark.slow
def test_two_processes_never_write_into_one_folder(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    inside, go = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(tmp_path, inside, go))
    other.start()
    try:
        assert inside.wait(20)
        with pytest.raises(RunLocked), results_folder.staging(tmp_path, force=True):
            pytest.fail("the block was entered")
    finally:
        go.set()
        other.join(20)
    assert other.exitcode == 0
    assert tree(tmp_path) == {"clean.csv": "new", "parts/0001.csv": "new"}


@pytest.mark.parametrize(
    "name", ["leads.csv", "../../etc/leads.csv", "/etc/leads.csv", "a/leads.gz"]
)
def test_the_results_of_standard_input_stay_in_the_working_directory(name: str) -> None:
    """Whatever path it is called by; and the name of another input changes nothing."""
    assert results_folder.default_folder("-", name) == Path("leads.preflight")
    assert results_folder.default_folder("in/a.csv", name) == Path("in/a.preflight")
