"""The values of settings that are one of a few; apart, since `--help` names them too."""

from __future__ import annotations

from typing import Literal, get_args

FailOn = Literal["error", "warning", "never"]
OutputFormat = Literal[
    "grouped", "full", "concise",
    "json", "jsonl", "csv", "github", "gitlab", "junit", "sarif", "markdown", "html",
]  # fmt: skip
FAIL_ON: tuple[str, ...] = get_args(FailOn)
FORMATS: tuple[str, ...] = get_args(OutputFormat)
ALL = "ALL"
"""The prefix of every rule code."""
