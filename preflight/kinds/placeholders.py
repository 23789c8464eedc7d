r"""What programs and people write where a value is missing; the same in every kind of column.

- `WORDS` in any case: `n/a`, `(not set)` (Google Analytics), `(blank)` (pivot tables), `undefined`
  and `[object Object]` (JavaScript), `<NA>` (pandas).
- `MACHINE_WORDS` in exactly this case, because Nan, Nat and Null are names: `NULL`, `NaN`, `\N`
  (text exports of MySQL and PostgreSQL).
- `MARKS`: dashes alone.
- `ZERO_DATE`: `0000-00-00` (MySQL), `00/00/0000`, with midnight or without.
- `WRITTEN`: text that stands for a value. A merge tag that was never filled in (`*|FNAME|*`,
  `{{first_name}}`, `%%First Name%%`, `%FIRSTNAME%`, `[[FIRSTNAME]]`, `${name}`), the lead of
  Facebook's testing tool (`<test lead: dummy data for email>`), and what protects an address on a
  page (`[email protected]` of Cloudflare, the sentence of Joomla).

All are RE2 and Python patterns for a cell without whitespace around it.
"""

from __future__ import annotations

import pandas as pd

from preflight.core.arrow import matches, strings
from preflight.core.invisible import stripped

WORDS = (
    r"#?n/a|n\.a\.|#n/a n/a|nil|none|undefined|<na>|[(<\[](?:null|none|blank|empty|not set)[)>\]]"
    r"|\[object object\]|not set|not applicable"
)
MACHINE_WORDS = r"NULL|NAN|NaN|nan|null|NaT|\\N"
MARKS = "[-\u2013\u2014]{1,3}"
_MIDNIGHT = r"[ T]0{1,2}:00(?::00(?:\.0+)?)?(?: ?Z)?"
ZERO_DATE = r"(?:0{1,2}[-/.]0{1,2}[-/.]0{2,4}|0000[-/.]0{1,2}[-/.]0{1,2})" + f"(?:{_MIDNIGHT})?"
_TAG = r"[^\[\](){}<>%*]+"  # a bound would make RE2 compile the class as many times
_TAGS = (
    r"\*\|TAG\|\*|\{\{\{?TAG\}?\}\}|%%TAG%%|%[A-Z][A-Z_]{2,}%|\[\[TAG\]\]|\$\{TAG\}|\{%TAG%\}"
).replace("TAG", _TAG)
WRITTEN = (
    rf"{_TAGS}|(?:[a-z]:)?<?test lead: dummy data for [^<>]*>?|\[email\W?protected\]"
    r"|this email address is being protected from spambots.*"
)
PLACEHOLDER = rf"^\s*(?:(?i:{WORDS}|{WRITTEN})|{MACHINE_WORDS}|{MARKS}|{ZERO_DATE})\s*$"


def placeholder(values: pd.Series[str]) -> pd.Series[bool]:
    """Where a value stands for a missing one, in whatever column; a mask of the values' index."""
    return pd.Series(matches(strings(stripped(values)), PLACEHOLDER), values.index)
