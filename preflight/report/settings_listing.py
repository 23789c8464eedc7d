"""Each setting with where it comes from, for people and for programs.

The text is a config file itself: what is not set stands in comments, and so do the origins.
"""

from __future__ import annotations

import dataclasses
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from preflight.config import trust
from preflight.config.choices import ALL
from preflight.config.file_ignores import FileIgnores
from preflight.config.layers import Key, Origin, Source, keys
from preflight.config.profile import Profile
from preflight.config.setting_sources import SettingSources
from preflight.config.setting_values import OFF, MaxBad
from preflight.config.settings import IN_FILES, OF_NO_FILE, TABLES, Settings
from preflight.core import json_text
from preflight.core.redact import visible

_WIDTH = 44
"""From here on stand the origins, where a value leaves room."""


@dataclass(frozen=True, slots=True)
class ListedSetting:
    """A setting, or an entry of one that is a table.

    Attributes:
        key: as a config file has it.
        value: plain data; None if it is not set.
        origin: where it comes from.
    """

    key: Key
    value: Any
    origin: Origin


def listed(sources: SettingSources, profile: Profile) -> list[ListedSetting]:
    """Every setting, in the order of the settings; of tables every entry.

    Args:
        sources: of the call.
        profile: whose values count where no source says anything.
    """
    of_profile, origin = _of_profile(profile), Origin(Source.PROFILE, profile.name)
    entries: list[ListedSetting] = []
    for field in dataclasses.fields(Settings):
        name, value = field.name, getattr(sources.settings, field.name)
        if name in OF_NO_FILE:
            continue
        found = {key: (_at(value, key), sources.origins.get(key)) for key in keys({name: value})}
        theirs = of_profile.get(name)
        if name in TABLES:
            further = _not_covered(theirs or {}, value)
            found |= {(name, entry): (level, origin) for entry, level in further.items()}
        elif (name,) not in sources.origins and theirs is not None:
            found = {(name,): (theirs, origin)}
        entries += [
            ListedSetting(_in_file(key), _plain(each), place or Origin(Source.DEFAULT))
            for key, (each, place) in sorted((found or {(name,): ({}, None)}).items())
        ]
    return entries


def _at(value: Any, key: Key) -> Any:
    for name in key[1:]:
        value = value[name]
    return value


def _not_covered(theirs: Mapping[str, Any], own: Mapping[str, Any]) -> Mapping[str, Any]:
    """The severities of a profile that no entry of the user's beats."""
    return {
        entry: level
        for entry, level in theirs.items()
        if ALL not in own and not entry.startswith(tuple(own))
    }


def _of_profile(profile: Profile) -> dict[str, Any]:
    """What a profile says where no source does, by the names of the settings."""
    levels = {
        code: OFF if severity is None else str(severity)
        for code, severity in profile.severities.items()
    }
    said = {
        "region": profile.region,
        "max_bytes": profile.limits.bytes,
        "max_rows": profile.limits.rows,
        "any_of": profile.any_of or None,
        "severity": levels or None,
    }
    return {name: value for name, value in said.items() if value is not None}


def _in_file(key: Key) -> Key:
    """A key as a config file has it."""
    if key[0] == "max_findings":
        return ("rules", *key[1:], "max") if key[1:] else ("rules",)
    if key[0] == "rules":
        return ("rule_files",)
    return (IN_FILES.get(key[0], key[0]), *key[1:])


def _plain(value: Any) -> Any:
    if isinstance(value, FileIgnores):
        return list(value.codes)
    if isinstance(value, (MaxBad, Path)):
        return str(value)
    if isinstance(value, (tuple, list)):
        return [_plain(each) for each in value]
    return value


def text(
    entries: Sequence[ListedSetting], sources: SettingSources, *, folder: Path
) -> Iterator[str]:
    """The settings as a config file, line by line, with the origins in comments.

    Args:
        entries: see `listed`.
        sources: of the call.
        folder: paths below it are shown relative to it.
    """
    yield from (visible(f"# {note}") for note in _notes(sources, folder))
    for entry in entries:
        name = ".".join(_toml_key(part) for part in entry.key)
        if entry.value is None:
            written = f"# {name} is not set"
        else:
            written = f"{name} = {_toml(entry.value)}"
        origin = _shown(entry.origin, folder)
        yield visible(f"{written:<{_WIDTH}}  # {origin}")


def _notes(sources: SettingSources, folder: Path) -> Iterator[str]:
    config = sources.config
    if not config.paths:
        yield "no config file"
        return
    first, *further = (_short(path, folder) for path in config.paths)
    extends = "".join(f", which extends {path}" for path in further)
    how = "found" if config.found else "named"
    yield f"config: {first}{extends} ({how})"
    code = trust.code(config)
    if code is not None and not sources.trusted:
        yield f"{_shown(code, folder)} is code: calls refuse it without --config or --trust-config"
    for origin in sources.ignored:
        yield f"{_shown(origin, folder)} is not obeyed in CI, for the config was only found"


def _shown(origin: Origin, folder: Path) -> str:
    if origin.path is None:
        return str(origin)
    return f"{_short(origin.path, folder)}: {origin.name}"


def _short(path: Path, folder: Path) -> str:
    full = Path(os.path.normpath(path.absolute()))
    return str(full.relative_to(folder)) if full.is_relative_to(folder) else str(path)


def _toml(value: Any) -> str:
    """A value as TOML writes it."""
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, dict):
        return "{}"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _toml_key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else _toml(name)


def document(entries: Sequence[ListedSetting], sources: SettingSources) -> str:
    """The settings as JSON."""
    config = sources.config
    code = trust.code(config)
    whole = {
        "config": {
            "files": [str(path) for path in config.paths],
            "found": config.found,
            "trusted": sources.trusted,
            "names_code": code is not None,
        },
        "settings": [
            {"key": list(entry.key), "value": entry.value, **_origin(entry.origin)}
            for entry in entries
        ],
        "not_obeyed": [_origin(origin) for origin in sources.ignored],
    }
    return json_text.dumps(whole, indent=1) + "\n"


def _origin(origin: Origin) -> dict[str, Any]:
    file = None if origin.path is None else str(origin.path)
    return {"source": str(origin.source), "name": origin.name or None, "file": file}
