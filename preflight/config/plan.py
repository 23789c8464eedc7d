"""The plan for a file, made before a row is read: profile, columns, and the rules that are on."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from preflight.config.column_mapping import linted
from preflight.config.profile import Profile
from preflight.config.setting_values import MaxBad
from preflight.core.types import Column, Hints, Safety, Sheet
from preflight.core.verdicts import RowVerdicts
from preflight.kinds.email_dns import MailHosts
from preflight.rule import Alike, Rule, Scope
from preflight.snapshots.snapshot import Snapshot


@dataclass(frozen=True)
class Plan:
    """Everything that linting and fixing one file depends on.

    Attributes:
        profile: of the provider.
        columns: one for each header column.
        rules: those that are on, by code, with their severity for this file.
        region: ISO 3166 code for phones without a country in their row; None if not given.
        timezone: of timestamps without an offset; None if not given.
        unsafe_fixes: whether unsafe fixes are applied too.
        sheet: the sheet that is read, if it is a workbook; it knows which cells are numbers.
        mail: looks up which domains accept no mail; None if the network must not be asked.
        options: of the provider, as the user gives them for sending; empty if not given.
        written: when the file was last written, with a time zone; None if unknown.
        orders: column position → the order of day and month that its cells prove, see
            `day_month_order`. Known only after the file was read.
        comparison: of a corrected file with earlier runs: its rows that are not sent as they are.
        unused: what the user said that does not fit this file, in words; it is no error.
        ignored: codes and prefixes of the rules that are off in this file alone.
        max_findings: of rules that are on, the code → how many findings do not make a call fail,
            or of a rule about drift the change that it accepts.
        pictured: whether a snapshot of the file is taken.
        against: the snapshot of its source that the file is compared with; None for none.
    """

    profile: Profile
    columns: tuple[Column, ...]
    rules: Mapping[str, Rule]
    region: str | None = None
    timezone: tzinfo | None = None
    unsafe_fixes: bool = False
    sheet: Sheet | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    written: datetime | None = None
    orders: Mapping[int, str] = field(default_factory=dict)
    mail: MailHosts | None = None
    comparison: RowVerdicts = field(default_factory=RowVerdicts)
    unused: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    max_findings: Mapping[str, MaxBad] = field(default_factory=dict)
    pictured: bool = False
    against: Snapshot | None = None

    def limit(self, rule: Rule) -> float:
        """The change that a rule about drift accepts: its `max` in the config, or its own."""
        most = self.max_findings.get(rule.code)
        if most is None:
            return rule.limit
        return float(most.count or 0) if most.share is None else most.share

    def scoped(self, scope: Scope) -> tuple[Rule, ...]:
        """The rules of one scope, in the order of their codes."""
        return self._by_scope.get(scope, ())

    @functools.cached_property
    def _by_scope(self) -> Mapping[Scope, tuple[Rule, ...]]:
        found: dict[Scope, tuple[Rule, ...]] = {}
        for rule in self.rules.values():
            found[rule.scope] = (*found.get(rule.scope, ()), rule)
        return found

    @functools.cached_property
    def crash(self) -> Rule:
        """The rule that reports crashes of other rules; always on."""
        return self.scoped(Scope.CRASH)[0]

    @functools.cached_property
    def linted(self) -> frozenset[int]:
        """The positions of the columns whose cells are linted."""
        return linted(self.columns, self.profile)

    def cell_rules(self, column: Column) -> tuple[Rule, ...]:
        """The rules that check a column's cells.

        The pieces of a joined column are linted as columns of their own; the joined column itself
        is only checked for blanks.
        """
        if column.position not in self.linted:
            return ()
        return tuple(
            rule
            for rule in self.scoped(Scope.CELL)
            if column.kind in rule.kinds and (column.required if rule.blanks else not column.pieces)
        )

    def hints(self, column: Column) -> Hints:
        """What is known about a whole column besides its cells."""
        return Hints(self.timezone, self.orders.get(column.position, ""), self.region or "")

    def applies(self, safety: Safety | None) -> bool:
        """Whether fixes of this safety are applied."""
        return safety is Safety.SAFE or (safety is Safety.UNSAFE and self.unsafe_fixes)

    @functools.cached_property
    def key(self) -> Column | None:
        """The column by which the provider identifies contacts; None if the file has none."""
        held = {column.field: column for column in self.columns if column.field}
        return next((held[field] for field in self.profile.key if field in held), None)

    @functools.cached_property
    def shared(self) -> tuple[Column, ...]:
        """The phone columns that are searched for numbers shared by many people.

        Empty if contacts are identified by phone: rows with the same number are then duplicates.
        """
        if not any(rule.alike is Alike.PHONE for rule in self.scoped(Scope.TABLE)):
            return ()
        if self.key is not None and self.key.kind == "phone":
            return ()
        return tuple(
            column
            for column in self.columns
            if column.kind == "phone" and column.position in self.linted
        )

    @functools.cached_property
    def region_columns(self) -> tuple[Column, ...]:
        """The columns that say the region of a row's phone numbers, the phone's own ones first."""
        held = {column.field: column for column in reversed(self.columns) if column.field}
        own = [held[field] for field in ("phone_country", "calling_code") if field in held]
        countries = [column for column in self.columns if column.kind == "country"]
        return (*own, *countries[:1])
