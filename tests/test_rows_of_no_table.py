"""Comments and further tables among the rows: nobody is dropped, no cell is in a wrong column."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from preflight.core.findings import of_codes
from preflight.pipeline import check_fix_split
from tests import checked

NAMES = "email,first_name,last_name,company\n"
ROWS = "".join(f"p{n}@kestrel-labs.com,Rosa,Bell,Acme {n}\n" for n in range(3))
MORE = ROWS.replace("p", "q")
CITIES = "Name,Mail,Phone,City\nAnn,ann@kestrel-labs.com,+14155552671,Rome\n"


@dataclass(frozen=True)
class Mixed:
    """A file, the codes of what is found, and how many rows are clean, rejected and dropped."""

    content: str
    codes: str
    books: tuple[int, int, int]


CASES = {
    "a comment": Mixed(NAMES + ROWS + "# day two\n" + MORE, "STR117", (6, 0, 1)),
    "a comment with delimiters": Mixed(
        NAMES + ROWS + "# day two, 2026-04-21, by the fair\n" + MORE, "STR117", (6, 0, 1)
    ),
    "the mark of a comment alone": Mixed(NAMES + ROWS + "#\n" + MORE, "STR117", (6, 0, 1)),
    "the mark alone with delimiters": Mixed(NAMES + ROWS + " #,,,\n" + MORE, "STR117", (6, 0, 1)),
    "marks alone at the end": Mixed(NAMES + ROWS + MORE + "##,,,\n", "STR110", (6, 1, 0)),
    "the mark in place of an address": Mixed(
        NAMES + ROWS + "#,Cy,Ng,Acme\n" + MORE, "EML302", (6, 1, 0)
    ),
    "a padded comment": Mixed(NAMES + ROWS + "# day two,,,\n" + MORE, "STR117", (6, 0, 1)),
    "a comment in one column": Mixed(
        "email\np@kestrel-labs.com\n# day two\nq@kestrel-labs.com\n", "STR117", (2, 0, 1)
    ),
    "a contact in a comment": Mixed(
        NAMES + ROWS + "# al@kestrel-labs.com,Al,Hall,Acme\n" + MORE, "STR118", (6, 1, 0)
    ),
    "a contact with a phone number in a comment": Mixed(
        NAMES + ROWS + "# Al,+1 415 555 2671\n" + MORE, "STR118", (6, 1, 0)
    ),
    "a contact in a comment, name first": Mixed(
        "name,email\nAl,al@kestrel-labs.com\n#Bo,bo@kestrel-labs.com\n", "STR118", (1, 1, 0)
    ),
    "numbers with a sign": Mixed(
        "#,email,tag\n#1,p@kestrel-labs.com,#1\n#2,q@kestrel-labs.com,a\n", "", (2, 0, 0)
    ),
    "tags": Mixed("tag,email\n#vip,p@kestrel-labs.com\n#new,q@kestrel-labs.com\n", "", (2, 0, 0)),
    "another table that has more names": Mixed(
        NAMES + ROWS + NAMES.replace("\n", ",Phone,City\n") + "Al,al@kestrel-labs.com,x,y,z,w\n",
        "STR119",
        (3, 2, 0),
    ),
    "the header again with delimiters behind it": Mixed(
        NAMES + ROWS + NAMES.replace("\n", ",,\n") + ROWS.split("\n")[0] + "\n",
        "DUP802 STR107",
        (3, 0, 2),
    ),
    "another table of that width": Mixed(NAMES + ROWS + CITIES, "STR119", (3, 2, 0)),
    "a wider table": Mixed(
        NAMES + ROWS + "\n" + CITIES.replace("\n", ",x\n"), "STR104 STR119", (3, 2, 1)
    ),
    "a narrower table": Mixed(
        NAMES + ROWS + "Name,Mail\nAl,al@kestrel-labs.com\n", "STR119", (3, 2, 0)
    ),
    "the header again": Mixed(NAMES + ROWS + NAMES + MORE, "STR107", (6, 0, 1)),
    "a contact of merge tags": Mixed(
        NAMES + ROWS + "%%Email%%,%%First Name%%,*|LNAME|*,Acme\n" + MORE,
        "EML310 NAM602",
        (6, 1, 0),
    ),
    "a contact whose name is the name of a column": Mixed(
        NAMES + ROWS + "al@kestrel-labs.com,Name,Company,Phone\n" + MORE, "", (7, 0, 0)
    ),
}


@pytest.mark.parametrize("mixed", CASES.values(), ids=CASES)
def test_rows_of_no_table_have_one_reason(mixed: Mixed, tmp_path: Path) -> None:
    found = checked.check(tmp_path, mixed.content)
    books = found.books

    assert " ".join(sorted(found.analysis.findings.counts())) == mixed.codes
    assert (books.clean, books.rejected, books.dropped) == mixed.books


def test_what_is_dropped_is_kept_to_be_read_but_for_blank_rows(tmp_path: Path) -> None:
    """With the reason, as in rejects.csv; where nothing is dropped there is no such file."""
    content = NAMES + ROWS + "# day two\n,,,\n" + ROWS + NAMES + "Total: 3,,,\n"
    fixed = checked.fix(tmp_path, content, unsafe_fixes=True)
    dropped = checked.read(fixed.folder / "dropped.csv")
    assert [row["preflight__codes"] for row in dropped] == [
        "STR117", *["DUP802"] * 3, "STR107", "STR110",
    ]  # fmt: skip
    assert dropped[0]["preflight__raw"] == "# day two"
    assert fixed.books.dropped == len(dropped) + 1
    other = tmp_path / "other"
    other.mkdir()
    assert not (checked.fix(other, NAMES + ROWS + ",,,\n").folder / "dropped.csv").exists()


def test_another_table_lasts_from_chunk_to_chunk(tmp_path: Path) -> None:
    path = checked.written(tmp_path, NAMES + ROWS + CITIES + MORE)
    found = check_fix_split.check(path, work=checked.work(tmp_path), chunk_bytes=60)
    assert sorted(of_codes(found.analysis.findings.whole(), ["STR119"]).frame["row"]) == [
        4,
        5,
        6,
        7,
        8,
    ]


def test_the_header_again_is_no_other_table_where_a_person_mapped_a_column(tmp_path: Path) -> None:
    header = "Kontakt,Vorname,Nachname\n"
    rows = "".join(f"p{n}@kestrel-labs.com,Rosa,Bell\n" for n in range(6))
    found = checked.check(tmp_path, header + rows + header, columns={"Kontakt": "email"})
    assert found.analysis.findings.counts() == {"STR107": 1}
