"""What a setting may be: one value of the config, the environment or the command line, checked."""

from __future__ import annotations

import codecs
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from preflight.config import profile as profiles
from preflight.config.profile import Demand
from preflight.core.errors import ConfigError
from preflight.core.suggest import nearest
from preflight.core.types import Reason, Severity
from preflight.providers import registry

FAIL_ON = ("error", "warning", "never")
FORMATS = ("full", "concise", "json")
OFF = "off"
SECRET = re.compile(r"token|password|secret|api[_-]?key|api[_-]?user", re.IGNORECASE)
_WHOLE = re.compile(r"[0-9]+")
# How people write a tab where they cannot type one.
_TABS = {"\\t": "\t", "tab": "\t"}
_LISTS = {"select", "ignore", "extend_select"}
_BOOLS = {"online", "exit_zero", "unsafe_fixes", "statistics", "show_values"}
_COUNTS = {"header_row", "max_bytes", "max_rows"}


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


def from_text(key: str, text: str) -> Any:
    """What a text, as the environment has it, says for a key; `checked` then looks at it.

    Raises:
        ConfigError: it is no yes or no where one is wanted.
    """
    if key in _LISTS or key == "rules":
        return [entry.strip() for entry in text.split(",") if entry.strip()]
    if key in _BOOLS:
        if text.lower() not in ("0", "1", "true", "false", "yes", "no"):
            raise ConfigError(f"PREFLIGHT_{key.upper()} is yes or no")
        return text.lower() in ("1", "true", "yes")
    if key in _COUNTS:
        return int(text) if _WHOLE.fullmatch(text) else text
    return text


def checked(key: str, value: Any, where: str) -> Any:
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
        provider = _one_of(name, registry.names(), where)
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
        provider = _one_of(name, registry.names(), where)
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
