"""Validate, fix, split, submit and re-import contact CSVs before a provider refuses them.

The names below are the public surface, imported when they are first used: the command line starts
without paying for what it does not need.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from preflight.api import models
    from preflight.api.fixed import Fixed
    from preflight.api.functions import check, fix, snapshot, split
    from preflight.api.report import Report
    from preflight.api.sending import merge, resubmit, resume, submit
    from preflight.api.sent import Sent
    from preflight.config.settings import Settings
    from preflight.core.errors import FindingsError, PreflightError
    from preflight.linting.contact_schema import schema
    from preflight.snapshots.snapshot import Snapshot

_HOMES = {
    "FindingsError": "preflight.core.errors",
    "Fixed": "preflight.api.fixed",
    "PreflightError": "preflight.core.errors",
    "Report": "preflight.api.report",
    "Sent": "preflight.api.sent",
    "Settings": "preflight.config.settings",
    "Snapshot": "preflight.snapshots.snapshot",
    "check": "preflight.api.functions",
    "fix": "preflight.api.functions",
    "merge": "preflight.api.sending",
    "resubmit": "preflight.api.sending",
    "resume": "preflight.api.sending",
    "schema": "preflight.linting.contact_schema",
    "snapshot": "preflight.api.functions",
    "split": "preflight.api.functions",
    "submit": "preflight.api.sending",
}
_MODULES = {"models": "preflight.api.models"}

__all__ = [
    "FindingsError",
    "Fixed",
    "PreflightError",
    "Report",
    "Sent",
    "Settings",
    "Snapshot",
    "check",
    "fix",
    "merge",
    "models",
    "resubmit",
    "resume",
    "schema",
    "snapshot",
    "split",
    "submit",
]


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return importlib.import_module(_MODULES[name])
    if name not in _HOMES:
        raise AttributeError(f"module `preflight` has no attribute `{name}`")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return list(__all__)
