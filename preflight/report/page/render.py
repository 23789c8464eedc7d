"""The text of the page: the template, filled; one file that needs no other."""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import TYPE_CHECKING

from preflight.core.redact import visible
from preflight.report.page.view import Page
from preflight.report.wording import number, plural

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

_TYPED = re.compile(r"`([^`]+)`")
_PIECE = 64
"""How many pieces of the template are written at a time."""


def pieces(page: Page) -> Iterator[str]:
    """The text of the page, piece by piece."""
    from markupsafe import Markup

    stream = _template().stream(
        page=page,
        data=map(Markup, page.places.pieces),
        style=Markup(_asset("page.css")),  # noqa: S704 - our own
        script=Markup(_asset("page.js")),  # noqa: S704 - our own
        policy=policy(),
    )
    stream.enable_buffering(_PIECE)
    yield from stream


def policy() -> str:
    """What the page may do: apply its own style, and run its own script; nothing else."""
    return (
        f"default-src 'none'; style-src '{_digest('page.css')}'; "
        f"script-src '{_digest('page.js')}'; img-src data:; base-uri 'none'; form-action 'none'"
    )


@functools.cache
def _template() -> Template:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_shown,
    )
    environment.filters.update(number=number, plural=plural, typed=_typed, whole=_whole)
    return environment.from_string(_asset("page.html.j2"))


def _shown(value: object) -> object:
    """What is written for a value: of a text nothing that is invisible, or a command in a log."""
    return visible(value) if type(value) is str else value


def _whole(text: str) -> Markup:
    """A text of our own, with its lines."""
    from markupsafe import escape

    return escape(text)


def _typed(text: str) -> Markup:
    """A text in which what is typed (`…`) is code."""
    from markupsafe import Markup, escape

    escaped = str(escape(visible(text)))  # a Markup would escape what `sub` puts into it
    return Markup(_TYPED.sub(r"<code>\1</code>", escaped))  # noqa: S704 - escaped


@functools.cache
def _asset(name: str) -> str:
    return files(__package__).joinpath(name).read_text("utf-8")


def _digest(name: str) -> str:
    digest = hashlib.sha256(_asset(name).encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"
