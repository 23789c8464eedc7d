"""`check` calls exactly those cells fixable that `fix` changes."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pandas as pd
import pytest

from preflight.config.settings import Settings
from preflight.linting import fix_preview
from preflight.linting.row_states import CLEAN, REJECTED
from preflight.pipeline import check_fix_split
from preflight.report.listing import listing
from tests.cells import EMAILS, PHONES, STAMPS, TEXTS

HEADER = ("email", "phone", "created_at", "name", "company")
PLAIN = ("ann@kestrel-labs.com", "+14155552671", "2026-04-21T15:30:00Z", "Ann", "Kestrel")
ODD = {0: EMAILS, 1: PHONES, 2: STAMPS, 3: TEXTS, 4: TEXTS}


def content() -> str:
    """One odd cell a row, and rows in which all cells are odd: they are rejected, or not."""
    rows: list[list[str]] = []
    for column, cells in ODD.items():
        for cell in cells:
            row = [f"a{len(rows)}@kestrel-labs.com", *PLAIN[1:]]
            row[column] = cell
            rows.append(row)
    rows += [[cells[at % len(cells)] for cells in ODD.values()] for at in range(60)]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(HEADER)
    writer.writerows([cell.replace("\0", "") for cell in row] for row in rows)
    return text.getvalue()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("profile", "guesses"),
    [
        ("textus", fix_preview.MOST_GUESSES),
        pytest.param("general", fix_preview.MOST_GUESSES, marks=pytest.mark.long),
        pytest.param("experiture", fix_preview.MOST_GUESSES, marks=pytest.mark.long),
        pytest.param("general", 0, marks=pytest.mark.long),
    ],
)
def test_what_is_called_fixable_is_what_is_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, profile: str, guesses: int
) -> None:
    """Safe fixes and unsafe ones; and no row that `check` calls clean is rejected by `fix`.

    Of rejected rows unsafe fixes save, no more are looked at than `MOST_GUESSES` allows.
    """
    monkeypatch.setattr(fix_preview, "MOST_GUESSES", guesses)
    path = tmp_path / "a.csv"
    path.write_text(content())
    ignored = ("HDR", "DUP", "FIL")
    plain, bold = (
        check_fix_split.check(
            path,
            Settings(profile=profile, region="US", ignore=ignored, unsafe_fixes=unsafe),
            work=tmp_path,
        )
        for unsafe in (False, True)
    )
    shown = listing(
        "a.csv", plain.analysis, plain.books, cells=lambda rows: check_fix_split.cells(plain, rows)
    )
    fixable: dict[str, set[tuple[int | None, str | None]]] = {"safe": set(), "unsafe": set()}
    for row in shown.rows():
        if row.safety is not None:
            fixable[row.safety].add((row.row, row.column_name))
    for checked in (plain, bold):
        analysis = checked.analysis
        assert not ((analysis.before == CLEAN) & (analysis.after == REJECTED)).any()
    safe = pd.concat(check_fix_split.changes(plain))
    assert fixable["safe"] == set(zip(safe["row"], safe["column_name"], strict=True))
    assert plain.analysis.fixed_cells == len(fixable["safe"]) > 0
    assert safe["code"].value_counts().to_dict() == plain.analysis.fixed
    changed = pd.concat(check_fix_split.changes(bold))
    changed = changed[changed["safety"] == "unsafe"]
    if not guesses:
        changed = changed[plain.analysis.after[changed["row"].astype(int) - 1] == 0]
    bold_cells = set(zip(changed["row"], changed["column_name"], strict=True))
    assert plain.analysis.preview.cells == len(bold_cells) > 0
    # A cell that has such a problem only after a safe fix is called fixable for the safe one.
    assert fixable["unsafe"] <= bold_cells <= fixable["unsafe"] | fixable["safe"]


def test_nothing_in_a_refused_file_is_called_fixable(tmp_path: Path) -> None:
    """No row of it is written."""
    path = tmp_path / "a.csv"
    path.write_text("nombre,phone\nSMITH,+5215541637145\nAnn,(415) 555-2671\n")
    checked = check_fix_split.check(path, Settings(profile="textus", region="US"), work=tmp_path)
    shown = listing(
        "a.csv", checked.analysis, checked.books, show_all=True,
        cells=lambda rows: check_fix_split.cells(checked, rows),
    )  # fmt: skip
    found = [(row.rule.code, row.safety) for row in shown.rows() if row.row]
    assert found == [("PHN416", None), ("PHN404", None)]
