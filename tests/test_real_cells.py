"""Cells that stand for a missing value, dates without a time, and one true reason for each cell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.checked import check, fix, listed, read

pytestmark = pytest.mark.slow

HEADER = "email,phone,name,company,country,created_at"
GOOD = ("ann@kestrel-labs.com", "+14155552671", "Ann Bell", "Kestrel", "US", "2026-04-21T15:30:00Z")


def _found(folder: Path, content: str, **settings: Any) -> list[tuple[int, str, str]]:
    """The column, code and message of each finding about a cell."""
    listing = listed(check(folder, content, **settings), show_all=True)
    return [
        (found.column or 0, found.rule.code, found.message) for found in listing.rows() if found.row
    ]


def _in_each_column(cells: tuple[str, ...]) -> str:
    """Rows for each cell, one for each column, with the cell in that column alone."""
    rows = []
    for number, cell in enumerate(cells):
        quoted = '"' + cell.replace('"', '""') + '"'
        for at in range(len(GOOD)):
            row = [f"ann{number}.{at}@kestrel-labs.com", f"+1415555{2000 + 6 * number + at}"]
            row += GOOD[2:]
            row[at] = quoted
            rows.append(",".join(row))
    return "\n".join([HEADER, *rows, ""])


PLACEHOLDERS = (
    "--", "-", "\u2014", "n/a", "#N/A", "NULL", "(null)", "<null>", "\\N", "undefined", "NaN",
    "None", "[object Object]", "(not set)", "(blank)", "<NA>", "*|FNAME|*",
    "{{contact.firstname}}",
    "%%First Name%%", "%FIRSTNAME%", "[[FIRSTNAME]]", "${name}", "0000-00-00", "00/00/0000",
    "0000-00-00 00:00:00", "<test lead: dummy data for full_name>", "[email protected]",
    "[email\u00a0protected]", "[email&#160;protected]", "REDACTED", "“”", "„“", "« »",
)  # fmt: skip
IN_A_COLUMN = ("EML310", "PHN410", "NAM602", "TXT705", "TXT705", "TXT705")


def test_a_placeholder_is_one_in_every_kind_of_column(tmp_path: Path) -> None:
    """Each column has its own code for it, and no second reason beside it."""
    listing = listed(check(tmp_path, _in_each_column(PLACEHOLDERS)), show_all=True)
    codes: dict[str, list[tuple[int, str]]] = {cell: [] for cell in PLACEHOLDERS}
    for found in listing.rows():
        # A spreadsheet would run some, and some hold a no-break space or its name in HTML; that is
        # said as well.
        if found.row and found.rule.code not in ("SEC901", "SEC902", "TXT702"):
            cell = PLACEHOLDERS[(found.row - 1) // len(GOOD)]
            codes[cell].append((found.column or 0, found.rule.code))
    assert codes == {cell: list(enumerate(IN_A_COLUMN, start=1)) for cell in PLACEHOLDERS}


# What programs write, by the program that documents it; see `kinds/placeholders.py`.
WRITTEN = (
    "Not Provided", "[not provided]", "[[Unknown]]", "(No value)", "No data", "not assigned",
    "nicht zugeordnet", "Keine Angabe", "non renseigné", "sin datos", "onbekend", "brak danych",
    "[deleted]", "REDACTED FOR PRIVACY", "Info Requested", "Anonymous", "[object HTMLElement]",
    "Invalid date", "NaN-NaN-NaN", "System.Object[]", "<nil>", "[Record]", "Loading...", "???",
    "...", "***", "____", "0001-01-01T00:00:00", "01/01/0001 12:00:00 AM", "1/0/1900",
    "1899-12-30 00:00:00", "/cdn-cgi/l/email-protection#8be2", "[e-mail protected]",
    "Diese E-Mail-Adresse ist vor Spambots geschützt! Zur Anzeige muss JavaScript an sein!",
    "Questo indirizzo email è protetto dagli spambots.",
    "Dit e-mailadres wordt beveiligd tegen spambots.",
)  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "codes"),
    [
        (WRITTEN, IN_A_COLUMN),
        (("#REF!", "#VALUE!", "#Error", "#Deleted", "#####"), ("TXT706",) * 6),
    ],
)
def test_what_a_program_writes_for_nothing_is_the_same_in_every_column(
    cells: tuple[str, ...], codes: tuple[str, ...], tmp_path: Path
) -> None:
    content = _in_each_column(cells)
    found = [
        (row.row, row.rule.code)
        for row in listed(check(tmp_path, content, ignore=("DUP", "SEC")), show_all=True).rows()
        if row.row
    ]
    assert found == list(enumerate(codes * len(cells), start=1))


def test_the_address_of_somebody_forgotten_is_a_placeholder(tmp_path: Path) -> None:
    """As WordPress writes it."""
    found = _found(tmp_path, "email\ndeleted@site.invalid\n")
    assert [code for _, code, _ in found] == ["EML310"]


MASKED = ("a***n@gmail.com", "***@***.com", "ann@k*****.com", "ann...@gmail.com", "a••••@gmail.com")
HIDDEN = ("***-***-2671", "XXX-XXX-2671", "415-555-XXXX", "+1 (415) ***-2671", "+1 415 555 ••••")


def test_what_hides_a_part_of_an_address_or_number_leaves_none(tmp_path: Path) -> None:
    """The library takes an asterisk for a part of the name, and an X for the digit of its key."""
    rows = "".join(f"{email},{phone}\n" for email, phone in zip(MASKED, HIDDEN, strict=True))
    found = _found(tmp_path, f"email,phone\n{rows}", region="US", ignore=("SEC", "HDR209"))
    assert {code for _, code, _ in found} == {"EML310", "PHN410"}
    assert len(found) == len(MASKED) + len(HIDDEN)


def test_asterisks_around_an_address_or_in_it_hide_nothing(tmp_path: Path) -> None:
    """The bold text of Markdown, and a name that RFC 5322 allows."""
    found = _found(tmp_path, "email\n**ann@kestrel-labs.com**\nan*n@kestrel-labs.com\n")
    assert [code for _, code, _ in found] == ["EML302"]


def test_a_placeholder_is_not_reported_for_its_letters(tmp_path: Path) -> None:
    """One reason is enough."""
    found = _found(
        tmp_path, "email,first_name\nann@kestrel-labs.com,test\nb@kestrel-labs.com,bob\n"
    )
    assert [code for _, code, _ in found] == ["NAM602", "NAM604"]


def test_what_only_resembles_a_placeholder_is_none(tmp_path: Path) -> None:
    """Names and companies that begin like one."""
    cells = ("Nan", "Null", "Dash-Bell", "None Ltd", "A--B", "50%", "{x}")
    rows = "".join(f"ann{at}@kestrel-labs.com,{cell}\n" for at, cell in enumerate(cells))
    found = _found(tmp_path, f"email,company\n{rows}")
    assert not [code for _, code, _ in found if code == "TXT705"]


def test_the_dummy_lead_of_a_form_is_a_placeholder(tmp_path: Path) -> None:
    """As Facebook exports it, with a label before the number."""
    content = (
        "full_name,email,phone_number\n"
        "<test lead: dummy data for full_name>,test@fb.com,"
        "p:<test lead: dummy data for phone_number>\n"
    )
    codes = [code for _, code, _ in _found(tmp_path, content, profile="talkvalue")]
    assert codes == ["NAM602", "EML310", "PHN410"]


DATES = "email,Signup Date\n" + "".join(
    f"ann{n}@kestrel-labs.com,{day}\n"
    for n, day in enumerate(("01/05/2026", "12/31/2025", "2026-02-15", "15 Mar 2025", "00/00/0000"))
)


def test_a_date_without_a_time_keeps_its_contact(tmp_path: Path) -> None:
    """A warning that names the options; a zero date is a blank."""
    found = _found(tmp_path, DATES)
    assert [code for _, code, _ in found] == ["TIM509"] * 4 + ["TXT705"]
    assert "--timezone America/New_York --unsafe-fixes" in found[0][2]
    assert len(read(fix(tmp_path, DATES).folder / "clean.csv")) == 5


def test_a_date_is_midnight_on_request(tmp_path: Path) -> None:
    """In the zone that is given, with the order that the column proves."""
    settings: dict[str, Any] = {"timezone": "America/New_York", "unsafe_fixes": True}
    clean = read(fix(tmp_path, DATES, **settings).folder / "clean.csv")
    assert [row["Signup Date"] for row in clean] == [
        "2026-01-05T00:00:00-05:00", "2025-12-31T00:00:00-05:00", "2026-02-15T00:00:00-05:00",
        "2025-03-15T00:00:00-04:00", "",
    ]  # fmt: skip


def test_a_day_without_one_midnight_stays(tmp_path: Path) -> None:
    """In Havana the clocks go forward at midnight; and nobody knows the order of 01/05."""
    content = "email,created_at\nann@kestrel-labs.com,2026-03-08\nbob@kestrel-labs.com,01/05/2026\n"
    settings: dict[str, Any] = {"timezone": "America/Havana", "unsafe_fixes": True}
    clean = read(fix(tmp_path, content, **settings).folder / "clean.csv")
    assert [row["created_at"] for row in clean] == ["2026-03-08", "01/05/2026"]
    messages = [message for _, _, message in _found(tmp_path, content, **settings)]
    assert "no single midnight" in messages[0]
    assert "day and month are ambiguous" in messages[1]


def test_who_demands_a_timestamp_rejects_a_date(tmp_path: Path) -> None:
    """Experiture, where such a column is mapped."""
    content = "email,created_at\nann@kestrel-labs.com,2026-03-08\n"
    rows = fix(
        tmp_path, content, profile="experiture", columns={"created_at": "created_at"}
    ).checked.books
    assert (rows.clean, rows.rejected) == (0, 1)


@pytest.mark.parametrize(
    ("cell", "codes", "said"),
    [
        ("ann@kestrel-labs.com; bob@kestrel-labs.com", ["EML308"], "several"),
        ("ann bell@kestrel-labs.com", ["EML302"], "before the @-sign: SPACE"),
        ("ann(bell)@kestrel-labs.com", ["EML302"], "before the @-sign: '(', ')'"),
        ("ann@kestrel labs.com", ["EML302"], "after the @-sign contains invalid characters: SPACE"),
        ("ann@kestrel_labs.com", ["EML302"], "invalid characters: '_'"),
        ("ann@@kestrel-labs.com", ["EML302"], "invalid characters: '@'"),
        ("none@none", ["EML310"], "a placeholder"),
        ("<br>", ["EML302"], "must have an @-sign"),
        ("Dr.", ["EML302"], "must have an @-sign"),
        ("mailto:ann@@kestrel-labs.com", ["EML302"], "invalid characters: '@'"),
    ],
)
def test_an_address_has_one_true_reason(
    cell: str, codes: list[str], said: str, tmp_path: Path
) -> None:
    """Several addresses and placeholders are no invalid ones too; a character is named."""
    found = _found(tmp_path, f'email,name\n"{cell}",Ann\n')
    assert [code for _, code, _ in found] == codes
    assert said in found[0][2]


@pytest.mark.parametrize("blank", [" ", "\u00a0", "\u200b", "\t"])
@pytest.mark.parametrize(
    ("profile", "row", "code"),
    [
        ("textus", "Ann,{}", "PHN401"),
        ("textus", "{},+14155552671", "NAM601"),
        ("talkvalue", "Ann,{}", "EML301"),
    ],
)
def test_a_blank_of_other_signs_is_a_missing_value_and_nothing_else(
    profile: str, row: str, code: str, blank: str, tmp_path: Path
) -> None:
    header = "name,phone_number" if profile == "textus" else "name,email"
    content = f"{header}\n{row.format(blank)}\n"
    found = _found(tmp_path, content, profile=profile, ignore=("PHN409", "SEC"))
    assert [code for _, code, _ in found] == [code]
