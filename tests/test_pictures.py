"""The pictures of the README show what the commands print."""

from __future__ import annotations

import pytest

from tests.pictures import COMMANDS, REPOSITORY, path_of, picture


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_a_picture_shows_what_its_command_prints(name: str) -> None:
    """`make pictures` draws them anew."""
    assert path_of(name).read_text("utf-8") == picture(name)
    assert f"(docs/{name}.svg)" in (REPOSITORY / "README.md").read_text("utf-8")
