"""Untrusted URLs: addresses that a provider hands back, where they may lead and where not.

An upload address or the address of a report is another host's, made up by an answer that came over
the network. Nothing of ours goes there but the file it is for: no credentials, no redirect, https
alone, and never a machine inside the user's own network, whatever a name resolves to. What such a
name resolves to is settled here, once, and the connection is made to that very address, so that a
second answer of the name service cannot lead elsewhere.

Such an address often is a secret itself (a presigned query): no message holds more than its host.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from preflight.core.errors import Refused, Unreachable
from preflight.providers.access import is_loopback

Resolve = Callable[[str, int], Iterable[str]]
"""Host and port → the addresses it has, as text; raises OSError where it has none."""


@dataclass(frozen=True, slots=True)
class UntrustedUrl:
    """An untrusted URL that was vetted.

    Attributes:
        url: as it came; a secret.
        host: of it, for messages.
        pinned: the IP address to connect to; "" where a proxy makes the connection.
    """

    url: str = field(repr=False)
    host: str
    pinned: str


def resolved(host: str, port: int) -> Iterable[str]:
    """The addresses of a host, from the machine's own name service."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def vet(provider: str, url: object, *, sandbox: bool, resolve: Resolve = resolved) -> UntrustedUrl:
    """Vets an address of a provider's answer, so that it can be called.

    Args:
        provider: whose answer it is from, for messages.
        url: what stood there.
        sandbox: whether the provider itself is on this machine; then, and only then, may the
            address be here as well, and without TLS.
        resolve: asks the name service.

    Raises:
        Refused: it is no https address, carries a user or a password, or leads to a private,
            link-local or otherwise special network.
        Unreachable: its host has no address.
    """
    text = url if isinstance(url, str) else ""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Refused(f"{provider} named no address to send to or fetch from") from None
    if not host or parts.scheme not in {"https", "http"} or not text.isprintable():
        raise Refused(f"{provider} named no address to send to or fetch from")
    if parts.username is not None or parts.password is not None:
        raise Refused(f"{provider} named an address with a user in it; nothing is sent there")
    here = sandbox and is_loopback(host)
    if parts.scheme != "https" and not here:
        raise Refused(f"{provider} named an address at {host} without TLS; nothing is sent there")
    if here:
        return UntrustedUrl(text, host, "")
    proxies = getproxies()
    if ("https" in proxies or "all" in proxies) and not proxy_bypass(host) and not _literal(host):
        return UntrustedUrl(text, host, "")
    try:
        found = list(resolve(host, port or 443))
    except OSError:
        found = []
    if not found:
        raise Unreachable(f"{host}, which {provider} named, cannot be found")
    for address in found:
        if not _is_public(address):
            raise Refused(
                f"{provider} named an address at {host}, which is in a private or special network; "
                "nothing is sent there"
            )
    return UntrustedUrl(text, host, found[0])


def _literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_public(text: str) -> bool:
    """Whether an address is one of the open internet.

    An IPv6 address that carries an IPv4 one is as public as that one is.
    """
    address = ipaddress.ip_address(text.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address):
        if address.is_site_local or address in _LOCAL_NAT64:
            return False
        inner = address.ipv4_mapped or address.sixtofour or _embedded(address)
        if inner is not None:
            address = inner
    return address.is_global and not address.is_multicast


_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_LOCAL_NAT64 = ipaddress.ip_network("64:ff9b:1::/48")  # RFC 8215: of one network, by its own rules
_COMPATIBLE = ipaddress.ip_network("::/96")


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address in a NAT64 one (RFC 6052), or in a compatible one (RFC 4291, 2.5.5.1)."""
    if address in _NAT64 or address in _COMPATIBLE:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None
