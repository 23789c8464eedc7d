"""What is done to the tables of the structure suite, kind by kind.

A pollution knows what the file means all the same: the header and the rows that should come out, or
be rejected. A cell with a stray quote may keep it or lose it.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from tests.structure.tables import Dialect, Table, tables

Cells = list[list[str]]


@dataclass(frozen=True)
class Polluted:
    """A file, and the table that it means.

    Attributes:
        name: of the file, in reports.
        content: of the file.
        meant: the header and the rows that it means.
        stray: whether the quotes in a cell do not count when rows are compared.
    """

    name: str
    content: bytes
    meant: Table
    stray: bool = False


Pollution = Callable[[], Iterator[Polluted]]


def _file(name: str, text: str, meant: Table, *, stray: bool = False) -> Polluted:
    return Polluted(f"{meant.name}: {name}", text.encode(), meant, stray)


def _each_cell(*, every: int = 1) -> Iterator[tuple[Table, int, int]]:
    """Each place in each table; row 0 is the header."""
    places = (
        (table, row, column)
        for table in tables()
        for row in range(len(table.rows) + 1)
        for column in range(table.width)
    )
    return itertools.islice(places, 0, None, every)


def _delimiters() -> Iterator[Polluted]:
    for table in tables():
        for delimiter in (",", ";", "\t", "|", ", ", "; ", " ", "   ", " | "):
            for always in (False, True):
                changed = table.in_dialect(delimiter=delimiter, always=always)
                yield _file(f"delimiter {delimiter!r}, quotes {always}", changed.text(), changed)


def _line_ends() -> Iterator[Polluted]:
    for table in tables():
        for newline in ("\n", "\r\n", "\r"):
            changed = table.in_dialect(newline=newline)
            for ended in (True, False):
                yield _file(f"{newline!r}, ended {ended}", changed.text(ended=ended), changed)
            for more in (1, 3):
                yield _file(f"{newline!r}, {more} more", changed.text() + newline * more, changed)
        dice = random.Random(f"line ends {table.name}")
        for nth in range(2):
            lines = table.text().splitlines()
            mixed = "".join(line + dice.choice(("\n", "\r\n")) for line in lines)
            yield _file(f"mixed, {nth}", mixed, table)


def _single_quotes() -> Iterator[Polluted]:
    for table in tables():
        for always in (False, True):
            changed = table.in_dialect(quote="'", always=always)
            yield _file(f"single quotes, always {always}", changed.text(), changed)
    # an apostrophe in a name is doubled by some programs, and not by others
    for table in tables():
        if table.name not in ("plain", "quoted", "commas"):
            continue
        names = [list(row) for row in table.rows]
        at = table.header.index("company")
        for count in (1, 2):
            for row in range(count):
                names[row * 3][at] = "O'Hara, Lund"
            changed = replace(table, rows=tuple(map(tuple, names))).in_dialect(
                quote="'", always=True
            )
            yield _file(f"{count} apostrophes, doubled", changed.text(), changed)
            bare = changed.text().replace("''", "'")
            yield _file(f"{count} apostrophes, not doubled", bare, changed, stray=True)


def _escapes() -> Iterator[Polluted]:
    for table in tables():
        changed = table.in_dialect(escape=True, always=True)
        yield _file("escaped quotes", changed.text(), changed)
        for delimiter in ";\t|":
            other = changed.in_dialect(delimiter=delimiter)
            yield _file(f"escaped quotes, {delimiter!r}", other.text(), other)


def _more_separators() -> Iterator[Polluted]:
    for table, row, column in _each_cell():
        cells = table.written()
        cells[row].insert(column, "")
        yield _file(f"one more separator at {row},{column}", table.text(cells), table)


def _more_separators_at_the_end() -> Iterator[Polluted]:
    for table in tables():
        for count in (1, 3):
            for name, rows in (
                ("each line", range(len(table.rows) + 1)),
                ("each row", range(1, len(table.rows) + 1)),
                ("a row", [3]),
                ("the header", [0]),
            ):
                cells = table.written()
                for row in rows:
                    cells[row] += [""] * count
                yield _file(f"{count} more separators, {name}", table.text(cells), table)


def _fewer_separators() -> Iterator[Polluted]:
    for table, row, column in _each_cell():
        if column:
            cells = table.written()
            cells[row][column - 1 : column + 1] = ["".join(cells[row][column - 1 : column + 1])]
            yield _file(f"one separator less at {row},{column}", table.text(cells), table)


def _cells_left_out() -> Iterator[Polluted]:
    for table in tables():
        cells = table.written()
        for written in cells:
            while written and written[-1] in ("", '""'):
                written.pop()
        yield _file("blank cells at the end left out", table.text(cells), table)
        for row in range(1, len(table.rows) + 1):
            cells = table.written()
            cells[row] = cells[row][:-1]
            blank = replace(
                table,
                rows=tuple(
                    (*cell[:-1], "") if at == row - 1 else cell
                    for at, cell in enumerate(table.rows)
                ),
            )
            yield _file(f"the last cell left out in {row}", table.text(cells), blank)


def _stray_quotes(place: str, every: int) -> Pollution:
    def made() -> Iterator[Polluted]:
        for table, row, column in _each_cell(every=every):
            cells = table.written()
            cell = cells[row][column]
            at = {"start": 0, "middle": (len(cell) + 1) // 2, "end": len(cell)}[place]
            cells[row][column] = cell[:at] + '"' + cell[at:]
            name = f"one more quote at the {place} of {row},{column}"
            yield _file(name, table.text(cells), table, stray=True)

    return made


def _quotes_around_a_line_end() -> Iterator[Polluted]:
    """A quote in front of a cell, and one behind the cell of a row or two further down."""
    for table, row, column in _each_cell(every=3):
        for below in (row + 1, row + 2):
            cells = table.written()
            pair = [cells[at][column] for at in (row, below) if at < len(cells)]
            if row and len(pair) > 1 and not any('"' in cell for cell in pair):
                cells[row][column], cells[below][column] = f'"{pair[0]}', f'{pair[1]}"'
                name = f"a quote from {row},{column} to {below}"
                yield _file(name, table.text(cells), table, stray=True)


def _quotes_left_out(which: str) -> Pollution:
    def made() -> Iterator[Polluted]:
        for table, row, column in _each_cell():
            cells = table.written()
            cell = cells[row][column]
            if cell.startswith('"') and len(cell) > 1:
                cells[row][column] = {"opening": cell[1:], "closing": cell[:-1]}[which]
                name = f"no {which} quote at {row},{column}"
                yield _file(name, table.text(cells), table, stray=True)

    return made


def _half_escaped() -> Iterator[Polluted]:
    texts = {
        r'"Henri ""Toolbox" Torre"': 'Henri "Toolbox" Torre',
        r'"William \"Bill\" Moe"': 'William "Bill" Moe',
        r'"Hall 7" booth, left side"': 'Hall 7" booth, left side',
        r'"the "big", blue hall"': 'the "big", blue hall',
        r'"Kestrel" Labs': '"Kestrel" Labs',
        r'"a "b" c"': 'a "b" c',
        r'"Dar Labs\"': "Dar Labs\\",
        r'""Kestrel Labs""': '"Kestrel Labs"',
        r'"Kestrel Labs """': 'Kestrel Labs "',
    }
    for table in tables():
        if table.width < 4:
            continue
        free = [at for at, name in enumerate(table.header) if name.lower() in _FREE]
        for written, text in texts.items():
            for column in free:
                for rows in ((2,), tuple(range(1, len(table.rows) + 1))):
                    cells, people = table.written(), [list(row) for row in table.rows]
                    for row in rows:
                        cells[row][column], people[row - 1][column] = written, text
                    meant = replace(table, rows=tuple(map(tuple, people)))
                    name = f"{written} in {len(rows)} of column {column}"
                    yield _file(name, table.text(cells), meant, stray=True)


_FREE = {"company", "firma", "note", "notes", "city", "ort", "job title"}


def _other_separator_in_a_row() -> Iterator[Polluted]:
    for table in tables():
        for delimiter in (";", " "):
            if delimiter == table.dialect.delimiter:
                continue
            for row in range(len(table.rows) + 1):
                lines = [table.dialect.delimiter.join(cells) for cells in table.written()]
                lines[row] = delimiter.join(table.written()[row])
                text = table.dialect.newline.join(lines) + table.dialect.newline
                yield _file(f"{delimiter!r} in {row}", text, table)


def _preambles() -> Iterator[Polluted]:
    above = {
        "a title": ["Leads of hall 7"],
        "a title and a date": ["Leads of hall 7", "exported 2026-04-21", ""],
        "a note with commas": ["Hall 7, booth 12, left side"],
        "sep": ["sep={delimiter}"],
        "blank lines": ["", "", ""],
        "a padded title": ["Leads of hall 7{padding}", "{padding}"],
        "key and value": ["Report{delimiter}Leads", "Owner{delimiter}Sales", ""],
        "many lines": [f"Note {number}: see the booth plan" for number in range(8)],
        "comments": ["# exported by the fair", "# 12 leads"],
        "quoted": ['"A note, with a comma"', '""'],
    }
    for table in tables():
        delimiter = table.dialect.delimiter
        padding = delimiter * (table.width - 1)
        for name, lines in above.items():
            written = [line.format(delimiter=delimiter, padding=padding) for line in lines]
            text = "".join(line + table.dialect.newline for line in written) + table.text()
            yield _file(name, text, table)


def _footers() -> Iterator[Polluted]:
    below = {
        "a count": ["Total: {count}"],
        "a padded count": ["Total{delimiter}{count}{padding}"],
        "a note": ["", "Generated by the fair, 2026-04-21"],
        "a blank line and a total": ["", "Records: {count}"],
        "rows of separators": ["{padding}{delimiter}"] * 3,
        "a signature": ["Sent from my phone{padding}"],
        "comments": ["# end of the list"],
    }
    for table in tables():
        delimiter = table.dialect.delimiter
        for name, lines in below.items():
            padding = delimiter * (table.width - 1 - ("{delimiter}" in lines[0]))
            written = [
                line.format(delimiter=delimiter, padding=padding, count=len(table.rows))
                for line in lines
            ]
            text = table.text() + "".join(line + table.dialect.newline for line in written)
            yield _file(name, text, table)


def _among_the_rows() -> Iterator[Polluted]:
    for table in tables():
        delimiter = table.dialect.delimiter
        between = {
            "a blank line": "",
            "separators": delimiter * (table.width - 1),
            "the header again": table.text().splitlines()[0],
            "a comment": "# from here on: day two",
            "the mark of a comment": "#",
            "a closing line": "Page 1 of 2",
            "a padded closing line": "Generated by Acme" + delimiter * (table.width - 1),
            "a title": "Day two",
            "a padded title": "Day two" + delimiter * (table.width - 1),
        }
        for name, line in between.items():
            for at in (1, 4, len(table.rows)):
                lines = [delimiter.join(cells) for cells in table.written()]
                lines.insert(at, line)
                text = table.dialect.newline.join(lines) + table.dialect.newline
                yield _file(f"{name} at {at}", text, table)


def _header_of_several_rows() -> Iterator[Polluted]:
    for table in tables():
        delimiter = table.dialect.delimiter
        rows = {
            "groups above": ["Contact" + delimiter * (table.width - 1)],
            "two groups above": ["Person" + delimiter * (table.width - 2) + delimiter + "Other"],
            "units below": [delimiter.join(["text"] * table.width)],
        }
        header, *people = [delimiter.join(cells) for cells in table.written()]
        for name, lines in rows.items():
            order = [*lines, header] if "above" in name else [header, *lines]
            text = table.dialect.newline.join([*order, *people]) + table.dialect.newline
            yield _file(name, text, table)


def _several_tables() -> Iterator[Polluted]:
    """Two tables in one file; the first one is meant, and rows of the other are rejected."""
    made = list(tables())
    for nth, table in enumerate(made):
        for step in (1, 3, 5):
            other = made[(nth + step) % len(made)].in_dialect(
                delimiter=table.dialect.delimiter, newline=table.dialect.newline
            )
            for gap in ("", table.dialect.newline, table.dialect.newline * 3):
                both = table.text() + gap + other.text()
                yield _file(f"{other.name} below, gap {len(gap)}", both, table)
        people = [f"{cells[0]}x" for cells in table.written()[1:4]]
        text = table.text() + table.dialect.newline + table.dialect.newline.join(people)
        yield _file("a list below", text, table)


def _no_header() -> Iterator[Polluted]:
    for table in tables():
        text = table.text(table.written()[1:])
        yield _file("no header", text, replace(table, header=()))
        yield _file("one row", table.text(table.written()[:2]), replace(table, rows=table.rows[:1]))
        yield _file("a header alone", table.text(table.written()[:1]), replace(table, rows=()))


def _whole_lines_quoted() -> Iterator[Polluted]:
    whole = Dialect(always=True)
    for table in tables():
        if any("\n" in cell for row in table.rows for cell in row):
            continue
        lines = [table.dialect.delimiter.join(cells) for cells in table.written()]
        wrapped = [whole.cell(line) for line in lines]
        newline = table.dialect.newline
        yield _file("each line", newline.join(wrapped) + newline, table)
        behind = [f"{line};;" for line in wrapped]
        yield _file("each line, and separators", newline.join(behind) + newline, table)
        for row in (0, 2, len(table.rows)):
            some = [wrapped[at] if at == row else line for at, line in enumerate(lines)]
            yield _file(f"line {row} alone", newline.join(some) + newline, table)
            some = [line if at == row else wrapped[at] for at, line in enumerate(lines)]
            yield _file(f"all but line {row}", newline.join(some) + newline, table)


KINDS: dict[str, Pollution] = {
    "delimiters": _delimiters,
    "line ends": _line_ends,
    "single quotes": _single_quotes,
    "escaped quotes": _escapes,
    "one more separator": _more_separators,
    "more separators at the end": _more_separators_at_the_end,
    "one separator less": _fewer_separators,
    "cells left out at the end": _cells_left_out,
    "one more quote, start": _stray_quotes("start", 2),
    "one more quote, middle": _stray_quotes("middle", 5),
    "one more quote, end": _stray_quotes("end", 3),
    "quotes around a line end": _quotes_around_a_line_end,
    "no opening quote": _quotes_left_out("opening"),
    "no closing quote": _quotes_left_out("closing"),
    "half-escaped quotes": _half_escaped,
    "another separator in a row": _other_separator_in_a_row,
    "lines above the header": _preambles,
    "lines below the rows": _footers,
    "lines among the rows": _among_the_rows,
    "a header of several rows": _header_of_several_rows,
    "several tables": _several_tables,
    "no header": _no_header,
    "whole lines quoted": _whole_lines_quoted,
}
"""By kind: the files, the same in each call."""

SETTLED = tuple(KINDS)
"""The kinds in which no row may be wrong in silence."""
