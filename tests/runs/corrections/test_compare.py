"""Edits, damage and what is held back, over rows whose truth is known."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.core.books import Books
from preflight.core.types import Layout, Source
from preflight.core.verdicts import Verdict
from preflight.runs.corrections.compare import Comparison, compare_rows, without_duplicates
from preflight.runs.corrections.identify import named
from preflight.runs.corrections.read import Returned
from preflight.runs.corrections.versions import Version
from preflight.runs.ledger.run import Run, RunState
from preflight.runs.lineage import TAKEN, standings
from preflight.runs.row_outcomes import TEXTS, RowOutcome

LABELS = ("email", "first", "phone", "city", "zip")
SHA = "0123456789abcdef"
CITIES = ("Zürich", "Kraków", "Łódź", "Málaga", "Köln")


def row_of(number: int) -> tuple[str, ...]:
    """A contact that no other one is like, but for its city."""
    return (
        f"ann{number}@kestrel-labs.com", f"Ann{number}", f"+1415555{1000 + number}",
        CITIES[number % 5], f"0{1000 + number}",
    )  # fmt: skip


def damaged(row: tuple[str, ...]) -> tuple[str, ...]:
    """What a spreadsheet of cp850 that knows no text makes of it."""
    lost = "".join(c if c.isascii() else "?" for c in row[3])
    return (row[0], row[1], f"{int(row[2]):.5E}", lost, row[4].lstrip("0"))


@dataclass(frozen=True)
class Back:
    """A row of a corrected file, and what it is in truth.

    Attributes:
        truth: the number of the row, 0 for a new one.
        cells: as they came back.
        meant: as they were meant.
        edited: whether a person changed it.
    """

    truth: int
    cells: tuple[str, ...]
    meant: tuple[str, ...]
    edited: bool


@st.composite
def backs(draw: st.DrawFn, places: list[RowOutcome]) -> list[Back]:
    """Rows that came back: some edited, some damaged, some new, in any order."""
    numbers = draw(st.permutations(range(1, len(places) + 1)))
    found = []
    for number in numbers[: draw(st.integers(1, len(places)))]:
        cells = meant = row_of(number)
        if draw(st.booleans()):
            cells = damaged(cells)
        edited = draw(st.booleans())
        if edited:
            at = draw(st.sampled_from([0, 1, 2]))
            # Nothing that a spreadsheet would make of the cell, nor what another row holds.
            new = {
                0: f"new{number}@kestrel-labs.com",
                1: f"Bea{number}",
                2: f"+4930{77000 + number}",
            }
            cells = (*cells[:at], new[at], *cells[at + 1 :])
            meant = (*meant[:at], new[at], *meant[at + 1 :])
        found.append(Back(number, cells, meant, edited))
    for number in range(draw(st.integers(0, 2))):
        cells = (f"zoe{number}@kestrel-labs.com", f"Zoe{number}", f"+34915{55000 + number}", "", "")
        found.insert(draw(st.integers(0, len(found))), Back(0, cells, cells, edited=True))
    return found


def returned(rows: list[Back], *, with_names: bool, labels: tuple[str, ...] = LABELS) -> Returned:
    """A corrected file of these rows."""
    source = Source("corrected.csv", Path("corrected.csv"), "f" * 64, 0)
    numbers = np.arange(1, len(rows) + 1, dtype=np.int64)
    names = [f"{SHA}:{row.truth}" if with_names and row.truth else "" for row in rows]
    return Returned(
        source=source,
        layout=Layout(source, "table", source.path),
        count=len(rows),
        rows=numbers,
        lines=numbers + 1,
        names=np.array(names, dtype=object),
        cells=tuple(
            pa.array([row.cells[LABELS.index(label)] for row in rows], pa.string())
            for label in labels
        ),
        labels=labels,
        gone=tuple(label for label in LABELS if label not in labels),
        added=(),
    )


def version(count: int, run: str = "first") -> Version:
    """So many contacts, as the first run read and sent them."""
    columns = list(zip(*(row_of(number) for number in range(1, count + 1)), strict=True))
    cells = {
        label: pa.array(column, pa.string()) for label, column in zip(LABELS, columns, strict=True)
    }
    names = np.array([f"{SHA}:{number}" for number in range(1, count + 1)], dtype=object)
    rows = np.arange(1, count + 1, dtype=np.int64)
    return Version(run, LABELS, rows, names, cells, cells, ("email", "email"))


def run_of(name: str, rows: int, parent: str | None = None) -> Run:
    """A run that has ended."""
    return Run(
        name, "dotdigital", RunState.FINISHED, 0.0, 0.0, "a.csv", SHA * 4, rows, Path("out"), {},
        {}, Books(rows, rows, 0, 0), parent,
    )  # fmt: skip


def stand_of(places: list[RowOutcome], reasons: list[str]) -> pd.DataFrame:
    """Where the rows of one run stand."""
    rows = np.arange(1, len(places) + 1, dtype=np.int64)
    table = pd.DataFrame({"row": rows, "line": rows + 1, "part": np.ones_like(rows)})
    table = table.assign(**dict.fromkeys(TEXTS, ""))
    table["place"] = [str(place) for place in places]
    table["reason"] = reasons
    table["origin"] = [f"{SHA}:{row}" for row in rows]
    return standings([(run_of("first", len(places)), table.astype(dict.fromkeys(TEXTS, "str")))])


def compare(rows: list[Back], stand: pd.DataFrame, *, with_names: bool) -> Comparison:
    """What is made of a corrected file."""
    back, history = returned(rows, with_names=with_names), [version(len(stand))]
    still_open = set(stand.index[stand["place"].str.startswith("rejected")])
    names = named(back, history, pd.Index(stand.index.astype(object)), still_open)
    return without_duplicates_of(compare_rows(back, names, history, stand), back, history, stand)


def without_duplicates_of(
    made: Comparison, back: Returned, history: list[Version], stand: pd.DataFrame
) -> Comparison:
    """Where nothing in the file is changed by a fix."""
    cells = dict(zip(made.labels, made.cells, strict=True))
    as_sent = Version("", made.labels, back.rows, made.names, cells, cells, ("email", "email"))
    taken = set(stand.index[stand["place"].isin(TAKEN)])
    return without_duplicates(
        made, back, as_sent, history, stand, {one.run: taken for one in history}
    )


REASONS = ["fix", "retry", "suppressed", "config", "unknown"]
ROWS = st.lists(
    st.tuples(st.sampled_from(list(RowOutcome)), st.sampled_from(REASONS)), min_size=1, max_size=12
)


@given(ROWS, st.booleans(), st.data())
def test_rows_find_their_names_damage_is_undone_and_nothing_taken_is_sent_again(
    told: list[tuple[RowOutcome, str]], with_names: bool, data: st.DataObject
) -> None:
    places, reasons = [place for place, _ in told], [reason for _, reason in told]
    rows = data.draw(backs(places))
    found = compare(rows, stand_of(places, reasons), with_names=with_names)
    assert list(found.names) == [f"{SHA}:{row.truth}" if row.truth else "" for row in rows]
    cells = list(zip(*(column.to_pylist() for column in found.cells), strict=True))
    assert cells == [row.meant for row in rows]
    assert list(found.edited) == [row.edited and row.truth > 0 for row in rows]
    for row, held in zip(rows, found.held, strict=True):
        if not row.truth:
            assert held is None
            continue
        place, reason = places[row.truth - 1], reasons[row.truth - 1]
        word = "" if held is None else held.verdict
        if place is RowOutcome.UNKNOWN:
            assert word == "perhaps"
        elif row.edited:
            assert word == ""
        elif place in (RowOutcome.ACCEPTED, RowOutcome.DROPPED):
            assert word == "accepted"
        elif place in (RowOutcome.SUBMITTED, RowOutcome.UNATTRIBUTED):
            assert word == "perhaps"
        elif place is RowOutcome.REJECTED_THERE:
            assert word == ("" if reason in ("retry", "config") else "unchanged")
        else:
            assert word == ""


def one(place: RowOutcome, *rows: Back, reason: str = "fix", others: int = 4) -> list[str]:
    """What holds rows back where the first of the file ended there and the others were accepted."""
    places = [place, *[RowOutcome.ACCEPTED] * others]
    found = compare(list(rows), stand_of(places, [reason] * len(places)), with_names=True)
    return ["" if held is None else f"{held.verdict}: {held.reason}" for held in found.held]


def with_email(number: int, email: str, truth: int | None = None) -> Back:
    """A row with another address."""
    cells = (email, *row_of(number)[1:])
    return Back(number if truth is None else truth, cells, cells, edited=True)


def plain(number: int, truth: int | None = None) -> Back:
    """A row as it was."""
    row = row_of(number)
    return Back(number if truth is None else truth, row, row, edited=False)


def test_the_address_of_a_contact_that_was_accepted_is_no_correction() -> None:
    """However it is written: the provider would write over that contact."""
    (held,) = one(RowOutcome.REJECTED_THERE, with_email(1, "ANN3@Kestrel-Labs.com "))
    assert held == "key: has the match key of row 3, accepted in run first"


def test_a_new_row_that_is_an_accepted_one_is_not_sent() -> None:
    """Copied without its name, or under the name of a row that was refused."""
    copy, under = plain(2, truth=0), plain(2, truth=1)
    assert one(RowOutcome.REJECTED_THERE, copy) == ["accepted: accepted in run first as row 2"]
    assert one(RowOutcome.REJECTED_HERE, under) == ["accepted: accepted in run first as row 2"]


def test_copies_of_a_row_that_differ_are_none_of_them_sent() -> None:
    first, other = with_email(1, "new1@kestrel-labs.com"), with_email(1, "new2@kestrel-labs.com")
    assert one(RowOutcome.REJECTED_THERE, first, other) == [
        "twice: is row 1 of the first file, and so is row 2 here",
        "twice: is row 1 of the first file, and so is row 1 here",
    ]
    assert one(RowOutcome.REJECTED_THERE, first, first)[0] == ""
    assert one(RowOutcome.REJECTED_THERE, first, first)[1].startswith("twice: ")


def test_a_new_row_that_stands_twice_is_sent_once() -> None:
    new = Back(0, ("zoe@kestrel-labs.com", "Zoe", "", "", ""), (), edited=True)
    held = one(RowOutcome.REJECTED_THERE, new, new)
    assert (held[0], held[1]) == ("", "twice: repeats row 1")


def test_rows_of_the_first_file_that_were_made_alike_are_left_to_the_rules() -> None:
    """Those about duplicates say which of them is sent."""
    cells = ("zoe@kestrel-labs.com", "Zoe", "", "", "")
    alike = [Back(number, cells, cells, edited=True) for number in (1, 2)]
    assert one(RowOutcome.REJECTED_THERE, *alike) == ["", ""]


def test_a_row_that_was_dropped_is_not_sent_as_it_was() -> None:
    """It was blank, or a rule dropped it."""
    assert one(RowOutcome.DROPPED, plain(1)) == ["accepted: dropped in run first as row 1 (blank)"]


def test_blank_rows_that_a_spreadsheet_added_repeat_nobody() -> None:
    blank = Back(0, ("", " ", "", "", ""), (), edited=True)
    assert one(RowOutcome.REJECTED_THERE, blank, blank) == ["", ""]


def test_a_column_that_is_gone_comes_back_as_it_was() -> None:
    stand = stand_of([RowOutcome.REJECTED_THERE], ["fix"])
    back = returned([with_email(1, "new@kestrel-labs.com")], with_names=True, labels=LABELS[:3])
    found = compare_rows(back, back.names, [version(1)], stand)
    assert found.labels == LABELS
    assert [column[0].as_py() for column in found.cells] == [
        "new@kestrel-labs.com", *row_of(1)[1:],
    ]  # fmt: skip
    assert list(found.corrections["kind"]) == ["edit"]


def test_what_is_listed_is_what_was_changed_and_what_was_put_back() -> None:
    row = damaged(row_of(1))
    back = Back(1, ("new@kestrel-labs.com", *row[1:]), (), edited=True)
    stand = stand_of([RowOutcome.REJECTED_THERE], ["fix"])
    listed = compare([back], stand, with_names=True).corrections
    assert listed[["row", "line", "column_name", "kind", "old", "new"]].to_numpy().tolist() == [
        [1, 2, "email", "edit", "ann1@kestrel-labs.com", "new@kestrel-labs.com"],
        [1, 2, "phone", "damage", "+14155551001", row[2]],
        [1, 2, "city", "damage", "Kraków", "Krak?w"],
        [1, 2, "zip", "damage", "01001", "1001"],
    ]


def dates(*pairs: tuple[str, str]) -> list[tuple[str, str]]:
    """What is made of a column of dates, (before, now): what is read, and what that is called."""
    numbers = range(1, len(pairs) + 1)
    read = {"email": [f"ann{n}@kestrel-labs.com" for n in numbers], "since": [b for b, _ in pairs]}
    columns = {name: pa.array(cells, pa.string()) for name, cells in read.items()}
    history = Version(
        "first", ("email", "since"), np.array(numbers),
        np.array([f"{SHA}:{n}" for n in numbers], object),
        columns, columns, ("email", "email"),
    )  # fmt: skip
    rows = [Back(n, (f"ann{n}@kestrel-labs.com", now), (), False) for n, (_, now) in
            zip(numbers, pairs, strict=True)]  # fmt: skip
    back = returned([dataclasses.replace(row, cells=(*row.cells, "", "", "")) for row in rows],
                    with_names=True)  # fmt: skip
    back = dataclasses.replace(back, labels=("email", "since"), cells=back.cells[:2], gone=())
    stand = stand_of([RowOutcome.REJECTED_HERE] * len(pairs), ["fix"] * len(pairs))
    found = compare_rows(back, back.names, [history], stand)
    kinds = dict(zip(found.corrections["row"], found.corrections["kind"], strict=True))
    return [
        (cell, str(kinds.get(n, ""))) for n, cell in zip(numbers, found.cells[1].to_pylist(),
                                                         strict=True)
    ]  # fmt: skip


def test_dates_that_all_came_back_in_another_form_are_put_back() -> None:
    assert dates(("03/04/2026", "2026-03-04"), ("05/06/2026", "2026-05-06")) == [
        ("03/04/2026", "damage"), ("05/06/2026", "damage"),
    ]  # fmt: skip


def test_a_date_that_was_typed_anew_while_others_stayed_is_an_edit() -> None:
    assert dates(("03/04/2026", "2026-04-03"), ("05/06/2026", "05/06/2026")) == [
        ("2026-04-03", "edit"), ("05/06/2026", ""),
    ]  # fmt: skip


def test_a_date_that_no_spreadsheet_of_that_order_can_read_proves_nothing() -> None:
    """With the month first, 13/04/2026 is a text, and stays."""
    assert dates(("03/04/2026", "2026-03-04"), ("13/04/2026", "13/04/2026")) == [
        ("03/04/2026", "damage"), ("13/04/2026", ""),
    ]  # fmt: skip


def test_a_row_that_was_held_back_before_is_held_back_until_it_is_corrected() -> None:
    stand = stand_of([RowOutcome.REJECTED_HERE, RowOutcome.ACCEPTED], ["fix", "fix"])
    stand["codes"] = ["DUP806", "DUP806"]
    (held, corrected) = (
        compare([row], stand, with_names=True).held[0]
        for row in (plain(1), with_email(1, "new@kestrel-labs.com"))
    )
    assert held.verdict is Verdict.UNCHANGED
    assert held.reason == "held back in run first as row 1 (DUP806), and not corrected since"
    assert corrected is None


def test_of_rounds_that_are_as_like_a_row_the_latest_counts() -> None:
    first, later = version(1), version(1, "second")
    moved = {**later.read, "city": pa.array(["Brno"], pa.string())}
    later = dataclasses.replace(later, read=moved, sent=moved)
    cells = (*row_of(1)[:3], "Wien", row_of(1)[4])
    back = returned([Back(1, cells, cells, edited=True)], with_names=True)
    stand = stand_of([RowOutcome.REJECTED_HERE], ["fix"])
    listed = compare_rows(back, back.names, [first, later], stand).corrections
    assert listed[["old", "new"]].to_numpy().tolist() == [["Brno", "Wien"]]


def test_a_date_of_the_twelfth_month_can_be_either_way_round() -> None:
    """So where it stays, no spreadsheet turned the others."""
    assert dates(("03/04/2026", "2026-03-04"), ("12/12/2026", "12/12/2026")) == [
        ("2026-03-04", "edit"), ("12/12/2026", ""),
    ]  # fmt: skip


def test_the_year_of_a_date_says_nothing_of_its_day() -> None:
    assert dates(("03/04/11", "2011-03-04"), ("05/06/26", "05/06/26")) == [
        ("2011-03-04", "edit"), ("05/06/26", ""),
    ]  # fmt: skip


def test_without_a_match_key_the_cells_of_a_row_that_was_accepted_are_not_sent_again() -> None:
    """And a column that a person added tells no row apart from it."""
    rows = [plain(2, truth=0), with_email(1, "new@kestrel-labs.com")]
    back = returned(rows, with_names=True)
    notes = pa.array(["called twice", ""], pa.string())
    back = dataclasses.replace(back, labels=(*LABELS, "note"), cells=(*back.cells, notes))
    stand = stand_of([RowOutcome.REJECTED_HERE, RowOutcome.ACCEPTED], ["fix", "fix"])
    history = [dataclasses.replace(version(2), key=None)]
    made = compare_rows(back, back.names, history, stand)
    held = without_duplicates_of(made, back, history, stand).held
    assert held[0].reason == "accepted in run first as row 2"
    assert held[1] is None


@pytest.mark.parametrize("fixed", [False, True])
def test_without_a_match_key_a_row_is_compared_as_it_was_read_and_as_it_was_sent(
    fixed: bool,
) -> None:
    """Copied from the input, or from the clean rows."""
    meant, wide = plain(2, truth=0), (f" {row_of(2)[0]} ", *row_of(2)[1:])
    back = returned([meant if fixed else dataclasses.replace(meant, cells=wide)], with_names=True)
    stand = stand_of([RowOutcome.REJECTED_HERE, RowOutcome.ACCEPTED], ["fix", "fix"])
    was = version(2)
    emails = pa.array([row_of(1)[0], wide[0]], pa.string())
    history = [dataclasses.replace(was, key=None, read={**was.read, "email": emails})]
    made = compare_rows(back, back.names, history, stand)
    sent = {label: pa.array([cell]) for label, cell in zip(LABELS, row_of(2), strict=True)}
    cells = dict(zip(LABELS, made.cells, strict=True))
    as_sent = Version("", LABELS, back.rows, made.names, cells, sent, None)
    (held,) = without_duplicates(made, back, as_sent, history, stand, {"first": {f"{SHA}:2"}}).held
    assert held.reason == "accepted in run first as row 2"


def test_a_row_is_compared_with_the_rounds_that_it_was_in_alone() -> None:
    """Not with another row of a later round, however like it that is."""
    first, later = version(3), version(1, "second")
    others = {label: pa.array([cell]) for label, cell in zip(LABELS, row_of(9), strict=True)}
    later = dataclasses.replace(
        later, read=others, sent=others, names=np.array([f"{SHA}:2"], dtype=object)
    )
    stand = stand_of([RowOutcome.REJECTED_HERE] * 3, ["fix"] * 3)
    back = returned([Back(1, row_of(9), row_of(9), edited=True)], with_names=True)
    found = compare_rows(back, back.names, [first, later], stand)
    assert found.edited.tolist() == [True]
    assert len(found.corrections) == len(LABELS)


def test_what_a_row_was_before_it_was_accepted_keeps_no_other_row_back() -> None:
    """Its first address was never taken, and is free for the row that it belongs to."""
    places = [RowOutcome.ACCEPTED, RowOutcome.REJECTED_HERE]
    back = returned([with_email(2, row_of(1)[0])], with_names=True)
    stand, history = stand_of(places, ["fix", "fix"]), [version(2, "first")]
    made = compare_rows(back, back.names, history, stand)
    cells = dict(zip(made.labels, made.cells, strict=True))
    as_sent = Version("", made.labels, back.rows, made.names, cells, cells, ("email", "email"))
    taken = {f"{SHA}:1"}
    held = without_duplicates(made, back, as_sent, history, stand, {"first": taken})
    assert held.held[0].verdict is Verdict.KEY
    held = without_duplicates(made, back, as_sent, history, stand, {"second": taken})
    assert held.free.all()


def test_a_name_is_believed_where_nothing_else_fits() -> None:
    """A person wrote another contact over a row."""
    new = ("zoe@kestrel-labs.com", "Zoe", "+34915550000", "", "")
    found = compare(
        [Back(1, new, new, edited=True)],
        stand_of([RowOutcome.REJECTED_HERE] * 3, ["fix"] * 3),
        with_names=True,
    )
    assert list(found.names) == [f"{SHA}:1"]


def test_names_beside_other_rows_are_put_right_by_the_cells() -> None:
    rows = [dataclasses.replace(plain(number), truth=number % 3 + 1) for number in (1, 2, 3)]
    found = compare(rows, stand_of([RowOutcome.REJECTED_THERE] * 3, ["fix"] * 3), with_names=True)
    assert list(found.names) == [f"{SHA}:{number}" for number in (1, 2, 3)]
    assert not found.edited.any()
