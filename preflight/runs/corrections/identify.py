"""Which row of the first file each row of a corrected one is.

The helper column `preflight__id` says so. Where it is lost, a row is what its cells say: the row
with the same cells; else the one that shares the most of them, where at least one cell that few
rows have and half of all cells agree. A row that fits nothing is a new one.

A spreadsheet can sort some columns and leave others where they are, and then the helper column
stands beside the wrong rows. Where less than half of the telling cells of a row are those of the
row that it says, and another row fits, the cells are right.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.types import Bools
from preflight.runs.corrections.read import Returned
from preflight.runs.corrections.spreadsheet_damage import Difference, difference
from preflight.runs.corrections.versions import Version
from preflight.runs.matching import keys

_COMMON = 20
"""A value that more rows have says nothing about which row it is."""

_TRIED = 5
_HALF = 2


def named(
    returned: Returned, versions: Sequence[Version], known: pd.Index[str], open_names: set[str]
) -> np.ndarray:
    """The name of each row of a corrected file, "" for a new one; an object array.

    Args:
        returned: the corrected file.
        versions: what was sent before, the latest last.
        known: the names of all rows that were.
        open_names: the names of those that were refused and not accepted since: of rows that fit as
            well as each other these come first.
    """
    told = returned.names.copy()
    told[~_among(told, known)] = ""
    said = np.where(_fit(returned, versions, told), "", told)
    told[said != ""] = ""
    nameless = np.flatnonzero((told == "") & ~_blank(returned))
    if len(nameless):
        taken = set(told[told != ""])
        _same_cells(returned, versions, nameless, told, taken, open_names)
        nameless = nameless[told[nameless] == ""]
        _most_cells(returned, versions, nameless, told, taken, open_names)
        # What fits no other row is what it says, unless that one was found elsewhere.
        left = (told == "") & ~_among(said, told[told != ""])
        told[left] = said[left]
    return told


def _among(names: np.ndarray, others: Iterable[str]) -> Bools:
    """The names that are among others. `np.isin` compares objects each with each."""
    return np.asarray(pd.Index(names).isin(list(others)), dtype=bool)


def _fit(returned: Returned, versions: Sequence[Version], told: np.ndarray) -> Bools:
    """The rows that are like the rows they are said to be, in half of the cells that tell."""
    fits: Bools = np.array(told == "", dtype=bool)
    for version in versions:
        index = version.index()
        once = np.flatnonzero(~index.duplicated())
        hits = index[once].get_indexer(pd.Index(told.astype(object)))
        rows = np.flatnonzero((told != "") & (hits >= 0))
        places = once[hits[rows]]
        agree, compared = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64)
        for label, cells in zip(returned.labels, returned.cells, strict=True):
            if label not in version.read:
                continue
            read = pd.Series(version.read[label].to_pylist(), dtype="str")
            tells = ((read.map(read.value_counts()) <= _COMMON) & (read != "")).to_numpy()[places]
            before = read.to_numpy(dtype=object)[places]
            sent = version.sent[label].take(pa.array(places)).to_numpy(zero_copy_only=False)
            now = cells.take(pa.array(rows)).to_numpy(zero_copy_only=False)
            same = (before == now) | (sent == now)
            for at in np.flatnonzero(tells & ~same):
                same[at] = difference(before[at], now[at]) is Difference.DAMAGE
            agree += tells & same
            compared += tells
        fits[rows] |= agree * _HALF >= compared
    return fits


def _blank(returned: Returned) -> Bools:
    """The rows in which nothing stands but helper columns."""
    blank = np.ones(len(returned.rows), dtype=bool)
    for cells in returned.cells:
        blank &= np.array([not cell.strip() for cell in cells.to_pylist()], dtype=bool)
    return blank


def _same_cells(
    returned: Returned,
    versions: Sequence[Version],
    nameless: np.ndarray,
    told: np.ndarray,
    taken: set[str],
    open_names: set[str],
) -> None:
    """Names the rows that were sent or read just as they stand there."""
    shared = [label for label in returned.labels if label not in returned.added]
    wanted = joined([returned.cells[returned.labels.index(one)] for one in shared]).take(
        pa.array(nameless)
    )
    for version in reversed(versions):
        for form in (version.read, version.sent):
            if not all(label in form for label in shared):
                continue
            rows = joined([form[label] for label in shared])
            places = pd.Series(np.arange(len(rows))).groupby(rows.to_pylist()).indices
            for at, text in zip(nameless, wanted.to_pylist(), strict=True):
                if told[at] or text not in places:
                    continue
                names = [version.names[place] for place in places[text]]
                free = [name for name in names if name not in taken]
                told[at] = _first(free or names, open_names)
                taken.add(told[at])


def _first(names: Sequence[str], open_names: set[str]) -> str:
    """Of rows that fit as well as each other the first that was not accepted, else the first."""
    return next((name for name in names if name in open_names), names[0])


def joined(cells: Sequence[pa.Array]) -> pa.Array:
    """Some cells of each row as one text."""
    return pc.binary_join_element_wise(*(cells or [pa.array([], pa.string())]), "\x1f")


def _most_cells(
    returned: Returned,
    versions: Sequence[Version],
    nameless: np.ndarray,
    told: np.ndarray,
    taken: set[str],
    open_names: set[str],
) -> None:
    """Names the rows that share more cells with one row than with any other."""
    votes = _votes(returned, versions, nameless)
    for at in nameless:
        scored = []
        for number, place in votes.get(int(at), ()):
            name = versions[number].names[place]
            if name in taken:
                continue
            agree, compared = _agreement(returned, versions[number], int(at), place)
            if agree * _HALF >= compared:
                scored.append((agree, name in open_names, -place, name))
        if scored:
            told[at] = max(scored)[-1]
            taken.add(told[at])


def _votes(
    returned: Returned, versions: Sequence[Version], nameless: np.ndarray
) -> dict[int, list[tuple[int, int]]]:
    """For each row those rows of the versions that share the most telling cells with it."""
    pieces = []
    for number, version in enumerate(versions):
        for label, cells in zip(returned.labels, returned.cells, strict=True):
            if label not in version.read:
                continue
            asked = pd.DataFrame({"at": nameless, "value": _folded(cells.take(pa.array(nameless)))})
            values = _folded(version.read[label])
            there = pd.DataFrame({"place": np.arange(len(values)), "value": values})
            there = there[there["value"].isin(asked["value"]) & (there["value"] != "")]
            often = there.groupby("value")["place"].transform("size")
            met = asked.merge(there[often <= _COMMON], on="value")
            pieces.append(met.assign(number=number)[["at", "number", "place"]])
    if not pieces:
        return {}
    every = pd.concat(pieces).groupby(["at", "number", "place"]).size().reset_index(name="votes")
    best = every.sort_values(["at", "votes"], ascending=[True, False], kind="stable")
    found: dict[int, list[tuple[int, int]]] = {}
    for at, number, place in best.groupby("at").head(_TRIED)[["at", "number", "place"]].to_numpy():
        found.setdefault(int(at), []).append((int(number), int(place)))
    return found


def _folded(cells: pa.Array) -> pd.Series[str]:
    return pd.Series(keys.fold(cells).to_pylist(), dtype="str")


def _agreement(returned: Returned, version: Version, at: int, place: int) -> tuple[int, int]:
    """In how many cells two rows agree, of how many that hold something in either."""
    agree = compared = 0
    for label, cells in zip(returned.labels, returned.cells, strict=True):
        if label not in version.read:
            continue
        now, before = cells[at].as_py(), version.read[label][place].as_py()
        if now or before:
            compared += 1
            agree += difference(before, now) is not Difference.EDIT
    return agree, compared
