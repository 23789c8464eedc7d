"""Suggests what a user may have meant: the most similar of some words."""

from __future__ import annotations

from collections.abc import Iterable

_LIKE = 60.0


def nearest(word: str, choices: Iterable[str], *, like: float = _LIKE) -> str | None:
    """The choice most similar to a word, ignoring case; None if no choice is similar enough.

    Args:
        word: as given.
        choices: the possible words; of two equally similar ones the first is returned.
        like: the similarity needed, from 0 to 100.
    """
    # Needed only for error messages.
    from rapidfuzz import fuzz, process

    best = process.extractOne(
        word, list(choices), scorer=fuzz.ratio, processor=str.casefold, score_cutoff=like
    )
    return None if best is None else str(best[0])
