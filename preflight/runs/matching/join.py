"""Provider failures + row maps: which input rows a failure report is about.

A report names a row by a number, whose base no provider documents, or by the row's match key. Each
line of it ends in one of two tables: with the row it is about, or among those nobody can place.
Nothing is placed by a guess: a base counts only where the reported values prove it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from preflight.config.profile import Profile
from preflight.core.redact_cells import redact_cells
from preflight.core.types import FailureReport, Outcome, Part, Reason
from preflight.providers.exchange import shown
from preflight.runs.matching import match_lines
from preflight.runs.matching.match_lines import NO_ROW, NOBODY, MatchedLines
from preflight.writing.parts import read_part

_TEXTS = ("code", "message", "reason", "how")


@dataclass(frozen=True)
class Joined:
    """A failure report, joined to the rows of a part.

    Attributes:
        failures: one line for each row and reason, in row order: row int64 and line int64 (of the
            input), code str and message str (verbatim), reason str (a `Reason`), how str: "row
            number", "key" or "one of k" (k rows could not be told apart).
        unmatched: the report lines that no row could be found for: code, message, cells, why, all
            str. `cells` is personal data.
        base: the row number that the provider gives the first data row, where it was found out.
        notes: what there is to say about the joining; facts without values.
    """

    failures: pd.DataFrame
    unmatched: pd.DataFrame
    base: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """How many rows failed."""
        return int(self.failures["row"].nunique())


@dataclass(frozen=True, slots=True)
class PartBooks:
    """Where the rows of one part ended.

    Attributes:
        accepted: rows that the provider took.
        rejected_there: rows that it refused; with `accepted` the rows of the part.
        unattributed: how many of `rejected_there` it cannot be told which rows they are.
        notes: what did not agree; facts without values.
    """

    accepted: int
    rejected_there: int
    unattributed: int
    notes: tuple[str, ...] = ()


def join(
    report: FailureReport,
    part: Part,
    *,
    by: str,
    key_field: str | Sequence[str],
    profile: Profile,
) -> Joined:
    """Finds the rows that a failure report is about.

    By row number, its base is what the values prove: a base *fits* when every number lies in the
    part and every reported value stands in the row of its number, compared as `keys.fold` does. It
    is taken when it is the only one that fits; also when at least two lines and nine in ten of
    those with a value agree with it and next to none speaks for another base alone (the lines
    that disagree are then unmatched). Without any value, a base is taken only where the numbers lie
    in the part under no other. Otherwise no line is placed.

    By key, a line belongs to the row of the same match key. Of several rows with it those count
    that have the line's other cells too; if they still are several, each line takes one that no
    line has taken before, until all are taken.

    A line that says of a row what another has said is folded into it.

    Args:
        report: as the provider's client or `read_failures` made it.
        part: what was sent.
        by: "row", "key", or "any": by key, and lines without one by their row number.
        key_field: the field (or fields, tried in order) that the report's key is a value of.
        profile: of the provider, for reasons and the kinds of fields.

    Raises:
        SourceError: the part cannot be read any more.
    """
    table, cells = _without_gaps(report), read_part(part)
    found = _placed(report, table, part, cells, by, key_field, profile)
    return _joined(_sorted_out(table, cells, part, profile), part, found, profile)


def placed(
    report: FailureReport,
    part: Part,
    *,
    by: str,
    key_field: str | Sequence[str],
    profile: Profile,
) -> MatchedLines:
    """For each line of a report the row of a part that it is about; arguments as for `join`."""
    table = _without_gaps(report)
    return _placed(report, table, part, read_part(part), by, key_field, profile)


def _without_gaps(report: FailureReport) -> pd.DataFrame:
    table = report.table.reset_index(drop=True)
    return table.fillna(dict.fromkeys(("code", "message", "value", "key", "cells"), ""))


def _placed(
    report: FailureReport,
    table: pd.DataFrame,
    part: Part,
    cells: pa.Table,
    by: str,
    key_field: str | Sequence[str],
    profile: Profile,
) -> MatchedLines:
    if by == "row":
        return match_lines.by_row(table, part, cells)
    fields = (key_field,) if isinstance(key_field, str) else tuple(key_field)
    place = match_lines.by_any if by == "any" else match_lines.by_key
    return place(report, table, part, cells, fields, profile)


def _sorted_out(table: pd.DataFrame, cells: pa.Table, part: Part, profile: Profile) -> pd.DataFrame:
    """The report with codes that can be counted, and shown to anyone.

    What stands as a code may be a sentence about one contact. A code that the profile does not know
    is kept without what it repeats of the rows; then its words lead the message.
    """
    strange = [code for code in table["code"].unique() if profile.reason(code) is Reason.UNKNOWN]
    bare = redact_cells(strange, cells, part.header)
    codes = {old: shown(new) for old, new in zip(strange, bare, strict=True) if shown(new) != old}
    if not codes:
        return table
    verbatim = table["code"].where(table["code"].isin(list(codes)), "")
    joint = ((verbatim != "") & (table["message"] != "")).map({True: "; ", False: ""})
    return table.assign(
        code=table["code"].replace(codes), message=verbatim + joint + table["message"]
    )


def _joined(table: pd.DataFrame, part: Part, placed: MatchedLines, profile: Profile) -> Joined:
    found = placed.at != NOBODY
    at = placed.at[found]
    codes = table["code"]
    reasons = {code: str(profile.reason(code)) for code in codes.unique()}
    failures = pd.DataFrame(
        {
            "row": part.row_map[at],
            "line": part.lines[at],
            "code": codes[found].to_numpy(),
            "message": table["message"][found].to_numpy(),
            "reason": codes[found].map(reasons).to_numpy(),
            "how": placed.how[found],
        }
    ).astype({"row": "int64", "line": "int64"} | dict.fromkeys(_TEXTS, "str"))
    # In the order of the part first, so that of the same words the report's first stay.
    failures = failures.iloc[np.argsort(at, kind="stable")]
    once = failures.drop_duplicates(["row", "code", "message"]).sort_values(
        "row", kind="stable", ignore_index=True
    )
    repeats = len(failures) - len(once) + placed.repeats
    lost = table[~found & (placed.why != "")]
    unmatched = pd.DataFrame(
        {
            "code": lost["code"],
            "message": lost["message"],
            "cells": lost["cells"],
            "why": placed.why[lost.index],
        }
    ).astype("str")
    notes = list(placed.notes)
    if repeats:
        notes.append(f"{_lines(repeats)} saying again what another line said of the same row")
    twins = once["how"].str.startswith("one of ")
    if twins.any():
        notes.append(
            f"{_lines(int(twins.sum()))} fitting several rows that cannot be told apart: each was "
            "given to one of them"
        )
    notes += [
        f"{_lines(count)} without a place: {why}"
        for why, count in unmatched["why"].value_counts().sort_index().items()
    ]
    return Joined(once, unmatched.reset_index(drop=True), placed.base, tuple(notes))


def _lines(count: int) -> str:
    return f"{count} report line{'' if count == 1 else 's'}"


def verdicts(part: Part, joined: Joined, outcome: Outcome) -> PartBooks:
    """Where the rows of a part ended, the provider's own count reconciled with its report.

    Of a job that failed every row is refused, and none has to be told from the others. Else the
    provider's count stands where it is above what could be joined: the rest is refused, though it
    cannot be told which rows it is. Where it is below, the report stands. Where the provider gives
    no count, lines that may be about rows of the part stand for as many rows; those that match no
    row that was sent do not.

    Raises:
        ValueError: the job has not ended: nothing can be said of its rows.
    """
    if outcome.state == "running":
        raise ValueError("a job that runs has no verdicts")
    if outcome.state == "failed":
        return PartBooks(0, part.rows, 0)
    known, notes = joined.rows, list[str]()
    if outcome.rejected is None:
        doubtful = joined.unmatched[joined.unmatched["why"] != NO_ROW]
        refused = known + len(doubtful.drop_duplicates())
    else:
        refused = outcome.rejected
        if refused < known:
            notes.append(
                f"the provider counts {refused} refused rows, its report has {known}: the report "
                "stands"
            )
    if refused > part.rows:
        notes.append(
            f"the provider counts {refused} refused rows, more than the {part.rows} of the part"
        )
    refused = max(known, min(refused, part.rows))
    if refused > known:
        notes.append(
            f"the provider rejected {refused} rows; its report does not say which "
            f"{refused - known} of them"
        )
    return PartBooks(part.rows - refused, refused, refused - known, tuple(notes))
