"""Identifies the rows of a corrected file: which row of the first file each of them is.

The helper column `preflight__id` says so. If it is lost, the cells do: a row is the row with equal
cells, else the row that shares the most cells with it. For that, at least half of all cells must be
equal, among them a distinctive one, which few rows have. A row that matches nothing is new.

A spreadsheet can sort some columns and not others, and then the helper column is beside the wrong
rows. If less than half of the distinctive cells of a row match the row that its ID names, and
another row matches, the cells are trusted and not the ID.
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
"""A value that more rows have is not distinctive."""

_TRIED = 5
_HALF = 2


def named(
    returned: Returned, versions: Sequence[Version], known: pd.Index[str], open_names: set[str]
) -> np.ndarray:
    """The row ID of each row of a corrected file, "" for a new one; an object array.

    Args:
        returned: the corrected file.
        versions: what was sent before, the latest last.
        known: the row IDs of all rows that were sent.
        open_names: the row IDs of those that were refused and not accepted since; they are
            preferred among rows that match equally well.
    """
    names = returned.names.copy()
    names[~_among(names, known)] = ""
    doubted = np.where(_fit(returned, versions, names), "", names)
    names[doubted != ""] = ""
    nameless = np.flatnonzero((names == "") & ~_blank(returned))
    if len(nameless):
        taken = set(names[names != ""])
        _same_cells(returned, versions, nameless, names, taken, open_names)
        nameless = nameless[names[nameless] == ""]
        _most_cells(returned, versions, nameless, names, taken, open_names)
        # A row that matches no other row has the row ID it states, unless another row has it now.
        left = (names == "") & ~_among(doubted, names[names != ""])
        names[left] = doubted[left]
    return names


def _among(names: np.ndarray, others: Iterable[str]) -> Bools:
    """A mask of the names that are among others; `np.isin` is quadratic for objects."""
    return np.asarray(pd.Index(names).isin(list(others)), dtype=bool)


def _fit(returned: Returned, versions: Sequence[Version], names: np.ndarray) -> Bools:
    """A mask of the rows that share half of the distinctive cells with the row their ID names.

    A row that is as `preflight review` wrote it fits anyway.
    """
    fits: Bools = np.array(names == "", dtype=bool)
    for version in versions:
        index = version.index()
        once = np.flatnonzero(~index.duplicated())
        hits = index[once].get_indexer(pd.Index(names.astype(object)))
        rows = np.flatnonzero((names != "") & (hits >= 0))
        places = once[hits[rows]]
        agree, compared = np.zeros(len(rows), np.int64), np.zeros(len(rows), np.int64)
        for label, cells in zip(returned.labels, returned.cells, strict=True):
            if label not in version.read:
                continue
            read = pd.Series(version.read[label].to_pylist(), dtype="str")
            rare = (read.map(read.value_counts()) <= _COMMON) & (read != "")
            distinctive = rare.to_numpy()[places]
            before = read.to_numpy(dtype=object)[places]
            sent = version.sent[label].take(pa.array(places)).to_numpy(zero_copy_only=False)
            now = cells.take(pa.array(rows)).to_numpy(zero_copy_only=False)
            same = (before == now) | (sent == now)
            for at in np.flatnonzero(distinctive & ~same):
                same[at] = difference(before[at], now[at]) is Difference.DAMAGE
            agree += distinctive & same
            compared += distinctive
        fits[rows] |= agree * _HALF >= compared
    fits |= np.isin(returned.rows, list(returned.reviewed))
    return fits


def _blank(returned: Returned) -> Bools:
    """A mask of the rows that are blank except for helper columns."""
    blank = np.ones(len(returned.rows), dtype=bool)
    for cells in returned.cells:
        blank &= np.array([not cell.strip() for cell in cells.to_pylist()], dtype=bool)
    return blank


def _same_cells(
    returned: Returned,
    versions: Sequence[Version],
    nameless: np.ndarray,
    names: np.ndarray,
    taken: set[str],
    open_names: set[str],
) -> None:
    """Names the rows whose cells all equal those of a row as sent or as read."""
    shared = [label for label in returned.labels if label not in returned.added]
    wanted = joined([returned.cells[returned.labels.index(label)] for label in shared]).take(
        pa.array(nameless)
    )
    for version in reversed(versions):
        for form in (version.read, version.sent):
            if not all(label in form for label in shared):
                continue
            rows = joined([form[label] for label in shared])
            places = pd.Series(np.arange(len(rows))).groupby(rows.to_pylist()).indices
            for at, text in zip(nameless, wanted.to_pylist(), strict=True):
                if names[at] or text not in places:
                    continue
                matching = [version.names[place] for place in places[text]]
                free = [name for name in matching if name not in taken]
                names[at] = _first(free or matching, open_names)
                taken.add(names[at])


def _first(names: Sequence[str], open_names: set[str]) -> str:
    """The first name that is open, else the first."""
    return next((name for name in names if name in open_names), names[0])


def joined(cells: Sequence[pa.Array]) -> pa.Array:
    """The cells of each row, joined to one text."""
    return pc.binary_join_element_wise(*(cells or [pa.array([], pa.string())]), "\x1f")


def _most_cells(
    returned: Returned,
    versions: Sequence[Version],
    nameless: np.ndarray,
    names: np.ndarray,
    taken: set[str],
    open_names: set[str],
) -> None:
    """Names the rows that share more cells with one row than with any other row."""
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
            names[at] = max(scored)[-1]
            taken.add(names[at])


def _votes(
    returned: Returned, versions: Sequence[Version], nameless: np.ndarray
) -> dict[int, list[tuple[int, int]]]:
    """For each row the rows of the versions that share the most distinctive cells with it."""
    pieces = []
    for number, version in enumerate(versions):
        for label, cells in zip(returned.labels, returned.cells, strict=True):
            if label not in version.read:
                continue
            asked = pd.DataFrame({"at": nameless, "value": _folded(cells.take(pa.array(nameless)))})
            values = _folded(version.read[label])
            candidates = pd.DataFrame({"place": np.arange(len(values)), "value": values})
            candidates = candidates[
                candidates["value"].isin(asked["value"]) & (candidates["value"] != "")
            ]
            frequency = candidates.groupby("value")["place"].transform("size")
            matches = asked.merge(candidates[frequency <= _COMMON], on="value")
            pieces.append(matches.assign(number=number)[["at", "number", "place"]])
    if not pieces:
        return {}
    every = pd.concat(pieces).groupby(["at", "number", "place"]).size().reset_index(name="votes")
    best = every.sort_values(["at", "votes"], ascending=[True, False], kind="stable")
    voted: dict[int, list[tuple[int, int]]] = {}
    for at, number, place in best.groupby("at").head(_TRIED)[["at", "number", "place"]].to_numpy():
        voted.setdefault(int(at), []).append((int(number), int(place)))
    return voted


def _folded(cells: pa.Array) -> pd.Series[str]:
    return pd.Series(keys.fold(cells).to_pylist(), dtype="str")


def _agreement(returned: Returned, version: Version, at: int, place: int) -> tuple[int, int]:
    """The number of cells in which two rows agree, and of those that either has filled."""
    agree = compared = 0
    for label, cells in zip(returned.labels, returned.cells, strict=True):
        if label not in version.read:
            continue
        now, before = cells[at].as_py(), version.read[label][place].as_py()
        if now or before:
            compared += 1
            agree += difference(before, now) is not Difference.EDIT
    return agree, compared
