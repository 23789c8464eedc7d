"""What fixes that guess would add to a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from preflight.linting import fix_preview
from preflight.linting.row_states import CLEAN, REJECTED
from tests.checked import check, listed, summarised

CONTENT = (
    "email,phone\n"
    "ann@kestrel-labs.com,+14155552671\n"
    "bo@kestrel-labs.com; bo@finch.org,\n"
    "cy@gmial.com,+14155552671 x12\n"
    " dy@@kestrel-labs.com,\n"
)


@pytest.mark.slow
def test_what_guesses_would_add_is_what_they_add(tmp_path: Path) -> None:
    """Cells and rows; and nothing is offered that is made already."""
    plain = check(tmp_path, CONTENT).analysis
    bold = check(tmp_path, CONTENT, unsafe_fixes=True).analysis
    saved = int(((plain.after == REJECTED) & (bold.after == CLEAN)).sum())
    assert plain.guessed_cells == sum(bold.fixed.values()) - sum(plain.fixed.values()) > 0
    assert plain.guessed_rows == saved > 0
    assert (bold.guessed_cells, bold.guessed_rows) == (0, 0)


@pytest.mark.slow
def test_of_many_guesses_the_first_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of rejected rows. Of others all cells are known."""
    monkeypatch.setattr(fix_preview, "MOST_GUESSES", 3)
    several = "fay@kestrel-labs.com; fay@finch.org,\n" * 3
    checked = check(tmp_path, CONTENT + several)
    found = checked.analysis
    assert (found.guessed_cells, found.guessed_rows, found.preview.all_seen) == (3, 1, False)
    assert "would change over 3 more cells\n" in summarised(listed(checked))
    monkeypatch.setattr(fix_preview, "MOST_GUESSES", 0)
    assert check(tmp_path, CONTENT).analysis.guessed_cells == 2


def test_a_file_without_a_guess_to_make_is_offered_none(tmp_path: Path) -> None:
    found = check(tmp_path, "email\n ann@kestrel-labs.com\nbo@@kestrel-labs.com\n").analysis
    assert (found.guessed_cells, found.guessed_rows) == (0, 0)
