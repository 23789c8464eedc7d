"""A small picture of a source, which holds no value of a contact.

It has counts, the names of the columns, and of the cells only what many rows share: a domain, a
country or a calling code that stands in fewer than five rows, or in less than one percent of them,
is counted among the others. A domain must also have five different addresses.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass as plain_dataclass
from os import PathLike
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from preflight.core import files

SCHEMA_VERSION = 1
FEWEST, LEAST_SHARE = 5, 0.01
"""What is named stands in so many rows, and in such a share of them."""

Count = Annotated[int, Field(ge=0)]
# Most calls take no snapshot, and the checks of these classes take long to build.
_CONFIG = ConfigDict(extra="ignore", hide_input_in_errors=True, defer_build=True)


@plain_dataclass(frozen=True)
class Share:
    """So many of so many; at most so many, where it is not known better."""

    count: int
    of: int
    at_most: bool = False

    @property
    def rate(self) -> float:
        """From 0 to 1; 0 of nothing."""
        return self.count / self.of if self.of else 0.0

    def __str__(self) -> str:
        percent = 100 * self.rate
        digits = 1 if 0 < percent < 10 or 99 < percent < 100 else 0
        return f"{'≤' if self.at_most else ''}{percent:.{digits}f}".removesuffix(".0") + "%"


@dataclass(frozen=True, kw_only=True, config=_CONFIG)
class Mix:
    """How often each of some values occurs."""

    named: dict[str, Count] = Field(
        default_factory=dict, description="What many rows share, with the number of rows."
    )
    other: Count = Field(default=0, description="Rows with anything else.")

    @property
    def total(self) -> int:
        """All rows."""
        return sum(self.named.values()) + self.other

    def share(self, name: str) -> Share:
        """How often a value occurs; at most so often, where it is not named."""
        if name in self.named:
            return Share(self.named[name], self.total)
        unnamed = min(self.other, fewest(self.total) - 1)
        return Share(unnamed, self.total, at_most=unnamed > 0)


def fewest(total: int) -> int:
    """How many rows, of so many, must share a value before it is named."""
    return max(FEWEST, math.ceil(LEAST_SHARE * total))


def mixed(counts: Mapping[str, int], *, of: int | None = None) -> Mix:
    """A mix that names only what many rows share, the most frequent first.

    Args:
        counts: of each value.
        of: all rows, if not the sum of the counts.
    """
    total = sum(counts.values()) if of is None else of
    least = fewest(total)
    ranked = sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    named = {name: count for name, count in ranked if name and count >= least}
    return Mix(named=named, other=total - sum(named.values()))


@dataclass(frozen=True, kw_only=True, config=_CONFIG)
class Lengths:
    """How long the filled cells of a column are, in characters."""

    p5: Count = Field(description="5% are no longer.")
    p25: Count = Field(description="A quarter is no longer.")
    median: Count = Field(description="Half are no longer.")
    p75: Count = Field(description="Three quarters are no longer.")
    p95: Count = Field(description="95% are no longer.")


@dataclass(frozen=True, kw_only=True, config=_CONFIG)
class ColumnSnapshot:
    """What is known of a column."""

    position: Count = Field(description="From 1.")
    name: str | None = Field(
        description="The header as written; null where it may be a value of a contact."
    )
    field: str | None = Field(default=None, description="The field that it was read as.")
    kind: str = Field(description="email, phone, timestamp, name, country or text.")
    filled: Count = Field(description="Cells that are not blank.")
    valid: Count | None = Field(
        default=None,
        description=(
            "Filled cells that are a valid address or phone number, a date, or a known country;"
            " null for other kinds, and for columns that were not checked."
        ),
    )
    formats: dict[str, Count] = Field(
        default_factory=dict, description="How the valid cells are written."
    )
    looks: dict[str, Count] = Field(
        default_factory=dict, description="What the cells of a sample of the rows look like."
    )
    orders: dict[str, Count] = Field(
        default_factory=dict,
        description="Dates that only make sense day first or month first, or that are either.",
    )
    domains: Mix | None = Field(default=None, description="The domains of valid addresses.")
    countries: Mix | None = Field(
        default=None, description="Countries, or the calling codes of valid phone numbers."
    )
    lengths: Lengths | None = Field(default=None, description="null if all cells are blank.")

    @property
    def label(self) -> str:
        """The column in a message."""
        return f"column {self.position}" if self.name is None else f"`{self.name}`"


@dataclass(frozen=True, kw_only=True, config=_CONFIG)
class Writing:
    """How the file is written."""

    encoding: str = Field(description='Its Python name; "ascii" if nothing shows which one it is.')
    byte_order_mark: bool = False
    delimiter: str
    quote: str = '"'
    newline: str = Field(description="LF, CRLF or CR: how most records end.")
    header_line: Count = Field(description="The physical line of the header, from 1.")
    workbook: bool = Field(default=False, description="Whether it is a sheet of a workbook.")


@dataclass(frozen=True, kw_only=True, config=_CONFIG)
class Tool:
    """What took the snapshot."""

    name: str
    version: str


@dataclass(frozen=True, kw_only=True, config=_CONFIG)
class Conditions:
    """The settings that the numbers depend on."""

    profile: str
    region: str | None = None
    timezone: str | None = None


@dataclass(frozen=True, kw_only=True, repr=False, config=_CONFIG)
class Snapshot:
    """A picture of a source."""

    schema_version: Annotated[int, Field(ge=1, le=SCHEMA_VERSION)] = SCHEMA_VERSION
    tool: Tool
    settings: Conditions
    file: Writing
    rows: Count = Field(description="Data records.")
    table: Count = Field(description="Records with a place in the table: the base of all rates.")
    repeated: Count | None = Field(
        default=None,
        description="Rows whose match key an earlier row has; null if the file has no such column.",
    )
    columns: list[ColumnSnapshot]

    def save(self, path: str | PathLike[str]) -> None:
        """Writes it as JSON.

        Raises:
            UsageError: it cannot be written.
        """
        from preflight.snapshots import snapshot_file  # here, for it reads snapshots, too

        files.write_named(Path(path), snapshot_file.text(self))

    def __repr__(self) -> str:
        return f"<preflight.Snapshot of {self.rows:,} rows, {len(self.columns)} columns>"
