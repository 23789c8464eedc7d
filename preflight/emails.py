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
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from preflight.invisible import drop_zero_width, strip_invisible

_MAILTO = re.compile(r"^mailto:\s*", re.IGNORECASE)
_NAMED = re.compile(r'^(?:"[^"<>]*"|[^"<>@]*?)\s*<([^<>]+)>$')
_QUOTES = "\"'`\u2018\u2019\u201c\u201d\u00ab\u00bb"

# Sound, not complete: every address it passes is one that the library accepts and hands back
# unchanged. Lower case only, so no case rule has to look; single separators only; no hyphen pair,
# so no punycode label; at most 64 characters, so no length limit can bite.
_PLAIN = r"^[a-z0-9]+(?:[._+-][a-z0-9]+)*@(?:[a-z0-9]+(?:-[a-z0-9]+)*\.)+[a-z]{2,18}$"
_PLAIN_LENGTH = 64
_RESERVED = "|".join(map(re.escape, sorted(email_validator.SPECIAL_USE_DOMAIN_NAMES)))
_SPECIAL = rf"[@.](?:{_RESERVED})$"


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
def _judge(value: str) -> tuple[str, str, str]:
    bare = core(value)
    if not bare:
        return "", "", ""
    try:
        found = email_validator.validate_email(bare, check_deliverability=False)
    except email_validator.EmailNotValidError as error:
        return bare, "", _reason(str(error))
    return bare, found.normalized, ""


def _reason(text: str) -> str:
    """The library's reason as a lower-case fact without the pieces of the address it quotes."""
    # What follows a colon or stands in brackets is of the address, save "(3 characters too many)".
    text = re.sub(r":.*| \((?!\d+ |@).*", "", text, flags=re.DOTALL)
    text = re.sub(r"\s*'[^']*'|\s*\"[^\"]*\"", "", text).rstrip(".")
    return text[:1].lower() + text[1:]


def judge(values: pd.Series[str]) -> pd.DataFrame:
    """What the library says of each value.

    Returns:
        A frame of the same index: `core` str, `normal` str (the library's normal form, "" when it
        refuses the core or the core is blank), `reason` str (why it refuses, "" when it does not).
    """
    cores = [core(value) for value in values.array]
    # Most wrapped and padded addresses are obviously fine once they are bare.
    fine = plain(pa.chunked_array([pa.array(cores, pa.string())])).to_pylist()
    return pd.DataFrame(
        [
            (bare, bare, "") if settled else _judge(value)
            for value, bare, settled in zip(values.array, cores, fine, strict=True)
        ],
        index=values.index,
        columns=["core", "normal", "reason"],
        dtype="str",
    )
