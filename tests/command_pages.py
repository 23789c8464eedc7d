"""The page of every command, out of the code; `python -m tests.command_pages` writes it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from preflight.cli.commands import COMMANDS, command

PAGE = Path(__file__).parents[1] / "docs" / "commands.md"
_WIDTH = 100
_HEAD = """\
# Commands

What `preflight COMMAND --help` prints, for every command. `make pages` writes this page anew.

The Tab key completes commands, options, providers, formats, rule codes and runs, with one line in
the start-up file of the shell:

| shell | file | line |
|---|---|---|
| bash | `~/.bashrc` | `eval "$(_PREFLIGHT_COMPLETE=bash_source preflight)"` |
| zsh | `~/.zshrc` | `eval "$(_PREFLIGHT_COMPLETE=zsh_source preflight)"` |
| fish | `~/.config/fish/config.fish` | `_PREFLIGHT_COMPLETE=fish_source preflight \\| source` |
"""


def page() -> str:
    """The page as Markdown."""
    return "\n".join([_HEAD, *(text for name in COMMANDS for text in _of(name))])


def _of(name: str) -> Iterator[str]:
    found = command(name)
    assert found is not None
    yield from _section(found, f"preflight {name}", None)


def _section(found: click.Command, called: str, above: click.Context | None) -> Iterator[str]:
    """A command, and those under it."""
    context = click.Context(
        found,
        info_name=called if above is None else found.name,
        parent=above,
        terminal_width=_WIDTH,
        help_option_names=["-h", "--help"],
    )
    yield f"## {called}\n\n```text\n{found.get_help(context)}\n```\n"
    if isinstance(found, click.Group):
        for name in found.list_commands(context):
            under = found.get_command(context, name)
            if under is not None:
                yield from _section(under, f"{called} {name}", context)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
