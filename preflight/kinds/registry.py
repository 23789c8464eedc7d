"""What a column can hold, and which of its cells the rules have to check.

Each kind has a triage, `plain`: one vectorised test that is True for a cell that is *obviously
fine*. It is sound: no rule of the kind reports a cell that passes it, except rules that name
suspects of their own. Only the other cells reach the rules, each distinct value once, along with
the result of the kind's library (`judge`). Triage only saves time: a property test shows that
triage and rules give the same findings as rules alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.invisible import drop_zero_width, strip_invisible, tidy
from preflight.core.patterns import matching
from preflight.core.types import Bools, Hints
from preflight.kinds import email
from preflight.kinds.email import trim_email, unwrap_email
from preflight.kinds.email_contents import (
    PLACEHOLDER_ADDRESS,
    emails_in,
    placeholder_email,
    several_emails,
)
from preflight.kinds.phone import judge as phones
from preflight.kinds.phone.cells import phones_in
from preflight.kinds.phone.judge import trim_phone
from preflight.kinds.phone.line_type import line_types, numbers_of
from preflight.kinds.placeholders import PLACEHOLDER, SHEET_ERROR, is_placeholder, placeholder
from preflight.kinds.timestamp import judge as timestamps

__all__ = [
    "ALL_KINDS",
    "KINDS",
    "PLACEHOLDER",
    "PLACEHOLDER_ADDRESS",
    "SHEET_ERROR",
    "Kind",
    "drop_zero_width",
    "emails_in",
    "is_placeholder",
    "line_types",
    "numbers_of",
    "phones_in",
    "placeholder",
    "placeholder_email",
    "several_emails",
    "strip_invisible",
    "tidy",
    "trim_email",
    "trim_phone",
    "unwrap_email",
]

# Letters, digits and the punctuation of ordinary text, with single plain spaces between words. Does
# not match formulas, spreadsheet errors, markup or invisible characters.
_TEXT = (
    r"^[\pL\pN(][\pL\pM\pN.,&()/:;!?%_+*'’\"\[\]–—·-]*"
    r"(?: [\pL\pM\pN.,&()/:;!?%_+*'’\"\[\]–—·-]+)*$"
)
_NAME = r"^[\pL][\pL\pM.'’-]*(?: [\pL\pM.'’-]+)*$"
_COUNTRY = r"^[\pL](?: ?[\pL\pM.,'’()-])*$"


def _matches(pattern: str) -> Callable[[pa.ChunkedArray], pa.ChunkedArray]:
    """The triage by a pattern, which costs less for ASCII: the classes of letters are large."""
    ascii_pattern = pattern.translate({ord(sign): None for sign in "’–—·"})
    for letters, in_ascii in ((r"\pL", "A-Za-z"), (r"\pM", ""), (r"\pN", "0-9")):
        ascii_pattern = ascii_pattern.replace(letters, in_ascii)

    def plain(values: pa.ChunkedArray) -> pa.ChunkedArray:
        fine = matching(values, ascii_pattern)
        if pc.all(pc.or_(fine, pc.string_is_ascii(values))).as_py() is not False:
            return fine
        return pc.or_(fine, matching(values, pattern))

    return plain


def _judge_nothing(cells: pd.DataFrame, hints: Hints) -> pd.DataFrame:
    del hints
    return pd.DataFrame(index=cells.index)


@dataclass(frozen=True)
class Kind:
    """One kind of column.

    Attributes:
        name: "email", "phone", …
        plain: the triage; takes a string column, returns booleans of the same length.
        judge: reads distinct cells with the kind's library; takes a frame with the column `value`
            (and `region` if `regional`) and the hints about the whole column, returns a frame of
            the same index.
        again: the triage of fixed cells, where it costs less; also takes where a cell is the normal
            form of one that has one.
        obvious: what `judge` says of cells that pass the triage, where that costs less; takes their
            values.
        regional: whether a cell can be read only with the region of its row.
        normal: the column of `judge`'s result with the normal form of the value, for match keys.
    """

    name: str
    plain: Callable[[pa.ChunkedArray], pa.ChunkedArray]
    judge: Callable[[pd.DataFrame, Hints], pd.DataFrame] = _judge_nothing
    again: Callable[[pa.ChunkedArray, Bools], pa.ChunkedArray] | None = None
    obvious: Callable[[pd.Series[str]], pd.DataFrame] | None = None
    regional: bool = False
    normal: str | None = None


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("email", email.plain, lambda cells, _: email.judge(cells["value"]), normal="normal"),
        Kind(
            "phone",
            phones.plain,
            lambda cells, _: phones.judge(cells["value"], cells["region"]),
            again=phones.plain,
            obvious=phones.obvious,
            regional=True,
            normal="e164",
        ),
        Kind(
            "timestamp",
            timestamps.plain,
            lambda cells, hints: timestamps.judge(cells["value"], hints),
        ),
        Kind("name", _matches(_NAME)),
        Kind("country", _matches(_COUNTRY)),
        Kind("text", _matches(_TEXT)),
    )
}

ALL_KINDS = frozenset(KINDS)
