"""Columns without a usable name: what is said of them, and the options that settle it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from preflight.config.consent import holds_consent
from preflight.core.errors import ConfigError
from tests.checked import check, fix, listed, read, summarised


def _said(folder: Path, content: str, **settings: Any) -> dict[str, str]:
    """The first message of each code about the header."""
    found: dict[str, str] = {}
    for rule, problem in check(folder, content, **settings).analysis.problems:
        found.setdefault(rule.code, problem.message or rule.message)
    return found


UNNAMED = (
    "name,email,\nPia,pia@northwind-labs.com,VIP\nOla,ola@kestrel-labs.com,\nUna,u@x.com,press\n"
)


def test_a_column_without_a_name_is_told_by_number_and_shape(tmp_path: Path) -> None:
    """In the finding and in rejects.csv, with both ways out."""
    message = _said(tmp_path, UNNAMED)["HDR204"]
    assert message == (
        "column 3 has values but no name (words, 3 to 5 characters): say its field with "
        '`--map "#3=FIELD"`, or leave it out with `--map "#3=-"`'
    )
    rejects = read(fix(tmp_path, UNNAMED).folder / "rejects.csv")
    assert all(message in row["preflight__message"] for row in rejects)


def test_a_column_without_a_name_full_of_addresses(tmp_path: Path) -> None:
    """What the cells make certain stands in the option."""
    content = "name,\n" + "".join(f"Ann,ann{n}@kestrel-labs.com\n" for n in range(4))
    assert '`--map "#2=email"`' in _said(tmp_path, content)["HDR204"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("profile", "number", "field", "header"),
    [
        ("general", 3, "tags", "name,email,tags"),
        ("general", 3, "-", "name,email"),
        ("landbase", 3, "company", "name,email,company"),
        ("talkvalue", 3, "company", "name,email,company_name"),
        ("talkvalue", 3, "-", "name,email"),
    ],
)
def test_a_number_names_a_column(
    tmp_path: Path, profile: str, number: int, field: str, header: str
) -> None:
    """`--map "#3=field"` gives it a name, `--map "#3=-"` leaves it out; nothing else is wrong."""
    settings: dict[str, Any] = {"profile": profile, "columns": {f"#{number}": field}}
    assert not {"HDR204", "HDR205"} & _said(tmp_path, UNNAMED, **settings).keys()
    clean = fix(tmp_path, UNNAMED, **settings).folder / "clean.csv"
    assert clean.read_text().splitlines()[0] == header


def test_a_number_that_the_file_lacks(tmp_path: Path) -> None:
    """The error says how many columns there are."""
    with pytest.raises(ConfigError, match="it has 3 columns"):
        check(tmp_path, UNNAMED, columns={"#4": "tags"})


def test_a_header_that_looks_like_a_number(tmp_path: Path) -> None:
    """A column named `#3` is that one, and not the third."""
    content = "#3,email,name\nVIP,ann@kestrel-labs.com,Ann\n"
    columns = check(tmp_path, content, columns={"#3": "tags"}).analysis.plan.columns
    assert [column.field for column in columns] == ["tags", "email", "name"]


TWICE = "Email,Email,Name\nann@kestrel-labs.com,bob@kestrel-labs.com,Ann\n"


def test_two_columns_of_one_name_are_told_apart_by_number(tmp_path: Path) -> None:
    """Their names do not tell them apart, so the message and the option use their numbers."""
    said = _said(tmp_path, TWICE)
    assert '`--map "#1=-"` or `--map "#2=-"`' in said["HDR203"]
    assert "HDR208" not in said
    said = _said(tmp_path, TWICE, ignore=("HDR203",))
    assert '`--map "#1=email"` or `--map "#2=email"`' in said["HDR208"]


@pytest.mark.parametrize(
    ("settings", "emails"),
    [
        ({"columns": {"#1": "-"}}, ["bob@kestrel-labs.com"]),
        ({"columns": {"#2": "-"}}, ["ann@kestrel-labs.com"]),
        ({"columns": {"#2": "email"}, "profile": "talkvalue"}, ["bob@kestrel-labs.com"]),
    ],
)
def test_the_options_settle_two_columns_of_one_name(
    tmp_path: Path, settings: dict[str, Any], emails: list[str]
) -> None:
    """Each option that is proposed makes the file sendable."""
    clean = read(fix(tmp_path, TWICE, **settings).folder / "clean.csv")
    assert [row.get("Email") or row.get("email") for row in clean] == emails


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cells", "option"),
    [
        ("https://www.linkedin.com/in/ann-{}", "--map URL=linkedin_url"),
        ("linkedin.com/in/ann-{}", "--map URL=linkedin_url"),
        ("https://x.com/ann{}", "--map URL=x_url"),
        ("https://twitter.com/ann{}", "--map URL=x_url"),
        ("https://ann{}.kestrel-labs.com/", None),
        ("Ann {}", None),
        ("https://netflix.com/{}", None),
    ],
)
def test_a_suggestion_does_not_contradict_the_cells(
    tmp_path: Path, cells: str, option: str | None
) -> None:
    """`URL` is the field of the site whose addresses it holds, and no other."""
    rows = "".join(f"ann{n}@kestrel-labs.com,{cells.format(n)}\n" for n in range(4))
    message = _said(tmp_path, f"email,URL\n{rows}", profile="talkvalue")["HDR205"]
    assert ("--map" in message) == (option is not None)
    assert option is None or option in message


@pytest.mark.parametrize("profile", ["general", "landbase"])
def test_no_recognised_email_column_is_a_warning(tmp_path: Path, profile: str) -> None:
    """With the nearest candidate and the option that chooses it."""
    rows = "".join(f"Ann,ann{n}@kestrel-labs.com\n" for n in range(4))
    message = _said(tmp_path, f"name,Kontakt\n{rows}", profile=profile)["HDR212"]
    assert "`--map Kontakt=email`" in message
    assert "HDR212" not in _said(tmp_path, f"name,email\n{rows}", profile=profile)


def test_who_needs_no_address_misses_none(tmp_path: Path) -> None:
    """TextUs sends text messages; and who requires the column has a rule that says so."""
    content = "name,phone\nAnn Bell,+14155552671\n"
    assert "HDR212" not in _said(tmp_path, content, profile="textus")
    assert "HDR212" not in _said(tmp_path, content, profile="talkvalue")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("E-mail 2 - Value", "email"),
        ("Email 2", "email"),
        ("Secondary Email", "email"),
        ("Personal Email Address", "email"),
        ("Phone 3 - Value", "phone"),
        ("Home Phone", "phone"),
        ("Shipping Phone Number", "phone"),
        ("Other Phone", "phone"),
        ("Alternate Mobile", "phone"),
        ("SecondaryEmail", "email"),
        ("emailSecondary", "email"),
        ("E-mail secundario", "email"),
        ("Phone (Mobile)", "phone"),
        ("Mobile 2", "phone"),
        ("Company Main Phone", "phone"),
        ("Direct Mail", "text"),
        ("Additional Emails", "text"),
        ("Email Status", "text"),
        ("Phone 1 - Label", "text"),
        ("Email Opt In", "text"),
        ("Work", "text"),
        ("Notes 2", "text"),
    ],
)
def test_a_further_address_or_number_is_judged_like_the_first(
    tmp_path: Path, header: str, kind: str
) -> None:
    """By its name, beside the first one."""
    content = f"email,phone,mobile,{header}\nann@kestrel-labs.com,,,x\n"
    columns = check(tmp_path, content).analysis.plan.columns
    assert columns[3].kind == kind


def test_a_bad_second_address_is_an_error(tmp_path: Path) -> None:
    """Unless the user says that the column is none."""
    content = "email,Secondary Email\nann@kestrel-labs.com,bob@@kestrel-labs.com\n"
    assert check(tmp_path, content).analysis.findings.counts() == {"EML302": 1}
    unmapped = check(tmp_path, content, columns={"Secondary Email": "-"})
    assert not unmapped.analysis.findings.counts()


def test_what_a_form_says_about_a_field_is_no_part_of_its_name(tmp_path: Path) -> None:
    content = "Email *,Last Name (required),Phone [optional],Company (Berlin)\na@b-c.com,Bell,,\n"
    columns = check(tmp_path, content, profile="talkvalue").analysis.plan.columns
    assert [column.field for column in columns] == ["email", "last_name", "phone", None]


def test_a_further_column_that_holds_something_else_is_one_error(tmp_path: Path) -> None:
    """Its name alone is no proof: the option that settles it is named, and it keeps all rows."""
    rows = "".join(f"ann{at}@kestrel-labs.com,yes\n" for at in range(4))
    content = f"email,HomeMail\n{rows}"
    said = _said(tmp_path, content, profile="dotdigital")
    assert said == {
        "HDR209": "its cells look like words, not email addresses (4 of 4): correct the name or "
        "the cells; with `--map HomeMail=-` they are not checked as email addresses"
    }
    fixed = fix(tmp_path, content, profile="dotdigital", columns={"HomeMail": "-"})
    assert fixed.books.clean == 4


def test_a_missing_address_says_which_other_column_may_have_one(tmp_path: Path) -> None:
    content = "email,Secondary Email\n,bob@kestrel-labs.com\nann@kestrel-labs.com,\n"
    found = check(tmp_path, content, profile="dotdigital").analysis.findings.frame
    (message,) = found.loc[found["code"] == "EML301", "message"]
    assert message == "no email address; if `Secondary Email` has one, move it here"


def test_columns_that_are_not_sent_are_named_consent_first(tmp_path: Path) -> None:
    """In the summary, and consent as a warning of its own."""
    content = "Email,Order Count,Accepts Marketing\nann@kestrel-labs.com,1,false\n"
    checked = check(tmp_path, content, profile="talkvalue")
    shown = summarised(listed(checked))
    assert (
        "  not sent: 2 columns\n"
        "    warning: Accepts Marketing: who agreed is not sent; first remove the contacts who did "
        "not\n"
        "    Order Count: TalkValue has no such column\n"
    ) in shown
    assert [rule.code for rule, problem in checked.analysis.problems if problem.column == 3] == [
        "HDR213"
    ]
    assert "not sent" not in summarised(listed(check(tmp_path, content)))


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("Accepts Email Marketing", True),
        ("Email Opt-In", True),
        ("Unsubscribed", True),
        ("GDPR consent", True),
        ("Do Not Contact", True),
        ("Einwilligung", True),
        ("Email Opt Out", True),
        ("Subscriber Since", False),
        ("Opt-in Date", False),
        ("Subscriber Source", False),
        ("Company", False),
        ("Unsubscribed At", True),
        ("opt_out_date", True),
        ("Unsubscribe Reason", False),
        ("Marketing Permission", True),
        ("autorización", True),
        ("Newsletter", True),
        ("Newsletter abonniert", True),
        ("Newsletter Source", False),
        ("Désinscrit", True),
        ("optedInAt", False),
        ("opt_in_on", False),
    ],
)
def test_consent_is_known_by_its_name(header: str, expected: bool) -> None:
    """Whether, not when or where."""
    assert holds_consent(header) is expected


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cell", "fixed"),
    [
        ("'02138", "02138"),
        ("'2026-04-21", "2026-04-21"),
        ("\u20191,240.50", "1,240.50"),
        ("'t Hooft", "'t Hooft"),
        ("'90s Music", "'90s Music"),
        ("'90", "'90"),
    ],
)
def test_an_apostrophe_before_a_number_goes(tmp_path: Path, cell: str, fixed: str) -> None:
    """Whatever the column is called."""
    content = f'email,Shipping Zip\nann@kestrel-labs.com,"{cell}"\n'
    clean = read(fix(tmp_path, content).folder / "clean.csv")
    assert clean[0]["Shipping Zip"] == fixed
