"""`preflight profiles`: what each provider takes."""

from __future__ import annotations

import click

from preflight.config import profiles
from preflight.config.profile import Profile
from preflight.providers import registry
from preflight.providers.protocol import ClientModule, Repeat, Reports


def run(name: str | None) -> int:
    """Lists the profiles, or describes one; always 0."""
    if name is not None:
        click.echo(_described(profiles.load(name)), nl=False)
        return 0
    for one in profiles.names():
        profile = profiles.load(one)
        click.echo(f"{profile.name:<12} {profile.title}")
    return 0


def _described(profile: Profile) -> str:
    limits = profile.limits
    stated = {"bytes": limits.bytes, "rows": limits.rows, "columns": limits.columns}
    lines = [f"{profile.title} ({profile.name})"]
    lines += [f"  facts from: {source}" for source in profile.source]
    lines.append(f"  matches contacts by: {', then '.join(profile.key)}")
    lines += [f"  limit of a file: {limit:,} {unit}" for unit, limit in stated.items() if limit]
    lines.append("  columns:")
    for field in profile.fields.values():
        if field.header is not None or profile.is_general:
            needed = ", required" if field.required else ""
            lines.append(
                f"    {field.header or field.name:<18} {field.name} ({field.kind}{needed})"
            )
    for joined, pieces in profile.joins.items():
        lines.append(f"  {joined} is made of {' and '.join(pieces)} where no column holds it")
    unknown = {
        "keep": "sent under their own names",
        "leave-out": "left out, with a warning",
        "mapped": "sent where --map names a field for them, left out with a warning else",
        "refuse": "an error",
    }
    only = f", if they match {profile.header_pattern}" if profile.header_pattern else ""
    lines.append(f"  other columns: {unknown[profile.unknown_columns]}{only}")
    if profile.name in registry.names():
        lines += _sending(registry.client(profile.name))
    return "".join(f"{line}\n" for line in lines)


def _sending(module: ClientModule) -> list[str]:
    """What sending to a provider takes, and what it tells afterwards."""
    able = module.CAPABILITIES
    lines = [
        f"  after a broken call: {_REPEATS[able.repeat]}",
        f"  tells of refused rows: {_REPORTS[able.reports]}",
        f"  environment: {', '.join((*module.SECRETS, module.BASE_URL))}",
        "  options:",
    ]
    for option in module.OPTIONS:
        more = [f"one of {', '.join(option.choices)}"] if option.choices else []
        more += ["required"] if option.required else []
        more += [f"default {option.default}"] if option.default else []
        told = f" ({'; '.join(more)})" if more else ""
        lines.append(f"    {option.name:<18} {option.help}{told}")
    return lines


_REPEATS = {
    Repeat.KEY: "the call is made again under its idempotency key, which carries it out once",
    Repeat.LOOKUP: "the job is looked up",
    Repeat.UPSERT: "it cannot be told; rows sent again are merged into the contacts of the first",
    Repeat.NONE: "it cannot be told, and rows sent again may be taken twice",
}
_REPORTS = {
    Reports.ROWS: "which they are, with a reason",
    Reports.COUNTS: "how many they are",
    Reports.NOTHING: "nothing",
}
