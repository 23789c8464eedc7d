"""The value contains HTML: `<script …>`, `<b>Ann</b>`, `Smith &amp; Sons`.

A provider that puts the value into a mail or a page unchanged runs it there, or shows its tags. It
comes from web forms, by accident or on purpose.

Bad::

    email,first_name,company
    ann@kestrel-labs.com,<b>Ann</b>,Kestrel Labs
    bob@kestrel-labs.com,Bob,<script src=//kestrel-labs.com>
    cleo@kestrel-labs.com,Cleo,Smith &amp; Sons

Findings::

    2:first_name SEC902 the value contains HTML markup
    3:company SEC902 the value contains HTML markup
    4:company SEC902 the value contains HTML markup

Good::

    email,first_name,company
    ann@kestrel-labs.com,Ann,Bell <3 Labs
    bob@kestrel-labs.com,Bob,Pike & Sons <North>
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Rule, Scope, Severity, contains

# HTML elements by name, so that "<John Smith>" and "<Nord>" do not match.
_ELEMENTS = (
    "a|abbr|audio|b|base|blockquote|body|br|button|canvas|center|code|dd|del|details|div|dl|dt|em|embed"
    "|font|footer|form|frame|frameset|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|label|li|link"
    "|main|marquee|math|meta|nav|object|ol|option|p|pre|s|script|section|select|small|source|span"
    "|strike|strong|style|sub|sup|svg|table|tbody|td|template|textarea|th|thead|title|tr|tt|u|ul"
    "|video"
)
_TAG = rf"(?i:<[/!]?(?:{_ELEMENTS})(?:[\s/][^<>]*)?/?>|<script|<!--|<!doctype)"
_ENTITY = r"&(?:amp|lt|gt|quot|nbsp|apos|#[0-9]{2,6}|#x[0-9A-Fa-f]{2,5});"


def check(text: pd.Series[str]) -> pd.Series[bool]:
    plain = ~contains(text, "[<&]")
    if not plain.all():
        plain[~plain] = ~text[~plain].str.contains(f"{_TAG}|{_ENTITY}")
    return plain


RULE = Rule(
    code="SEC902",
    name="markup",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"text", "name", "country"}),
    suspects=_ENTITY,
    message="the value contains HTML markup",
    check=check,
)
