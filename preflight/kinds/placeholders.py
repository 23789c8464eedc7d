r"""What programs and people write where a value is missing; the same in every kind of column.

- `WORDS` in any case: `n/a`, `not provided`, `unknown` in the languages of the aliases, `(not set)`
  (Google Analytics), `(blank)` (pivot tables), `undefined`, `[object Object]` and `Invalid Date`
  (JavaScript), `<NA>` (pandas), `<nil>` (Go), `System.Object[]` (PowerShell's `Export-Csv`),
  `[Record]` (Power Query), `not assigned` (SAP BW), `Loading...` (Google Sheets), `Info Requested`
  (ticket exports), `anonymous` (forms), `[deleted]` (WordPress, WooCommerce), `REDACTED FOR
  PRIVACY` (WHOIS).
- `MACHINE_WORDS` in exactly this case, because Nan, Nat and Null are names: `NULL`, `NaN`, `\N`
  (text exports of MySQL and PostgreSQL).
- `MARKS`: dashes, question marks, dots, underscores or asterisks alone, and quotation marks around
  nothing.
- `ZERO_DATE`: `0000-00-00` (MySQL), `00/00/0000`, `0001-01-01` (.NET), `1/0/1900` (Excel),
  `1899-12-30` (OLE), with midnight or without.
- `WRITTEN`: text that stands for a value. A merge tag that was never filled in (`*|FNAME|*`,
  `{{first_name}}`, `%%First Name%%`, `%FIRSTNAME%`, `[[FIRSTNAME]]`, `${name}`), the lead of
  Facebook's testing tool (`<test lead: dummy data for email>`), and what protects an address on a
  page (`[email protected]` and its link of Cloudflare, the sentence of Joomla in its languages).

- `SHEET_ERROR`, no word for a missing value but one for a lost one: what a spreadsheet or Access
  writes instead of a value that it cannot compute or find.

The forms of WordPress and Joomla (de, es, it, nl) were looked up in their documentation and pages;
the others are common knowledge, and no page was read for them.

All are RE2 and Python patterns for a cell without whitespace around it.
"""

from __future__ import annotations

import functools
import re

import pandas as pd

from preflight.core.arrow import matches, strings
from preflight.core.invisible_cells import stripped

WORDS = (
    r"#?n/a|n\.a\.|#n/a n/a|nil|none|undef(?:ined)?|<na>|#null|not? (?:set|value|data|assigned)"
    r"|not (?:available|applicable|given|provided|specified|stated|disclosed|known|entered)"
    r"|\(no value\)|unknown|tbd|tba|tbc|to be (?:announced|confirmed|determined)|info requested"
    r"|anonymous|(?:data )?redacted(?: for privacy)?|loading\.{3}|invalid date(?:time)?"
    r"|[(<\[]{1,2}(?:null|none|nil|blank|empty|unknown|deleted|removed|redacted|hidden"
    r"|not (?:set|provided|available|given|specified|disclosed))[)>\]]{1,2}"
    r"|\[object [a-z]+\]|\[(?:record|table|list)\]|system\.(?:object|string|__comobject)(?:\[\])?"
    r"|this content was deleted by the author\."
    r"|unbekannt|keine angaben?|nicht (?:angegeben|verfügbar|bekannt|zugeordnet)|k\. ?a\."
    r"|inconnue?|non (?:renseignée?|fournie?|disponible|précisée?)"
    r"|desconocid[oa]|no (?:disponible|especificad[oa]|indicad[oa]|proporcionad[oa])|sin datos"
    r"|sconosciut[oa]|non (?:specificat[oa]|indicat[oa]|fornit[oa])"
    r"|onbekend|niet (?:beschikbaar|opgegeven|ingevuld)|desconhecid[oa]"
    r"|não (?:informad[oa]|disponível)|okänd|ej angiven|ej angivet"
    r"|ukendt|ukjent|ikke oppgitt|ikke angivet|nieznan[ye]|brak danych"
)
MACHINE_WORDS = r"NULL|NAN|NaN|nan|null|NaT|\\N|NaN[-/.:]NaN[-/.:]NaN.*"
_OPEN, _CLOSE = "\"'`“”„«»‹›‘’‚「『", "\"'`“”«»‹›‘’」』"
MARKS = f"[-\u2013\u2014]{{1,3}}|[?]+|[.\u2026]+|__+|[*]{{2,}}|[{_OPEN}]\\s*[{_CLOSE}]"
_MIDNIGHT = r"[ T](?:0{1,2}:00(?::00(?:\.0+)?)?|12:00:00 AM)(?: ?Z)?"
ZERO_DATE = (
    r"(?:0{1,2}[-/.]0{1,2}[-/.]0{2,4}|0000[-/.]0{1,2}[-/.]0{1,2}|0001-01-01|0?1[/.]0?1[/.]0001"
    r"|0?1/0?0/(?:19)?00|0?0[/.]0?1[/.]1900|1899-12-30)"
    rf"(?:{_MIDNIGHT})?"
)
_TAG = r"[^\[\](){}<>%*]+"  # a bound would make RE2 compile the class as many times
_TAGS = (
    r"\*\|TAG\|\*|\{\{\{?TAG\}?\}\}|%%TAG%%|%[A-Z][A-Z_]{2,}%|\[\[TAG\]\]|\$\{TAG\}|\{%TAG%\}"
).replace("TAG", _TAG)
_CLOAKED = (
    r"(?:this e-?mail address is being protected from"
    r"|diese e-?mail-?adresse ist (?:vor|gegen) spambots"
    r"|cette adresse e-?mail est protégée contre les robots"
    r"|esta dirección de correo electrónico está (?:siendo )?protegida contra"
    r"|questo indirizzo (?:e-?mail )?è protetto dagli spambot"
    r"|dit e-?mailadres wordt beveiligd tegen spambots"
    r"|este endereço de e-?mail está (?:sendo )?protegido (?:contra|de)"
    r"|denna e-postadress skyddas (?:från|mot) spam"
    r"|(?:ten )?adres (?:pocztowy|e-?mail|poczty elektronicznej) jest chroniony przed).*"
)
WRITTEN = (
    rf"{_TAGS}|(?:[a-z]:)?<?test lead: dummy data for [^<>]*>?"
    r"|\[e-?mail(?:\W|&(?:#160|#xa0|nbsp);)?protected\]"
    rf"|(?:https?://[^ ]+)?/cdn-cgi/l/email-protection[^ ]*|{_CLOAKED}"
)
# People write `#N/A` for a blank too, so it is a word.
SHEET_ERROR = (
    r"(?i:#(?:REF!|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|UNKNOWN!"
    r"|BUSY!|GETTING_DATA|ERROR!?|DELETED))|#{3,}"
)
PLACEHOLDER = rf"^\s*(?:(?i:{WORDS}|{WRITTEN})|{MACHINE_WORDS}|{MARKS}|{ZERO_DATE})\s*$"


def placeholder(values: pd.Series[str]) -> pd.Series[bool]:
    """Where a value stands for a missing one, in whatever column; a mask of the values' index."""
    return pd.Series(matches(strings(stripped(values)), PLACEHOLDER), values.index)


def is_placeholder(value: str) -> bool:
    """Whether a single value does."""
    return _compiled().match(value) is not None


@functools.cache
def _compiled() -> re.Pattern[str]:
    # Here, for it takes as long to compile as all other patterns of a short call together.
    return re.compile(PLACEHOLDER)
