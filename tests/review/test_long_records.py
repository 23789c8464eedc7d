"""A value that a stray delimiter cut in two is joined again by a person."""

from __future__ import annotations

from pathlib import Path

import pytest

from preflight.config.settings import Settings
from preflight.review.long_records import joins
from preflight.review.page import views
from preflight.review.rows import RowState
from tests.review.reviews import leads, reviewed

SHOWN = ["ann@kestrel-labs.com", "Kestrel", " Inc."]


@pytest.mark.parametrize(
    ("raw", "delimiter"),
    [
        ("ann@kestrel-labs.com,Kestrel, Inc.,Ann", ","),
        ('ann@kestrel-labs.com;"Kestrel"; Inc.;Ann', ";"),
        ("ann@kestrel-labs.com\tKestrel\t Inc.\tAnn", "\t"),
    ],
)
def test_each_cell_can_be_joined_with_the_next_one(raw: str, delimiter: str) -> None:
    assert joins(raw, SHOWN) == [
        [f"ann@kestrel-labs.com{delimiter}Kestrel", " Inc.", "Ann"],
        ["ann@kestrel-labs.com", f"Kestrel{delimiter} Inc.", "Ann"],
        ["ann@kestrel-labs.com", "Kestrel", f" Inc.{delimiter}Ann"],
    ]


def test_a_value_that_is_cut_more_than_once_is_joined_from_all_its_pieces() -> None:
    assert joins("a,b,c,d,e", ["a", "b", "c"])[1] == ["a", "b,c,d", "e"]


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "ann@kestrel-labs.com,Kestrel, Inc.",
        "ann@kestrel-labs.com,Kestrel",
        "bob@kestrel-labs.com,Kestrel, Inc.,Ann",
        f"ann@kestrel-labs.com,Kestrel, Inc.,{'x' * 70_000}",
    ],
)
def test_a_record_that_is_not_too_long_or_is_another_one_is_not_joined(raw: str) -> None:
    assert joins(raw, SHOWN) == []


@pytest.mark.slow
def test_a_joined_row_is_judged_and_the_step_is_undone(tmp_path: Path) -> None:
    header, other = "email,company,city,first_name", "bob@kestrel-labs.com,Pike,Oslo,Bob"
    text = f"{header}\nann@kestrel-labs.com,Kestrel,Wool,Rome,Ann\n{other}\n"
    with reviewed(leads(tmp_path, text)) as review:
        session = review.session
        assert session.state(0) is RowState.OPEN
        assert views.row(session, 0)["joins"][1] == "Kestrel,Wool"
        session.join(0, 1)
        cells = ["ann@kestrel-labs.com", "Kestrel,Wool", "Rome", "Ann"]
        assert session.rows[0].cells == cells
        assert session.state(0) is RowState.READY
        assert views.row(session, 0)["joins"] == []
        session.undo()
        assert session.rows[0].cells == ["ann@kestrel-labs.com", "Kestrel", "Wool", "Rome"]
        assert session.join(0, 9) == []


@pytest.mark.slow
def test_what_is_not_judged_on_the_page_is_said(tmp_path: Path) -> None:
    shared = "whether several people share a phone number"
    with reviewed(leads(tmp_path)) as review:
        assert views.file(review)["unjudged"] == [shared]
    other = tmp_path / "other"
    other.mkdir()
    plain = Settings(profile="talkvalue", region="US", select=("EML",))
    with reviewed(leads(other), plain) as review:
        assert views.file(review)["unjudged"] == []
