"""The plan of a call: which rules look at which columns, and how; made before any row is read."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from preflight.config import catalogue
from preflight.config.column_mapping import missing, resolve
from preflight.config.plan import Plan
from preflight.config.profile import Profile
from preflight.config.setting_values import MaxBad
from preflight.config.settings import Settings
from preflight.core.types import Layout, Source
from preflight.linting.snapshot_fold import conditions_differ
from preflight.pipeline.call import Call
from preflight.rule import Rule, Scope
from preflight.snapshots.snapshot import Snapshot


def rules(settings: Settings, profile: Profile, call: Call) -> Mapping[str, Rule]:
    """The rules that are on, by code, if it were not for the name of the file.

    Those about drift are on beside a snapshot only.
    """
    known = catalogue.load((*settings.rules, *call.rules_from))
    off = [code for ignores in settings.per_file_ignores.values() for code in ignores.codes]
    catalogue.require_known((*settings.max_findings, *off), known)
    chosen = catalogue.choose(
        known,
        profile,
        select=settings.select,
        ignore=settings.ignore,
        extend_select=settings.extend_select,
        severity=settings.severities,
        online=settings.online,
    )
    beside = call.against is not None
    return {code: rule for code, rule in chosen.items() if beside or rule.scope is not Scope.DRIFT}


def plan(
    layout: Layout,
    settings: Settings,
    profile: Profile,
    rules: Mapping[str, Rule],
    written: datetime,
) -> Plan:
    """The plan, which is made before any row is read."""
    header = layout.header if layout.content == "table" else ()
    columns = resolve(header, profile, settings.columns, settings.shared_columns) if header else ()
    orders = {
        column.position: settings.date_orders[column.name]
        for column in columns
        if column.name in settings.date_orders
    }
    return Plan(
        profile,
        columns,
        rules,
        settings.region or profile.region,
        settings.zone,
        settings.unsafe_fixes,
        layout.source.sheet,
        settings.providers.get(profile.name, {}),
        written,
        unused=tuple(_unused(header, layout.source, settings)),
        orders=orders,
        max_findings=_max_findings(rules, settings),
    )


def _max_findings(rules: Mapping[str, Rule], settings: Settings) -> dict[str, MaxBad]:
    """How many findings are accepted of the rules of which the settings say it."""
    limits = {
        code: catalogue.longest_match(code, settings.max_findings, None)
        for code in (rules if settings.max_findings else ())
    }
    return {code: most for code, most in limits.items() if most is not None}


def pictured(plan: Plan, against: Snapshot | None) -> Plan:
    """The plan of a file that a snapshot is taken of, to be compared with another or kept."""
    if against is None:
        return dataclasses.replace(plan, pictured=True)
    notes = conditions_differ(against, plan)
    return dataclasses.replace(plan, pictured=True, against=against, unused=(*plan.unused, *notes))


def _unused(header: Sequence[str], source: Source, settings: Settings) -> Iterator[str]:
    """Settings that do not fit the file, which is not an error."""
    if settings.sheet is not None and source.sheet is None:
        yield f"not a workbook, so --sheet `{settings.sheet}` is ignored"
    absent = missing(header, settings.shared_columns) if header else ()
    if absent:
        named = ", ".join(f"`{name}`" for name in absent)
        yield f"the config maps columns that are not in this file: {named}"
