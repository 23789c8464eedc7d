"""How a text quotes its cells."""

from __future__ import annotations

import pytest

from preflight.core.types import Syntax
from preflight.reading.quoting import find_syntax

HEADER = "email,name,company\n"


@pytest.mark.parametrize(
    ("rows", "syntax"),
    [
        pytest.param('a,"b, c",d\n', Syntax(), id="plain"),
        pytest.param("a,O'Brien,d\nb,'t Hart,e\n", Syntax(), id="apostrophes"),
        pytest.param("a,'rock' music,d\nb,c,'e'\n", Syntax(), id="some single quotes"),
        pytest.param("'a','b, c',d\n'b','O''Brien','e'\n", Syntax(quote="'"), id="single quotes"),
        pytest.param(
            "'a','b, c',d\n'b','O\\'Brien','e'\n",
            Syntax(quote="'", escape=True),
            id="single quotes escaped",
        ),
        pytest.param('a,"b \\"c\\", d",e\n', Syntax(escape=True), id="escaped quotes"),
        pytest.param("a,b\\, c,d\n", Syntax(escape=True), id="escaped delimiters"),
        pytest.param("a,b\\\nc,d\ne,f,g\n", Syntax(escape=True), id="escaped line ends"),
        pytest.param('a,"C:\\","d"\nb,"C:\\Temp\\",e\n', Syntax(), id="paths"),
        pytest.param('a, "b, c",d\n', Syntax(spaced=True), id="blanks before quotes"),
        pytest.param('a, "b" c,d\nb,x,"y"\n', Syntax(), id="no better with blanks skipped"),
        pytest.param('a,5" disc,d\n', Syntax(), id="a stray quote"),
        pytest.param(
            'a, "b \\"c\\", d",e\n', Syntax(escape=True, spaced=True), id="escapes and blanks"
        ),
    ],
)
def test_another_syntax_is_taken_where_it_makes_better_sense(rows: str, syntax: Syntax) -> None:
    found = find_syntax((HEADER + rows * 3).encode(), ",", final=True)
    assert found == syntax


def test_the_delimiter_matters() -> None:
    text = b"email;name\n'a';'b; c'\n'd';'e'\n"
    assert find_syntax(text, ";", final=True) == Syntax(";", "'")
    assert find_syntax(text, ",", final=True) == Syntax(",")
