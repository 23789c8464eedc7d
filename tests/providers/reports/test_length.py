"""A failure report of 500 MB takes no memory, and none of its lines is lost."""

from __future__ import annotations

import os
import random
import sys
import tempfile
from pathlib import Path

import pytest

from tests.measured import measured

pytestmark = [pytest.mark.slow, pytest.mark.long, pytest.mark.timeout(1800)]

SIZE = 500 << 20
ROWS = 2000
MOST_MB = 400


def _report(path: Path, offset: int) -> int:
    """Writes an export with random row numbers, and says how many lines it has."""
    chance, lines = random.Random(16), 0
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("rowNum,errorCode,errorMessage,rawValue\n")
        while file.tell() < SIZE:
            rows = [chance.randrange(1, ROWS + 1) for _ in range(10_000)]
            file.writelines(
                f"{row + offset},E{row % 7},Email could not be parsed,u{row}@kestrel-labs.com\n"
                for row in rows
            )
            lines += len(rows)
    return lines


@pytest.mark.parametrize(("offset", "refused"), [(0, ROWS), (ROWS * 2, 0)])
def test_half_a_gigabyte(tmp_path: Path, offset: int, refused: int) -> None:
    """Of the rows that were sent, and of rows that were not."""
    lines = _report(tmp_path / "report.csv", offset)
    contacts = (f"u{row}@kestrel-labs.com,Ann\n" for row in range(1, ROWS + 1))
    (tmp_path / "sent.csv").write_text("email,first_name\n" + "".join(contacts))
    command = [sys.executable, "-m", "preflight", "merge", "--from", "talkvalue"]
    command += ["--failures", "report.csv", "--submitted", "sent.csv", "-o", "out"]
    with tempfile.TemporaryFile() as out:
        cost = measured(command, cwd=tmp_path, environ=os.environ, out=out)
    assert cost.code == 1
    assert cost.memory < MOST_MB << 20
    told = (tmp_path / "out" / "failures.csv").read_text("utf-8").count("\n") - 1
    assert told == refused
    if not refused:
        with (tmp_path / "out" / "unmatched.csv").open("rb") as file:
            assert sum(1 for _ in file) == lines + 1
