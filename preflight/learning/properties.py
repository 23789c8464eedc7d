"""Properties that the cells of a column may share, to compare refused cells with accepted ones.

Each is a pattern that Python and RE2 read alike, with made-up values that match and that do not, so
that a rule and its sample can be written from it.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.arrow import matches
from preflight.core.types import Bools, Ints
from preflight.learning.counting import LEAST

BLANK = r"^\s*$"
CROWD = 5
"""A domain that so many contacts have does not belong to one person, and may be named."""

_LONGEST = 999
_PLAIN = re.compile(r"[\w .()/#&+-]{1,60}")
_MARKS = sorted(set(string.punctuation) - set('"\\@'))
FINE = {
    "email": (
        "eve@kestrel-labs.com",
        "bob@kestrel-labs.com",
        "e@heron.co",
        "b@heron.co",
        "eve@kestrelapp.net",
        "bob@kestrelapp.net",
    ),
    "phone": ("+14155552673", "+14155552674", "+442079460958", "+442079460959"),
    "timestamp": ("2026-04-21T15:30:00Z", "20260421T153000Z"),
    "name": ("Eve", "Bob", "E"),
    "country": ("Germany", "France", "DE"),
    "text": ("Kestrel", "Heron", "K", "7"),
}
"""Made-up values of each kind, which have hardly any of the properties."""

_NAMES = {
    "!": "exclamation-mark", "#": "number-sign", "$": "dollar", "%": "percent", "&": "ampersand",
    "'": "apostrophe", "(": "bracket", ")": "closing-bracket", "*": "asterisk", "+": "plus",
    ",": "comma", "-": "hyphen", ".": "dot", "/": "slash", ":": "colon", ";": "semicolon",
    "<": "less-than", "=": "equals-sign", ">": "greater-than", "?": "question-mark",
    "[": "square-bracket", "]": "closing-square-bracket", "^": "caret", "_": "underscore",
    "`": "backtick", "{": "brace", "|": "bar", "}": "closing-brace", "~": "tilde",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class SentColumn:
    """A column as sent.

    Attributes:
        name: the header as written in the file.
        field: the profile's field that it holds; None if it holds none.
        kind: of its cells.
        header: the provider's name for it.
    """

    name: str
    field: str | None
    kind: str
    header: str

    @property
    def shown(self) -> str:
        """Its name in messages: the field, or the header as written."""
        return self.field or self.name.strip()


@dataclass(frozen=True, slots=True)
class Property:
    """A property of a cell.

    Attributes:
        column: of the cell.
        rank: of two properties that match the same rows, the one with the lower rank is proposed.
        slug: for the name of a rule: the problem, in kebab-case.
        words: for a sentence: "longer than 40 characters".
        pattern: that matches it, for Python and RE2; blanks around the cell count.
        odd: a made-up value that has it.
        fine: two made-up values that do not have it.
        personal: whether `words`, `slug`, `pattern` and `odd` may show whose cells these are.
    """

    column: SentColumn
    rank: int
    slug: str
    words: str
    pattern: str
    odd: str
    fine: tuple[str, str]
    personal: bool = False


@dataclass(frozen=True, slots=True)
class Candidates:
    """The properties of a column's cells that are frequent enough to compare.

    Attributes:
        frequent: the properties, each with a mask over the cells.
        tried: number of properties that were tried, with those that cannot be shown.
    """

    frequent: tuple[tuple[Property, Bools], ...]
    tried: int


def candidates(column: SentColumn, cells: pd.Series[str]) -> Candidates:
    """The properties that some but not all cells of a column have.

    Args:
        column: the column.
        cells: as sent, one for each row.
    """
    which, distinct = pd.factorize(cells)
    values = pa.array(distinct, type=pa.large_string())
    index = np.asarray(which, dtype=np.int64)
    frequent: list[tuple[Property, Bools]] = []
    tried = 0
    for prop in _properties(column, values, index):
        mask = matches(values, prop.pattern)[index]
        rows = int(mask.sum())
        # A property of nearly no row or of every row shows nothing; outcomes are not looked at
        # here.
        if LEAST <= rows < len(cells):
            tried += 1
            if _shows(prop):
                frequent.append((prop, mask))
    return Candidates(tuple(frequent), tried)


def _shows(prop: Property) -> bool:
    """Whether a sample can show it: the pattern matches the odd value, and not the fine ones."""
    if prop.column.field is None and not _PLAIN.fullmatch(prop.column.name.strip()):
        return False
    shown = [prop.odd, *prop.fine]
    expected = [re.search(prop.pattern, value) is not None for value in shown]
    alike = list(matches(pa.array(shown, type=pa.large_string()), prop.pattern)) == expected
    return expected == [True, False, False] and alike


def _properties(column: SentColumn, values: pa.Array, which: Ints) -> Iterator[Property]:
    if column.field is not None:
        yield _made(column, 0, "blank", "blank", BLANK, "")
    if column.kind == "email":
        yield from _of_emails(column, values, which)
        prefix = "^[^@]*"
    else:
        prefix = ""
    if column.kind == "phone":
        yield from _of_phones(column, values)
    for mark in _MARKS:
        odd = f"ann{mark}x@kestrel-labs.com" if prefix else f"Kestrel{mark}Labs"
        where = " before the @" if prefix else ""
        yield _made(
            column, 4, f"with-{_NAMES[mark]}", f"with `{mark}`{where}",
            f"{prefix}{re.escape(mark)}", odd,
        )  # fmt: skip
    yield _made(column, 4, "not-ascii", "with a letter or sign beyond ASCII", r"[^\x00-\x7f]",
                "änn@kestrel-labs.com" if prefix else "Kästrel")  # fmt: skip
    if column.kind in ("name", "text", "country"):
        yield _made(column, 5, "with-digit", "with a digit", "[0-9]", "Kestrel 7")
        yield _made(column, 5, "in-capitals", "in capitals alone", "^[^a-z]*[A-Z][^a-z]*$",
                    "KESTREL")  # fmt: skip
    lengths = np.unique(pc.utf8_length(values).to_numpy(zero_copy_only=False))
    for length in lengths[lengths <= _LONGEST].tolist():
        if length:
            filler = "ann@" + "k" * length + ".com" if prefix else "k" * (length + 1)
            yield _made(
                column, 6, f"over-{length}", f"longer than {length} characters",
                f"(?s)^.{{{length + 1},}}", filler,
            )  # fmt: skip


def _of_emails(column: SentColumn, values: pa.Array, which: Ints) -> Iterator[Property]:
    lower = pc.utf8_lower(values)
    contacts = pd.Series(pc.replace_substring_regex(lower, r"^.*@", "").to_pylist(), dtype="str")
    rows = contacts.iloc[which].value_counts()
    crowd = contacts.value_counts()
    for domain in sorted(rows.index[rows >= LEAST]):
        if "." in domain:
            yield _made(
                column, 1, f"at-{_slug(domain)}", f"of the domain `{domain}`",
                f"(?i)@{re.escape(domain)}$", f"ann@{domain}", personal=crowd[domain] < CROWD,
            )  # fmt: skip
    last = {domain.rpartition(".")[2] for domain in rows.index if "." in domain}
    for label in sorted(filter(str.isascii, last)):
        yield _made(
            column, 3, f"under-{_slug(label)}", f"of a domain under `.{label}`",
            f"(?i)\\.{re.escape(label)}$", f"ann@kestrel-labs.{label}",
        )  # fmt: skip
    yield _made(column, 5, "of-digits", "of digits alone before the @", "^[0-9]+@",
                "123456@kestrel-labs.com")  # fmt: skip


def _of_phones(column: SentColumn, values: pa.Array) -> Iterator[Property]:
    for code in sorted(_calling_codes(values.to_pylist())):
        region = phonenumbers.region_code_for_country_code(code)
        number = phonenumbers.example_number(region)
        if number is None:
            continue
        odd = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        yield _made(
            column, 2, f"from-{code}", f"with the country calling code +{code}", f"^\\+{code}", odd
        )
    yield _made(column, 5, "without-plus", "without a plus", "^[0-9]", "4155552671")


def _calling_codes(values: Iterable[str]) -> set[int]:
    """The calling codes that numbers in E.164 begin with; no code begins with another one."""
    known = phonenumbers.COUNTRY_CODE_TO_REGION_CODE
    heads = {value[1:4] for value in values if value.startswith("+")}
    return {
        int(head[:length])
        for head in heads
        for length in (1, 2, 3)
        if head[:length].isdecimal() and int(head[:length]) in known
    }


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-") or "other"


def _made(
    column: SentColumn,
    rank: int,
    slug: str,
    words: str,
    pattern: str,
    odd: str,
    *,
    personal: bool = False,
) -> Property:
    """A property, with fine values of its kind; with the odd value if there are none."""
    options = [value for value in FINE[column.kind] if not re.search(pattern, value)]
    fine = (options[0], options[min(1, len(options) - 1)]) if options else (odd, odd)
    return Property(
        column, rank, f"{_slug(column.shown)}-{slug}", words, pattern, odd, fine, personal
    )
