"""How long the page of `preflight review` takes to judge one edit, among 10,000 rejects.

Prints the median and the slowest of some edits for each kind of cell, by CPU and by the clock.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from preflight.config.settings import Settings
from tests.review.reviews import reviewed

ROWS, CLEAN, EDITS = 10_000, 2_000, 40
HEADER = "email,first_name,last_name,phone,country\n"
EDITED = {
    "email": "new{}@kestrel-labs.com",
    "first_name": "Zoë {}",
    "phone": "(415) 555-{:04d}",
    "country": "DE",
}


def content() -> str:
    """Rows of which most have an invalid address."""
    rejects = (
        f"lee{at}@@kestrel-labs.com,Lee,Ng,+1415555{at % 9000 + 1000},US" for at in range(ROWS)
    )
    fine = (f"kim{at}@kestrel-labs.com,Kim,Ng,,US" for at in range(CLEAN))
    return HEADER + "".join(f"{row}\n" for row in (*rejects, *fine))


def main() -> None:
    """Opens a review, and edits one cell after the other."""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "leads.csv"
        path.write_text(content())
        begun = time.process_time()
        with reviewed(path, Settings(profile="talkvalue", region="US")) as review:
            session = review.session
            opened = time.process_time() - begun
            print(f"open {len(session.rows):,} rejects: {opened:.1f} s of CPU")
            names = HEADER.strip().split(",")
            for column, cell in EDITED.items():
                cpu, wall = [], []
                for at in range(EDITS):
                    clock, used = time.perf_counter(), time.process_time()
                    session.edit([(100 + at, names.index(column), cell.format(1000 + at))])
                    cpu.append(time.process_time() - used)
                    wall.append(time.perf_counter() - clock)
                print(
                    f"{column:12} median {statistics.median(cpu) * 1000:5.1f} ms of CPU,"
                    f" {statistics.median(wall) * 1000:5.1f} ms by the clock;"
                    f" slowest {max(wall) * 1000:5.1f} ms"
                )


if __name__ == "__main__":
    main()
