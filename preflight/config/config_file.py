"""Config files: finding one, reading it with those that it extends, and what only files can say.

The config file is the nearest `preflight.toml`, `.preflight.toml` or `pyproject.toml` with
`[tool.preflight]`, from the working directory upwards. Its keys are those of `config.schema.json`;
"-" may stand for "_" in them. Paths in it are relative to the file in which they stand.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass as validated

from preflight.config import profiles
from preflight.config import setting_values as values
from preflight.config.layers import Key, Layer, Origin, Source, checked, layer
from preflight.config.settings import IN_FILES, SETTINGS, ProfileName
from preflight.config.validation import first_problem, table, unknown_key
from preflight.core.errors import ConfigError

CONFIG_NAMES = ("preflight.toml", ".preflight.toml")
_PROJECT = "pyproject.toml"
NOT_OF_PROFILES = ("for", "providers", "reasons", "state_dir")
"""Settings that stand above the profiles, or are by provider already."""
_LARGEST, _DEEPEST = 1 << 20, 100
# The parser needs memory that grows with the square of the parts of a key.
_DEEP_KEY = re.compile(
    rb"""(?<![\w-])(?:[ \t]*+(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.){%d}""" % _DEEPEST
)
# Many calls have no config file.
_STRICT = ConfigDict(extra="forbid", hide_input_in_errors=True, defer_build=True)


@validated(frozen=True, slots=True, kw_only=True, config=_STRICT)
class RuleEntry:
    """`[rules.CODE]`: what is to be done about the findings of one rule."""

    severity: values.Level | None = Field(
        default=None, description='Its severity, as in `severity`; "off" switches it off.'
    )
    max: values.MaxBadRows | None = Field(
        default=None,
        description=(
            "Findings that do not make the exit code 1, nor do the rows that are rejected for them"
            ' alone: a share of the rows like "1%", or a count.'
        ),
    )


@validated(frozen=True, slots=True, kw_only=True, config=_STRICT)
class FileKeys:
    """What only a config file says: it is about other files, or groups settings."""

    extend: values.FilePath | None = Field(
        default=None,
        description=(
            "Another config file, relative to this one. What it says holds where this one says"
            " nothing; tables are joined, entry by entry."
        ),
        examples=["../preflight.toml"],
    )
    rule_tables: Annotated[
        Mapping[str, Annotated[RuleEntry, table("is a table: `severity`, `max`")]],
        table("is a table for each rule"),
    ] = Field(
        default_factory=dict,
        description="Rule code or prefix to what is to be done about its findings.",
        examples=[{"EML305": {"severity": "error", "max": "1%"}}],
    )
    profiles: Annotated[
        Mapping[ProfileName, Annotated[Mapping[str, Any], table("is a table of settings")]],
        table("is a table for each profile"),
    ] = Field(
        default_factory=dict,
        description=(
            "Settings for one profile: its name, or the file of your own, to keys of this file."
            " They beat those above, of every file."
        ),
        examples=[{"textus": {"region": "US"}}],
    )


@dataclass(frozen=True)
class ConfigFile:
    """A config file with those that it extends.

    Attributes:
        paths: the file, the one that it extends, and so on.
        found: whether it is merely the nearest one; False if the user named it.
        general: what holds for every profile, the weakest first.
        of_profiles: a profile's name, or the path of its file, and what holds for it alone.
    """

    paths: tuple[Path, ...] = ()
    found: bool = False
    general: tuple[Layer, ...] = ()
    of_profiles: tuple[tuple[str, Layer], ...] = ()

    def of_profile(self, name: str) -> Iterator[Layer]:
        """What holds for one profile alone, the weakest first."""
        for key, added in self.of_profiles:
            if key == name or _is_same_file(key, name):
                yield added

    @property
    def layers(self) -> tuple[Layer, ...]:
        """All that it says, for whichever profile."""
        return (*self.general, *(added for _, added in self.of_profiles))


def _is_same_file(key: str, name: str) -> bool:
    own = profiles.is_file(key) and profiles.is_file(name)
    return own and Path(key).resolve() == Path(name).resolve()


def nearest(start: Path) -> Path | None:
    """The config file of a folder or of the nearest folder above; None if there is none."""
    for folder in (start, *start.absolute().parents):
        for name in CONFIG_NAMES:
            if (folder / name).is_file():
                return folder / name
        project = folder / _PROJECT
        if project.is_file() and _table(project) is not None:
            return project
    return None


def read(path: Path, *, found: bool) -> ConfigFile:
    """A config file and those that it extends.

    Args:
        path: of the file.
        found: whether it is merely the nearest one.

    Raises:
        ConfigError: a file cannot be read or extends itself, a key is unknown, or a value invalid.
    """
    chain = list(_chain(path))
    general: list[Layer] = []
    of_profiles: list[tuple[str, Layer]] = []
    for section in reversed(chain):
        general += section.layers()
        for name, data in section.keys.profiles.items():
            profile = _beside(section.path, name) if profiles.is_file(name) else name
            own = _section(section.path, data, f"profiles.{name}.")
            of_profiles += [(profile, added) for added in own.layers()]
    paths = tuple(section.path for section in chain)
    return ConfigFile(paths, found, tuple(general), tuple(of_profiles))


@dataclass(frozen=True)
class _Section:
    """A config file, or its table for one profile.

    Attributes:
        path: of the file.
        within: what keys begin with in messages: "", or `profiles.textus.`.
        settings: by the names of `SETTINGS`, as the file gives them.
        keys: what only files say.
        rule_files: what the file calls the list of rule files.
    """

    path: Path
    within: str
    settings: Mapping[str, Any]
    keys: FileKeys
    rule_files: str

    def layers(self) -> tuple[Layer, ...]:
        """Its settings, those of single rules behind the others."""
        made = checked(self.settings, lambda name: f"{self.path}: {self._written(name)}")
        plain = layer(_relative(self.path, made), self._origin)
        of_rules: dict[str, dict[str, Any]] = {}
        for code, entry in self.keys.rule_tables.items():
            for name, key in _RULE_KEYS.items():
                if (value := getattr(entry, key)) is not None:
                    of_rules.setdefault(name, {})[code] = value
        for code in of_rules.get("severity", {}).keys() & made.get("severity", {}).keys():
            raise ConfigError(
                f"{self.path}: {self.within}severity.{code} and {self.within}rules.{code}.severity"
                " say the same; keep one"
            )
        return plain, layer(of_rules, self._origin_of_rule)

    def _written(self, name: str) -> str:
        return f"{self.within}{self.rule_files if name == 'rules' else name}"

    def _origin(self, key: Key) -> Origin:
        name = self._written(IN_FILES.get(key[0], key[0]))
        return Origin(Source.CONFIG, ".".join((name, *key[1:])), self.path)

    def _origin_of_rule(self, key: Key) -> Origin:
        return Origin(Source.CONFIG, f"{self.within}rules.{key[1]}.{_RULE_KEYS[key[0]]}", self.path)


_RULE_KEYS = {"severity": "severity", "max_findings": "max"}
"""Settings, and what a rule's own table calls them."""
_ADAPTER = TypeAdapter(FileKeys)


def _chain(path: Path) -> Iterator[_Section]:
    """A file, the one that it extends, and so on."""
    data = _table(path) or {}
    seen: list[Path] = []
    while True:
        section = _section(path, data)
        seen.append(path)
        yield section
        if section.keys.extend is None:
            return
        base = path.parent / section.keys.extend
        if any(base.resolve() == earlier.resolve() for earlier in seen):
            circle = " → ".join(map(str, [*seen, base]))
            raise ConfigError(f"{path}: extend goes in a circle: {circle}")
        try:
            extended = _table(base)
        except ConfigError as error:
            raise ConfigError(f"{path}: extend: {error}") from error
        if extended is None:
            raise ConfigError(f"{path}: extend: {base} has no table tool.preflight")
        path, data = base, extended


def _section(path: Path, data: Mapping[str, Any], within: str = "") -> _Section:
    """What a config file says, or its table for one profile.

    Raises:
        ConfigError: a key is unknown, or the value of one that only files have is invalid.
    """
    own = {key.replace("-", "_"): value for key, value in data.items()}
    _refuse_unknown(path, data, within)
    special: dict[str, Any] = {
        name: own.pop(name) for name in ("extend", "profiles") if name in own
    }
    if isinstance(own.get("rules"), Mapping):
        special["rule_tables"] = own.pop("rules")
    rule_files = "rules"
    if "rule_files" in own:
        if "rules" in own:
            raise ConfigError(f"{path}: {within}rules and rule_files are the same list; keep one")
        rule_files, own["rules"] = "rule_files", own.pop("rule_files")
    try:
        keys = _ADAPTER.validate_python(special)
    except ValidationError as error:
        where, words = first_problem(error, lambda _: _RULE_KEYS.values())
    else:
        return _Section(path, within, own, keys, rule_files)
    named = ".".join(("rules" if where[0] == "rule_tables" else where[0], *where[1:]))
    joint = ": " if words.startswith("unknown key") else " "
    raise ConfigError(f"{path}: {within}{named}{joint}{words}")


def _refuse_unknown(path: Path, data: Mapping[str, Any], within: str) -> None:
    of_files = {"extend", "profiles"}
    known = {*SETTINGS, "rule_files", *of_files}
    if within:
        known -= {*NOT_OF_PROFILES, *of_files}
    for key in data:
        name = key.replace("-", "_")
        if within and name in {*NOT_OF_PROFILES, *of_files}:
            raise ConfigError(f"{path}: {within}{key} is not set for one profile, but for all")
        if name not in known:
            place = f"{within.removesuffix('.')}: " if within else ""
            raise ConfigError(f"{path}: {place}{unknown_key(key, known)}")


def _beside(path: Path, name: str) -> str:
    return str(path.parent / name)


def _relative(path: Path, made: dict[str, Any]) -> dict[str, Any]:
    """The settings of a file with their paths, which are relative to it."""
    for name in made.keys() & {"state_dir", "baseline", "against", "schema"}:
        beside = path.parent / made[name]
        made[name] = str(beside) if name == "schema" else beside
    if "profile" in made and profiles.is_file(made["profile"]):
        made["profile"] = _beside(path, made["profile"])
    if "rules" in made:
        made["rules"] = tuple(path.parent / rule for rule in made["rules"])
    if "per_file_ignores" in made:
        made["per_file_ignores"] = {
            pattern: replace(ignores, folder=path.parent)
            for pattern, ignores in made["per_file_ignores"].items()
        }
    return made


def _table(path: Path) -> dict[str, Any] | None:
    """What a config file says to preflight; None where a pyproject.toml has no table for it."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise ConfigError(f"the config {path} has over {_LARGEST:,} bytes")
        if _DEEP_KEY.search(content):
            raise ConfigError(f"the config {path} has a key of over {_DEEPEST} parts")
        data = tomllib.loads(content.decode("utf-8-sig").replace("\r\n", "\n"))
    except OSError as error:
        raise ConfigError(f"cannot read the config {path}: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"the config {path} is no TOML: {error}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(
            f"the config {path} is nested too deeply, or has too long a number"
        ) from error
    if path.name != _PROJECT:
        return data
    tools = data.get("tool", {})
    table = tools.get("preflight") if isinstance(tools, dict) else None
    if table is not None and not isinstance(table, dict):
        raise ConfigError(f"{path}: tool.preflight is a table")
    return table
