"""Dispatches to the commands and turns every error into a line and an exit code."""

from __future__ import annotations

import errno
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from preflight.cli.commands import COMMANDS, command
from preflight.cli.terminal import complain, is_refused, silence
from preflight.core.errors import ConfigError, PreflightError, UnknownCode, WriteError
from preflight.report import exit_codes


class _Commands(click.Group):
    """The commands in the order of their use, each with a few words."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # The reader of our output went away, as `head` does; that is not an error.
            silence()
            return 0
        except UnknownCode as error:
            from preflight.cli.call_settings import place_of  # here: only a mistake needs it

            raise ConfigError(f"{place_of(error.entry, ctx)}{error}") from error

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        return command(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from preflight.core.suggest import nearest  # here: only a mistake needs it

            near = nearest(args[0], COMMANDS)
            hint = f" Did you mean '{near}'?" if near else ""
            ctx.fail(f"No such command '{args[0]}'.{hint}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.words) for name, entry in COMMANDS.items()])


@click.command(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="contact-preflight", prog_name="preflight")
def _preflight() -> None:
    """Check, fix, split, submit and re-import contact files before a provider refuses them.

    Start with `preflight check FILE`, or `preflight check FILE --for PROVIDER`.
    """


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command.

    Args:
        argv: the arguments without the program's name; those of the process by default.

    Returns:
        The exit code: 0 no findings, 1 findings or rejected rows, 2 could not run, 3 stopped by a
            provider or the network, 130 interrupted.
    """
    try:
        typed = sys.argv[1:] if argv is None else list(argv)
        code = _preflight.main(
            args=typed, prog_name="preflight", standalone_mode=False, obj=tuple(typed)
        )
    except (click.exceptions.Abort, KeyboardInterrupt):
        complain("preflight: interrupted")
        return exit_codes.INTERRUPTED
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        click.echo(f"\n{_first_step()}", nl=False, err=True)
        return error.exit_code
    except click.ClickException as error:
        _complain_of(_in_a_line(error))
        return error.exit_code
    except PreflightError as error:
        _complain_of(str(error))
        return error.exit_code
    except Exception as error:  # noqa: BLE001 - no traceback: it may hold values
        if isinstance(error, OSError) and is_refused(error):
            from preflight.core.files import reason  # here: `--help` does without

            complain(f"preflight: cannot write to standard output: {reason(error)}")
            return exit_codes.COULD_NOT_RUN
        if isinstance(error, OSError) and error.errno == errno.ENAMETOOLONG:
            complain("preflight: a file name is too long for this system")
            return exit_codes.COULD_NOT_RUN
        complain(f"preflight: this is a bug of preflight, not of your file: {log_of(error)}")
        return exit_codes.COULD_NOT_RUN
    return code if isinstance(code, int) else 0


def _complain_of(problem: str) -> None:
    """Prints what is wrong, on one line and safe for a terminal."""
    from preflight.core.redact import visible  # here: `--help` does without

    complain(f"preflight: {visible(problem)}")


def _first_step() -> str:
    """What to type first in this folder."""
    from preflight.cli import next_step, screen  # here: a command brings what it needs

    return screen.shown(next_step.of_folder(Path.cwd()), None)


def _in_a_line(error: click.ClickException) -> str:
    """What is wrong with a call, and where its options are listed."""
    message = " ".join(error.format_message().split()).rstrip(".")
    message = message.replace("a valid integer", "a whole number").replace(
        "a valid float", "a number"
    )
    message = message[:1].lower() + message[1:]
    context = getattr(error, "ctx", None)
    return f"{message}; see `{context.command_path if context else 'preflight'} --help`"


def log_of(error: BaseException) -> str:
    """Writes the traceback of a bug without its message, which may hold values; says where."""
    import platform  # here, as the others: most calls need none of them
    import tempfile
    import traceback
    from importlib.metadata import version

    from preflight.core.workspace import spooled

    frames = "".join(traceback.format_tb(error.__traceback__))
    text = (
        f"preflight {version('contact-preflight')}, Python {platform.python_version()}, "
        f"{platform.system()}\n{type(error).__name__} (its message is left out: it may hold values)"
        f"\n{frames}"
    )
    try:
        with spooled(Path(tempfile.gettempdir()), "preflight-bug", ".log") as (path, file):
            file.write(text.encode())
    except (OSError, WriteError):
        return f"{type(error).__name__}; there is no room for its log"
    return f"{type(error).__name__}, see {path}"
