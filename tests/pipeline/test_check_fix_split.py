"""The stages in a line: the books, the order, and that the size of a chunk does not matter."""

from __future__ import annotations

import io
import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from preflight.config.settings import Settings
from preflight.core.books import Books
from preflight.core.errors import BooksError, OutputExists, RunLocked, SourceError
from preflight.core.workspace import workspace
from preflight.linting.checked import CHUNK_BYTES, RecordStream
from preflight.pipeline import check_fix_split
from preflight.writing.writer import FixedFile
from tests import checked
from tests.calls import EXPORTS, SHOW, clean_rows_of, contacts, rows_of
from tests.examples import examples

CELLS = st.sampled_from(
    ["ann@kestrel-labs.com", " Bo@kestrel-labs.com", "bo@kestrel-labs.com", "x@@y", "", "Ann",
     '"a\nb"', '"', '"x', "=1+1", "\u200b", "+1 415 555 2671", "n/a", "\0", "ü", '"a ""b"" c"']
)  # fmt: skip
RECORDS = st.lists(CELLS, min_size=0, max_size=5).map(",".join)
MESSY = st.tuples(
    st.sampled_from(["email,first_name,phone", "E-Mail Address,Name", "x,y,z", "email,email"]),
    st.lists(RECORDS, max_size=14),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
).map(lambda one: one[2].join([one[0], *one[1]]) + (one[2] if one[3] else ""))


def written(folder: Path) -> dict[str, bytes]:
    """What a fix left, by name."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def fix(path: Path, folder: Path, chunk_bytes: int = CHUNK_BYTES, **more: object) -> FixedFile:
    """A fix into a folder of its own."""
    with workspace() as work:
        return check_fix_split.fix(
            path,
            Settings(**more),  # type: ignore[arg-type]
            work=work,
            folder=folder,
            chunk_bytes=chunk_bytes,
        )


@settings(max_examples=examples(1 / 2))
@given(text=MESSY, rows=st.integers(1, 4))
def test_the_books_of_any_file_are_what_stands_in_its_files(text: str, rows: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "a.csv"
        path.write_text(text, encoding="utf-8", newline="")
        fixed = fix(path, Path(name) / "out", max_rows=rows)
        books = fixed.books
        assert books.rows == books.clean + books.rejected + books.dropped
        assert books == fixed.checked.after
        assert books.clean == len(clean_rows_of(Path(name) / "out"))
        assert books.rejected == len(rows_of(Path(name) / "out" / "rejects.csv"))
        told = sorted(
            [int(row["preflight__row"]) for row in rows_of(Path(name) / "out" / "rejects.csv")]
            + [int(row) for part in fixed.parts for row in part.row_map]
        )
        assert len(set(told)) == len(told)


@pytest.mark.slow
@settings(max_examples=examples(1 / 2))
@given(text=MESSY, size=st.integers(1, 60))
def test_the_size_of_a_chunk_changes_nothing(text: str, size: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "a.csv"
        path.write_text(text, encoding="utf-8", newline="")
        one, other = fix(path, Path(name) / "1"), fix(path, Path(name) / "2", chunk_bytes=size)
        assert written(Path(name) / "1") == written(Path(name) / "2")
        assert (one.books, one.changes, one.reasons) == (other.books, other.changes, other.reasons)
        assert one.warnings == other.warnings
        ours, theirs = one.checked.analysis, other.checked.analysis
        assert ours.findings.frame.astype(str).equals(theirs.findings.frame.astype(str))


@pytest.mark.slow
@settings(max_examples=examples(1 / 2))
@given(text=MESSY)
def test_what_was_fixed_is_clean_when_it_is_checked_again(text: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "a.csv"
        path.write_text(text, encoding="utf-8", newline="")
        fixed = fix(path, Path(name) / "out")
        if not fixed.books.clean:
            return
        with workspace() as work:
            again = check_fix_split.check(Path(name) / "out" / "clean.csv", work=work)
            assert (again.books.clean, again.books.rejected) == (fixed.books.clean, 0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "share"),
    [("expo-utf16.csv", 8), *(pytest.param(name, 1, marks=pytest.mark.long) for name in EXPORTS)],
)
def test_an_export_in_small_chunks_is_written_the_same(
    tmp_path: Path, name: str, share: int
) -> None:
    """The first eighth of one, or all of each."""
    path, data = tmp_path / name, (SHOW / name).read_bytes()
    path.write_bytes(data[: len(data) // share // 2 * 2])
    options = dict(zip(EXPORTS[name][::2], EXPORTS[name][1::2], strict=True))
    settings = {flag.removeprefix("--"): value for flag, value in options.items()}
    for folder, size in (("1", CHUNK_BYTES), ("2", 40_000 // share)):
        fix(path, tmp_path / folder, chunk_bytes=size, profile="dotdigital", **settings)
    assert written(tmp_path / "1") == written(tmp_path / "2")


def test_a_row_in_no_place_is_no_balance() -> None:
    with pytest.raises(BooksError, match="do not balance"):
        Books(rows=4, clean=1, rejected=1, dropped=1).balanced()


@pytest.mark.slow
@pytest.mark.parametrize(
    "other", ["", contacts(2), contacts(4), contacts(3) + "a malformed, row\n"]
)
def test_a_file_that_somebody_saves_between_the_passes_is_named_and_nothing_is_written(
    tmp_path: Path, other: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(contacts(3))

    def save(stage: str, done: int, total: int | None) -> None:
        if stage == "reading":
            path.write_text(other)

    with workspace() as work, pytest.raises(SourceError, match="changed while it was read"):
        check_fix_split.fix(path, Settings(), work=work, folder=tmp_path / "out", progress=save)
    assert not (tmp_path / "out").exists()


def test_progress_is_told_in_rows(tmp_path: Path) -> None:
    path, told = tmp_path / "a.csv", list[tuple[str, int, int | None]]()
    path.write_text(contacts(3))
    with workspace() as work:
        check_fix_split.fix(
            path, work=work, folder=tmp_path / "out", progress=lambda *one: told.append(one)
        )
    assert told == [
        ("reading", 0, None), ("reading", 3, None), ("writing", 0, None), ("writing", 3, None),
    ]  # fmt: skip


def test_nothing_is_made_for_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with workspace() as work, pytest.raises(SourceError):
        check_fix_split.fix(tmp_path / "nope.csv", work=work)
    assert list(tmp_path.iterdir()) == []


def test_results_that_appear_meanwhile_are_not_replaced(tmp_path: Path) -> None:
    path, out = tmp_path / "a.csv", tmp_path / "out"
    path.write_text(contacts(3))

    def appear(stage: str, done: int, total: int | None) -> None:
        (out / "clean.csv").write_text("theirs")

    with workspace() as work, pytest.raises(OutputExists):
        check_fix_split.fix(path, work=work, folder=out, progress=appear)
    assert (out / "clean.csv").read_text() == "theirs"
    assert os.listdir(out) == ["clean.csv"]  # noqa: PTH208 - hidden ones included


def test_two_at_a_time_do_not_write_into_one_folder(tmp_path: Path) -> None:
    path, out = tmp_path / "a.csv", tmp_path / "out"
    path.write_text(contacts(3))

    def intrude(stage: str, done: int, total: int | None) -> None:
        with workspace() as other, pytest.raises(RunLocked):
            check_fix_split.fix(path, work=other, folder=out)

    with workspace() as work:
        check_fix_split.fix(path, work=work, folder=out, progress=intrude)
    assert len(clean_rows_of(out)) == 3


def test_chunks_of_what_is_no_table_are_none(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"%PDF-1.7\n")
    with workspace() as work:
        assert list(RecordStream(check_fix_split.check(path, work=work).layout)) == []


def test_a_result_is_not_written_over_by_its_own_results(tmp_path: Path) -> None:
    """Correcting rejects.csv in place would replace what a person corrected, --force or not."""
    source = tmp_path / "leads.csv"
    source.write_text("email\nann@@kestrel-labs.com\n")
    with workspace() as work:
        check_fix_split.fix(source, work=work, folder=tmp_path / "out")
        rejects = tmp_path / "out" / "rejects.csv"
        before = rejects.read_bytes()
        for write in (check_fix_split.fix, check_fix_split.split):
            with pytest.raises(SourceError, match="would be replaced by the results"):
                write(rejects, work=work, folder=tmp_path / "out", force=True)
    assert rejects.read_bytes() == before


STAMPED = "email,created_at,event_date\nann@kestrel-labs.com,{0},{0}\n"
WRITTEN = datetime(2024, 4, 21, 15, 30, tzinfo=UTC)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("stamp", "late"),
    [
        ("2024-04-21T15:30:00Z", False),
        ("2024-04-22T15:30:00Z", False),
        ("2024-04-22T15:30:01Z", True),
        ("2024-04-23T05:30:00+14:00", False),
        ("2024-04-23T05:30:01+14:00", True),
        ("2024-04-21T20:30:00-23:59", True),
        ("2024-12-31T23:59:60Z", True),
        ("2999-12-31T00:00:00Z", True),
        ("2024-04-23 15:30", True),
        ("23 April 2024 15:30", True),
        ("2024-02-30T15:30:00Z", False),
    ],
)
def test_a_moment_is_late_by_when_its_file_was_written(
    tmp_path: Path, stamp: str, late: bool
) -> None:
    """More than a day; of the fields alone that lie in the past."""
    path = tmp_path / "contacts.csv"
    path.write_text(STAMPED.format(stamp))
    os.utime(path, (WRITTEN.timestamp(),) * 2)
    found = check_fix_split.check(path, Settings(timezone="UTC"), work=tmp_path)
    frame = found.analysis.findings.frame
    assert frame.loc[frame["code"] == "TIM507", "column"].tolist() == [2] * late


@pytest.mark.slow
@given(st.datetimes(WRITTEN.replace(tzinfo=None) - timedelta(days=900)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(1 / 2))
def test_every_late_moment_is_a_suspect(tmp_path: Path, moment: datetime) -> None:
    """Though it looks fine."""
    path = tmp_path / "contacts.csv"
    path.write_text(STAMPED.format(f"{moment:%Y-%m-%dT%H:%M:%S}Z"))
    os.utime(path, (WRITTEN.timestamp(),) * 2)
    counts = check_fix_split.check(path, work=tmp_path).analysis.findings.counts()
    late = moment.replace(microsecond=0, tzinfo=UTC) > WRITTEN + timedelta(days=1)
    assert ("TIM507" in counts) is late


@pytest.mark.parametrize(("now", "late"), [(WRITTEN, 1), (WRITTEN + timedelta(days=9), 0)])
def test_what_comes_by_standard_input_is_as_old_as_the_clock_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, now: datetime, late: int
) -> None:
    """Nobody can tell when it was written."""
    given = io.TextIOWrapper(io.BytesIO(STAMPED.format("2024-04-29T15:30:00Z").encode()))
    monkeypatch.setattr("sys.stdin", given)
    found = check_fix_split.check("-", work=tmp_path, clock=lambda: now)
    assert found.analysis.findings.counts().get("TIM507", 0) == late


@pytest.mark.parametrize("severity", ["error", "warning"])
def test_a_number_of_a_sheet_that_lost_its_zeros_rejects_its_row_as_an_error_alone(
    tmp_path: Path, severity: str
) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(
            [["email", "zip"], ["a@x-labs.com", 2139], ["b@x-labs.com", 94107]]
        ):
            sheet.write_row(at, 0, row)
    chosen = Settings(severity={"TXT708": severity})
    with workspace() as work:
        fixed = check_fix_split.fix(tmp_path / "a.xlsx", chosen, work=work, folder=tmp_path / "out")
    rejected = int(severity == "error")
    assert (fixed.books.rejected, fixed.books.clean) == (rejected, 2 - rejected)
    assert fixed.checked.analysis.findings.counts() == {"TXT708": 1}
    if rejected:
        [row] = rows_of(tmp_path / "out" / "rejects.csv")
        assert (row["email"], row["preflight__codes"]) == ("a@x-labs.com", "TXT708")


def test_a_column_that_is_not_sent_is_neither_fixed_nor_judged(tmp_path: Path) -> None:
    """TextUs makes a name of two others only where there is none."""
    content = "name,first_name,phone\n Ann Lee, Ann\u200b ,+14155552671\nBo Ray,Bo,+14155552672\n"
    fixed = checked.fix(tmp_path, content, profile="textus")
    assert fixed.books == Books(rows=2, clean=2, rejected=0, dropped=0)
    log = [row for row in rows_of(tmp_path / "out" / "fixes.csv") if row["row"]]
    assert {row["column_name"] for row in log} == {"name"}
    assert set(fixed.checked.analysis.findings.frame["column"]) <= {0, 1, 3}
    assert [
        problem.column
        for rule, problem in fixed.checked.analysis.problems
        if "it will not be sent" in str(problem.message)
    ] == [2]


def test_a_rule_about_drift_is_not_counted_as_passed_where_there_is_no_snapshot(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(contacts(3))
    with workspace() as work:
        alone = check_fix_split.check(path, work=work).analysis.plan.rules
        kept = check_fix_split.snapshot(path, Settings(), work=work)
        beside = check_fix_split.check(path, work=work, against=kept).analysis.plan.rules
    assert {code for code in beside if code not in alone} == {
        code for code in beside if code.startswith("DRF")
    }
    assert len(beside) - len(alone) == 13
