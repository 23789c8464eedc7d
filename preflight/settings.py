"""One validated set of settings out of the command line, the environment and a config file.

Precedence: command line > `PREFLIGHT_*` environment > config file > profile > default. The config
file is the nearest `preflight.toml`, `.preflight.toml` or `pyproject.toml` with `[tool.preflight]`,
from the working directory upwards. Its keys are those of `config.schema.json`; "-" may stand for
"_" in them, and the paths in it (`state_dir`, `rules`, `schema`) are relative to the file.
"""

from __future__ import annotations

import codecs
import dataclasses
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from preflight import profile as profiles
from preflight.errors import ConfigError
from preflight.model import Reason, Severity
from preflight.nearest import nearest
from preflight.profile import Demand, Profile
from preflight.providers import registry

FAIL_ON = ("error", "warning", "never")
FORMATS = ("full", "concise", "json")
CONFIG_NAMES = ("preflight.toml", ".preflight.toml")
OFF = "off"
SECRET = re.compile(r"token|password|secret|api[_-]?key|api[_-]?user", re.IGNORECASE)
_WHOLE = re.compile(r"[0-9]+")
# How people write a tab where they cannot type one.
_TABS = {"\\t": "\t", "tab": "\t"}


@dataclass(frozen=True, slots=True)
class MaxBad:
    """How many rejected rows are still accepted: a share of all rows, or a count.

    Attributes:
        share: 0 to 1; None when a count was given.
        count: None when a share was given.
    """

    share: float | None = None
    count: int | None = 0

    @classmethod
    def parse(cls, text: str) -> MaxBad:
        """From "2%" or "50".

        Raises:
            ConfigError: it is neither.
        """
        found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)\s*%", text.strip())
        if found and Decimal(found[1]) <= 100:
            return cls(share=float(Decimal(found[1]) / 100), count=None)
        if _WHOLE.fullmatch(text.strip()):
            return cls(count=int(text))
        raise ConfigError(f"max-bad is a rate like 2% or a count like 50, not `{text}`")

    def allows(self, rejected: int, rows: int) -> bool:
        """Whether so many rejected rows of so many are accepted."""
        if self.count is not None:
            return rejected <= self.count
        # As decimals: 29 of 100 are 29%, and 0.29 * 100 is a little less than 29.
        return rejected <= Decimal(repr(self.share or 0.0)) * rows


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


_LISTS = {"select", "ignore", "extend_select"}
_BOOLS = {"online", "exit_zero", "unsafe_fixes", "statistics", "show_values"}
_COUNTS = {"header_row", "max_bytes", "max_rows"}
_TABLES = {"columns", "providers", "severity", "reasons"}
_NO_KEYS = {"profile", "shared_columns"}
# What no single line of an environment variable can say.
_NESTED = _TABLES | {"any_of"}
_KEYS = {field.name for field in dataclasses.fields(Settings)} - {"profile", "shared_columns"} | {
    "for"
}


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
            checked = _value(name, value, f"{path}: {name}")
            merged[name] = _beside(path, name, checked)
            demanded = f"{path}: any_of"
    for name, text in environ.items():
        key = name.removeprefix("PREFLIGHT_").lower()
        if name.startswith("PREFLIGHT_") and key in _KEYS - _NESTED and text:
            merged[key] = _value(key, _from_text(key, text), name)
    for key, value in given.items():
        if value is None:
            continue
        demanded = _flag(key) if key == "any_of" else demanded
        if key in _TABLES:
            merged[key] = _joined(merged.get(key, {}), value)
        else:
            merged[key] = _value(key, value, _flag(key))
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


def _from_text(key: str, text: str) -> Any:
    if key in _LISTS or key == "rules":
        return [entry.strip() for entry in text.split(",") if entry.strip()]
    if key in _BOOLS:
        if text.lower() not in ("0", "1", "true", "false", "yes", "no"):
            raise ConfigError(f"PREFLIGHT_{key.upper()} is yes or no")
        return text.lower() in ("1", "true", "yes")
    if key in _COUNTS:
        return int(text) if _WHOLE.fullmatch(text) else text
    return text


def _value(key: str, value: Any, where: str) -> Any:
    """A checked value for a key.

    Raises:
        ConfigError: it is not what the key takes.
    """
    if key in _LISTS:
        entries = [value] if isinstance(value, str) else value
        if not isinstance(entries, (list, tuple)) or not all(isinstance(e, str) for e in entries):
            raise ConfigError(f"{where} is a list of rule codes")
        return tuple(code.strip() for entry in entries for code in entry.split(",") if code.strip())
    if key in _BOOLS:
        if not isinstance(value, bool):
            raise ConfigError(f"{where} is true or false")
        return value
    if key in _COUNTS:
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise ConfigError(f"{where} is a number from 1 up")
        return value
    if key == "rules":
        return _paths(value, where)
    if key == "severity":
        return _severity(value, where)
    if key == "for":
        own = isinstance(value, str) and profiles.is_file(value)
        return value if own else _one_of(value, profiles.names(), where)
    if key == "any_of":
        return _demands(value, where)
    if key == "fail_on":
        return _one_of(value, FAIL_ON, where)
    if key == "output_format":
        return _one_of(value, FORMATS, where)
    if key == "max_bad":
        return _max_bad(value, where)
    if key == "region":
        return _region(value, where)
    if key == "timezone":
        return _timezone(value, where)
    if key == "timeout":
        return _seconds(value, where)
    if key == "columns":
        return _texts(value, where)
    if key == "providers":
        return _providers(value, where)
    if key == "reasons":
        return _reasons(value, where)
    if key == "state_dir" and isinstance(value, Path):
        return value
    if key == "sheet" and isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value:
        raise ConfigError(f"{where} is a text")
    if key == "sheet":
        return value
    if key == "state_dir":
        return Path(value)
    return _CHECKED[key](value, where)


def _instead(value: Any, where: str) -> str:
    """What was said in place of what would do; of the command line alone.

    What stands elsewhere may be a secret in the wrong place, and its writer can look it up there.
    """
    return f", not `{value}`" if where.startswith("--") else ""


def _demands(value: Any, where: str) -> tuple[Demand, ...]:
    try:
        return profiles.demands(value)
    except ValueError as error:
        raise ConfigError(f"{where} {error}") from None


def _max_bad(value: Any, where: str) -> MaxBad:
    if isinstance(value, MaxBad):
        return value
    try:
        return MaxBad.parse(str(value))
    except ConfigError:
        told = _instead(value, where)
        raise ConfigError(f"{where} is a rate like 2% or a count like 50{told}") from None


def _delimiter(value: str, where: str) -> str:
    delimiter = _TABS.get(value.lower(), value)
    if len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n\0':
        raise ConfigError(f"{where} is one ASCII character and no quote, or `tab`")
    return delimiter


def _encoding(value: str, where: str) -> str:
    try:
        codecs.lookup(value)
    except (LookupError, ValueError):
        raise ConfigError(
            f"{where} is a name like utf-8, cp1252 or shift_jis{_instead(value, where)}"
        ) from None
    return value


def _schema(value: str, where: str) -> str:
    file, colon, name = value.rpartition(":")
    if not colon or not file.strip() or not name.isidentifier():
        raise ConfigError(f"{where} is FILE:NAME like schemas.py:TradeShow{_instead(value, where)}")
    return value


def _resolver(value: str, where: str) -> str:
    if not _RESOLVER.fullmatch(value):
        raise ConfigError(f"{where} is an IP address, or one and a port: 127.0.0.1:53")
    return value


_RESOLVER = re.compile(r"[0-9.]+(?::[0-9]{1,5})?|\[[0-9A-Fa-f:]+\](?::[0-9]{1,5})?|[0-9A-Fa-f:]+")
_CHECKED = {
    "delimiter": _delimiter, "encoding": _encoding, "schema": _schema, "resolver": _resolver,
}  # fmt: skip


def _paths(value: Any, where: str) -> tuple[Path, ...]:
    given = [value] if isinstance(value, (str, Path)) else value
    if not isinstance(given, (list, tuple)) or not all(
        isinstance(one, (str, Path)) and str(one) for one in given
    ):
        raise ConfigError(f"{where} is a list of folders and files")
    return tuple(Path(one) for one in given)


def _severity(value: Any, where: str) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise ConfigError(f"{where} is a table: a rule code or prefix, and its severity")
    levels = (*(str(level) for level in Severity), OFF)
    return {code: _one_of(level, levels, f"{where}.{code}") for code, level in value.items()}


def _one_of(value: Any, choices: tuple[str, ...], where: str) -> str:
    if value in choices:
        return str(value)
    near = nearest(str(value), choices)
    hint = f"; did you mean {near}?" if near else ""
    told = _instead(value, where)
    raise ConfigError(f"{where} is one of {', '.join(choices)}{told}{hint}")


def _region(value: Any, where: str) -> str:
    import phonenumbers

    code = str(value).strip().upper()
    if code not in phonenumbers.SUPPORTED_REGIONS:
        told = _instead(value, where)
        raise ConfigError(f"{where} is a country code of two letters like US{told}")
    return code


def _timezone(value: Any, where: str) -> str:
    try:
        return ZoneInfo(str(value)).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        told = _instead(value, where)
        raise ConfigError(f"{where} is an IANA name like America/New_York{told}") from None


def _seconds(value: Any, where: str) -> float:
    try:
        seconds = -1.0 if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        seconds = -1.0
    if not 0 < seconds < float("inf"):
        raise ConfigError(f"{where} is a number of seconds above 0{_instead(value, where)}")
    return seconds


def _texts(value: Any, where: str) -> dict[str, str]:
    if not isinstance(value, Mapping) or not all(isinstance(one, str) for one in value.values()):
        raise ConfigError(f"{where} is a table of texts")
    return dict(value)


def _providers(value: Any, where: str) -> dict[str, dict[str, str]]:
    if not isinstance(value, Mapping):
        raise ConfigError(f"{where} is a table for each provider")
    checked = {}
    for name, options in value.items():
        provider = _one_of(name, registry.NAMES, where)
        if not isinstance(options, Mapping):
            raise ConfigError(f"{where}.{name} is a table of options")
        checked[provider] = dict(_option(name, key, one, where) for key, one in options.items())
    return checked


def _reasons(value: Any, where: str) -> dict[str, dict[str, str]]:
    if not isinstance(value, Mapping):
        raise ConfigError(f"{where} is a table for each provider")
    classes = tuple(str(one) for one in Reason)
    checked = {}
    for name, entries in value.items():
        provider = _one_of(name, registry.NAMES, where)
        if not isinstance(entries, Mapping):
            raise ConfigError(f"{where}.{name} is a table: a failure code, and its class")
        checked[provider] = {
            str(code): _one_of(one, classes, f"{where}.{name}.{code}")
            for code, one in entries.items()
        }
    return checked


def _option(provider: str, key: str, value: Any, where: str) -> tuple[str, str]:
    """An option of a provider as `-O` would give it."""
    if SECRET.search(key):
        raise ConfigError(
            f"{where}.{provider}.{key} looks like a secret; secrets come from the environment only"
        )
    if not isinstance(value, (str, int, float)):
        raise ConfigError(f"{where}.{provider}.{key} is a text or a number")
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return key.replace("-", "_"), text
