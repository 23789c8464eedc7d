"""`preflight review`: serve the page on which a person corrects rejects."""

from __future__ import annotations

import os
import sys
import webbrowser
from contextlib import ExitStack
from typing import Any

import click

from preflight.cli import terminal
from preflight.cli.call_settings import settings_of
from preflight.cli.main import log_of
from preflight.cli.progress import live_view
from preflight.cli.submit import connection
from preflight.core.redact import visible
from preflight.core.workspace import workspace
from preflight.pipeline.call import Call
from preflight.report.wording import number, plural
from preflight.review.page.server import Server, require_extra
from preflight.review.placing import place
from preflight.review.review import Review

_PLACE = ("port", "no_browser", "provider_values", "sandbox", "no_wait", "base_url")
_SCREENS = ("DISPLAY", "WAYLAND_DISPLAY")


def run(path: str, **given: Any) -> int:
    """Serves the page until it is interrupted; 0 then."""
    require_extra()
    settings = settings_of({key: value for key, value in given.items() if key not in _PLACE})
    with workspace() as work, ExitStack() as stack:
        with live_view() as view:
            call = Call(work=work, progress=view.stage)
            found = place(path, settings, call)
            link = connection(found.settings, given, stack, view, options=given["provider_values"])
            review = stack.enter_context(Review(found.path, found.settings, call, link, found.run))
        server = stack.enter_context(Server(review, port=given["port"], renewed=_renewed, bug=_bug))
        _begun(review, server, given)
        try:
            server.wait()
        except KeyboardInterrupt:
            still_open = review.session.counts()["open"]
            left = f"{plural(still_open, 'row')} still to fix" if still_open else "all rows settled"
            terminal.note(f"the review has ended, {left}; the same command goes on with it")
    return 0


def _begun(review: Review, server: Server, given: dict[str, Any]) -> None:
    counts = review.session.counts()
    what = f"{number(counts['open'])} of {plural(counts['rows'], 'row')} to fix"
    terminal.note(visible(f"{review.opened.path}: {what}; end with Ctrl-C, every edit is kept"))
    if server.moved:
        terminal.note(f"port {given['port']} is taken; the page is at port {server.port}")
    click.echo(server.address)
    if not given["no_browser"] and _has_screen() and terminal.is_shown_to_people():
        webbrowser.open(server.address)


def _has_screen() -> bool:
    """Whether a browser would open a window: one in this terminal would take it over."""
    return sys.platform != "linux" or any(os.environ.get(name) for name in _SCREENS)


def _renewed(address: str) -> None:
    terminal.note(f"the address was used a second time; here is a new one: {address}")


def _bug(error: Exception) -> str:
    words = f"this is a bug of preflight, not of your file: {log_of(error)}"
    terminal.complain(f"preflight: {words}")
    return words
