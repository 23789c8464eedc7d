"""The format `html`: what is in the page, how large it is, and what it may do."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.core.books import RunBooks
from preflight.report.listing import Listing
from preflight.report.page import places
from preflight.report.page.flow import ends_of, flow
from preflight.report.reported import Display
from preflight.report.shapes import shape
from tests.checked import check, fix, listed, rendered

SHOWN = Display(show_values=True)


def data_of(page: str) -> dict[str, Any]:
    """The findings in a page, as its script reads them."""
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    document: dict[str, Any] = json.loads(found[1])
    for name in ("row", "line"):
        document[f"of_{name}"] = np.cumsum(document[f"of_{name}"]).tolist()
    ahead = 0
    for old_new in zip(document["of_old"], document["of_new"], strict=True):
        for name, back in zip(("old", "new"), old_new, strict=True):
            at = None if back < 0 else ahead - back
            document.setdefault(name, []).append(None if at is None else document["cells"][at])
            ahead += back == 0
    return document


def test_the_data_of_a_page_is_what_the_findings_say(found: Listing) -> None:
    document = data_of(rendered("html", found, display=SHOWN))
    rows = list(found.rows())
    assert document["of_row"] == [row.row or 0 for row in rows]
    assert document["of_line"] == [row.line or 0 for row in rows]
    assert [document["rules"][at] for at in document["of_rule"]] == [
        f"{row.rule.severity}\0{row.rule.code}" for row in rows
    ]
    assert [document["messages"][at] for at in document["of_message"]] == [
        row.message for row in rows
    ]
    assert document["old"] == [row.cell and row.cell.replace("\u200b", r"\u200b") for row in rows]
    assert document["new"] == [row.replacement for row in rows]
    fixes = [0 if row.safety is None else 1 for row in rows]
    assert document["of_fix"] == fixes
    assert sum(fixes) == 1


def test_a_redacted_page_has_shapes_alone(found: Listing) -> None:
    page = rendered("html", found)
    document = data_of(page)
    assert document["old"] == [row.cell and shape(row.cell) for row in found.rows()]
    assert "shows no value of a contact" in page
    for row in found.rows():
        if row.cell is not None and "@" in row.cell:
            assert row.cell.strip() not in page


def test_a_header_that_may_be_data_is_not_shown(tmp_path: Path) -> None:
    content = "ann@kestrel-labs.com,Ann Zquokka,x\nbad@@kestrel-labs.com,Bo,#REF!\n"
    one = listed(check(tmp_path, content), show_all=True)
    assert one.names_are_values
    assert "Zquokka" not in rendered("html", one)
    assert "Zquokka" in rendered("html", one, display=SHOWN)


def test_the_policy_allows_our_style_and_our_script_alone(odd: Listing) -> None:
    page = rendered("html", odd, display=SHOWN)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    assert policy is not None
    assert "default-src &#39;none&#39;" in policy[1]
    for name, text in (
        ("style", re.findall(r"<style>(.*?)</style>", page, re.DOTALL)),
        ("script", re.findall(r"<script>(.*?)</script>", page, re.DOTALL)),
    ):
        (inline,) = text
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert f"{name}-src &#39;sha256-{digest}&#39;" in policy[1].replace("&#43;", "+")
    assert "style=" not in page
    assert not re.search(r"<[^>]*\son\w+=", page)
    assert "http" not in re.sub(r"http-equiv", "", page)


@pytest.mark.parametrize("most", [1, 3, 5])
def test_a_page_that_lists_fewer_keeps_some_of_each_rule(
    found: Listing, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "MOST", most)
    total = len(found)
    page = rendered("html", found, display=SHOWN)
    listed_rules = {data_of(page)["rules"][at] for at in data_of(page)["of_rule"]}
    assert len(data_of(page)["of_rule"]) == most
    assert len(listed_rules) == min(most, len({row.rule.code for row in found.rows()}))
    assert f"This page lists {most} of {total} places" in page


def test_a_page_stays_under_its_size(found: Listing, monkeypatch: pytest.MonkeyPatch) -> None:
    rest = len(rendered("html", found, display=SHOWN))
    monkeypatch.setattr(places, "SIZE", 400)
    page = rendered("html", found, display=SHOWN)
    assert len(data_of(page)["of_rule"]) < len(found)
    assert sum(map(len, re.findall(r'id="data">(.*?)</script>', page, re.DOTALL))) < 450
    assert len(page) < rest + 400


def test_a_long_cell_is_shown_without_its_middle(tmp_path: Path) -> None:
    content = f"email,note\n{'a' * 100_000}@@z.com,#REF!\n"
    page = rendered("html", listed(check(tmp_path, content, select=("EML302",))), display=SHOWN)
    (cell,) = data_of(page)["cells"]
    assert cell.startswith("aaa")
    assert cell.endswith("@@z.com")
    assert len(cell) == places._LONGEST


@given(st.lists(st.integers(0, 50), max_size=8), st.integers(0, 100))
def test_shares_keep_what_is_small(counts: list[int], most: int) -> None:
    shares = places._shares(np.array(counts, dtype=np.int64), most)
    assert shares.sum() == min(most, sum(counts))
    assert (shares <= counts).all()
    whole = [count for count, share in zip(counts, shares, strict=True) if share == count]
    cut = [share for count, share in zip(counts, shares, strict=True) if share < count]
    assert not cut or max(cut) - min(cut) <= 1
    assert not cut or not whole or max(whole) <= max(cut) + 1


@given(st.lists(st.integers(0, 10**6), min_size=6, max_size=6))
def test_what_goes_into_the_flow_comes_out(counts: list[int]) -> None:
    counts[0] += 1
    here, accepted, there, submitted, unknown, dropped = counts
    books = RunBooks(
        rows=sum(counts), rejected_here=here, accepted=accepted, rejected_there=there,
        submitted=submitted, unknown=unknown, dropped=dropped,
    )  # fmt: skip
    drawn = flow(ends_of(books, "TalkValue"), books.rows)
    assert sum(end.rows for end in drawn.all_ends) == books.rows
    assert drawn.source.height == pytest.approx(sum(box.height for box in drawn.ends))
    edges = [box.y for box in drawn.ends]
    assert all(later - before >= 40 for before, later in itertools.pairwise(edges))
    assert drawn.height >= drawn.ends[-1].y + drawn.ends[-1].height


def test_a_file_that_is_refused_is_corrected_itself_and_not_its_rows(tmp_path: Path) -> None:
    header = "email,first_name,last_name"
    whole = fix(tmp_path, f"{header}\nann@kestrel-labs.com,Ann\nbob@x.com,Bob\n")
    page = (whole.folder / "report.html").read_text()
    assert "Correct the file itself, then check it again" in page
    other = tmp_path / "other"
    other.mkdir()
    row = fix(other, f"{header}\nann@kestrel-labs.com,Ann,Bell\nbob,Bob,Hall\n")
    assert "correct them there" in (row.folder / "report.html").read_text()
