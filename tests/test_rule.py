"""What rules about files and headers are given, and what some say that one sample cannot show."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from preflight.config import catalogue, profiles
from preflight.config.column_mapping import is_sent, linted, resolve
from preflight.config.profile import Limits, Profile
from preflight.core.types import InvalidByte, Layout, Problem, Safety, Severity, Source
from preflight.rule import FileView

RULES = catalogue.builtin()


def view(
    *header: str,
    profile: str | Profile = "general",
    rows: int = 1,
    mapping: dict[str, str] | None = None,
    **said: Any,
) -> FileView:
    """A file of this header, each column filled."""
    known = profiles.load(profile) if isinstance(profile, str) else profile
    columns = resolve(header, known, mapping) if header else ()
    source = Source("a.csv", None, "", said.pop("size", 100))  # type: ignore[arg-type]
    layout = Layout(source, said.pop("content", "table"), None, header=header, **said)  # type: ignore[arg-type]
    return FileView(
        layout,
        columns,
        known,
        rows,
        (rows,) * len(columns),
        frozenset(one.position for one in columns if is_sent(one, known)),
        linted(columns, known),
    )


def said(code: str, seen: FileView) -> list[Problem]:
    """What a rule says of a file."""
    rule = RULES[code]
    assert rule.check is not None
    return list(rule.check(seen))


def test_a_first_row_with_an_address_a_number_or_a_moment_is_no_header() -> None:
    """Where nothing vouches for it."""
    for value in (
        "ann@kestrel-labs.com",
        "+1 (415) 555-2671",
        "4155552671",
        "2026-04-21",
        "21.4.2026",
    ):
        assert view(value, "Ann", header_certain=False).header_is_data
        assert not view(value, "Ann", header_certain=True).header_is_data
        assert not view(value, "Email", header_certain=False).header_is_data
    assert not view("Ort", "Jahr 2026", header_certain=False).header_is_data


@pytest.mark.parametrize(
    "code", [code for code in RULES if code.startswith("HDR") and code != "HDR201"]
)
def test_no_rule_tells_the_names_of_columns_that_are_values(code: str) -> None:
    """They are a contact's."""
    seen = view(
        "ann@kestrel-labs.com", " Ann", "", "Ann", profile="dotdigital", header_certain=False
    )
    assert said(code, seen) == []
    assert [(problem.line, problem.column) for problem in said("HDR201", seen)] == [(1, None)]


def test_a_file_that_is_no_table_has_no_header_to_complain_about() -> None:
    """One fault, one error."""
    for content in ("PDF document", "empty"):
        seen = view(content=content, profile="dotdigital", rows=0)
        codes = [
            code
            for code, rule in RULES.items()
            if rule.scope in ("file", "header") and said(code, seen)
        ]
        assert codes == (["FIL001"] if content == "empty" else ["FIL002"])


def test_too_many_columns_cannot_be_split_and_too_many_rows_can() -> None:
    """The one is an error, the other a warning."""
    tight = dataclasses.replace(profiles.load(), limits=Limits(rows=5, columns=1))
    rows, columns = said("FIL008", view("email", "company", profile=tight, rows=6))
    assert (rows.message, rows.safety, rows.severity) == (
        "6 rows, over the limit of 5: it will be split into parts", Safety.SAFE, None,
    )  # fmt: skip
    assert columns.message == "2 columns, over the limit of 1"
    assert (columns.safety, columns.severity) == (None, Severity.ERROR)
    assert said("FIL008", view("email", profile=tight, rows=5)) == []


@pytest.mark.parametrize(
    ("encoding", "origin", "sure", "invalid_byte", "safety"),
    [
        ("utf-16-le", "bom", 1.0, True, Safety.SAFE),
        ("cp1252", "option", 1.0, True, Safety.SAFE),
        ("cp1252", "detected", 0.95, True, Safety.SAFE),
        ("cp1252", "detected", 0.94, True, Safety.UNSAFE),
        ("utf-16-le", "detected", 0.9, False, Safety.UNSAFE),
        ("cp1252", "detected", 0.5, True, Safety.UNSAFE),
        ("iso2022_jp", "detected", 0.99, False, Safety.SAFE),
        ("cp1252", "option", 1.0, False, None),
        ("utf-8", "strict", 1.0, True, None),
        ("ascii", "option", 1.0, False, None),
    ],
)
def test_text_in_another_encoding_is_fixed_only_when_it_is_certain_which(
    encoding: str, origin: str, sure: float, invalid_byte: bool, safety: Safety | None
) -> None:
    """And a text of ASCII alone is UTF-8, whatever it is called."""
    at = InvalidByte(35, 2, 0xE9) if invalid_byte else None
    found = said(
        "FIL003",
        view("email", encoding=encoding, encoding_from=origin, confidence=sure, invalid_byte=at),
    )
    assert [problem.safety for problem in found] == ([] if safety is None else [safety])
    if found:
        message = str(found[0].message)
        assert encoding in message
        assert (f"{sure:.0%} sure" in message) is (origin == "detected")
        assert (f"confirm with `--encoding {encoding}`" in message) is (safety is Safety.UNSAFE)
        assert found[0].line == (2 if invalid_byte else 1)


def test_a_guess_that_is_hardly_likelier_than_others_is_not_taken_even_on_request() -> None:
    """Lines of several encodings are like this."""
    at = InvalidByte(35, 2, 0xEB)
    guessed = view("email", encoding="cp874", encoding_from="detected", confidence=0.01)
    layout = dataclasses.replace(guessed.layout, invalid_byte=at)
    (problem,) = said("FIL003", dataclasses.replace(guessed, layout=layout))
    assert problem.safety is None
    assert problem.message == (
        "byte 0xeb at offset 35 is not UTF-8, the text is in no known encoding (cp874 is the "
        "likeliest, 1% sure), or in several: save all of it as UTF-8, or give `--encoding`"
    )


def test_a_missing_name_is_told_with_the_pieces_that_would_make_it() -> None:
    """TextUs takes either."""
    (problem,) = said("HDR202", view("First Name", "Phone", "Ful nam", profile="textus"))
    assert problem.message == (
        "the required column `name` is missing (`First Name` holds first_name; add last_name to "
        "join them); closest: `Ful nam`; choose one with `--map 'Ful nam=name'`"
    )
    assert said("HDR202", view("First Name", "Last Name", "Phone", profile="textus")) == []


def test_nothing_is_near_a_column_that_nothing_is_like() -> None:
    """No guess is better than a bad one."""
    (problem,) = said("HDR202", view("Ort", profile="dotdigital"))
    assert problem.message == (
        'the required column `Email` is missing; name the column with `--map "Their header=email"`'
    )


def test_a_column_the_provider_refuses_is_an_error_where_it_cannot_be_left_out() -> None:
    """As the profile says."""
    strict = dataclasses.replace(profiles.load("textus"), unknown_columns="refuse")
    (problem,) = said("HDR205", view("name", "phone", "badge", "", profile=strict))
    assert (problem.severity, problem.safety) == (Severity.ERROR, None)
    assert said("HDR205", view("badge")) == []


def test_two_columns_may_claim_a_field_that_nothing_hangs_on() -> None:
    """Under the general profile all columns go out as they are; the key tells contacts apart."""
    assert said("HDR208", view("Position", "Job Title")) == []
    assert len(said("HDR208", view("Email", "Mail", "Courriel"))) == 2
    assert len(said("HDR208", view("First", "Vorname", "Last", "Phone", profile="textus"))) == 1
    assert said("HDR208", view("Email", "Mail", mapping={"Mail": "-"})) == []


def test_blank_names_are_not_duplicates() -> None:
    """They are another rule's business."""
    seen = view("email", "", " ", "\u200b")
    assert said("HDR203", seen) == []
    assert [problem.column for problem in said("HDR204", seen)] == [2, 3, 4]
    assert said("HDR204", dataclasses.replace(seen, filled=(1, 0, 0, 0))) == []


def test_an_alias_is_no_news_where_the_name_stays() -> None:
    """Under the general profile."""
    assert said("HDR206", view("E-mail Address")) == []


def test_a_byte_in_a_name_is_told_only_where_the_file_has_such_bytes() -> None:
    """A name may be written with a backslash."""
    name = "n\\xe9"
    assert said("HDR211", view(name)) == []
    assert len(said("HDR211", view(name, "email", bad_offsets=np.array([1])))) == 1
