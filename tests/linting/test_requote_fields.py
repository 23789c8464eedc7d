"""Records with text after a closing quote: which are read, and as what."""

from __future__ import annotations

import pandas as pd
import pytest

from preflight.core.types import Column, Syntax
from preflight.linting.requote_fields import requoted

COLUMNS = (
    Column(0, "email", "email", "email"),
    Column(1, "company"),
    Column(2, "first_name", "first_name", "name"),
)
ANN = "ann@kestrel-labs.com"


@pytest.mark.parametrize(
    ("raw", "company"),
    [
        (rf'{ANN},"Henri ""Toolbox" Torre",Ann', 'Henri "Toolbox" Torre'),
        (rf'"{ANN}","William \"Bill\" Moe","Ann"', 'William "Bill" Moe'),
        (rf'{ANN},"Hall 7" booth, left side",Ann', 'Hall 7" booth, left side'),
        (rf'{ANN},"the "big", blue hall",Ann', 'the "big", blue hall'),
        (rf'{ANN},"Kestrel" Labs,Ann', '"Kestrel" Labs'),
        (rf'{ANN},""Kestrel Labs"",Ann', '"Kestrel Labs"'),
        (rf'{ANN},"Kestrel Labs"",Ann,"Bell"', None),  # four fields
        (rf'{ANN},"Kestrel" Labs",Inc",Ann', 'Kestrel" Labs",Inc'),
        (rf'{ANN},"a" b, c" d,"Ann"', None),
        (rf'"{ANN}","Northwind,"said ""yes"", then left"', None),  # a closing quote was lost
        (rf'"Kestrel" Labs,{ANN},Ann', None),  # the address is not in its column
        (f'{ANN},"Kestrel" Labs\nBerlin",Ann', None),
        ('"a"b' + '","c" d' * 400, None),  # too many ways to try
        (f'{ANN},"a" b' + " " * 20_000 + '",Ann', None),
    ],
)
def test_a_record_is_read_only_if_one_way_fits(raw: str, company: str | None) -> None:
    found = requoted(pd.Series([raw], dtype="str"), COLUMNS, Syntax())
    texts = [column.tolist() for column in found.cells]
    assert texts == ([[], [], []] if company is None else [[ANN], [company], ["Ann"]])


def test_changes_are_those_of_the_cells_that_were_written_in_another_way() -> None:
    raws = [f'{ANN},Kestrel Labs,"Ann"', f'{ANN},"a" b",Ann', "x", f'"{ANN}",a,"A" n"']
    found = requoted(pd.Series(raws, dtype="str"), COLUMNS, Syntax())
    assert found.at.tolist() == [0, 1, 3]
    assert found.changes == ((), ((1, '"a" b"', 'a" b'),), ((2, '"A" n"', 'A" n'),))


@pytest.mark.parametrize(
    ("syntax", "raw"),
    [
        (Syntax(quote="'"), f"'{ANN}','O'Hara, Lund','Ann'"),
        (Syntax(";"), f'{ANN};"O"Hara, Lund";Ann'),
        (Syntax(spaced=True), f'{ANN}, "O"Hara, Lund" , "Ann"'),
        (Syntax(escape=True), f'{ANN},"O"Hara, Lund",Ann'),
    ],
    ids=str,
)
def test_other_quotes_and_delimiters(syntax: Syntax, raw: str) -> None:
    found = requoted(pd.Series([raw], dtype="str"), COLUMNS, syntax)
    expected = [f"O{syntax.quote}Hara, Lund"] if not syntax.escape else []
    assert found.cells[1].tolist() == expected
