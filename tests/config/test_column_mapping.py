"""Which column holds which field, and what is sent of it."""

from __future__ import annotations

import pytest

from preflight.config import profiles
from preflight.config.column_mapping import linted, output_columns, resolve, with_joined
from preflight.core.errors import ConfigError
from tests.cells import chunk_of


def fields(
    header: list[str], profile: str = "general", **mapping: str
) -> list[tuple[str | None, str]]:
    """Field and match of each column."""
    columns = resolve(header, profiles.load(profile), mapping)
    return [(column.field, column.matched) for column in columns]


def headers(header: list[str], profile: str, mapping: dict[str, str] | None = None) -> list[str]:
    """The header that is sent."""
    known = profiles.load(profile)
    return [one.header for one in output_columns(resolve(header, known, mapping), known)]


def test_a_column_is_matched_by_name_by_alias_and_by_the_users_word() -> None:
    """The user's word beats the others."""
    assert fields(["email", "Colour", "badge"], badge="phone") == [
        ("email", "exact"),
        (None, ""),
        ("phone", "option"),
    ]
    assert fields(["Work Email"]) == [("email", "alias")]
    assert fields(["Email", "Work Email"], **{"Work Email": "email"}) == [
        (None, ""),
        ("email", "option"),
    ]
    assert fields(["Email"], Email="-") == [(None, "")]


def test_a_mapping_that_fits_nothing_is_an_error_with_the_nearest() -> None:
    """Before a row is read."""
    with pytest.raises(
        ConfigError, match="no field `emial` to map `Mail` to; did you mean `email`"
    ):
        fields(["Mail"], Mail="emial")
    with pytest.raises(
        ConfigError, match="no column `Mial` to map to `email`; did you mean `Mail`"
    ):
        fields(["Mail"], Mial="email")
    with pytest.raises(ConfigError, match="no field `qqqq` to map `Mail` to; there are email"):
        fields(["Mail"], Mail="qqqq")
    with pytest.raises(ConfigError, match=r"no column `qqqq` to map to `email`; it has `Mail`$"):
        fields(["Mail"], qqqq="email")


def test_helper_columns_are_recognised_and_never_sent() -> None:
    """Those of rejects.csv, when a person has corrected it."""
    columns = resolve(["email", "preflight__row", " preflight__line"], profiles.load())
    assert [column.kind for column in columns] == ["email", "helper", "helper"]
    assert headers(["email", "preflight__row"], "general") == ["email"]
    assert linted(columns, profiles.load()) == {0}


def test_a_name_is_made_of_its_pieces_where_no_column_holds_it() -> None:
    """TextUs wants the whole; a blank piece leaves no blank behind."""
    textus = profiles.load("textus")
    columns = resolve(["First", "Last", "Phone"], textus)
    assert columns[-1].pieces == (0, 1)
    chunk = chunk_of(["Ann", " ", "Cleo ", ""], ["Bell", "Pike", "", ""], ["1", "2", "3", "4"])
    once = with_joined(chunk, columns)
    assert once.table["3"].to_pylist() == ["Ann Bell", "Pike", "Cleo", ""]
    assert with_joined(once, columns).table.equals(once.table)
    assert [one.header for one in output_columns(columns, textus)] == ["phone_number", "name"]
    assert linted(columns, textus) == {0, 1, 2, 3}


@pytest.mark.parametrize("header", [["name", "First", "Last"], ["First", "Phone", "name"]])
def test_a_piece_of_no_joined_column_is_not_linted(header: list[str]) -> None:
    textus = profiles.load("textus")
    columns = resolve(header, textus)
    assert not any(column.pieces for column in columns)
    assert linted(columns, textus) == {
        at for at, name in enumerate(header) if name in ("name", "Phone")
    }


@pytest.mark.parametrize(
    ("profile", "mapping", "expected"),
    [
        ("general", {}, ["\ufeffE-mail ", "badge", "Long column name"]),
        ("dotdigital", {}, ["Email", "badge"]),
        ("textus", {}, []),
        ("talkvalue", {"badge": "scanned_at"}, ["email"]),
        ("experiture", {}, ["email"]),
        ("experiture", {"badge": "scanned_at"}, ["email", "scanned_at"]),
    ],
)
def test_what_is_sent_under_which_name_is_the_providers_to_say(
    profile: str, mapping: dict[str, str], expected: list[str]
) -> None:
    """Under the general profile, all there is."""
    if profile == "general":
        expected = ["E-mail", "badge", "Long column name"]
    assert headers(["\ufeffE-mail ", "badge", "Long column name"], profile, mapping) == expected


def test_a_header_that_a_data_field_cannot_have_is_not_sent() -> None:
    """Dotdigital's names are 1 to 20 letters, digits, `_` or `-`; a line end is none of them."""
    assert headers(["Email", "a" * 20, "b" * 21, "c\n", "d.e"], "dotdigital") == [
        "Email",
        "a" * 20,
        "c",
    ]


def test_a_mapping_means_the_name_as_written_before_one_of_another_case() -> None:
    """Blanks and what nobody sees around it count in neither."""
    assert fields(["Email", "EMAIL"], EMAIL="email") == [(None, ""), ("email", "option")]
    assert fields(["badge", "BADGE "], BADGE="phone") == [(None, ""), ("phone", "option")]
    assert fields(["\ufeffBadge"], badge="phone") == [("phone", "option")]
    assert fields(["Badge"], **{" badge\u200b": "phone"}) == [("phone", "option")]


def test_two_columns_may_claim_one_field_and_the_rules_say_so() -> None:
    """Nothing is chosen here."""
    assert fields(["email", "E-Mail"]) == [("email", "exact"), ("email", "alias")]
    assert fields(["a", "b"], a="email", b="email") == [("email", "option"), ("email", "option")]


@pytest.mark.parametrize("profile", ["dotdigital", "landbase"])
def test_a_column_that_is_not_the_field_it_is_named_after_is_not_sent_under_that_name(
    profile: str,
) -> None:
    """The provider would take it for the field, and the file would hold the name twice."""
    name = headers(["email"], profile)
    assert headers(["EMAIL", "Work"], profile, {"Work": "email"}) == name
    assert headers(["Work", "E-Mail", "Email"], profile, {"Work": "email"})[:1] == name
    assert headers(["Email", "badge"], profile, {"Email": "-"}) == ["badge"]
    assert headers(["Email", "badge"], "general", {"Email": "-"}) == ["Email", "badge"]


def test_helper_columns_are_recognised_in_any_case() -> None:
    """A spreadsheet, or its user, may have changed it."""
    assert headers(["email", "Preflight__Row"], "general") == ["email"]
