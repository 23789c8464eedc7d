"""The filter between other people's words and a log, for words about rows that we know.

A provider's message may quote the contact that it is about, a name for instance, which no pattern
can tell from any other word. But we know what we sent: what is a cell of the part is taken out of
the message before it reaches a ledger, a report or a terminal.
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
_SHORTEST = 3  # what is shorter is a word of any message: "no", "US"
_SHORTEST_NUMBER = 5  # and a shorter number may be a count or a status
_CUT = "…"
_OWN = frozenset(word.strip("[]") for word in (EMAIL, NUMBER, SECRET, VALUE))


def redact_cells(texts: Sequence[str], cells: pa.Table, header: Sequence[str] = ()) -> list[str]:
    """Texts without what `mask` takes out, and without cells: in any case, with any blanks.

    Only whole cells are looked for, and the beginning of one where the text was cut off ("…").
    Words of one or two letters, small numbers and the names of columns stay: a message could not be
    read without them, and they are nobody's.

    Args:
        texts: other people's words.
        cells: string columns.
        header: their names.
    """
    texts = list(map(mask, texts))
    spans = [_phrases(text) for text in texts]
    own = _OWN | {_fold(name) for name in header}
    wanted = {phrase for one in spans for phrase in one} - own
    cut = {phrase for text in texts for phrase in _beginnings(text)} - own
    if not wanted and not cut:
        return texts
    found: set[str] = set()
    begun: set[str] = set()
    for column in cells.columns:
        folded = _folded(column)
        hits = folded.filter(pc.is_in(folded, value_set=pa.array(wanted, pa.string())))
        found.update(hits.unique().to_pylist())
        begun.update(one for one in cut - begun if pc.any(pc.starts_with(folded, one)).as_py())
    return [
        _blotted(text, [span for phrase in found & one.keys() for span in one[phrase]], begun)
        for text, one in zip(texts, spans, strict=True)
    ]


def _folded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    bare = pc.replace_substring_regex(column, _EDGES, "")
    return pc.utf8_lower(pc.replace_substring_regex(bare, _BLANKS, " "))


def _fold(text: str) -> str:
    return " ".join(text.split()).lower()


def _phrases(text: str) -> dict[str, list[tuple[int, int]]]:
    """Every run of whole words, folded as cells are, and where it stands."""
    words = [found.span() for found in _WORD.finditer(text)]
    phrases: dict[str, list[tuple[int, int]]] = {}
    for first, (start, _) in enumerate(words):
        for _, end in words[first:]:
            phrase = _fold(text[start:end])
            if len(phrase) >= (_SHORTEST_NUMBER if phrase.isdecimal() else _SHORTEST):
                phrases.setdefault(phrase, []).append((start, end))
    return phrases


def _beginnings(text: str) -> Iterator[str]:
    """What a text that was cut off ends with, from each of its words on."""
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
