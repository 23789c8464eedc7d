"""Contacts that stand in several files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from preflight.config.catalogue import builtin
from preflight.core.types import Severity
from preflight.linting.across import FileKeys, repeated, with_findings
from preflight.linting.analysis import Analysis, analyze
from preflight.linting.row_states import CLEAN, DROPPED, REJECTED
from tests.cells import chunk_of, plan_for
from tests.linting.test_analysis import later, layout
from tests.linting.test_linter import own_of

RULES = [builtin()[code] for code in ("DUP801", "DUP802", "DUP809", "EML303", "NAM603")]
Rows = Sequence[tuple[str, str]]


def kept(folder: Path, files: Sequence[Rows], size: int = 3, **plan: object) -> list[FileKeys]:
    """The keys of some files, in chunks of a size."""
    found = []
    for at, rows in enumerate(files):
        path = folder / f"{at}.keys"
        given = {"rules": RULES} | plan
        analyzed(rows, path, size, **given)
        own = plan_for("email", "first_name", **given)  # type: ignore[arg-type]
        found.append(FileKeys(f"{at}.csv", path, own))
    return found


def analyzed(rows: Rows, path: Path, size: int = 3, **plan: object) -> Analysis:
    """A file of these rows."""
    chunks = [
        later(chunk_of(*zip(*rows[at : at + size], strict=True)), at)
        for at in range(0, len(rows), size)
    ]
    own = plan_for("email", "first_name", **plan)  # type: ignore[arg-type]
    return analyze(layout("email", "first_name"), own, chunks, keys=path)


URL = "https://kestrel-labs.com"
"""As a name it is an error."""
ANN = "a@kestrel-labs.com"
INVALID = ("c@@d", "n/a")
"""What is no address is no contact's."""
CELLS = st.sampled_from(
    ["", " a@kestrel-labs.com", "A@Kestrel-Labs.com", "b@kestrel-labs.com", *INVALID]
)
FILES = st.lists(st.lists(st.tuples(CELLS, st.sampled_from(["", URL])), max_size=5), max_size=3)


@example([[(ANN, URL), (ANN, "")], [(ANN, "")]], 8)
@example([[(ANN, URL)], [(ANN, URL)], [(ANN, "")]], 8)
@given(FILES, st.integers(1, 8))
def test_each_contact_is_reported_once_in_each_file_but_the_one_that_keeps_it(
    files: list[list[tuple[str, str]]], at_a_time: int
) -> None:
    """Compared with a plain search through all rows, whatever the size of a range."""
    best: dict[str, dict[int, tuple[bool, int]]] = {}
    with TemporaryDirectory() as folder:
        states = []
        for at, rows in enumerate(files):
            found = analyzed(rows, Path(folder) / "x.keys", rules=RULES)
            states.append(found.after)
            for row, (email, _) in enumerate(rows, start=1):
                key = email.strip().lower() if email not in INVALID else ""
                rank = (found.after[row - 1] != CLEAN, row)
                if key and found.after[row - 1] != DROPPED:
                    here = best.setdefault(key, {})
                    here[at] = min(here.get(at, rank), rank)
        expected = set()
        for here in best.values():
            owner = min(here, key=lambda at: (here[at][0], at))
            message = f"the same contact as row {here[owner][1]} of {owner}.csv"
            expected |= {(at, here[at][1], message) for at in here if at != owner}
        told = repeated(kept(Path(folder), files), at_a_time=at_a_time)
    assert {
        (at, row, message)
        for at, found in told.items()
        for row, message in zip(found.frame["row"], found.frame["message"], strict=True)
    } == expected


def test_a_file_in_which_the_rule_is_off_still_keeps_its_contacts(tmp_path: Path) -> None:
    rows = [("a@kestrel-labs.com", "")]
    without = kept(tmp_path, [rows], rules=RULES[:2])
    (tmp_path / "x").mkdir()
    told = repeated([*without, *kept(tmp_path / "x", [rows])])
    assert list(told) == [1]
    assert repeated([*kept(tmp_path / "x", [rows]), *without]) == {}


@pytest.mark.parametrize("severity", Severity)
def test_a_row_is_rejected_just_where_the_rule_is_an_error(
    tmp_path: Path, severity: Severity
) -> None:
    rule = own_of(RULES[2].scope, RULES[2].check, severity=severity, alike=RULES[2].alike)
    rows = [("b@kestrel-labs.com", ""), ("a@kestrel-labs.com", "")]
    keys = kept(tmp_path, [rows[1:], rows], rules=[rule])
    found = analyzed(rows, tmp_path / "y.keys", rules=[rule])
    told = with_findings(found, repeated(keys)[1])
    state = REJECTED if severity is Severity.ERROR else CLEAN
    assert told.before.tolist() == told.after.tolist() == [CLEAN, state]
    assert found.after.tolist() == [CLEAN, CLEAN]
