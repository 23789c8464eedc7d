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
    from preflight.core.workspace import workspace
    from preflight.linting.checked import Checked
    from preflight.linting.pandera_checks import schema
    from preflight.pipeline.check_fix_split import check, fix, split
    from preflight.pipeline.connection import Connection
    from preflight.pipeline.delivery import Sent, resume, submit
    from preflight.pipeline.merge_file import merge_submitted
    from preflight.pipeline.merge_run import merge_run
    from preflight.writing.writer import Fixed

_HOMES = {
    "Checked": "preflight.linting.checked",
    "Connection": "preflight.pipeline.connection",
    "Fixed": "preflight.writing.writer",
    "PreflightError": "preflight.core.errors",
    "Sent": "preflight.pipeline.delivery",
    "Settings": "preflight.config.settings",
    "check": "preflight.pipeline.check_fix_split",
    "fix": "preflight.pipeline.check_fix_split",
    "merge_run": "preflight.pipeline.merge_run",
    "merge_submitted": "preflight.pipeline.merge_file",
    "resume": "preflight.pipeline.delivery",
    "schema": "preflight.linting.pandera_checks",
    "split": "preflight.pipeline.check_fix_split",
    "submit": "preflight.pipeline.delivery",
    "workspace": "preflight.core.workspace",
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
