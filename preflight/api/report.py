"""What a check found, as values and frames."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from preflight.api import display
from preflight.api.given import Given
from preflight.api.work import WorkFolder
from preflight.baseline.comparison import Standing
from preflight.config.settings import Settings
from preflight.core import findings as tables
from preflight.core.books import Books
from preflight.core.errors import FindingsError
from preflight.core.redact import visible
from preflight.core.types import Severity
from preflight.linting.checked import Checked
from preflight.pipeline import check_fix_split
from preflight.pipeline.accepted import Accepted
from preflight.report import exit_codes, left_out, summary
from preflight.report.formats import as_grouped
from preflight.report.groups import groups
from preflight.report.listing import Listing, listing
from preflight.report.wording import plural

FINDINGS = (
    "code", "name", "severity", "message", "row", "line", "column", "column_name", "value",
    "replacement",
)  # fmt: skip
"""The columns of `Report.findings`."""
LABEL = "label"
"""A further column: the row label in the DataFrame that was checked."""


@dataclass(frozen=True, repr=False, eq=False)
class Report:
    """What a check found.

    Attributes:
        checked: the file after linting, for those who want more.
        settings: that the file was checked with.
        given: what was checked.
        work: holds the private folder of the call.
        baseline: what is accepted; None without one.
    """

    checked: Checked
    settings: Settings
    given: Given
    work: WorkFolder = field(repr=False)
    baseline: Accepted | None = None

    @property
    def books(self) -> Books:
        """How many rows are clean, rejected and dropped as the file is; they sum to its rows."""
        return self.checked.books

    @functools.cached_property
    def findings(self) -> pd.DataFrame:
        """Everything that was found, in order: by line, column and code.

        Returns:
            A row a finding: code, name, severity, message (str); row, line and column (Int64, from
            1, missing where none applies); column_name, value and replacement (str, missing where
            the finding is not about a single cell, or no fix changes it); and for a DataFrame
            `label`, the label of the row. With a baseline also `baseline`: accepted, worse or new.
        """
        blocks = list(self.listing.blocks())
        rules = self.checked.analysis.plan.rules
        frame = tables.concat(block.findings for block in blocks).frame
        problems = {
            block.start + at: rule for block in blocks for at, (rule, _) in block.problems.items()
        }
        codes = frame[tables.CODE].astype("str")
        names = {rule.code: rule.name for rule in rules.values()}
        messages = {rule.code: rule.message for rule in rules.values()}
        severe = {rule.code: str(rule.severity) for rule in rules.values()}
        severity = codes.map(severe).mask(frame[tables.ERROR], str(Severity.ERROR)).to_numpy()
        severity[list(problems)] = [str(rule.severity) for rule in problems.values()]
        whose = {column.position + 1: column.name for column in self.checked.analysis.plan.columns}
        found = pd.DataFrame(
            {
                "code": codes,
                "name": codes.map(names),
                "severity": pd.Series(severity, dtype="str"),
                "message": frame[tables.MESSAGE]
                .astype("str")
                .mask(
                    frame[tables.MESSAGE].isna() | (frame[tables.MESSAGE] == ""),
                    codes.map(messages),
                ),
                **{name: _number(frame[name]) for name in ("row", "line", "column")},
                "column_name": frame["column"].map(whose).astype("str"),
                "value": _texts(block.cells for block in blocks),
                "replacement": _texts(block.replacements for block in blocks),
            },
            columns=list(FINDINGS),
        )
        if self.baseline is not None:
            standings = (block.standings for block in blocks if block.standings is not None)
            found["baseline"] = [Standing(each).word for some in standings for each in some]
        if self.given.is_frame:
            found[LABEL] = _labels(self.given, frame["row"])
        return found

    @functools.cached_property
    def listing(self) -> Listing:
        """The findings with their cells, as the formats of the command line show them."""
        return listing(
            self.checked.source.name,
            self.checked.analysis,
            self.checked.books,
            show_all=True,
            cells=lambda found: check_fix_split.cells(self.checked, found),
            compared=self.baseline.compared(self.checked) if self.baseline else None,
        )

    def summary(self) -> str:
        """What `preflight check` prints: the findings by rule, and the books; cells as shapes."""
        cells = functools.partial(check_fix_split.cells, self.checked)
        lines = as_grouped.screen(self.listing, cells, show_values=False, next_step=(), width=None)
        return "".join(f"{line.plain}\n" for line in lines)

    @functools.cached_property
    def left_out_columns(self) -> pd.DataFrame:
        """The columns that the provider does not get, those about consent first.

        Returns:
            column (str), consent (bool: whether it says who may be written to), why (str), and
            option (str: the `--map` that would send it, or "").
        """
        found = [
            (column.name, column.consent, column.why, column.option)
            for column in left_out.left_out(self.listing)
        ]
        return pd.DataFrame(found, columns=["column", "consent", "why", "option"])

    def raise_for_findings(self) -> None:
        """Raises an error where `preflight check` would exit with 1; see `fail_on` and `max_bad`.

        Raises:
            FindingsError: the file does not pass.
        """
        if exit_codes.of_check([self.listing], self.settings) != exit_codes.PASSED:
            raise FindingsError(self._verdict())

    @property
    def shown_name(self) -> str:
        """The name of what was checked, harmless to a terminal."""
        return visible(self.checked.source.name)

    def _verdict(self) -> str:
        counts = self.listing.severity_counts()
        errors = plural(counts[Severity.ERROR], "error")
        warnings = plural(counts[Severity.WARNING], "warning")
        rejected = f"{self.books.rejected:,} of {plural(self.books.rows, 'row')} rejected"
        return f"{self.shown_name}: {errors}, {warnings}; {rejected}"

    def __repr__(self) -> str:
        profile = self.checked.analysis.plan.profile.name
        return f"<preflight.Report for {profile}, {self._verdict()}>"

    def _repr_html_(self) -> str:
        ends = display.ends(self.books, ("clean", "rejected", "dropped"))
        read = [] if self.given.is_frame else summary.read_as(self.listing)
        notes = [*read, *left_out.lines(self.listing)]
        return display.page(self._verdict(), ends, self.rules_table(), display.notes(notes))

    def rules_table(self) -> str:
        """What was found by rule, as HTML; values are shown if `show_values` is set."""
        found, shows = self.findings, bool(self.settings.show_values)
        if self.listing.names_are_values and not shows:
            numbered = "column " + found["column"].astype("str")
            found = found.assign(column_name=numbered.where(found["column_name"].notna()))
        not_sent = frozenset(column.position for column in left_out.left_out(self.listing))
        return display.rules(groups(self.listing, without=not_sent), found, show_values=shows)


def _texts(pieces: Iterable[np.ndarray]) -> pd.Series[str]:
    """Cells as a column, missing where there is none."""
    return pd.Series(np.concatenate([np.empty(0, dtype=object), *pieces]), dtype="str")


def _number(column: pd.Series[int]) -> pd.Series[int]:
    """Numbers from 1, with 0 as missing."""
    return column.astype("Int64").mask(column == 0)


def _labels(given: Given, rows: pd.Series[int]) -> np.ndarray:
    labels = np.full(len(rows), None, dtype=object)
    numbered = np.flatnonzero(rows.to_numpy() > 0)
    labels[numbered] = given.labelled(rows.iloc[numbered]).to_numpy(dtype=object)
    return labels
