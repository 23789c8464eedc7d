"""Joins a failure report to the rows of a part.

A report names a row by a number, whose base no provider documents, or by the row's match key. Each
line of it ends in one of two tables: with the row that it is about, or unmatched. No line is
matched by a guess: a base counts only if the reported values prove it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from preflight.config.profile import Profile
from preflight.core.exchange import FailureReport, Outcome, Part, Reason
from preflight.core.redact_cells import redact_cells
from preflight.providers.exchange import shown
from preflight.runs.matching import match_lines
from preflight.runs.matching.match_lines import NO_ROW, NOBODY, MatchedLines
from preflight.runs.matching.reasons import reasons_of
from preflight.writing.parts import read_part

_TEXTS = ("code", "message", "reason", "how")


@dataclass(frozen=True)
class Joined:
    """A failure report, joined to the rows of a part.

    Attributes:
        failures: one line for each row and reason, in row order: row int64 and line int64 (of the
            input), code str and message str (verbatim), reason str (a `Reason`), how str: "row
            number", "key" or "one of k" (k rows could not be distinguished).
        unmatched: the report lines that match no row: code, message, cells, why, all str. `cells`
            is personal data.
        base: the number that the provider gives the first data row, if it was found out.
        notes: facts about the join, without values.
    """

    failures: pd.DataFrame
    unmatched: pd.DataFrame
    base: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """The number of rows that failed."""
        return int(self.failures["row"].nunique())


@dataclass(frozen=True, slots=True)
class PartBooks:
    """How many rows of one part were accepted and refused.

    Attributes:
        accepted: rows that the provider accepted.
        rejected_there: rows that it refused; with `accepted` all rows of the part.
        unattributed: how many of the refused rows cannot be identified.
        notes: facts that disagree, without values.
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

    By row number, the values must prove the base. A base *fits* if every number is in the part and
    every reported value is in the row of its number, compared as by `keys.fold`. A base is used if
    it is the only one that fits. It is also used if at least two lines, and nine in ten of those
    with a value, agree with it, and hardly any line speaks for another base alone; the lines that
    disagree are then unmatched. Without values, a base is used only if it is the only one for which
    the numbers are in the part. Otherwise no line is matched.

    By key, a line belongs to the row with the same match key. Of several such rows, those count
    that also have the line's other cells. If there are still several, each line takes one that no
    line took before, until all are taken.

    Lines that report the same of the same row become one.

    Args:
        report: from the provider's client or `read_failures`.
        part: what was sent.
        by: "row", "key", or "any": by key, and lines without one by their row number.
        key_field: the field (or fields, tried in order) that the report's key is a value of.
        profile: of the provider, for reasons and the kinds of fields.

    Raises:
        SourceError: the part is gone or was changed.
    """
    table, cells = _without_gaps(report), read_part(part)
    matched = _placed(report, table, part, cells, by, key_field, profile)
    return _joined(_with_public_codes(table, cells, part, profile), part, matched, profile)


def placed(
    report: FailureReport,
    part: Part,
    *,
    by: str,
    key_field: str | Sequence[str],
    profile: Profile,
) -> MatchedLines:
    """Matches each line of a report to a row of the part; arguments as for `join`."""
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
    match = match_lines.by_any if by == "any" else match_lines.by_key
    return match(report, table, part, cells, fields, profile)


def _with_public_codes(
    table: pd.DataFrame, cells: pa.Table, part: Part, profile: Profile
) -> pd.DataFrame:
    """The report with codes that can be counted and shown to anyone.

    Some providers give a sentence about one contact as the code. So a code that the profile does
    not know is kept without the cells of rows, and its full text is put before the message.
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
    matched = placed.at != NOBODY
    at = placed.at[matched]
    codes = table["code"]
    reasons = reasons_of(codes, table["message"], profile)
    failures = pd.DataFrame(
        {
            "row": part.row_map[at],
            "line": part.lines[at],
            "code": codes[matched].to_numpy(),
            "message": table["message"][matched].to_numpy(),
            "reason": reasons[matched],
            "how": placed.how[matched],
        }
    ).astype({"row": "int64", "line": "int64"} | dict.fromkeys(_TEXTS, "str"))
    # In the order of the part first, so that the report's first of equal lines is kept.
    failures = failures.iloc[np.argsort(at, kind="stable")]
    once = failures.drop_duplicates(["row", "code", "message"]).sort_values(
        "row", kind="stable", ignore_index=True
    )
    repeats = len(failures) - len(once) + placed.repeats
    lost = table[~matched & (placed.why != "")]
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
        notes.append(f"{_lines(repeats)} repeating another line about the same row")
    twins = once["how"].str.startswith("one of ")
    if twins.any():
        notes.append(
            f"{_lines(int(twins.sum()))} fitting several equal rows: each was assigned to one"
        )
    notes += [
        f"{_lines(count)} not matched to a row: {why}"
        for why, count in unmatched["why"].value_counts().sort_index().items()
    ]
    return Joined(once, unmatched.reset_index(drop=True), placed.base, tuple(notes))


def _lines(count: int) -> str:
    return f"{count} report line{'' if count == 1 else 's'}"


def verdicts(part: Part, joined: Joined, outcome: Outcome) -> PartBooks:
    """The books of a part, from the provider's own count and its report.

    A job that failed refused every row. Otherwise the provider's count is used if it is higher than
    the number of joined rows: the remaining rows are refused, though it is not known which they
    are. If it is lower, the report is used. Without a count, each unmatched line that may be about
    the part counts as a row; lines that match no row that was sent do not.

    Raises:
        ValueError: the job has not ended.
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
                f"the provider counts {refused} rejected rows, its report has {known}: the report "
                "counts"
            )
    if refused > part.rows:
        notes.append(
            f"the provider counts {refused} rejected rows, more than the {part.rows} of the part"
        )
    refused = max(known, min(refused, part.rows))
    if refused > known:
        notes.append(
            f"the provider rejected {refused} rows; its report does not say which "
            f"{refused - known} of them"
        )
    return PartBooks(part.rows - refused, refused, refused - known, tuple(notes))
