"""What a shell offers when a person presses the Tab key; each function is a `shell_complete`.

A shell asks a process of its own, so each function imports what it needs when it is asked. None may
fail: there is nobody to tell.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import click
from click.shell_completion import CompletionItem

Offer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def files(_: click.Context, __: click.Parameter, typed: str) -> list[CompletionItem]:
    """The files and folders that the shell itself finds."""
    return [CompletionItem(typed, type="file")]


def providers(_: click.Context, __: click.Parameter, typed: str) -> list[CompletionItem]:
    """The names of the profiles."""
    from preflight.config import profiles

    return _beginning(profiles.names(), typed)


def formats(_: click.Context, __: click.Parameter, typed: str) -> list[CompletionItem]:
    """The output formats."""
    from preflight.config.choices import FORMATS

    return _beginning(FORMATS, typed)


def codes(_: click.Context, __: click.Parameter, typed: str) -> list[CompletionItem]:
    """The codes of the rules that come with preflight, with their names."""
    from preflight.config import catalogue

    return [
        CompletionItem(code, help=rule.name)
        for code, rule in catalogue.builtin().items()
        if code.startswith(typed.upper())
    ]


def runs(_: click.Context, __: click.Parameter, typed: str) -> list[CompletionItem]:
    """The runs of the state folder, the latest first."""
    from preflight.core.errors import PreflightError
    from preflight.runs.ledger import places

    known: list[str] = []
    with contextlib.suppress(PreflightError, OSError):
        state = Path(os.environ.get("PREFLIGHT_STATE_DIR") or ".preflight")
        known = [run.id for _, run in places.runs(state)] if state.is_dir() else []
    return _beginning(sorted(known, reverse=True), typed)


def _beginning(words: Iterable[str], typed: str) -> list[CompletionItem]:
    return [CompletionItem(word) for word in words if word.startswith(typed)]
