"""Validate, fix, split, submit and re-import contact CSVs before a provider refuses them.

The names below are the public surface, imported when they are first used: the command line starts
without paying for what it does not need.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from preflight.config.settings import Settings
    from preflight.core.errors import PreflightError
    from preflight.joining import merge_run
    from preflight.linting.checked import Checked
    from preflight.linting.pandera_checks import schema
    from preflight.pipeline import check, fix, split, workspace
    from preflight.submission import Connection, Sent, resume, submit
    from preflight.uploaded import merge_submitted
    from preflight.writing.writer import Fixed

_HOMES = {
    "Checked": "preflight.linting.checked",
    "Connection": "preflight.submission",
    "Fixed": "preflight.writing.writer",
    "PreflightError": "preflight.core.errors",
    "Sent": "preflight.submission",
    "Settings": "preflight.config.settings",
    "check": "preflight.pipeline",
    "fix": "preflight.pipeline",
    "merge_run": "preflight.joining",
    "merge_submitted": "preflight.uploaded",
    "resume": "preflight.submission",
    "schema": "preflight.linting.pandera_checks",
    "split": "preflight.pipeline",
    "submit": "preflight.submission",
    "workspace": "preflight.pipeline",
}

__all__ = [
    "Checked",
    "Connection",
    "Fixed",
    "PreflightError",
    "Sent",
    "Settings",
    "check",
    "fix",
    "merge_run",
    "merge_submitted",
    "resume",
    "schema",
    "split",
    "submit",
    "workspace",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module `preflight` has no attribute `{name}`")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return list(__all__)
