"""What is said of a header that a provider would not take, and what to do about it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checked import check

ROWS = "".join(f"Ms,Annika,Bell,ann{n}@kestrel-labs.com,+1415555267{n},Kestrel\n" for n in range(4))


def said(folder: Path, header: str, provider: str, rows: str = ROWS) -> dict[str, str]:
    """The first message of each code about the header."""
    found: dict[str, str] = {}
    for rule, problem in check(folder, f"{header}\n{rows}", profile=provider).analysis.problems:
        found.setdefault(rule.code, problem.message or "")
    return found


@pytest.mark.parametrize("provider", ["dotdigital", "experiture", "talkvalue"])
def test_an_address_under_a_strange_name_is_suggested(tmp_path: Path, provider: str) -> None:
    """By what its cells look like, with the option that says it."""
    header = "Salutation,First Name,Last Name,Contact details,Phone,Company"
    message = said(tmp_path, header, provider)["HDR202"]
    assert "closest: `Contact details` (its cells look like email addresses)" in message
    assert message.endswith("`--map 'Contact details=email'`")


def test_a_provider_without_required_columns_misses_none(tmp_path: Path) -> None:
    """Landbase documents none."""
    header = "Salutation,First Name,Last Name,Contact details,Phone,Company"
    assert "HDR202" not in said(tmp_path, header, "landbase")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("A,First Name,Last Name,E-mail,Phone,B", None),
        (
            "A,B,C,E-mail,Phone,D",
            "(and so are first_name and last_name, which it could be joined from)",
        ),
        (
            "A,First Name,B,E-mail,Phone,C",
            "add last_name to join them); or send that alone with `--map 'First Name=name'`",
        ),
        ("A,B,Nom,E-mail,Phone,C", "--map Nom=name"),
    ],
)
def test_of_what_a_missing_name_could_be_made_is_said(
    tmp_path: Path, header: str, expected: str | None
) -> None:
    """TextUs wants one."""
    message = said(tmp_path, header, "textus").get("HDR202")
    assert message is None if expected is None else expected in (message or "")


def test_forms_of_address_are_no_job_titles(tmp_path: Path) -> None:
    """`Title` means both."""
    header = "Title,First Name,Last Name,E-mail,Phone,Company"
    message = said(tmp_path, header, "talkvalue")["HDR209"]
    assert message.startswith("its cells look like forms of address (Mr, Dr), not job titles")
    assert "HDR209" not in said(tmp_path, header, "textus")


def test_two_columns_for_one_field_are_settled_by_the_option_that_is_said(tmp_path: Path) -> None:
    """The empty one is the one to leave."""
    rows = ROWS.replace("Kestrel", "")
    header = "A,First Name,Last Name,Email,Phone,Work Email"
    message = said(tmp_path, header, "talkvalue", rows)["HDR208"]
    assert message.endswith("`Work Email` is empty: ignore it with `--map 'Work Email=-'`")
    content = f"{header}\n{rows}"
    settled = check(tmp_path, content, profile="talkvalue", columns={"Work Email": "-"})
    assert "HDR208" not in {rule.code for rule, _ in settled.analysis.problems}


def test_both_said_by_the_user_is_not_answered_with_the_same_option(tmp_path: Path) -> None:
    """The user has to remove one of them."""
    both = {"A": "email", "B": "email"}
    found = check(tmp_path, "A,B\na@kestrel-labs.com,b@kestrel-labs.com\n", columns=both)
    messages = [one.message for rule, one in found.analysis.problems if rule.code == "HDR208"]
    (message,) = messages
    assert message == (
        "two columns could be `email`: `A` (column 1) and `B` (column 2); --map or the config "
        "names both: keep one"
    )


def test_addresses_in_the_column_of_a_name_are_to_be_mapped_not_left_out(tmp_path: Path) -> None:
    """As a calendar writes its guests; nobody else holds the address."""
    rows = "".join(f"Ann <ann{n}@kestrel-labs.com>,Kestrel\n" for n in range(3))
    found = said(tmp_path, "Attendee,Company", "talkvalue", rows)["HDR209"]
    assert found.endswith("correct the name, or say what they are with `--map Attendee=email`")
    settled = check(
        tmp_path, f"Attendee,Company\n{rows}", profile="talkvalue", columns={"Attendee": "email"}
    )
    assert not settled.analysis.refused


def test_a_further_address_is_suggested_for_nothing_else(tmp_path: Path) -> None:
    """`E-mail 3 Address` is no postal address."""
    header = "Ms,First Name,Last Name,Email,Phone,E-mail 3 Address"
    assert "address" not in said(tmp_path, header, "talkvalue")["HDR205"]


def test_what_kind_of_address_it_is_is_no_address(tmp_path: Path) -> None:
    """As Google names its columns."""
    header = "Ms,First Name,Last Name,Email,Phone,Address 1 - Label"
    assert (
        "--map"
        not in said(tmp_path, header, "talkvalue", ROWS.replace("Kestrel", "Home"))["HDR205"]
    )


def test_of_two_columns_for_one_field_neither_is_said_to_be_read_as_it(tmp_path: Path) -> None:
    """HDR208 asks which of them is."""
    header = "Ms,First Name,Last Name,Email,Phone,E-mail"
    found = check(tmp_path, f"{header}\n{ROWS}", profile="talkvalue").analysis.problems
    aliased = [problem.column for rule, problem in found if rule.code == "HDR206"]
    assert aliased == [2, 3]


@pytest.mark.parametrize(
    ("names", "whole"),
    [
        ("email,first_namelast_name,company,phone", "first_namelast_name"),
        ("E-mail-address,first_name,last_namecompany,phone", "last_namecompany"),
    ],
)
def test_a_known_name_that_is_two_is_said_to_be_two(tmp_path: Path, names: str, whole: str) -> None:
    """It is said to be read as neither of them."""
    row = "ann@kestrel-labs.com,Ann,Bell,Kestrel Labs,+14155552671\n"
    found = said(tmp_path, names, "talkvalue", row * 2)
    assert f"`{whole}` is probably two names; correct line 1" in found["HDR215"]
    assert "HDR206" not in found or "email" in found["HDR206"]
