"""Reads facts about a sheet from its XML that a reader of cell values does not give.

Office Open XML only (.xlsx, .xlsm): hidden rows and columns, filters, error cells, leading zeros of
number formats, and formulas that were never calculated. expat reads it as a stream, so the size of
a sheet does not matter. ECMA-376 part 1, 18.3, defines the elements.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from array import array
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any
from xml.parsers import expat

_BLOCK = 1 << 20
_WIDEST = 1 << 14  # columns of a sheet, by ECMA-376
_LAST_ROW = 1 << 20
_LONGEST_CODE, _MOST_STYLES = 255, 1 << 16  # of a number format, and how many a workbook may use
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{0,7})")
# ECMA-376 part 1, 18.8.30: the built-in format of a date with a time of day.
_BUILT_IN_TIMESTAMP = 22
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|[_*].')
_ZEROS = re.compile(r"0[0 ()/-]*0")
_DAMAGE = (
    KeyError, ValueError, OSError, EOFError, RuntimeError, zlib.error, zipfile.BadZipFile,
    expat.ExpatError,
)  # fmt: skip


class Stop(Exception):  # noqa: N818 - the reader has seen enough
    """Ends a parse early."""


class DamagedXml(Exception):  # noqa: N818 - named for what happened
    """A member of the workbook is missing, or is not XML that a spreadsheet writes."""


@dataclass
class SheetFacts:
    """The facts from one sheet's XML.

    Attributes:
        rows, columns: the last row and column with a value.
        hidden_rows: the numbers of hidden rows with values.
        hidden_columns: how many columns are hidden.
        filtered: whether a filter with a condition is set.
        errors: the error that a cell shows, by `cell_key`.
        widths: how many digits a number shows that its format pads with zeros, by `cell_key`.
        timestamps: cells whose format shows a date with a time, by `cell_key`.
        uncalculated: (row, column) of each formula without a value, from 1.
    """

    rows: int = 0
    columns: int = 0
    hidden_rows: array[int] = field(default_factory=lambda: array("q"))
    hidden_columns: int = 0
    filtered: bool = False
    errors: dict[int, str] = field(default_factory=dict)
    widths: dict[int, int] = field(default_factory=dict)
    timestamps: set[int] = field(default_factory=set)
    uncalculated: list[tuple[int, int]] = field(default_factory=list)


def cell_key(row: int, column: int) -> int:
    """One number for a cell; row and column from 1."""
    return row * _WIDEST + column - 1


class WorkbookXml:
    """The XML members of an open workbook.

    Raises:
        DamagedXml: a member that every workbook has is missing.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._sheets: list[str] = []
        self._full: dict[str, bool] = {}
        targets: dict[str, str] = {}

        def relation(_: str, given: dict[str, str]) -> None:
            if given.get("Type", "").endswith("/worksheet"):
                targets[given.get("Id", "")] = given.get("Target", "")

        def sheet(name: str, given: dict[str, str]) -> None:
            if name == "sheet":
                identity = next((v for k, v in given.items() if k.endswith(" id")), "")
                self._sheets.append(targets.get(identity, ""))

        self._parse("xl/_rels/workbook.xml.rels", relation)
        self._parse("xl/workbook.xml", sheet)
        self._widths, self._timestamps = self._styles()

    def holds_values(self, at: int) -> bool:
        """Whether any cell of the sheet at a position of the workbook has a value."""

        def seen(name: str, _: dict[str, str]) -> None:
            if name in ("v", "is"):
                raise Stop

        # A workbook may name one and the same member for thousands of sheets.
        target = self._sheets[at] if at < len(self._sheets) else ""
        if target not in self._full:
            self._full[target] = self._parse_sheet(at, seen)
        return self._full[target]

    def facts(self, at: int) -> SheetFacts:
        """The facts about the sheet at a position of the workbook."""
        reader = _SheetReader(self._widths, self._timestamps)
        self._parse_sheet(at, reader.start, reader.end, reader.text)
        return reader.facts

    def _parse_sheet(self, at: int, *handlers: Any) -> bool:
        target = self._sheets[at] if at < len(self._sheets) else ""
        if not target:
            return False
        path = PurePosixPath("/xl") / target
        return self._parse(str(path).lstrip("/"), *handlers)

    def _styles(self) -> tuple[dict[str, int], set[str]]:
        """The numbers of the styles with leading zeros, and of those with a date and a time."""
        codes: dict[str, str] = {}
        formats: list[str] = []
        inside = False

        def start(name: str, given: dict[str, str]) -> None:
            nonlocal inside
            if name == "numFmt":
                codes[given.get("numFmtId", "")] = given.get("formatCode", "")
            elif name == "cellXfs":
                inside = True
            elif name == "xf" and inside:
                formats.append(given.get("numFmtId", ""))

        def end(name: str) -> None:
            nonlocal inside
            inside = inside and name != "cellXfs"

        if "xl/styles.xml" in self._archive.namelist():
            self._parse("xl/styles.xml", start, end)
        if len(formats) > _MOST_STYLES:
            raise DamagedXml("number formats")
        bare = {
            identity: _LITERAL.sub("", code.partition(";")[0]).strip()
            for identity, code in codes.items()
            if len(code) <= _LONGEST_CODE
        }
        widths, timestamps = {}, set()
        for at, identity in enumerate(formats):
            code = bare.get(identity, "")
            if _ZEROS.fullmatch(code):
                widths[str(at)] = code.count("0")
            lower = code.lower()
            if identity == str(_BUILT_IN_TIMESTAMP) or ("h" in lower and "d" in lower):
                timestamps.add(str(at))
        return widths, timestamps

    def _parse(
        self,
        member: str,
        start: Callable[[str, dict[str, str]], None],
        end: Callable[[str], None] | None = None,
        text: Callable[[str], None] | None = None,
    ) -> bool:
        """Parses a member, without namespace prefixes; returns whether a handler stopped it."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = lambda name, given: start(name.rpartition(" ")[2], given)
        if end is not None:
            parser.EndElementHandler = lambda name: end(name.rpartition(" ")[2])
        parser.CharacterDataHandler = text
        parser.StartDoctypeDeclHandler = _refuse
        try:
            with self._archive.open(member) as file:
                while block := file.read(_BLOCK):
                    parser.Parse(block, False)
                parser.Parse(b"", True)
        except Stop:
            return True
        except _DAMAGE as error:
            raise DamagedXml(member) from error
        return False


def _refuse(*_: object) -> None:
    """Spreadsheets never write a document type; one is an attack."""
    raise DamagedXml("a document type")


def _within(number: str | int, most: int) -> int:
    """A number of a row or a column.

    Raises:
        ValueError: no sheet has one.
    """
    if not 0 < int(number) <= most:
        raise ValueError(number)
    return int(number)


class _SheetReader:
    def __init__(self, widths: dict[str, int], timestamps: set[str]) -> None:
        self.facts = SheetFacts()
        self._widths, self._timestamps = widths, timestamps
        self._row = self._column = 0
        self._row_text = ""  # as the last cell has it
        self._hidden = self._formula = self._value = False
        self._type = self._style = ""
        self._text: list[str] | None = None
        self._columns: dict[str, int] = {}

    def start(self, name: str, given: dict[str, str]) -> None:
        if name == "c":
            self._column = self._place(given.get("r", ""))
            self._type, self._style = given.get("t", "n"), given.get("s", "")
            self._formula = self._value = False
        elif name == "v":
            self._value = True
            if self._type == "e" or self._formula:
                self._text = []
        elif name == "is":
            self._value = True
        elif name == "f":
            self._formula = True
        elif name == "row":
            self._row = _within(given.get("r", self._row + 1), _LAST_ROW)
            self._row_text = ""
            self._column = 0
            self._hidden = given.get("hidden") in ("1", "true")
        elif name == "filterColumn":
            self.facts.filtered = True
        elif name == "col" and given.get("hidden") in ("1", "true"):
            first, last = (_within(given.get(edge, 1), _WIDEST) for edge in ("min", "max"))
            self.facts.hidden_columns += last - first + 1

    def end(self, name: str) -> None:
        if name == "c" and (self._value or self._formula):
            self._cell()

    def text(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)

    def _place(self, reference: str) -> int:
        match = _REFERENCE.fullmatch(reference.upper())
        if match is None:
            return self._column + 1
        letters, row = match.groups()
        if row != self._row_text:
            self._row_text = row
            self._row = _within(row or self._row, _LAST_ROW)
        if letters not in self._columns:
            number = 0
            for letter in letters:
                number = number * 26 + ord(letter) - ord("A") + 1
            self._columns[letters] = _within(number, _WIDEST)
        return self._columns[letters]

    def _cell(self) -> None:
        facts, row, column = self.facts, self._row, self._column
        text = None if self._text is None else "".join(self._text)
        self._text = None
        if self._formula and not text and self._type != "str":
            facts.uncalculated.append((row, column))
        elif self._type == "e" and text:
            facts.errors[cell_key(row, column)] = text
        elif self._type == "n" and self._style in self._widths:
            facts.widths[cell_key(row, column)] = self._widths[self._style]
        elif self._type == "n" and self._style in self._timestamps:
            facts.timestamps.add(cell_key(row, column))
        facts.rows = max(facts.rows, row)
        facts.columns = max(facts.columns, column)
        if self._hidden and (not facts.hidden_rows or facts.hidden_rows[-1] != row):
            facts.hidden_rows.append(row)
