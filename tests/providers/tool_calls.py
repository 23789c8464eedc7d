"""Calls of the executables that stand in for providers' tools."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from typing import Any

Run = Callable[..., subprocess.CompletedProcess[str]]
BODY = "email,first_name\nann@some-company.com,Ann\nfailure@some-company.com,Bob\n"


def error_of(done: subprocess.CompletedProcess[str]) -> Any:
    """What stands on standard error; nothing stands on standard output then."""
    assert done.stdout == ""
    return json.loads(done.stderr)["error"]
