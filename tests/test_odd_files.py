"""Odd files: how each is read, and what is said of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from preflight.core.types import Syntax
from preflight.pipeline import check_fix_split

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Odd:
    """A file and what is to be found of it."""

    content: bytes
    rows: int
    codes: str = ""
    encoding: str = "utf-8"
    syntax: Syntax = Syntax()  # noqa: RUF009 - frozen
    header_line: int = 1


H = "email,first_name,company\n"
A = "ann@kestrel-labs.com,Ann,Kestrel Labs\n"
B = "bob@kestrel-labs.com,Bob,Pike Sons\n"
SEMI = (H + A + B).replace(",", ";")
CASES = {
    "plain": Odd((H + A + B).encode(), 2),
    "no last line end": Odd((H + A + B).rstrip().encode(), 2),
    "carriage returns alone": Odd((H + A + B).replace("\n", "\r").encode(), 2, "FIL007"),
    "line ends mixed": Odd((H + A).replace("\n", "\r\n").encode() + B.encode(), 2, "FIL007"),
    "line ends of three kinds": Odd(
        H.encode() + A.replace("\n", "\r").encode() + B.replace("\n", "\r\n").encode(), 2, "FIL007"
    ),
    "a line end in a cell of another kind": Odd(
        (H + A).replace("\n", "\r\n").encode() + b'bob@kestrel-labs.com,Bob,"Pike, Sons"\r\n', 2
    ),
    "semicolons": Odd(SEMI.encode(), 2, "STR105", syntax=Syntax(";")),
    "semicolons and decimal commas": Odd(
        b"email;first_name;size\nann@kestrel-labs.com;Ann;1,5\nbob@kestrel-labs.com;Bob;2,25\n",
        2, "STR105", syntax=Syntax(";"),
    ),
    "a line that says the delimiter": Odd(
        b"sep=;\r\n" + SEMI.replace("\n", "\r\n").encode(), 2, "STR105 STR106",
        syntax=Syntax(";"), header_line=2,
    ),
    "tabs": Odd((H + A + B).replace(",", "\t").encode(), 2, "STR105", syntax=Syntax("\t")),
    "pipes": Odd((H + A + B).replace(",", "|").encode(), 2, "STR105", syntax=Syntax("|")),
    "two pipes": Odd(
        (H + A + B).replace(",", "||").encode(), 2, "STR105 STR108 STR108", syntax=Syntax("|")
    ),
    "carets": Odd((H + A + B).replace(",", "^").encode(), 2, "STR115"),
    "single quotes": Odd(
        (H + A + "bob@kestrel-labs.com,Bob,Pike, Sons\n")
        .replace("\n", "'\n").replace("Pike, Sons", "Pike@ Sons").replace(",", "','")
        .replace("@ ", ", ").replace("email", "'email").replace("\nann", "\n'ann")
        .replace("\nbob", "\n'bob").encode(),
        2, "STR112", syntax=Syntax(quote="'"),
    ),
    "escaped quotes": Odd(
        (H + A).encode() + rb'bob@kestrel-labs.com,Bob,"Pike \"and\", Sons"' + b"\n",
        2, "STR112", syntax=Syntax(escape=True),
    ),
    "escaped delimiters": Odd(
        (H + A).encode() + rb"bob@kestrel-labs.com,Bob,Pike\, Sons" + b"\n",
        2, "STR112", syntax=Syntax(escape=True),
    ),
    "blanks before quotes": Odd(
        (H + A).encode() + b'bob@kestrel-labs.com, "Bob", "Pike, Sons"\n',
        2, "STR112", syntax=Syntax(spaced=True),
    ),
    "a stray quote": Odd(
        (H + A).encode() + b'bob@kestrel-labs.com,Bob,Pike 5" Sons\n', 2, "STR111"
    ),
    "delimiters at the ends": Odd((H + A + B).replace("\n", ",\n").encode(), 2, "STR108"),
    "delimiters at the ends of rows alone": Odd(
        H.encode() + (A + B).replace("\n", ",\n").encode(), 2, "STR108"
    ),
    "a group row above": Odd(
        b"Contact,,Company\n" + (H + A + B).encode(), 2, "STR106", header_line=2
    ),
    "types under the header": Odd((H + "text,text,text\n" + A + B).encode(), 2, "STR113"),
    "ids of import under the header": Odd(
        (H + "Address?,Name?,Firm?\n").encode()
        + b'"{""ImportId"":""a""}","{""ImportId"":""b""}","{""ImportId"":""c""}"\n' + A.encode(),
        1, "STR113",
    ),
    "the header again": Odd((H + A + H + B).encode(), 3, "STR107"),
    "a total": Odd((H + A + B + "Total,,2\n").encode(), 3, "STR110"),
    "a footer": Odd((H + A + B + "\nRecords: 2\n").encode(), 4, "STR104 STR110"),
    "a note of confidentiality": Odd(
        (H + A + B).encode() + b'"Confidential Information - Do Not Distribute","",""\n',
        3, "STR110",
    ),
    "padding of NULs behind": Odd((H + A + B).encode() + b"\0" * 64, 3, "STR101"),
    "an end-of-file mark of DOS": Odd((H + A + B).encode() + b"\x1a", 3, "STR104"),
    "next lines and separators in cells": Odd(
        (H + A).encode() + "bob@kestrel-labs.com,Bob,Pike\u2028Sons\u0085x\n".encode(), 2, "TXT702"
    ),
    "UTF-16": Odd((H + A + B).encode("utf-16"), 2, "FIL003", encoding="utf-16-le"),
    "UTF-32 without a mark": Odd(
        (H + A + B).encode("utf-32-be"), 2, "FIL003", encoding="utf-32-be"
    ),
    "UTF-7": Odd(
        (H + A + "zoe@kestrel-labs.com,Zoë,Müller\n").encode("utf-7"), 2, "FIL003", encoding="utf-7"
    ),
}  # fmt: skip


@pytest.mark.parametrize("odd", CASES.values(), ids=CASES)
def test_an_odd_file_is_read_as_it_was_meant_and_said_to_be_odd(odd: Odd, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_bytes(odd.content)
    found = check_fix_split.check(path, work=tmp_path)
    layout, analysis = found.layout, found.analysis
    codes = [rule.code for rule, _ in analysis.problems]
    for code, times in analysis.findings.counts().items():
        codes += [code] * times
    assert (layout.encoding, layout.syntax, layout.header_line, analysis.rows) == (
        odd.encoding, odd.syntax, odd.header_line, odd.rows,
    )  # fmt: skip
    assert " ".join(sorted(codes)) == odd.codes
