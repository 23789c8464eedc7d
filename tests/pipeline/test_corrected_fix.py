"""A corrected rejects.csv of a mere fix is merged with the rows of the file that was fixed."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from preflight.config.settings import Settings
from preflight.core.errors import SourceError
from preflight.core.workspace import workspace
from preflight.pipeline import check_fix_split
from preflight.writing.writer import FixedFile
from tests.calls import rows_of

pytestmark = pytest.mark.slow

LEADS = (
    "exported 2026\n"
    "email;name;zip\n"
    " ann@kestrel-labs.com;Zoë;01234\n"
    "no address;Ed;00007\n"
    "\n"
    "bo@kestrel-labs.com;Bo\n"
    '"x@kestrel-labs.com;Q;1\n'
    "last@kestrel-labs.com;Lo;2\n"
    "ann@kestrel-labs.com;Dup;3\n"
)
FEW = Settings(select=("EML", "STR", "DUP"))


def fix(path: Path, settings: Settings = FEW, folder: Path | None = None) -> FixedFile:
    """A fix with its results."""
    with workspace() as work:
        return check_fix_split.fix(path, settings, work=work, folder=folder)


def corrected(path: Path, edit: Callable[[list[dict[str, str]]], list[dict[str, str]]]) -> Path:
    """The file as a spreadsheet saves it: UTF-16, with tabs, and without zeros in front."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        names, rows = list(reader.fieldnames or ()), edit(list(reader))
    with path.open("w", newline="", encoding="utf-16") as file:
        writer = csv.DictWriter(file, names, delimiter="\t", restval="")
        writer.writeheader()
        writer.writerows({**row, "zip": row["zip"].lstrip("0")} for row in rows)
    return path


def first_round(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Corrects an address and a short row, leaves a runaway row, deletes one, and adds one."""
    ed, bo, runaway, _ = rows
    ed["email"], bo["zip"] = "ed@kestrel-labs.com", "9"
    return [{"email": "new@kestrel-labs.com", "name": "Nu", "zip": "5"}, runaway, bo, ed]


def test_corrected_rows_take_their_places_among_the_clean_ones(tmp_path: Path) -> None:
    """Of a spreadsheet's file, whose damage is undone; in two rounds."""
    (tmp_path / "a.csv").write_text(LEADS, "utf-8")
    fixed = fix(tmp_path / "a.csv")
    assert (fixed.books.clean, fixed.books.rejected, fixed.books.dropped) == (2, 4, 1)
    rejects = corrected(fixed.folder / "rejects.csv", first_round)
    again = fix(rejects, Settings())
    assert again.checked.merged
    assert "2 rows corrected, merged with the rows of" in again.checked.analysis.plan.unused[0]
    assert (again.books.rows, again.books.rejected, again.books.dropped) == (8, 2, 1)
    assert [(row["email"][:3], row["zip"]) for row in rows_of(again.folder / "clean.csv")] == [
        ("ann", "01234"), ("ed@", "00007"), ("bo@", "9"), ("las", "2"), ("new", "5"),
    ]  # fmt: skip
    left = rows_of(again.folder / "rejects.csv")
    assert [row["preflight__row"] for row in left] == ["5", "7"]
    assert left[1]["preflight__codes"] == "DUP801"

    def second_round(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        rows[0] |= {"email": "x@kestrel-labs.com", "name": "Q", "zip": "1"}
        return rows

    last = fix(corrected(again.folder / "rejects.csv", second_round))
    assert (last.books.clean, last.books.rejected, last.books.dropped) == (6, 1, 1)
    assert rows_of(last.folder / "clean.csv")[3]["email"] == "x@kestrel-labs.com"


def test_it_is_fixed_with_the_settings_of_the_fix(tmp_path: Path) -> None:
    """Without their being given again."""
    (tmp_path / "a.csv").write_text("E-mail,Phone,Nr\nann@kestrel-labs.com,415 555 2671,1\nno,,2\n")
    kept = Settings(profile="talkvalue", region="US", columns={"Nr": "company"})
    fixed = fix(tmp_path / "a.csv", kept)
    rejects = fixed.folder / "rejects.csv"
    rejects.write_text(rejects.read_text().replace("no,,", "ed@kestrel-labs.com,4155552672,"))
    (rejects,) = [rejects.rename(tmp_path / "back.csv")]
    again = fix(rejects, Settings())
    phones = [row["Phone"] for row in rows_of(again.folder / "clean.csv") if "Phone" in row]
    clean = (again.folder / "clean.csv").read_text()
    assert ("+14155552671" in clean, "+14155552672" in clean) == (True, True), phones


def test_a_row_that_is_there_twice_is_not_corrected(tmp_path: Path) -> None:
    """It is not known which is meant; an unchanged file changes nothing."""
    (tmp_path / "a.csv").write_text("email,name,zip\nann@kestrel-labs.com,A,1\nno address,Ed,2\n")
    fixed = fix(tmp_path / "a.csv")
    unchanged = fix(fixed.folder / "rejects.csv")
    assert unchanged.books == fixed.books

    def twice(rows: list[dict[str, str]]) -> list[dict[str, str]]:
        return [{**rows[0], "email": f"{name}@kestrel-labs.com"} for name in ("ed", "eddy")]

    again = fix(corrected(fixed.folder / "rejects.csv", twice))
    assert again.books == fixed.books


def test_other_files_are_fixed_alone(tmp_path: Path) -> None:
    """Those of another file, and those of a run, whose clean rows were sent."""
    (tmp_path / "a.csv").write_text("email,name,zip\nann@kestrel-labs.com,A,1\nno address,Ed,2\n")
    fixed = fix(tmp_path / "a.csv")
    text = (fixed.folder / "rejects.csv").read_text("utf-8-sig")
    digest = json.loads((fixed.folder / "undo.json").read_text())["sha256"][:16]
    (fixed.folder / "other.csv").write_text(text.replace(digest, "0" * 16))
    (fixed.folder / "plain.csv").write_text("email\nx@kestrel-labs.com\n")
    for name in ("other.csv", "plain.csv"):
        assert fix(fixed.folder / name, folder=tmp_path / name).books.rows == 1
    with gzip.open(fixed.folder / "original.gz", "w") as file:
        file.write(b"email\n")
    with pytest.raises(SourceError, match="damaged or gone"):
        fix(fixed.folder / "rejects.csv")
    (fixed.folder / "failures.csv").write_text(text)
    alone = fix(fixed.folder / "failures.csv", folder=tmp_path / "alone")
    assert (alone.books.rows, alone.checked.merged) == (1, False)
