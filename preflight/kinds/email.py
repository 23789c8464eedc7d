"""Reads email cells with `email_validator`, and settles most of them without asking it.

The library decides what is valid. It gets the *core* of an address: the cell without the
whitespace, `mailto:`, angle brackets, quotes and trailing punctuation around it, and without
zero-width characters. Rules of their own report those, so that a padded address does not get two
errors for one problem. Nothing else is removed: a line break or a no-break space between two
addresses must not join them into one.
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
from email_validator.syntax import safe_character_display

from preflight.core.arrow import mapped, mask, matches, replaced, series, strings
from preflight.core.invisible import drop_zero_width, strip_invisible
from preflight.core.invisible_cells import drop_all_zero_width, strip_all
from preflight.core.patterns import matching
from preflight.core.types import Bools, Ints
from preflight.kinds.email_contents import emails_in

# RFC 6068: behind the first question mark are a subject and a text.
_MAILTO = re.compile(r"^mailto:\s*([^?]*)(?:\?.*)?$", re.IGNORECASE | re.DOTALL)
# What forms and Exchange write in front: `E-Mail: ann@…`, `SMTP:ann@…`.
_LABELLED = re.compile(r"^(?:e-?mail|mail|smtp)\s*:\s*", re.IGNORECASE)
_NAMED = re.compile(r'^(?:"[^"<>]*"|[^"<>@]*?)\s*<([^<>]+)>$')
# An address has at most 254 characters; each round of unwrapping goes over the whole text.
_LONGEST_WRAPPED = 4_000
_QUOTES = "\"'`\u2018\u2019\u201c\u201d\u00ab\u00bb"

# Sound, not complete: the library accepts every address that matches, and returns it unchanged.
# Lower case only, so that no case rule applies; single separators only; no pair of hyphens, so that
# no label is Punycode; at most 64 characters, so that no length limit applies.
_PLAIN = r"^[a-z0-9]+(?:[._+-][a-z0-9]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,18}$"
_PLAIN_LENGTH = 64
_RESERVED = "|".join(map(re.escape, sorted(email_validator.SPECIAL_USE_DOMAIN_NAMES)))
_SPECIAL = rf"(?i)[@.](?:{_RESERVED})$"
# Matches every trimmed cell that `unwrap_email` changes, and some that it does not.
_WRAPPED = f"^[^:@]{{4,8}}:|[>,;.]$|@[^@]{{3,}}@|^[{_QUOTES}](?s:.*)[{_QUOTES}]$"

# Sound as well: the library accepts every address that matches, but may normalise it. It writes the
# mailboxes of RFC 2142 in lower case in any case.
_ATOM = r"a-zA-Z0-9_!#$%&'*+\-/=?^`{|}~"
_LABEL = "[a-zA-Z0-9]+(?:-[a-zA-Z0-9]+)*"
_ACCEPTED = rf"^[{_ATOM}]+(?:\.[{_ATOM}]+)*@(?:{_LABEL}\.)+(?:{_LABEL}-)?[a-zA-Z0-9]*[a-zA-Z]$"
# Shorter addresses and domains cannot exceed any length limit.
_SURE_LENGTH, _SURE_DOMAIN = _PLAIN_LENGTH, 253
_FOLDED = rf"(?i)^(?:{'|'.join(rfc_constants.CASE_INSENSITIVE_MAILBOX_NAMES)})@"

# The library checks the local part first, then the domain, and reports the first error. These are
# shapes with only one possible error, in that order, each with an example that is given to the
# library to get its message. The library reads cells with a quote, or with a bracket before the @,
# in another way; they match no shape.
_LOCAL = r"[\x00-\x21\x23-\x3b\x3d-\x3f\x41-\x7f]*"
_ODD_LOCAL = r"[\x00-\x20()),:;>\[\\\]\x7f]"
_ODD_DOMAIN = r"\x00-,/:-@\\-`{-\x7f"
# The library's list of characters, each in quotes or by its name in Unicode.
_CHARACTER = r"""(?:'[^']'|"'"|"\\"|'\\.{1,9}'|[A-Z0-9][A-Z0-9 +<>()-]*)"""
_LISTED = re.compile(rf"(.*(?:invalid|unsafe) characters[^:]*: {_CHARACTER}(?:, {_CHARACTER})*)\.")
_CODEPOINT = re.compile(r" \(Codepoint (U\+[0-9A-F]+) .*\)", re.DOTALL)
# What else it quotes that is no part of an address.
_SIGNS = re.compile('"(full-width|small commercial at)"')
# The shapes with such a list, by number: what it is not about, and the characters that are fine.
_WITH_LIST = {
    3: ("@(?s:.)*$", rf"[{_ATOM}.]+"),
    9: ("^[^@]*@", r"[a-zA-Z0-9.\-\x{80}-\x{10ffff}]+"),
}
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

    An address that is there twice, as in a link or in brackets behind itself, is one. Repeated
    until nothing changes, so unwrapping twice equals unwrapping once. A value that is not wrapped,
    has nothing inside, or is far too long, is returned unchanged.
    """
    if len(value) > _LONGEST_WRAPPED:
        return value
    given = value
    while True:
        bare = strip_invisible(_LABELLED.sub("", _MAILTO.sub(r"\1", value)))
        named = _NAMED.match(bare)
        if named:
            bare = named.group(1)
        if len(bare) > 1 and bare[0] in _QUOTES and bare[-1] in _QUOTES:
            bare = bare[1:-1]
        bare = _said_once(strip_invisible(bare.rstrip(",;.")))
        if not bare:
            return given
        if bare == value:
            return value
        value = bare


def _said_once(value: str) -> str:
    """The one address of a value that has it several times; else the value."""
    if value.count("@") < 2:
        return value
    found = [_MAILTO.sub(r"\1", address) for address in emails_in(value)]
    return found[0] if len(found) > 1 and len(set(map(str.casefold, found))) == 1 else value


def trim_email(value: str) -> str:
    """The cell without whitespace around it, and without zero-width characters anywhere."""
    return strip_invisible(drop_zero_width(value))


def core(value: str) -> str:
    """The address in a cell: trimmed and unwrapped."""
    return unwrap_email(trim_email(value))


def plain(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """True if a cell is obviously a valid address in normal form; sound, see the tests.

    Args:
        values: a string column.
    """
    fine = pc.and_(
        matching(values, _PLAIN),
        pc.less_equal(pc.binary_length(values), _PLAIN_LENGTH),
    )
    return pc.and_not(fine, matching(values, _SPECIAL))


@functools.lru_cache(maxsize=1 << 16)
def _judge(bare: str) -> tuple[str, str]:
    """The normal form of an address and "", or "" and the reason why the library refuses it."""
    try:
        validated = email_validator.validate_email(bare, check_deliverability=False)
    except email_validator.EmailNotValidError as error:
        return "", without_pieces(str(error))
    return validated.normalized, ""


def without_pieces(text: str) -> str:
    """The library's message as a lower-case fact, without the parts of the address it quotes.

    Single characters that an address cannot have are named.
    """
    if listed := _LISTED.fullmatch(text):
        return listed[1][:1].lower() + listed[1][1:]
    if codepoint := _CODEPOINT.search(text):
        return f"{text[:1].lower()}{text[1 : codepoint.start()]}: {codepoint[1]}"
    text = _SIGNS.sub(r"\1", text)
    # Parts of the address follow a colon or are in brackets; "(3 characters too many)" is not one.
    text = re.sub(r":.*| \((?!\d+ |@).*", "", text, flags=re.DOTALL)
    text = re.sub(r"\s*'[^']*'|\s*\"[^\"]*\"", "", text).rstrip(".")
    return text[:1].lower() + text[1:]


def judge(values: pd.Series[str]) -> pd.DataFrame:
    """Reads each value with the library.

    Returns:
        A frame of the same index: `trimmed` str (see `trim_email`), `core` str (see `core`),
        `normal` str (the library's normal form; "" if it refuses the core or the core is blank),
        `reason` str (why the library refuses it; "" if it does not).
    """
    trimmed = strip_all(drop_all_zero_width(strings(values)))
    cores = mapped(trimmed, matches(trimmed, _WRAPPED), unwrap_email)
    normals, reasons = _verdicts(cores)
    columns = {"trimmed": trimmed, "core": cores, "normal": normals, "reason": reasons}
    return pd.DataFrame({name: series(column, values.index) for name, column in columns.items()})


def _verdicts(cores: pa.Array) -> tuple[pa.Array, pa.Array]:
    """The normal form of each core, and the reason why it is refused; one of them is blank.

    Clear cases are settled by patterns; the others are given to the library one by one.
    """
    count = len(cores)
    normals, reasons = pa.repeat(pa.scalar("", pa.large_string()), count), np.zeros(count, np.int64)
    accepted, special = _accepted(cores)
    if accepted.any():
        normals = replaced(normals, accepted, _lower_domains(cores.filter(pa.array(accepted))))
    texts = [""]
    left = np.flatnonzero(~accepted & mask(pc.not_equal(cores, "")))
    short = mask(pc.less_equal(pc.binary_length(cores), _SURE_DOMAIN))
    for number, (shape, exemplar) in enumerate(_REFUSED, start=1):
        texts.append(_judge(exemplar)[1])
        if len(left):
            if shape is None:
                fits = special[left]
            else:
                fits = matches(cores.take(pa.array(left)), shape) & (short[left] | (number == 1))
            reasons[left[fits]] = number
            left = left[~fits]
    for number, (rest, fine) in _WITH_LIST.items():
        _name_characters(cores, np.flatnonzero(reasons == number), (rest, fine), reasons, texts)
    if len(left):
        judged = [_judge(bare) for bare in cores.take(pa.array(left)).to_pylist()]
        asked = np.zeros(count, dtype=bool)
        asked[left] = True
        forms = pa.array([normal for normal, _ in judged], pa.large_string())
        normals = replaced(normals, asked, forms)
        new = list(dict.fromkeys(reason for _, reason in judged))
        numbers = {text: len(texts) + at for at, text in enumerate(new)}
        reasons[left] = [numbers[reason] for _, reason in judged]
        texts += new
    return normals, pa.array(texts, pa.large_string()).take(pa.array(reasons))


def _name_characters(
    cores: pa.Array, at: Ints, patterns: tuple[str, str], reasons: Ints, texts: list[str]
) -> None:
    """Gives cells that share a reason one each with the characters that it is about.

    Args:
        cores: of all cells.
        at: the positions of those cells.
        patterns: what the reason is not about, and the characters that are fine.
        reasons: of all cells, positions in `texts`; changed.
        texts: the reasons; added to.
    """
    if not len(at):
        return
    odd = cores.take(pa.array(at))
    for pattern in patterns:
        odd = pc.replace_substring_regex(odd, pattern, "")
    encoded = odd.dictionary_encode()
    base = texts[reasons[at[0]]].partition(": ")[0]
    named = [
        f"{base}: {', '.join(sorted(set(map(safe_character_display, characters))))}"
        for characters in encoded.dictionary.to_pylist()
    ]
    reasons[at] = len(texts) + np.asarray(encoded.indices.to_numpy(), dtype=np.int64)
    texts += named


def _accepted(cores: pa.Array) -> tuple[Bools, Bools]:
    """Masks: the library surely accepts the core; it refuses the domain as a reserved one.

    The normal form of an accepted one is the core with its domain in lower case.
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
    """Addresses with one @, with the domain in lower case."""
    loud = matches(addresses, "@.*[A-Z]")
    if not loud.any():
        return addresses
    halves = pc.split_pattern(addresses.filter(pa.array(loud)), "@", max_splits=1)
    local, domain = pc.list_element(halves, 0), pc.ascii_lower(pc.list_element(halves, 1))
    return replaced(addresses, loud, pc.binary_join_element_wise(local, domain, _AT))
