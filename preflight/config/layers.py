"""The settings that one source gives, with the place of each, and those of several joined."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from preflight.config.settings import IN_FILES, SETTINGS, TABLES, Settings

Key = tuple[str, ...]
"""A setting by its name, or an entry of a table: `("region",)`, `("severity", "ALL")`."""


class Source(StrEnum):
    """Where a setting can come from, the strongest first."""

    COMMAND_LINE = "command line"
    ENVIRONMENT = "environment"
    CONFIG = "config"
    PROFILE = "profile"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the value of a setting comes from.

    Attributes:
        source: the kind of source.
        name: what the setting is called there: `--region`, `PREFLIGHT_REGION`, `profiles.x.region`;
            the name of a profile; "" for a default.
        path: of the config file.
    """

    source: Source
    name: str = ""
    path: Path | None = None

    def __str__(self) -> str:
        if self.path is not None:
            return f"{self.path}: {self.name}"
        return f"profile {self.name}" if self.source is Source.PROFILE else self.name or "default"


@dataclass(frozen=True)
class Layer:
    """The settings of one source.

    Attributes:
        values: by the names of `Settings`, validated.
        origins: of each setting, and of each entry of one that is a table.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    origins: Mapping[Key, Origin] = field(default_factory=dict)

    def without(self, names: Iterable[str]) -> Layer:
        """The layer without some settings."""
        dropped = set(names)
        return Layer(
            {name: value for name, value in self.values.items() if name not in dropped},
            {key: origin for key, origin in self.origins.items() if key[0] not in dropped},
        )


_ADAPTER = TypeAdapter(Settings)


def checked(given: Mapping[str, Any], where: Callable[[str], str]) -> dict[str, Any]:
    """The settings that a source gives, by their names.

    Each source is checked alone: what is wrong in one is said even where another overrules it.

    Args:
        given: by the names that files and options use.
        where: what errors call a setting of such a name.

    Raises:
        ConfigError: a value is invalid.
    """
    named = {SETTINGS.get(key, key): value for key, value in given.items()}

    def key(name: str) -> str:
        return where(IN_FILES.get(name, name))

    made = _ADAPTER.validate_python(named, context={"where": key})
    return {name: getattr(made, name) for name in named}


def layer(values: Mapping[str, Any], origin: Callable[[Key], Origin]) -> Layer:
    """The settings of a source, with the origin of each."""
    return Layer(values, {key: origin(key) for key in keys(values)})


def keys(values: Mapping[str, Any]) -> Iterator[Key]:
    """The keys of some settings: those of the entries, where one is a table."""
    for name, value in values.items():
        if name not in TABLES:
            yield (name,)
            continue
        for entry, inner in value.items():
            if isinstance(inner, Mapping):
                yield from ((name, entry, key) for key in inner)
            else:
                yield (name, entry)


def joined(layers: Iterable[Layer]) -> Layer:
    """The settings of several sources, the weakest first; tables are joined entry by entry."""
    values: dict[str, Any] = {}
    origins: dict[Key, Origin] = {}
    for added in layers:
        for name, value in added.values.items():
            table = name in TABLES and name in values
            values[name] = _joined_tables(values[name], value) if table else value
        origins |= added.origins
    return Layer(values, origins)


def _joined_tables(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    both = dict(old)
    for key, value in new.items():
        nested = isinstance(value, Mapping) and isinstance(both.get(key), Mapping)
        both[key] = {**both[key], **value} if nested else value
    return both
