"""Continuous integration: the log of a job is read by others than the one who started it."""

from __future__ import annotations

from collections.abc import Mapping

from preflight.core.errors import ConfigError

ALLOW_VALUES = "PREFLIGHT_ALLOW_VALUES"


def in_ci(environ: Mapping[str, str]) -> bool:
    """Whether this is a job of continuous integration, whose log others may read."""
    return bool(environ.get("CI"))


def refuse_shown_values(asked: str, environ: Mapping[str, str]) -> None:
    """Refuses to print values of contacts into the log of a job.

    Args:
        asked: the option, variable or key that asks for it.
        environ: the environment.

    Raises:
        ConfigError: this is CI, and nobody allowed it.
    """
    if in_ci(environ) and environ.get(ALLOW_VALUES) != "1":
        raise ConfigError(
            f"{asked}: values of contacts would stand in the log of this CI job; set"
            f" {ALLOW_VALUES}=1 if they may"
        )
