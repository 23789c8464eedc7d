"""A few cells and many are matched alike: by compiled patterns, and by Arrow."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from preflight.core.patterns import matching
from preflight.kinds import placeholders
from preflight.kinds.registry import KINDS, Kind

CODES = [*range(0x3100), *range(0x3100, 0xD800, 5), *range(0xE000, 0x110000, 61)]
CHARACTERS = [chr(code) for code in CODES]
AT_A_TIME = 24
CLASSES = (r"\pL", r"\pM", r"\pN", r"\pP", r"\pS", r"\pZ", r"\pC", r"\p{Lu}", r"\p{Ll}",
           r"\p{Nd}", r"\s", r"\w", r"\d", r"(?i)k", r"(?i)s", r"(?i)[à-þ]", r"[[:cntrl:]]", r"^$",
           r"\b", r".", r"(?s).", r"(?i)ß|ẞ")  # fmt: skip
PATTERNS = ("", "a*", "a", "#", "n/a", "a b",
            r"^[=+\-@\t\r]", r"(?i)\.(?:con|cmo)$", r"^\s*$", "(?i)straße", r"\bé\b",
            placeholders.PLACEHOLDER, "x" * 200 + "|é{2,3}$")  # fmt: skip


@pytest.mark.parametrize("pattern", CLASSES)
def test_both_know_the_same_characters(pattern: str) -> None:
    cells = pa.array(CHARACTERS)
    a_few = [
        answer.as_py()
        for start in range(0, len(cells), AT_A_TIME)
        for answer in matching(cells.slice(start, AT_A_TIME), pattern)
    ]
    assert a_few == pc.match_substring_regex(cells, pattern).to_pylist()


@given(cells=st.lists(st.text(max_size=8), max_size=12), pattern=st.sampled_from(PATTERNS))
@example(cells=["n/a", "", "STRASSE", "straße", "é", "ééé", "a\n"], pattern=r"(?i)straße")
def test_a_few_cells_are_matched_as_arrow_does(cells: list[str], pattern: str) -> None:
    for kind in (pa.string(), pa.large_string()):
        values = pa.array(cells, kind)
        by_arrow = pc.match_substring_regex(values, pattern)
        assert matching(values, pattern).equals(by_arrow)
        chunked = pa.chunked_array([values.slice(0, 1), values.slice(1)], kind)
        assert matching(chunked, pattern).to_pylist() == by_arrow.to_pylist()


def test_null_stays_null() -> None:
    assert matching(pa.array(["a", None]), "a").to_pylist() == [True, None]


def test_a_long_cell_and_a_large_pattern() -> None:
    assert matching(pa.array(["a" * 200_000 + "b"]), "b$").to_pylist() == [True]
    large = "|".join(f"(?:[a-z]{{1,60}}{number})" for number in range(300))
    assert matching(pa.array(["x299", "-"]), large).to_pylist() == [True, False]


def test_what_is_no_pattern_is_refused_as_by_arrow() -> None:
    with pytest.raises(pa.ArrowInvalid):
        matching(pa.array(["a"]), "(")


@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if kind.name != "phone"])
def test_triage_does_not_depend_on_how_many_cells_there_are(kind: Kind) -> None:
    """For phones it may: a calling code with few numbers is not worth the triage."""
    cells = ["Ana", "", "a@b.co", "2026-02-13T08:00:00Z", "=1", "é ", "N/A", "x@y", "DE"]
    few, many = (pa.chunked_array([pa.array(cells * count)]) for count in (1, 1_000))
    assert kind.plain(many).to_pylist() == kind.plain(few).to_pylist() * 1_000
