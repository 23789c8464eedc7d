"""`preflight sandbox`: the stand-ins, in the foreground."""

from __future__ import annotations

from pathlib import Path

import click

from preflight.core import files
from preflight.core.errors import ConfigError, WriteError
from preflight.providers.sandbox.server import Sandbox, magic_values


@click.command("sandbox")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 picks a free one [0]")
@click.option(
    "--state",
    type=click.Path(path_type=Path),
    default=Path(".preflight/sandbox.sqlite"),
    help="where the stand-ins keep what they took [.preflight/sandbox.sqlite]",
)
@click.option("--job-seconds", type=float, default=0.0, help="how long a job takes [0]")
@click.option(
    "--fault",
    "faults",
    multiple=True,
    metavar="PROVIDER:ROUTE:FAULT[:TIMES[:SECONDS]]",
    help="misbehave, dotdigital:import:429:2; repeatable",
)
@click.option("--magic", is_flag=True, help="list the values that the stand-ins react to, and exit")
def command(
    port: int, state: Path, job_seconds: float, faults: tuple[str, ...], magic: bool
) -> int:
    """Run local stand-ins for the providers until interrupted.

    They listen on the loopback interface only, and behave as the providers document. Prints the
    environment that points preflight at them.
    """
    if magic:
        for provider, one in magic_values():
            click.echo(f"{provider:<12} {one.where:<14} {one.match:<24} {one.effect}")
        return 0
    try:
        files.folder(state.parent)
        box = Sandbox(state, port=port, job_seconds=job_seconds, faults=faults)
    except ValueError as error:
        raise ConfigError(str(error)) from error
    except WriteError as error:
        raise ConfigError(f"--state {state} cannot be written: {error.reason}") from error
    with box:
        click.echo(f"the sandbox listens at {box.url}; end it with Ctrl-C", err=True)
        for name, value in box.environment.items():
            click.echo(f"export {name}={value}")
        box.serve_forever()
    return 0
