"""What was learned, as text, as JSON and as a config that loads."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np

from preflight.config.setting_sources import load
from preflight.learning.lessons import Lessons
from preflight.learning.proposing import learn
from preflight.report import lessons
from preflight.runs.ledger.run import RunState
from tests.learning.made import RULES, RUN, contacts, evidence, some

ROWS = 600


def told() -> Lessons:
    """One proposal of every kind, and reasons without one."""
    cells = contacts(1, ROWS)
    cells.loc[500:519, 0] = "ann@eve-adam.net"

    def has(at: int, pattern: str) -> np.ndarray:
        return np.asarray(cells[at].str.contains(pattern, regex=True), dtype=bool)

    refused, off, ignored = (some(seed, ROWS, 0.05) for seed in (3, 4, 5))
    return learn(
        evidence(
            cells,
            {
                "BLOCKED\n": has(0, "@wren.org$"), "BLANK": has(1, "^$"), "OWN": has(0, "eve-adam"),
                "RAISE": refused, "OFF": off, "IGNORED": ignored, "FEW": np.arange(ROWS) < 3,
                "INVALID_EMAIL": np.arange(ROWS) == 599,
            },
            warned={"EML306": refused},
            unheard={"PHN409": off, "TXT702": ignored},
            asked_for=frozenset({"PHN409"}),
        ),
        RULES,
    )  # fmt: skip


def test_each_reason_is_a_paragraph_and_each_proposal_a_line() -> None:
    lines = lessons.text(told()).splitlines()
    assert lines[0].startswith("learned from run 20261122-010203-aaaa to talkvalue: ")
    text = "\n".join(lines)
    for part in (
        "BLOCKED\\n: ", "\n  class     suppressed, by its wording\n",
        "\n  class     not known; choose fix, retry, suppressed or",
        "\n  rule      OWN001 email-at-wren-org: email of the domain `wren.org`: ",
        "\n  any_of    first_name is blank in ",
        "may belong to one person; show it with --show-values",
        "\n  severity  EML306 email-role warned of ", "\n  select    PHN409 ",
        ": turn it on with extend_select",
        ": turn it on by changing `ignore` or [severity]",
        "\n  -         too few rows to learn from",
    ):  # fmt: skip
        assert part in text, part
    assert "eve-adam" not in text
    assert lines[-1].endswith(
        "(95 % sure), and chance alone would show this in at most 1 % of cases"
    )


def test_what_was_left_out_is_said() -> None:
    one = dataclasses.replace(told(), whole=1, unnamed=2000, lessons=(), runs=(RUN, RUN))
    assert (
        lessons.text(one)
        .splitlines()[0]
        .startswith("learned from run 20261122-010203-aaaa and 1 more of its family to talkvalue")
    )
    assert "  1 row refused with all of their part" in lessons.text(one)
    assert "  2,000 rows left out" in lessons.text(one)
    assert lessons.text(one).endswith("no row was refused for a reason of its own\n")
    assert lessons.piece(one) == ""
    stopped = dataclasses.replace(one, runs=(dataclasses.replace(RUN, state=RunState.STOPPED),))
    assert "  run 20261122-010203-aaaa is stopped: its rows without an outcome" in lessons.text(
        stopped
    )


def test_the_piece_of_config_loads_and_says_what_is_proposed(tmp_path: Path) -> None:
    config = tmp_path / "preflight.toml"
    config.write_text(lessons.piece(told()))
    settings = load({}, {}, config=config)
    assert settings.any_of == ((("first_name",),),)
    assert settings.extend_select == ("PHN409",)
    assert settings.rules == (tmp_path / "rules",)
    assert settings.severity == {"EML306": "error"}
    assert settings.reasons == {"talkvalue": {"BLOCKED\n": "suppressed"}}
    piece = lessons.piece(told())
    assert '# "RAISE" = "fix"  # ' in piece
    assert "INVALID_EMAIL" not in piece
    assert "TXT702" in piece
    assert "eve-adam" not in piece


def test_the_document_has_every_proposal_with_its_support() -> None:
    document = json.loads(lessons.document(told()))
    kinds = {one["kind"]: one for reason in document["reasons"] for one in reason["proposals"]}
    assert set(kinds) == {"rule", "any_of", "severity", "select"}
    assert kinds["severity"]["rule"] == "EML306"
    assert kinds["severity"]["support"]["accepted"] == 0
    assert kinds["severity"]["support"]["floor"] >= document["precision"]
    hidden = [
        one
        for reason in document["reasons"]
        for one in reason["proposals"]
        if reason["code"] == "OWN"
    ]
    assert (hidden[0]["name"], hidden[0]["words"]) == (None, None)
    assert "eve-adam" not in lessons.document(told())
