"""What a provider takes, as data: one TOML file a provider.

It is `rules/profiles/NAME.toml`, or `profile.toml` in the provider's own folder.

A profile names the fields a provider knows, the header it wants for each, the aliases under which
exports write them, its limits, which rules it makes stricter or milder, and what a person can do
about each of its failure reasons. `general.toml` holds what is true of contact files anywhere; each
provider's file extends it.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from typing import Any

from preflight.core.errors import ConfigError, RuleError, UsageError
from preflight.core.names import bare_name, fold
from preflight.core.suggest import nearest
from preflight.core.types import Column, Reason, Severity
from preflight.providers import registry

GENERAL = "general"
_TEXTS = ("text", "name", "country")


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a contact has.

    Attributes:
        name: preflight's name for it: "email", "first_name".
        kind: what its cells hold; see `kinds`.
        header: the provider's column name; None where the provider has no such field.
        aliases: other names under which exports write it, as written.
        vague: further names that mean it where no other column of the file does.
        beside: further names, each with those beside one of which it means the field.
        required: whether the provider refuses a row without it.
        max_length: the most characters the provider takes, where it says so; 0 where it takes any
            number although `Limits.text` says otherwise of texts at large.
        past: for a moment, whether it lies in the past by what it is: of a scan, a registration.
    """

    name: str
    kind: str = "text"
    header: str | None = None
    aliases: tuple[str, ...] = ()
    vague: tuple[str, ...] = ()
    beside: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    required: bool = False
    max_length: int | None = None
    past: bool = False


Demand = tuple[tuple[str, ...], ...]
"""Fields of which a row must have some: one of the alternatives, with all of its fields filled.

`(("email",), ("phone",))` is email or phone; `(("name",), ("first_name", "last_name"))` is the full
name, or first and last."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that the provider takes; None where it states no limit.

    Attributes:
        bytes, rows, columns: of one file.
        text: characters of a cell of text, in any field that has no `max_length` of its own.
    """

    bytes: int | None = None
    rows: int | None = None
    columns: int | None = None
    text: int | None = None


@dataclass(frozen=True)
class Profile:
    """One provider's demands.

    Attributes:
        name: "dotdigital", …, or "general".
        title: for people.
        source: the pages the facts are from.
        fields: by field name.
        key: the fields by which the provider tells contacts apart, the first that is there counts.
        limits: of one file, and of one text.
        unknown_columns: "keep" sends a column the provider has no field for under its own name,
            "leave-out" does not send it, "mapped" does so only where the user maps it to a field,
            and "refuse" makes it an error.
        reserved: column names that the provider keeps for itself, casefolded.
        header_pattern: a column sent under its own name must match it, or is left out.
        severities: rule code or prefix → a severity, or None for off.
        reasons: the provider's failure code or reason, casefolded → what can be done.
        counters: a reason, casefolded → the counter of an import that counts its rows.
        joins: field → the fields whose values make it when no column holds it.
        region: the region of phones without a country code, if the provider fixes one.
        any_of: what a row must have one of; see `Demand`.
    """

    name: str
    title: str
    source: tuple[str, ...] = ()
    fields: Mapping[str, Field] = field(default_factory=dict)
    key: tuple[str, ...] = ("email",)
    limits: Limits = Limits()
    unknown_columns: str = "keep"
    reserved: frozenset[str] = frozenset()
    header_pattern: str | None = None
    severities: Mapping[str, Severity | None] = field(default_factory=dict)
    reasons: Mapping[str, Reason] = field(default_factory=dict)
    counters: Mapping[str, str] = field(default_factory=dict)
    joins: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    region: str | None = None
    any_of: tuple[Demand, ...] = ()

    @functools.cached_property
    def _names(self) -> dict[str, tuple[str, str]]:
        known: dict[str, tuple[str, str]] = {}
        for one in self.fields.values():
            for alias in (*one.aliases, *one.vague):
                known.setdefault(fold(alias), (one.name, "alias"))
        for one in self.fields.values():
            known[fold(one.name)] = (one.name, "alias")
        for one in self.fields.values():
            if one.header is not None:
                known[fold(one.header)] = (one.name, "alias")
        return known

    @functools.cached_property
    def _exact(self) -> dict[str, str]:
        names = {one.name.casefold(): one.name for one in self.fields.values()}
        headers = {one.header.casefold(): one.name for one in self.fields.values() if one.header}
        return names | headers

    @functools.cached_property
    def _vague(self) -> frozenset[str]:
        vague = frozenset(fold(name) for one in self.fields.values() for name in one.vague)
        return vague - {fold(name) for name in self._exact}

    @functools.cached_property
    def _beside(self) -> dict[str, list[tuple[str, frozenset[str]]]]:
        known: dict[str, list[tuple[str, frozenset[str]]]] = {}
        for one in self.fields.values():
            for name, others in one.beside.items():
                entry = (one.name, frozenset(map(fold, others)))
                known.setdefault(fold(name), []).append(entry)
        return known

    def knows(self, header: str) -> bool:
        """Whether a text is a name of a field, be it in some headers only."""
        return self.match(header) is not None or fold(header) in self._beside

    def matches(self, header: Sequence[str]) -> list[tuple[str, str] | None]:
        """What `match` says of each name of a header, and what the others make of it.

        A name that is vague gives way to a better one. One that means something else beside another
        (`Name` beside `Vorname`) does so, unless a better name for that stands there too.
        """
        folded = [fold(name) for name in header]
        there = frozenset(folded)
        found = [self.match(name) for name in header]
        firm = {
            match[0]
            for name, match in zip(folded, found, strict=True)
            if match is not None and name not in self._vague
        }
        for at, name in enumerate(folded):
            for field_name, others in self._beside.get(name, ()):
                if others & there and field_name not in firm:
                    found[at] = field_name, "alias"
            match = found[at]
            if match is not None and name in self._vague and match[0] in firm:
                found[at] = None
        return found

    def match(self, header: str) -> tuple[str, str] | None:
        """The field that a header alone names and how: "exact", "alias"; None for a stranger.

        Exact means equal but for case, blanks around it and what nobody sees, to the provider's
        header or to preflight's field name. There is no third way: nothing is guessed.
        """
        exact = self._exact.get(bare_name(header).casefold())
        if exact is not None:
            return exact, "exact"
        folded = fold(header)
        return self._names.get(folded) if folded else None

    def severity(self, code: str, default: Severity) -> Severity | None:
        """The severity of a rule under this profile: its own, or the longest matching entry's."""
        entries = [prefix for prefix in self.severities if code.startswith(prefix)]
        return self.severities[max(entries, key=len)] if entries else default

    def reason(self, code: str) -> Reason:
        """What can be done about a failure code; `Reason.UNKNOWN` for one the profile lacks."""
        return self.reasons.get(" ".join(code.casefold().split()), Reason.UNKNOWN)

    def longest(self, column: Column) -> int | None:
        """The most characters that a cell of a column may have; None where no limit is stated."""
        one = self.fields.get(column.field) if column.field else None
        if one is not None and one.max_length is not None:
            return one.max_length or None
        return self.limits.text if column.kind in _TEXTS else None

    def explaining(self, reasons: Mapping[str, Reason]) -> Profile:
        """The same with the user's classes of failure codes, in any case, for its own."""
        own = {" ".join(code.casefold().split()): reason for code, reason in reasons.items()}
        return replace(self, reasons={**self.reasons, **own}) if own else self

    def limited(self, max_bytes: int | None, max_rows: int | None) -> Profile:
        """The same with the user's limits of one file, where they are given, for its own."""
        limits = self.limits
        own = replace(limits, bytes=max_bytes or limits.bytes, rows=max_rows or limits.rows)
        return self if own == limits else replace(self, limits=own)

    def demanding(self, any_of: Sequence[Demand]) -> Profile:
        """The same with the user's demands in addition to its own.

        Raises:
            ConfigError: one is about a field that the profile lacks.
        """
        self.known_fields(any_of, "any_of")
        return replace(self, any_of=(*self.any_of, *any_of)) if any_of else self

    def known_fields(self, demands: Sequence[Demand], where: str) -> None:
        """Sees to it that demands are about fields of the profile; `where` is what errors say.

        Raises:
            ConfigError: one is not.
        """
        for name in (name for demand in demands for group in demand for name in group):
            if name not in self.fields:
                hint = _near(name, self.fields)
                raise ConfigError(f"{where}: profile {self.name} has no field `{name}`{hint}")

    @property
    def is_general(self) -> bool:
        """Whether it is of no provider, so that every column is sent as it is."""
        return self.name == GENERAL

    @property
    def required(self) -> tuple[str, ...]:
        """The names of the fields without which a row is refused."""
        return tuple(one.name for one in self.fields.values() if one.required)


_KEYS = {
    "name", "title", "source", "extends", "key", "limits", "unknown_columns", "header_pattern",
    "fields", "severity", "reasons", "counters", "joins", "region", "any_of", "reserved",
}  # fmt: skip
_FIELD_KEYS = {
    "kind", "header", "aliases", "vague", "beside", "also", "required", "max_length",
    "past",
}  # fmt: skip
_LIMIT_KEYS = {"bytes", "rows", "columns", "text"}
_KINDS = ("email", "phone", "timestamp", "name", "country", "text")
_SUFFIX = ".toml"
_UNKNOWN_COLUMNS = ("keep", "leave-out", "mapped", "refuse")


def names() -> tuple[str, ...]:
    """The names of all profiles, the general one first."""
    found = {*_bundled(), *registry.names()}
    return (GENERAL, *sorted(found - {GENERAL}))


def _bundled() -> list[str]:
    """The names of the profiles in `rules/profiles/`."""
    folder = resources.files("preflight.rules.profiles")
    return [
        one.name.removesuffix(_SUFFIX) for one in folder.iterdir() if one.name.endswith(_SUFFIX)
    ]


@functools.cache
def load(name: str = GENERAL) -> Profile:
    """The profile of that name, or the one in a file of the user's (`mine.toml`).

    Raises:
        UsageError: there is none of that name, or no such file.
        RuleError: its file has an unknown key or a wrong value.
    """
    if is_file(name):
        return _own(Path(name))
    if name not in names():
        hint = _near(name, names(), so=f" (there are {', '.join(names())})")
        raise UsageError(f"no profile `{name}`{hint}")
    if name in _bundled():
        file = resources.files("preflight.rules.profiles").joinpath(f"{name}{_SUFFIX}")
        return parse(file.read_text("utf-8"), where=f"{name}{_SUFFIX}")
    where = f"profile.toml of the provider {name}"
    text = registry.profile(name)
    if text is None:
        raise RuleError(f"{where}: there is none beside its client")
    own = parse(text, where=where)
    if own.name != name:
        raise RuleError(f"{where}: name: it must be `{name}`")
    return own


def is_file(name: str) -> bool:
    """Whether a profile is named by its file, and not by its name."""
    return name.endswith(_SUFFIX)


def _own(path: Path) -> Profile:
    try:
        own = parse(path.read_text("utf-8-sig"), where=str(path))
    except OSError as error:
        raise UsageError(f"cannot read the profile {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RuleError(f"{path}: is no UTF-8") from error
    if own.name in names():
        raise RuleError(f"{path}: name: `{own.name}` is the name of a profile of preflight's own")
    return own


def _near(name: str, known: Iterable[str], so: str = "") -> str:
    close = nearest(name, known)
    return (f"; did you mean `{close}`?" if close else "") + so


def parse(text: str, *, where: str) -> Profile:
    """A profile from the text of its file; `where` is what errors call it.

    Raises:
        RuleError: it is no TOML, or a key or value in it is unknown.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"{where}: {error}") from error
    _known(data, _KEYS, where)
    base = _base(data, where)
    name = str(data.get("name", Path(where).stem))
    unknown_columns = data.get("unknown_columns", base.unknown_columns)
    if unknown_columns not in _UNKNOWN_COLUMNS:
        raise RuleError(f"{where}: unknown_columns is one of {', '.join(_UNKNOWN_COLUMNS)}")
    try:
        if "header_pattern" in data:
            re.compile(data["header_pattern"])
        _known(data.get("limits", {}), _LIMIT_KEYS, f"{where}: limits")
        made = Profile(
            name=name,
            title=data.get("title", name),
            source=tuple(data.get("source", ())),
            fields=_fields(data.get("fields", {}), base, where),
            key=tuple(data.get("key", base.key)),
            limits=replace(base.limits, **data.get("limits", {})),
            unknown_columns=unknown_columns,
            reserved=base.reserved
            | frozenset(name.casefold() for name in data.get("reserved", ())),
            header_pattern=data.get("header_pattern", base.header_pattern),
            severities={**base.severities, **_severities(data.get("severity", {}))},
            reasons={
                **base.reasons,
                **{key.casefold(): Reason(value) for key, value in data.get("reasons", {}).items()},
            },
            counters={
                **base.counters,
                **{key.casefold(): str(one) for key, one in data.get("counters", {}).items()},
            },
            joins={
                **base.joins,
                **{key: tuple(value) for key, value in data.get("joins", {}).items()},
            },
            region=data.get("region", base.region),
            any_of=base.any_of,
        )
    except (AttributeError, TypeError, ValueError, re.error) as error:
        raise RuleError(f"{where}: {error}") from error
    return _demanding(made, data.get("any_of", []), f"{where}: any_of")


def _demanding(made: Profile, value: Any, where: str) -> Profile:
    """The profile with the demands that its file states."""
    try:
        own = demands(value)
        made.known_fields(own, where)
    except ConfigError as error:
        raise RuleError(str(error)) from error
    except ValueError as error:
        raise RuleError(f"{where} {error}") from error
    return made.demanding(own)


def demands(value: Any) -> tuple[Demand, ...]:
    """Demands as a config or a profile writes them: `[["email", "phone"], ["name", ["a", "b"]]]`.

    Raises:
        ValueError: it is something else.
    """
    said = 'any_of is a list of lists of fields, like [["email", "phone"]]'
    if not isinstance(value, (list, tuple)):
        raise ValueError(said)  # noqa: TRY004 - a wrong value of the user's, not of the caller's
    made = []
    for group in value:
        if not isinstance(group, (list, tuple)) or not group:
            raise ValueError(said)
        demand = tuple((one,) if isinstance(one, str) else one for one in group)
        for fields in demand:
            named = isinstance(fields, (list, tuple)) and bool(fields)
            if not named or not all(isinstance(name, str) for name in fields):
                raise ValueError(said)
        made.append(tuple(tuple(fields) for fields in demand))
    return tuple(made)


def _base(data: Mapping[str, Any], where: str) -> Profile:
    """What a profile extends; an empty one where it extends none."""
    if "extends" not in data:
        return Profile("", "")
    if data["extends"] not in names():
        hint = _near(str(data["extends"]), names(), so=f" (there are {', '.join(names())})")
        raise RuleError(f"{where}: extends: no profile `{data['extends']}`{hint}")
    return load(data["extends"])


def _fields(entries: Mapping[str, Any], base: Profile, where: str) -> dict[str, Field]:
    fields = dict(base.fields)
    for name, entry in entries.items():
        _known(entry, _FIELD_KEYS, f"{where}: fields.{name}")
        if entry.get("kind", "text") not in _KINDS:
            raise RuleError(f"{where}: fields.{name}.kind is one of {', '.join(_KINDS)}")
        inherited = fields.get(name, Field(name))
        also = _aliases_of(entry.get("also", ()), fields, where)
        for other in entry.get("also", ()):
            fields.pop(other, None)
        fields[name] = Field(
            name=name,
            kind=entry.get("kind", inherited.kind),
            header=entry.get("header", inherited.header),
            aliases=(*inherited.aliases, *entry.get("aliases", ()), *also),
            vague=(*inherited.vague, *entry.get("vague", ())),
            beside={
                **inherited.beside,
                **{name: tuple(others) for name, others in entry.get("beside", {}).items()},
            },
            required=entry.get("required", inherited.required),
            max_length=entry.get("max_length", inherited.max_length),
            past=entry.get("past", inherited.past),
        )
    return fields


def _aliases_of(others: Sequence[str], fields: Mapping[str, Field], where: str) -> tuple[str, ...]:
    """All names of the fields that another one takes in, their own included."""
    taken: list[str] = []
    for other in others:
        if other not in fields:
            raise RuleError(f"{where}: no field `{other}` to take in")
        taken += [other, *fields[other].aliases, *fields[other].vague]
    return tuple(taken)


def _severities(entries: Mapping[str, str]) -> dict[str, Severity | None]:
    return {code: None if value == "off" else Severity(value) for code, value in entries.items()}


def _known(entry: Mapping[str, Any], keys: set[str], where: str) -> None:
    for key in entry:
        if key not in keys:
            hint = _near(key, keys)
            raise RuleError(
                f"{where}: unknown key `{key}`{hint or '; there are ' + ', '.join(sorted(keys))}"
            )
