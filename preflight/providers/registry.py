"""Which providers there are, and the modules of each, imported when they are asked for.

A provider is found by lying in a folder: every package under `preflight.providers` that has a
`client.py`. An installed distribution brings one by an entry point of the group
`preflight.providers`, whose name is the provider's and whose value is such a package. Nothing else
has to be registered.
"""

from __future__ import annotations

import functools
import importlib
import importlib.util
import re
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, cast

from preflight import providers
from preflight.core.errors import UsageError
from preflight.providers.option import Option, did_you_mean, validated

if TYPE_CHECKING:  # these bring pandas and Starlette, and most commands want the names alone
    from preflight.providers.protocol import ClientModule, Provider, ReportModule
    from preflight.providers.sandbox.stand import StandIn

GROUP = "preflight.providers"
"""The group of entry points that bring providers."""

_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_PARTS_OF_A_CLIENT = ("OPTIONS", "SECRETS", "BASE_URL", "CAPABILITIES", "connect")


@functools.cache
def _builtin() -> Mapping[str, str]:
    """The package of each provider that ships with preflight, by its name."""
    clients = [file for folder in providers.__path__ for file in Path(folder).glob("*/client.py")]
    return {client.parent.name: f"{providers.__name__}.{client.parent.name}" for client in clients}


@functools.cache
def _installed() -> Mapping[str, str]:
    """The package of each provider that an installed distribution brings, by its name.

    The name of one that ships with preflight cannot be taken over.

    Raises:
        UsageError: a name is impossible, or two distributions bring the same one.
    """
    from importlib.metadata import entry_points  # costs more than all else that happens here

    found: dict[str, str] = {}
    for point in entry_points(group=GROUP):
        if not _NAME.fullmatch(point.name):
            raise UsageError(
                f'an installed distribution brings a provider "{point.name}" ({point.value}): its '
                "name must be lower-case letters, digits, _ and -, a letter first"
            )
        if found.get(point.name, point.module) != point.module:
            raise UsageError(
                f'two installed distributions bring a provider "{point.name}": '
                f"{found[point.name]} and {point.module}; uninstall one"
            )
        found[point.name] = point.module
    return {name: package for name, package in found.items() if name not in _builtin()}


def names() -> tuple[str, ...]:
    """The providers, sorted.

    Raises:
        UsageError: an installed distribution brings one under an impossible name.
    """
    return tuple(sorted({**_builtin(), **_installed()}))


def _package(name: str) -> str:
    """The package of a provider.

    Raises:
        UsageError: there is no provider of this name.
    """
    package = _builtin().get(name) or _installed().get(name)
    if package is None:
        raise UsageError(
            f'there is no provider "{name}"{did_you_mean(name, names())} '
            f"(there are {', '.join(names())})"
        )
    return package


def _module(name: str, part: str) -> ModuleType | None:
    """A module of a provider's folder; None where the folder has none of that name.

    Raises:
        UsageError: there is no provider of this name, or the module cannot be imported.
    """
    package = _package(name)
    try:
        if importlib.util.find_spec(f"{package}.{part}") is None:
            return None
        return importlib.import_module(f"{package}.{part}")
    except ImportError as error:
        raise UsageError(
            f'the provider "{name}" cannot be loaded from {package}: {error}'
        ) from error


def client(name: str) -> ClientModule:
    """The client of a provider.

    Raises:
        UsageError: there is no provider of this name, or its client cannot be imported or lacks
            what `protocol.ClientModule` asks for.
    """
    module = _module(name, "client")
    missing = [part for part in _PARTS_OF_A_CLIENT if not hasattr(module, part)]
    if missing:
        raise UsageError(f'the client of the provider "{name}" has no {" and no ".join(missing)}')
    return cast("ClientModule", module)


def report(name: str) -> ReportModule | None:
    """The reader of a provider's failure reports; None where it has none.

    Raises:
        UsageError: there is no provider of this name, or its reader cannot be imported.
    """
    return cast("ReportModule | None", _module(name, "report"))


def profile(name: str) -> str | None:
    """The text of the profile in a provider's folder; None where none lies there.

    Raises:
        UsageError: there is no provider of this name, or its folder cannot be imported.
    """
    package = _package(name)
    try:
        file = resources.files(package).joinpath("profile.toml")
    except ImportError as error:
        raise UsageError(
            f'the provider "{name}" cannot be loaded from {package}: {error}'
        ) from error
    return file.read_text("utf-8") if file.is_file() else None


def stand_ins() -> tuple[StandIn, ...]:
    """The stand-ins of all providers that have one, in the order of `names`.

    Raises:
        UsageError: one cannot be imported.
    """
    modules = [_module(name, "stand_in") for name in names()]
    return tuple(module.STAND_IN for module in modules if module is not None)


def options(name: str) -> tuple[Option, ...]:
    """The options of a provider.

    Raises:
        UsageError: see `client`.
    """
    return client(name).OPTIONS


def secrets() -> Mapping[str, tuple[str, ...]]:
    """The environment variables that hold the secrets of each provider, by its name.

    Raises:
        UsageError: see `client`.
    """
    return {name: client(name).SECRETS for name in names()}


def connect(
    name: str,
    *,
    options: Mapping[str, str],
    environ: Mapping[str, str],
    base_url: str | None = None,
    timeout: float = 121.0,
    field_kinds: Mapping[str, str] | None = None,
) -> Provider:
    """A connection to a provider; no call is made yet.

    Args:
        name: one of `names`.
        options: what `-O` and the config say.
        environ: where secrets and addresses are read from.
        base_url: wins over the environment's address, which wins over the documented one.
        timeout: seconds for each of connecting, sending and waiting; the longest that a provider
            documents is 121.
        field_kinds: what the cells of each of the profile's fields hold, by the field's name; a
            field that is not named holds text.

    Raises:
        UsageError: an unknown name, an unknown, missing or impossible option, or an address that
            credentials may not go to.
        MissingSecret: a secret is not in the environment; the message names its variable.
    """
    from preflight.providers.protocol import ConnectionSettings

    found = client(name)
    return found.connect(
        ConnectionSettings(
            options=validated(name, found.OPTIONS, options),
            environ=environ,
            base_url=base_url,
            timeout=timeout,
            field_kinds=field_kinds or {},
        )
    )
