"""The books of a run beside those of the provider: was any row taken twice, or lost?"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.core.exchange import Part
from preflight.providers.sandbox.store import Store
from preflight.runs.ledger import places
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import PartState, RunState, StoredPart

if TYPE_CHECKING:
    from tests.crash.trial import Found

_TAKEN = (PartState.FINISHED, PartState.SUBMITTED)
_EMPTIED = (".preflight-lock", ".preflight-new")
_NOT_TAKEN = (PartState.REFUSED, PartState.FAILED)


def keys_of(part: Part, column: str) -> list[str]:
    """What the stand-in calls each row of a part, in the order of its rows."""
    with part.path.open(newline="", encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    at = [name.strip().casefold() for name in rows[0]].index(column)
    return [row[at].lower() for row in rows[1:]]


def audit(found: Found, here: Path, store: Store, known: frozenset[str] = frozenset()) -> None:
    """Compares, and writes down what does not agree.

    Args:
        found: a trial whose run has ended.
        here: the folder that its calls were made in.
        store: what the stand-ins remember.
        known: earlier runs, whose rows are there too.
    """
    scenario = found.trial.scenario
    (place,) = places.folders(here / ".preflight")
    with Ledger(place) as ledger:
        new = [one for one in ledger.runs() if one.id not in known]
        run = next(one for one in new if one.state is RunState.FINISHED)
        parts = ledger.parts(run.id)
        others = [one for one in new if one.id != run.id]
        earlier = [part for name in known for part in ledger.parts(name)]
    for other in others:
        if other.state is not RunState.REPLACED:
            found.wrong.append(f"another run is {other.state}")
    taken = Counter(row.key for row in store.accepted(scenario.provider))
    refused = Counter(
        failure.cells[0].lower()
        for job in store.jobs(scenario.provider)
        for failure in store.failures(job)
    )
    listed = _listed(run.folder / "failures.csv")
    report = json.loads((run.folder / "report.json").read_text())["run"]
    books = report["books"]
    sent = {key for stored in earlier for key in keys_of(stored.part, scenario.key)}
    expected = 0
    for stored in parts:
        keys = keys_of(stored.part, scenario.key)
        sent.update(keys)
        for key, row in zip(keys, stored.part.row_map, strict=True):
            _judge_row(found, stored, int(row), taken[key], refused[key], listed)
        if stored.state is PartState.FINISHED:
            expected += sum(taken[key] for key in keys)
    if foreign := sorted(set(taken) - sent):
        found.wrong.append(f"{len(foreign)} rows were taken that are in no part")
    _judge_books(found, books, parts, listed, expected)
    if report["state"] != "finished":
        found.wrong.append(f"the report says that the run is {report['state']}")
    for leftover in _leftovers(
        here, broken=bool(found.cut or found.killed or found.trial.reads_only)
    ):
        found.wrong.append(f"left behind: {leftover}")


def _judge_row(
    found: Found, stored: StoredPart, row: int, taken: int, refused: int, listed: Counter[int]
) -> None:
    """One row that was to be sent: it arrived once, or stands in failures.csv."""
    where = f"row {row} of part {stored.part.number}, which is {stored.state}"
    if taken > 1 or taken + refused > 1:
        found.doubled.append(f"{where}: taken {taken} times, refused {refused} times")
    if stored.state in _TAKEN and not taken + refused:
        found.lost.append(f"{where}, never arrived")
    if stored.state in _NOT_TAKEN and (taken or listed[row] != 1):
        found.lost.append(f"{where}: taken {taken} times, {listed[row]} times in failures.csv")
    if stored.state not in _TAKEN + _NOT_TAKEN:
        found.lost.append(f"{where}, when the run has ended")
    if taken and listed[row]:
        found.wrong.append(f"{where}: taken, and yet in failures.csv")
    told = stored.report is not None
    if refused and told and listed[row] != 1:
        found.lost.append(f"{where}: refused, and {listed[row]} times in failures.csv")


def _judge_books(
    found: Found,
    books: dict[str, int],
    parts: Iterable[StoredPart],
    listed: Counter[int],
    expected: int,
) -> None:
    places = {name: count for name, count in books.items() if name != "rows"}
    if sum(places.values()) != books["rows"] or books["unknown"]:
        found.lost.append(f"the books do not close: {books}")
    if books["accepted"] > expected:
        found.lost.append(f"{books['accepted']} accepted here, {expected} there")
    counted = [one for one in parts if one.outcome is not None and one.outcome.rejected is not None]
    if len(counted) == len(list(parts)) and books["accepted"] != expected:
        found.lost.append(f"{books['accepted']} accepted here, {expected} there")
    if any(count > 1 for count in listed.values()):
        found.wrong.append("a row stands twice in failures.csv")
    if sum(listed.values()) > books["rejected_here"] + books["rejected_there"]:
        found.wrong.append("more rows in failures.csv than rejected")


def _listed(path: Path) -> Counter[int]:
    """How often each row stands in failures.csv."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        return Counter(int(row["preflight__row"]) for row in csv.DictReader(file))


def _holds(path: Path) -> bool:
    """Whether there is anything in a file or a folder."""
    return any(path.iterdir()) if path.is_dir() else bool(path.stat().st_size)


def _leftovers(here: Path, *, broken: bool) -> list[str]:
    """Unfinished files beside the results and in the state."""
    found = [path for path in here.rglob(".*") if path.name != ".preflight"]
    if broken:
        # An empty one may outlive its call, as where the disk is read-only by then; the next call
        # there removes it.
        found = [path for path in found if path.name not in _EMPTIED or _holds(path)]
    return sorted(path.name for path in found)
