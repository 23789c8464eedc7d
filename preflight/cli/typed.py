"""What was typed in this call, and commands that repeat it."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

import click

# How a file is read, what its cells mean, and which rules apply: the same in every command.
_SAME = (
    "region", "timezone", "encoding", "delimiter", "header_row", "sheet", "columns", "any_of",
    "select", "ignore", "extend_select", "rules", "schema", "online", "unsafe_fixes", "config",
    "isolated", "baseline",
)  # fmt: skip

GOING_ON = ("open", "stopped")
"""The states of a run that is not over."""


def command(name: str, *words: str, without: Iterable[str] = ()) -> str:
    """A call of a command with those options of this call that say how the file is read.

    Args:
        name: of the command.
        words: its arguments and further options.
        without: the names of options that the words already give.
    """
    left_out = set(without)
    options = [
        word for key, given in _given() if key in _SAME and key not in left_out for word in given
    ]
    return shlex.join(["preflight", name, *words, *options])


def typed(name: str) -> list[str]:
    """The words of an option in this call; none if it was not typed."""
    return [word for key, words in _given() if key == name for word in words]


def _given() -> list[tuple[str, list[str]]]:
    """The options of this call as typed: their names with the words that give them."""
    context = click.get_current_context(silent=True)
    if context is None or context.parent is None:
        return []
    typed = list(context.find_root().obj or ())
    if context.info_name not in typed:
        return []
    words = typed[typed.index(context.info_name) + 1 :]
    values, _, _ = context.command.make_parser(context).parse_args(words)
    given = []
    for option in context.command.params:
        if not isinstance(option, click.Option) or option.name not in values:
            continue
        value, long = values[option.name], max(option.opts, key=len)
        if option.is_flag:
            given.append((option.name, [long] if value is True else []))
        else:
            each = value if option.multiple else [value]
            given.append((option.name, [word for text in each for word in (long, str(text))]))
    return given


def state_folder() -> str:
    """The option of this call that names the state folder, with a space before it, or ""."""
    given = typed("state_dir")
    return f" {shlex.join(given)}" if given else ""
