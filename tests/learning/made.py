"""Evidence that nobody gathered: rows with known causes, or with none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from preflight.config import catalogue, profiles
from preflight.core.books import Books
from preflight.core.types import Bools
from preflight.learning.evidence import Evidence
from preflight.learning.properties import SentColumn
from preflight.runs.ledger.run import Run, RunState

RULES = catalogue.builtin()
RUN = Run(
    "20261122-010203-aaaa", "talkvalue", RunState.FINISHED, 0.0, 0.0, "leads.csv", "a" * 64, 1,
    Path("out"), {}, {}, Books(1, 1, 0, 0),
)  # fmt: skip
COLUMNS = (
    SentColumn("E-mail", "email", "email", "email"),
    SentColumn("First", "first_name", "name", "first_name"),
    SentColumn("Company", "company", "text", "company_name"),
    SentColumn("Phone", "phone", "phone", "phone"),
)
DOMAINS = [
    f"{name}.{top}" for name in ("kestrel", "heron", "wren", "owl") for top in ("com", "org")
]
FIRST = ["Ann", "BOB", "Jürgen", "Dr. Eve", "O'Neil", "Anna-Maria", "X7", ""]
COMPANY = ["Acme", "Ltd.", "GmbH", "& Co", "Labs", "(UK)", "A/S", "7"]


def contacts(seed: int, rows: int) -> pd.DataFrame:
    """Cells of so many contacts, one column for each of `COLUMNS`."""
    draw = np.random.default_rng(seed)
    marks, domains = draw.choice(list("._-+a"), rows), draw.choice(DOMAINS, rows)
    words = [" ".join(draw.choice(COMPANY, draw.integers(1, 6))) for _ in range(rows)]
    calling = draw.choice([1, 44, 49, 33, 353], rows)
    numbers = draw.integers(10**8, 10**9, rows)
    cells: dict[int, Sequence[str]] = {
        0: [
            f"ann{mark}{at}@{one}"
            for at, (mark, one) in enumerate(zip(marks, domains, strict=True))
        ],
        1: draw.choice(FIRST, rows).tolist(),
        2: words,
        3: [f"+{code}{number}" for code, number in zip(calling, numbers, strict=True)],
    }
    return pd.DataFrame({at: pd.Series(list(texts), dtype="str") for at, texts in cells.items()})


def evidence(
    cells: pd.DataFrame,
    codes: dict[str, Bools],
    *,
    warned: dict[str, Bools] | None = None,
    unheard: dict[str, Bools] | None = None,
    message: str = "",
    asked_for: frozenset[str] = frozenset(),
) -> Evidence:
    """Rows refused for these codes, all others accepted."""
    told = np.full(len(cells), "", dtype=object)
    for code, mask in codes.items():
        told[mask] = [f"{one}; {code}" if one else code for one in told[mask]]
    warnings = np.full(len(cells), "", dtype=object)
    for code, mask in (warned or {}).items():
        warnings[mask] = [f"{one} {code}".strip() for one in warnings[mask]]
    return Evidence(
        runs=(RUN,),
        profile=profiles.load("talkvalue"),
        columns=COLUMNS,
        cells=cells,
        rows=pd.DataFrame(
            {
                "accepted": told == "",
                "code": pd.Series(told, dtype="str"),
                "message": pd.Series([message] * len(cells), dtype="str"),
                "warnings": pd.Series(warnings, dtype="str"),
            }
        ),
        warned=warned or {},
        unheard=unheard or {},
        rules=RULES,
        asked_for=asked_for,
        whole=0,
        unnamed=0,
    )


def some(seed: int, rows: int, rate: float) -> Bools:
    """A mask of rows drawn blindly."""
    return np.asarray(np.random.default_rng(seed).random(rows) < rate, dtype=bool)
