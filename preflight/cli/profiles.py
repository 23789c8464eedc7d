"""`preflight profiles`: what each provider accepts."""

from __future__ import annotations

import click

from preflight.cli.terminal import note
from preflight.config import profiles
from preflight.config.profile import Profile
from preflight.providers import registry
from preflight.providers.protocol import ClientModule, Repeat, Reports


def run(name: str | None) -> int:
    """Lists the profiles, or describes one; always 0."""
    if name is not None:
        profile = profiles.load(name)
        click.echo(_described(profile), nl=False)
        note(f"next: preflight template --for {name} -o FILE, or preflight check FILE --for {name}")
        return 0
    for profile_name in profiles.names():
        profile = profiles.load(profile_name)
        click.echo(f"{profile.name:<12} {profile.title}")
    note("next: preflight profiles NAME")
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
        lines.append(f"  {joined} is joined from {' and '.join(pieces)} if no column holds it")
    unknown = {
        "keep": "sent under their own names",
        "leave-out": "left out, with a warning",
        "mapped": "sent if --map names a field for them, else left out with a warning",
        "refuse": "an error",
    }
    only = f", if they match {profile.header_pattern}" if profile.header_pattern else ""
    lines.append(f"  other columns: {unknown[profile.unknown_columns]}{only}")
    if profile.name in registry.names():
        lines += _sending(registry.client(profile.name))
    return "".join(f"{line}\n" for line in lines)


def _sending(module: ClientModule) -> list[str]:
    """What sending to a provider needs, and what the provider reports."""
    capabilities = module.CAPABILITIES
    lines = [
        f"  after a broken call: {_REPEATS[capabilities.repeat]}",
        f"  reports of rejected rows: {_REPORTS[capabilities.reports]}",
        f"  environment: {', '.join((*module.SECRETS, module.BASE_URL))}",
        "  options:",
    ]
    for option in module.OPTIONS:
        more = [f"one of {', '.join(option.choices)}"] if option.choices else []
        more += ["required"] if option.required else []
        more += [f"default {option.default}"] if option.default else []
        details = f" ({'; '.join(more)})" if more else ""
        lines.append(f"    {option.name:<18} {option.help}{details}")
    return lines


_REPEATS = {
    Repeat.KEY: "preflight repeats it with its idempotency key, so it is carried out only once",
    Repeat.LOOKUP: "preflight looks up the job",
    Repeat.UPSERT: "you decide; rows that are sent again update the same contacts",
    Repeat.NONE: "you decide; rows that are sent again may be imported twice",
}
_REPORTS = {
    Reports.ROWS: "each row, with a reason",
    Reports.COUNTS: "their number",
    Reports.NOTHING: "none",
}
