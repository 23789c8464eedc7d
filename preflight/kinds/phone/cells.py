"""Recognises what people and programs put into a phone cell instead of one phone number.

The library only says that most of these are not a number, and even reads some as one. The tests
here look at how the cell is written, and recognise what happened to it.
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.patterns import matching
from preflight.kinds.placeholders import PLACEHOLDER

# A number in scientific notation, with all its digits or not.
_SCIENTIFIC = r"^[+-]?[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]{1,3}$"
# A column of numbers that a program turned into decimals.
_DECIMAL = r"^\+?[0-9]{7,15}\.0$"
_WORDS = (
    "#n/a", "(null)", "*", "**", "***", "-", "--", "---", ".", "..", "...", "/", "?", "??", "???",
    "\u2013", "\u2014", "aucun", "confidential", "geen", "inconnu", "k.a.", "kein", "keine", "n.a",
    "n.a.", "n/a", "n\\a", "na", "nan", "nessuno", "nil", "ninguno", "no", "no number", "no phone",
    "no phone number", "none", "none given", "not applicable", "not available", "not given",
    "not provided", "null", "onbekend", "private", "tba", "tbc", "tbd", "test", "unbekannt",
    "undefined", "unknown", "unlisted", "withheld", "x", "xx", "xxx", "xxxx", "xxx-xxx-xxxx",
    "(xxx) xxx-xxxx", "xxxxxxxxxx",
)  # fmt: skip
_MARKED = r"^[ ()+./-]*(?:[0-9][ ()+./-]*)+$"
_MARKS = r"[ ()+./-]"
# One digit repeated, alone or after what may be a calling code; and counting up.
_TYPED = "|".join(
    [
        "0+",
        *(f"{digit}{{3,}}" for digit in range(1, 10)),
        *(f"[0-9]{{1,3}}{digit}{{8,}}" for digit in range(10)),
        "1000000000[01]?",
        "[0-9]{0,3}1234567890",
        "0?123456?7?8?9?0?",
    ]
)
# Digits that were hidden: `***-***-2671`, `+1 415 XXX XXXX`.
_MASKED = r"^[ ()+./0-9-]*(?:[*•●]{2,}|[xX]{3,})[ ()+./0-9*•●xX-]*$"
# What may be a number with its area code among other text: digits with punctuation between.
_NUMBER = re.compile(r"\+?\(?\d(?:[ \u00a0().\u2010-\u2015-]*\d)*")
# An area code in front of a slash: `0171/3920814`.
_SLASH = re.compile(r"[ \u00a0]*/[ \u00a0]*")
_LABELLED = re.compile(r"(?:e?xt[a-z]*|x|#)[.: ]*\d+", re.IGNORECASE)
# The end of a second number behind the whole first one: `415.555.2676/7`.
_ABBREVIATED = r"^(?:[^0-9]*[0-9]){7,}[^0-9/]*/[ \x{a0}]*[0-9]{1,2}$"
_DIGITS = 7
_LONGEST = 15
_MANY = rf"(?:[0-9][^0-9]*){{{2 * _DIGITS},}}"


def scientific(cells: pa.Array) -> pa.Array:
    """True if a spreadsheet wrote the cell in scientific notation: `1.41556E+10`."""
    return matching(cells, _SCIENTIFIC)


def decimal(cells: pa.Array) -> pa.Array:
    """True if a program wrote a whole number as a decimal: `14155552671.0`."""
    return matching(cells, _DECIMAL)


def placeholder(cells: pa.Array) -> pa.Array:
    """True if the cell was typed to get past a form, or hides digits: `n/a`, `000-000-0000`."""
    words = pc.is_in(pc.utf8_lower(cells), value_set=pa.array(_WORDS))
    digits = pc.replace_substring_regex(cells, _MARKS, "")
    typed = matching(digits, f"^(?:{_TYPED})$")
    written = pc.or_(matching(cells, PLACEHOLDER), matching(cells, _MASKED))
    typed = pc.and_(typed, matching(cells, _MARKED))
    return pc.or_(written, pc.or_(words, typed))


def is_masked(cell: str) -> bool:
    """Whether digits of a cell are hidden: `415-555-XXXX`."""
    return re.search(_MASKED, cell) is not None


def several(cells: pa.Array) -> pa.Array:
    """True if a cell has more than one number, each of at least seven digits."""
    many = matching(cells, _MANY)
    candidates = iter(cells.filter(many).to_pylist())
    mask = [has_many and len(phones_in(next(candidates))) > 1 for has_many in many.to_pylist()]
    return pa.array(mask, pa.bool_())


def abbreviated(cells: pa.Array) -> pa.Array:
    """True if a cell may end in the last digits of a second number: `415.555.2676/7`."""
    return matching(cells, _ABBREVIATED)


def first_of_abbreviated(cell: str) -> str:
    """The first number of a cell whose second one is abbreviated."""
    return cell.rpartition("/")[0].strip()


def phones_in(cell: str) -> list[str]:
    """The pieces of a cell that look like a phone number, each as written."""
    pieces = []
    for run in _runs(_LABELLED.sub("", cell)):
        parts = run.split()
        if _count(run) > _LONGEST and min(map(_count, parts)) >= _DIGITS:
            pieces += parts
        elif _count(run) >= _DIGITS:
            pieces.append(run)
    return pieces


def _runs(cell: str) -> list[str]:
    """The runs of digits in a cell; an area code and what is behind its slash are one."""
    runs: list[str] = []
    end = -1
    for match in _NUMBER.finditer(cell):
        apart = cell[end : match.start()] if runs else ""
        if runs and 1 < _count(runs[-1]) < _DIGITS and _SLASH.fullmatch(apart):
            runs[-1] += apart + match[0]
        else:
            runs.append(match[0])
        end = match.end()
    return runs


def _count(text: str) -> int:
    return sum(map(str.isdigit, text))
