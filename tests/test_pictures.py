"""The pictures of the README show what the commands print."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pictures import COMMANDS, REPORT, REPOSITORY, REVIEW, path_of, picture


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_a_picture_shows_what_its_command_prints(name: str) -> None:
    """`make pictures` draws them anew."""
    assert path_of(name).read_text("utf-8") == picture(name)
    assert f"(docs/{name}.svg)" in (REPOSITORY / "README.md").read_text("utf-8")


@pytest.mark.parametrize("path", [REPORT, REVIEW], ids=lambda path: path.stem)
def test_the_picture_of_a_page_is_small_and_shown(path: Path) -> None:
    """What is in the page, the tests of the browser say; the letters depend on the machine."""
    assert path.stat().st_size < 100_000
    assert f"(docs/{path.name})" in (REPOSITORY / "README.md").read_text("utf-8")
