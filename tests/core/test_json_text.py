"""JSON for terminals and logs is the same JSON."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from preflight.core.json_text import dumps

HOSTILE = "\x1b[31m\x9b2J\u202e\u2066##[error]##vso[x]\n::error::ü\udc80"


@given(st.recursive(st.text(), lambda inner: st.dictionaries(st.text(), inner, max_size=3)))
def test_it_is_read_back_as_it_was(value: object) -> None:
    assert json.loads(dumps(value, indent=1)) == value


def test_nothing_in_it_is_more_than_text() -> None:
    text = dumps({HOSTILE: [HOSTILE, "ünder ☃"]}, indent=1)
    assert json.loads(text) == {HOSTILE: [HOSTILE, "ünder ☃"]}
    assert text.replace("\n", "").isprintable()
    assert "##" not in text
    assert "ünder ☃" in text
    assert dumps(HOSTILE).isprintable()
