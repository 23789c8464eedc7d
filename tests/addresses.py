"""Addresses by the bulk, for comparisons with `email_validator`: made of what it stumbles over."""

from __future__ import annotations

import random

import email_validator

from tests.cells import EMAILS

_PIECES = (
    *"abzAZ09.@-_+'\"<>()[],;: \t\\/`{|}~!#%^&*?=$\n\r\0\x7f1",
    "@", "@", ".", ".", "ann", "Info", "info", "SALES", "com", "de", "COM", "test", "localhost",
    "LOCAL", "example", "xn--", "xn--bcher-kva", "kestrel-labs", "--", "mailto:", "MAILTO:",
    "a" * 30, "k" * 64, "[127.0.0.1]", "[IPv6:::1]", "..", "@@", "(ann)", '"ann bell"',
    "\u200b", "\u00a0", "\u00ad", "\u200d", "\u0338", "\u0301", "\u00e9", "\u00fc",
    "\u0130", "\u0131", "\u017f", "\u212a", "\uff20", "\ufe6b", "\uff0e", "\u3002", "\u4e2d",
    "\u05d0", "\u0661", "\u201c", "\u201d", "\uff41", "\U0001f680",
)  # fmt: skip
_ENDS = (".com", ".de", ".COM", ".test", ".c0", "", ".", ".xn--p1ai")


def written(seed: int, count: int) -> list[str]:
    """Distinct cells, fewer than so many: pieces thrown together, and known ones damaged."""
    rng = random.Random(seed)
    makers = (_thrown, _shaped, _damaged)
    return list(dict.fromkeys(rng.choice(makers)(rng) for _ in range(count)))


def by_the_library(address: str) -> tuple[str, str]:
    """The normal form of an address, or "" and why it is refused."""
    try:
        return email_validator.validate_email(address, check_deliverability=False).normalized, ""
    except email_validator.EmailNotValidError as error:
        return "", str(error)


def _some(rng: random.Random, least: int, most: int) -> str:
    return "".join(rng.choices(_PIECES, k=rng.randint(least, most)))


def _thrown(rng: random.Random) -> str:
    return _some(rng, 0, 9)


def _shaped(rng: random.Random) -> str:
    return f"{_some(rng, 1, 4)}@{_some(rng, 1, 5)}{rng.choice(_ENDS)}"


def _damaged(rng: random.Random) -> str:
    cell = rng.choice(EMAILS)
    for _ in range(rng.randint(0, 3)):
        at = rng.randint(0, len(cell))
        put, shout = rng.choice(_PIECES), cell[:at] + cell[at:].upper()
        cell = rng.choice((cell[:at] + put + cell[at:], cell[:at] + cell[at + 1 :], shout))
    return cell
