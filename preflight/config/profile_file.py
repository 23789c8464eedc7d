"""How a profile is written: the keys of its TOML file, and what each may be."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError
from pydantic import Field as Constraint

from preflight.config import setting_values as values
from preflight.config.fields import Field
from preflight.config.profile import Demand, Profile
from preflight.config.validation import Form, OneOf, first_problem, table
from preflight.core.errors import ConfigError, RuleError
from preflight.core.exchange import Reason
from preflight.core.suggest import nearest
from preflight.core.types import Severity

T = TypeVar("T")

_KINDS = ("email", "phone", "timestamp", "name", "country", "text")
_UNKNOWN_COLUMNS = ("keep", "leave-out", "mapped", "refuse")


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"is no regular expression: {error}") from None
    return text


_Text = Annotated[str, Form("is a text")]
_Texts = Annotated[tuple[_Text, ...], Form("is a list of texts")]
_Length = Annotated[
    int, Constraint(strict=True, ge=0), Form("is a number: 0 for any length, or from 1 up")
]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class FieldEntry(_Strict):
    """`[fields.NAME]`: what it does not say is as in the profile that is extended."""

    kind: Annotated[str, OneOf(lambda: _KINDS)] | None = None
    header: _Text | None = None
    aliases: _Texts = ()
    vague: _Texts = ()
    beside: Annotated[Mapping[str, _Texts], table("is a table: a name, and a list of texts")] = {}
    also: _Texts = ()
    required: values.Switch | None = None
    max_length: _Length | None = None
    past: values.Switch | None = None
    code: values.Switch | None = None


class LimitsEntry(_Strict):
    """`[limits]`: the most that the provider takes."""

    bytes: values.Count | None = None
    rows: values.Count | None = None
    columns: values.Count | None = None
    text: values.Count | None = None


class ProfileFile(_Strict):
    """A profile as its file writes it; what it does not say is as in the one it extends."""

    name: _Text | None = None
    title: _Text | None = None
    source: _Texts = ()
    extends: _Text | None = None
    key: _Texts | None = None
    limits: LimitsEntry = LimitsEntry()
    unknown_columns: Annotated[str, OneOf(lambda: _UNKNOWN_COLUMNS)] | None = None
    header_pattern: Annotated[_Text, AfterValidator(_pattern)] | None = None
    fields: Annotated[Mapping[str, FieldEntry], table("is a table for each field")] = {}
    severity: values.Levels = {}
    reasons: Annotated[
        Mapping[str, values.FailureClass], table("is a table: a failure code, and its class")
    ] = {}
    counters: Annotated[Mapping[str, _Text], table("is a table: a reason, and a counter")] = {}
    joins: Annotated[Mapping[str, _Texts], table("is a table: a field, and a list of fields")] = {}
    region: values.Region | None = None
    any_of: values.Demands = ()
    reserved: _Texts = ()

    @classmethod
    def read(cls, text: str, where: str) -> Self:
        """From the text of a file; `where` is what errors call it.

        Raises:
            RuleError: it is no TOML, or a key or a value in it is unknown.
        """
        try:
            return cls.model_validate(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise RuleError(f"{where}: {error}") from error
        except ValidationError as error:
            path, words = first_problem(error, _keys)
        joint = ": " if words.startswith("unknown key") and path else " " if path else ""
        raise RuleError(f"{where}: {'.'.join(path)}{joint}{words}")

    def onto(self, base: Profile, where: str) -> Profile:
        """The profile that the file makes of the one it extends.

        Raises:
            RuleError: it is about a field that there is not.
        """
        name = self.name or Path(where).stem
        limits = self.limits.model_dump(exclude_none=True)
        made = Profile(
            name=name,
            title=_or(self.title, name),
            source=self.source,
            fields=self._fields(base.fields, where),
            key=_or(self.key, base.key),
            limits=replace(base.limits, **limits),
            unknown_columns=_or(self.unknown_columns, base.unknown_columns),
            reserved=base.reserved | {column.casefold() for column in self.reserved},
            header_pattern=_or(self.header_pattern, base.header_pattern),
            severities={**base.severities, **_severities(self.severity)},
            reasons={**base.reasons, **_folded(self.reasons, Reason)},
            counters={**base.counters, **_folded(self.counters, str)},
            joins={**base.joins, **self.joins},
            region=_or(self.region, base.region),
            any_of=base.any_of,
        )
        _named(self.key or (), made.fields, f"{where}: key")
        for joined, pieces in self.joins.items():
            _named((joined, *pieces), made.fields, f"{where}: joins.{joined}")
        return _demanding(made, self.any_of, where)

    def _fields(self, inherited: Mapping[str, Field], where: str) -> dict[str, Field]:
        fields = dict(inherited)
        for name, entry in self.fields.items():
            was = fields.get(name, Field(name))
            _named(entry.also, fields, f"{where}: fields.{name}.also")
            taken = [alias for other in entry.also for alias in _all_names(fields[other])]
            fields = {key: known for key, known in fields.items() if key not in entry.also}
            fields[name] = Field(
                name=name,
                kind=_or(entry.kind, was.kind),
                header=_or(entry.header, was.header),
                aliases=(*was.aliases, *entry.aliases, *taken),
                vague=(*was.vague, *entry.vague),
                beside={**was.beside, **entry.beside},
                required=_or(entry.required, was.required),
                max_length=_or(entry.max_length, was.max_length),
                past=_or(entry.past, was.past),
                code=_or(entry.code, was.code),
            )
        return fields


def _or(stated: T | None, inherited: T) -> T:
    return inherited if stated is None else stated


def _all_names(field: Field) -> tuple[str, ...]:
    """All names of a field that another one takes in, its own included."""
    return (field.name, *field.aliases, *field.vague)


def _severities(entries: Mapping[str, str]) -> dict[str, Severity | None]:
    return {code: None if text == values.OFF else Severity(text) for code, text in entries.items()}


def _folded(entries: Mapping[str, str], made: Callable[[str], T]) -> dict[str, T]:
    return {key.casefold(): made(value) for key, value in entries.items()}


def _named(names: Iterable[str], fields: Mapping[str, Field], where: str) -> None:
    """Makes sure that there are fields of these names.

    Raises:
        RuleError: there is none of one.
    """
    for name in names:
        if name not in fields:
            near = nearest(name, fields)
            hint = f"; did you mean `{near}`?" if near else ""
            raise RuleError(f"{where}: there is no field `{name}`{hint}")


def _demanding(made: Profile, demands: tuple[Demand, ...], where: str) -> Profile:
    """The profile with the demands that its file states."""
    try:
        made.known_fields(demands, f"{where}: any_of")
    except ConfigError as error:
        raise RuleError(str(error)) from error
    return made.demanding(demands)


def _keys(path: tuple[str, ...]) -> Iterable[str]:
    """The valid keys of the table at a path."""
    table_of: dict[str, type[BaseModel]] = {"fields": FieldEntry, "limits": LimitsEntry}
    return (table_of[path[0]] if path else ProfileFile).model_fields
