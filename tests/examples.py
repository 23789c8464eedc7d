"""How many cases a property looks at: a share of what the profile in force looks at."""

from __future__ import annotations

from hypothesis import settings


def examples(share: float) -> int:
    """So many times the `max_examples` of the profile, see `conftest`; one at least."""
    return max(1, round(share * settings().max_examples))
