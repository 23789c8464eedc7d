"""What somebody may have meant."""

from __future__ import annotations

import pytest

from preflight.core.suggest import nearest


@pytest.mark.parametrize(
    ("word", "choices", "expected"),
    [
        ("emial", ["email", "phone"], "email"),
        ("EMIAL", ["Email", "phone"], "Email"),
        ("zzz", ["email", "phone"], None),
        ("email", [], None),
        ("", ["email"], None),
        ("abcd", ["abce", "abcf"], "abce"),
    ],
)
def test_the_nearest_of_some_words_is_found_if_one_is_near(
    word: str, choices: list[str], expected: str | None
) -> None:
    """Case aside; the first of those that are equally near."""
    assert nearest(word, choices) == expected


def test_how_near_is_near_can_be_said() -> None:
    """A list of many short words needs a higher bar."""
    assert nearest("emile", ["email"]) == "email"
    assert nearest("emile", ["email"], like=90) is None
