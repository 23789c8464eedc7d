"""Which columns may hold a field though their names do not say so."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.config import profiles
from preflight.config.column_mapping import resolve
from preflight.config.column_suggestions import Suggestions, candidates, map_option
from preflight.kinds.sniffing import Looks

NOTHING = Looks({})
MAILS, PHONES, WORDS = Looks({"email": 9}), Looks({"phone": 9}), Looks({"text": 9})


def found(
    header: list[str], field: str, looks: list[Looks] | None = None, profile: str = "general"
) -> list[tuple[str, str]]:
    """Name and evidence of the candidates for a field."""
    known = profiles.load(profile)
    columns = resolve(header, known)
    return [
        (one.name, one.evidence) for one in candidates(columns, looks or [], known.fields[field])
    ]


def asked(header: list[str], looks: list[Looks], profile: str = "general") -> list[str | None]:
    """The field suggested for each column."""
    known = profiles.load(profile)
    columns = resolve(header, known)
    suggestions = Suggestions(columns, looks, known)
    every = (suggestions.of(one) for one in columns if one.field is None)
    return [None if one is None else one.field for one in every]


@pytest.mark.parametrize(
    ("header", "field", "expected"),
    [
        (["Emial Adress"], "email", ["Emial Adress"]),
        (["Your e-mail address please"], "email", ["Your e-mail address please"]),
        (["badge", "colour"], "email", []),
        (["Telephon"], "phone", ["Telephon"]),
        (["Frist Name", "Last Nmae"], "first_name", ["Frist Name"]),
        (["Email"], "email", []),
        (["", " "], "email", []),
        (["Nom"], "name", ["Nom"]),
        (["Attendee #"], "name", []),
    ],
)
def test_a_likeness_of_names_makes_a_candidate(
    header: list[str], field: str, expected: list[str]
) -> None:
    """Of the columns that are no field yet."""
    assert [name for name, _ in found(header, field)] == expected


def test_the_look_of_the_cells_makes_a_candidate_and_unmakes_one() -> None:
    """What is like an address by its cells comes before what is like one by its name."""
    header = ["Emial", "Post", "Emails sent"]
    said = ("Post", "its cells look like email addresses")
    assert found(header, "email", [NOTHING, MAILS, Looks({"number": 9})]) == [said, ("Emial", "")]
    assert found(["Emial"], "email", [PHONES]) == []
    assert found(["Emial"], "email", [MAILS]) == [("Emial", said[1])]


def test_no_more_than_three_are_shown() -> None:
    """A message is read by a person."""
    assert len(found([f"Mail {n}" for n in range(9)], "email", [MAILS] * 9)) == 3


def test_what_an_unknown_column_holds_is_suggested_where_the_evidence_is_strong() -> None:
    """And where no other column holds it, and the provider takes it."""
    assert asked(["Emial", "badge"], [NOTHING, NOTHING]) == ["email", None]
    assert asked(["Post"], [MAILS]) == ["email"]
    assert asked(["Email", "Post"], [MAILS, MAILS]) == [None]
    assert asked(["Email", "Post"], [NOTHING, MAILS]) == ["email"]
    assert asked(["Ruf"], [PHONES], "textus") == ["phone"]
    assert asked(["Ruf"], [PHONES], "dotdigital") == [None]
    assert asked(["badge"], [WORDS]) == [None]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), st.sampled_from(["email"]))
def test_the_option_comes_through_a_shell_and_maps_the_column(header: str, field: str) -> None:
    """Whatever the header is made of."""
    known = profiles.load()
    option, said = shlex.split(map_option(header, field))
    name, _, what = said.rpartition("=")
    assert (option, what) == ("--map", field)
    assert "\n" not in said
    if name:
        assert resolve([header], known, {name: what})[0].matched in ("option", "")
        assert resolve([header], known, {name: what})[0].field in (field, None)


def test_an_option_can_say_that_a_column_is_no_field() -> None:
    """With a dash."""
    assert map_option("Work Email", None) == "--map 'Work Email=-'"


def test_no_name_is_asked_for_where_its_parts_are_held() -> None:
    """`Attendee Details` beside a first and a last name is no third one; a status is none."""
    looks = [Looks({"text": 5})] * 3
    assert asked(["First Name", "Last Name", "Attendee Details"], looks) == [None]
    assert asked(["First Name", "Attendee Details"], looks[:2]) == ["name"]
    assert asked(["First Name", "Attendee Status"], looks[:2]) == [None]
