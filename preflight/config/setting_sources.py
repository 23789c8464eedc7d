"""One validated set of settings out of the command line, the environment and a config file.

Precedence: command line > `PREFLIGHT_*` environment > config file > profile > default. Within the
config, `[profiles.NAME]` beats what stands above it, and a file beats the one that it extends.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from preflight.config import config_file, profiles, trust
from preflight.config.config_file import ConfigFile
from preflight.config.layers import Key, Layer, Origin, Source, checked, joined, layer
from preflight.config.settings import IN_FILES, SETTINGS, TABLES, Settings
from preflight.config.validation import unknown_key
from preflight.core import ci
from preflight.core.errors import ConfigError
from preflight.providers import registry

_NESTED = TABLES | {"any_of"}
"""What no single line of an environment variable can say."""
_LISTS = {"select", "ignore", "extend_select", "rules"}
_SWITCHES = {"online", "exit_zero", "unsafe_fixes", "statistics", "show_values"}
_COUNTS = {"header_row", "max_bytes", "max_rows"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where settings are looked for besides the command line.

    Attributes:
        environ: the environment.
        config: the config file, instead of the nearest one.
        isolated: whether no config file is read.
        start: where the search for one begins; the working directory by default.
        trusted: whether a config that is merely found may do all that a named one may.
        runs_code: whether the call runs the rules and the schema that a config names.
    """

    environ: Mapping[str, str] = field(default_factory=dict)
    config: Path | None = None
    isolated: bool = False
    start: Path | None = None
    trusted: bool = False
    runs_code: bool = True


@dataclass(frozen=True)
class SettingSources:
    """The settings of a call, and where each comes from.

    Attributes:
        settings: that are in force.
        origins: of what a source gives; what is not among them is of the profile or a default.
        config: the config file; without paths if none was read.
        trusted: whether the config may do all that a named one may.
        ignored: what a config says that is not obeyed, for it was merely found, and this is CI.
    """

    settings: Settings
    origins: Mapping[Key, Origin]
    config: ConfigFile
    trusted: bool = True
    ignored: tuple[Origin, ...] = ()


def load(
    given: Mapping[str, Any],
    environ: Mapping[str, str],
    *,
    config: Path | None = None,
    isolated: bool = False,
    start: Path | None = None,
) -> Settings:
    """The settings of a call; see `sources`, which has the arguments."""
    place = Place(environ=environ, config=config, isolated=isolated, start=start)
    return sources(given, place).settings


def sources(
    given: Mapping[str, Any], place: Place, *, provider: str | None = None
) -> SettingSources:
    """The settings of a call, and where each comes from.

    Args:
        given: what the command line said, by key; None where it said nothing. Tables in it are
            joined with the config's, entry by entry.
        place: where to look besides.
        provider: whose table under `profiles` counts, instead of the profile's.

    Raises:
        ConfigError: a key is unknown, a value is invalid, or a found config is not trusted.
    """
    config = _config(place)
    trusted = not config.found or _is_trusted(place)
    if place.runs_code and not trusted:
        trust.refuse_code(config)
    withheld = trust.NOT_OBEYED if ci.in_ci(place.environ) and not trusted else ()
    called = {key: value for key, value in given.items() if value is not None}
    stronger = [_environment(place.environ), _command_line(called)]
    profile = joined([*config.general, *stronger]).values.get("profile", Settings().profile)
    layers = [*config.general, *config.of_profile(provider or profile)]
    merged = joined([*(entry.without(withheld) for entry in layers), *stronger])
    shared = tuple(
        name for name in merged.values.get("columns", {}) if name not in called.get("columns", {})
    )
    made = Settings(
        **merged.values,
        shared_columns=shared,
        trusts_records=_is_trusted(place),
    )
    if made.any_of:
        profiles.load(made.profile).known_fields(made.any_of, str(merged.origins["any_of",]))
    _require_known_options(made, merged.origins)
    if made.show_values:
        ci.refuse_shown_values(str(merged.origins["show_values",]), place.environ)
    return SettingSources(made, merged.origins, config, trusted, _ignored(layers, withheld))


def _require_known_options(made: Settings, origins: Mapping[Key, Origin]) -> None:
    """Refuses an option that a provider does not have.

    Raises:
        ConfigError: there is one.
    """
    for provider, given in made.providers.items():
        known = [option.name for option in registry.options(provider)] if given else []
        for name in given:
            if name not in known:
                origin = origins["providers", provider, name]
                raise ConfigError(f"{origin}: {unknown_key(name, known)}")


def of_code(entry: str, given: SettingSources) -> Origin | None:
    """Where a rule code or prefix is named; None if no source names it."""
    for key, origin in given.origins.items():
        if key[0] in ("severity", "max_findings"):
            named: Iterable[str] = key[1:]
        elif key[0] == "per_file_ignores":
            named = given.settings.per_file_ignores[key[1]].codes
        elif key[0] in ("select", "ignore", "extend_select"):
            named = getattr(given.settings, key[0])
        else:
            continue
        if entry in named:
            return origin
    return None


def _config(place: Place) -> ConfigFile:
    if place.isolated:
        return ConfigFile()
    if place.config is not None:
        return config_file.read(place.config, found=False)
    start = place.start or Path.cwd()
    path = config_file.nearest(start)
    if path is None:
        return ConfigFile()
    if not _is_trusted(place):
        trust.refuse_untrusted(path, start)
    return config_file.read(path, found=True)


def _is_trusted(place: Place) -> bool:
    """Whether a config that is merely found may do all that a named one may."""
    return place.trusted or _yes(place.environ, trust.VARIABLE)


def _ignored(layers: Iterable[Layer], withheld: Iterable[str]) -> tuple[Origin, ...]:
    return tuple(
        entry.origins[name,] for entry in layers for name in withheld if name in entry.values
    )


def _command_line(called: Mapping[str, Any]) -> Layer:
    return layer(checked(called, _flag), lambda key: _of(Source.COMMAND_LINE, _flag, key))


def _environment(environ: Mapping[str, str]) -> Layer:
    keys = {_variable(key): key for key in SETTINGS.keys() - _NESTED}
    texts = {keys[name]: text for name, text in environ.items() if name in keys and text}
    made = checked({key: _from_text(key, text) for key, text in texts.items()}, _variable)
    return layer(made, lambda key: _of(Source.ENVIRONMENT, _variable, key))


def _of(source: Source, written: Any, key: Key) -> Origin:
    return Origin(source, written(IN_FILES.get(key[0], key[0])))


def _from_text(key: str, text: str) -> Any:
    """What the text of an environment variable says; a text that says nothing stays one."""
    if key in _LISTS:
        return [entry.strip() for entry in text.split(",") if entry.strip()]
    if key in _SWITCHES:
        return _switch(_variable(key), text)
    if key in _COUNTS:
        return int(text) if text.isascii() and text.isdigit() else text
    return text


def _yes(environ: Mapping[str, str], variable: str) -> bool:
    text = environ.get(variable, "")
    return bool(text) and _switch(variable, text)


def _switch(variable: str, text: str) -> bool:
    if text.lower() not in ("0", "1", "true", "false", "yes", "no"):
        raise ConfigError(f"{variable} is yes or no")
    return text.lower() in ("1", "true", "yes")


def _variable(key: str) -> str:
    return f"PREFLIGHT_{key.upper()}"


def _flag(key: str) -> str:
    return _FLAGS.get(key, "--" + key.replace("_", "-"))


_FLAGS = {"columns": "--map", "providers": "-O"}
"""Settings whose option has another name."""
