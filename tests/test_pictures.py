"""The pictures of the README show what the commands print."""

from __future__ import annotations

import pytest

from tests.pictures import COMMANDS, REPORT, REPOSITORY, path_of, picture


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_a_picture_shows_what_its_command_prints(name: str) -> None:
    """`make pictures` draws them anew."""
    assert path_of(name).read_text("utf-8") == picture(name)
    assert f"(docs/{name}.svg)" in (REPOSITORY / "README.md").read_text("utf-8")


def test_the_picture_of_the_report_is_small_and_shown() -> None:
    """What is in the page, the tests of the browser say; the letters depend on the machine."""
    assert REPORT.stat().st_size < 100_000
    assert f"(docs/{REPORT.name})" in (REPOSITORY / "README.md").read_text("utf-8")
