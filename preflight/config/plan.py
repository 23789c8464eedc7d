"""What is decided before a row is read: the profile, the columns, the rules that are on."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo

from preflight.config.column_mapping import is_linted
from preflight.config.profile import Profile
from preflight.core.types import Column, Hints, Safety, Sheet
from preflight.kinds.email_dns import MailHosts
from preflight.rule import Alike, Rule, Scope


@dataclass(frozen=True)
class Plan:
    """What linting and fixing one file goes by.

    Attributes:
        profile: of the provider.
        columns: one for each header column.
        rules: those that are on, by code, with the severity they have here.
        region: ISO 3166 code for phones whose row names no country; None if nobody said.
        timezone: of timestamps without an offset; None if nobody said.
        unsafe_fixes: whether fixes that guess are applied too.
        sheet: of a workbook, the one that is read: it knows which cells are numbers.
        mail: says which domains take no mail; None where nobody wants the network to be asked.
        options: of the provider, as the user gives them for sending; empty where nobody did.
        written: when the file was last written, with a zone; None if it cannot be told.
        orders: what the cells of a column, by its position, prove about the order of day and month;
            see `orders`. Known once the file was read.
        unused: what the user said that does not fit this file, in words; it is no error.
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
    unused: tuple[str, ...] = ()

    def scoped(self, scope: Scope) -> tuple[Rule, ...]:
        """The rules of one scope, in the order of their codes."""
        return tuple(rule for rule in self.rules.values() if rule.scope is scope)

    @functools.cached_property
    def crash(self) -> Rule:
        """The rule by which the engine reports that another one failed; always on."""
        return self.scoped(Scope.CRASH)[0]

    def cell_rules(self, column: Column) -> tuple[Rule, ...]:
        """The rules that look at a column's cells.

        The pieces of a joined column are linted where they stand; of the whole it only matters
        whether anything is there.
        """
        if not is_linted(column, self.profile):
            return ()
        return tuple(
            rule
            for rule in self.scoped(Scope.CELL)
            if column.kind in rule.kinds and (column.required if rule.blanks else not column.pieces)
        )

    def hints(self, column: Column) -> Hints:
        """What is known of all cells of a column."""
        return Hints(self.timezone, self.orders.get(column.position, ""), self.region or "")

    def applies(self, safety: Safety | None) -> bool:
        """Whether a fix of that safety is made."""
        return safety is Safety.SAFE or (safety is Safety.UNSAFE and self.unsafe_fixes)

    @functools.cached_property
    def key(self) -> Column | None:
        """The column by which the provider tells contacts apart; None if the file has none."""
        held = {column.field: column for column in self.columns if column.field}
        return next((held[field] for field in self.profile.key if field in held), None)

    @functools.cached_property
    def shared(self) -> tuple[Column, ...]:
        """The columns of phones in which a number that many people have is looked for.

        None where contacts are told apart by phone: there it is shared by doubles.
        """
        if not any(rule.alike is Alike.PHONE for rule in self.scoped(Scope.TABLE)):
            return ()
        if self.key is not None and self.key.kind == "phone":
            return ()
        return tuple(
            one for one in self.columns if one.kind == "phone" and is_linted(one, self.profile)
        )

    @functools.cached_property
    def country(self) -> Column | None:
        """The column that says in which country a row's phone numbers are."""
        return next((column for column in self.columns if column.kind == "country"), None)
