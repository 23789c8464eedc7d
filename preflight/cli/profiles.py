"""`preflight profiles`: what each provider takes."""

from __future__ import annotations

import click

from preflight import profile as profiles
from preflight.profile import Profile


@click.command("profiles")
@click.argument("name", required=False, metavar="[PROVIDER]")
def command(name: str | None) -> int:
    """List the providers, or say what one of them takes: its columns, limits and match key."""
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
        if field.header is not None or profile.name == profiles.GENERAL:
            needed = ", required" if field.required else ""
            lines.append(
                f"    {field.header or field.name:<18} {field.name} ({field.kind}{needed})"
            )
    for joined, pieces in profile.joins.items():
        lines.append(f"  {joined} is made of {' and '.join(pieces)} where no column holds it")
    strangers = {
        "keep": "sent under their own names",
        "leave-out": "left out, with a warning",
        "mapped": "sent where --map names a field for them, left out with a warning else",
        "refuse": "an error",
    }
    only = f", if they match {profile.header_pattern}" if profile.header_pattern else ""
    lines.append(f"  other columns: {strangers[profile.unknown_columns]}{only}")
    return "".join(f"{line}\n" for line in lines)
