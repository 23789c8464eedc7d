"""What a provider accepts, as data: its fields, limits, severities and failure reasons.

`profiles` finds and loads them; `profile_file` says how their files are written.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from preflight.config.fields import Field, FieldNames
from preflight.core.errors import ConfigError
from preflight.core.exchange import Reason
from preflight.core.suggest import nearest
from preflight.core.types import Column, Severity

GENERAL = "general"
"""The name of the profile of no provider: what is true of contact files anywhere."""
_TEXTS = ("text", "name", "country")

Demand = tuple[tuple[str, ...], ...]
"""Alternatives of which a row must fill one, with all of its fields.

`(("email",), ("phone",))` is email or phone; `(("name",), ("first_name", "last_name"))` is the full
name, or first and last."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that the provider accepts; None if it states no limit.

    Attributes:
        bytes, rows, columns: of one file.
        text: characters of a text cell, in fields without a `max_length` of their own.
    """

    bytes: int | None = None
    rows: int | None = None
    columns: int | None = None
    text: int | None = None


@dataclass(frozen=True)
class Profile:
    """What one provider accepts and requires.

    Attributes:
        name: "dotdigital", …, or "general".
        title: for people.
        source: the pages that document the facts.
        fields: by field name.
        key: the fields that identify contacts; the first one that the file has counts.
        limits: of one file, and of one text.
        unknown_columns: for columns without a field of the provider: "keep" sends them under their
            own name, "leave-out" does not send them, "mapped" sends them only if the user maps
            them to a field, and "refuse" makes them an error.
        reserved: column names that the provider reserves, casefolded.
        header_pattern: a column under its own name must match it to be sent.
        severities: rule code or prefix → a severity, or None for off.
        reasons: the provider's failure code or reason, casefolded → what a person can do.
        counters: a reason, casefolded → the import's counter of its rows.
        joins: field → the fields that it is joined from if no column holds it.
        region: the region of phones without a country code, if the provider fixes one.
        any_of: the alternatives that a row must meet; see `Demand`.
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
    def names(self) -> FieldNames:
        """The names of its fields."""
        return FieldNames(self.fields.values())

    def knows(self, header: str) -> bool:
        """Whether a text is a name of a field, if only in some headers."""
        return self.names.knows(header)

    def match(self, header: str) -> tuple[str, str] | None:
        """The field that a header names by itself, and how; see `FieldNames.match`."""
        return self.names.match(header)

    def kind_of_further(self, header: str) -> str | None:
        """The kind of a further address or number; see `FieldNames.kind_of_further`."""
        return self.names.kind_of_further(header)

    def matches(self, header: Sequence[str]) -> list[tuple[str, str] | None]:
        """The fields that the names of a whole header name; see `FieldNames.matches`."""
        return self.names.matches(header)

    def severity(self, code: str, default: Severity) -> Severity | None:
        """The severity of a rule under this profile: the longest matching entry, or the default."""
        entries = [prefix for prefix in self.severities if code.startswith(prefix)]
        return self.severities[max(entries, key=len)] if entries else default

    def reason(self, code: str) -> Reason:
        """What a person can do about a failure code; `Reason.UNKNOWN` if the profile lacks it."""
        return self.reasons.get(" ".join(code.casefold().split()), Reason.UNKNOWN)

    def longest(self, column: Column) -> int | None:
        """The most characters that a cell of a column may have; None if there is no limit."""
        known = self.fields.get(column.field) if column.field else None
        if known is not None and known.max_length is not None:
            return known.max_length or None
        return self.limits.text if column.kind in _TEXTS else None

    def explaining(self, reasons: Mapping[str, Reason]) -> Profile:
        """The profile with the user's classes of failure codes, which replace its own."""
        own = {" ".join(code.casefold().split()): reason for code, reason in reasons.items()}
        return replace(self, reasons={**self.reasons, **own}) if own else self

    def limited(self, max_bytes: int | None, max_rows: int | None) -> Profile:
        """The profile with the user's limits of one file, if given, which replace its own."""
        limits = self.limits
        own = replace(limits, bytes=max_bytes or limits.bytes, rows=max_rows or limits.rows)
        return self if own == limits else replace(self, limits=own)

    def demanding(self, any_of: Sequence[Demand]) -> Profile:
        """The profile with the user's demands in addition to its own.

        Raises:
            ConfigError: a demand names a field that the profile lacks.
        """
        self.known_fields(any_of, "any_of")
        return replace(self, any_of=(*self.any_of, *any_of)) if any_of else self

    def known_fields(self, demands: Sequence[Demand], where: str) -> None:
        """Checks that demands name fields of the profile; error messages begin with `where`.

        Raises:
            ConfigError: a demand names another field.
        """
        for name in (name for demand in demands for group in demand for name in group):
            if name not in self.fields:
                near = nearest(name, self.fields)
                hint = f"; did you mean `{near}`?" if near else ""
                raise ConfigError(f"{where}: profile {self.name} has no field `{name}`{hint}")

    def allows(self, name: str) -> bool:
        """Whether a column beyond the provider's own ones may have a name."""
        if name.casefold() in self.reserved:
            return False
        return self.header_pattern is None or re.fullmatch(self.header_pattern, name) is not None

    @property
    def is_general(self) -> bool:
        """Whether it is for no particular provider, so that every column is sent as it is."""
        return self.name == GENERAL

    @property
    def required(self) -> tuple[str, ...]:
        """The names of the fields without which a row is rejected."""
        return tuple(known.name for known in self.fields.values() if known.required)
