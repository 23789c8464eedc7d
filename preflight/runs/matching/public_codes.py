"""The codes of a failure report in a form that can be counted and shown to anyone."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from preflight.config.profile import Profile
from preflight.core.exchange import Part, Reason
from preflight.core.redact_cells import redact_cells
from preflight.providers.exchange import shown

OTHER = "(another text)"
"""Stands for a code that the profile does not know, when a report has very many of them."""

_MOST = 2000
_LONGEST = 1000


class PublicCodes:
    """Finds the public form of codes.

    Some providers give a sentence about one contact as the code. So a code that the profile does
    not know is kept without the cells of rows, and its full text is put before the message.

    Args:
        cells: of the part that was sent.
        part: the part.
        profile: of the provider.
    """

    def __init__(self, cells: pa.Table, part: Part, profile: Profile) -> None:
        self._cells = cells
        self._part = part
        self._profile = profile
        self._known: dict[str, str] = {}

    def of(self, table: pd.DataFrame) -> pd.DataFrame:
        """The lines of a page with public codes."""
        strange = [
            code for code in table["code"].unique() if self._profile.reason(code) is Reason.UNKNOWN
        ]
        new = [code for code in strange if code not in self._known]
        new = new[: max(0, _MOST - len(self._known))]
        bare = redact_cells([code[:_LONGEST] for code in new], self._cells, self._part.header)
        self._known |= {old: shown(text) for old, text in zip(new, bare, strict=True)}
        codes = {code: self._known.get(code, OTHER) for code in strange}
        codes = {old: public for old, public in codes.items() if old != public}
        if not codes:
            return table
        replaced = table["code"].isin(list(codes))
        verbatim = table["code"].where(replaced, "")
        joint = ((verbatim != "") & (table["message"] != "")).map({True: "; ", False: ""})
        return table.assign(
            code=table["code"].map(lambda code: codes.get(code, code)).astype("str"),
            message=verbatim + joint + table["message"],
        )
