"""The evidence of a family of runs: rows as sent, their outcomes, and the findings on them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from preflight.config import catalogue, profiles
from preflight.config.profile import Profile
from preflight.config.settings import Settings
from preflight.core import csv_writer, files
from preflight.core.types import Bools, Severity
from preflight.learning.properties import SentColumn
from preflight.linting.analysis import Analysis
from preflight.linting.checked import Check, Checked, Progress, silent
from preflight.rule import Rule, Scope
from preflight.runs import row_outcomes
from preflight.runs.kept_run import judged_again, restored
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import Run, RunState
from preflight.runs.prediction import ACCEPTED, REFUSED
from preflight.writing.rewrite import rewrite

WHOLE_PART = "whole part"
"""The `how` of rows that were refused with all of their part, so that nothing can be learned."""


@dataclass(frozen=True)
class Evidence:
    """The rows that a family of runs sent, with their outcomes.

    Attributes:
        runs: the family, the first run first.
        profile: of its provider, with the classes that the user gave.
        columns: that were sent.
        cells: the rows as sent: a str column for each of `columns`, by its position. A row that was
            sent again unchanged counts once, with its last outcome.
        rows: with the same index: accepted bool, code str and message str (the provider's; "" if
            accepted), warnings str (codes of rules, separated by blanks).
        warned: rule code → a mask of the rows that were sent with its warning.
        unheard: rule code → a mask of the rows that it would have reported if it had been on.
        rules: all of these rules, by code.
        asked_for: of `unheard`, those that `extend_select` turns on; the others are ignored.
        whole: number of rows that were refused with all of their part.
        unnamed: number of rows of which the provider does not say whether it refused them.
    """

    runs: tuple[Run, ...]
    profile: Profile
    columns: tuple[SentColumn, ...]
    cells: pd.DataFrame
    rows: pd.DataFrame
    warned: Mapping[str, Bools]
    unheard: Mapping[str, Bools]
    rules: Mapping[str, Rule]
    asked_for: frozenset[str]
    whole: int
    unnamed: int


def gathered(
    ledger: Ledger,
    run_id: str,
    settings: Settings,
    *,
    check: Check,
    work: Path,
    progress: Progress = silent,
) -> Evidence:
    """Collects the evidence of the family of a run.

    Args:
        ledger: the ledger with the runs.
        run_id: any run of the family.
        settings: of this call: its state folder, and its classes of failure codes.
        check: lints the kept sources of the runs.
        work: a private folder, see `core.workspace`.
        progress: called with the stage, the rows done, and their total if it is known.

    Raises:
        UsageError: there is no such run, or the outcomes of its rows are not kept.
        SourceError: a kept source is gone.
    """
    family = ledger.family(run_id)
    # Nothing of a replaced run was taken, and perhaps nobody knows the outcomes of its rows.
    runs = [run for run in family if run.state is not RunState.REPLACED] or family
    sent = _sent(ledger, runs, settings, check, progress)
    columns = tuple(sent.columns.values())
    profile = settings.explained(profiles.load(runs[0].provider))
    base = restored(runs[0], settings)
    on = {code: rule for code, rule in sent.first.plan.rules.items() if rule.scope in _ABOUT_ROWS}
    off, asked_for = _off(base, sent.first, profile)
    cells = sent.rows[list(sent.columns)].set_axis(range(len(columns)), axis=1)
    return Evidence(
        runs=tuple(runs),
        profile=profile,
        columns=columns,
        cells=cells,
        rows=pd.DataFrame(
            {
                "accepted": sent.rows["place"] == ACCEPTED,
                "code": sent.rows["provider_code"],
                "message": sent.rows["message"],
                "warnings": sent.rows["warnings"],
            }
        ),
        warned=_warned(sent.rows["warnings"], on),
        unheard=_unheard(cells, columns, base, off, check, work),
        rules={**on, **off},
        asked_for=asked_for,
        whole=sent.whole,
        unnamed=sent.unnamed,
    )


@dataclass(frozen=True)
class _Sent:
    """The rows that the runs of a family sent, with their outcomes.

    Attributes:
        first: the analysis of the first run's source.
        rows: the columns of `RowOutcomes.table`, and a column of cells for each key of `columns`.
        columns: that were sent, by their labels in `rows`.
        whole, unnamed: see `Evidence`.
    """

    first: Analysis
    rows: pd.DataFrame
    columns: dict[str, SentColumn]
    whole: int
    unnamed: int


def _sent(
    ledger: Ledger, runs: Sequence[Run], settings: Settings, check: Check, progress: Progress
) -> _Sent:
    """Collects the rows of each run that were accepted, or refused for a reason of their own."""
    pieces: list[pd.DataFrame] = []
    columns: dict[str, SentColumn] = {}
    whole = unnamed = 0
    sources: list[Checked] = []
    for run in runs:
        table = row_outcomes.load(ledger.folder, run.id)
        sources.append(judged_again(run, restored(run, settings), check))
        cells, sent = _as_sent(sources[-1], progress)
        columns = {**sent, **columns}
        refused = table["place"] == REFUSED
        alike = refused & (table["how"] == WHOLE_PART)
        whole += int(alike.sum())
        unnamed += int((table["place"] == row_outcomes.RowOutcome.UNATTRIBUTED.value).sum())
        known = table[(table["place"] == ACCEPTED) | (refused & ~alike)].set_index("row")
        pieces.append(known.join(cells, how="inner"))
    rows = _once(pd.concat(pieces, ignore_index=True), list(columns))
    return _Sent(sources[0].analysis, rows, columns, whole, unnamed)


_CELL = "cell "
# Rules about several rows would compare rows that were never in one file.
_ABOUT_ROWS = (Scope.CELL, Scope.ROW)


def _as_sent(checked: Checked, progress: Progress) -> tuple[pd.DataFrame, dict[str, SentColumn]]:
    """The clean rows of a source as sent, indexed by row number, and their columns."""
    analysis = checked.analysis
    by_position = {column.position: column for column in analysis.plan.columns}
    # The prefix distinguishes them from the columns of the row outcomes.
    labels = {f"{_CELL}{column.header}": column for column in reversed(analysis.output_columns)}
    pieces = []
    for fixed, _ in rewrite(analysis, checked.records("reading", progress)):
        pieces.append(
            pd.DataFrame(
                {
                    label: fixed.chunk.table[str(column.position)].to_numpy(zero_copy_only=False)
                    for label, column in labels.items()
                },
                index=fixed.chunk.rows,
                dtype="str",
            )[fixed.keep]
        )
    sent = {
        label: SentColumn(
            by_position[column.position].name,
            column.field,
            by_position[column.position].kind,
            column.header,
        )
        for label, column in reversed(labels.items())
    }
    return pd.concat(pieces), sent


def _once(rows: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """The rows without those that were sent again unchanged; missing cells become blank."""
    cells = rows[columns].fillna("")
    same = pd.util.hash_pandas_object(cells.assign(origin=rows["origin"]), index=False)
    whole = rows.assign(**{name: cells[name] for name in columns})
    return whole[~same.duplicated(keep="last").to_numpy()].reset_index(drop=True)


def _warned(warnings: pd.Series[str], on: Mapping[str, Rule]) -> dict[str, Bools]:
    """For each rule that is on and has warnings, a mask of the rows that it warned about."""
    pairs = warnings.str.split().explode().rename("code").rename_axis("at").reset_index()
    return {
        str(code): np.isin(np.arange(len(warnings)), rows["at"].to_numpy())
        for code, rows in pairs[pairs["code"].isin(list(on))].groupby("code")
    }


def _off(
    settings: Settings, analysis: Analysis, profile: Profile
) -> tuple[dict[str, Rule], frozenset[str]]:
    """The rules about single rows that were off, and those that `extend_select` would turn on."""
    every = catalogue.load(settings.rules)
    off = {
        code: rule
        for code, rule in every.items()
        if code not in analysis.plan.rules
        and rule.scope in _ABOUT_ROWS
        and not rule.online
        and (not rule.profiles or profile.name in rule.profiles)
    }
    wanted = catalogue.choose(
        every,
        profile,
        select=settings.select,
        ignore=settings.ignore,
        extend_select=(*settings.extend_select, *off),
        severity=settings.severities,
    )
    return off, frozenset(off) & frozenset(wanted)


def _unheard(
    cells: pd.DataFrame,
    columns: Sequence[SentColumn],
    settings: Settings,
    off: Mapping[str, Rule],
    check: Check,
    work: Path,
) -> dict[str, Bools]:
    """For each rule that was off and has findings, a mask of the rows that it reports."""
    if not off or not len(cells):
        return {}
    path = work / "as-sent.csv"
    with files.Replacement(path, durable=False) as file:
        file.write(csv_writer.line([column.header for column in columns]))
        texts = [pa.array(cells[at], type=pa.large_string()) for at in cells]
        file.write(csv_writer.body(csv_writer.records(texts)))
    judged = dataclasses.replace(
        settings,
        select=tuple(off),
        ignore=(),
        extend_select=tuple(off),
        severity={code: str(Severity.WARNING) for code in off},
        encoding="utf-8",
        delimiter=",",
        header_row=1,
        sheet=None,
        columns={},
        shared_columns=(),
        schema=None,
        online=False,
        any_of=(),
        max_bytes=None,
        max_rows=None,
    )
    findings = check(path, judged).analysis.findings
    masks = {
        code: np.zeros(len(cells) + 1, dtype=bool) for code in findings.counts() if code in off
    }
    for found in findings.parts():
        for code in masks.keys() & set(found.codes):
            masks[code][found.rows[found.of([code])]] = True
    return {code: mask[1:] for code, mask in masks.items()}
