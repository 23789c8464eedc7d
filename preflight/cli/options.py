"""The options that several commands share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from preflight.cli import completion
from preflight.cli.terminal import silence
from preflight.config.choices import FAIL_ON, FORMATS
from preflight.core import files, urls
from preflight.core.suggest import nearest
from preflight.core.urls import Url

if TYPE_CHECKING:
    pass

_BLOCK = 1 << 16
"""Characters of a report that are written at a time."""

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
    """`email,phone` needs either; in `name,first_name+last_name` two fields count as one."""
    return [
        [[field.strip() for field in alternative.split("+")] for alternative in entry.split(",")]
        for entry in given
    ] or None


def _codes(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> list[str] | None:
    return list(given) or None


def _given(_: click.Context, __: click.Parameter, given: tuple[Path, ...]) -> list[Path] | None:
    return list(given) or None


def _values(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    values = {}
    for entry in given:
        key, equals, value = entry.partition("=")
        if not equals or not key.strip():
            # The message does not repeat anything else: it may be a secret in the wrong place.
            named = f"`{entry}`" if re.fullmatch(r"[a-z_-]{1,20}", entry) else "an entry"
            raise click.BadParameter(f"{named} is not key=value")
        values[key.strip().replace("-", "_")] = value.strip()
    return values


class ReportFile(NamedTuple):
    """A report that goes into a file of its own, by --report.

    Attributes:
        format: one of `config.choices.FORMATS`.
        path: of the file.
    """

    format: str
    path: Path


def _reports(
    _: click.Context, __: click.Parameter, given: tuple[str, ...]
) -> tuple[ReportFile, ...]:
    found = []
    for entry in given:
        name, colon, path = entry.partition(":")
        if not colon or not path:
            raise click.BadParameter(f"`{entry}` is not FORMAT:PATH, like json:report.json")
        if name not in FORMATS:
            near = nearest(name, FORMATS)
            hint = f"; did you mean {near}?" if near else f"; there are {', '.join(FORMATS)}"
            raise click.BadParameter(f"unknown format `{name}`{hint}")
        if path == "-":
            raise click.BadParameter(f"it writes files; print with `--output-format {name}`")
        found.append(ReportFile(name, Path(path)))
    return tuple(found)


Option = Callable[[F], F]


def _group(*options: Option[Any]) -> Option[Any]:
    """Options that go together, in the order in which `--help` shows them."""

    def decorate(command: F) -> F:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate


def _path(*names: str, metavar: str, help: str) -> Option[Any]:  # noqa: A002 - click's name
    return click.option(*names, type=click.Path(path_type=Path), metavar=metavar, help=help)


def _switch(*names: str, help: str) -> Option[Any]:  # noqa: A002 - click's name
    """A switch that is a setting: if not given, the environment and the config decide."""
    return click.option(*names, is_flag=True, default=None, help=help)


profile_option = click.option(
    "--for",
    "for_",
    metavar="PROVIDER",
    shell_complete=completion.providers,
    help="provider whose rules to apply, see `preflight profiles`; or a profile file of your own",
)
diff_option = click.option(
    "--diff", is_flag=True, help="show what fixing changes, cell by cell, and write nothing"
)
against_option = _path(
    "--against",
    metavar="SNAPSHOT",
    help="report what changed since a snapshot, see `preflight snapshot`",
)
across_option = click.option(
    "--across", is_flag=True, help="also find contacts that stand in several of the files"
)
jobs_option = click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="processes that share the work [as many as there are cores, if it is worth it]",
)
engine_options = _group(
    jobs_option,
    click.option(
        "--engine",
        type=click.Choice(["local", "dask"]),
        default="local",
        help="what analyzes large files: processes on this machine, or a Dask cluster",
    ),
    click.option(
        "--dask-scheduler",
        metavar="ADDRESS",
        help="scheduler of the cluster, tcp://host:8786 [a cluster on this machine]",
    ),
)
state_dir_option = _path("--state-dir", metavar="DIR", help="folder that records runs [.preflight]")

# How the file is read, and what its cells mean.
_REGION = click.option("--region", metavar="US", help="country of phones without a country code")
_TIMEZONE = click.option(
    "--timezone", metavar="ZONE", help="time zone of timestamps without one, America/New_York"
)
_ENCODING = click.option("--encoding", metavar="NAME", help="encoding of the file [detected]")
_DELIMITER = click.option("--delimiter", metavar="CHAR", help="delimiter of the file [detected]")
_HEADER_ROW = click.option(
    "--header-row", type=int, metavar="N", help="line of the header [detected]"
)
_SHEET = click.option("--sheet", metavar="NAME", help="sheet of a workbook, by name or number")
_MAP = click.option(
    "--map",
    "columns",
    multiple=True,
    callback=_mapping,
    metavar="'HEADER=FIELD'",
    help="the field that a column holds, '-' for none; '#3' is the third column; repeatable",
)
_STDIN_FILENAME = click.option(
    "--stdin-filename", metavar="NAME", help="name of standard input (PATH `-`) in reports"
)

# Which rules, and what they lead to.
_ANY_OF = click.option(
    "--any-of",
    multiple=True,
    callback=_any_of,
    metavar="FIELD,FIELD",
    help="a row must have one of these; `+` joins fields that count together; repeatable",
)
_SELECT = click.option(
    "--select",
    multiple=True,
    callback=_codes,
    metavar="CODES",
    shell_complete=completion.codes,
    help="apply only these rules: codes or prefixes",
)
_IGNORE = click.option(
    "--ignore",
    multiple=True,
    callback=_codes,
    metavar="CODES",
    shell_complete=completion.codes,
    help="do not apply these rules",
)
_EXTEND_SELECT = click.option(
    "--extend-select",
    multiple=True,
    callback=_codes,
    metavar="CODES",
    shell_complete=completion.codes,
    help="apply these rules too",
)
_RULE_FILES = click.option(
    "--rules",
    multiple=True,
    type=click.Path(path_type=Path),
    callback=_given,
    metavar="PATH",
    help="a rule file or a folder of them; repeatable",
)
_SCHEMA = click.option(
    "--schema", metavar="FILE:NAME", help="your own pandera schema, schemas.py:TradeShow"
)
_ONLINE = _switch("--online", help="look up the domains of email addresses in the DNS")
_FAIL_ON = click.option(
    "--fail-on",
    type=str,
    metavar="|".join(FAIL_ON),
    help="severity that makes the exit code 1 [error]",
)
_EXIT_ZERO = _switch("--exit-zero", help="exit with 0 even if there are findings")
_MAX_BAD = click.option(
    "--max-bad", metavar="2%", help="accept so many rejected rows: a rate or a count"
)
baseline_option = _path(
    "--baseline",
    metavar="FILE",
    help="accepted findings, see `preflight baseline`: only what is new or worse counts",
)
_UNSAFE_FIXES = _switch("--unsafe-fixes", help="also apply fixes that guess")

# What is printed.
_OUTPUT_FORMAT = click.option(
    "--output-format",
    metavar="|".join(FORMATS),
    shell_complete=completion.formats,
    help="format of the findings [grouped]",
)
_OUTPUT_FILE = _path("--output-file", metavar="FILE", help="write the findings into FILE")
_REPORTS = click.option(
    "--report",
    "reports",
    multiple=True,
    callback=_reports,
    metavar="FORMAT:PATH",
    help="also write the findings into PATH in a format of its own; repeatable",
)
_STATISTICS = _switch("--statistics", help="print only the number of findings for each rule")
text_or_json_option = click.option(
    "--output-format", type=click.Choice(["text", "json"]), default="text"
)
show_values_option = click.option(
    "--show-values/--redact",
    "show_values",
    default=None,
    help="print values of contacts or their shape",
)
_ALL = click.option(
    "--all", "show_all", is_flag=True, help="print row findings even if the header is wrong"
)

# What is written.


def _place(text: str) -> Path | Url:
    """A folder, here or in a store."""
    return urls.parse(text) or Path(urls.as_path(text))


def _folder(kind: Callable[[str], Path | Url], metavar: str) -> Option[Any]:
    where = "where the results go [<stem>.preflight/ beside the input]"
    return click.option("-o", "--output", "folder", type=kind, metavar=metavar, help=where)


_FORCE = click.option("--force", is_flag=True, help="replace results that were changed since, too")
_MAX_BYTES = click.option(
    "--max-bytes", type=int, metavar="N", help="maximum size of a part [the provider's limit]"
)
_MAX_ROWS = click.option(
    "--max-rows",
    type=int,
    metavar="N",
    help="maximum number of rows in a part [the provider's limit]",
)

# What a run is sent with.
_PROVIDER_VALUES = click.option(
    "-O",
    "provider_values",
    multiple=True,
    callback=_values,
    metavar="KEY=VALUE",
    help="an option of the provider; repeatable",
)
_SANDBOX = click.option(
    "--sandbox", is_flag=True, help="start local stand-ins for this run and send to them"
)
_NO_WAIT = click.option(
    "--no-wait",
    is_flag=True,
    help="do not wait for the jobs to end; `preflight resume` can do so later",
)
_TIMEOUT = click.option(
    "--timeout",
    type=float,
    metavar="SECONDS",
    help="stop waiting after this time; the run can be resumed",
)
_BASE_URL = click.option("--base-url", metavar="URL", help="address of the provider")

config_options = _group(
    _path("--config", metavar="FILE", help="config file"),
    click.option("--isolated", is_flag=True, help="do not read a config file"),
    click.option(
        "--trust-config",
        is_flag=True,
        help="obey a config that was only found as if it were named; its rules are code",
    ),
)
_layout_options = _group(_ENCODING, _DELIMITER, _HEADER_ROW, _SHEET, _MAP)
_results_options = _group(_folder(urls.local_path, "DIR"), _FORCE)
_run_options = _group(_SANDBOX, _NO_WAIT, _TIMEOUT, state_dir_option, _BASE_URL)
_report_options = _group(_OUTPUT_FORMAT, _OUTPUT_FILE, _REPORTS, show_values_option)

reading_options = _group(_REGION, _TIMEZONE, _layout_options, _STDIN_FILENAME, config_options)
setting_options = _group(
    _REGION, _TIMEZONE, _layout_options, config_options, _MAX_BYTES, _MAX_ROWS, state_dir_option,
    show_values_option,
)  # fmt: skip
catalogue_options = _group(_RULE_FILES, config_options)
finding_options = _group(_ANY_OF, _SELECT, _IGNORE, _EXTEND_SELECT, _RULE_FILES, _SCHEMA, _ONLINE)
rule_options = _group(
    finding_options, _FAIL_ON, _EXIT_ZERO, _MAX_BAD, baseline_option, _UNSAFE_FIXES
)
output_options = _group(
    _OUTPUT_FORMAT,
    _OUTPUT_FILE,
    _REPORTS,
    _STATISTICS,
    show_values_option,
    _ALL,
)
writing_options = _group(_results_options, _MAX_BYTES, _MAX_ROWS)
file_options = _group(_folder(_place, "DIR|URL"), _FORCE, _MAX_BYTES, _MAX_ROWS)
provider_options = _group(_PROVIDER_VALUES, _run_options)
resume_options = _group(_run_options, _MAX_BAD, config_options, _report_options)
resubmit_options = _group(
    _results_options, _REGION, _TIMEZONE, _layout_options, config_options, _MAX_BAD, output_options
)
review_options = _group(_REGION, _TIMEZONE, _layout_options, config_options)
merge_options = _group(
    _layout_options, _results_options, state_dir_option, _MAX_BAD, config_options, _report_options
)


def emit(text: str | Iterable[str], path: Path | None, *, private: bool = False) -> None:
    """Writes findings or data to stdout, or to a file that the user named.

    If the reader of stdout goes away, as `head` does, the exit code does not change.

    Args:
        text: the output, as a whole or in pieces.
        path: of the file; None for stdout.
        private: whether only the owner may read the file, because it holds values of contacts.

    Raises:
        WriteError: the file cannot be written; nothing of it is left.
    """
    blocks = [text] if isinstance(text, str) else _blocks(text)
    if path is not None:
        files.write_named(path, blocks, private=private)
        return
    try:
        for block in blocks:
            click.echo(block, nl=False, color=True)  # styles are decided by `screen`
    except BrokenPipeError:
        silence()


def _blocks(pieces: Iterable[str]) -> Iterator[str]:
    """Pieces joined into blocks: writing each alone would take longer than making it."""
    held, size = [], 0
    for piece in pieces:
        held.append(piece)
        size += len(piece)
        if size >= _BLOCK:
            yield "".join(held)
            held, size = [], 0
    yield "".join(held)
