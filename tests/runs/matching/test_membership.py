"""Which accepted rows are not where they were to go."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from preflight.config import profiles
from preflight.core.exchange import FailureReport
from preflight.runs.matching import join
from preflight.runs.matching.membership import absent
from tests.runs.matching.test_join import make_part

EXPERITURE = profiles.load("experiture")
ROWS = [["Ann@example.org", "Ann", ""], ["bob@example.org", "Bob", ""], ["cec@example.org", "", ""]]


def refused(part: object, *numbers: int) -> join.Joined:
    """The part with these rows refused."""
    columns = ["code", "message", "row_number", "value", "key", "cells"]
    table = pd.DataFrame([["E", "", n, "", ROWS[n - 1][0], ""] for n in numbers], columns=columns)
    table = table.astype({name: "Int64" if name == "row_number" else "str" for name in columns})
    report = FailureReport(b"", ".csv", table)
    return join.join(report, part, by="any", key_field=["email"], profile=EXPERITURE)  # type: ignore[arg-type]


def test_a_row_that_was_accepted_and_is_no_member_is_absent(tmp_path: Path) -> None:
    part = make_part(tmp_path, ROWS)
    members = {"ann@example.org": 1, "someone@example.org": 1}
    assert absent(part, refused(part), members, ["email"], EXPERITURE) == 2
    assert absent(part, refused(part, 3), members, ["email"], EXPERITURE) == 1
    assert absent(part, refused(part, 2, 3), members, ["email"], EXPERITURE) == 0


def test_case_is_no_difference_and_an_empty_list_holds_nobody(tmp_path: Path) -> None:
    part = make_part(tmp_path, ROWS)
    everyone = {row[0].lower(): 1 for row in ROWS}
    assert absent(part, refused(part), everyone, ["email"], EXPERITURE) == 0
    assert absent(part, refused(part), {}, ["email"], EXPERITURE) == 3


def test_a_part_without_the_key_cannot_be_compared(tmp_path: Path) -> None:
    part = make_part(tmp_path, ROWS, fields=(None, None, None))
    joined = join.Joined(pd.DataFrame({"row": []}), pd.DataFrame())
    assert absent(part, joined, {}, ["email"], EXPERITURE) == 0
