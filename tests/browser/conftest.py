"""A real browser: Chromium without a network, its profile new for each test.

Chromium is found as `$CHROMIUM`, or on the PATH. Where there is none, the tests are skipped;
`.ci/run` installs it and sets `$CHROMIUM`, and then they fail instead.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.visit import Visits

_HERE = Path(__file__).parent
_NAMES = ("chromium", "chromium-browser", "google-chrome")
_ARGUMENTS = [
    "--no-sandbox",  # the tests may run as root
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    # No name is ever looked up, whatever a page asks for.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests of this folder."""
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.slow)


def chromium_path() -> str | None:
    """The program, or None if there is none."""
    given = os.environ.get("CHROMIUM")
    if given:
        assert shutil.which(given), f"CHROMIUM={given} is not a program"
        return shutil.which(given)
    return next(filter(None, map(shutil.which, _NAMES)), None)


@contextmanager
def launched(program: str | None = None) -> Iterator[Browser]:
    """A browser; by default the one that `chromium_path` finds."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program or chromium_path(), args=_ARGUMENTS
        )
        yield browser
        browser.close()


# Playwright keeps an event loop running in its thread, and a test that starts one of its own must
# not meet it: so it ends with the module.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Chromium; each visit has a profile of its own in it."""
    program = chromium_path()
    if program is None:
        pytest.skip("no Chromium here: `apt-get install chromium`, or name one by CHROMIUM=")
    with launched(program) as browser:
        yield browser


@pytest.fixture
def visits(chromium: Browser) -> Iterator[Visits]:
    """Opens pages.

    After the test: no page has asked for anything from a host that the test did not allow, and no
    console has an error.
    """
    opened = Visits(chromium)
    yield opened
    opened.close()
