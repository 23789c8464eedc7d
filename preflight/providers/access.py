"""The address of a provider, and the credentials for it."""

from __future__ import annotations

import base64
import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from preflight.core.errors import MissingSecret, UsageError


def basic(user: str, password: str) -> bytes:
    """The value of an `Authorization` header with a user and a password (RFC 7617)."""
    return b"Basic " + base64.b64encode(f"{user}:{password}".encode())


def bearer(token: str) -> bytes:
    """The value of an `Authorization` header with a token (RFC 6750)."""
    return b"Bearer " + token.encode()


def secrets(environ: Mapping[str, str], names: tuple[str, ...]) -> tuple[str, ...]:
    """The values of environment variables that hold secrets, in the order of their names.

    Raises:
        MissingSecret: one is absent or blank.
        UsageError: one has a line break or another control character, which headers cannot have.
    """
    missing = [name for name in names if not environ.get(name, "").strip()]
    if missing:
        raise MissingSecret(f"{' and '.join(missing)} must be set in the environment")
    values = tuple(environ[name].strip() for name in names)
    for name, value in zip(names, values, strict=True):
        if not value.isprintable():
            raise UsageError(
                f"{name} contains a line break or another control character; remove it"
            )
    return values


def address(base_url: str | None, environ: Mapping[str, str], variable: str, default: str) -> str:
    """The provider's address: the argument, else the environment's, else the documented one.

    Returns:
        The address without a slash at its end.

    Raises:
        UsageError: it is not an https address, nor an http one on this machine, or it has a user, a
            password, a query or a fragment. The message names its origin, not the address, which
            may contain a password.
    """
    if base_url:
        given, origin = base_url, "the base URL"
    elif environ.get(variable):
        given, origin = environ[variable], variable
    else:
        given, origin = default, "the documented address"
    try:
        parts = urlsplit(given.strip())
        host, _ = parts.hostname or "", parts.port
        if re.fullmatch(r"[0-9.]+|.*:.*", host):
            ipaddress.ip_address(host)
    except ValueError:
        raise UsageError(f"{origin} is not an address") from None
    if parts.scheme not in {"https", "http"} or not host:
        raise UsageError(f"{origin} must start with https:// and a host")
    if not re.fullmatch(r"[a-z0-9._:-]+", host):
        raise UsageError(f"{origin} must name its host in letters, digits, dots and dashes")
    if parts.scheme == "http" and not is_loopback(host):
        raise UsageError(f"{origin} must start with https://; http works on this machine only")
    if parts.username is not None:
        raise UsageError(f"{origin} must not contain a user or a password")
    if parts.query or parts.fragment:
        raise UsageError(f"{origin} must not contain a query or a fragment")
    return given.strip().rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether the host is this machine, without a lookup."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
