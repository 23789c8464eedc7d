"""The contact tables of the structure suite, and how a table is written as text.

Invented people. Each row has an address of its own, which tells it apart wherever it ends.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Dialect:
    """How a table is written: `always` quotes every cell, else only those that need it."""

    delimiter: str = ","
    quote: str = '"'
    always: bool = False
    newline: str = "\n"
    escape: bool = False

    def cell(self, text: str) -> str:
        """A cell as written."""
        special = (self.delimiter, self.quote, "\n", "\r", *self.delimiter.strip())
        padded = text != text.strip() or (" " in self.delimiter and " " in text)
        if not (self.always or padded or any(mark and mark in text for mark in special)):
            return text
        if self.escape:
            text = text.replace("\\", "\\\\").replace(self.quote, "\\" + self.quote)
        else:
            text = text.replace(self.quote, self.quote * 2)
        return f"{self.quote}{text}{self.quote}"


@dataclass(frozen=True)
class Table:
    """A header, rows, and how they are written."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    dialect: Dialect = Dialect()

    @property
    def width(self) -> int:
        """The number of columns."""
        return len(self.header)

    def written(self) -> list[list[str]]:
        """The cells of the header and the rows as written, quotes included."""
        return [[self.dialect.cell(cell) for cell in row] for row in (self.header, *self.rows)]

    def text(self, cells: list[list[str]] | None = None, *, ended: bool = True) -> str:
        """The file; of other written cells than its own, if given."""
        lines = [self.dialect.delimiter.join(row) for row in cells or self.written()]
        return self.dialect.newline.join(lines) + (self.dialect.newline if ended else "")

    def in_dialect(self, **changes: object) -> Table:
        """The same table, written in another way."""
        return replace(self, dialect=replace(self.dialect, **changes))  # type: ignore[arg-type]


_GIVEN = [
    "Ann",
    "Bob",
    "Cleo",
    "Dan",
    "Eve",
    "Finn",
    "Gwen",
    "Hugo",
    "Ida",
    "Jan",
    "Kira",
    "Leon",
    "Mona",
    "Nils",
    "Olga",
    "Paul",
    "Rosa",
    "Sven",
    "Tina",
    "Ulf",
]
_FAMILY = [
    "Bell",
    "Cole",
    "Dahl",
    "Ek",
    "Frost",
    "Green",
    "Hall",
    "Iverson",
    "Jensen",
    "Klein",
    "Lind",
    "Moreau",
    "Nyman",
    "Olsen",
    "Pike",
    "Quist",
]
_DOMAINS = ("kestrel-labs.com", "northwind-labs.com", "harbor-mail.com", "pike-sons.com")
_COMPANIES = ("Kestrel Labs", "Pike Sons", "Northwind", "Harbor Mail", "Quist Bygg", "Lind Press")
_COMMAS = ("Kestrel Labs, Inc.", "Pike, Frost and Sons", "Northwind", "Berg, Ek, Ltd")
_CITIES = ("Berlin", "Oslo", "New York", "Turin", "Lyon", "Vienna", "Graz")
_NOTES = ("met at the fair", "wants a call back", "prefers mail", "asked for prices", "")
_QUOTED = ('the "big" hall', 'said "yes", then left', "came twice", "Hall 7, booth 12")
_LINES = ("first line\nsecond line", "one line", "a list:\n- one\n- two", "")
_TITLES = ("Buyer", "Head of Sales", "Engineer", "Owner")

Columns = dict[str, Callable[[random.Random, str, str, int], str]]


def _mail(_dice: random.Random, given: str, family: str, number: int) -> str:
    domain = _DOMAINS[number % len(_DOMAINS)]
    return f"{given.lower()}.{family.lower()}{number}@{domain}"


def _of(words: tuple[str, ...]) -> Callable[[random.Random, str, str, int], str]:
    return lambda dice, _given, _family, _number: dice.choice(words)


def _phone(_dice: random.Random, _given: str, _family: str, number: int) -> str:
    return f"+1415555{2600 + number}"


_FIRST: Columns = {"first_name": lambda _d, given, _f, _n: given}
_LAST: Columns = {"last_name": lambda _d, _g, family, _n: family}
_COLUMNS: dict[str, tuple[Columns, Dialect, int]] = {
    "narrow": ({"email": _mail, **_FIRST}, Dialect(), 8),
    "plain": (
        {**_FIRST, **_LAST, "email": _mail, "company": _of(_COMPANIES), "city": _of(_CITIES)},
        Dialect(),
        12,
    ),
    "commas": (
        {"email": _mail, **_FIRST, "company": _of(_COMMAS), "phone": _phone, "note": _of(_NOTES)},
        Dialect(),
        12,
    ),
    "quoted": (
        {**_FIRST, **_LAST, "email": _mail, "company": _of(_COMMAS), "note": _of(_QUOTED)},
        Dialect(always=True, newline="\r\n"),
        10,
    ),
    "lines": (
        {"email": _mail, **_FIRST, "note": _of(_LINES), "city": _of(_CITIES)},
        Dialect(),
        10,
    ),
    "semicolons": (
        {
            "Vorname": _FIRST["first_name"],
            "Nachname": _LAST["last_name"],
            "E-Mail": _mail,
            "Ort": _of(_CITIES),
            "Firma": _of(_COMPANIES),
        },
        Dialect(";", newline="\r\n"),
        10,
    ),
    "tabs": (
        {
            "Email": _mail,
            "First Name": _FIRST["first_name"],
            "Last Name": _LAST["last_name"],
            "Phone": _phone,
            "Job Title": _of(_TITLES),
            "Notes": _of(_NOTES),
            "City": _of(_CITIES),
        },
        Dialect("\t"),
        10,
    ),
    "pipes": (
        {"Name": lambda _d, given, family, _n: f"{given} {family}", "Email": _mail,
         "Company": _of(_COMPANIES), "Score": lambda dice, *_: str(dice.randrange(1, 99))},
        Dialect("|"),
        8,
    ),
    "gaps": (
        {"email": _mail, **_FIRST, "company": _of((*_COMPANIES, "", "")), "city": _of(("", "Oslo")),
         "note": _of(("", "", "prefers mail"))},
        Dialect(),
        10,
    ),
}  # fmt: skip


def tables() -> Iterator[Table]:
    """The tables, the same in each call."""
    for name, (columns, dialect, rows) in _COLUMNS.items():
        dice = random.Random(f"structure-{name}")
        people = []
        for number in range(rows):
            given = _GIVEN[(number * 7 + len(name)) % len(_GIVEN)]
            family = _FAMILY[(number * 5 + len(name)) % len(_FAMILY)]
            people.append(tuple(make(dice, given, family, number) for make in columns.values()))
        yield Table(name, tuple(columns), tuple(people), dialect)
