"""Redacts the cells of sent rows from the messages of a provider.

A message may quote its contact, for instance a name, which no pattern can recognise. But the sent
cells are known, so they are removed before the message reaches a ledger, a report or a terminal.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.redact import EMAIL, NUMBER, SECRET, VALUE, mask

_WORD = re.compile(r"\w+")
_EDGES = r"^[^\pL\pN_]+|[^\pL\pN_]+$"
_BLANKS = r"[\s\pZ]+"
_SHORTEST = 3  # shorter words occur in any message: "no", "US"
_SHORTEST_NUMBER = 5  # and a shorter number may be a count or a status
_CUT = "…"
_OWN = frozenset(word.strip("[]") for word in (EMAIL, NUMBER, SECRET, VALUE))


def redact_cells(texts: Sequence[str], cells: pa.Table, header: Sequence[str] = ()) -> list[str]:
    """Texts without what `mask` removes, and without cells, regardless of case and blanks.

    Only whole cells are removed, or the beginning of one if the text was cut off ("…"). Words of
    one or two letters, small numbers and column names are kept, because a message would be
    unreadable without them, and they identify nobody.

    Args:
        texts: messages of a provider.
        cells: string columns.
        header: their names.
    """
    texts = list(map(mask, texts))
    spans = [_phrases(text) for text in texts]
    own = _OWN | {_fold(name) for name in header}
    wanted = {phrase for phrases in spans for phrase in phrases} - own
    cut = {phrase for text in texts for phrase in _beginnings(text)} - own
    if not wanted and not cut:
        return texts
    hits_in_text: set[str] = set()
    begun: set[str] = set()
    for column in cells.columns:
        folded = _folded(column)
        hits = folded.filter(pc.is_in(folded, value_set=pa.array(wanted, pa.string())))
        hits_in_text.update(hits.unique().to_pylist())
        begun.update(
            start for start in cut - begun if pc.any(pc.starts_with(folded, start)).as_py()
        )
    return [
        _blotted(
            text,
            [span for phrase in hits_in_text & phrases.keys() for span in phrases[phrase]],
            begun,
        )
        for text, phrases in zip(texts, spans, strict=True)
    ]


def _folded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    bare = pc.replace_substring_regex(column, _EDGES, "")
    return pc.utf8_lower(pc.replace_substring_regex(bare, _BLANKS, " "))


def _fold(text: str) -> str:
    return " ".join(text.split()).lower()


def _phrases(text: str) -> dict[str, list[tuple[int, int]]]:
    """Every run of whole words, folded like cells, with its positions."""
    words = [match.span() for match in _WORD.finditer(text)]
    phrases: dict[str, list[tuple[int, int]]] = {}
    for first, (start, _) in enumerate(words):
        for _, end in words[first:]:
            phrase = _fold(text[start:end])
            if len(phrase) >= (_SHORTEST_NUMBER if phrase.isdecimal() else _SHORTEST):
                phrases.setdefault(phrase, []).append((start, end))
    return phrases


def _beginnings(text: str) -> Iterator[str]:
    """The endings of a text that was cut off, from each of its words on."""
    for cut in re.finditer(_CUT, text):
        for word in _WORD.finditer(text[: cut.start()]):
            phrase = _fold(text[word.start() : cut.start()])
            if len(phrase) > _SHORTEST:
                yield phrase


def _blotted(text: str, spans: list[tuple[int, int]], begun: set[str]) -> str:
    for cut in re.finditer(_CUT, text):
        for word in _WORD.finditer(text[: cut.start()]):
            if _fold(text[word.start() : cut.start()]) in begun:
                spans.append((word.start(), cut.start()))
                break
    pieces, end = [], 0
    for start, stop in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= end:
            pieces += [text[end:start], VALUE]
        end = max(end, stop)
    return "".join([*pieces, text[end:]])
