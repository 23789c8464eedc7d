"""Joins a failure report to the rows of a part.

A report names a row by a number, whose base no provider documents, or by the row's match key. Each
line of it ends in one of two tables: with the row that it is about, or unmatched. No line is
matched by a guess: a base counts only if the reported values prove it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from preflight.config.profile import Profile
from preflight.core.exchange import FailureReport, Outcome, Part
from preflight.core.spool import Spool
from preflight.runs.matching import match_lines
from preflight.runs.matching.match_keys import Earlier, Target, by_any, by_key, with_keys
from preflight.runs.matching.match_lines import NO_ROW, NOBODY, MatchedLines
from preflight.runs.matching.public_codes import PublicCodes
from preflight.runs.matching.reasons import reasons_of
from preflight.writing.parts import read_part

MOST_REASONS = 100
"""How many different reasons for one row are told."""

_TEXTS = ("code", "message", "reason", "how")
_SAME = ["row", "code", "message"]
_TO_CONDENSE = 50_000


@dataclass(frozen=True)
class Joined:
    """A failure report, joined to the rows of a part.

    Attributes:
        failures: one line for each row and reason, in row order: row int64 and line int64 (of the
            input), code str and message str (verbatim), reason str (a `Reason`), how str: "row
            number", "key" or "one of k" (k rows could not be distinguished).
        unmatched: the report lines that match no row: code, message, cells, why, all str. `cells`
            is personal data. Of a long report those of its first page.
        further: the unmatched lines of its further pages.
        base: the number that the provider gives the first data row, if it was found out.
        notes: facts about the join, without values.
    """

    failures: pd.DataFrame
    unmatched: pd.DataFrame
    further: Sequence[pd.DataFrame] | Spool[pd.DataFrame] = ()
    base: int | None = None
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """The number of rows that failed."""
        return int(self.failures["row"].nunique())

    @property
    def lost_lines(self) -> int:
        """The number of unmatched lines."""
        return sum(map(len, self.lost()))

    def lost(self) -> Iterator[pd.DataFrame]:
        """The unmatched lines of all pages."""
        yield self.unmatched
        yield from self.further


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
    pages, codes = _Pages(), PublicCodes(read_part(part), part, profile)
    for table, matched in placed(report, part, by=by, key_field=key_field, profile=profile):
        pages.add(_joined(codes.of(table), part, matched, profile))
    return pages.joined()


def placed(
    report: FailureReport,
    part: Part,
    *,
    by: str,
    key_field: str | Sequence[str],
    profile: Profile,
) -> Iterator[tuple[pd.DataFrame, MatchedLines]]:
    """The tables of a report's pages, each with the rows of its lines; arguments as for `join`."""
    fields = (key_field,) if isinstance(key_field, str) else tuple(key_field)
    target, earlier = Target(part, read_part(part), fields, profile), None
    if report.further is not None:
        tables = map(_without_gaps, report.pages())
        proof = match_lines.proof_of(
            map(with_keys, tables) if by == "any" else tables, part, target.cells
        )
        earlier = Earlier(proof, np.zeros(part.rows, dtype=bool))
    for page in report.pages():
        table = _without_gaps(page)
        if by == "row":
            proved = earlier.proof if earlier is not None else None
            yield table, match_lines.by_row(table, part, target.cells, proved)
        else:
            yield table, (by_any if by == "any" else by_key)(page, table, target, earlier)


def _without_gaps(report: FailureReport) -> pd.DataFrame:
    table = report.table.reset_index(drop=True)
    return table.fillna(dict.fromkeys(("code", "message", "value", "key", "cells"), ""))


def _joined(table: pd.DataFrame, part: Part, placed: MatchedLines, profile: Profile) -> _Page:
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
    once = failures.drop_duplicates(_SAME)
    lost = table[~matched & (placed.why != "")]
    unmatched = pd.DataFrame(
        {
            "code": lost["code"],
            "message": lost["message"],
            "cells": lost["cells"],
            "why": placed.why[lost.index],
        }
    ).astype("str")
    return _Page(
        once,
        unmatched.reset_index(drop=True),
        len(failures) - len(once) + placed.repeats,
        placed.base,
        placed.notes,
    )


@dataclass(frozen=True)
class _Page:
    """A page of a report, joined; the attributes are those of `Joined`."""

    failures: pd.DataFrame
    unmatched: pd.DataFrame
    repeats: int
    base: int | None
    notes: tuple[str, ...]


class _Pages:
    """The pages of a report, joined one after the other."""

    def __init__(self) -> None:
        self._failures: list[pd.DataFrame] = []
        self._unmatched: pd.DataFrame | None = None
        self._further = Spool[pd.DataFrame](in_memory=1)
        self._why = Counter[str]()
        self._repeats = self._waiting = self._silent = 0
        self._base: int | None = None
        self._notes: dict[str, None] = {}

    def add(self, page: _Page) -> None:
        """Adds a page; of a row with very many reasons only the first are held."""
        self._failures.append(page.failures)
        self._waiting += len(page.failures)
        if len(self._failures) > 1 and self._waiting > _TO_CONDENSE:
            self._condense()
        self._why.update(page.unmatched["why"].tolist())
        if self._unmatched is None:
            self._unmatched = page.unmatched
        elif len(page.unmatched):
            self._further.add(page.unmatched)
        self._repeats += page.repeats
        self._base = page.base
        self._notes |= dict.fromkeys(page.notes)

    def _condense(self) -> None:
        whole = pd.concat(self._failures, ignore_index=True)
        once = whole.drop_duplicates(_SAME)
        self._repeats += len(whole) - len(once)
        told = once[once.groupby("row").cumcount() < MOST_REASONS]
        self._silent += len(once) - len(told)
        self._failures, self._waiting = [told], 0

    def joined(self) -> Joined:
        """All pages together."""
        if len(self._failures) > 1:
            self._condense()
        (whole,) = self._failures
        once = whole.sort_values("row", kind="stable", ignore_index=True)
        unmatched = self._unmatched
        assert unmatched is not None  # noqa: S101 - a report has a page
        return Joined(once, unmatched, self._further, self._base, tuple(self._told(once)))

    def _told(self, once: pd.DataFrame) -> Iterator[str]:
        yield from self._notes
        if self._repeats:
            yield f"{_lines(self._repeats)} repeating another line about the same row"
        if self._silent:
            yield (
                f"{_lines(self._silent)} about a row for which {MOST_REASONS} others are told "
                "already: see the kept report"
            )
        twins = once["how"].str.startswith("one of ")
        if twins.any():
            yield f"{_lines(int(twins.sum()))} fitting several equal rows: each was assigned to one"
        for why, count in sorted(self._why.items()):
            yield f"{_lines(count)} not matched to a row: {why}"


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
        doubtful = set[int]()
        for lost in joined.lost():
            lines = lost[lost["why"] != NO_ROW].astype("object")
            doubtful.update(map(hash, lines.itertuples(index=False, name=None)))
            if known + len(doubtful) >= part.rows:
                break
        refused = known + len(doubtful)
    else:
        refused = outcome.rejected
        if refused < known:
            notes.append(
                f"the provider counts {refused} rejected rows, its report has {known}: the report "
                "counts"
            )
        if refused > part.rows:
            notes.append(
                f"the provider counts {refused} rejected rows, more than the {part.rows} of the "
                "part"
            )
    refused = max(known, min(refused, part.rows))
    if refused > known:
        notes.append(
            f"the provider rejected {refused} rows; its report does not say which "
            f"{refused - known} of them"
        )
    return PartBooks(part.rows - refused, refused, refused - known, tuple(notes))
