"""RE2 patterns over columns of strings.

Arrow compiles a pattern at each call, which for a few cells takes most of the time: some rules have
patterns of 2,000 characters. So a few cells are matched by a pattern that is compiled once a
process, with the bindings of the same library, and many by Arrow. Both answer alike, which a test
holds for the patterns of all rules and for each character.
"""

from __future__ import annotations

import functools
import re

import pyarrow as pa
import pyarrow.compute as pc
import re2

_FEWEST = 24
_SIGNS_A_CELL = 3
"""For how many signs of a pattern Arrow takes as long to compile it as one cell costs here."""
_SIGNS_A_CLASS = 1_500
"""As many signs take as long to compile as a class of Unicode, which has hundreds of ranges."""
_CLASS = re.compile(r"\\[pP]")
_LITERAL = re.compile(r"[\w#=@<>%&,;:!'\"/ -]*", re.ASCII)
"""A pattern that is a text, which needs no automaton."""
_LONG = 1 << 16
"""Bytes of cells beyond which what is kept of a pattern could grow: its automaton learns."""
_KEPT = 2_048
_ROOM = 40 << 20
"""Bytes that an automaton may take: the largest pattern that Arrow takes has twenty states in it,
without which a set of patterns answers that nothing matches."""


def matching(values: pa.Array | pa.ChunkedArray, pattern: str) -> pa.Array | pa.ChunkedArray:
    """Where a pattern matches part of a string: booleans, null for null.

    Raises:
        pyarrow.ArrowInvalid: it is no RE2 pattern.
    """
    if _LITERAL.fullmatch(pattern):
        return pc.match_substring(values, pattern)
    if len(values) <= _few(pattern) and not values.null_count and values.nbytes <= _LONG:
        compiled = _compiled(pattern)
        if compiled is not None:
            found = [bool(compiled.Match(value)) for value in values.to_pylist()]
            answer = pa.array(found, type=pa.bool_())
            return pa.chunked_array([answer]) if isinstance(values, pa.ChunkedArray) else answer
    return pc.match_substring_regex(values, pattern)


@functools.lru_cache(maxsize=_KEPT)
def _few(pattern: str) -> int:
    """How many cells are matched sooner by a pattern that is compiled already."""
    signs = len(pattern) + _SIGNS_A_CLASS * len(_CLASS.findall(pattern))
    return max(_FEWEST, signs // _SIGNS_A_CELL)


@functools.lru_cache(maxsize=_KEPT)
def _compiled(pattern: str) -> re2.Set | None:
    """A pattern that is matched without groups; None if it is refused."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _ROOM
    compiled = re2.Set.SearchSet(options)
    try:
        compiled.Add(pattern)
        compiled.Compile()
    except re2.error:
        return None
    return compiled
