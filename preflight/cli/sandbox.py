"""`preflight sandbox`: run the stand-ins in the foreground."""

from __future__ import annotations

from pathlib import Path

import click

from preflight.cli import terminal
from preflight.core import files
from preflight.core.errors import ConfigError, WriteError
from preflight.providers.sandbox.server import Sandbox, magic_values


def run(port: int, state: Path, job_seconds: float, faults: tuple[str, ...], magic: bool) -> int:
    """Runs the stand-ins until it is interrupted, or lists their values; always 0."""
    if magic:
        for provider, value in magic_values():
            click.echo(f"{provider:<12} {value.where:<14} {value.match:<24} {value.effect}")
        return 0
    try:
        files.folder(state.parent)
        box = Sandbox(state, port=port, job_seconds=job_seconds, faults=faults)
    except ValueError as error:
        raise ConfigError(str(error)) from error
    except WriteError as error:
        raise ConfigError(f"--state {state} cannot be written: {error.reason}") from error
    with box:
        terminal.note(f"the sandbox listens at {box.url}; end it with Ctrl-C")
        for name, text in box.environment.items():
            click.echo(f"export {name}={text}")
        box.serve_forever()
    return 0
