"""The domain of the email address looks like a typo of a well-known one: `gmial.com`.

Such domains exist, often to catch mail meant for another, so no library refuses the address; a
domain under `.con` does not exist at all. A typo is one letter missing, doubled or wrong, or two
letters swapped, after the first letter of a large service's name. The likely domain is written only
on request, because the address may be correct as it is.

Options::

    --unsafe-fixes

Bad::

    email,first_name
    ann@gmial.com,Ann
    bob@hotmail.con,Bob
    cleo@kestrel-labs.con,Cleo

Findings::

    2:email EML305 the domain looks misspelt: likely gmail.com
    3:email EML305 the domain looks misspelt: likely hotmail.com
    4:email EML305 the domain looks misspelt: likely .com for .con

Good::

    email,first_name
    ann@gmail.com,Ann
    bob@yahoo.co.uk,Bob

Fixed::

    email,first_name
    ann@gmail.com,Ann
    bob@hotmail.com,Bob
    cleo@kestrel-labs.com,Cleo
"""

from __future__ import annotations

import functools
import re

import pandas as pd

from preflight.rule import Context, Phase, Rule, Safety, Scope, Severity, contains

# Large services, by the label before the first dot, and their endings. Labels of four letters or
# fewer are too close to other words, and to one another.
_SERVICES = {
    "gmail": ("com",),
    "googlemail": ("com",),
    "hotmail": ("com", "co.uk", "fr", "de", "it", "es", "com.br"),
    "icloud": ("com",),
    "outlook": ("com", "fr", "de", "it", "es", "com.br"),
    "protonmail": ("com",),
    "yahoo": ("com", "co.uk", "co.in", "co.jp", "fr", "de", "it", "es", "ca", "com.br", "com.au"),
}
# Real domains of others that look like a typo of one of these.
_REAL = ("gail.com", "gmal.com", "hotmai.com", "hotmaid.com", "outlooks.com", "yaho.co.jp")
# No domain ends like this: `.com` is meant.
_NOT_COM = ("con", "cmo", "ocm", "vom", "xom", "cpm", "coom", "comm")
# These endings exist, and are typos only after the name of a large service.
_NEAR_COM = ("co", "cm", "om", "cim", "c")
_LETTER = "[a-z0-9-]"


def _slips(label: str) -> str:
    """A pattern of the label with one letter missing, doubled or wrong, or two swapped.

    The first letter stays: `ymail` and `email` are other words. The label itself does not match.
    """
    slips = set()
    for at in range(1, len(label)):
        before, letter, behind = label[:at], label[at], label[at + 1 :]
        slips.add(before + behind)
        low, high = chr(ord(letter) - 1), chr(ord(letter) + 1)
        others = "".join(
            piece
            for piece in (
                "0-9",
                f"a-{low}" if letter > "a" else "",
                f"{high}-z" if letter < "z" else "",
                "-",
            )
        )
        slips.add(f"{before}[{others}]{behind}")
        slips.add(f"{before}{_LETTER}{letter}{behind}")
        if behind and behind[0] != letter:
            slips.add(before + behind[0] + letter + behind[1:])
    slips.add(label + _LETTER)
    slips.add(label[1] + label[0] + label[2:])
    return "|".join(sorted(slips))


def _escaped(endings: tuple[str, ...]) -> str:
    return "|".join(map(re.escape, endings))


@functools.cache
def _pattern() -> str:
    pieces = [rf"\.(?:{_escaped(_NOT_COM)})$"]
    for label, endings in _SERVICES.items():
        own = _escaped((*endings, *_NOT_COM, *_NEAR_COM))
        pieces.append(rf"@(?:{_slips(label)})\.(?:{own})$")
        pieces.append(rf"@{label}\.(?:{_escaped(_NEAR_COM)})$")
    return "|".join(pieces)


@functools.cache
def _slip() -> re.Pattern[str]:
    """Python takes longer to compile it than the rule takes for a thousand cells."""
    return re.compile(_pattern())


@functools.cache
def _label_slip(label: str) -> re.Pattern[str]:
    return re.compile(_slips(label))


def _right(domain: str) -> str:
    """The domain that was probably meant; "" if the domain is not a known typo."""
    if not _slip().search(f"@{domain}") or domain in _REAL:
        return ""
    label, _, ending = domain.partition(".")
    for known in _SERVICES:
        if label == known or _label_slip(known).fullmatch(label):
            return f"{known}.{ending if ending in _SERVICES[known] else 'com'}"
    return domain.rpartition(".")[0] + ".com"


def _domain(cores: pd.Series[str]) -> pd.Series[str]:
    return cores.str.rpartition("@")[2].str.lower()


def check(email: pd.Series[str], context: Context) -> pd.Series[bool]:
    # Most addresses have no typo, and one pattern over all of them is fast.
    cores = context.judged["core"]
    slipped = contains(cores, f"(?i){_pattern()}")
    if slipped.any():
        wrong = _domain(cores[slipped]).map(_right) != ""
        slipped &= wrong.reindex(email.index, fill_value=False)
    return (context.judged["reason"] != "") | ~slipped


def reason(email: pd.Series[str], context: Context) -> pd.Series[str]:
    del email
    return "the domain looks misspelt: likely " + _domain(context.judged["core"]).map(_shown)


def _shown(domain: str) -> str:
    """A large service's domain; only the ending of any other, which may be a person's."""
    right = _right(domain)
    service = right.partition(".")[0] in _SERVICES
    return right if service else f".com for .{domain.rpartition('.')[2]}"


def fix(email: pd.Series[str], context: Context) -> pd.Series[str]:
    return email.where(email != context.judged["core"], email.map(_fixed))


def _fixed(email: str) -> str:
    local, at, domain = email.rpartition("@")
    return local + at + (_right(domain.lower()) or domain)


RULE = Rule(
    code="EML305",
    name="email-domain-typo",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"email"}),
    suspects=_pattern,
    message="the domain looks misspelt",
    check=check,
    reason=reason,
    fix=fix,
    safety=Safety.UNSAFE,
    phase=Phase.SHAPE,
)
