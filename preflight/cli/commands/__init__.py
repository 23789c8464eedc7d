"""The commands as they are called: their arguments, options and help.

A command is imported when it is called for, and what it does stands in the module of its name:
neither `--help` nor another command waits for it.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import NamedTuple

import click

from preflight.cli.terminal import set_quiet, set_verbose


class Entry(NamedTuple):
    """A command in the list of commands.

    Attributes:
        home: the module of this package that it is in.
        words: what it does, in a few words.
    """

    home: str
    words: str


COMMANDS: Mapping[str, Entry] = {
    "check": Entry("of_files", "lint files; writes nothing"),
    "fix": Entry("of_files", "lint, apply safe fixes, write the clean rows and the rejects"),
    "split": Entry("of_files", "cut a file on record boundaries under a provider's limits"),
    "submit": Entry("of_runs", "check, fix, split, send, poll, merge: the whole line"),
    "resume": Entry("of_runs", "go on with an interrupted run"),
    "resubmit": Entry("of_runs", "send corrected rows again, and only those"),
    "review": Entry("of_runs", "correct rejects on a local page, judged by the same rules"),
    "merge": Entry("of_runs", "join a failure report that was fetched by hand"),
    "runs": Entry("of_runs", "list what was sent"),
    "trace": Entry("of_runs", "show the history of one contact"),
    "learn": Entry("of_runs", "propose rules and config for refusals that no check predicted"),
    "baseline": Entry("of_baselines", "accept what is found today: only what is new fails"),
    "snapshot": Entry("of_files", "take a small snapshot of a source, to see later what changed"),
    "diff": Entry("of_files", "show what a fix changed, cell by cell"),
    "undo": Entry("of_files", "undo a fix, as a whole or in part"),
    "rules": Entry("of_rules", "list the rules, or test your own"),
    "explain": Entry("of_rules", "explain one rule, with samples"),
    "new-rule": Entry("of_rules", "write the skeleton of a rule of your own"),
    "profiles": Entry("of_rules", "show what each provider accepts"),
    "template": Entry("of_rules", "write an empty CSV with a provider's header"),
    "config": Entry("of_files", "show each setting and where it comes from"),
    "init": Entry("of_files", "write a configuration, drafted from a file"),
    "sandbox": Entry("of_runs", "run local stand-ins for the providers"),
}
"""By name, in the order of their use."""

_VERBOSE = frozenset({"check", "fix", "split", "submit", "resume", "resubmit", "merge"})
"""The commands that go over a file, and can tell more of it."""


def command(name: str) -> click.Command | None:
    """A command by its name, with the options that all of them have; None if there is none."""
    entry = COMMANDS.get(name)
    if entry is None:
        return None
    home = importlib.import_module(f"{__name__}.{entry.home}")
    found: click.Command = getattr(home, name.replace("-", "_"))
    for each in found.commands.values() if isinstance(found, click.Group) else [found]:
        if not any(option.name == "quiet" for option in each.params):
            each.params += [_quiet(), *([_verbose()] if name in _VERBOSE else [])]
    return found


def _quiet() -> click.Option:
    return click.Option(
        ["-q", "--quiet"],
        is_flag=True,
        expose_value=False,
        callback=set_quiet,
        help="no notes, no progress, and of a file only what was found and the books",
    )


def _verbose() -> click.Option:
    return click.Option(
        ["-v", "--verbose"],
        is_flag=True,
        expose_value=False,
        callback=set_verbose,
        help="also say what each column was taken for, which rules were applied, and the time",
    )
