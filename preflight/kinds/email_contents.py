"""Recognises what people and programs put into an email cell instead of one address."""

from __future__ import annotations

import re

import pandas as pd

from preflight.core.arrow import contains
from preflight.kinds.placeholders import placeholder

_ADDRESS = re.compile(r"[^\s@,;/|<>()\"']+@[^\s@,;/|<>()\"']+\.[^\s@,;/|<>()\"']+")
# A cheap test first: two addresses have two @ with something between.
_TWO_ADDRESSES = "[^@]@[^@]{3,}@[^@]"

_WORDS = (
    "abc", "asdf", "bar", "dummy", "email", "fake", "foo", "noemail", "nomail", "none", "noone",
    "null", "qwerty", "sample", "test", "testing", "unknown", "user", "xxx",
)  # fmt: skip
# The same word twice with any ending; two different words only with a common ending or none.
_TWICE = "|".join(rf"{word}@{word}(?:\.[a-z]+)*" for word in _WORDS)
_TWO = rf"(?:{'|'.join(_WORDS)}|nobody)@(?:{'|'.join(_WORDS)})(?:\.(?:com|net|org))?"
_YOURS = (
    r"(?:email|foo|me|name|someone|user|you|your\.?(?:e?mail|name)|yourname)"
    r"@(?:bar|company|domain|mydomain|your-?company|your-?domain|yourname)\.com"
)
# What protects an address by hiding a part: `a***n@gmail.com`, `***@***.com`, `ann...@gmail.com`.
# With asterisks on both sides it is bold text of Markdown.
_MASKED = (
    r"^[*•●]{2,}@|^[^@\s*•●]+[*•●]{2,}[^@\s]*@|@[*•●]{2,}|@[^@\s]+[*•●]{2,}[^@\s*•●]+$"
    r"|^[^@\s]+(?:\.{3,}|…)@"
)
# Facebook's testing tool for lead forms writes `test@fb.com`; WordPress writes
# `deleted@site.invalid` for somebody who asked to be forgotten.
PLACEHOLDER_ADDRESS = (
    rf"^(?:{_TWICE}|{_TWO}|{_YOURS}|none@none|nobody@nobody(?:\.[a-z]+)*|test@fb\.com)$"
    rf"|[@.]example\.(?:com|net|org)$|[@.]example$|^deleted@site\.invalid$|{_MASKED}"
)
_BLANKS = (
    "-", "--", "#n/a", "n.a.", "n/a", "na", "nil", "no", "no email", "no e-mail", "noemail", "none",
    "not available", "not given", "not provided", "null", "refused", "tbd", "test", "unknown", "x",
    "xx", "xxx", "aucun", "aucune", "geen", "ingen", "k.a.", "keine", "keine angabe", "nenhum",
    "nessuna", "ninguno", "non fourni", "sin correo",
)  # fmt: skip


def emails_in(cell: str) -> list[str]:
    """The pieces of a cell that look like an address, each as written."""
    return _ADDRESS.findall(cell)


def several_emails(cores: pd.Series[str]) -> pd.Series[bool]:
    """Where a cell has more than one address; a mask of the index of the cores."""
    many = contains(cores, _TWO_ADDRESSES)
    found = cores[many].map(lambda core: len(emails_in(core)) > 1).astype(bool)
    return found.reindex(cores.index, fill_value=False)


def placeholder_email(cores: pd.Series[str]) -> pd.Series[bool]:
    """Where a cell was typed to get past a form, or stands for a missing value; a mask."""
    lower = cores.str.lower()
    return lower.isin(_BLANKS) | contains(lower, PLACEHOLDER_ADDRESS) | placeholder(cores)
