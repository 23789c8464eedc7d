"""Counts in words; apart from `text`, for the list of runs needs no more than them."""

from __future__ import annotations

from collections.abc import Mapping

from preflight.core.books import Books, RunBooks


def number(count: int) -> str:
    """A count with thousands separators."""
    return f"{count:,}"


def plural(count: int, noun: str, many: str = "") -> str:
    """A count with its noun; `many` is the plural if it is not the noun with an s."""
    return f"{number(count)} {noun if count == 1 else many or f'{noun}s'}"


def hidden(count: int) -> str:
    """That findings about rows are not shown: "2 findings about rows are hidden"."""
    return f"{plural(count, 'finding')} about rows {'is' if count == 1 else 'are'} hidden"


def header_wrong(count: int) -> str:
    """Why findings about rows are not shown."""
    return f"the header is wrong, so {hidden(count)}"


def outcome(name: str) -> str:
    """Where rows ended, by the name that records have for it: "rejected_here"."""
    return {
        "rejected_here": "rejected by preflight",
        "rejected_there": "rejected by the provider",
    }.get(name, name)


def books(counts: Books | RunBooks) -> str:
    """The books as an equation: rows = the sum of the places where they ended."""
    if isinstance(counts, Books):
        places: Mapping[str, int] = {
            "clean": counts.clean, "rejected": counts.rejected, "dropped": counts.dropped,
        }  # fmt: skip
    else:
        places = {
            "accepted": counts.accepted,
            outcome("rejected_here"): counts.rejected_here,
            outcome("rejected_there"): counts.rejected_there,
            "submitted": counts.submitted,
            "unknown": counts.unknown,
            "dropped": counts.dropped,
        }
    return f"{plural(counts.rows, 'row')} = " + " + ".join(
        f"{number(count)} {name}" for name, count in places.items()
    )
