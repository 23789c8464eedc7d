"""Whole files with phones as people and exports write them: what is said, and what is sent."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from tests.checked import check, fix, listed, read

LABELLED = "\n".join(
    [
        "name,phone",
        "A Berg,p:+46701740605",
        "B Berg,(415) 555-2671 cell",
        "C Berg,415-555-2672 (call after 5)",
        "D Berg,Cell: 415-555-2673",
        "E Berg,415-555-267A",
        "F Berg,415-555-CELL",
        "G Berg,'415-555-2674",
        "H Berg,415.555.2676/7",
        "I Berg,+1 415 555 2678 x29",
        "J Berg,no 415-555-2679",
        "K Berg,4155552680 (privat)",
        "L Berg,14155552681.0",
        "M Berg,Fax 415-555-2682",
        "",
    ]
)
FOUND = [
    (1, "PHN414"), (2, "PHN404"), (2, "PHN414"), (3, "PHN415"), (4, "PHN404"), (4, "PHN414"),
    (5, "PHN415"), (6, "PHN417"), (7, "PHN404"), (7, "PHN411"), (8, "PHN407"), (9, "PHN406"),
    (10, "PHN415"), (11, "PHN404"), (11, "PHN414"), (12, "PHN413"), (13, "PHN415"),
]  # fmt: skip
E164 = re.compile(r"\+[1-9]\d{6,14}")


def test_each_fault_of_a_phone_has_its_own_reason(tmp_path: Path) -> None:
    """And no second one that is false."""
    rows = listed(check(tmp_path, LABELLED, region="US", ignore=("HDR",))).rows()
    assert [(row.row, row.rule.code) for row in rows if row.row] == FOUND


def test_what_a_fix_changes_is_called_fixable_cell_by_cell(tmp_path: Path) -> None:
    """In the list, and in the sum, where each cell counts once."""
    checked = check(tmp_path, LABELLED, region="US", ignore=("HDR",))
    shown = {row.row for row in listed(checked).rows() if row.safety == "safe"}
    fixed = tmp_path / "fixed"
    fixed.mkdir()
    fix(fixed, LABELLED, region="US", ignore=("HDR",))
    text = (fixed / "out" / "fixes.csv").read_text("utf-8-sig")
    changed = {int(row["row"]) for row in csv.DictReader(text.splitlines())}
    assert shown == changed == {1, 2, 4, 7, 11, 12}
    assert checked.analysis.fixed_cells == len(changed)


def test_the_general_profile_keeps_what_a_person_can_read(tmp_path: Path) -> None:
    """A number with an extension; of one in letters only its country tells whose it is."""
    fix(tmp_path, LABELLED, region="US")
    kept = [row["phone"] for row in read(tmp_path / "out" / "clean.csv")]
    assert [phone for phone in kept if not E164.fullmatch(phone)] == ["+1 415 555 2678 x29"]


@pytest.mark.parametrize("unsafe", [False, True])
def test_a_provider_that_wants_e164_gets_nothing_else(tmp_path: Path, unsafe: bool) -> None:
    """What cannot be written so is rejected, and says why."""
    fixed = fix(tmp_path, LABELLED, profile="textus", region="US", unsafe_fixes=unsafe)
    kept = [row["phone_number"] for row in read(tmp_path / "out" / "clean.csv")]
    assert all(E164.fullmatch(phone) for phone in kept)
    assert len(kept) == (9 if unsafe else 6)
    assert fixed.books.rows == fixed.books.clean + fixed.books.rejected


def test_a_provider_of_which_no_phone_format_is_known_is_not_told_what_it_wants(
    tmp_path: Path,
) -> None:
    """TalkValue's is not documented: a number with an extension is a warning."""
    content = "email,phone\nann@kestrel-labs.com,+1 415 555 2671 x29\n"
    assert fix(tmp_path, content, profile="talkvalue").books.clean == 1


PARTS = "email,Phones / Primary Phone Number,{}\n"


@pytest.mark.parametrize(
    ("header", "cells", "e164"),
    [
        ("Phone Calling Code", ["+33", "+1", "49", "0046"], True),
        ("Phones / Primary Phone Country Code", ["FR", "US", "DE", "SE"], True),
        ("Country", ["France", "+1", "Deutschland", "+46"], True),
        ("Calling Code,Country", ["+33,US", "1,", ",DE", "46,France"], True),
        ("Calling Code,Phone Country", ["+49,FR", "44,US", "+33,DE", "+47,SE"], False),
        ("Calling Code", ["0", "999", "x", "-"], False),
    ],
)
def test_the_country_beside_a_phone_says_how_it_is_read(
    tmp_path: Path, header: str, cells: list[str], e164: bool
) -> None:
    """As a country or as a calling code; what contradicts itself says nothing."""
    numbers = ["612345678", "4155552671", "01713920818", "0701740605"]
    names = ["ann", "bob", "cleo", "dan"]
    content = PARTS.format(header) + "".join(
        f"{name}@kestrel-labs.com,{number},{cell}\n"
        for name, number, cell in zip(names, numbers, cells, strict=True)
    )
    found = [row.rule.code for row in listed(check(tmp_path, content)).rows() if row.row]
    assert [code for code in found if code.startswith("PHN")] == [
        "PHN404" if e164 else "PHN405"
    ] * 4
    fix(tmp_path, content)
    kept = [row["Phones / Primary Phone Number"] for row in read(tmp_path / "out" / "clean.csv")]
    expected = ["+33612345678", "+14155552671", "+491713920818", "+46701740605"]
    assert kept == (expected if e164 else [])


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (
            "phone,note",
            "no country code: say the country with `--region US`, or map a country column",
        ),
        (
            "phone,Ländercode country",
            (
                "no country code: say the country with `--region US`, or a column that has it with "
                "`--map 'Ländercode country=country'`"
            ),
        ),
        (
            "phone,Country",
            (
                "no country code, and none that is known in `Country`: correct it there, or use "
                "`--region US` for blanks"
            ),
        ),
    ],
)
def test_a_phone_without_a_country_names_what_settles_it(
    tmp_path: Path, header: str, message: str
) -> None:
    """The option, and the columns of this file that have the country or may have it."""
    content = f"email,{header}\nann@kestrel-labs.com,(415) 555-2671,\n"
    found = {row.rule.code: row.message for row in listed(check(tmp_path, content)).rows()}
    assert found["PHN405"] == message


@pytest.mark.parametrize("unsafe", [False, True])
def test_an_old_form_is_rejected_or_on_request_brought_up_to_date(
    tmp_path: Path, unsafe: bool
) -> None:
    """One reason a cell."""
    content = (
        "nombre,correo,telefono,pais\n"
        "Ana Ruiz,ana.ruiz@northwind-labs.com,+5215541637145,México\n"
        "Carla Soto,carla@harbor-mail.com,044 55 4525 8448,México\n"
        "Elsa Reis,elsa@northwind-labs.com,(11) 96123-4567,Brasil\n"
        "Fito Reis,fito@northwind-labs.com,(11) 9612-4567,Brasil\n"
    )
    found = [(row.row, row.rule.code) for row in listed(check(tmp_path, content)).rows() if row.row]
    assert found == [(1, "PHN416"), (2, "PHN416"), (3, "PHN404"), (4, "PHN416")]
    fix(tmp_path, content, unsafe_fixes=unsafe)
    kept = [row["telefono"] for row in read(tmp_path / "out" / "clean.csv")]
    today = ["+525541637145", "+525545258448", "+5511961234567", "+5511996124567"]
    assert kept == (today if unsafe else today[2:3])
