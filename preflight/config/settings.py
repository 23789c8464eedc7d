"""One validated set of settings out of the command line, the environment and a config file.

Precedence: command line > `PREFLIGHT_*` environment > config file > profile > default. The config
file is the nearest `preflight.toml`, `.preflight.toml` or `pyproject.toml` with `[tool.preflight]`,
from the working directory upwards. Its keys are those of `config.schema.json`; "-" may stand for
"_" in them, and the paths in it (`state_dir`, `rules`, `schema`) are relative to the file.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from preflight.config import profile as profiles
from preflight.config.profile import Demand, Profile
from preflight.config.setting_values import OFF, MaxBad, checked, from_text
from preflight.core.errors import ConfigError
from preflight.core.suggest import nearest
from preflight.core.types import Reason, Severity

CONFIG_NAMES = ("preflight.toml", ".preflight.toml")


@dataclass(frozen=True, slots=True)
class Settings:
    """What a command goes by.

    Attributes:
        profile: the name of a profile, or the file of the user's own; the key `for` of a config.
        any_of: what a row must have one of, in addition to what the profile demands.
        select, ignore, extend_select: rule codes or prefixes.
        severity: rule code or prefix → "error", "warning" or "off"; beats the profile's.
        rules: folders and files of further rules.
        schema: the user's own pandera schema, `FILE:NAME`.
        online: whether domains of addresses are looked up in the DNS.
        resolver: the address of the DNS server to ask, `HOST` or `HOST:PORT`; None for the
            system's.
        fail_on: the least severity that makes `check` exit with 1.
        exit_zero: findings never make the exit code 1.
        max_bad: the rejected rows that are still accepted; None when nobody said.
        unsafe_fixes: whether fixes that guess are applied.
        region: ISO 3166 code for phones without a country code.
        timezone: IANA name of the zone of timestamps without an offset.
        encoding, delimiter, header_row: how to read the file; None to find out.
        sheet: of a workbook, by its name or its number from 1; None for the first visible one.
        columns: header as written → field; "-" for none.
        shared_columns: those of `columns` that only a config speaks of. It may be meant for several
            files, so that one may lack them; a file must have the others.
        date_orders: header as written → the order of day and month in its dates, as `orders` tells
            it of a whole column: corrected rows go by what all rows of the first file proved. Its
            own rows say it of every other file.
        output_format: of the findings on stdout.
        statistics: whether only counts are printed.
        show_values: whether values of contacts are printed; None: as the terminal decides.
        max_bytes, max_rows: limits of a part; None: the profile's.
        state_dir: where the ledger lives.
        timeout: seconds a run waits for a provider's jobs in all; None for no end of its own.
        providers: provider → option → value.
        reasons: provider → its failure code → what can be done, a `Reason`; beats the profile's.
    """

    profile: str = "general"
    any_of: tuple[Demand, ...] = ()
    select: tuple[str, ...] = ("ALL",)
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    severity: Mapping[str, str] = field(default_factory=dict)
    rules: tuple[Path, ...] = ()
    schema: str | None = None
    online: bool = False
    resolver: str | None = None
    fail_on: str = "error"
    exit_zero: bool = False
    max_bad: MaxBad | None = None
    unsafe_fixes: bool = False
    region: str | None = None
    timezone: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    header_row: int | None = None
    sheet: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    shared_columns: tuple[str, ...] = ()
    output_format: str = "full"
    statistics: bool = False
    show_values: bool | None = None
    max_bytes: int | None = None
    max_rows: int | None = None
    state_dir: Path = Path(".preflight")
    timeout: float | None = None
    providers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    reasons: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    date_orders: Mapping[str, str] = field(default_factory=dict)

    def explained(self, profile: Profile) -> Profile:
        """A provider's profile with the classes that the user gave to its failure codes."""
        own = self.reasons.get(profile.name, {})
        return profile.explaining({code: Reason(value) for code, value in own.items()})

    @property
    def severities(self) -> dict[str, Severity | None]:
        """The severities that the user gave, None for off."""
        return {
            code: None if level == OFF else Severity(level) for code, level in self.severity.items()
        }

    @property
    def zone(self) -> ZoneInfo | None:
        """The zone of timestamps without an offset."""
        return ZoneInfo(self.timezone) if self.timezone else None


_TABLES = {"columns", "providers", "severity", "reasons"}
# What no single line of an environment variable can say.
_NESTED = _TABLES | {"any_of"}
_NO_KEYS = {"profile", "shared_columns", "date_orders"}
_KEYS = {field.name for field in dataclasses.fields(Settings)} - _NO_KEYS | {"for"}


def load(
    given: Mapping[str, Any],
    environ: Mapping[str, str],
    *,
    config: Path | None = None,
    isolated: bool = False,
    start: Path | None = None,
) -> Settings:
    """The settings of a call.

    Args:
        given: what the command line said, by key; None where it said nothing. `columns` and
            `providers` are joined with the config's, entry by entry.
        environ: the environment.
        config: the config file, instead of the nearest one.
        isolated: whether no config file is read.
        start: where the search for one begins; the working directory by default.

    Raises:
        ConfigError: a key is unknown, or a value is off.
    """
    merged: dict[str, Any] = {}
    demanded = ""
    if not isolated:
        path, data = _config(config, start or Path.cwd())
        for key, value in data.items():
            name = _key(key, path)
            merged[name] = _beside(path, name, checked(name, value, f"{path}: {name}"))
            demanded = f"{path}: any_of"
    for name, text in environ.items():
        key = name.removeprefix("PREFLIGHT_").lower()
        if name.startswith("PREFLIGHT_") and key in _KEYS - _NESTED and text:
            merged[key] = checked(key, from_text(key, text), name)
    for key, value in given.items():
        if value is None:
            continue
        demanded = _flag(key) if key == "any_of" else demanded
        if key in _TABLES:
            merged[key] = _joined(merged.get(key, {}), value)
        else:
            merged[key] = checked(key, value, _flag(key))
    said = given.get("columns") or {}
    shared = tuple(name for name in merged.get("columns", {}) if name not in said)
    if "for" in merged:
        merged["profile"] = merged.pop("for")
    made = Settings(**merged, shared_columns=shared)
    if made.any_of:
        profiles.load(made.profile).known_fields(made.any_of, demanded)
    return made


def _beside(config: Path, key: str, value: Any) -> Any:
    """A value of a config file; its paths are relative to the file."""
    if key == "state_dir":
        return config.parent / value
    if key == "for" and profiles.is_file(value):
        return str(config.parent / value)
    if key == "rules":
        return tuple(config.parent / one for one in value)
    return str(config.parent / value) if key == "schema" else value


def _flag(key: str) -> str:
    return "--" + key.replace("_", "-")


def _joined(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    both = dict(old)
    for key, value in new.items():
        nested = isinstance(value, Mapping) and isinstance(both.get(key), Mapping)
        both[key] = {**both[key], **value} if nested else value
    return both


def _config(path: Path | None, start: Path) -> tuple[Path, dict[str, Any]]:
    if path is not None:
        return path, _table(path, _read(path)) or {}
    for folder in (start, *start.parents):
        for name in CONFIG_NAMES:
            if (folder / name).is_file():
                return folder / name, _read(folder / name)
        project = folder / "pyproject.toml"
        if project.is_file():
            data = _table(project, _read(project))
            if data is not None:
                return project, data
    return start, {}


def _table(path: Path, data: dict[str, Any]) -> dict[str, Any] | None:
    """The part of a config file that is meant for preflight; None where there is none."""
    if path.name != "pyproject.toml":
        return data
    tools = data.get("tool", {})
    table = tools.get("preflight") if isinstance(tools, dict) else None
    if table is not None and not isinstance(table, dict):
        raise ConfigError(f"{path}: tool.preflight is a table")
    return table


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8-sig"))
    except OSError as error:
        raise ConfigError(f"cannot read the config {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"the config {path} is no TOML: {error}") from error


def _key(key: str, path: Path) -> str:
    name = key.replace("-", "_")
    if name in _KEYS:
        return name
    known = sorted(_KEYS)
    near = nearest(name, known)
    hint = f"; did you mean `{near}`?" if near else f"; there are {', '.join(known)}"
    raise ConfigError(f"{path}: unknown key `{key}`{hint}")
