"""The cell rules of a profile as a pandera schema, for anyone's frame.

A column of a frame is the field that its name says, as in a file: case, punctuation and known other
names aside. So the schema has one column for each field, and is fitted to each frame it validates.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pandera.pandas as pa_schema

from preflight.config import catalogue, profiles
from preflight.config.plan import Plan
from preflight.config.profile import GENERAL, Profile
from preflight.config.settings import Settings
from preflight.core.types import Column
from preflight.linting.pandera_checks import ColumnChecks, check_of

_FIELD = "field"


class ContactSchema(pa_schema.DataFrameSchema):
    """A pandera schema that knows columns by every name that a profile has for their fields.

    It has one column for each field, under the provider's header; further columns, checks and an
    index can be added as to any `DataFrameSchema`.

    Args:
        columns: by name; those of a field have it in their metadata.
        profile: that knows the names of fields; None if there are none.
        more: as of `pandera.pandas.DataFrameSchema`.
    """

    def __init__(
        self,
        columns: Mapping[str, pa_schema.Column] | None = None,
        *,
        profile: Profile | None = None,
        **more: Any,
    ) -> None:
        super().__init__(dict(columns or {}), **more)
        self._profile = profile

    def validate(
        self,
        check_obj: pd.DataFrame,
        head: int | None = None,
        tail: int | None = None,
        sample: int | None = None,
        random_state: int | None = None,
        lazy: bool = False,
        inplace: bool = False,
    ) -> pd.DataFrame:
        """Validates a frame whose columns may have any name that the profile knows for them.

        Arguments and result are those of `DataFrameSchema.validate`; failures name the columns of
        the frame.

        Raises:
            pandera.errors.SchemaError: the frame does not pass.
            pandera.errors.SchemaErrors: the same, if `lazy`: with all failures.
        """
        fitted = self.fitted(list(check_obj.columns)) if hasattr(check_obj, "columns") else self
        checked: pd.DataFrame = pa_schema.DataFrameSchema.validate(
            fitted, check_obj, head, tail, sample, random_state, lazy, inplace
        )
        return checked

    def fitted(self, names: Sequence[object]) -> pa_schema.DataFrameSchema:
        """The plain schema for a frame with columns of these names."""
        fields = {name: self._field_of(name) for name in names}
        columns: dict[object, pa_schema.Column] = {}
        for key, column in self.columns.items():
            field = (column.metadata or {}).get(_FIELD)
            held = [name for name, known in fields.items() if known is not None and known == field]
            for name in held or [key]:
                columns[name] = copy.copy(column).set_name(name)
        return pa_schema.DataFrameSchema(
            columns,
            checks=self.checks,
            parsers=self.parsers,
            index=self.index,
            dtype=self.dtype,
            coerce=self.coerce,
            strict=self.strict,
            name=self.name,
            ordered=self.ordered,
            unique=self.unique,
            report_duplicates=self.report_duplicates,
            unique_column_names=self.unique_column_names,
            add_missing_columns=self.add_missing_columns,
            on_missing_columns=self.on_missing_columns,
            title=self.title,
            description=self.description,
            metadata=self.metadata,
            drop_invalid_rows=self.drop_invalid_rows,
        )

    def _field_of(self, name: object) -> str | None:
        """The field that the name of a column says; None if it says none."""
        match = self._profile.match(name) if self._profile and isinstance(name, str) else None
        return match[0] if match else None

    def __repr__(self) -> str:
        required = [name for name, column in self.columns.items() if column.required]
        others = [str(name) for name in self.columns if name not in required]
        words = [f"{name} (required)" for name in required] + others
        return f"<{type(self).__name__} {self.name}: {', '.join(words) or 'no columns'}>"

    __str__ = __repr__


def schema(
    profile: str = GENERAL,
    *,
    region: str | None = None,
    timezone: str | None = None,
    select: Sequence[str] = (catalogue.ALL,),
    ignore: Sequence[str] = (),
    strict: bool = False,
    coerce: bool = False,
) -> ContactSchema:
    """The cell rules of a profile as a pandera schema, for anyone's frame.

    >>> import pandas, preflight
    >>> frame = pandas.DataFrame({"E-Mail": ["ann@kestrel-labs.com"], "Badge": ["gold"]})
    >>> preflight.schema("talkvalue", select=["EML"]).validate(frame)
                     E-Mail Badge
    0  ann@kestrel-labs.com  gold

    A column of the frame is recognised by any name the profile knows for it, case and punctuation
    aside. Columns the profile does not know are left alone, and a field that can be made of others
    is not missed. Each check is named by its rule's code, and its error starts with it. A rule that
    fails is a failed check, never a passed one. The region is one for the whole frame.

    Rules about files, headers, records, whole rows and duplicates are not in it: it checks cells.

    pandera writes a schema to YAML or JSON without its rules. `to_yaml` keeps the columns, which of
    them are required, `strict`, `coerce`, and checks of pandera's own that were added. It warns of
    each rule that it leaves out. What `from_yaml` reads is a plain `DataFrameSchema`: it checks no
    cell by a rule, and knows each column by one name. Keep the call that made the schema instead.

    Args:
        profile: "general" or a provider's name.
        region: ISO 3166 code for phone numbers without a country code.
        timezone: IANA name of the zone of timestamps without an offset; only matters to fixes.
        select: rule codes or prefixes.
        ignore: rule codes or prefixes.
        strict: whether a column that the profile does not know is a failure.
        coerce: whether the known columns are made texts first.

    Raises:
        UsageError: no such profile.
        ConfigError: no such rule, country or time zone.
    """
    Settings(region=region, timezone=timezone)  # judges both
    known = profiles.load(profile)
    rules = catalogue.choose(catalogue.builtin(), known, select=select, ignore=ignore)
    zone = ZoneInfo(timezone) if timezone else None
    held = tuple(_columns(known))
    plan = Plan(known, held, rules, region or known.region, zone)
    columns = {}
    for column in held:
        checks = ColumnChecks(column, plan)
        columns[column.name] = pa_schema.Column(
            str if coerce else None,
            checks=[check_of(rule, checks) for rule in checks.rules],
            nullable=True,
            required=column.required and column.field not in known.joins,
            coerce=coerce,
            title=column.field,
            metadata={_FIELD: column.field},
        )
    return ContactSchema(columns, profile=known, name=known.name, title=known.title, strict=strict)


def _columns(profile: Profile) -> Iterator[Column]:
    """A column for each field that a file for the profile can have."""
    for at, field in enumerate(profile.fields.values()):
        if profile.is_general or field.header is not None:
            name = field.header or field.name
            yield Column(at, name, field.name, field.kind, field.required, "exact")
