"""The CSV files for people: what they are made of, and that nothing in them runs."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from preflight.core.types import CHANGE_COLUMNS
from preflight.writing import people_csv


def strings(*cells: str) -> pa.Array:
    return pa.array(cells, type=pa.string())


def read(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.reader(file))


def test_a_table_for_people_runs_nothing_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    with people_csv.TableWriter(path, ["name", "=cmd()"]) as writer:
        writer.write([strings("Ann", "=1+1"), strings("+46701234567", 'a"b')])
        writer.write([strings(), strings()])
        writer.write([strings("Zoë"), strings("")])
    assert writer.rows == 3
    assert path.stat().st_mode & 0o777 == 0o600
    assert read(path) == [
        ["name", "'=cmd()"],
        ["Ann", "+46701234567"],
        ["'=1+1", 'a"b'],
        ["Zoë", ""],
    ]


def test_a_table_that_is_left_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    def broken(write: Callable[[], None]) -> None:
        write()
        raise RuntimeError

    with (
        pytest.raises(RuntimeError),
        people_csv.TableWriter(tmp_path / "a.csv", ["a"]) as writer,
    ):
        broken(lambda: writer.write([strings("b")]))
    assert list(tmp_path.iterdir()) == []


def test_changes_become_texts_and_none_make_none() -> None:
    changes = pd.DataFrame(
        {
            "row": np.array([7, 12], dtype=np.int64),
            "line": np.array([8, 15], dtype=np.int64),
            "column_name": "E-mail",
            "code": "EML303",
            "safety": "safe",
            "old": [" a@b.co", "c@d.co "],
            "new": ["a@b.co", "c@d.co"],
        }
    )
    columns = people_csv.fixes_columns(changes)
    assert [column.to_pylist()[1] for column in columns] == [
        "12", "15", "E-mail", "EML303", "safe", "c@d.co ", "c@d.co",
    ]  # fmt: skip
    none = people_csv.fixes_columns(pd.DataFrame(columns=list(CHANGE_COLUMNS)))
    assert [len(column) for column in none] == [0] * len(CHANGE_COLUMNS)


def test_helper_columns_stand_in_their_order_and_what_is_not_said_is_blank() -> None:
    columns = people_csv.helper_columns(
        {"preflight__row": np.array([3, 4]), "preflight__source": "local"}, 2
    )
    told = dict(zip(people_csv.HELPERS, (column.to_pylist() for column in columns), strict=True))
    assert told.pop("preflight__row") == ["3", "4"]
    assert told.pop("preflight__source") == ["local", "local"]
    assert set(map(tuple, told.values())) == {("", "")}
    assert [len(column) for column in people_csv.helper_columns({}, 0)] == [0] * len(
        people_csv.HELPERS
    )
