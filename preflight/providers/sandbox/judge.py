"""How the stand-ins judge: what is a CSV, what is an address, and which values are magic.

Nothing of preflight's own rules is used here, so that the two can disagree, as with a provider.

Invented
--------
What counts as an address (one `@`, a dot-separated local part of at most 64
characters, a domain of at least two labels, 254 characters in all, nothing quoted and nothing
around it); that a CSV is UTF-8 with a comma, that blank lines are skipped and take no number, and
that a NUL, an unclosed or stray quote or the first bytes of another format make a file no CSV.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_ADDRESS = re.compile(
    r"(?=.{3,254}\Z)"
    r"[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*"
    r"@(?:[^\W_](?:[^\W_-]|-(?!\.)){0,62}\.)+"
    r"(?=[^\d])[^\W_](?:[^\W_-]|-){0,61}[^\W_]\Z"
)
_FOREIGN = (b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"<", b"{", b"[")


class NotCsvError(ValueError):
    """The bytes are no CSV."""


@dataclass(frozen=True, slots=True)
class Magic:
    """A value that makes a stand-in do something on purpose.

    Attributes:
        where: "local part" and "domain" of an address in a row (either begins with `match`, in any
            case; after a local part's match comes no letter), "address book" or "account" (in the
            URL), "sourceId", "listName" or "tagName" (in the body).
        match: the value.
        effect: what comes of it, in the provider's word.
    """

    where: str
    match: str
    effect: str


def magic_of(magic: Iterable[Magic], where: str) -> dict[str, str]:
    """The effects of the magic values of one kind, by value."""
    return {value.match: value.effect for value in magic if value.where == where}


def records(body: bytes) -> Iterator[list[str]]:
    """The records of a CSV, the header first; blank lines are left out.

    Raises:
        NotCsvError: at the record where the bytes turn out to be no CSV.
    """
    if body.lstrip().startswith(_FOREIGN):
        raise NotCsvError("another format than CSV")
    if b"\0" in body:
        raise NotCsvError("a NUL byte")
    lines = io.TextIOWrapper(io.BytesIO(body), encoding="utf-8-sig", newline="")
    empty = True
    try:
        for record in csv.reader(lines, strict=True):
            if record:
                empty = False
                yield record
    except (csv.Error, UnicodeDecodeError):
        raise NotCsvError("not readable as CSV") from None
    if empty:
        raise NotCsvError("no header")


def is_address(text: str) -> bool:
    """Whether a stand-in takes this for an email address."""
    return _ADDRESS.match(text) is not None and len(text.partition("@")[0]) <= 64


class Judge:
    """Judges addresses as one provider's stand-in does.

    Args:
        magic: the stand-in's magic values.
    """

    def __init__(self, magic: Iterable[Magic]) -> None:
        magic = tuple(magic)
        self._words = magic_of(magic, "local part")
        self._domains = magic_of(magic, "domain")
        words = "|".join(re.escape(word) for word in self._words)
        self._word = re.compile(f"({words})(?![a-z])")

    def effect(self, address: str) -> str | None:
        """The effect of a magic address; None for every other one."""
        local, _, domain = address.lower().rpartition("@")
        if match := self._word.match(local):
            return self._words[match[1]]
        for start, effect in self._domains.items():
            if domain.startswith(start):
                return effect
        return None
