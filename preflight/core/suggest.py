"""What somebody may have meant: the most similar of some words. Only ever a suggestion."""

from __future__ import annotations

from collections.abc import Iterable

_LIKE = 60.0


def nearest(word: str, choices: Iterable[str], *, like: float = _LIKE) -> str | None:
    """The choice that a word resembles most, case aside; None where none comes near.

    Args:
        word: as given.
        choices: what there is; the first counts where two are equally near.
        like: how much it must resemble it, from 0 to 100.
    """
    # It is wanted only where something is off.
    from rapidfuzz import fuzz, process

    found = process.extractOne(
        word, list(choices), scorer=fuzz.ratio, processor=str.casefold, score_cutoff=like
    )
    return None if found is None else str(found[0])
