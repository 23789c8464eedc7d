"""A total, a signature or another closing line below the contacts, not a contact.

Reports end with `Total: 9`, `Average`, `Records: 2474`, `-- end --` or a confidentiality note, and
text copied from a mail with `Sent from my phone`. A provider would import it as a contact. The rule
looks at the last rows only, and only at rows without an address or phone number and with little
else: a contact may be called Total. The row is not sent, and no other rule looks at it; it is
dropped only with `--unsafe-fixes`, because this remains a guess. It is an error and not a warning:
a warning would send the row, or leave it to rules that see a bad address in it, which is not what
is wrong.

Options::

    --unsafe-fixes

Bad::

    email,company,first_name,visits
    ann@kestrel-labs.com,Kestrel Labs,Ann,2
    bob@kestrel-labs.com,Kestrel Labs,Bob,3
    Total: 5,,,
    Sent from my phone,,,
    -- end --

Findings::

    4 STR110 a total or closing line, not a contact
    5 STR110 a total or closing line, not a contact
    6 STR110 a total or closing line, not a contact

Good::

    email,company,first_name,visits
    ann@kestrel-labs.com,Kestrel Labs,Ann,2
    total@kestrel-labs.com,Kestrel Labs,Total,3

Fixed::

    email,company,first_name,visits
    ann@kestrel-labs.com,Kestrel Labs,Ann,2
    bob@kestrel-labs.com,Kestrel Labs,Bob,3
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import RowContext, Rule, Safety, Scope, Severity, contains

_TAIL = 8
_SUM = (
    r"(?:(?:grand |sub[- ]?)?totals?|sums?|count|records?|rows?|contacts?"
    r"|(?:gesamt|zwischen)?summe|gesamt|subtotal(?:es)?|totales|total g[eé]n[eé]ral"
    r"|average|avg|mean|median|durchschnitt|mittelwert|moyenne|promedio|gemiddelde"
    r"|totaux|somme|totale|totali|somma|totaal|totalt|razem|celkem|toplam|yhteens[aä]"
    r"|итого|всего|合計|总计|總計)"
)
# Names of people too, so only with a number.
_COUNT = "(?:suma|anzahl|aantal|antal|liczba|nombre|número)"
# Not `\pL`: without regard to case RE2 takes milliseconds to compile it, for each file.
_WORDS = r"(?:[- ][^\s\d[:punct:]][^\s\d:;,=()@]*){0,3}"
_MAIL = (
    r"sent from (?:my |mail |outlook|yahoo|samsung|a mobile|the )|get outlook for "
    r"|von meinem .+ gesendet|gesendet (?:von|mit) |envoy[eé] (?:de mon|depuis|à partir) "
    r"|enviado desde |enviado d[oe] (?:meu |mi )|inviato da(?:l mio)? |verzonden vanaf "
    r"|verstuurd vanaf |skickat från |sendt fra |lähetetty |wysłane z |wysłano z "
    r"|(?:best|kind|warm) regards|mit freundlichen gr(?:ü|ue)(?:ß|ss)en|cordialement"
    r"|saludos cordiales|cordiali saluti|met vriendelijke groet"
)
_AMONG = (
    rf"(?i)^\s*(?:{_SUM}(?:\s*(?:[:=]|\(|[-\x{{2013}}]?\s*\d|of\b|records?|rows?|contacts?|count|$).*)?"
    rf"|{_SUM}{_WORDS}\s*(?:[:=]\s*|\s)[\d.,\s]*|{_COUNT}{_WORDS}\s*[:=]?\s*\d[\d.,\s]*"
    rf"|\(?\d[\d,. ]*\s+(?:records?|rows?|contacts?)\b.*"
    r"|[-=*_#<]{2,}.*|end of (?:file|report|list|data|export)\b.*|\[?eof\]?"
    r"|(?:generated|exported|created|printed|downloaded|report run|as of)\b.*|page \d.*"
    r"|this (?:list|file|report|document|e-?mail|message|data) (?:is|was|contains|may)\b.*"
    rf"|copyright\b.*|©.*|\(c\) .*|confidential\b.*|note:.*|(?:{_MAIL}).*)\s*$"
)
# Instead of an address or a number it is a label, and one word may follow in another cell.
_LABEL = rf"(?i)^(?:{_SUM}|generated|exported|created|printed|downloaded)\b"
_ADDRESS = r"[^\s@]+@[^\s@]+\.[^\s@]+"
_PHONE = r"^\s*['(]*\+\d[\d ().-]{6,}$"
_DIGITS = r"^(?:[^0-9]*[0-9]){7,}[^0-9]*$"
# Amounts, dates and times.
_NUMBER = r"^\s*[-+]?\s?(?:[A-Z]{3}\s|[$€£¥])?\s?\d[\d.,:/\sTZ+-]*\s?(?:[%$€£¥]|[A-Z]{3})?\s*$"


def check(rows: pd.DataFrame, context: RowContext) -> pd.Series[bool]:
    text = rows.apply(lambda cells: cells.str.strip())
    value = f"{_ADDRESS}|{_PHONE}"
    contact = text.apply(lambda cells: contains(cells, value)).any(axis=1)
    kinds = {column.position: column.kind for column in context.columns}
    for at in text.columns:
        if kinds[at] == "phone":
            contact |= contains(text[at], _DIGITS)
    numbers = text.apply(lambda cells: contains(cells, _NUMBER)).sum(axis=1)
    words = (text != "").sum(axis=1) - numbers
    keyed = pd.Series(False, index=rows.index)
    for at in text.columns:
        if kinds[at] in {"email", "phone"}:
            keyed |= contains(text[at], _LABEL)
    valid: pd.Series[bool] = contact | (words > 1 + keyed)
    return valid


RULE = Rule(
    code="STR110",
    name="row-total",
    scope=Scope.ROW,
    severity=Severity.ERROR,
    message="a total or closing line, not a contact",
    check=check,
    among=_AMONG,
    tail=_TAIL,
    ragged=True,
    safety=Safety.UNSAFE,
    drops=True,
)
