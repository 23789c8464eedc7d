"""A fix that is undone leaves no trace: the input's bytes, or the cell as it was."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import example, given, settings
from hypothesis import strategies as st

from preflight.config.settings import Settings
from preflight.core.errors import OutputExists, SourceError, UsageError, WriteError
from preflight.pipeline import check_fix_split
from preflight.writing import results_folder, undo
from tests import checked
from tests.calls import rows_of
from tests.examples import examples

MESSY = (
    "email,first_name,phone\r\n"
    " ann@kestrel-labs.com ,Ann ,+1 415 555 2671\r\n"
    "bo@@kestrel-labs.com,Bo,\r\n"
    '"cy@Kestrel-Labs.com","C ""y, jr","kept\nas it is"\r\n'
    "\r\n"
    "=dy@kestrel-labs.com,'=Dy ,\r\n"
)
_CELL = st.one_of(
    st.sampled_from([
        "ann@kestrel-labs.com", " ann@kestrel-labs.com", "<Bo@Kestrel-Labs.com>", "mailto:cy@x.org",
        "+1 415 555 2671", "Ann ", "\u200bBo", "", " ", "=1+1", "'x", "a\nb", 'say "hi"', "é",
    ]),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8),
)  # fmt: skip
# A few files of many rows say more in the same time than many of a few.
_ROWS = st.lists(st.lists(_CELL, min_size=3, max_size=3), max_size=24)


@pytest.fixture(scope="module")
def _fixed_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("once")
    checked.fix(folder, MESSY)
    return folder


@pytest.fixture
def out(_fixed_once: Path, tmp_path: Path) -> Path:
    """The results of fixing `MESSY`, which lies beside them."""
    shutil.copytree(_fixed_once, tmp_path, dirs_exist_ok=True)
    return tmp_path / "out"


def _csv(rows: list[list[str]], delimiter: str = ",", end: str = "\n") -> str:
    quoted = [['"' + cell.replace('"', '""') + '"' for cell in row] for row in rows]
    return "".join(delimiter.join(row) + end for row in [["email", "first_name", "phone"], *quoted])


@pytest.mark.slow
@settings(max_examples=examples(1 / 3))
@given(content=st.binary(max_size=200))
@example(content=b"")
@example(content=b"\xef\xbb\xbfemail;name\r\n a@kestrel-labs.com;\xff\r\n")
@example(content="sep=;\nemail;name\n ä@x.org;b\n".encode("utf-16"))
def test_undo_after_fix_gives_the_bytes_of_any_file(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        checked.fix(folder, content)
        back = undo.restore(folder / "out", folder / "back.bin")
        assert back.path.read_bytes() == content
        assert (back.size, back.unchanged) == (len(content), False)


@settings(max_examples=examples(1 / 6))
@given(
    rows=_ROWS,
    how=st.sampled_from([("utf-8", ",", "\n"), ("utf-8-sig", ";", "\r\n"), ("utf-16", "\t", "\n")]),
)
def test_only_named_cells_differ_and_fixing_twice_is_fixing_once(
    rows: list[list[str]], how: tuple[str, str, str]
) -> None:
    """Of whole files: the other cells of clean.csv are as read, and what is clean stays so."""
    encoding, delimiter, end = how
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        content = _csv(rows, delimiter, end).encode(encoding)
        fixed = checked.fix(folder, content, region="US")
        assert undo.restore(folder / "out", folder / "back").path.read_bytes() == content
        if not fixed.parts:
            return
        [part] = fixed.parts
        log = undo.changes(folder / "out")
        newest = {
            (int(str(one.row)), one.column_name): str(one.new)
            for one in log.itertuples()
            if one.row and one.safety != undo.UNDONE
        }
        for row, clean in zip(part.row_map.tolist(), rows_of(part.path), strict=True):
            for at, (column, cell) in enumerate(clean.items()):
                assert cell == newest.get((row, column), rows[row - 1][at])
        once = part.path.read_bytes()
        again = checked.fix(_fresh(folder), once, region="US")
        assert again.changed_cells == 0
        assert again.books.rejected == again.books.dropped == 0
        assert again.parts[0].path.read_bytes() == once


def _fresh(folder: Path) -> Path:
    (folder / "again").mkdir()
    return folder / "again"


_PLAIN = ["email", "First name", "Last name", "phone", "Company", "note"]
_ODD = [*_PLAIN, "", " ", "note", "note", "Note ", "=sum", "City", "Mobile", "first_name"]
_WRAPPED = ["{}", " {}", "{}\t", "\u200b{}", " {} ", "{}\u00a0"]
_TELLS = re.compile(r"c(\d+)r\d+|^1415555(\d\d)")


@st.composite
def _repeating(draw: st.DrawFn) -> tuple[list[str], list[list[str]], dict[str, Any]]:
    """A header, cells each of which tells its column, and the settings to fix them by."""
    header = draw(st.permutations([*_PLAIN, *draw(st.lists(st.sampled_from(_ODD), max_size=5))]))
    empty = {at for at, name in enumerate(header) if not name.strip() and draw(st.booleans())}

    def cell(at: int, row: int) -> str:
        needed = header[at] in ("email", "phone")
        if at in empty or (not needed and row and draw(st.integers(0, 5)) == 0):
            return ""
        value = {"email": f"c{at}r{row}@kestrel-labs.com", "phone": f"+1 415 555 {at:02}{row:02}"}
        return draw(st.sampled_from(_WRAPPED)).format(value.get(header[at], f"c{at}r{row}"))

    rows = [[cell(at, row) for at in range(len(header))] for row in range(draw(st.integers(1, 12)))]
    profile = draw(st.sampled_from(["general", "textus", "dotdigital", "talkvalue"]))
    mapping = draw(st.sampled_from([{}, {"Company": "-"}, {"Company": "first_name"}]))
    return header, rows, {"profile": profile, "columns": mapping, "ignore": ("HDR",)}


def _sources(column: Sequence[str]) -> list[int]:
    """The positions of the input's columns that a column of clean.csv is written from."""
    told = [_TELLS.findall("".join(filter(str.isalnum, cell))) for cell in column]
    return [int(at or phone) for at, phone in max(told, key=len)]


def _as_read(rows: Sequence[Sequence[str]], sources: Sequence[Sequence[int]]) -> list[list[str]]:
    """Rows of clean.csv as they would stand there if nothing had been fixed."""
    return [
        [
            row[of[0]] if len(of) == 1 else " ".join(row[at].strip() for at in of).strip()
            for of in sources
        ]
        for row in rows
    ]


@pytest.mark.slow
@settings(max_examples=examples(1 / 12))
@given(file=_repeating(), data=st.data())
def test_undoing_a_row_restores_its_cells_and_no_other_whatever_the_header(
    file: tuple[list[str], list[list[str]], dict[str, Any]], data: st.DataObject
) -> None:
    """Columns are dropped, joined, renamed, mapped and repeated."""
    header, rows, how = file
    text = io.StringIO()
    csv.writer(text).writerows([header, *rows])
    with tempfile.TemporaryDirectory() as name:
        out = Path(name) / "out"
        fixed = checked.fix(Path(name), text.getvalue(), region="US", **how)
        log = undo.changes(out)
        changed = sorted({int(row) for row in log["row"] if row})
        if changed:
            [part] = fixed.parts
            fixed_rows = _records(out / "clean.csv")
            sources = [_sources(column) for column in zip(*fixed_rows, strict=True)]
            original = _as_read([rows[row - 1] for row in part.row_map], sources)
            row = data.draw(st.sampled_from(changed))
            undo.revert(out, rows=[row])
            assert _records(out / "clean.csv") == [
                was if number == row else is_fixed
                for number, was, is_fixed in zip(part.row_map, original, fixed_rows, strict=True)
            ]
            if len(changed) > 1:
                undo.revert(out)
            assert _records(out / "clean.csv") == original
        content = (Path(name) / "contacts.csv").read_bytes()
        assert undo.restore(out, Path(name) / "back").path.read_bytes() == content


def _records(path: Path) -> list[list[str]]:
    """The rows of a CSV without its header."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.reader(file))[1:]


def test_of_columns_with_one_name_the_one_that_was_fixed_goes_back(tmp_path: Path) -> None:
    """Equal cells and equal fixes under one name, then a fix of the other column alone."""
    content = "email,note,note\na@kestrel-labs.com,x , x\nb@kestrel-labs.com,y,y \n"
    checked.fix(tmp_path, content, ignore=("HDR",))
    out = tmp_path / "out"
    assert undo.revert(out, rows=[2]).fixes == 1
    assert _records(out / "clean.csv") == [
        ["a@kestrel-labs.com", "x", "x"],
        ["b@kestrel-labs.com", "y", "y "],
    ]
    assert undo.revert(out).fixes == 2
    assert _records(out / "clean.csv")[0] == ["a@kestrel-labs.com", "x ", " x"]
    with pytest.raises(UsageError, match="no such fix"):
        undo.revert(out)


def test_a_column_that_was_dropped_moves_no_cell(tmp_path: Path) -> None:
    checked.fix(tmp_path, "email,,first_name,last_name\na@kestrel-labs.com,,Ann , Lee\n")
    out = tmp_path / "out"
    assert undo.revert(out, rows=[1]).fixes == 2
    assert (out / "clean.csv").read_text() == (
        "email,first_name,last_name\na@kestrel-labs.com,Ann , Lee\n"
    )


@pytest.mark.slow
def test_the_input_is_written_beside_the_results_under_its_own_name(
    tmp_path: Path, out: Path
) -> None:
    given_path = tmp_path / "contacts.csv"
    assert undo.restore(out).unchanged
    given_path.unlink()
    back = undo.restore(out)
    assert back.path == given_path
    assert given_path.read_bytes() == MESSY.encode()
    assert given_path.stat().st_mode & 0o077 == 0
    given_path.write_text("another")
    with pytest.raises(OutputExists, match="is not the original; replace it with --force"):
        undo.restore(out)
    undo.restore(out, force=True)
    assert given_path.read_bytes() == MESSY.encode()
    with pytest.raises(SourceError, match="is a directory"):
        undo.restore(out, tmp_path)
    with pytest.raises(WriteError, match="cannot write"):
        undo.restore(out, tmp_path / "nowhere" / "a.csv")


@pytest.mark.parametrize(
    ("name", "called"),
    [("-", "leads.csv"), ("x/a.csv.gz", "a.csv"), ("a.zip", "a.csv"), ("b/a.tsv", "a.tsv")],
)
def test_what_was_packed_or_piped_gets_a_name_of_its_own(name: str, called: str) -> None:
    assert undo._own_name(name, Path("leads.preflight")) == called


def test_a_workbook_is_given_back_as_a_workbook(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_column(0, 0, ["email", " ann@kestrel-labs.com"])
    whole = path.read_bytes()
    check_fix_split.fix(path, Settings(), work=checked.work(tmp_path))
    path.unlink()
    assert undo.restore(tmp_path / "a.preflight").path.read_bytes() == whole == path.read_bytes()


def test_fixes_of_a_code_or_a_row_are_taken_back_in_clean_csv_and_logged(
    tmp_path: Path, out: Path
) -> None:
    before = rows_of(out / "clean.csv")
    taken = undo.revert(out, codes=["phn4"])
    assert (taken.fixes, taken.rows) == (1, 1)
    after = rows_of(out / "clean.csv")
    assert [row["phone"] for row in after] == ["+1 415 555 2671", *(r["phone"] for r in before[1:])]
    assert [row["email"] for row in after] == [row["email"] for row in before]
    assert rows_of(out / "fixes.csv")[-1]["safety"] == undo.UNDONE
    with pytest.raises(UsageError, match="no such fix"):
        undo.revert(out, codes=["PHN404"])
    assert undo.revert(out, rows=[1]).fixes == 2
    assert rows_of(out / "clean.csv")[0]["email"] == " ann@kestrel-labs.com "
    undo.revert(out, rows=[5, 3])
    last = rows_of(out / "clean.csv")[-1]
    assert last["first_name"] == "'=Dy "
    assert undo.restore(out, tmp_path / "back").path.read_bytes() == MESSY.encode()
    (out / "clean.csv").write_text("email\n")
    with pytest.raises(UsageError, match="was edited"):
        undo.revert(out, rows=[1])


@pytest.mark.slow
def test_fixes_beside_a_cell_of_a_megabyte_are_undone(tmp_path: Path) -> None:
    checked.fix(tmp_path, f"email,note\n ann@kestrel-labs.com,{'x' * 2_500_000}\n")
    assert undo.revert(tmp_path / "out").fixes == 1
    assert b"\n ann@kestrel-labs.com,xxx" in (tmp_path / "out" / "clean.csv").read_bytes()


def test_a_cell_goes_back_to_before_the_first_rule_that_is_meant(tmp_path: Path) -> None:
    """What later rules made of its work goes with it; the end of a chain goes back alone."""
    checked.fix(tmp_path, "email\n <Ann@Kestrel-Labs.com>\n")
    out, whole = tmp_path / "out", tmp_path / "whole"
    shutil.copytree(out, whole)
    codes = [row["code"] for row in rows_of(out / "fixes.csv") if row["row"]]
    assert len(codes) > 1
    assert undo.revert(out, codes=codes[:1]).fixes == 1
    assert rows_of(out / "clean.csv")[0]["email"] == " <Ann@Kestrel-Labs.com>"
    with pytest.raises(UsageError, match="no such fix"):
        undo.revert(out, codes=codes[-1:])
    lines = [row for row in rows_of(whole / "fixes.csv") if row["row"]]
    undo.revert(whole, codes=[lines[-1]["code"]])
    assert rows_of(whole / "clean.csv")[0]["email"] == lines[-1]["old"]
    undo.revert(whole, codes=[lines[0]["code"]])
    assert rows_of(whole / "clean.csv")[0]["email"] == lines[0]["old"]


@pytest.mark.slow
def test_a_joined_cell_is_joined_again_from_what_its_pieces_were(tmp_path: Path) -> None:
    """Of its pieces the one that no fix changed stands nowhere in the log."""
    content = (
        "First name,Last name,phone\nAnn\u200b ,Le\u200be,+14155552671\n ,Ra\u200by,+14155552672\n"
    )
    checked.fix(tmp_path, content, profile="textus")
    out = tmp_path / "out"
    assert [row["name"] for row in rows_of(out / "clean.csv")] == ["Ann Lee", "Ray"]
    assert undo.revert(out, rows=[2]).fixes == 2
    assert [row["name"] for row in rows_of(out / "clean.csv")] == ["Ann Lee", "Ra\u200by"]
    assert undo.revert(out, rows=[1]).fixes == 2
    assert rows_of(out / "clean.csv")[0]["name"] == "Ann\u200b Le\u200be"
    with pytest.raises(UsageError, match="no such fix"):
        undo.revert(out, rows=[1])


def test_parts_have_no_single_fixes_to_undo(tmp_path: Path) -> None:
    checked.fix(tmp_path, "email\n ann@kestrel-labs.com\n bo@kestrel-labs.com\n", max_rows=1)
    with pytest.raises(UsageError, match=r"no clean\.csv"):
        undo.revert(tmp_path / "out", rows=[1])


def test_what_is_damaged_or_missing_is_told_in_a_line(tmp_path: Path, out: Path) -> None:
    with pytest.raises(UsageError, match="nothing to undo"):
        undo.restore(tmp_path / "work")
    with pytest.raises(UsageError, match=r"no fixes\.csv"):
        undo.changes(tmp_path / "work")
    target = tmp_path / "back"
    whole = (out / "original.gz").read_bytes()
    for wrong in (whole[:-20], b"junk", gzip.compress(b"another"), b"\x1f\x8b" + b"x" * 40):
        (out / "original.gz").write_bytes(wrong)
        with pytest.raises(SourceError, match="damaged or gone"):
            undo.restore(out, target)
        assert not target.exists()
    (out / "fixes.csv").write_text("a,b\n1,2\n")
    with pytest.raises(UsageError, match="not a log of fixes"):
        undo.changes(out)
    (out / "fixes.csv").write_text('row\n"1"\n2,3\n')
    with pytest.raises(UsageError, match="not a log of fixes"):
        undo.changes(out)
    said = json.loads((out / "undo.json").read_text())
    (out / "undo.json").write_text(json.dumps(said | {"version": 99}))
    with pytest.raises(UsageError, match="another version"):
        undo.restore(out, target)
    (out / "undo.json").write_text("[]")
    with pytest.raises(SourceError, match="damaged or gone"):
        undo.source_name(out)


def test_a_log_that_does_not_fit_changes_nothing(out: Path) -> None:
    clean = (out / "clean.csv").read_bytes()
    log = (out / "fixes.csv").read_text()
    (out / "fixes.csv").write_text(log.replace("+14155552671", "+14155552672"))
    with pytest.raises(UsageError, match="does not match"):
        undo.revert(out, codes=["PHN404"])
    assert (out / "clean.csv").read_bytes() == clean


@pytest.mark.parametrize(
    ("was", "becomes"), [("\n1,2,phone,", "\nx,2,phone,"), (",safe,", ",undone,")]
)
def test_a_log_that_was_edited_is_told_in_a_line(out: Path, was: str, becomes: str) -> None:
    log = (out / "fixes.csv").read_text()
    assert was in log
    (out / "fixes.csv").write_text(log.replace(was, becomes))
    with pytest.raises(UsageError, match="not a log of fixes"):
        undo.revert(out, rows=[1])


@pytest.mark.slow
def test_a_log_that_a_killed_call_had_moved_away_is_read(out: Path) -> None:
    """What was half exchanged is brought to its end first."""
    before = undo.changes(out)
    aside = out / ".preflight-replaced"
    aside.mkdir()
    (out / "fixes.csv").replace(aside / "fixes.csv")
    assert undo.changes(out).equals(before)
    assert not aside.exists()


def test_nothing_is_written_into_a_folder_without_results(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError):
        undo.revert(tmp_path / "empty", rows=[1])
    with pytest.raises(UsageError):
        undo.revert(tmp_path / "none", rows=[1])
    assert [path.name for path in tmp_path.rglob("*")] == ["empty"]


def test_a_new_fix_replaces_what_was_kept(tmp_path: Path, out: Path) -> None:
    path = checked.written(tmp_path, "email\nann@kestrel-labs.com\n")
    check_fix_split.fix(path, Settings(), work=checked.work(tmp_path), folder=out, force=True)
    shutil.rmtree(tmp_path / "work")
    assert undo.restore(out, tmp_path / "b").path.read_bytes() == path.read_bytes()
    assert {results_folder.ORIGINAL, results_folder.UNDO} <= {one.name for one in out.iterdir()}
