"""Text that a program wrapped in a formula: `="0412 345 678"`.

Exporters write it so that a spreadsheet keeps leading zeros, a plus or a date as text. To any other
program the equals sign and the quotes are part of the value.
"""

from __future__ import annotations

import re

# The text is a literal, and nothing else is in the formula. Within it a quote is written twice;
# a CSV writer that writes it twice again leaves two around it.
_LITERAL = r'"(?:[^"]|"")*"'
FORMULA_TEXT = rf'^\s*=\s*(?:{_LITERAL}|[Tt]\(\s*{_LITERAL}\s*\)|""[^"]+"")\s*$'
_FORMULA_TEXT = re.compile(FORMULA_TEXT)
_OUTSIDE = re.compile(r'^\s*=\s*(?:[Tt]\(\s*)?"|"(?:\s*\))?\s*$')
_DOUBLED = re.compile(r'^"([^"]+)"$')


def formula_text(value: str) -> str:
    """The text in such a formula; any other value is returned unchanged.

    Repeated until nothing changes, so unwrapping twice equals unwrapping once.
    """
    while _FORMULA_TEXT.match(value):
        inside = _OUTSIDE.sub("", value)
        value = _DOUBLED.sub(r"\1", inside).replace('""', '"')
    return value
