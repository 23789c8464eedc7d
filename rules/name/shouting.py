"""The name is all upper case or all lower case: `SMITH`, `smith`.

A greeting prints it as it is, and reads like a form letter. Upper case is written where it most
likely belongs, only on request: `MACLEOD` may be `MacLeod` or `Macleod`. Initials, `III`, a
particle by itself, and scripts other than Latin, Greek and Cyrillic are left alone.

Options::

    --unsafe-fixes

Bad::

    email,first_name,last_name
    ann@kestrel-labs.com,ANN,BELL-O'BRIEN
    bob@kestrel-labs.com,bob,VAN DER BERG III
    cleo@kestrel-labs.com,ИВАН,MCDONALD

Findings::

    2:first_name NAM604 all upper case or all lower case
    2:last_name NAM604 all upper case or all lower case
    3:first_name NAM604 all upper case or all lower case
    3:last_name NAM604 all upper case or all lower case
    4:first_name NAM604 all upper case or all lower case
    4:last_name NAM604 all upper case or all lower case

Good::

    email,first_name,last_name
    ann@kestrel-labs.com,Ann,McDonald
    bob@kestrel-labs.com,JJ,van der Berg

Fixed::

    email,first_name,last_name
    ann@kestrel-labs.com,Ann,Bell-O'Brien
    bob@kestrel-labs.com,Bob,Van der Berg III
    cleo@kestrel-labs.com,Иван,McDonald
"""

from __future__ import annotations

import re

import pandas as pd

from preflight.rule import Phase, Rule, Safety, Scope, Severity

# Scripts in which capitals work as in English; in Georgian, names have no capitals. Combining marks
# may follow a letter.
_CASED = re.compile(
    r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff\u0370-\u03ff\u1f00-\u1fff\u0400-\u052f\u0300-\u036f .'’-]*"
)
# The same characters without the common small letters, and without the common capitals: almost no
# name is of them alone. `\p{Lu}` and `\p{Ll}` would say it of all letters, and take a hundred times
# as long to compile. Fewer than three capitals may be initials.
_NOT_SMALL = "A-Z\u00c0-\u00de\u00f7\u0100-\u024f\u0300-\u03ab\u03cf-\u042f\u0460-\u052f"
_NOT_LARGE = "a-z\u00d7\u00df-\u024f\u0300-\u0390\u03ac-\u03ff\u0430-\u052f"
_OTHERS = "\u1e00-\u1eff\u1f00-\u1fff .'’-"
_SUSPECTS = f"^[{_NOT_SMALL}{_OTHERS}]{{3,}}$|^[{_NOT_LARGE}{_OTHERS}]{{2,}}$"
_NUMERAL = re.compile(r"[IVX]+\.?")
_PARTICLES = (
    "af", "al", "av", "bin", "da", "dal", "de", "degli", "dei", "del", "della", "den", "der",
    "des", "di", "do", "dos", "du", "e", "el", "ibn", "la", "las", "le", "lo", "los", "ten",
    "ter", "und", "van", "vom", "von", "y", "zu", "zum", "zur",
)  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")
# Python's lower case is wrong for Turkish.
_TURKISH = re.compile("[ĞİŞğış]")


def _is_shouting(name: str) -> bool:
    if not _CASED.fullmatch(name):
        return False
    words = [word for word in name.split() if not _NUMERAL.fullmatch(word)]
    if all(word in _PARTICLES for word in words):
        return False
    whole = " ".join(words)
    if whole == whole.upper():
        return re.search(r"[^\W\d_]{3}", whole) is not None
    return whole == whole.lower() and re.search(r"[^\W\d_]{2}", whole) is not None


def check(name: pd.Series[str]) -> pd.Series[bool]:
    return ~name.map(_is_shouting).astype(bool)


def fix(name: pd.Series[str]) -> pd.Series[str]:
    return name.map(_calm)


def _calm(name: str) -> str:
    """The name with capitals where they most likely belong."""
    if _TURKISH.search(name):
        return name
    words = name.split(" ")
    return " ".join(
        word
        if _NUMERAL.fullmatch(word)
        else word.lower()
        if at and word.lower() in _PARTICLES
        else _WORD.sub(_capital, word)
        for at, word in enumerate(words)
    )


def _capital(found: re.Match[str]) -> str:
    word = found.group().capitalize()
    return "Mc" + word[2:].capitalize() if word.startswith("Mc") and len(word) > 3 else word


RULE = Rule(
    code="NAM604",
    name="name-shouting",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"name"}),
    suspects=_SUSPECTS,
    message="all upper case or all lower case",
    check=check,
    yields_to=frozenset({"NAM602", "NAM603"}),
    fix=fix,
    safety=Safety.UNSAFE,
    phase=Phase.CASE,
)
