"""Sends corrected rows again, and only those.

The user corrects rows of failures.csv or rejects.csv in a spreadsheet. The file is compared with
what was sent before: each row gets its row ID, the spreadsheet's damage is undone, and rows are
held back that were accepted, may have been accepted, or were not corrected. The remaining rows are
checked, fixed and sent like any other file, as a run whose parent is the run that they correct.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Unpack

import numpy as np
import pandas as pd
import pyarrow as pa

from preflight.config import catalogue
from preflight.config.settings import Settings
from preflight.core import csv_writer, files
from preflight.core.errors import UsageError
from preflight.core.row_id import DIGITS, ID, NAME
from preflight.core.types import Source
from preflight.pipeline import check_fix_split
from preflight.pipeline.call import Call, CallOptions
from preflight.pipeline.connection import Connection
from preflight.pipeline.delivery import deliver
from preflight.pipeline.rounds import Rounds, earlier_rounds, gathered, proved_orders
from preflight.pipeline.submission import Submission
from preflight.providers import registry
from preflight.reading.source import open_source
from preflight.runs.corrections.brought import brought
from preflight.runs.corrections.compare import (
    Comparison,
    compare_rows,
    without_duplicates,
)
from preflight.runs.corrections.identify import named
from preflight.runs.corrections.read import Returned, read_returned
from preflight.runs.corrections.root import root
from preflight.runs.corrections.versions import Version
from preflight.runs.delivery.events import Compared
from preflight.runs.guards import refuse_replaced, replace
from preflight.runs.kept_run import digests_of, restored
from preflight.runs.ledger import places
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import Run, RunState
from preflight.runs.lineage import TAKEN
from preflight.runs.settlement import SettledRun


def resubmit(
    path: str | Path,
    settings: Settings,
    connection: Connection,
    *,
    run_id: str | None = None,
    dry_run: bool = False,
    **options: Unpack[CallOptions],
) -> SettledRun:
    """Sends the corrected rows of a file of rejects, as a run of its own.

    Args:
        path: of the corrected file.
        settings: how to read the file, and the state folder. Its rows are linted with the settings
            of the earlier run, except for a region, a time zone or a mapping given here.
        connection: how to reach the provider; its options override those of the earlier run.
        run_id: any run of the family to correct; by default found out from the file.
        dry_run: whether to do everything except sending.
        options: how the call runs, see `Call`; `work` is required.

    Returns:
        The state of the new run.

    Raises:
        UsageError: the file corrects another run, or it is not clear which; or an earlier round has
            not ended. Nothing was sent.
    """
    call, state_dir = Call(**options), settings.state_dir
    call = dataclasses.replace(call, folder=call.target(path))
    source = open_source(path, spool=call.work, sheet=settings.sheet)
    digests = digests_in(source, settings, call.work)
    if run_id is None and not was_sent(digests, state_dir):
        from preflight.pipeline.unsent_corrections import submission  # here, for it calls this one

        unsent = submission(path, settings, connection, call, dry_run=dry_run)
        if unsent is not None:
            return deliver(unsent)
    found = root(source.name, digests, state_dir, run_id, rehearsal=connection.sandbox)
    settings = dataclasses.replace(settings, state_dir=found.place)
    with Ledger(found.place) as ledger, ledger.lock(found.run.id):
        refuse_replaced(ledger.run(found.run.id))
        family = _ended(ledger, found.run)
        parent = family[-1]
        connection = connection.going_on(parent)
        connection.check(
            parent.provider, {**_taken_over(parent), **connection.options}, secrets=not dry_run
        )
        rounds = earlier_rounds(family, settings, call)
        returned = read_as(source, rounds.history[0].labels, settings, call.work)
        _refuse_others(ledger, family, returned, source.name)
        own = dataclasses.replace(
            own_settings(parent, settings, header_line(returned)),
            date_orders=proved_orders(rounds.sources),
        )
        comparison, path = _compared(returned, rounds, own, call)
        connection.events(Compared(brought(returned, comparison, parent, rounds.stand)))
        verdicts = comparison.verdicts(returned.rows)
        return deliver(
            Submission(
                path=path,
                provider=parent.provider,
                settings=dataclasses.replace(own, state_dir=state_dir),
                connection=connection,
                address=parent.address,
                call=dataclasses.replace(call, name=source.name, comparison=verdicts),
                dry_run=dry_run,
                max_bad=settings.max_bad,
                parent=parent.id,
                corrections=comparison.corrections,
            )
        )


def was_sent(digests: Sequence[str], state_dir: Path) -> bool:
    """Whether a run has sent the file that rows are from, by the digests in their row IDs."""
    return any(
        known.startswith(digest)
        for _, run in places.runs(state_dir)
        for known in digests_of(run)
        for digest in digests
    )


def read_as(source: Source, labels: Sequence[str], settings: Settings, work: Path) -> Returned:
    """Reads the corrected file, with its columns under these labels."""
    return read_returned(
        source,
        labels,
        spool=work,
        encoding=settings.encoding,
        delimiter=settings.delimiter,
        header_row=settings.header_row,
    )


def _compared(
    returned: Returned, rounds: Rounds, own: Settings, call: Call
) -> tuple[Comparison, Path]:
    """Compares the corrected rows with what was sent before, and writes them as a plain file."""
    stand = rounds.stand
    still_open = set(stand.index[~stand["place"].isin(TAKEN)])
    names = named(returned, rounds.history, pd.Index(stand.index.astype(object)), still_open)
    comparison = compare_rows(returned, names, rounds.history, stand)
    path = written(returned, comparison, call.work, returned.source)
    linting = Call(
        work=call.work, progress=call.progress, comparison=comparison.verdicts(returned.rows)
    )
    compared = without_duplicates(
        comparison,
        returned,
        as_sent(path, own, linting),
        rounds.history,
        stand,
        rounds.taken,
    )
    return compared, path


def digests_in(source: Source, settings: Settings, work: Path) -> list[str]:
    """Digests of the files that the rows are from, by the helper column, most frequent first."""
    read = read_as(source, (), settings, work)
    counts = Counter(match[1] for name in read.names if (match := NAME.fullmatch(name)))
    return [digest for digest, _ in counts.most_common()]


def _ended(ledger: Ledger, first: Run) -> list[Run]:
    """The settled runs of a family, the first one first.

    A run that has not ended, and of which the provider took nothing, is replaced, because its rows
    are sent again.

    Raises:
        UsageError: a run has not ended, and may have sent something.
    """
    family = [run for run in ledger.family(first.id) if run.state is not RunState.REPLACED]
    for run in family:
        if run.state is RunState.FINISHED:
            continue
        if run.parent is None:
            raise UsageError(
                f"nothing was sent: run {run.id} has not ended; "
                f"first call `preflight resume {run.id}`"
            )
        replace(ledger, lambda other, run=run: other.id == run.id)  # type: ignore[misc]
    return [run for run in family if run.state is RunState.FINISHED]


def own_settings(parent: Run, settings: Settings, header_line: int) -> Settings:
    """The settings to lint corrected rows with: those of the earlier run, for a plain file."""
    own = restored(parent, settings)
    given = {
        name: getattr(settings, name) for name in ("region", "timezone") if getattr(settings, name)
    }
    own = dataclasses.replace(
        own,
        **given,
        providers={**settings.providers, parent.provider: _taken_over(parent)},
        columns={**own.columns, **settings.columns},
    )
    return compared_settings(own, header_line)


def compared_settings(own: Settings, header_line: int) -> Settings:
    """The settings to lint a plain file of compared rows with, see `written`.

    They turn on the rules that report comparisons, even if they were turned off.
    """
    rules = catalogue.builtin()
    guards = sorted(catalogue.codes(lambda rule: rule.verdict is not None))
    return dataclasses.replace(
        own,
        encoding="utf-8",
        delimiter=",",
        header_row=header_line,
        sheet=None,
        ignore=tuple(code for code in own.ignore if code not in guards),
        extend_select=(*own.extend_select, *guards),
        severity={**own.severity, **{code: str(rules[code].severity) for code in guards}},
    )


def _taken_over(parent: Run) -> dict[str, str]:
    """The provider options of the earlier run, without those for its own file only."""
    once = {option.name for option in registry.options(parent.provider) if option.once}
    return {name: value for name, value in parent.options.items() if name not in once}


def as_sent(path: Path, own: Settings, call: Call) -> Version:
    """The corrected rows as they would be sent, after fixing."""
    offline = dataclasses.replace(own, online=False, schema=None)
    return gathered("", check_fix_split.analyzed(path, offline, call), call.progress)


def _refuse_others(ledger: Ledger, family: Sequence[Run], returned: Returned, name: str) -> None:
    """Refuses a file with rows of another family.

    Raises:
        UsageError: it has such rows.
    """
    relatives = [*family, *ledger.family(family[0].id)]
    ours = {known[:DIGITS] for run in relatives for known in digests_of(run)}
    counts = Counter(match[1] for name in returned.names if (match := NAME.fullmatch(name)))
    others = [(digest, count) for digest, count in counts.most_common() if digest not in ours]
    if not others:
        return
    digest, count = others[0]
    known = [run for run in ledger.runs() if run.source_sha256.startswith(digest)]
    whose = f"run {known[0].id} ({known[0].source_name})" if known else "a file that was never sent"
    raise UsageError(
        f"{name}: {count} of its rows are from {whose}, the others from run {family[0].id} "
        f"({family[0].source_name}). Nothing was sent; use one file for each run"
    )


def written(returned: Returned, comparison: Comparison, work: Path, source: Source) -> Path:
    """Writes the corrected rows as a plain file in which each row keeps its number."""
    at = returned.rows - 1
    columns = [
        *(
            _spread(cells.to_numpy(zero_copy_only=False), at, returned.count)
            for cells in comparison.cells
        ),
        _spread(comparison.names, at, returned.count),
    ]
    header = [*(label.split("\0")[0] for label in comparison.labels), ID]
    path = work / "corrected.csv"
    times = source.local.stat()
    with files.Replacement(path, durable=False, dated=times.st_mtime) as file:
        file.write(b"\n" * (header_line(returned) - 1))
        file.write(csv_writer.line(header))
        if returned.count:
            file.write(csv_writer.body(csv_writer.records(columns)))
    return path


def header_line(returned: Returned) -> int:
    """The line of the header that lets each row keep its line number."""
    return returned.layout.data_line - 1


def _spread(cells: np.ndarray, at: np.ndarray, count: int) -> pa.Array:
    """A column with a blank cell for each blank record."""
    whole = np.full(count, "", dtype=object)
    whole[at] = cells
    return pa.array(whole, pa.string())
