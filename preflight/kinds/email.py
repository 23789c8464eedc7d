"""What `email_validator` makes of an email cell, and which cells need not be asked about.

The library is the truth. An address is judged as its *core*: what is left when blanks, `mailto:`,
angle brackets, quotes and trailing punctuation around it and characters of no width are taken off.
That they were there is the business of rules of their own, so one padded address does not get two
errors for one fault. Nothing else inside is taken away: a line break or a no-break space between
two addresses must not make one of them.
"""

from __future__ import annotations

import functools
import re

import email_validator
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from email_validator import rfc_constants

from preflight.core.arrow import mapped, mask, matches, replaced, series, strings
from preflight.core.invisible import (
    drop_all_zero_width,
    drop_zero_width,
    strip_all,
    strip_invisible,
)
from preflight.core.types import Bools

_MAILTO = re.compile(r"^mailto:\s*", re.IGNORECASE)
_NAMED = re.compile(r'^(?:"[^"<>]*"|[^"<>@]*?)\s*<([^<>]+)>$')
_QUOTES = "\"'`\u2018\u2019\u201c\u201d\u00ab\u00bb"

# Sound, not complete: every address it passes is one that the library accepts and hands back
# unchanged. Lower case only, so no case rule has to look; single separators only; no hyphen pair,
# so no punycode label; at most 64 characters, so no length limit can bite.
_PLAIN = r"^[a-z0-9]+(?:[._+-][a-z0-9]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,18}$"
_PLAIN_LENGTH = 64
_RESERVED = "|".join(map(re.escape, sorted(email_validator.SPECIAL_USE_DOMAIN_NAMES)))
_SPECIAL = rf"(?i)[@.](?:{_RESERVED})$"
# Whatever `unwrap_email` changes in a trimmed cell looks like this; not all of it is wrapped.
_WRAPPED = f"^[^:]{{6}}:|[>,;.]$|^[{_QUOTES}](?s:.*)[{_QUOTES}]$"

# Sound as well: what it passes the library accepts too, though some in another form. The mailboxes
# that RFC 2142 names are written in small letters whatever stands there.
_ATOM = r"a-zA-Z0-9_!#$%&'*+\-/=?^`{|}~"
_LABEL = "[a-zA-Z0-9]+(?:-[a-zA-Z0-9]+)*"
_ACCEPTED = rf"^[{_ATOM}]+(?:\.[{_ATOM}]+)*@(?:{_LABEL}\.)+(?:{_LABEL}-)?[a-zA-Z0-9]*[a-zA-Z]$"
# No limit of a whole address, of a domain or of a label can bite below these.
_SURE_LENGTH, _SURE_DOMAIN = _PLAIN_LENGTH, 253
_FOLDED = rf"(?i)^(?:{'|'.join(rfc_constants.CASE_INSENSITIVE_MAILBOX_NAMES)})@"

# The library looks at the local part first, then at the domain, and names the first fault. Shapes
# that can have but one, in that order, each with an address of it that the library is asked about
# for its words. A quote, and a bracket in front of the @, make the library read on differently.
_LOCAL = r"[\x00-\x21\x23-\x3b\x3d-\x3f\x41-\x7f]*"
_ODD_LOCAL = r"[\x00-\x20()),:;>\[\\\]\x7f]"
_ODD_DOMAIN = r"\x00-,/:-@\\-`{-\x7f"
_AT = pa.scalar("@", pa.large_string())
_REFUSED: tuple[tuple[str | None, str], ...] = (
    (r"^[^@<\x{ff20}\x{fe6b}]*$", "ann"),
    (None, "ann@kestrel.test"),
    (rf"^{_LOCAL}{_ODD_LOCAL}{_LOCAL}@", "ann bell@kestrel-labs.com"),
    ("^@", "@kestrel-labs.com"),
    (rf"^[{_ATOM}.]*\.@", "ann.@kestrel-labs.com"),
    (rf"^\.[{_ATOM}.]*@", ".ann@kestrel-labs.com"),
    (rf"^[{_ATOM}.]*\.\.[{_ATOM}.]*@", "ann..bell@kestrel-labs.com"),
    (rf"^[{_ATOM}.]+@$", "ann@"),
    (rf"^[{_ATOM}.]+@(?:[{_ODD_DOMAIN}]|[^\[](?s:.)*[\[{_ODD_DOMAIN}])", "ann@kestrel labs.com"),
    (rf"^[{_ATOM}.]+@[a-zA-Z0-9]{{1,60}}$", "ann@kestrel"),
)


def unwrap_email(value: str) -> str:
    """The address inside `mailto:…`, `<…>`, `Name <…>`, quotes, or before trailing `,` `;` `.`.

    Applied until nothing comes off, so unwrapping twice equals unwrapping once. What is not wrapped
    is handed back as it is, and so is what has nothing inside.
    """
    given = value
    while True:
        bare = strip_invisible(_MAILTO.sub("", value))
        named = _NAMED.match(bare)
        if named:
            bare = named.group(1)
        if len(bare) > 1 and bare[0] in _QUOTES and bare[-1] in _QUOTES:
            bare = bare[1:-1]
        bare = strip_invisible(bare.rstrip(",;."))
        if not bare:
            return given
        if bare == value:
            return value
        value = bare


def trim_email(value: str) -> str:
    """The cell without blanks around it, and without characters of no width anywhere."""
    return strip_invisible(drop_zero_width(value))


def core(value: str) -> str:
    """The address that a cell means: trimmed, and unwrapped."""
    return unwrap_email(trim_email(value))


def plain(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """True where a cell is obviously a fine address; sound, see the tests.

    Args:
        values: a string column.
    """
    fine = pc.and_(
        pc.match_substring_regex(values, _PLAIN),
        pc.less_equal(pc.binary_length(values), _PLAIN_LENGTH),
    )
    return pc.and_not(fine, pc.match_substring_regex(values, _SPECIAL))


@functools.lru_cache(maxsize=1 << 16)
def _judge(bare: str) -> tuple[str, str]:
    """What the library makes of an address: its normal form, or "" and a reason."""
    try:
        found = email_validator.validate_email(bare, check_deliverability=False)
    except email_validator.EmailNotValidError as error:
        return "", without_pieces(str(error))
    return found.normalized, ""


def without_pieces(text: str) -> str:
    """A reason of the library as a lower-case fact without the pieces of the address it quotes."""
    # What follows a colon or stands in brackets is of the address, save "(3 characters too many)".
    text = re.sub(r":.*| \((?!\d+ |@).*", "", text, flags=re.DOTALL)
    text = re.sub(r"\s*'[^']*'|\s*\"[^\"]*\"", "", text).rstrip(".")
    return text[:1].lower() + text[1:]


def judge(values: pd.Series[str]) -> pd.DataFrame:
    """What the library says of each value.

    Returns:
        A frame of the same index: `trimmed` str (see `trim_email`), `core` str (see `core`),
        `normal` str (the library's normal form, "" when it refuses the core or the core is blank),
        `reason` str (why it refuses, "" when it does not).
    """
    trimmed = strip_all(drop_all_zero_width(strings(values)))
    cores = mapped(trimmed, matches(trimmed, _WRAPPED), unwrap_email)
    normals, reasons = _verdicts(cores)
    columns = {"trimmed": trimmed, "core": cores, "normal": normals, "reason": reasons}
    return pd.DataFrame({name: series(one, values.index) for name, one in columns.items()})


def _verdicts(cores: pa.Array) -> tuple[pa.Array, pa.Array]:
    """The normal form of each core, and the reason why it is refused; one of them is blank.

    What nobody can doubt is told by its shape; the library is asked about the rest, one by one.
    """
    count = len(cores)
    normals, reasons = pa.repeat(pa.scalar("", pa.large_string()), count), np.zeros(count, np.int64)
    accepted, special = _accepted(cores)
    if accepted.any():
        normals = replaced(normals, accepted, _lower_domains(cores.filter(pa.array(accepted))))
    told = [""]
    left = np.flatnonzero(~accepted & mask(pc.not_equal(cores, "")))
    short = mask(pc.less_equal(pc.binary_length(cores), _SURE_DOMAIN))
    for number, (shape, exemplar) in enumerate(_REFUSED, start=1):
        told.append(_judge(exemplar)[1])
        if len(left):
            if shape is None:
                fits = special[left]
            else:
                fits = matches(cores.take(pa.array(left)), shape) & (short[left] | (number == 1))
            reasons[left[fits]] = number
            left = left[~fits]
    if len(left):
        judged = [_judge(bare) for bare in cores.take(pa.array(left)).to_pylist()]
        asked = np.zeros(count, dtype=bool)
        asked[left] = True
        said = pa.array([normal for normal, _ in judged], pa.large_string())
        normals = replaced(normals, asked, said)
        texts = list(dict.fromkeys(reason for _, reason in judged))
        numbers = {text: len(told) + at for at, text in enumerate(texts)}
        reasons[left] = [numbers[reason] for _, reason in judged]
        told += texts
    return normals, pa.array(told, pa.large_string()).take(pa.array(reasons))


def _accepted(cores: pa.Array) -> tuple[Bools, Bools]:
    """Where the library accepts a core for certain; where it refuses its domain as a reserved one.

    What it hands back then is the core with its domain in small letters.
    """
    shaped = matches(cores, _ACCEPTED) & mask(pc.less_equal(pc.binary_length(cores), _SURE_LENGTH))
    special, folded = np.zeros(len(cores), dtype=bool), np.zeros(len(cores), dtype=bool)
    at = np.flatnonzero(shaped)
    if len(at):
        some = cores.take(pa.array(at))
        special[at] = matches(some, _SPECIAL)
        folded[at] = matches(some, _FOLDED) & ~matches(some, "^[a-z]+@")
    return shaped & ~special & ~folded, special


def _lower_domains(addresses: pa.Array) -> pa.Array:
    """Addresses with one @, with what stands behind it in small letters."""
    loud = matches(addresses, "@.*[A-Z]")
    if not loud.any():
        return addresses
    halves = pc.split_pattern(addresses.filter(pa.array(loud)), "@", max_splits=1)
    local, domain = pc.list_element(halves, 0), pc.ascii_lower(pc.list_element(halves, 1))
    return replaced(addresses, loud, pc.binary_join_element_wise(local, domain, _AT))
