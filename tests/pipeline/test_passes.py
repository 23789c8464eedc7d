"""How often a file is read and its cells are linted: what was found once is not found again."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from preflight.config.settings import Settings
from preflight.core.workspace import workspace
from preflight.linting.checked import Checked
from preflight.pipeline import check_fix_split, delivery
from preflight.pipeline.connection import POLL_SCALE, Connection
from preflight.providers.sandbox.server import Sandbox

pytestmark = pytest.mark.slow

# It is asked about every text, and writes down which.
ASKED = '''"""A rule that writes down what it is asked about."""

from pathlib import Path

from preflight.rule import Rule, Scope, Severity

LOG = Path(__file__).with_suffix(".log")


def check(text):
    with LOG.open("a") as log:
        log.writelines(f"{cell}\\n" for cell in text)
    return text == text


RULE = Rule(
    code="OWN001",
    name="asked-about",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"text"}),
    suspects=".",
    message="never reported",
    check=check,
)
'''
HEADER = "email,first_name,phone,company"
PHONE = "+4930231250{:02}"


@dataclass
class Counts:
    """How often a file was read, and how often each of its texts was linted."""

    rules: Path
    rows: int
    passes: list[str] = field(default_factory=list)

    def progress(self, stage: str, done: int, total: int | None) -> None:
        """A progress callback: a stage that comes to the last row has gone over the file."""
        if done == self.rows and total is None:
            self.passes.append(stage)

    @property
    def lints(self) -> set[int]:
        """How often texts were linted: one number if all were equally often."""
        log = self.rules.with_suffix(".log")
        return set(Counter(log.read_text().splitlines()).values()) if log.exists() else set()


@pytest.fixture
def counts(tmp_path: Path) -> Counts:
    """The counts of one call, with the rule that counts in its `rules` folder."""
    (tmp_path / "rules").mkdir()
    rule = tmp_path / "rules" / "asked.py"
    rule.write_text(ASKED)
    return Counts(rule, rows=8)


def contacts(counts: Counts, *, email: str = "p{}@kestrel-labs.com", phone: str = PHONE) -> str:
    """A file of as many rows as are counted, with a cell to fix and one to reject."""
    rows = [
        f"{email.format(number)},Ann{number},{phone.format(number)},Company {number}"
        for number in range(counts.rows)
    ]
    rows[2] = rows[2].replace("Ann2", " Ann2 ")
    rows[3] = rows[3].replace("@", " at ")
    return "\n".join([HEADER, *rows]) + "\n"


def path_of(tmp_path: Path, content: str) -> Path:
    path = tmp_path / "contacts.csv"
    path.write_text(content)
    return path


def settings(counts: Counts, tmp_path: Path, profile: str = "talkvalue") -> Settings:
    return Settings(profile=profile, rules=(counts.rules.parent,), state_dir=tmp_path / "state")


def checked_with_cells(
    counts: Counts, tmp_path: Path, content: str, work: Path, *, profile: str = "talkvalue"
) -> Checked:
    """A file checked, with the cells of all of its findings, as a report needs them."""
    path, own = path_of(tmp_path, content), settings(counts, tmp_path, profile)
    checked = check_fix_split.check(path, own, work=work, progress=counts.progress, chunk_bytes=100)
    old, new = check_fix_split.cells(
        checked, checked.analysis.findings.whole(), progress=counts.progress
    )
    about_cells = checked.analysis.findings.frame["column"] > 0
    assert [cell is not None for cell in old] == about_cells.tolist()
    assert "Ann2" in new
    return checked


def test_a_check_reads_once_and_lints_once_and_knows_the_cells(
    counts: Counts, tmp_path: Path
) -> None:
    with workspace() as work:
        checked = checked_with_cells(counts, tmp_path, contacts(counts), work)
    assert {"EML302", "TXT701"} <= set(checked.analysis.findings.counts())
    assert (counts.passes, counts.lints) == (["reading"], {1})


@pytest.mark.parametrize(
    ("same", "code"),
    [({"email": "same@kestrel-labs.com"}, "DUP801"), ({"phone": PHONE.format(9)}, "DUP803")],
)
def test_where_contacts_repeat_a_check_looks_once_more_and_lints_nothing(
    counts: Counts, tmp_path: Path, same: dict[str, str], code: str
) -> None:
    with workspace() as work:
        checked = checked_with_cells(counts, tmp_path, contacts(counts, **same), work)
    assert checked.analysis.findings.counts()[code]
    assert len(counts.passes) == 2
    assert counts.lints == {1}


def test_dates_that_only_others_decide_are_linted_twice(counts: Counts, tmp_path: Path) -> None:
    """Only the last row says how the first is meant."""
    rows = contacts(counts).splitlines()
    dates = ["created_at", *["03/04/2026 15:30 Z"] * 7, "21/04/2026 15:30 Z"]
    content = "\n".join(f"{row},{date}" for row, date in zip(rows, dates, strict=True)) + "\n"
    with workspace() as work:
        checked_with_cells(counts, tmp_path, content, work, profile="general")
    assert (counts.passes, counts.lints) == (["reading", "reading again"], {2})


def test_a_fix_reads_once_more_for_writing_and_lints_once(counts: Counts, tmp_path: Path) -> None:
    path, own = path_of(tmp_path, contacts(counts)), settings(counts, tmp_path)
    with workspace() as work:
        fixed = check_fix_split.fix(path, own, work=work, progress=counts.progress)
    assert (fixed.books.clean, fixed.books.rejected) == (7, 1)
    assert (counts.passes, counts.lints) == (["reading", "writing"], {1})


def test_a_submit_lints_once_and_reads_once_more_for_what_the_provider_rejected(
    counts: Counts, tmp_path: Path
) -> None:
    path, own = path_of(tmp_path, contacts(counts)), settings(counts, tmp_path)
    with Sandbox(tmp_path / "box.sqlite") as box, workspace() as work:
        connection = Connection(
            options={"source_id": "7", "mode": "UPDATE"},
            environ={**box.environment, POLL_SCALE: "0.001"},
        )
        sent = delivery.submit(
            path, "talkvalue", own, connection, work=work, progress=counts.progress
        )
    assert (sent.books.accepted, sent.books.rejected_here) == (7, 1)
    assert (counts.passes, counts.lints) == (["reading", "writing", "merging"], {1})


def test_the_rule_that_counts_would_see_a_second_lint(counts: Counts, tmp_path: Path) -> None:
    path, own = path_of(tmp_path, contacts(counts)), settings(counts, tmp_path)
    for _ in range(2):
        with workspace() as work:
            check_fix_split.check(path, own, work=work, progress=counts.progress)
    assert (counts.passes, counts.lints) == (["reading", "reading"], {2})
