"""Which providers there are: name → module, imported when it is asked for.

A provider is one module with `OPTIONS`, `SECRETS`, `BASE_URL`, `CAPABILITIES` and `connect`, and
one line here.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol, cast

from preflight.core.errors import UsageError
from preflight.providers.option import Option, did_you_mean, validated

if TYPE_CHECKING:  # it brings pandas, and `preflight --help` wants the names alone
    from preflight.providers.protocol import Capabilities, Provider

_MODULES = {
    "dotdigital": "preflight.providers.dotdigital.client",
    "experiture": "preflight.providers.experiture.client",
    "landbase": "preflight.providers.landbase.client",
    "talkvalue": "preflight.providers.talkvalue.client",
    "textus": "preflight.providers.textus.client",
}

NAMES = tuple(sorted(_MODULES))
"""The providers, sorted."""


class Module(Protocol):
    """What a provider's module holds.

    Attributes:
        OPTIONS: what it wants to be told.
        SECRETS: the environment variables that it needs.
        BASE_URL: the environment variable that overrides its address, or names its tool.
        CAPABILITIES: what it can do.
    """

    OPTIONS: tuple[Option, ...]
    SECRETS: tuple[str, ...]
    BASE_URL: str
    CAPABILITIES: Capabilities

    def connect(
        self,
        *,
        options: Mapping[str, str],
        environ: Mapping[str, str],
        base_url: str | None,
        timeout: float,
    ) -> Provider:
        """A connection; the options are validated and hold the defaults."""
        ...


def module(name: str) -> Module:
    """The module of a provider.

    Raises:
        UsageError: there is no provider of this name.
    """
    if name in _MODULES:
        return cast(Module, importlib.import_module(_MODULES[name]))
    raise UsageError(
        f'there is no provider "{name}"{did_you_mean(name, NAMES)} (there are {", ".join(NAMES)})'
    )


def options(name: str) -> tuple[Option, ...]:
    """What a provider wants to be told.

    Raises:
        UsageError: see `module`.
    """
    return module(name).OPTIONS


def connect(
    name: str,
    *,
    options: Mapping[str, str],
    environ: Mapping[str, str],
    base_url: str | None = None,
    timeout: float = 121.0,
) -> Provider:
    """A connection to a provider; no call is made yet.

    Args:
        name: one of `NAMES`.
        options: what `-O` and the config say.
        environ: where secrets and addresses are read from.
        base_url: wins over the environment's address, which wins over the documented one.
        timeout: seconds for each of connecting, sending and waiting; Dotdigital asks for 121.

    Raises:
        UsageError: an unknown name, an unknown, missing or impossible option, or an address that
            credentials may not go to.
        MissingSecret: a secret is not in the environment; the message names its variable.
    """
    found = module(name)
    return found.connect(
        options=validated(name, found.OPTIONS, options),
        environ=environ,
        base_url=base_url,
        timeout=timeout,
    )
