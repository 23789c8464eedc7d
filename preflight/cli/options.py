"""The options that stand on several commands, and what they make of a call."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from preflight.cli.terminal import is_shown_to_people, silence
from preflight.config.setting_values import FAIL_ON, FORMATS
from preflight.config.settings import Settings, load
from preflight.core import files

F = TypeVar("F", bound=Callable[..., Any])


def _mapping(
    _: click.Context, __: click.Parameter, given: tuple[str, ...]
) -> dict[str, str] | None:
    pairs = {}
    for entry in given:
        header, equals, field = entry.rpartition("=")
        if not equals or not header.strip() or not field.strip():
            raise click.BadParameter(f"`{entry}` is not 'Their header=field'")
        pairs[header.strip()] = field.strip()
    return pairs or None


def _any_of(
    _: click.Context, __: click.Parameter, given: tuple[str, ...]
) -> list[list[list[str]]] | None:
    """`email,phone` is one or the other; `name,first_name+last_name` takes two for the one."""
    return [
        [[field.strip() for field in one.split("+")] for one in entry.split(",")] for entry in given
    ] or None


def _codes(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> list[str] | None:
    return list(given) or None


def _given(_: click.Context, __: click.Parameter, given: tuple[Path, ...]) -> list[Path] | None:
    return list(given) or None


_PROFILE = [
    click.option(
        "--for",
        "for_",
        metavar="PROVIDER",
        help="whose demands to check: see `preflight profiles`; or a file of your own, mine.toml",
    ),
]
_STDIN_NAME = click.option(
    "--stdin-filename", metavar="NAME", help="what to call standard input (PATH `-`)"
)
_READING = [
    click.option("--region", metavar="US", help="country of phones without a country code"),
    click.option(
        "--timezone", metavar="ZONE", help="zone of timestamps without an offset, America/New_York"
    ),
    click.option("--encoding", metavar="NAME", help="the file's encoding, instead of finding out"),
    click.option(
        "--delimiter", metavar="CHAR", help="the file's delimiter, instead of finding out"
    ),
    click.option(
        "--header-row", type=int, metavar="N", help="the line of the header, instead of finding out"
    ),
    click.option("--sheet", metavar="NAME", help="the sheet of a workbook, by name or number"),
    click.option(
        "--map",
        "columns",
        multiple=True,
        callback=_mapping,
        metavar="'HEADER=FIELD'",
        help="which field a column holds; repeatable, '-' for none",
    ),
    _STDIN_NAME,
    click.option(
        "--config", type=click.Path(path_type=Path), metavar="FILE", help="the config file"
    ),
    click.option("--isolated", is_flag=True, help="read no config file"),
]
_RULE_FILES = click.option(
    "--rules",
    multiple=True,
    type=click.Path(path_type=Path),
    callback=_given,
    metavar="PATH",
    help="a rule file or a folder of them; repeatable",
)
_CATALOGUE = [
    _RULE_FILES,
    click.option(
        "--config", type=click.Path(path_type=Path), metavar="FILE", help="the config file"
    ),
    click.option("--isolated", is_flag=True, help="read no config file"),
]
_MAX_BAD = click.option(
    "--max-bad", metavar="2%", help="rejected rows still accepted: a rate or a count"
)
_RULES = [
    click.option(
        "--any-of",
        multiple=True,
        callback=_any_of,
        metavar="FIELD,FIELD",
        help="a row must have one of these; `+` joins fields that count together; repeatable",
    ),
    click.option(
        "--select",
        multiple=True,
        callback=_codes,
        metavar="CODES",
        help="only these rules: codes or prefixes",
    ),
    click.option("--ignore", multiple=True, callback=_codes, metavar="CODES", help="not these"),
    click.option(
        "--extend-select", multiple=True, callback=_codes, metavar="CODES", help="these too"
    ),
    _RULE_FILES,
    click.option(
        "--schema", metavar="FILE:NAME", help="your own pandera schema, schemas.py:TradeShow"
    ),
    click.option(
        "--online", is_flag=True, default=None, help="look domains of addresses up in the DNS"
    ),
    click.option(
        "--fail-on", type=str, metavar="|".join(FAIL_ON), help="what makes the exit code 1 [error]"
    ),
    click.option("--exit-zero", is_flag=True, default=None, help="exit 0 whatever is found"),
    _MAX_BAD,
    click.option("--unsafe-fixes", is_flag=True, default=None, help="apply fixes that guess, too"),
]
_OUTPUT = [
    click.option("--output-format", metavar="|".join(FORMATS), help="of the findings [full]"),
    click.option(
        "--output-file", type=click.Path(path_type=Path), metavar="FILE", help="write them there"
    ),
    click.option("--statistics", is_flag=True, default=None, help="only how many of each"),
    click.option(
        "--show-values/--redact",
        "show_values",
        default=None,
        help="print values of contacts or their shape",
    ),
    click.option(
        "--all", "show_all", is_flag=True, help="row findings even while the header is wrong"
    ),
    click.option("-q", "--quiet", is_flag=True, help="print the summary alone"),
]
_WRITING = [
    click.option(
        "-o",
        "--output",
        "folder",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="where the results go [<stem>.preflight/ beside the input]",
    ),
    click.option("--force", is_flag=True, help="replace results that stand there"),
    click.option(
        "--max-bytes", type=int, metavar="N", help="most bytes of a part [the provider's limit]"
    ),
    click.option(
        "--max-rows", type=int, metavar="N", help="most rows of a part [the provider's limit]"
    ),
]


def _values(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    values = {}
    for entry in given:
        key, equals, value = entry.partition("=")
        if not equals or not key.strip():
            # Anything else is not repeated: it may be a secret in the wrong place.
            named = f"`{entry}`" if re.fullmatch(r"[a-z_-]{1,20}", entry) else "an entry"
            raise click.BadParameter(f"{named} is not key=value")
        values[key.strip().replace("-", "_")] = value.strip()
    return values


_RUN = [
    click.option(
        "--sandbox", is_flag=True, help="start local stand-ins for this run and send to them"
    ),
    click.option(
        "--no-wait",
        is_flag=True,
        help="do not wait for the jobs to end; `preflight resume` does later",
    ),
    click.option(
        "--timeout", type=float, metavar="SECONDS", help="stop waiting after so long; resumable"
    ),
    click.option(
        "--state-dir",
        type=click.Path(path_type=Path),
        metavar="DIR",
        help="where runs are remembered [.preflight]",
    ),
    click.option("--base-url", metavar="URL", help="the provider's address"),
]
_PROVIDER = [
    click.option(
        "-O",
        "provider_values",
        multiple=True,
        callback=_values,
        metavar="KEY=VALUE",
        help="an option of the provider; repeatable",
    ),
    *_RUN,
]
_RESUME = [
    *_RUN,
    _MAX_BAD,
    click.option(
        "--config", type=click.Path(path_type=Path), metavar="FILE", help="the config file"
    ),
    click.option("--isolated", is_flag=True, help="read no config file"),
    *_OUTPUT[:2],
    _OUTPUT[3],
    click.option("-q", "--quiet", is_flag=True, help="no progress"),
]

_RESUBMIT = [
    *_WRITING[:2],
    *(one for one in _READING if one is not _STDIN_NAME),
    _MAX_BAD,
    *_OUTPUT,
]
_REPORTED = [
    *_READING[2:7],
    *_WRITING[:2],
    _RUN[3],
    _MAX_BAD,
    *_READING[8:10],
    *_OUTPUT[:2],
    _OUTPUT[3],
    click.option("-q", "--quiet", is_flag=True, help="no progress"),
]


def _several(options: list[Callable[[F], F]]) -> Callable[[F], F]:
    def decorate(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


profile_option = _several(_PROFILE)
diff_option = click.option(
    "--diff", is_flag=True, help="show what fixing changes, cell by cell, and write nothing"
)
reading_options = _several(_READING)
rule_options = _several(_RULES)
catalogue_options = _several(_CATALOGUE)
output_options = _several(_OUTPUT)
writing_options = _several(_WRITING)
provider_options = _several(_PROVIDER)
resume_options = _several(_RESUME)
resubmit_options = _several(_RESUBMIT)
merge_options = _several(_REPORTED)

_NOT_SETTINGS = {"diff", "config", "isolated", "stdin_filename", "output_file", "show_all", "quiet"}


def settings_of(given: dict[str, Any], **extra: Any) -> Settings:
    """The settings of a call out of its options, the environment and the config.

    Raises:
        ConfigError: a value is off.
    """
    said = {key: value for key, value in given.items() if key not in _NOT_SETTINGS}
    if "for_" in said:
        said["for"] = said.pop("for_")
    said.update(extra)
    return load(said, os.environ, config=given.get("config"), isolated=bool(given.get("isolated")))


def shows_values(settings: Settings) -> bool:
    """Whether values of contacts are printed: as told, else only on a terminal and not in CI."""
    if settings.show_values is not None:
        return settings.show_values
    return is_shown_to_people()


def emit(text: str, path: Path | None, *, private: bool = False) -> None:
    """Findings and data go to stdout, or to the file that was asked for.

    A reader of stdout that goes away, as `head` does, changes no exit code.

    Args:
        text: what there is to say.
        path: of the file; None for stdout.
        private: whether the file is for its owner alone, for it holds values of contacts.

    Raises:
        WriteError: the file cannot be written, and nothing of it is left.
    """
    if path is None:
        try:
            click.echo(text, nl=False)
        except BrokenPipeError:
            silence()
        return
    files.write_named(path, text, private=private)


def refuse_inputs(output_file: Path | None, inputs: Iterable[str | Path]) -> None:
    """Makes sure that --output-file names no input, nor what an input links to.

    Raises:
        UsageError: it does.
    """
    if output_file is not None:
        files.refuse_input(output_file, inputs, "--output-file")
