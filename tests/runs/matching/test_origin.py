"""The rows of a file are found in the one it was made from, or said to be lost; never guessed."""

from __future__ import annotations

import dataclasses
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.config import profiles
from preflight.core.exchange import Part
from preflight.runs.matching import origin
from preflight.runs.matching.match_lines import NOBODY
from preflight.runs.matching.origin import Origin
from tests.examples import examples
from tests.runs.matching.test_join import make_part

DOTDIGITAL = profiles.load("dotdigital")
HEADER = ("Badge", "E-Mail Address", "Town", "Mobile")
FIELDS = (None, "email", None, "phone")
SENT = ("Email", "Town", "mobile")
SENT_FIELDS = ("email", None, "phone")


def part(
    rows: Sequence[Sequence[str]], header: tuple[str, ...], fields: tuple[str | None, ...]
) -> Part:
    return make_part(Path(tempfile.mkdtemp(prefix="origin-")), rows, header, fields)


def found(sent: Sequence[Sequence[str]], original: Sequence[Sequence[str]]) -> Origin:
    return origin.by_content(
        part(sent, SENT, SENT_FIELDS), part(original, HEADER, FIELDS), DOTDIGITAL
    )


def test_rows_are_found_by_their_cells_whatever_was_fixed_in_them() -> None:
    """Sorted, thinned out, in another case, with the phone in E.164, the town fixed."""
    original = [
        ("1", "Ann@B.org ", "Berlin", "(415) 555-2671"),
        ("2", "bo@b.org", "Köln", ""),
        ("3", "cy@b.org", "#N/A", "1"),
        ("4", "di@b.org", "Rom", "4"),
    ]
    sent = [
        ("di@b.org", "Rom", "4"),
        ("cy@b.org", "", "1"),
        ("ann@b.org", "Berlin", "+14155552671"),
    ]
    told = found(sent, original)
    assert told.at.tolist() == [3, 2, 0]
    assert told.how.tolist() == ["content", "key", "content"]
    assert (told.lost, told.alike) == (0, 0)


def test_equal_rows_stand_for_each_other_in_their_order() -> None:
    twin, other = ("a@b.org", "Rom", "1"), ("b@b.org", "Bonn", "2")
    badge = [("7", *twin), ("8", *other), ("7", *twin)]
    told = found([twin, other, twin], badge)
    assert told.at.tolist() == [0, 1, 2]
    assert told.how.tolist() == ["one of 2", "content", "one of 2"]
    assert told.alike == 2
    assert found([twin], badge).at.tolist() == [0]


def test_rows_that_differ_where_the_file_says_nothing_are_not_guessed() -> None:
    """Two badges of one contact, of which one was sent; both may be meant."""
    twin = ("a@b.org", "Rom", "1")
    told = found([twin], [("7", *twin), ("8", *twin)])
    assert told.at.tolist() == [NOBODY]
    assert told.why.tolist() == [origin.SEVERAL]
    both = found([twin, twin], [("7", *twin), ("8", *twin)])
    assert both.how.tolist() == ["one of 2"] * 2


def test_a_shared_key_alone_finds_nobody() -> None:
    """Nor does a row that was doubled by hand take another row of its key."""
    original = [("1", "info@b.org", "Rom", "1"), ("2", "info@b.org", "Bonn", "2")]
    assert found([("info@b.org", "Paris", "3")], original).why.tolist() == [origin.SEVERAL]
    told = found([("info@b.org", "Rom", "1")] * 2, original)
    assert told.at.tolist() == [0, NOBODY]


def test_rows_that_differ_and_match_one_row_of_the_original_are_not_guessed() -> None:
    sent = [("a@b.org", "Rom", "1"), ("a@b.org", "Bonn", "2"), ("b@b.org", "Bern", "3")]
    told = found(sent, [("7", "a@b.org", "Oslo", "4")])
    assert told.why.tolist() == [origin.SHARED, origin.SHARED, origin.NOT_THERE]


def test_a_row_that_was_added_is_lost_and_one_cell_is_not_enough() -> None:
    original = [("1", "", "Rom", ""), ("2", "a@b.org", "Bonn", "")]
    told = found([("new@b.org", "Oslo", ""), ("", "Rom", ""), ("", "", "")], original)
    assert told.at.tolist() == [NOBODY] * 3
    assert told.why.tolist() == [origin.NOT_THERE] * 3
    assert told.lost == 3


def test_files_without_a_common_column_have_no_common_row() -> None:
    sent = part([("x", "y"), ("x", "z")], ("P", "Q"), (None, None))
    rows = [(str(n), "a@b.org", "x", "y") for n in range(3)]
    told = origin.by_content(sent, part(rows, HEADER, FIELDS), DOTDIGITAL)
    assert told.at.tolist() == [NOBODY] * 2
    assert told.why.tolist() == [origin.NOT_THERE] * 2
    keyless = part([("Rom", "1")], ("Town", "Mobile"), (None, "phone"))
    original = part([("1", "a@b.org", "Rom", "1")], HEADER, FIELDS)
    assert origin.by_content(keyless, original, DOTDIGITAL).at.tolist() == [0]


def test_a_key_is_compared_as_the_library_of_its_kind_writes_it() -> None:
    """In whichever column it is: a domain in punycode, a number with the provider's country."""
    original = [("1", "ann@b\u00fccher.de", "Rom", ""), ("2", "bo@b.org", "Rom", "")]
    told = found([("ann@xn--bcher-kva.de", "Bonn", "1"), ("bo@b.org", "Bonn", "")], original)
    assert told.at.tolist() == [0, 1]
    assert told.how.tolist() == ["key", "key"]
    profile = dataclasses.replace(profiles.load("textus"), region="US")
    sent = part([("Ann", "+14155552671")], ("name", "phone_number"), ("name", "phone"))
    header = ("Badge", "Number", "Whole Name")
    made_from = part([("1", "415-555-2671", "Anna B")], header, (None, "phone", "name"))
    assert origin.by_content(sent, made_from, profile).how.tolist() == ["key"]


def test_a_key_that_is_written_alike_is_found_first() -> None:
    """Two rows of one mailbox, which the library would not tell apart."""
    original = [("1", "ann@b\u00fccher.de", "Rom", ""), ("2", "ann@xn--bcher-kva.de", "Rom", "")]
    told = found(
        [("ann@xn--bcher-kva.de", "Bonn", "1"), ("ann@b\u00fccher.de", "Kiel", "")], original
    )
    assert told.at.tolist() == [1, 0]


def test_known_numbers_are_looked_up() -> None:
    original = part([("1", "a@b.org", "", ""), ("2", "b@b.org", "", "")], HEADER, FIELDS)
    told = origin.by_number(np.array([20, 10, 15, 99]), original)
    assert told.at.tolist() == [1, 0, NOBODY, NOBODY]
    assert told.why.tolist() == ["", "", origin.GONE, origin.GONE]


CELLS = st.tuples(
    st.sampled_from(["1", "2"]),
    st.sampled_from(["a@b.org", "A@b.org", "b@b.org", ""]),
    st.sampled_from(["Rom", "rom", ""]),
    st.sampled_from(["(415) 555-2671", "+14155552671", ""]),
)


@settings(max_examples=examples(2))
@given(st.lists(CELLS, max_size=7), st.data())
def test_a_row_is_found_at_most_once_and_only_among_those_like_it(
    original: list[tuple[str, ...]], data: st.DataObject
) -> None:
    """Of any thinned-out and shuffled copy; and where rows are unlike each other, all are found."""
    order = data.draw(st.permutations(range(len(original))))
    kept = order[: data.draw(st.integers(0, len(original)))]
    sent = [original[at][1:] for at in kept]
    told = found(sent, original)
    placed = [at for at in told.at.tolist() if at != NOBODY]
    assert len(set(placed)) == len(placed)
    for row, at, how in zip(sent, told.at.tolist(), told.how, strict=True):
        if at == NOBODY:
            continue
        assert original[at][1].casefold() == row[0].casefold()
        if how == "content":
            assert original[at][2].casefold() == row[1].casefold()
    said = [row for row in original if row[1] or sum(map(bool, row[1:])) > 1]
    if len(said) == len(original) == len({tuple(map(str.casefold, row[1:])) for row in original}):
        distinct = {row[1:3] for row in original}
        if len(distinct) == len(original):
            assert told.at.tolist() == kept


def test_rows_that_differ_in_one_column_alone_are_not_taken_for_each_other() -> None:
    """Whichever column it is, and however few cells there are in it."""
    original = [(str(at), *row) for at, row in enumerate(
        [("a@b.org", "Rom", "1"), ("b@b.org", "Rom", "1"), ("a@b.org", "Bonn", "1"),
         ("a@b.org", "Rom", "2")]
    )]  # fmt: skip
    told = found([row[1:] for row in reversed(original)], original)
    assert told.at.tolist() == [3, 2, 1, 0]
    assert set(told.how) == {"content"}


def test_columns_of_one_name_are_compared_each_with_its_own() -> None:
    header, fields = ("Email", "Note", "Note"), ("email", None, None)
    original = part([("", "a", "c"), ("", "a", "b")], header, fields)
    told = origin.by_content(part([("", "a", "b")], header, fields), original, DOTDIGITAL)
    assert told.at.tolist() == [1]


def test_of_columns_of_one_name_the_first_is_compared() -> None:
    sent = part([("a@b.org", "1"), ("a@b.org", "2")], ("Email", "Town"), ("email", None))
    rows = [("a@b.org", "2", "3", "1"), ("a@b.org", "1", "3", "2")]
    original = part(rows, ("Email", "Town", "Town", "Town"), ("email", None, None, None))
    assert origin.by_content(sent, original, DOTDIGITAL).at.tolist() == [1, 0]
