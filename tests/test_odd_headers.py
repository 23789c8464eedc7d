"""Odd headers: what is said of each, and what becomes of the rows below."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests import checked

NAMES = "email,first_name,last_name,company"
ROWS = "".join(f"p{n}@kestrel-labs.com,Rosa,Bell,Acme {n}\n" for n in range(5))
BLANK_LAST = ROWS.replace("Acme ", "").replace("Bell,", "Bell,,").replace(",,", ",")
GOODS = "Batch,Ware,Weight,Prix\nA1,Nut,3,1.20\nA2,Bolt,5,1.30\nA3,Cog,7,9.20\n"
WORDS = "Batch,Ware,Maker\nA,Nut,Acme\nB,Bolt,Pike\nC,Cog,Acme\n"
PRICED = "".join(f"{n},1.5,Nut,p{n}@kestrel-labs.com,\n" for n in range(1, 6))


@dataclass(frozen=True)
class Odd:
    """A file, the codes of what is found, the header of clean.csv, and how many rows it has."""

    content: str
    codes: str
    header: str = NAMES
    clean: int = 5


CASES = {
    "a quote within a name": Odd(
        f'email,first "n" name,last_name,company\n{ROWS}', "HDR214",
        'email,"first ""n"" name",last_name,company',
    ),
    "a name without its first quote": Odd(
        f'email,first_name","last_name","company"\n{ROWS}', "HDR214"
    ),
    "a quote that never closes": Odd(f'email,first_name,last_name,"company\n{ROWS}', "HDR214"),
    "a quote that closes in the last row": Odd(
        f'"{NAMES}\n{ROWS}x@kestrel-labs.com,Al,Hall,"C"\n', "HDR214", clean=6
    ),
    "a quote that never closes, and rows of another width": Odd(
        f'"email,first_name\n{ROWS}', "HDR214 HDR215", "email,first_name", 0
    ),
    "a quote that joins two names": Odd(
        f'"email,first_name",last_name,company\n{ROWS}', "HDR215",
        '"email,first_name",last_name,company', 0,
    ),
    "a properly quoted name": Odd(
        f'email,first_name,last_name,"Size (5"")"\n{ROWS}', "",
        'email,first_name,last_name,"Size (5"")"',
    ),
    "a NUL in a known name": Odd(f"em\0ail,first_name,last_name,company\n{ROWS}", "HDR216"),
    "a NUL in another name": Odd(
        f"email,fo\0o,last_name,company\n{ROWS}", "HDR216", "email,foo,last_name,company", 0
    ),
    "two names in one": Odd(
        f"emailfirst_name,last_name,company\n{ROWS}", "HDR215",
        "emailfirst_name,last_name,company", 0,
    ),
    "a name too few": Odd(
        f"email,first_name,company\n{ROWS}", "HDR215", "email,first_name,company", 0
    ),
    "two names in one, and the last cells are blank": Odd(
        f"ID,PriceType,email,note\n{PRICED}", "EML302 HDR209 HDR215 STR108",
        "ID,PriceType,email,note", 0,
    ),
    "a delimiter behind each row": Odd(
        f"id,price,type,email\n{PRICED}", "STR108", "id,price,type,email"
    ),
    "a name too many": Odd(
        f"email,first_name,middle_name,last_name,company\n{ROWS}", "HDR218",
        "email,first_name,middle_name,last_name,company", 0,
    ),
    "a name too many, and a row that has all fields": Odd(
        f"{NAMES},city\n{ROWS}q@kestrel-labs.com,Al,Hall,Acme,Rome\n", "STR101",
        f"{NAMES},city", 1,
    ),
    "names of which none is known, two too few": Odd(
        "PriceProductType,Date,Mark\n1.20,Nut,A,1/2/2026,a@kestrel-labs.com\n"
        "1.30,Bolt,B,1/2/2026,b@kestrel-labs.com\n",
        "HDR215", "PriceProductType,Date,Mark", 0,
    ),
    "line breaks in names": Odd(
        f'email,"first\nname","last\r\nname",company\n{ROWS}', "HDR207 HDR207",
        "email,first name,last name,company",
    ),
    "commas above": Odd(f",,,\n{NAMES}\n{ROWS}", "STR106"),
    "notes above, and a column of numbers": Odd(
        f"Hall 7\nexported 2026-04-21\n\n{GOODS}", "HDR212 STR106", "Batch,Ware,Weight,Prix", 3
    ),
    "notes above, and words alone": Odd(
        f"Hall 7\n{WORDS}", "HDR212 STR106", "Batch,Ware,Maker", 0
    ),
    "a contact above, commented out": Odd(f"# al@kestrel-labs.com,Al,,\n{NAMES}\n{ROWS}", "STR106",
        clean=0,
    ),
    "a contact above, with another delimiter": Odd(
        f"Al;al@kestrel-labs.com\n{NAMES}\n{ROWS}", "STR106", clean=0
    ),
    "a header that is commented out": Odd(f"# by the fair\n#{NAMES}\n{ROWS}", "HDR217 STR106"),
    "delimiters behind the header alone": Odd(f"{NAMES},,\n{ROWS}", "STR108"),
    "a delimiter behind the header and one row": Odd(
        f"{NAMES},\n{ROWS}q@kestrel-labs.com,Al,Hall,Acme,\n", "STR102 STR108", clean=6
    ),
    "a nameless column with a value": Odd(
        f"{NAMES},\n{ROWS}q@kestrel-labs.com,Al,Hall,Acme,x\n", "STR102 STR108"
    ),
    "an address in a full row above": Odd(
        f"Exported by,sam@kestrel-labs.com,,\n{NAMES}\n{ROWS}", "STR106", clean=0
    ),
    "people with phones alone above": Odd(
        "Ann,+14155552671\nBob,+14155552672\nName,Phone\nCleo,+14155552673\n",
        "HDR212 STR106", "Name,Phone", 0,
    ),
    "names between quotes and blanks, with a name too few": Odd(
        '"Name" "Email"\n' + "".join(f'"{n}" "Al Hall" "p{n}@kestrel-labs.com"\n' for n in "12"),
        "STR111 STR115", '"Name ""Email"""', 0,
    ),
    "a delimiter that sep= names and the file does not have": Odd(
        f"sep=;\n{NAMES}\n{ROWS}", "STR115", f'"{NAMES}"', 0
    ),
    "numbers alone": Odd("1,2,3\n4,5,6\n7,8,9\n10,11,12\n", "HDR201", "1,2,3", 0),
    "years": Odd("Code,2019,2020\n1,4,5\n2,6,7\n", "HDR212", "Code,2019,2020", 2),
    "numbers above words": Odd("0,1\na,b\nc,d\n", "HDR212", "0,1", 2),
    "cells of lines that look like records": Odd(
        f'{NAMES}\n' + 'p@kestrel-labs.com,Al,Bell,"a, b, c, d\ne, f, g, h\ni, j, k, l"\n',
        "TXT707", clean=1,
    ),
    "an address in a sentence above": Odd(
        f"Questions? Please write to us, at help@kestrel-labs.com or so\n{NAMES}\n{ROWS}", "STR106"
    ),
}  # fmt: skip


@pytest.mark.parametrize("odd", CASES.values(), ids=CASES)
def test_an_odd_header_shifts_no_column_and_loses_nobody(odd: Odd, tmp_path: Path) -> None:
    fixed = checked.fix(tmp_path, odd.content)
    analysis = fixed.checked.analysis
    codes = [rule.code for rule, _ in analysis.problems] + list(analysis.findings.counts())
    clean = (fixed.folder / "clean.csv").read_text().splitlines()

    assert (" ".join(sorted(codes)), clean[0], fixed.books.clean) == (
        odd.codes, odd.header, odd.clean,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "settings", "said"),
    [
        ("name;email\nAnn;ann@kestrel-labs.com\n", {"delimiter": ","}, {"STR115"}),
        (
            '"Name,Email"\n"Ann,ann@kestrel-labs.com"\nBob,bob@kestrel-labs.com\n', {},
            {"STR116"},
        ),
        ("Mail,Name,Mail\na@kestrel-labs.com,Ann,b@kestrel-labs.com\n", {}, {"HDR203"}),
        (
            "Mail,Name,Mail\na@kestrel-labs.com,Ann,b@kestrel-labs.com\n",
            {"ignore": ("HDR203",)},
            {"HDR208"},
        ),
        ("name^email\nAnn^ann@kestrel-labs.com\n", {"ignore": ("STR115",)}, {"HDR202"}),
        ("Name,Firma Mail\nAnn,Acme,a@kestrel-labs.com\n", {}, {"HDR215"}),
    ],
)  # fmt: skip
def test_an_error_of_the_file_is_its_one_reason(
    tmp_path: Path, content: str, settings: dict[str, Any], said: set[str]
) -> None:
    """Where the rule that knows better is off, another one tells."""
    analysis = checked.check(tmp_path, content, profile="talkvalue", **settings).analysis
    assert {rule.code for rule, _ in analysis.refused} == said
    advice = " ".join(problem.message or "" for _, problem in analysis.problems)
    assert "Mail=" not in advice or "HDR208" in said


@pytest.mark.parametrize(
    ("header", "what", "clean"),
    [
        ("email,first_name,last_name,company,city", "without cells in line 1, or add blank", 5),
        ("title,email,first_name,last_name,company", "the cells of `email` are not its own", 0),
        ("one,two,three,four,five", "take away the name too many in line 1", 0),
    ],
)
def test_blank_cells_are_added_on_request_where_the_cells_prove_the_names(
    tmp_path: Path, header: str, what: str, clean: int
) -> None:
    """All rows lack a cell: one finding about the header, and none about each row."""
    content = f"{header}\n{ROWS}"
    analysis = checked.check(tmp_path, content).analysis
    (problem,) = [problem for rule, problem in analysis.problems if rule.code == "HDR218"]
    assert what in (problem.message or "")
    assert len(analysis.findings) == 0
    assert checked.fix(tmp_path, content, unsafe_fixes=True).books.clean == clean


def test_a_reject_says_the_one_reason_that_the_header_is(tmp_path: Path) -> None:
    fixed = checked.fix(tmp_path, f"{NAMES},city\n{ROWS}")
    rejects = (fixed.folder / "rejects.csv").read_text("utf-8-sig").splitlines()
    assert len(rejects) == 6
    assert all("HDR218" in line and "STR101" not in line for line in rejects[1:])


def test_cells_that_are_all_cut_at_a_delimiter_are_told_from_a_name_too_few(
    tmp_path: Path,
) -> None:
    """`Rome, IT` without quotes in each row."""
    content = "Email,Place\na@kestrel-labs.com,Rome, IT\nb@kestrel-labs.com,Oslo, NO\n"
    ((_, problem),) = checked.check(tmp_path, content).analysis.refused
    assert (problem.message or "").endswith(
        "the cells of `Place` may have a delimiter without quotes: quote them, or add a name in "
        "line 1"
    )


def test_a_column_that_numbers_the_rows_is_the_one_without_a_name(tmp_path: Path) -> None:
    """R's `write.table` names no column of row names."""
    content = "Name;Email\n1;Ann, Acme;ann@kestrel-labs.com\n2;Bob;bob@kestrel-labs.com\n"
    ((_, problem),) = checked.check(tmp_path, content).analysis.refused
    assert "the first column numbers the rows and has no name; add one in line 1" in (
        problem.message or ""
    )
