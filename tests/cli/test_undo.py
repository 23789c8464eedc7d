"""`preflight undo` and `preflight diff`: what was changed is shown, and undone."""

from __future__ import annotations

import shutil
from contextlib import chdir
from pathlib import Path

import pytest

from preflight.core.workspace import workspace
from preflight.pipeline import check_fix_split
from tests import checked
from tests.calls import Call

MESSY = "email,phone\n ann@kestrel-labs.com,+1 415 555 2671\nbo@kestrel-labs.com,\n"


@pytest.fixture(scope="module")
def _fixed_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("once")
    checked.written(folder, MESSY, "a.csv")
    with chdir(folder), workspace() as work:
        check_fix_split.fix("a.csv", work=work)
    return folder


@pytest.fixture
def fixed(_fixed_once: Path, here: Path) -> Path:
    """A folder that `fix` wrote."""
    shutil.copytree(_fixed_once, here, dirs_exist_ok=True)
    return here / "a.preflight"


def test_undo_gives_the_file_back(call: Call, here: Path, fixed: Path) -> None:
    (here / "a.csv").unlink()
    told = call("undo", "a.preflight")
    assert (told.code, told.err) == (0, f"next: preflight check {here / 'a.csv'}\n")
    assert "a.csv: restored, 71 bytes" in told.out
    assert (here / "a.csv").read_text() == MESSY
    assert call("undo", "a.preflight").out.endswith(
        "a.csv is already the original; nothing to undo\n"
    )
    assert call("undo", "a.preflight", "-o", "b.csv").code == 0
    assert (here / "b.csv").read_text() == MESSY


@pytest.mark.parametrize("name", ["original.gz", "clean.csv", "undo.json", "parts/0001.csv"])
def test_the_files_of_the_folder_are_never_written_over(
    call: Call, here: Path, fixed: Path, name: str
) -> None:
    """One of them is the only copy of the input."""
    (here / "a.csv").unlink()
    (here / "link").symlink_to(fixed / name)
    before = {path: path.read_bytes() for path in fixed.iterdir()}
    for target in (fixed / name, "link"):
        told = call("undo", "a.preflight", "-o", target, "--force")
        assert (told.code, told.out) == (2, "")
        what = f"-o {target} would replace a result in {fixed}; name another file"
        assert told.err == f"preflight: {what}\n"
    assert {path: path.read_bytes() for path in fixed.iterdir()} == before
    assert call("undo", "a.preflight").code == 0
    assert (here / "a.csv").read_text() == MESSY


def test_some_fixes_are_undone(call: Call, here: Path, fixed: Path) -> None:
    told = call("undo", "a.preflight", "--code", "PHN404")
    assert told.code == 0
    assert told.out == (
        "a.preflight/clean.csv: 1 fix undone in 1 row. "
        "Run `preflight check` to see whether they still pass\n"
    )
    assert "+1 415 555 2671" in (fixed / "clean.csv").read_text()
    shown = call("diff", "a.preflight", "--show-values").out
    assert "phone · PHN404 phone-not-e164 · undone\n- '+14155552671'\n+ '+1 415" in shown


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["undo", "nope"], "nope: nothing to undo"),
        (["undo", "a.preflight", "--row", "0"], "0 is not in the range"),
        (
            ["undo", "a.preflight", "--row", "1", "--force"],
            "cannot be combined with --code or --row",
        ),
        (["undo", "a.preflight", "--code", "XXX"], "no such fix"),
        (["diff", "nope"], "no fixes.csv"),
        (["check", "a.csv", "--diff", "--output-format", "json"], "--diff prints text only"),
    ],
)
def test_what_cannot_be_done_is_one_line(
    call: Call, fixed: Path, argv: list[str], said: str
) -> None:
    told = call(*argv)
    assert (told.code, told.out) == (2, "")
    assert said in told.err
    assert told.err.count("\n") == 1


def test_a_diff_shows_shapes_unless_values_are_asked_for(call: Call, fixed: Path) -> None:
    told = call("diff", "a.preflight")
    assert told.code == 0
    assert "ann@" not in told.out
    assert told.out.startswith("--- a.csv\n+++ a.preflight/clean.csv\n@@ row 1, line 2 @@\n")
    assert "  email · EML303 email-padded · safe\n- s(1)a(3)@a(7)-a(4).a(3)\n+ a(3)@" in told.out


@pytest.mark.slow
def test_fix_with_a_diff_writes_nothing_and_exits_with_1_when_it_would(
    call: Call, here: Path
) -> None:
    (here / "a.csv").write_text(MESSY)
    (here / "b.csv").write_text("email\nann@kestrel-labs.com\n")
    told = call("fix", "a.csv", "--diff", "--show-values")
    assert told.code == 1
    assert "- ' ann@kestrel-labs.com'\n+ 'ann@kestrel-labs.com'\n" in told.out
    assert call("fix", "a.csv", "--diff", "--exit-zero").code == 0
    clean = call("fix", "b.csv", "--diff")
    assert (clean.code, clean.out[:5]) == (0, "b.csv")
    assert sorted(one.name for one in here.iterdir()) == ["a.csv", "b.csv"]
    (here / "a.csv").write_bytes(b"\xef\xbb\xbf" + MESSY.encode())
    both = call("check", "a.csv", "b.csv", "--diff", "--select", "FIL004,EML,PHN")
    assert "@@ file @@" in both.out or "@@ line 1 @@" in both.out
    assert "FIL004 byte-order-mark · safe" in both.out
    assert "\n2 files: " in both.out
    assert both.out.count("books:") == 1


@pytest.mark.slow
def test_the_diff_of_fix_is_what_fix_logs(call: Call, here: Path) -> None:
    (here / "a.csv").write_text(MESSY)
    before = call("fix", "a.csv", "--diff").out.split("a.csv: ")[0].splitlines()[2:]
    call("fix", "a.csv")
    assert call("diff", "a.preflight").out.splitlines()[2:] == before


def test_a_header_that_may_be_data_is_not_shown(call: Call, here: Path) -> None:
    (here / "a.csv").write_text(" ann@kestrel-labs.com,Ann\n bo@kestrel-labs.com,Bo \n")
    told = call("check", "a.csv", "--diff")
    assert "ann@" not in told.out
