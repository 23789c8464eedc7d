"""The filter between other people's words and a log.

A provider's own error message is worth showing, and it may quote the contact that it is about. So
every such message passes `mask` before it becomes an error, a finding or a line of a log. The
filter would rather hide too much than too little: what it hides can be looked up in the failure
report, what it lets through cannot be taken back.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

EMAIL = "[email]"
NUMBER = "[number]"
SECRET = "[secret]"  # noqa: S105 - the word that stands where one stood

_AT = r"(?:[@＠﹫]|%40|&\#64|\\u0040)"
_WORD = r'[^\s<>"(),;:\[\]]'
_QUERY = re.compile(r"\?\S+")
_VALUE = re.compile(
    rf"""
    (?P<user>(?<=://)[^\s/?\#\[\]]*@)                      # user and password in front of a host
    | (?P<email>"[^"\n]*"{_AT}{_WORD}*                     # "ann smith"@example.com
              | (?<!{_WORD}){_WORD}*{_AT}{_WORD}*)
    | (?P<id>(?<![\w-])[0-9a-f]{{8}}-(?:[0-9a-f]{{4}}-){{3}}[0-9a-f]{{12}}(?![\w-]))
    | (?P<number>\+?\(?\d(?:[\s().\-/‐-―·]{{0,3}}\d){{6,}})
    """,
    re.VERBOSE | re.IGNORECASE,
)


def _stand_in(match: re.Match[str]) -> str:
    """What is written in the place of one match; a job's GUID is nobody's data and stays."""
    if match["id"]:
        return match["id"]
    if match["number"]:
        return NUMBER
    return EMAIL if match["email"] else ""


def _without_query(match: re.Match[str]) -> str:
    """`?a=b` of an address, shortened; a question mark that ends a sentence stays."""
    return "?…" if "=" in match[0] else match[0]


def mask(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without e-mail addresses, long runs of digits, URL queries and the given secrets.

    What counts as an address is any word around an at sign, well-formed or not, in quotes or
    percent-encoded; a user and a password in front of a host go with it. A long run of digits is
    seven or more, in any script, with the blanks, brackets, dots, dashes and slashes that people
    write into phone numbers. A GUID stays readable, because it names a job. Masking twice changes
    nothing more.

    Args:
        text: any text.
        secrets: strings that must not stand in it, whatever they look like; empty ones are
            passed over.
    """
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, SECRET)
    return _VALUE.sub(_stand_in, _QUERY.sub(_without_query, text))
