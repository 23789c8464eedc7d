"""Opens what is reviewed: a file of rejects, the results of a fix, or a run.

The rows are compared with those that they were made from, as a resubmission does it, so a file that
a spreadsheet changed is read right. They are judged by the plan of the file that they would become.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from preflight.config.settings import Settings
from preflight.core import csv_writer, files
from preflight.core.errors import NothingToReview, UsageError
from preflight.core.names import bare_name, is_helper
from preflight.core.types import Ints, Source
from preflight.linting.checked import Checked
from preflight.pipeline import check_fix_split, corrected_fix, resubmission
from preflight.pipeline.call import Call
from preflight.pipeline.rounds import clean_rows, earlier_rounds, proved_orders
from preflight.pipeline.rounds import standing_of_fix as standing
from preflight.providers import registry
from preflight.reading.chunks import read_chunks
from preflight.reading.source import open_source
from preflight.review.repeats import Other, whole
from preflight.review.rows import ReviewRow, Said
from preflight.runs.corrections.compare import Comparison, compare_rows
from preflight.runs.corrections.identify import named
from preflight.runs.corrections.read import Returned
from preflight.runs.corrections.root import root
from preflight.runs.corrections.versions import Version
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import Run, RunState
from preflight.runs.lineage import TAKEN, row_of
from preflight.runs.matching import keys

_ALONE = (
    "the results that these rows are from are not beside this file, so it is not found out which "
    "of them repeat clean rows"
)


@dataclass(frozen=True)
class Opened:
    """What is reviewed.

    Attributes:
        path: of the file of rejects.
        source: that file.
        names: of its columns, without the helper columns.
        labels: of these, see `corrections.read.labels`.
        rows: its rows, in its order.
        helpers: the helper columns, a cell for each row.
        checked: a plain file of the rows, linted: the plan and the layout.
        settings: that the rows are judged by.
        others: the rows that are not in the review, by match key.
        universe: the numbers of all rows of the file that corrected rows will be in, ascending.
        refused: what is wrong with the file as a whole.
        provider: that the rows are for; "" for none.
        run: the ID of the last run that sent them; "" if none did.
        notes: about the review, for people.
    """

    path: Path
    source: Source
    names: tuple[str, ...]
    labels: tuple[str, ...]
    rows: list[ReviewRow]
    helpers: Mapping[str, Sequence[str]]
    checked: Checked
    settings: Settings
    others: Mapping[str, Other]
    universe: Ints
    refused: tuple[str, ...]
    provider: str
    run: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Beside:
    """The rejects beside what they were made from.

    Attributes:
        returned: the rejects.
        names: the row ID of each.
        versions: the rows as they were, the first file's first.
        settings: that they are judged by.
        comparison: of the two.
        others: the rows that are not in the review.
        universe: see `Opened`; None where it is the review itself.
        refused: see `Opened`.
        run: see `Opened`.
        provider: see `Opened`.
        notes: see `Opened`.
    """

    returned: Returned
    names: np.ndarray
    versions: tuple[Version, ...]
    settings: Settings
    comparison: Comparison
    others: Mapping[str, Other] = dataclasses.field(default_factory=dict)
    universe: Ints | None = None
    refused: tuple[str, ...] = ()
    run: str = ""
    provider: str = ""
    notes: tuple[str, ...] = ()


def opened(path: Path, settings: Settings, call: Call, *, run_id: str | None = None) -> Opened:
    """Opens a file of rejects.

    Args:
        path: of the file.
        settings: of this call.
        call: how it runs.
        run_id: the run that it is of, if a person named it.

    Raises:
        NothingToReview: it has no rows.
        UsageError: it cannot be read.
    """
    source = open_source(path, spool=call.work, sheet=settings.sheet)
    digests = resubmission.digests_in(source, settings, call.work)
    if run_id is not None or resubmission.was_sent(digests, settings.state_dir):
        beside = _of_run(source, digests, settings, call, run_id)
    else:
        beside = _of_fix(path, settings, call) or _alone(source, settings, call)
    if not len(beside.returned.rows):
        raise NothingToReview(f"no row in {path}: there is nothing to review")
    return _made(path, source, beside, call)


def _of_fix(path: Path, settings: Settings, call: Call) -> _Beside | None:
    """The rejects of a mere fix; None for other files."""
    found = corrected_fix.brought(path, settings, call)
    if found is None:
        return None
    comparison = compare_rows(found.returned, found.names, [found.version])
    stand = standing(found.version, found.checked, call.progress)
    mine = frozenset(found.names)
    clean = clean_rows(stand) - mine
    analysis = found.checked.analysis
    refused = tuple(problem.message or rule.message for rule, problem in analysis.refused)
    profile = found.settings.profile
    return _Beside(
        found.returned,
        found.names,
        (found.version,),
        dataclasses.replace(found.settings, date_orders=proved_orders([found.checked])),
        comparison,
        others=_others(found.version, clean, {}),
        universe=np.sort(found.version.rows),
        refused=refused,
        provider=profile if profile in registry.names() else "",
    )


def _of_run(
    source: Source, digests: Sequence[str], settings: Settings, call: Call, run_id: str | None
) -> _Beside:
    """The failures of a run."""
    first = root(source.name, digests, settings.state_dir, run_id, rehearsal=False)
    own = dataclasses.replace(settings, state_dir=first.place)
    with Ledger(first.place) as ledger:
        family = _ended(ledger, first.run)
    parent = family[-1]
    rounds = earlier_rounds(family, own, call)
    returned = resubmission.read_as(source, rounds.history[0].labels, own, call.work)
    stand = rounds.stand
    still_open = set(stand.index[~stand["place"].isin(TAKEN)])
    names = named(returned, rounds.history, pd.Index(stand.index.astype(object)), still_open)
    others: dict[str, Other] = {}
    for version in rounds.history:
        taken = frozenset(rounds.taken.get(version.run, ())) - frozenset(names)
        others |= _others(version, taken, _reasons(stand))
    linted = resubmission.own_settings(parent, own, 1)
    return _Beside(
        returned,
        names,
        tuple(rounds.history),
        dataclasses.replace(
            linted, date_orders=proved_orders(rounds.sources), state_dir=settings.state_dir
        ),
        compare_rows(returned, names, rounds.history),
        others=others,
        run=parent.id,
        provider=parent.provider,
    )


def _ended(ledger: Ledger, first: Run) -> list[Run]:
    """The runs of a family that have ended, the first one first.

    Raises:
        UsageError: the first has not.
    """
    if first.state is not RunState.FINISHED:
        raise UsageError(
            f"run {first.id} has not ended, so it is not known which rows were rejected; "
            f"first call `preflight resume {first.id}`"
        )
    return [run for run in ledger.family(first.id) if run.state is RunState.FINISHED]


def _alone(source: Source, settings: Settings, call: Call) -> _Beside:
    """A file of rejects whose fix or run is not there any more."""
    returned = resubmission.read_as(source, (), settings, call.work)
    comparison = compare_rows(returned, np.full(len(returned.rows), "", dtype=object), [])
    profile = settings.profile
    return _Beside(
        returned,
        returned.names,
        (),
        settings,
        comparison,
        provider=profile if profile in registry.names() else "",
        notes=(_ALONE,),
    )


def _reasons(stand: pd.DataFrame) -> Mapping[str, str]:
    """Why the match key of each row that a provider took cannot be sent again."""
    where = zip(*(stand[name].tolist() for name in ("place", "run")), strict=True)
    return {
        name: f"has the match key of row {row_of(name)}, "
        + (f"{place} in run {run}" if run else "clean in the file that was fixed")
        for name, (place, run) in zip(stand.index.tolist(), where, strict=True)
    }


def _others(
    version: Version, names: frozenset[str], reasons: Mapping[str, str]
) -> dict[str, Other]:
    """Some rows of a version by their match key; the first of those with the same."""
    if version.key is None:
        return {}
    label, kind = version.key
    at = np.flatnonzero(version.index().isin(list(names)))
    places = pa.array(at)
    match_keys = keys.settled_keys(version.sent[label].take(places), kind, "").to_pylist()
    columns = [version.read[name].take(places).to_pylist() for name in version.labels]
    found: dict[str, Other] = {}
    for number, key in enumerate(match_keys):
        if key and key not in found:
            name = str(version.names[at[number]])
            cells = whole([column[number] for column in columns])
            found[key] = Other(row_of(name), cells, reasons.get(name, ""))
    return found


def _made(path: Path, source: Source, beside: _Beside, call: Call) -> Opened:
    comparison, returned = beside.comparison, beside.returned
    first_labels = beside.versions[0].labels if beside.versions else ()
    ordered = [*first_labels, *(label for label in comparison.labels if label not in first_labels)]
    columns = [comparison.cells[comparison.labels.index(label)].to_pylist() for label in ordered]
    names = tuple(label.split("\0")[0] for label in ordered)
    helpers = _helpers(returned)
    checked = _plain(names, columns, beside.settings, call)
    rows = _rows(beside, ordered, columns, helpers)
    universe = beside.universe
    if universe is None:
        universe = np.sort(np.array([row.identity for row in rows], dtype=np.int64))
    return Opened(
        path=path,
        source=source,
        names=names,
        labels=tuple(ordered),
        rows=rows,
        helpers=helpers,
        checked=checked,
        settings=beside.settings,
        others=beside.others,
        universe=universe,
        refused=beside.refused,
        provider=beside.provider,
        run=beside.run,
        notes=beside.notes,
    )


def _rows(
    beside: _Beside,
    ordered: Sequence[str],
    columns: Sequence[Sequence[str]],
    helpers: Mapping[str, Sequence[str]],
) -> list[ReviewRow]:
    before = _before(beside.versions, ordered, frozenset(beside.names))
    numbers = [row_of(name) if name else 0 for name in beside.names.tolist()]
    if not beside.versions:
        said_numbers = helpers.get("preflight__row", ())
        numbers = [int(text) if text.isdigit() else 0 for text in said_numbers] or [
            0 for _ in beside.names
        ]
    highest = max([*numbers, 0])
    if beside.universe is not None and len(beside.universe):
        highest = max(highest, int(beside.universe[-1]))
    rows, used = [], set[int]()
    for at, number in enumerate(numbers):
        cells = [column[at] for column in columns]
        identity = number
        if not number or number in used:
            highest += 1
            identity = highest
        used.add(identity)
        line = helpers["preflight__line"][at] if "preflight__line" in helpers else ""
        rows.append(
            ReviewRow(
                number=number,
                line=int(line) if line.isdigit() else 0,
                first=before.get(str(beside.names[at]), tuple(cells)),
                said=_said(helpers, at),
                cells=cells,
                identity=identity,
            )
        )
    return rows


def _said(helpers: Mapping[str, Sequence[str]], at: int) -> Said:
    def cell(name: str) -> str:
        column = helpers.get(f"preflight__{name}", ())
        return column[at] if at < len(column) else ""

    return Said(
        codes=cell("codes"),
        provider_code=cell("provider_code"),
        message=cell("message"),
        source=cell("source"),
        reason=cell("class"),
        raw=cell("raw"),
    )


def _before(
    versions: Sequence[Version], ordered: Sequence[str], wanted: frozenset[str]
) -> Mapping[str, tuple[str, ...]]:
    """The cells of some rows as they were read last, by row ID."""
    found: dict[str, tuple[str, ...]] = {}
    for version in versions:
        at = np.flatnonzero(version.index().isin(list(wanted)))
        columns = [
            version.read[label].take(pa.array(at)).to_pylist()
            if label in version.read
            else [""] * len(at)
            for label in ordered
        ]
        found |= dict(zip(version.names[at].tolist(), zip(*columns, strict=True), strict=True))
    return found


def _helpers(returned: Returned) -> dict[str, list[str]]:
    """The helper columns of the file, without blank records."""
    layout = returned.layout
    at = {
        bare_name(name).casefold(): position
        for position, name in enumerate(layout.header)
        if is_helper(name)
    }
    found: dict[str, list[str]] = {name: [] for name in at}
    for chunk in read_chunks(layout):
        for name, position in at.items():
            found[name] += chunk.table.column(position).to_pylist()
    return found


def _plain(
    names: Sequence[str], columns: Sequence[Sequence[str]], settings: Settings, call: Call
) -> Checked:
    """The rows as a plain file, linted for its plan."""
    folder = call.work / "plain"
    files.folder(folder)
    path = folder / "review.csv"
    with files.Replacement(path, durable=False) as file:
        file.write(csv_writer.line(names))
        file.write(csv_writer.body(csv_writer.records([pa.array(c, pa.string()) for c in columns])))
    own = dataclasses.replace(
        settings, encoding="utf-8", delimiter=",", header_row=1, sheet=None, online=False,
        schema=None, per_file_ignores=settings.per_file_ignores,
    )  # fmt: skip
    return check_fix_split.analyzed(path, own, Call(work=folder, progress=call.progress))
