"""Several files of one call: what is taken, what is skipped, a line each, and their total."""

from __future__ import annotations

import gzip
import io
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import jsonschema
import pytest

from tests.calls import FIXTURES, PROGRAM, Call, bare_environment, contacts

BAD = "email,first_name\nann@@kestrel-labs.com,Ann\nbo@kestrel-labs.com,Bo\n"
SCHEMA = FIXTURES.parent / "preflight" / "report" / "report.schema.json"


@pytest.fixture(autouse=True)
def exports(here: Path) -> None:
    """A folder as people have them, and few rules."""
    (here / "preflight.toml").write_text(
        'select = ["FIL", "HDR", "EML302", "EML303", "DUP801", "DUP809"]\n'
    )
    for name, content in {
        "exports/a.csv": BAD,
        "exports/b.csv": contacts(2),
        "exports/b.preflight/clean.csv": contacts(1),
        "exports/.old/c.csv": contacts(1),
        "exports/notes.md": "x",
    }.items():
        (here / name).parent.mkdir(parents=True, exist_ok=True)
        (here / name).write_text(content)
    with zipfile.ZipFile(here / "exports/z.zip", "w") as archive:
        archive.writestr("q1/d.csv", contacts(1, 9))
        archive.writestr("q2/d.csv", "email,first_name\n Ann1@Kestrel-Labs.com,Ann\n")
    (here / "exports/e.csv.gz").write_bytes(gzip.compress(contacts(1, 20).encode()))
    (here / "exports/cut.csv.gz").write_bytes(gzip.compress(contacts(1).encode())[:-9])


def test_a_folder_has_a_line_for_each_file_and_a_total(call: Call) -> None:
    told = call("check", "exports")
    assert told.code == 1
    assert told.out.splitlines() == [
        "exports/a.csv: 2 rows, 1 error, 0 warnings, 1 rejected row",
        "exports/b.csv: 2 rows, 0 errors, 0 warnings, 0 rejected rows",
        (
            "exports/cut.csv.gz: 0 rows, 1 error, 0 warnings, 0 rejected rows; nothing can be used"
            " until this is fixed: FIL002 this is a damaged gzip archive, not a table"
        ),
        "exports/e.csv.gz: 1 row, 0 errors, 0 warnings, 0 rejected rows",
        "exports/z.zip/q1/d.csv: 1 row, 0 errors, 0 warnings, 0 rejected rows",
        "exports/z.zip/q2/d.csv: 1 row, 1 error, 0 warnings, 1 rejected row",
        "6 files: 3 errors, 0 warnings",
        "  1 EML302 not a valid email address, in 1 file",
        "  1 EML303 whitespace around the email address, or invisible characters in it, in 1 file",
        "  1 FIL002 this is not a table, in 1 file",
        "  books: 7 rows = 5 clean + 2 rejected + 0 dropped",
        "  next: preflight check exports/a.csv",
    ]
    assert told.err == (
        "skipped: 1 results folder (exports/b.preflight); 1 hidden file or folder (exports/.old); "
        "1 file of another type (exports/notes.md)\n"
    )
    assert call("check", "exports", "-q").err == ""


def test_a_file_in_an_archive_is_checked_and_fixed_by_its_path(call: Call, here: Path) -> None:
    assert call("check", "exports/z.zip/q1/d.csv").code == 0
    fixed = call("fix", "exports/z.zip/q2/d.csv")
    assert fixed.code == 0
    clean = (here / "exports/d.preflight/clean.csv").read_text()
    assert clean == "email,first_name\nAnn1@Kestrel-Labs.com,Ann\n"
    refused = call("check", "exports/a.csv", "exports/z.zip", "--output-file", "exports/z.zip")
    assert refused.code == 2
    assert "would replace the input" in refused.err


def test_contacts_in_several_files_are_named_with_the_first(call: Call) -> None:
    told = call("check", "exports", "--across", "--output-format", "full")
    assert "exports/z.zip/q2/d.csv:2:1 DUP809 [warning] the same contact as row 1 of " in told.out
    assert "row 1 of exports/b.csv" in told.out
    assert call("check", "exports", "--output-format", "full").out.count("DUP809") == 0
    gated = call("check", "exports/b.csv", "exports/z.zip", "--across", "--ignore", "EML303")
    assert gated.code == 0
    strict = ("--fail-on", "warning")
    assert call("check", "exports/b.csv", "exports/z.zip", "--across", *strict).code == 1


def test_a_file_that_cannot_be_opened_is_named_and_the_others_are_checked(call: Call) -> None:
    told = call("check", "exports/b.csv", "absent.csv", "exports/a.csv")
    assert told.code == 2
    assert told.err == "preflight: absent.csv: no such file; check the path\n"
    assert "absent.csv: not checked: no such file; check the path\n" in told.out
    assert "3 files: 1 error, 0 warnings, 1 not checked\n" in told.out
    report = json.loads(
        call("check", "exports/b.csv", "absent.csv", "--exit-zero", "--output-format", "json").out
    )
    jsonschema.validate(report, json.loads(SCHEMA.read_text()))
    assert report["unread"] == [{"path": "absent.csv", "reason": "no such file; check the path"}]
    alone = call("check", "absent.csv")
    assert (alone.code, alone.out) == (2, "")
    none = call("check", "absent.csv", "gone.csv")
    assert (none.code, none.err.count("no such file")) == (2, 2)


def test_standard_input_is_one_of_the_files(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BAD.encode())))
    told = call("check", "exports/b.csv", "-", "--stdin-filename", "in.csv")
    assert "in.csv: 2 rows, 1 error" in told.out


def test_what_fixing_would_change_in_several_files_is_shown_and_nothing_written(
    call: Call, here: Path
) -> None:
    (here / "exports/f.csv").write_text("email,first_name\n eve@kestrel-labs.com,Eve\n")
    before = sorted(here.rglob("*"))
    told = call("fix", "--diff", "exports/b.csv", "exports/f.csv")
    assert told.code == 1
    assert told.out.startswith("--- exports/f.csv\n+++ exports/f.csv, fixed\n@@ row 1, line 2 @@\n")
    assert "eve@" not in told.out
    assert "\n2 files: 1 error, 0 warnings\n" in told.out
    assert call("fix", "--diff", "exports/b.csv", "exports/e.csv.gz").code == 0
    assert call("fix", "--diff", "exports/b.csv", "absent.csv").code == 2
    assert sorted(here.rglob("*")) == before
    refused = call("fix", "exports/a.csv", "exports/b.csv")
    assert refused.code == 2
    assert "fix writes the results of one file" in refused.err


def workers_of(parent: int) -> list[int]:
    """The processes that a process started, and those that these started."""
    listed = subprocess.run(["ps", "-eo", "pid,ppid"], capture_output=True, text=True, check=True)
    pairs = [tuple(map(int, row.split())) for row in listed.stdout.splitlines()[1:]]
    children = [pid for pid, above in pairs if above == parent]
    return children + [pid for child in children for pid in workers_of(child)]


def alive() -> set[int]:
    """The processes that have not ended; one that has may wait for somebody to notice."""
    listed = subprocess.run(["ps", "-eo", "pid,stat"], capture_output=True, text=True, check=True)
    rows = [row.split() for row in listed.stdout.splitlines()[1:]]
    return {int(pid) for pid, state in rows if not state.startswith("Z")}


@pytest.mark.long
@pytest.mark.parametrize("count", [1, 4])
@pytest.mark.parametrize(
    ("name", "of_worker", "code"),
    [("SIGINT", False, 130), ("SIGTERM", False, 130), ("SIGKILL", False, -9), ("SIGKILL", True, 2)],
)
def test_no_process_outlives_the_call(
    here: Path, name: str, of_worker: bool, code: int, count: int
) -> None:
    """However it ends; a worker that the system kills is an error that says what to do.

    Processes share several files, or the ranges of one.
    """
    names = [f"{at}.csv" for at in range(count)]
    rows = 600_000 // count
    for at, path in enumerate(names):
        (here / path).write_text(contacts(rows, at * rows))
    (here / "preflight.toml").unlink()
    process = subprocess.Popen(
        [*PROGRAM, "check", *names, "--jobs", "2"],
        env=bare_environment() | {"TMPDIR": str(here)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    waited = time.monotonic()
    while len(started := workers_of(process.pid)) < 4 and time.monotonic() - waited < 60:
        time.sleep(0.1)
    os.kill(started[-1] if of_worker else process.pid, getattr(signal, name))
    _, said = process.communicate(timeout=60)
    assert process.returncode == code
    assert ("try --jobs 1" in said) is of_worker
    time.sleep(1)
    assert not [pid for pid in started if pid in alive()]
