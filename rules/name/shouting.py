"""The name is all in capitals, or all in small letters: `SMITH`, `smith`.

It is printed in a greeting as it stands, and reads like a form letter. Capitals where they most
likely belong are written only on request: nobody can tell `MacLeod` from `MACLEOD`. Initials
are let be, and so are `III`, a particle by itself, and scripts other than Latin, Greek and
Cyrillic.

Options::

    --unsafe-fixes

Bad::

    email,first_name,last_name
    ann@kestrel-labs.com,ANN,BELL-O'BRIEN
    bob@kestrel-labs.com,bob,VAN DER BERG III
    cleo@kestrel-labs.com,ИВАН,MCDONALD

Findings::

    2:first_name NAM604 all in capitals or all in small letters
    2:last_name NAM604 all in capitals or all in small letters
    3:first_name NAM604 all in capitals or all in small letters
    3:last_name NAM604 all in capitals or all in small letters
    4:first_name NAM604 all in capitals or all in small letters
    4:last_name NAM604 all in capitals or all in small letters

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

# Names of these scripts have capitals that mean what they do here: in Georgian, small letters alone
# are how a name is written. Marks may follow a letter.
_CASED = re.compile(
    r"[A-Za-z\u00c0-\u024f\u1e00-\u1eff\u0370-\u03ff\u1f00-\u1fff\u0400-\u052f\u0300-\u036f .'’-]*"
)
# Fewer than three capitals in a row may be initials.
_SHOUTING = r"^[^\p{Ll}]*\p{Lu}{3}[^\p{Ll}]*$|^[^\p{Lu}]*\p{Ll}{2}[^\p{Lu}]*$"
_NUMERAL = re.compile(r"[IVX]+\.?")
_PARTICLES = (
    "af", "al", "av", "bin", "da", "dal", "de", "degli", "dei", "del", "della", "den", "der",
    "des", "di", "do", "dos", "du", "e", "el", "ibn", "la", "las", "le", "lo", "los", "ten",
    "ter", "und", "van", "vom", "von", "y", "zu", "zum", "zur",
)  # fmt: skip
_WORD = re.compile(r"[^\W\d_]+")
# Small letters of Turkish are not those that Python makes of its capitals.
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
    """Capitals where they most likely belong."""
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
    suspects=_SHOUTING,
    message="all in capitals or all in small letters",
    check=check,
    fix=fix,
    safety=Safety.UNSAFE,
    phase=Phase.CASE,
)
