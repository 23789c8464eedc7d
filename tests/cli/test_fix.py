"""`preflight fix`: clean rows, rejects and fixes, and never half of them."""

from __future__ import annotations

import codecs
import json
import re
import stat
from pathlib import Path
from typing import Any

import pytest

from preflight.config.settings import Settings
from preflight.core.workspace import workspace
from preflight.pipeline import check_fix_split
from tests.calls import EXPORTS, ODD, SHOW, Call, clean_rows_of, contacts, rows_of

MESSY = (
    "email,first_name,notes\n"
    " ann@kestrel-labs.com,Ann,kept  as it is\n"
    "bo@@kestrel-labs.com,Bo,\n"
    '"cy@kestrel-labs.com",Cy,"two\nlines"\n'
    "\n"
    "CY@kestrel-labs.com,Cy again,\n"
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "provider"),
    list(zip(EXPORTS, ["dotdigital", "talkvalue", "dotdigital"], strict=True)),
)
def test_the_books_are_what_stands_in_the_files(
    call: Call, here: Path, name: str, provider: str
) -> None:
    """And the clean file is clean, and is its own fixed point."""
    options = ("--for", provider, *EXPORTS[name])
    told = call("fix", SHOW / name, *options, "-o", "out")
    rows, clean, rejected, dropped = _books(told.out)
    assert rows == clean + rejected + dropped
    assert clean == len(clean_rows_of(here / "out"))
    assert rejected == len(rows_of(here / "out" / "rejects.csv")) > 0
    assert told.code == 1
    report = json.loads((here / "out" / "report.json").read_text())
    cells = [row for row in rows_of(here / "out" / "fixes.csv") if row["row"]]
    assert len(cells) == sum(report["fixed"].values()) > 0
    region = options[:4] if "--region" in options else options[:2]
    again = call("fix", "out/clean.csv", *region, "-o", "again")
    assert again.code == 0
    assert (here / "again" / "clean.csv").read_bytes() == (here / "out/clean.csv").read_bytes()


def _books(told: str) -> list[int]:
    line = next(line for line in told.splitlines() if line.startswith("  books:"))
    return [int(number.replace(",", "")) for number in re.findall(r"[\d,]+(?= )", line)]


def test_what_is_written_is_named_and_private(call: Call, here: Path) -> None:
    (here / "a.csv").write_text(MESSY)
    told = call("fix", "a.csv")
    folder = here / "a.preflight"
    assert told.code == 1
    assert "fixed: 1 cell in 1 row\n      1 EML303 whitespace around the" in told.out
    assert "5 rows = 2 clean + 2 rejected + 1 dropped" in told.out
    for name in ("clean.csv", "rejects.csv", "fixes.csv", "report.json"):
        assert f"  a.preflight/{name}  " in told.out
        assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600


def test_a_cell_that_no_fix_names_stays_byte_for_byte(call: Call, here: Path) -> None:
    (here / "a.csv").write_text(MESSY)
    call("fix", "a.csv")
    assert (here / "a.preflight" / "clean.csv").read_text() == (
        "email,first_name,notes\n"
        "ann@kestrel-labs.com,Ann,kept  as it is\n"
        'cy@kestrel-labs.com,Cy,"two\nlines"\n'
    )


def test_the_names_of_a_provider_and_what_it_wants_joined(call: Call, here: Path) -> None:
    (here / "a.csv").write_text("First Name,Last Name,Mobile\nAnn,Lee,(415) 555-2671\n")
    told = call("fix", "a.csv", "--for", "textus", "--region", "US")
    assert told.code == 0
    assert rows_of(here / "a.preflight" / "clean.csv") == [
        {"phone_number": "+14155552671", "name": "Ann Lee"}
    ]


@pytest.mark.parametrize("name", ["empty", "report", "picture", "page", "header-only"])
def test_a_file_without_a_table_is_refused_and_said_why(call: Call, name: str) -> None:
    told = call("fix", ODD / f"{name}.csv", "-o", "out", "--max-bad", "100%")
    assert told.code == 1
    assert "nothing can be used until this is fixed:\n    FIL00" in told.out
    assert told.err == ""


def test_a_guess_at_the_encoding_is_refused_until_it_is_accepted(call: Call, here: Path) -> None:
    """Nothing of a file is written in an encoding that nobody vouches for."""
    (here / "a.csv").write_bytes("email,name\nann@kestrel-labs.com,Zoë\n".encode("cp1252"))
    told = call("fix", "a.csv", "-o", "out")
    assert "; confirm with `--encoding cp1252`)" in told.out
    assert "FIL003 this looks like cp1252" in told.out
    assert "; accept it with `--unsafe-fixes`" in told.out
    assert "1 row = 0 clean" in told.out
    taken = call("fix", "a.csv", "-o", "out", "--force", "--unsafe-fixes")
    assert "nothing can be used" not in taken.out
    given = call("fix", "a.csv", "-o", "out", "--force", "--encoding", "cp1252")
    assert "1 row = 1 clean" in given.out


@pytest.mark.slow
def test_an_encoding_that_is_sure_is_fixed_and_said(call: Call) -> None:
    export = SHOW / "badges-cp1252.csv"
    told = call("fix", export, "-o", "out", "--timezone", "Europe/Berlin")
    assert "read as: taken for cp1252 (9" in told.out
    assert "nothing can be used" not in told.out
    assert "Günther;Kröger;" in export.read_text("cp1252")
    assert "Günther,Kröger," in Path("out/clean.csv").read_text("utf-8")


def test_files_for_people_open_right_in_a_spreadsheet(call: Call, here: Path) -> None:
    """A mark of UTF-8, a person's own columns first, then what is wrong in words; then the rest."""
    (here / "a.csv").write_text("email,name\n ann@kestrel-labs.com,Zoë\nno address,Ed\n", "utf-8")
    call("fix", "a.csv")
    folder = here / "a.preflight"
    for name, text in (
        ("rejects.csv", "email,name,preflight__message,preflight__row,preflight__line,"),
        ("fixes.csv", "row,line,column_name,code,safety,old,new\n"),
    ):
        assert (folder / name).read_bytes().startswith(codecs.BOM_UTF8 + text.encode()), name
    assert (folder / "clean.csv").read_bytes() == "email,name\nann@kestrel-labs.com,Zoë\n".encode()
    (row,) = rows_of(folder / "rejects.csv")
    assert row["preflight__message"].startswith("email: ")
    assert "FIL004" not in call("check", folder / "rejects.csv").out


def test_results_that_nobody_touched_are_replaced_and_others_are_not(
    call: Call, here: Path
) -> None:
    (here / "a.csv").write_text(contacts(2) + "no address,N\n")
    assert call("fix", "a.csv").code == 1
    (here / "a.csv").write_text(contacts(3) + "no address,N\n")
    assert call("fix", "a.csv").code == 1
    assert len(clean_rows_of(here / "a.preflight")) == 3
    rejects = here / "a.preflight" / "rejects.csv"
    rejects.write_text(rejects.read_text().replace("no address", "nan@kestrel-labs.com"))
    before = rejects.read_bytes()
    for command in ("fix", "split"):
        told = call(command, "a.csv")
        assert (told.code, told.out) == (2, "")
        assert "rejects.csv was changed since preflight wrote it, so it is not replaced" in told.err
    assert rejects.read_bytes() == before
    assert call("fix", "a.csv", "--force").code == 1
    assert rejects.read_bytes() != before


def test_parts_under_a_limit_and_a_record_that_none_can_hold(call: Call, here: Path) -> None:
    (here / "a.csv").write_text(contacts(6) + f"x@kestrel-labs.com,{'x' * 200}\n")
    told = call("fix", "a.csv", "--max-rows", "4", "--max-bytes", "150")
    folder = here / "a.preflight"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert sum(part["rows"] for part in manifest["parts"]) == len(clean_rows_of(folder)) == 6
    assert all(part["bytes"] <= 150 and part["rows"] <= 4 for part in manifest["parts"])
    (rejected,) = rows_of(folder / "rejects.csv")
    assert (rejected["preflight__row"], rejected["preflight__codes"]) == ("7", "FIL008")
    assert "a.preflight/parts  2 parts" in told.out


@pytest.mark.slow
def test_warnings_that_no_fix_takes_away_count_where_they_are_said_to(
    call: Call, here: Path
) -> None:
    (here / "a.csv").write_text("email,first_name,notes\na@kestrel-labs.com, Ann ,=1+1\n")
    told = call("fix", "a.csv")
    assert (told.code, "1 warning not changed (see report.json)" in told.out) == (0, True)
    assert call("fix", "a.csv", "--force", "--fail-on", "warning").code == 1
    assert call("fix", "a.csv", "--force", "--fail-on", "warning", "--ignore", "SEC").code == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "code"),
    [((), 1), (("--max-bad", "2"), 0), (("--max-bad", "39%"), 1), (("--max-bad", "40%"), 0),
     (("--exit-zero",), 0), (("--fail-on", "never"), 0)],
)  # fmt: skip
def test_rejected_rows_count_beyond_max_bad(
    call: Call, here: Path, options: tuple[str, ...], code: int
) -> None:
    """Two of five rows are rejected."""
    (here / "a.csv").write_text(MESSY)
    assert call("fix", "a.csv", *options).code == code


@pytest.mark.slow
def test_json_holds_what_was_fixed_and_shows_values_on_request(call: Call, here: Path) -> None:
    (here / "a.csv").write_text(MESSY)
    told = call("fix", "a.csv", "--output-format", "json", "--show-values")
    report = json.loads(told.out)
    assert report["fixed"] == {"EML303": 1}
    assert " ann@kestrel-labs.com" in {one["value"] for one in report["findings"]}
    kept = json.loads((here / "a.preflight" / "report.json").read_text())
    assert {one["value"] for one in kept["findings"]} == {None}


@pytest.mark.parametrize("moment", ["reading", "writing"])
def test_an_interruption_leaves_nothing_half_written(here: Path, moment: str) -> None:
    (here / "a.csv").write_text(contacts(50))

    def interrupt(stage: str, done: int, total: int | None) -> None:
        if stage == moment:
            raise KeyboardInterrupt

    with workspace() as work, pytest.raises(KeyboardInterrupt):
        check_fix_split.fix("a.csv", Settings(), work=work, progress=interrupt)
    assert [path.name for path in here.iterdir()] == ["a.csv"]


def test_an_interrupted_call_exits_with_130(
    call: Call, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C while the file is opened, at the place where a reader would wait for it."""

    class Interrupted:
        buffer: Any = None

        def __getattribute__(self, name: str) -> Any:
            if name == "buffer":
                raise KeyboardInterrupt
            return super().__getattribute__(name)

    monkeypatch.setattr("sys.stdin", Interrupted())
    told = call("fix", "-")
    assert told.code == 130
    assert told.err.strip() == "preflight: interrupted"
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["nope.csv"], "no such file"),
        (["."], "a directory, not a file; name a file in it"),
        ([ODD / "clean.csv", "-o", "taken"], "cannot write into taken"),
        ([ODD / "clean.csv", "--for", "nobody"], "--for"),
        ([ODD / "clean.csv", "--max-rows", "0"], "--max-rows is a number from 1 up"),
    ],
)
def test_what_cannot_be_run_is_one_line_and_exits_with_2(
    call: Call, here: Path, argv: list[object], said: str
) -> None:
    (here / "taken").write_text("a file")
    told = call("fix", *argv)
    assert (told.code, told.out) == (2, "")
    assert said in told.err
    assert told.err.count("\n") == 1
    assert [path.name for path in here.iterdir()] == ["taken"]


def test_the_summary_names_the_lines_above_the_header_and_their_file(
    tmp_path: Path, call: Call
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        "Leads of hall 7\n" + "email,first_name,last_name\n" + "a@kestrel-labs.com,A,B\n" * 3
    )
    shown = call("fix", path).out
    assert "above-header.txt  the 1 line above the header, not sent" in shown
