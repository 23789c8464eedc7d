"""Stories as text and as JSON, with values and without."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from preflight.core.books import Books
from preflight.report import story
from preflight.runs.history.facts import (
    CallMade,
    Chapter,
    JobStatus,
    RowCorrected,
    RowEnded,
    RowPlaced,
    RowRead,
    RowRefused,
    Story,
    Trail,
)
from preflight.runs.history.row_facts import RowChange, RowFinding
from preflight.runs.ledger.run import Run, RunState
from preflight.runs.row_outcomes import RowOutcome

FIRST = Run(
    "20261122-010203-aaaa", "talkvalue", RunState.FINISHED, 1795309323.0, 1795309330.0,
    "leads.csv", "a" * 64, 1, Path("out"), {}, {}, Books(1, 1, 0, 0),
)  # fmt: skip
SECOND = dataclasses.replace(FIRST, id="20261122-020203-bbbb", parent=FIRST.id)
CELLS = {"email": "ann@kestrel-labs.com", "name": "Ann Kestrel", "code": "x", "blank": ""}
REFUSED = RowRefused("BAD", "Ann Kestrel <ann@kestrel-labs.com> of 2025 is bad", "fix", "key")
OLD = Chapter(
    FIRST,
    1177,
    (
        RowRead("leads.csv", 1177, 1200),
        RowFinding("EML303", "email-padded", "error", "blanks around it", "email", fixed=True),
        RowFinding("STR104", "row-blank", "warning", "a row", "", fixed=False),
        RowChange("EML303", "email", "safe", " ann", "ann"),
        RowPlaced(1, 2, "out/clean.csv", False, 3, 1000),
        CallMade(1, "upload", "failed", 1795309323.0, 1795309324.0, "503", "busy"),
        CallMade(2, "upload", "ambiguous", 1795309325.0, None, None, ""),
        JobStatus("job-9", None, "wait for ann@kestrel-labs.com"),
        JobStatus("job-9", "PARTIAL", ""),
        REFUSED,
        RowEnded(RowOutcome.REJECTED_THERE),
    ),
    CELLS,
)
NEW = Chapter(
    SECOND,
    1,
    (
        RowRead("corrected.csv", 1, 2),
        RowCorrected("name", "edit", "Ann Kestrel", "Ann"),
        RowCorrected("phone", "damage", "+14155552671", "1E+10"),
        RowEnded(RowOutcome.ACCEPTED, "at last"),
    ),
    CELLS,
)
TRAIL = Trail((FIRST, SECOND), 12, (Story("a:1177", (OLD, NEW), NEW),), ("something is gone",))


def test_a_story_is_told_a_fact_a_line() -> None:
    assert story.text(TRAIL, show_values=True).splitlines() == [
        "row 1,177 of leads.csv, line 1,200: accepted in run 20261122-020203-bbbb",
        "  run 20261122-010203-aaaa to talkvalue, 2026-11-22 01:02:03 UTC, finished",
        "    read      leads.csv, row 1,177, line 1,200",
        "    found     EML303 email-padded [error] email: blanks around it; fixed",
        "    found     STR104 row-blank [warning] a row",
        "    changed   email by EML303, safe: ' ann' → 'ann'",
        "    placed    part 1 of 2, out/clean.csv (gone): row 3 of 1,000",
        "    called    attempt 1, upload: failed, 2026-11-22 01:02:03 to 01:02:04 UTC: busy",
        "    called    attempt 2, upload: ambiguous, 2026-11-22 01:02:05 no end known",
        "    taken     job job-9: its end is not known; wait for [email]",
        "    taken     job job-9: PARTIAL",
        (
            "    refused   BAD: 'Ann Kestrel <ann@kestrel-labs.com> of 2025 is bad' "
            "(class fix, joined by key)"
        ),
        "    ended     rejected by the provider",
        (
            "  run 20261122-020203-bbbb to talkvalue, 2026-11-22 01:02:03 UTC, finished, "
            "corrects 20261122-010203-aaaa"
        ),
        "    read      corrected.csv, row 1, line 2",
        "    corrected name, edited: 'Ann Kestrel' → 'Ann'",
        "    corrected phone, restored after a spreadsheet changed it: '1E+10' → '+14155552671'",
        "    ended     accepted: at last",
        "12 rows match; these are the first 1. Show more with --limit N",
        "note: something is gone",
    ]


@pytest.mark.parametrize("write", [story.text, story.document])
def test_nothing_of_a_contact_stands_in_a_redacted_story(write: object) -> None:
    told = write(TRAIL, show_values=False)  # type: ignore[operator]
    for value in ("ann@", "Ann", "Kestrel", "1E+10", "4155552671"):
        assert value not in told
    assert "[value] <[email]> of 2025 is bad" in told
    assert "A(1)a(2)s(1)A(1)a(6)" in told


def test_where_the_cells_are_not_known_no_word_of_the_provider_is_shown() -> None:
    assert story.without_values("Ann is bad", {}) == ""
    assert story.without_values("Ann is BAD, ann", {"a": "Ann", "b": "b"}) == (
        "[value] is BAD, [value]"
    )


def test_the_document_has_every_fact_with_its_run() -> None:
    told = json.loads(story.document(TRAIL, show_values=True))
    (row,) = told["rows"]
    assert (row["id"], row["place"], row["run"]) == ("a:1177", "accepted", SECOND.id)
    assert told["matched"] == 12
    assert [one["parent"] for one in told["runs"]] == [None, FIRST.id]
    assert [(one["run"], one["what"]) for one in row["facts"]][-4:] == [
        (SECOND.id, "read"), (SECOND.id, "corrected"), (SECOND.id, "corrected"),
        (SECOND.id, "ended"),
    ]  # fmt: skip
    change = next(one for one in row["facts"] if one["what"] == "changed")
    assert (change["old"], change["old_shape"]) == (" ann", "s(1)a(3)")
    hidden = json.loads(story.document(TRAIL, show_values=False))["rows"][0]["facts"]
    assert next(one for one in hidden if one["what"] == "changed")["old"] is None
