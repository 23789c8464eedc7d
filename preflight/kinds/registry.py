"""What a column can hold, and how its cells are told apart from the ones worth a second look.

Each kind has a triage, `plain`: one vectorised test that is True where a cell is *obviously fine*.
It is sound: no rule of the kind has anything to say about a cell it passes, save the rules that
name suspects of their own. Only the rest reach the rules, each distinct value once, together with
what the kind's library makes of it (`judge`). Triage is speed alone; a property test holds triage
and rules equal to rules alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.invisible import drop_zero_width, strip_invisible, tidy
from preflight.core.types import Hints
from preflight.kinds import email
from preflight.kinds.email import trim_email, unwrap_email
from preflight.kinds.phone import judge as phones
from preflight.kinds.phone.cells import phones_in
from preflight.kinds.phone.judge import trim_phone
from preflight.kinds.phone.line_type import line_types, numbers_of
from preflight.kinds.timestamp import judge as timestamps

__all__ = [
    "ALL_KINDS",
    "KINDS",
    "Kind",
    "drop_zero_width",
    "line_types",
    "numbers_of",
    "phones_in",
    "strip_invisible",
    "tidy",
    "trim_email",
    "trim_phone",
    "unwrap_email",
]

# Letters, digits and the punctuation of ordinary text, single plain blanks between words. It leaves
# out what starts a formula, what a spreadsheet shows for an error, mark-up, and all invisibles.
_TEXT = (
    r"^[\pL\pN(][\pL\pM\pN.,&()/:;!?%_+*'’\"\[\]–—·-]*"
    r"(?: [\pL\pM\pN.,&()/:;!?%_+*'’\"\[\]–—·-]+)*$"
)
_ASCII_TEXT = r"^[A-Za-z0-9](?: ?[A-Za-z0-9.,&()/:;!?%_+*'-])*$"
_NAME = r"^[\pL][\pL\pM.'’-]*(?: [\pL\pM.'’-]+)*$"
_COUNTRY = r"^[\pL](?: ?[\pL\pM.,'’()-])*$"


def _plain_text(values: pa.ChunkedArray) -> pa.ChunkedArray:
    # The ASCII pattern is several times faster, and settles most cells of most files.
    fine = pc.match_substring_regex(values, _ASCII_TEXT)
    if pc.all(fine).as_py() is not False:
        return fine
    return pc.or_(fine, pc.match_substring_regex(values, _TEXT))


def _matches(pattern: str) -> Callable[[pa.ChunkedArray], pa.ChunkedArray]:
    return lambda values: pc.match_substring_regex(values, pattern)


def _judge_nothing(cells: pd.DataFrame, hints: Hints) -> pd.DataFrame:
    del hints
    return pd.DataFrame(index=cells.index)


@dataclass(frozen=True)
class Kind:
    """One kind of column.

    Attributes:
        name: "email", "phone", …
        plain: the triage; takes a string column, gives booleans of the same length.
        judge: what the kind's library makes of distinct cells; takes a frame with the column
            `value` (and `region` where `regional`) and what is known of the whole column, gives a
            frame of the same index.
        regional: whether a cell means nothing without its row's region.
        normal: the column of the judgement that holds the value's normal form, for match keys.
    """

    name: str
    plain: Callable[[pa.ChunkedArray], pa.ChunkedArray]
    judge: Callable[[pd.DataFrame, Hints], pd.DataFrame] = _judge_nothing
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
        Kind("text", _plain_text),
    )
}

ALL_KINDS = frozenset(KINDS)
