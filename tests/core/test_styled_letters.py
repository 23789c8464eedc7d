"""Mathematical letters."""

from __future__ import annotations

import pytest

from preflight.core.names import bare_name
from preflight.core.styled_letters import plain_letters


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("𝐀𝐧𝐧 𝓑𝓮𝓵𝓵", "Ann Bell"),
        ("ℛ𝑜𝓈𝒶", "Rosa"),
        ("𝟙𝟚", "12"),
        ("Ann", "Ann"),
        ("20 ℃, № 7, ℛ", "20 ℃, № 7, ℛ"),
        ("Ⅻ 𝐀", "Ⅻ A"),
    ],
)
def test_only_mathematical_letters_become_plain(text: str, plain: str) -> None:
    assert plain_letters(text) == plain


def test_a_name_is_in_plain_letters() -> None:
    assert bare_name("𝐞𝐦𝐚𝐢𝐥 ") == "email"
