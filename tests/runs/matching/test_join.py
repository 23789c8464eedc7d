"""Failure reports are joined to the rows that they are about, and to no other."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import io
import itertools
import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.config import profiles
from preflight.core import csv_writer
from preflight.core.errors import SourceError
from preflight.core.exchange import FailureReport, Further, Outcome, Part
from preflight.core.received import Received
from preflight.core.row_map import RowMap
from preflight.providers import failure_report
from preflight.runs.matching import join, match_lines
from preflight.writing.parts import read_part
from tests.examples import examples

DOTDIGITAL, TALKVALUE = profiles.load("dotdigital"), profiles.load("talkvalue")
HEADER = ("Email", "FIRSTNAME", "phone")
FIELDS = ("email", "first_name", "phone")
FINISHED = Outcome("finished", "Finished")


def make_part(
    folder: Path,
    rows: Sequence[Sequence[str]],
    header: tuple[str, ...] = HEADER,
    fields: tuple[str | None, ...] = FIELDS,
) -> Part:
    """A part whose data row i is the input row 10 i, on the input line 10 i + 3."""
    path = folder / "0001.csv"
    columns = [pa.array(column, pa.string()) for column in zip(header, *rows, strict=True)]
    data = bytes(csv_writer.body(csv_writer.records(columns)))
    path.write_bytes(data)
    numbers = np.arange(1, len(rows) + 1, dtype=np.int64) * 10
    digest = hashlib.sha256(data).hexdigest()
    return Part(1, path, digest, len(data), header, fields, RowMap.of(numbers, numbers + 3))


def written(rows: Sequence[Sequence[object]], *, bom: bool = False, end: str = "\n") -> bytes:
    """A report's bytes."""
    text = io.StringIO()
    csv.writer(text, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    return (b"\xef\xbb\xbf" if bom else b"") + text.getvalue().encode()


def faults(
    rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER, **how: object
) -> FailureReport:
    """Dotdigital's report of these lines."""
    found = failure_report.records(written([("Reason", *header), *rows], **how))  # type: ignore[arg-type]
    return failure_report.report(
        found, code=found.column("Reason") or [], key=found.column("Email")
    )


def export(rows: Sequence[Sequence[object]], **how: object) -> FailureReport:
    """TalkValue's report of these lines: number, code, message, value."""
    header = ("rowNum", "errorCode", "errorMessage", "rawValue")
    found = failure_report.records(written([header, *rows], **how))  # type: ignore[arg-type]
    return failure_report.report(
        found,
        code=found.column("errorCode") or [],
        message=found.column("errorMessage"),
        row_number=found.column("rowNum"),
        value=found.column("rawValue"),
    )


def by_key(report: FailureReport, part: Part) -> join.Joined:
    return join.join(report, part, by="key", key_field="email", profile=DOTDIGITAL)


def by_row(report: FailureReport, part: Part) -> join.Joined:
    return join.join(report, part, by="row", key_field="email", profile=TALKVALUE)


def people(count: int) -> list[tuple[str, str, str]]:
    """Rows that differ in their address and phone."""
    return [(f"p{at}@example.org", "Ann", f"+1415555{at:04}") for at in range(1, count + 1)]


def rows_of(joined: join.Joined) -> list[int]:
    return joined.failures["row"].tolist()


# Reading the part.


def test_the_cells_of_a_part_are_read_as_they_were_sent(tmp_path: Path) -> None:
    """Quoted line breaks and quotes stay, and nothing is taken for a number or a null."""
    rows = [("NA", 'a "b",\nc', "01234"), ("", "null", "+1415"), ("x", "  y ", "é")]
    table = read_part(make_part(tmp_path, rows))
    assert table.column_names == ["0", "1", "2"]
    assert [tuple(row.values()) for row in table.to_pylist()] == rows


def test_words_for_nothing_are_cells_of_a_part_like_others(tmp_path: Path) -> None:
    cells = ["NULL", "N/A", "nan", "", "null"]
    part = make_part(tmp_path, [(cell, "x", "") for cell in cells])
    assert read_part(part).column(0).to_pylist() == cells


def test_a_blank_cell_alone_in_its_row_is_a_row(tmp_path: Path) -> None:
    part = make_part(tmp_path, [("a",), ("",), ("b",)], ("Email",), ("email",))
    assert read_part(part)["0"].to_pylist() == ["a", "", "b"]


def test_a_part_that_is_gone_or_was_changed_is_refused(tmp_path: Path) -> None:
    part = make_part(tmp_path, people(3))
    same_shape = part.path.read_bytes().swapcase()
    for changed in (part.path.read_bytes() + b"one more,,\n", b"Email\na,b,c,d\n", same_shape):
        part.path.write_bytes(changed)
        with pytest.raises(SourceError, match="was changed since it was written"):
            read_part(part)
    part.path.unlink()
    with pytest.raises(SourceError, match="the part is gone"):
        read_part(part)


# By row number.


@pytest.mark.parametrize("base", [0, 1, 2])
def test_the_base_of_row_numbers_is_found_by_the_values(tmp_path: Path, base: int) -> None:
    part = make_part(tmp_path, people(9))
    report = export(
        [(at - 1 + base, "INVALID_EMAIL", "bad", f"P{at}@example.org ") for at in (7, 2)]
    )
    joined = by_row(report, part)
    assert joined.base == base
    assert rows_of(joined) == [20, 70]
    assert joined.failures["line"].tolist() == [23, 73]
    assert joined.failures["how"].tolist() == ["row number"] * 2
    assert joined.failures["reason"].tolist() == ["fix"] * 2
    assert joined.notes == (f"{match_lines.BASES[base]}, by the values",)
    assert all(map(match_lines.is_technical, joined.notes))
    assert len(joined.unmatched) == 0


def test_a_phone_number_written_otherwise_proves_the_base(tmp_path: Path) -> None:
    joined = by_row(export([(3, "X", "", "+1 (415) 555-0002")]), make_part(tmp_path, people(5)))
    assert (joined.base, rows_of(joined)) == (2, [20])


@pytest.mark.parametrize(("numbers", "base"), [((0, 3), 0), ((2, 5), 2), ((1, 4), 1)])
def test_without_values_only_the_range_proves_a_base(
    tmp_path: Path, numbers: tuple[int, int], base: int
) -> None:
    """Of four rows, 0 can only be counted from 0, 5 only with the header, 1 and 4 only from 1."""
    joined = by_row(export([(n, "X", "", "") for n in numbers]), make_part(tmp_path, people(4)))
    assert joined.base == base
    assert rows_of(joined) == [10 * (n - base + 1) for n in numbers]
    assert joined.notes == (f"{match_lines.BASES[base]}, by their range",)


def test_row_numbers_that_nothing_proves_place_no_line(tmp_path: Path) -> None:
    joined = by_row(export([(2, "X", "", ""), (3, "Y", "", "")]), make_part(tmp_path, people(4)))
    assert joined.base is None
    assert rows_of(joined) == []
    assert joined.unmatched["why"].tolist() == [match_lines.UNCHECKED] * 2
    assert joined.unmatched["cells"].tolist() == ['"2","X","",""', '"3","Y","",""']
    assert joined.notes == (f"2 report lines not matched to a row: {match_lines.UNCHECKED}",)


def test_a_value_that_stands_in_every_row_proves_nothing(tmp_path: Path) -> None:
    joined = by_row(export([(2, "X", "", "ann")]), make_part(tmp_path, people(4)))
    assert joined.base is None
    assert joined.unmatched["why"].tolist() == [match_lines.UNDECIDED]


def test_a_line_without_a_value_follows_the_base_of_the_others(tmp_path: Path) -> None:
    report = export([(3, "X", "", "p2@example.org"), (5, "Y", "", "")])
    assert rows_of(by_row(report, make_part(tmp_path, people(9)))) == [20, 40]


def test_a_number_beyond_the_part_speaks_against_a_base(tmp_path: Path) -> None:
    """The value fits both bases; a fifth line of four rows is there only with the header."""
    report = export([(2, "X", "", "ann"), (5, "Y", "", "")])
    assert by_row(report, make_part(tmp_path, people(4))).base == 2


def test_few_wrong_values_under_a_clear_base_are_unmatched_one_by_one(tmp_path: Path) -> None:
    lines: list[tuple[object, ...]] = [
        (at + 1, "X", "", f"p{at}@example.org") for at in range(1, 20)
    ]
    lines += [
        (25, "X", "", "foreign@example.org"),
        (99, "X", "", ""),
        ("", "X", "", "p1@example.org"),
    ]
    joined = by_row(export(lines), make_part(tmp_path, people(30)))
    assert joined.base == 2
    assert rows_of(joined) == [10 * at for at in range(1, 20)]
    assert joined.unmatched["why"].tolist() == [
        match_lines.OTHER_VALUE,
        match_lines.NO_ROW,
        match_lines.NO_NUMBER,
    ]


def test_many_wrong_values_leave_the_base_open(tmp_path: Path) -> None:
    lines = [(at + 1, "X", "", f"p{at}@example.org") for at in range(1, 9)]
    lines += [(20, "X", "", "q@example.org"), (21, "X", "", "r@example.org")]
    joined = by_row(export(lines), make_part(tmp_path, people(30)))
    assert joined.base is None
    assert len(joined.unmatched) == 10


@pytest.mark.slow
@pytest.mark.parametrize(
    ("for_one", "for_two", "base"),
    [(1, 1, None), (2, 4, None), (0, 1, None), (0, 2, 2), (1, 10, 2)],
)
def test_lines_that_speak_for_two_bases_place_nothing(
    tmp_path: Path, for_one: int, for_two: int, base: int | None
) -> None:
    """Most values stand in every row; those that do not must agree, but for one in ten.

    With a line that speaks for none, one line alone proves nothing.
    """
    part = make_part(tmp_path, people(300))
    lines = [(at, "X", "", "ann") for at in range(100, 250)]
    lines += [(at, "X", "", f"p{at}@example.org") for at in range(1, for_one + 1)]
    lines += [(at + 1, "X", "", f"p{at}@example.org") for at in range(50, 50 + for_two)]
    lines.append((90, "X", "", "foreign@example.org"))
    assert by_row(export(lines), part).base == base


def test_a_report_without_row_numbers_is_kept_whole(tmp_path: Path) -> None:
    joined = by_row(
        export([("", "X", "", "p1@example.org"), ("-", "Y", "", "")]),
        make_part(tmp_path, people(2)),
    )
    assert joined.unmatched["why"].tolist() == [match_lines.NO_NUMBER] * 2


def test_several_reasons_of_a_row_stay_together_and_repeated_lines_are_folded(
    tmp_path: Path,
) -> None:
    lines = [
        (2, "INVALID_EMAIL", "bad", "p2@example.org"),
        (1, "INVALID_EMAIL", "bad", "p1@example.org"),
        (2, "PHONE", "short", "+14155550002"),
        (2, "INVALID_EMAIL", "bad", "p2@example.org"),
    ]
    joined = by_row(export(lines), make_part(tmp_path, people(3)))
    assert rows_of(joined) == [10, 20, 20]
    assert joined.rows == 2
    assert joined.failures["code"].tolist() == ["INVALID_EMAIL", "INVALID_EMAIL", "PHONE"]
    assert joined.failures["reason"].tolist() == ["fix", "fix", "unknown"]
    assert "1 report line repeating another line about the same row" in joined.notes


# By key.


def test_a_key_is_found_however_the_provider_writes_it(tmp_path: Path) -> None:
    """Case, blanks, invisible characters, compatibility forms, punycode and wrapping."""
    rows = [
        ("Ann@Example.org", "", ""),
        ("bo@example.org", "", ""),
        ("cy@müller.example", "", ""),
        ("JOSÉ@EXAMPLE.ORG", "", ""),
        ("eve@example.org", "", ""),
    ]
    lines = [
        ("Hard bounced", "ann@EXAMPLE.org", "", ""),
        ("Blocked", " \u200bbo@example.org\u00a0", "", ""),
        ("Blocked", "cy@xn--mller-kva.example", "", ""),
        ("Blocked", "jose\u0301@example.org", "", ""),
        ("Blocked", "mailto:eve@example.org", "", ""),
        ("Blocked", "zoe@example.org", "", ""),
        ("Blocked", " ", "", ""),
    ]
    joined = by_key(faults(lines, bom=True, end="\r\n"), make_part(tmp_path, rows))
    assert rows_of(joined) == [10, 20, 30, 40, 50]
    assert joined.failures["how"].tolist() == ["key"] * 5
    assert joined.failures["reason"].tolist() == ["suppressed"] * 5
    assert joined.unmatched["why"].tolist() == [match_lines.NO_ROW, match_lines.NO_KEY]
    assert joined.base is None


def test_a_phone_key_is_found_in_e164_and_in_national_form(tmp_path: Path) -> None:
    part = make_part(
        tmp_path, [("", "", "+14155552671"), ("", "", "(415) 555-2672"), ("", "", "n/a")]
    )
    report = faults([("X", "004155552671", "", "")])
    report.table["key"] = "001 415 555 2671"
    american = dataclasses.replace(DOTDIGITAL, region="US")
    joined = join.join(report, part, by="key", key_field="phone", profile=american)
    assert rows_of(joined) == [10]
    report.table["key"] = "+14155552672"
    joined = join.join(report, part, by="key", key_field=("gender", "phone"), profile=american)
    assert rows_of(joined) == [20]
    report.table["key"] = "-"
    joined = join.join(report, part, by="key", key_field="phone", profile=american)
    assert joined.unmatched["why"].tolist() == [match_lines.NO_ROW]


def test_keys_of_another_kind_are_compared_as_text(tmp_path: Path) -> None:
    part = make_part(tmp_path, [("a1",), ("a2",)], ("ID",), ("customer",))
    report = faults([("X", "A2")], ("Email",))
    joined = join.join(report, part, by="key", key_field=("customer", "email"), profile=DOTDIGITAL)
    assert rows_of(joined) == [20]
    joined = join.join(report, part, by="key", key_field="email", profile=DOTDIGITAL)
    assert joined.unmatched["why"].tolist() == [match_lines.NO_KEY_COLUMN]


def test_rows_of_one_key_are_told_apart_by_their_other_cells(tmp_path: Path) -> None:
    rows = [
        ("a@example.org", "Ann", "1"),
        ("a@example.org", "Bob", "2"),
        ("a@example.org", "Cy", "3"),
    ]
    lines = [("Duplicate", "a@example.org", "bob ", "2"), ("Blocked", "A@example.org", "", "")]
    joined = by_key(faults(lines), make_part(tmp_path, rows))
    assert joined.failures[["row", "code", "how"]].to_numpy().tolist() == [
        [10, "Blocked", "one of 3"],
        [20, "Duplicate", "key"],
    ]


def test_a_line_that_cannot_be_told_apart_takes_a_row_that_no_line_has(tmp_path: Path) -> None:
    """The blank line is dealt after the one that is sure, though it stands before it."""
    rows = [("a@example.org", "Ann", "1"), ("a@example.org", "Bob", "2")]
    lines = [("Blocked", "a@example.org", "", ""), ("Duplicate", "a@example.org", "Ann", "1")]
    joined = by_key(faults(lines), make_part(tmp_path, rows))
    assert joined.failures[["row", "how"]].to_numpy().tolist() == [[10, "key"], [20, "one of 2"]]


def test_twins_are_taken_one_by_one_each_as_one_of_k(tmp_path: Path) -> None:
    twin = ("a@example.org", "Ann", "1")
    part = make_part(tmp_path, [twin, ("b@example.org", "", ""), twin, twin])
    joined = by_key(faults([("Duplicate", *twin), ("Duplicate", *twin)]), part)
    assert rows_of(joined) == [10, 30]
    assert joined.failures["how"].tolist() == ["one of 3"] * 2
    told = "fitting several equal rows: each was assigned to one"
    assert joined.notes == (f"2 report lines {told}",)


def test_more_reasons_than_twins_go_round(tmp_path: Path) -> None:
    twin = ("a@example.org", "Ann", "1")
    lines = [("Blocked", *twin), ("Duplicate", *twin), ("Blocked", *twin), ("Duplicate", *twin)]
    joined = by_key(faults(lines), make_part(tmp_path, [twin, twin]))
    assert joined.failures[["row", "code"]].to_numpy().tolist() == [
        [10, "Blocked"], [10, "Duplicate"], [20, "Blocked"], [20, "Duplicate"],
    ]  # fmt: skip


def test_a_report_that_is_there_twice_takes_no_second_twin(tmp_path: Path) -> None:
    twin, other = ("a@example.org", "Ann", "1"), ("b@example.org", "Bob", "2")
    lines = [("Duplicate", *twin), ("Blocked", *other)] * 2
    joined = by_key(faults(lines), make_part(tmp_path, [twin, other, twin]))
    assert rows_of(joined) == [10, 20]
    assert len(joined.unmatched) == 0
    assert "2 report lines repeating another line about the same row" in joined.notes


def test_pages_that_overlap_take_no_twin_too_few(tmp_path: Path) -> None:
    """Of a line that is there three times in pages given twice, one row is not enough."""
    twin, other = ("a@example.org", "Ann", "1"), ("b@example.org", "Bob", "2")
    lines = [("Duplicate", *twin)] * 3 + [("Blocked", *other)] * 2
    assert rows_of(by_key(faults(lines), make_part(tmp_path, [twin, other, twin]))) == [10, 20, 30]


@pytest.mark.parametrize("suffix", [".csv", ".json"])
def test_twins_of_a_report_without_the_columns_of_the_file_are_one_of_k(
    tmp_path: Path, suffix: str
) -> None:
    rows = [("a@example.org", "Ann", "1"), ("a@example.org", "Bob", "2")]
    raw = b"Reason,who\nX,a@example.org\n"
    if suffix == ".json":  # what stands in it by accident is no header
        raw = b"Reason,Email,FIRSTNAME,phone\nX,a@example.org,Bob,2\n"
    found = failure_report.records(raw)
    report = failure_report.report(found, code=found.fields[0], key=found.fields[1])
    joined = by_key(dataclasses.replace(report, suffix=suffix), make_part(tmp_path, rows))
    assert joined.failures["how"].tolist() == ["one of 2"]


def test_lines_that_are_not_kept_as_they_came_tell_no_rows_apart(tmp_path: Path) -> None:
    rows = [("a@example.org", "Ann", "1"), ("a@example.org", "Bob", "2")]
    report = faults([("X", "a@example.org", "Bob", "2")])
    report.table["cells"] = ""
    joined = by_key(report, make_part(tmp_path, rows))
    assert joined.failures["how"].tolist() == ["one of 2"]


def test_a_column_of_the_file_named_reason_is_not_taken_for_the_providers(tmp_path: Path) -> None:
    header = ("Email", "Reason")
    part = make_part(tmp_path, [("a@b.org", "x"), ("a@b.org", "y")], header, ("email", None))
    joined = by_key(faults([("Duplicate", "a@b.org", "y")], header), part)
    assert joined.failures[["row", "code", "how"]].to_numpy().tolist() == [[20, "Duplicate", "key"]]


def test_a_report_without_lines_joins_to_nothing(tmp_path: Path) -> None:
    part = make_part(tmp_path, people(2))
    for joined in (by_key(faults([]), part), by_row(export([]), part)):
        assert joined.rows == len(joined.unmatched) == 0
        assert joined.failures.dtypes.astype(str).to_dict() == {
            "row": "int64", "line": "int64", "code": "str", "message": "str", "reason": "str",
            "how": "str",
        }  # fmt: skip
        assert join.verdicts(part, joined, FINISHED) == join.PartBooks(2, 0, 0)


def test_notes_hold_no_value(tmp_path: Path) -> None:
    twin = ("secret@example.org", "Canary", "1")
    lines = [("Blocked", *twin), ("Blocked", *twin), ("Blocked", "canary@example.org", "", "")]
    joined = by_key(faults(lines), make_part(tmp_path, [twin, twin]))
    assert joined.notes
    assert not any("@" in note or "anary" in note for note in joined.notes)


# Verdicts.


def test_more_refused_than_the_report_names_stand_in_the_books_alone(tmp_path: Path) -> None:
    part = make_part(tmp_path, people(9))
    joined = by_key(faults([("Blocked", "p1@example.org", "", "")]), part)
    books = join.verdicts(part, joined, Outcome("finished", "Finished", rejected=4))
    assert (books.accepted, books.rejected_there, books.unattributed) == (5, 4, 3)
    assert books.notes == ("the provider rejected 4 rows; its report does not say which 3 of them",)


def test_fewer_refused_than_the_report_names_yields_to_the_report(tmp_path: Path) -> None:
    part = make_part(tmp_path, people(9))
    joined = by_key(faults([("Blocked", f"p{at}@example.org", "", "") for at in (1, 2)]), part)
    books = join.verdicts(part, joined, Outcome("finished", "Finished", rejected=1))
    assert (books.accepted, books.rejected_there, books.unattributed) == (7, 2, 0)
    assert books.notes == (
        "the provider counts 1 rejected rows, its report has 2: the report counts",
    )


def test_a_count_beyond_the_part_is_said_and_the_books_balance(tmp_path: Path) -> None:
    part = make_part(tmp_path, people(3))
    joined = by_key(faults([]), part)
    books = join.verdicts(part, joined, Outcome("finished", "Finished", rejected=7))
    assert (books.accepted, books.rejected_there, books.unattributed) == (0, 3, 3)
    assert "more than the 3 of the part" in books.notes[0]
    every = join.verdicts(part, joined, Outcome("finished", "Finished", rejected=3))
    assert every.notes == ("the provider rejected 3 rows; its report does not say which 3 of them",)


def test_without_a_count_lines_that_may_be_of_the_part_count_and_foreign_lines_do_not(
    tmp_path: Path,
) -> None:
    part = make_part(tmp_path, people(9))
    joined = by_row(
        export([(2, "X", "", ""), (3, "X", "", ""), (3, "X", "", ""), (99, "X", "", "")]), part
    )
    assert len(joined.unmatched) == 4
    books = join.verdicts(part, joined, FINISHED)
    assert (books.accepted, books.rejected_there, books.unattributed) == (7, 2, 2)


def test_a_count_that_agrees_with_the_report_needs_no_word(tmp_path: Path) -> None:
    part = make_part(tmp_path, people(9))
    joined = by_key(faults([("Blocked", "p1@example.org", "", "")]), part)
    books = join.verdicts(part, joined, Outcome("finished", "Finished", rejected=1))
    assert (books.rejected_there, books.notes) == (1, ())


def test_lines_that_stand_on_two_pages_are_said_to_repeat_each_other(tmp_path: Path) -> None:
    part = make_part(tmp_path, people(9))
    page = faults([("Blocked", "p1@example.org", "", ""), ("Blocked", "p2@example.org", "", "")])
    whole = dataclasses.replace(page, further=Further(Received(), [page.table]))
    joined = by_key(whole, part)
    assert rows_of(joined) == [10, 20]
    assert joined.notes == ("2 report lines repeating another line about the same row",)


def test_lines_that_fit_no_row_are_kept_of_every_page(tmp_path: Path) -> None:
    first, second = (faults([("Blocked", f"{name}@example.org", "", "")]) for name in "xy")
    whole = dataclasses.replace(first, further=Further(Received(), [second.table]))
    told = by_key(whole, make_part(tmp_path, people(2)))
    assert told.lost_lines == 2
    cells = ['"Blocked","x@example.org","",""', '"Blocked","y@example.org","",""']
    assert [lost["cells"].tolist() for lost in told.lost()] == [[line] for line in cells]


def test_of_a_row_with_very_many_reasons_the_first_hundred_are_kept(tmp_path: Path) -> None:
    """Of a report of several pages, whose size has no limit; the others are counted."""
    rows = people(2)
    reasons = [(f"E{at}", *rows[0]) for at in range(120)]
    first, second = faults([*reasons[:70], ("E0", *rows[1])]), faults(reasons[69:])
    pages = dataclasses.replace(first, further=Further(Received(), [second.table]))
    told = by_key(pages, make_part(tmp_path, rows))
    assert told.failures["code"].tolist() == [*(f"E{at}" for at in range(100)), "E0"]
    assert told.notes == (
        "1 report line repeating another line about the same row",
        "20 report lines about a row for which 100 others are told already: see the kept report",
    )


def test_all_reasons_of_a_report_of_one_page_are_kept(tmp_path: Path) -> None:
    """Its size bounds them."""
    rows = people(1)
    told = by_key(faults([(f"E{at}", *rows[0]) for at in range(120)]), make_part(tmp_path, rows))
    assert (len(told.failures), told.notes) == (120, ())


def test_three_wrong_values_in_twenty_leave_the_base_open(tmp_path: Path) -> None:
    """Of ten one may be wrong."""
    rows = people(20)
    part = make_part(tmp_path, rows)
    for wrong, base in ((2, 1), (3, None)):
        lines = [
            (at, "X", "", "else@example.org" if at <= wrong else row[0])
            for at, row in enumerate(rows, 1)
        ]
        assert by_row(export(lines), part).base == base


def test_a_row_that_one_key_names_is_not_taken_by_another_that_fits_two(tmp_path: Path) -> None:
    """A report may name one row by its address, and the next by its phone."""
    phone = "+14155550001"
    part = make_part(tmp_path, [("a@example.org", "", phone), ("b@example.org", "", phone)])
    report = faults([("E0", "a@example.org", "", ""), ("E1", phone, "", "")])
    told = join.join(report, part, by="key", key_field=("email", "phone"), profile=DOTDIGITAL)
    assert dict(zip(told.failures["code"], told.failures["row"], strict=True)) == {
        "E0": 10, "E1": 20,
    }  # fmt: skip


def test_rows_of_several_keys_are_told_apart_by_their_other_cells(tmp_path: Path) -> None:
    """Each of three keys has each of three names once."""
    names = ("Ann", "Bo", "Cy")
    rows = [(f"{key}@example.org", name, "") for key in "abc" for name in names]
    part = make_part(tmp_path, rows)
    told = by_key(faults([(f"E{at}", *row) for at, row in enumerate(rows)]), part).failures
    assert [(row // 10 - 1, code) for row, code in zip(told["row"], told["code"], strict=True)] == [
        (at, f"E{at}") for at in range(len(rows))
    ]
    assert set(told["how"]) == {"key"}


def test_lines_of_a_report_are_no_count_of_the_provider(tmp_path: Path) -> None:
    """There are more of them than rows, and nobody is said to have counted so many."""
    part = make_part(tmp_path, people(3))
    joined = by_row(export([(1, f"X{n}", "", "") for n in range(5)]), part)
    assert len(joined.unmatched) == 5
    books = join.verdicts(part, joined, FINISHED)
    assert (books.accepted, books.rejected_there, books.unattributed) == (0, 3, 3)
    assert books.notes == ("the provider rejected 3 rows; its report does not say which 3 of them",)


def test_of_a_failed_job_every_row_is_refused_and_known(tmp_path: Path) -> None:
    """Whatever its report and its count say."""
    part = make_part(tmp_path, people(3))
    failed = Outcome("failed", "RejectedByWatchdog", "ask support", rejected=1)
    joined = by_key(faults([("Blocked", "p2@example.org", "", "")]), part)
    assert join.verdicts(part, joined, failed) == join.PartBooks(0, 3, 0)


def test_a_job_that_runs_has_no_verdicts(tmp_path: Path) -> None:
    part = make_part(tmp_path, people(3))
    with pytest.raises(ValueError, match="no verdicts"):
        join.verdicts(part, by_key(faults([]), part), Outcome("running", "RUNNING"))


# Whatever the file and the report are.

WORDS = st.text(alphabet="aA b1é,\"\n'", max_size=4)


@st.composite
def failing(
    draw: st.DrawFn, *, unique: bool
) -> tuple[list[tuple[str, ...]], list[int], random.Random]:
    """The rows of a part, which of them fail (from 0), and what shuffles the report."""
    names = st.text(alphabet="abcäöß9", min_size=1, max_size=3)
    locals_ = draw(st.lists(names, min_size=1, max_size=12, unique=unique))
    rows: list[tuple[str, ...]] = [
        (f"{name}@example.org", draw(WORDS), f"+1415555{draw(st.integers(1000, 1012))}")
        for name in locals_
    ]
    failed = draw(st.lists(st.integers(0, len(rows) - 1), unique=True))
    return rows, failed, draw(st.randoms(use_true_random=False))


def disguised(value: str, chance: random.Random) -> str:
    """The value as a provider may hand it back."""
    return chance.choice(
        [value, value.upper().replace("SS", "ß"), f" {value} ", value.swapcase().replace("SS", "ß")]
    )


def balanced(part: Part, joined: join.Joined, outcome: Outcome = FINISHED) -> join.PartBooks:
    books = join.verdicts(part, joined, outcome)
    assert books.accepted + books.rejected_there == part.rows
    assert books.unattributed <= books.rejected_there
    assert books.accepted >= 0
    if outcome.state == "finished":
        assert books.rejected_there - books.unattributed == joined.rows
    return books


@given(
    failing(unique=True), st.booleans(), st.sampled_from(["\n", "\r\n", "\r"]), st.integers(1, 3)
)
@settings(max_examples=examples(2))
def test_by_key_exactly_the_failed_rows_are_found(
    case: tuple[list[tuple[str, ...]], list[int], random.Random], bom: bool, end: str, pages: int
) -> None:
    """Shuffled, repeated, in another case, with a line about a row that was never sent."""
    rows, failed, chance = case
    lines = [("Blocked", disguised(rows[at][0], chance), *rows[at][1:]) for at in failed] * pages
    lines.append(("Blocked", "never-sent@example.org", "", ""))
    chance.shuffle(lines)
    with tempfile.TemporaryDirectory() as folder:
        part = make_part(Path(folder), rows)
        joined = by_key(faults(lines, bom=bom, end=end), part)
        assert rows_of(joined) == [10 * at + 10 for at in sorted(failed)]
        assert joined.unmatched["why"].tolist() == [match_lines.NO_ROW]
        assert balanced(part, joined).rejected_there == len(failed)


@given(failing(unique=False))
@settings(max_examples=examples(2))
def test_among_equal_keys_as_many_rows_are_found_as_lines_tell_of(
    case: tuple[list[tuple[str, ...]], list[int], random.Random],
) -> None:
    """Rows that are equal in all cells may stand for each other, others not."""
    rows, failed, chance = case
    lines = [("Blocked", *rows[at]) for at in failed]
    chance.shuffle(lines)
    with tempfile.TemporaryDirectory() as folder:
        part = make_part(Path(folder), rows)
        joined = by_key(faults(lines), part)
        found = [row // 10 - 1 for row in rows_of(joined)]
        assert len(set(found)) == len(found) == len(failed)

        def alike(ats: Sequence[int]) -> list[tuple[str, ...]]:
            return sorted(tuple(cell.strip().casefold() for cell in rows[at]) for at in ats)

        assert alike(found) == alike(failed)
        assert balanced(part, joined).rejected_there == len(failed)


@given(
    failing(unique=True),
    st.sampled_from([0, 1, 2]),
    st.integers(0, 2),
    st.booleans(),
    st.integers(1, 2),
)
@settings(max_examples=examples(3))
def test_by_row_number_a_wrong_base_is_never_taken(
    case: tuple[list[tuple[str, ...]], list[int], random.Random],
    base: int,
    column: int,
    bom: bool,
    pages: int,
) -> None:
    """Either exactly the failed rows are found, or the values do not settle it and none is."""
    rows, failed, chance = case
    lines = [(at + base, "X", "m", disguised(rows[at][column], chance)) for at in failed] * pages
    chance.shuffle(lines)
    with tempfile.TemporaryDirectory() as folder:
        part = make_part(Path(folder), rows)
        joined = by_row(export(lines, bom=bom), part)
        if joined.base is None:
            assert rows_of(joined) == []
            assert len(joined.unmatched) == len(lines)
            assert len(failed) == 0 or column != 0  # addresses are unique, so they always settle it
        else:
            assert joined.base == base
            assert rows_of(joined) == [10 * at + 10 for at in sorted(failed)]
        assert balanced(part, joined).rejected_there == len(failed)


@pytest.mark.slow
@given(
    st.lists(
        st.tuples(
            st.integers(-1, 12), st.sampled_from("XY"), st.sampled_from(["a", "b", "ann", ""])
        )
    ),
    st.one_of(st.none(), st.integers(0, 20)),
    st.sampled_from(["finished", "failed"]),
)
@settings(max_examples=examples(2))
def test_whatever_a_report_says_every_line_is_kept_and_the_books_balance(
    lines: list[tuple[int, str, str]], rejected: int | None, state: str
) -> None:
    """Each line is with a row, said to repeat one, or among the unmatched."""
    with tempfile.TemporaryDirectory() as folder:
        part = make_part(
            Path(folder), [(one, two, "") for one, two in itertools.product("ab", ("a", "ann"))]
        )
        report = export([(number, code, "", value) for number, code, value in lines])
        report.table["key"] = report.table["value"]
        for joined in (by_row(report, part), by_key(report, part)):
            repeats = sum(int(n.split()[0]) for n in joined.notes if "repeating another" in n)
            assert len(joined.failures) + repeats + len(joined.unmatched) == len(lines)
            balanced(part, joined, Outcome(state, state, rejected=rejected))


def calls_in(joining: Callable[[], object]) -> int:
    """How many functions are called in it, Python's and C's."""
    count = 0

    def counts(_frame: object, event: str, _function: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(counts)
    try:
        joining()
    finally:
        sys.setprofile(None)
    return count


def test_a_report_about_many_rows_is_joined_without_a_call_for_each(tmp_path: Path) -> None:
    """Ten times the rows, and not one call more: so a report of millions is joined at once."""

    def calls(count: int) -> tuple[int, int]:
        rows = people(count)
        part = make_part(tmp_path, rows)
        keys = pd.Series([row[0].upper() for row in rows], dtype="str")
        table = pd.DataFrame(
            {"code": "Blocked", "message": "", "value": keys, "key": keys, "cells": ""}
        )
        table["row_number"] = pd.Series(range(2, count + 2), dtype="Int64")
        report = FailureReport(b"", ".csv", table)
        assert by_key(report, part).rows == by_row(report, part).rows == count
        return calls_in(lambda: by_key(report, part)), calls_in(lambda: by_row(report, part))

    assert calls(200) == calls(2_000)


def test_a_sentence_about_a_contact_is_no_code(tmp_path: Path) -> None:
    """What it repeats of the row leaves the code, so that it can be counted; its words stay."""
    rows = [("ann@x.org", "Ann Quokka", ""), ("bob@x.org", "Bob Quagga", ""), ("c@x.org", "C", "")]
    said = ["Ann Quokka is not welcome", "Bob Quagga is not welcome", "Unsubscribed"]
    report = faults([(word, *row) for word, row in zip(said, rows, strict=True)])
    joined = by_key(report, make_part(tmp_path, rows))
    welcome = "[value] is not welcome"
    assert joined.failures["code"].tolist() == [welcome, welcome, "Unsubscribed"]
    assert joined.failures["message"].tolist() == [*said[:2], ""]
