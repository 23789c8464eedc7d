"""Removes personal data and secrets from text that others wrote.

A provider's error message is worth showing, but it may quote the contact. So every such message
passes `mask` before it becomes an error, a finding or a line of a log. The filter removes too much
rather than too little: what it removes is still in the failure report, but a logged value cannot be
unlogged.
"""

from __future__ import annotations

import base64
import functools
import html
import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

EMAIL = "[email]"
VALUE = "[value]"
NUMBER = "[number]"
SECRET = "[secret]"  # noqa: S105 - the placeholder of a secret

_AT = r"(?:[@＠﹫]|%40|&\#64|\\u0040)"
_WORD = r'[^\s<>"(),;:\[\]]'
_QUERY = re.compile(r"\?\S+")
# The form of credentials that preflight was not given, such as those of a tool's own session.
_CREDENTIAL = re.compile(
    r"""
    (?P<name>\b(?:bearer|basic)\s+
             | (?:token|password|passwd|secret|signature|api[_-]?key)["']?\s*[=:]\s*["']?)
        (?=\S{0,200}\d)[^\s"'&,;<>\[\]]{8,}
    | \beyJ[\w-]{8,}(?:\.[\w-]+){1,2}                          # a JSON Web Token
    | \blb[sk]_\w{8,}                                         # a session or a key of Landbase
    """,
    re.VERBOSE | re.IGNORECASE,
)
# A command to GitHub Actions, Azure Pipelines or TeamCity, cut where its second mark stands.
_COMMAND = re.compile(r"(?:(^\s*:):|##(?=\[|vso\[|teamcity\[))", re.IGNORECASE)
_HEAD = 8  # the first characters that identify a truncated secret
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


def _replacement(match: re.Match[str]) -> str:
    """The replacement of one match; the GUID of a job is not personal data and stays."""
    if match["id"]:
        return match["id"]
    if match["number"]:
        return NUMBER
    return EMAIL if match["email"] else ""


def _without_query(match: re.Match[str]) -> str:
    """`?a=b` of a URL, shortened; a question mark at the end of a sentence stays."""
    return "?…" if "=" in match[0] else match[0]


def _credential(match: re.Match[str]) -> str:
    return f"{match['name'] or ''}{SECRET}"


@functools.lru_cache(maxsize=64)
def _written(secret: str) -> re.Pattern[str]:
    """A pattern of a secret in every encoding in which a response may repeat it."""
    raw = secret.encode("utf-8", "replace")
    forms = {
        secret,
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        html.escape(secret),
        json.dumps(secret)[1:-1],
        base64.b64encode(raw).decode().rstrip("="),
        base64.urlsafe_b64encode(raw).decode().rstrip("="),
    }
    longest = sorted(forms, key=lambda form: (-len(form), form))
    return re.compile("|".join(map(re.escape, longest)), re.IGNORECASE)


def _without(text: str, secret: str) -> str:
    """The text without a secret, and without the beginning of a long one that was truncated."""
    text = _written(secret).sub(SECRET, text)
    if len(secret) < 2 * _HEAD:
        return text
    kept, end = [], 0
    for match in re.finditer(re.escape(secret[:_HEAD]), text, re.IGNORECASE):
        if match.start() < end:
            continue
        kept += [text[end : match.start()], SECRET]
        end, at = match.end(), _HEAD
        while text[end : end + 1] and text[end] == secret[at : at + 1]:
            end, at = end + 1, at + 1
    return "".join([*kept, text[end:]])


def visible(text: str) -> str:
    """The text on one line, which a terminal and the runner of a workflow only show.

    Invisible characters are escaped, and so is what such a runner takes for a command in a log:
    `::error::` at the start, `##[error]` and `##vso[` anywhere.
    """
    if not text.isprintable():
        text = "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
    if "::" in text or "##" in text:
        text = _COMMAND.sub(lambda found: f"{found[1]}\\x3a" if found[1] else r"#\x23", text)
    return text


def mask(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without email addresses, long runs of digits, URL queries and credentials.

    An address is any word around an at sign, well-formed or not, in quotes or percent-encoded; a
    user and a password before a host are removed as well. A long run of digits is seven or more, in
    any script, with the spaces, brackets, dots, dashes and slashes that people write into phone
    numbers. A GUID stays readable, because it names a job. A credential follows a word like
    `Bearer` or `token=`, or has the form of a known kind of token. Masking twice equals masking
    once.

    Args:
        text: any text.
        secrets: strings to remove, also in other encodings, and also their beginnings; empty ones
            are ignored.
    """
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = _without(text, secret)
    text = _CREDENTIAL.sub(_credential, _QUERY.sub(_without_query, text))
    return _VALUE.sub(_replacement, text)
