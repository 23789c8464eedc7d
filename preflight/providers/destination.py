"""Where calls go: to the provider itself, to the sandbox of the call, or to another address."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from preflight.providers import registry
from preflight.providers.access import is_loopback

OWN = ""
"""The provider itself, at a host that it documents."""
SANDBOX = "sandbox"
"""The stand-ins that `--sandbox` starts, whatever their port."""

_LAUNCHED = re.compile(rb"\.stand_in_tool\W+(https?://[\w.:/-]+)")
_LONGEST = 1 << 14
"""No launcher of a stand-in is longer; a tool is not read whole to rule that out."""


def destination(provider: str, base_url: str | None, environ: Mapping[str, str]) -> str:
    """Where the calls to a provider go: `OWN`, or another address without a slash at its end.

    Args:
        provider: its name.
        base_url: overrides the address in the environment.
        environ: may hold an address, or the path of the provider's tool. A tool is the provider's
            own unless the sandbox has installed it.

    Raises:
        UsageError: there is no such provider.
    """
    client = registry.client(provider)
    given = (base_url or environ.get(client.BASE_URL, "")).strip().rstrip("/")
    if not given:
        return OWN
    if "://" not in given:
        return _stand_in_of(given, environ.get("PATH"))
    try:
        host = urlsplit(given).hostname
    except ValueError:  # `access.address` says what is wrong with it
        return given
    return OWN if host in getattr(client, "HOSTS", ()) else given


def is_local(address: str) -> bool:
    """Whether a destination is on this machine: stand-ins, that is, and no provider."""
    try:
        return address == SANDBOX or is_loopback(urlsplit(address).hostname or "")
    except ValueError:  # no address at all
        return False


def named(provider: str, address: str) -> str:
    """A destination in words: "talkvalue itself", "the sandbox", or its address."""
    if address == OWN:
        return f"{provider} itself"
    return "the sandbox" if address == SANDBOX else address


def _stand_in_of(tool: str, path: str | None) -> str:
    """The address of the sandbox that installed a tool; `OWN` for any other tool."""
    found = shutil.which(tool, path=path)
    if found is None:
        return OWN
    with Path(found).open("rb") as file:
        launched = _LAUNCHED.search(file.read(_LONGEST))
    return launched[1].decode() if launched else OWN
