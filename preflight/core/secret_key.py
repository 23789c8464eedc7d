"""A key that a person keeps secret, in the environment."""

from __future__ import annotations

from collections.abc import Mapping

from preflight.core.errors import ConfigError

SHORTEST = 16
"""The fewest characters of a key."""


def secret_key(environ: Mapping[str, str], variable: str) -> str:
    """The key in a variable of the environment; "" if there is none.

    Raises:
        ConfigError: it is too short to keep a secret.
    """
    key = environ.get(variable, "")
    if key and len(key) < SHORTEST:
        raise ConfigError(
            f"{variable} is too short: it needs {SHORTEST} random characters or more, "
            "like those of `openssl rand -hex 32`"
        )
    return key
