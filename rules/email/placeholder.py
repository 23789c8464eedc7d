"""The cell holds text typed to get past a form: `test@test.com`, `none@none`, `n/a`.

Nobody reads mail to it, and nobody ever can under `example.com` and similar domains (RFC 2606). It
bounces or hits a spam trap, and providers merge all contacts that share it into one.

Bad::

    email,first_name
    test@test.com,Ann
    none@none,Bob
    n/a,Cleo
    dan@example.com,Dan

Findings::

    2:email EML310 a placeholder, not a real email address
    3:email EML310 a placeholder, not a real email address
    4:email EML310 a placeholder, not a real email address
    5:email EML310 a placeholder, not a real email address

Good::

    email,first_name
    ann@kestrel-labs.com,Ann
    test@kestrel-labs.com,Bob
    cleo@example-labs.com,Cleo
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Rule, Scope, Severity

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
_ADDRESS = (
    rf"^(?:{_TWICE}|{_TWO}|{_YOURS}|none@none|nobody@nobody(?:\.[a-z]+)*)$"
    r"|[@.]example\.(?:com|net|org)$|[@.]example$"
)
_BLANKS = (
    "-", "--", "#n/a", "n.a.", "n/a", "na", "nil", "no", "no email", "no e-mail", "noemail", "none",
    "not available", "not given", "not provided", "null", "refused", "tbd", "test", "unknown", "x",
    "xx", "xxx", "aucun", "aucune", "geen", "ingen", "k.a.", "keine", "keine angabe", "nenhum",
    "nessuna", "ninguno", "non fourni", "sin correo",
)  # fmt: skip


def check(email: pd.Series[str], context: Context) -> pd.Series[bool]:
    del email
    core = context.judged["core"].str.lower()
    return ~(core.isin(_BLANKS) | core.str.contains(_ADDRESS))


RULE = Rule(
    code="EML310",
    name="email-placeholder",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"email"}),
    suspects=_ADDRESS,
    message="a placeholder, not a real email address",
    check=check,
)
