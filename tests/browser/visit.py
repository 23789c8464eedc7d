"""Pages in a browser that asks nobody but the hosts that a test allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, cast
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

Scheme = Literal["light", "dark"]
DESKTOP, PHONE = (1280, 900), (360, 740)
"""Widths and heights of windows."""
_LOCAL = frozenset({"file", "data", "blob", "about", "chrome-error"})
_SERIOUS = ("serious", "critical")


@dataclass
class Visits:
    """The pages that a test opens, each in a fresh profile.

    Attributes:
        browser: that shows them.
        contexts: the profiles.
        foreign: the addresses that were asked for and not allowed.
        errors: of the consoles and the scripts; a test that expects one clears them.
    """

    browser: Browser
    contexts: list[BrowserContext] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def page(
        self,
        size: tuple[int, int] = DESKTOP,
        *,
        scheme: Scheme = "light",
        allowed: Sequence[str] = (),
        scripts: bool = True,
    ) -> Page:
        """A new page.

        Args:
            size: of its window.
            scheme: of colours that the user prefers.
            allowed: hosts with ports that it may ask, like `127.0.0.1:8000`; files always.
            scripts: whether the browser runs scripts.
        """
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        self.contexts.append(context)

        def note_request(request: Request) -> None:
            address = urlsplit(request.url)
            if address.scheme not in _LOCAL and address.netloc not in allowed:
                self.foreign.append(request.url)

        def note_message(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                self.errors.append(f"{message.type}: {message.text}")

        page = context.new_page()
        context.on("request", note_request)
        page.on("console", note_message)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        return page

    def close(self) -> None:
        """Closes the pages and says what they did that no test allowed."""
        for context in self.contexts:
            context.close()
        assert not self.foreign, f"asked for {self.foreign}"
        assert not self.errors, f"console: {self.errors}"


def serious_faults(page: Page) -> list[str]:
    """What axe finds on a page that keeps people from using it, a line for each kind."""
    found = Axe().run(page).response["violations"]
    return [
        f"{fault['id']}: {fault['help']}: "
        + "; ".join(f"{node['target']} {node['html'][:120]}" for node in fault["nodes"][:5])
        for fault in found
        if fault["impact"] in _SERIOUS
    ]


def overflow(page: Page) -> int:
    """By how many pixels a page is wider than its window."""
    width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    return cast("int", page.evaluate(width))
