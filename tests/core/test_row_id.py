"""A row keeps its name, in whatever file it comes back."""

from __future__ import annotations

from pathlib import Path

import pytest

from preflight.config.settings import Settings
from preflight.core.row_id import row_id
from preflight.pipeline import check_fix_split
from tests.calls import rows_of

FILE = "email,first_name\nann@kestrel-labs.com,Ann\nno address,Bob\nalso none,Cyd\n"


def fixed(folder: Path, name: str, text: str) -> Path:
    """The rejects of a file."""
    (folder / f"{name}.csv").write_text(text)
    work = folder / f"{name}.work"
    work.mkdir()
    check_fix_split.fix(
        folder / f"{name}.csv", Settings(profile="dotdigital"), work=work, folder=folder / name
    )
    return folder / name / "rejects.csv"


def test_a_name_is_the_files_digest_and_the_rows_number() -> None:
    assert row_id("0123456789abcdef" * 4, 7) == "0123456789abcdef:7"


@pytest.mark.slow
def test_rejects_that_are_read_again_keep_their_names_and_one_set_of_helper_columns(
    tmp_path: Path,
) -> None:
    first = fixed(tmp_path, "first", FILE)
    text = first.read_text()
    again = fixed(tmp_path, "again", text)
    assert again.read_text().splitlines()[0] == text.splitlines()[0]
    assert [row["preflight__id"] for row in rows_of(again)] == [
        row["preflight__id"] for row in rows_of(first)
    ]
    assert [row["preflight__row"] for row in rows_of(first)] == ["2", "3"]
    assert [row["preflight__row"] for row in rows_of(again)] == ["1", "2"]


def test_what_has_not_the_form_of_a_name_is_none(tmp_path: Path) -> None:
    name = "0123456789abcdef:7"
    rows = [f"no address {n},N,{cell}\n" for n, cell in enumerate((name, "x", "", f"{name} ", "="))]
    rejects = rows_of(
        fixed(tmp_path, "a", "email,first_name,preflight__id\n" + "".join(rows) + "short\n")
    )
    carried = [row["preflight__id"] for row in rejects]
    own = carried[1].split(":")[0]
    assert carried == [name, *(f"{own}:{n}" for n in range(2, 7))]
