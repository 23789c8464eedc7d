"""Cells that an exporter wrapped in a formula are unwrapped, and judged by what is inside."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from preflight.core.formula_cells import formula_texts
from preflight.core.formula_text import formula_text
from tests.checked import check, fix, listed, read

pytestmark = pytest.mark.slow

Wrap = Callable[[str], str]

HEADER = ("First Name", "Last Name", "Email", "Mobile", "Postcode", "Country", "Signup Date")
ROWS = (
    ("Jo", "Hart", "jo.hart@northwind-labs.com", "0412 345 678", "0800", "AU", "2026-04-21T15:30Z"),
    ("Mei", "Chan", "mei@kestrel-labs.com", "+61412345679", "2000", "AU", "2026-04-21T15:31Z"),
    ("Raj", "Nair", "raj@harbor-mail.com", "0412345670", "0822", "AU", "2026-04-21T15:32Z"),
    ("Una", "Ek", "una@harbor-mail.com", "0412345671", "0823", "AU", "2026-04-21T15:33Z"),
)


def _bare(cell: str) -> str:
    return f'="{cell}"'


def _quoted(cell: str) -> str:
    return f'"=""{cell}"""'


def _as_text(cell: str) -> str:
    return f'=T("{cell}")'


def _file(
    wrap: Wrap, header: Wrap = str, *, rows: int = 4, columns: Iterable[int] = range(7)
) -> str:
    written = [
        [wrap(cell) if at in columns else cell for at, cell in enumerate(row)]
        for row in ROWS[:rows]
    ]
    lines = [[header(name) for name in HEADER], *written]
    return "".join(",".join(line) + "\n" for line in lines)


def _found(folder: Path, content: str, **settings: Any) -> list[tuple[int, str]]:
    """The row and the code of each finding, 0 for the file's own."""
    listing = listed(check(folder, content, **settings), show_all=True)
    return sorted((found.row or 0, found.rule.code) for found in listing.rows())


def _clean(folder: Path, content: str, **settings: Any) -> list[dict[str, str]]:
    return read(fix(folder, content, **settings).folder / "clean.csv")


@pytest.mark.parametrize("rows", [1, 4])
@pytest.mark.parametrize("wrap", [_bare, _quoted, _as_text])
def test_every_cell_of_every_kind_is_unwrapped_and_judged(
    wrap: Wrap, rows: int, tmp_path: Path
) -> None:
    """One finding names the wrapping, whatever the number of rows; then a cell is what it is."""
    content = _file(wrap, rows=rows)
    codes = Counter(code for _, code in _found(tmp_path, content))
    national = sum(not row[3].startswith("+") for row in ROWS[:rows])
    assert codes == Counter({"TXT709": rows * len(HEADER), "PHN404": national})
    expected = [dict(zip(HEADER, row, strict=True)) for row in ROWS[:rows]]
    for row in expected:
        number = row["Mobile"].removeprefix("+61").removeprefix("0").replace(" ", "")
        row["Mobile"] = f"+61{number}"
    assert _clean(tmp_path, content) == expected


def test_the_phones_alone_are_wrapped(tmp_path: Path) -> None:
    """The column is no words: a provider that takes phones gets them all."""
    content = _file(_bare, columns=(3, 4))
    codes = {code for _, code in _found(tmp_path, content, profile="textus")}
    assert not codes & {"HDR209", "SEC901", "STR111"}
    clean = _clean(tmp_path, content, profile="textus", region="AU")
    assert [row["phone_number"] for row in clean] == [
        "+61412345678", "+61412345679", "+61412345670", "+61412345671",
    ]  # fmt: skip


@pytest.mark.parametrize("header", [_bare, _quoted])
def test_names_are_wrapped_too(header: Wrap, tmp_path: Path) -> None:
    """A wrapped name is the name."""
    content = _file(_bare, header)
    assert (0, "HDR207") in _found(tmp_path, content)
    assert tuple(_clean(tmp_path, content)[0]) == HEADER


def test_what_is_inside_has_its_own_problems(tmp_path: Path) -> None:
    """A bad address is one in a formula too; a formula that computes is none that wraps."""
    content = 'email,name\n="ann@@x.com",="N/A"\nbob@kestrel-labs.com,"=1+""2"""\n'
    assert _found(tmp_path, content) == [
        (1, "EML302"), (1, "NAM602"), (1, "TXT709"), (1, "TXT709"), (2, "SEC901"),
    ]  # fmt: skip


def test_repeated_addresses_are_seen_through_the_formula(tmp_path: Path) -> None:
    """The same contact, once wrapped and once not, is a duplicate."""
    content = 'email,name\n="ann@kestrel-labs.com",Ann\nann@kestrel-labs.com,Bob\n'
    assert (2, "DUP801") in _found(tmp_path, content)


@pytest.mark.parametrize(
    ("cell", "inside"),
    [
        ('="0412"', "0412"),
        (' = "0412" ', "0412"),
        ('=t("a")', "a"),
        ('="say ""hi"""', 'say "hi"'),
        ('=""0412""', "0412"),
        ('=""', ""),
        ('="=""x"""', "x"),
        ('="a"&"b"', '="a"&"b"'),
        ('=HYPERLINK("a")', '=HYPERLINK("a")'),
        ('="', '="'),
        ("=1", "=1"),
        ('"a"', '"a"'),
    ],
)
def test_formula_text(cell: str, inside: str) -> None:
    """One literal and nothing else is taken out, once and for all."""
    assert formula_text(cell) == inside == formula_text(inside)
    assert formula_texts(pa.array([cell, "b"], pa.large_string())).to_pylist() == [inside, "b"]
