"""What was assumed of a file beyond its summary: for `--verbose`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from preflight.core.types import Column
from preflight.report.libraries import libraries
from preflight.report.lines import Line, line
from preflight.report.listing import Listing
from preflight.report.wording import number, plural

_FAMILY = 3
"""The letters of a rule code that name its family."""


def lines(listing: Listing) -> Iterator[Line]:
    """What each column is taken for, how cells without a country or an offset are read, rules."""
    plan = listing.analysis.plan
    yield line(f"assumed of {listing.path}:")
    if listing.names_are_values:
        yield line(f"{plural(len(plan.columns), 'column')}; their names may be a contact", indent=2)
    else:
        for column in plan.columns:
            yield line(f"`{' '.join(column.name.split())}`: {_taken_for(column)}", indent=2)
    region, zone = plan.region or "none given", plan.timezone or "none given"
    yield line(f"region of phone numbers without a country: {region}", indent=2)
    yield line(f"time zone of timestamps without an offset: {zone}", indent=2)
    families = Counter(code[:_FAMILY] for code in plan.rules)
    counted = ", ".join(f"{number(count)} {family}" for family, count in sorted(families.items()))
    yield line(
        f"{plural(len(plan.rules), 'rule')} of profile {plan.profile.name}: {counted}", indent=2
    )
    judges = ", ".join(f"{name} {version}" for name, version in libraries().items())
    yield line(f"judged by {judges}", indent=2)


def _taken_for(column: Column) -> str:
    """The field that a column holds, if it holds one, and what is checked of its cells."""
    field = f"{column.field}, " if column.field else ""
    return f"{field}checked as {column.kind}"
