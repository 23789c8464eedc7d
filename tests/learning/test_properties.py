"""Properties: what they are true of, and the made-up values that show them."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.learning.properties import BLANK, FINE, Candidates, Property, SentColumn, candidates

EMAIL = SentColumn("E-mail", "email", "email", "email")
PHONE = SentColumn("Phone", "phone", "phone", "phone")
NAME = SentColumn("First", "first_name", "name", "first_name")
NOTE = SentColumn("Badge Type", None, "text", "Badge Type")


def of(column: SentColumn, *cells: str) -> Candidates:
    """The candidates of a column of twelve times these cells."""
    return candidates(column, pd.Series([cell for cell in cells for _ in range(12)], dtype="str"))


def slugs(told: Candidates) -> set[str]:
    """What was found, by name."""
    return {one.slug for one, _ in told.frequent}


@pytest.mark.parametrize(
    ("column", "cell", "slug"),
    [
        (EMAIL, "ann@heron.org", "email-at-heron-org"),
        (EMAIL, "ann@heron.org", "email-under-org"),
        (EMAIL, "ann+x@kestrel-labs.com", "email-with-plus"),
        (EMAIL, "123@kestrel-labs.com", "email-of-digits"),
        (EMAIL, "änn@kestrel-labs.com", "email-not-ascii"),
        (PHONE, "+442079460958", "phone-from-44"),
        (PHONE, "4155552671", "phone-without-plus"),
        (NAME, "", "first-name-blank"),
        (NAME, "Ann 7", "first-name-with-digit"),
        (NAME, "ANN", "first-name-in-capitals"),
        (NOTE, "Speaker/Guest", "badge-type-with-slash"),
        (NOTE, "Speaker of the day", "badge-type-over-5"),
    ],
)
def test_a_property_is_found_where_twelve_cells_have_it(
    column: SentColumn, cell: str, slug: str
) -> None:
    told = of(
        column,
        cell,
        {"email": "bob@kestrel-labs.com", "phone": "+14155552671"}.get(column.kind, "Xaver"),
    )
    (mask,) = [mask for one, mask in told.frequent if one.slug == slug]
    assert mask.tolist() == [True] * 12 + [False] * 12
    assert slug not in slugs(candidates(column, pd.Series([cell] * 11 + ["Xaver"], dtype="str")))


KINDS = st.sampled_from([EMAIL, PHONE, NAME, NOTE])


@given(KINDS, st.lists(st.text(max_size=12), min_size=1, max_size=4))
def test_each_mask_is_what_python_finds_and_each_made_up_value_what_it_is_to_be(
    column: SentColumn, cells: list[str]
) -> None:
    told = of(column, *cells, "Ann 7/+", "ann@heron.org")
    assert len(told.frequent) <= told.tried
    every = [cell for cell in [*cells, "Ann 7/+", "ann@heron.org"] for _ in range(12)]
    for one, mask in told.frequent:
        assert re.search(one.pattern, one.odd)
        assert not any(re.search(one.pattern, fine) for fine in one.fine)
        if one.pattern != BLANK:
            assert mask.tolist() == [re.search(one.pattern, cell) is not None for cell in every]


def test_what_every_cell_has_tells_nothing() -> None:
    assert slugs(of(EMAIL, "ann@heron.org")) == set()


def test_a_domain_of_few_contacts_may_be_somebodys_own() -> None:
    def at(cells: list[str]) -> Property:
        told = candidates(EMAIL, pd.Series([*cells, *["x@kestrel-labs.com"] * 12], dtype="str"))
        (one,) = [one for one, _ in told.frequent if one.slug == "email-at-heron-org"]
        return one

    assert at(["ann@heron.org"] * 12).personal
    assert not at([f"ann{n}@heron.org" for n in range(12)]).personal


def test_only_a_field_can_be_demanded() -> None:
    assert "badge-type-blank" not in slugs(of(NOTE, "", "Guest"))


@pytest.mark.parametrize("name", ["a\nb", "a::b", "", "x" * 61])
def test_a_column_that_no_sample_can_name_is_left_out(name: str) -> None:
    told = of(SentColumn(name, None, "text", name), "a/b", "Guest")
    assert told.frequent == ()
    assert told.tried > 0


def test_a_calling_code_of_no_country_is_no_property() -> None:
    assert slugs(of(PHONE, "+8001234567", "+999123", "+14155552671")) >= {"phone-from-1"}
    assert not {one for one in slugs(of(PHONE, "+80012345678", "+1415")) if "800" in one}


def test_there_are_made_up_values_of_every_kind() -> None:
    assert set(FINE) == {"email", "phone", "timestamp", "name", "country", "text"}
