"""The settings of a call, from its options, the environment and the config."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from preflight.cli.terminal import is_shown_to_people, note
from preflight.core.redact import visible

if TYPE_CHECKING:
    from preflight.config.setting_sources import SettingSources
    from preflight.config.settings import Settings

_NOT_SETTINGS = {
    "across", "diff", "config", "isolated", "trust_config", "stdin_filename",
    "output_file", "reports", "show_all", "jobs", "engine", "dask_scheduler",
}  # fmt: skip


_SOURCES = "preflight.sources"


def settings_of(
    given: dict[str, Any], *, provider: str | None = None, runs_code: bool = True
) -> Settings:
    """The settings of a call, from its options, the environment and the config.

    Values of contacts are shown by default on a terminal only, and not in CI.

    Args:
        given: its options.
        provider: that it is about, if not by `--for`.
        runs_code: whether it runs rules or a schema of the user's.

    Raises:
        ConfigError: a value is invalid, or a found config would run code.
    """
    sources = sources_of(given, provider=provider, runs_code=runs_code)
    if context := click.get_current_context(silent=True):
        context.meta[_SOURCES] = sources
    for origin in sources.ignored:
        said = f"{origin} is not obeyed in CI, for the config was only found; see --trust-config"
        note(visible(said))
    if sources.settings.show_values is not None:
        return sources.settings
    return dataclasses.replace(sources.settings, show_values=is_shown_to_people())


def place_of(entry: str, context: click.Context) -> str:
    """Where a call names a rule code that there is not: an option, a variable, a file and key."""
    from preflight.config.setting_sources import of_code  # here, as above

    sources = context.meta.get(_SOURCES)
    origin = None if sources is None else of_code(entry, sources)
    return "" if origin is None else f"{origin}: "


def config_files() -> tuple[Path, ...]:
    """The config file of the command that runs, and those that it extends."""
    context = click.get_current_context(silent=True)
    sources = context.meta.get(_SOURCES) if context else None
    return () if sources is None else sources.config.paths


def sources_of(
    given: dict[str, Any], *, provider: str | None = None, runs_code: bool = True
) -> SettingSources:
    """The settings of a call, and where each comes from; see `settings_of`."""
    from preflight.config import setting_sources  # here, so that `--help` does not wait for it

    values = {key: value for key, value in given.items() if key not in _NOT_SETTINGS}
    if "for_" in values:
        values["for"] = values.pop("for_")
    place = setting_sources.Place(
        environ=os.environ,
        config=given.get("config"),
        isolated=bool(given.get("isolated")),
        trusted=bool(given.get("trust_config")),
        runs_code=runs_code,
    )
    return setting_sources.sources(values, place, provider=provider)


def shows_values(settings: Settings) -> bool:
    """Whether to print values of contacts; see `settings_of`."""
    return bool(settings.show_values)
