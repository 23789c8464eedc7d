"""Finds the providers, and imports their modules when needed.

Every package under `preflight.providers` with a `client.py` is a provider. An installed
distribution can add one with an entry point of the group `preflight.providers`; its name is the
name of the provider, and its value such a package. Nothing else needs to be registered.
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

if TYPE_CHECKING:  # they import pandas and Starlette, and most commands need only the names
    from preflight.providers.protocol import ClientModule, Provider, ReportModule
    from preflight.providers.sandbox.stand import StandIn

GROUP = "preflight.providers"
"""The group of entry points of providers."""

_NAME = re.compile(r"[a-z][a-z0-9_-]*")
_PARTS_OF_A_CLIENT = ("OPTIONS", "SECRETS", "BASE_URL", "CAPABILITIES", "connect")


@functools.cache
def _builtin() -> Mapping[str, str]:
    """The package of each provider that ships with preflight, by its name."""
    clients = [file for folder in providers.__path__ for file in Path(folder).glob("*/client.py")]
    return {client.parent.name: f"{providers.__name__}.{client.parent.name}" for client in clients}


@functools.cache
def _installed() -> Mapping[str, str]:
    """The package of each provider from an installed distribution, by its name.

    None of them can replace a provider that ships with preflight.

    Raises:
        UsageError: a name is invalid, or two distributions have the same one.
    """
    from importlib.metadata import entry_points  # costs more than all else that happens here

    packages: dict[str, str] = {}
    for point in entry_points(group=GROUP):
        if not _NAME.fullmatch(point.name):
            raise UsageError(
                f'an installed distribution has a provider "{point.name}" ({point.value}): its '
                "name must be lower-case letters, digits, _ and -, a letter first"
            )
        if packages.get(point.name, point.module) != point.module:
            raise UsageError(
                f'two installed distributions have a provider "{point.name}": '
                f"{packages[point.name]} and {point.module}; uninstall one"
            )
        packages[point.name] = point.module
    return {name: package for name, package in packages.items() if name not in _builtin()}


def names() -> tuple[str, ...]:
    """The providers, sorted.

    Raises:
        UsageError: an installed distribution has one with an invalid name.
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
    """A module of a provider's folder; None if the folder has none of that name.

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
            members of `protocol.ClientModule`.
    """
    module = _module(name, "client")
    missing = [part for part in _PARTS_OF_A_CLIENT if not hasattr(module, part)]
    if missing:
        raise UsageError(f'the client of the provider "{name}" has no {" and no ".join(missing)}')
    return cast("ClientModule", module)


def report(name: str) -> ReportModule | None:
    """The reader of a provider's failure reports; None if it has none.

    Raises:
        UsageError: there is no provider of this name, or its reader cannot be imported.
    """
    return cast("ReportModule | None", _module(name, "report"))


def profile(name: str) -> str | None:
    """The text of the profile in a provider's folder; None if there is none.

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
    """Connects to a provider; makes no call yet.

    Args:
        name: one of `names`.
        options: from `-O` and the config.
        environ: the environment, with secrets and addresses.
        base_url: overrides the address in the environment, which overrides the documented one.
        timeout: seconds for each of sending and waiting; the longest that a provider
            documents is 121.
        field_kinds: the kind of each of the profile's fields, by name; text for other fields.

    Raises:
        UsageError: an unknown name, an unknown, missing or invalid option, or an address that
            credentials may not be sent to.
        MissingSecret: a secret is not in the environment; the message names its variable.
    """
    from preflight.providers.protocol import ConnectionSettings

    module = client(name)
    return module.connect(
        ConnectionSettings(
            options=validated(name, module.OPTIONS, options),
            environ=environ,
            base_url=base_url,
            timeout=timeout,
            field_kinds=field_kinds or {},
        )
    )
