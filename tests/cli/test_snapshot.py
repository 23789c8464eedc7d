"""`preflight snapshot`, and `check --against`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.calls import Call
from tests.snapshots import sources

COUNT = 60


@pytest.fixture
def taken(call: Call, here: Path) -> Path:
    """A source with its snapshot; `later.csv` has one column under another name."""
    (here / "first.csv").write_text(sources.text(sources.rows(COUNT, 1)))
    later = sources.text(
        sources.rows(COUNT, 2), names=lambda name: "Direct line" if name == "Phone" else name
    )
    (here / "later.csv").write_text(later)
    assert call("snapshot", "first.csv", "-o", "S.json", "--timezone", "UTC").code == 0
    return here / "S.json"


def test_a_snapshot_is_written_and_the_next_command_said(call: Call, here: Path) -> None:
    (here / "a.csv").write_text(sources.text(sources.rows(COUNT)))

    written = call("snapshot", "a.csv", "-o", "S.json")

    assert (written.code, written.out) == (0, "")
    assert written.err == "wrote S.json; next: `preflight check FILE --against S.json`\n"
    assert json.loads((here / "S.json").read_text())["rows"] == COUNT
    assert call("snapshot", "a.csv").out == (here / "S.json").read_text()


def test_a_changed_source_fails_the_check(call: Call, taken: Path) -> None:
    """Its rows are not rejected for it; the last line says how the change is accepted."""
    checked = call(
        "check", "later.csv", "--against", "S.json", "--select", "DRF", "--timezone", "UTC"
    )

    assert checked.code == 1
    assert "  1 DRF101 `Phone` is called `Direct line` now" in checked.out
    assert "+ 0 rejected +" in checked.out
    assert checked.out.endswith(
        "  next: if the changes are meant,\n"
        "        preflight snapshot later.csv -o S.json --timezone UTC\n"
    )


def test_an_unchanged_source_passes(call: Call, taken: Path) -> None:
    (taken.parent / "third.csv").write_text(sources.text(sources.rows(COUNT, 3)))
    options = ("--against", "S.json", "--select", "DRF", "--timezone", "UTC")

    assert call("check", "third.csv", *options).code == 0


def test_a_config_says_how_much_of_a_change_is_accepted(call: Call, taken: Path) -> None:
    """`max` of a rule about drift is a limit of the change, and `severity` is as of any rule."""
    rows = [row | {"Notes": ""} for row in sources.rows(COUNT, 2)]
    (taken.parent / "later.csv").write_text(sources.text(rows))
    options = ("--against", "S.json", "--select", "DRF", "--timezone", "UTC", "--config", "p.toml")
    codes = {}
    for name, text in {
        "plain": "",
        "graver": "severity = 'error'",
        "accepted": "severity = 'error'\nmax = '90%'",
    }.items():
        (taken.parent / "p.toml").write_text(f"[rules.DRF106]\n{text}\n")
        called = call("check", "later.csv", *options)
        codes[name] = called.code, "DRF106" in called.out

    assert codes == {"plain": (0, True), "graver": (1, True), "accepted": (0, False)}


def test_a_config_names_the_snapshot(call: Call, taken: Path) -> None:
    (taken.parent / "preflight.toml").write_text('against = "S.json"\nselect = ["DRF"]\n')

    checked = call("check", "later.csv", "--timezone", "UTC", "--output-format", "concise")

    assert (checked.code, " DRF101 [error] `Phone` is called " in checked.out) == (1, True)


def test_several_files_are_compared_with_one_snapshot(call: Call, taken: Path) -> None:
    options = ("--against", "S.json", "--select", "DRF", "--timezone", "UTC")

    checked = call("check", "first.csv", "later.csv", *options)

    assert checked.out.startswith(f"first.csv: {COUNT} rows, 0 errors")
    assert f"later.csv: {COUNT} rows, 1 error" in checked.out
    assert "next: preflight check later.csv --against S.json" in checked.out


def test_what_is_wrong_with_the_call_is_said_before_work_starts(call: Call, taken: Path) -> None:
    for argv, message in {
        ("check", "gone.csv", "--against", "S.json"): "gone.csv: no such file",
        ("check", "later.csv", "--against", "no.json"): "cannot read the snapshot no.json: No such",
        ("check", "later.csv", "--against", "first.csv"): "first.csv is not a snapshot",
        ("snapshot", "later.csv", "-o", "later.csv"): "-o later.csv would replace the input",
        ("snapshot", "later.csv", "-o", "first.csv"): "first.csv exists and is not a snapshot",
        ("snapshot", "later.csv", "-o", "no/S.json"): "cannot write no/S.json: No such file",
    }.items():
        called = call(*argv)
        assert (called.code, called.out) == (2, "")
        assert message in called.err
        assert called.err.count("\n") == 1
    over = call("check", "later.csv", "--against", "S.json", "--output-file", "S.json")
    assert (over.code, "S.json would replace" in over.err) == (2, True)


def test_standard_input_has_a_snapshot(
    call: Call, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "a.csv").write_text(sources.text(sources.rows(COUNT)))
    with (here / "a.csv").open() as file:
        monkeypatch.setattr("sys.stdin", file)

        called = call("snapshot", "-", "--stdin-filename", "a.csv")

    assert json.loads(called.out)["rows"] == COUNT


def test_what_changed_is_annotated_before_what_is_wrong_with_rows(call: Call, here: Path) -> None:
    (here / "a.csv").write_text("email,name\n" + "ann@kestrel-labs.com,Ann\n" * 3)
    assert call("snapshot", "a.csv", "-o", "S.json").code == 0
    (here / "a.csv").write_text("email,label\nann@@kestrel-labs.com,Ann\nbo@@kestrel-labs.com,Bo\n")
    told = call("check", "a.csv", "--against", "S.json", "--output-format", "github")
    assert "title=DRF10" in told.out.splitlines()[0]
    assert "title=EML302" in told.out
