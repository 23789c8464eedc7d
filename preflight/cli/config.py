"""`preflight config`: each setting, and where it comes from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from preflight.cli.call_settings import sources_of
from preflight.cli.options import emit
from preflight.config import profiles
from preflight.report import settings_listing


def run(output_format: str, *, show_schema: bool, **given: Any) -> int:
    """Prints the settings of a call with these options; always 0."""
    if show_schema:
        from preflight.config import json_schema  # here: it takes longer than all the rest

        emit(json_schema.text(), None)
        return 0
    sources = sources_of(given, runs_code=False)
    entries = settings_listing.listed(sources, profiles.load(sources.settings.profile))
    if output_format == "json":
        emit(settings_listing.document(entries, sources), None)
        return 0
    lines = settings_listing.text(entries, sources, folder=Path.cwd())
    emit("".join(f"{line}\n" for line in lines), None)
    return 0
