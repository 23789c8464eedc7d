"""Untrusted URLs: vets the addresses that a provider's answers contain.

The address of an upload or a report comes over the network and names another host. preflight sends
it nothing but the file: no credentials, no redirects, https only, and never to a machine in the
user's own network, whatever the name resolves to. The name is resolved here, once, and the
connection is made to that IP address, so that a second lookup cannot lead elsewhere.

Such an address is often a secret itself (a presigned query), so messages name only its host.
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
"""A function from host and port to IP addresses, as text; raises OSError if there are none."""


@dataclass(frozen=True, slots=True)
class UntrustedUrl:
    """An untrusted URL that was vetted.

    Attributes:
        url: as received; a secret.
        host: of it, for messages.
        pinned: the IP address to connect to; "" if a proxy makes the connection.
    """

    url: str = field(repr=False)
    host: str
    pinned: str


def resolved(host: str, port: int) -> Iterable[str]:
    """The IP addresses of a host, from the system's resolver."""
    return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def vet(provider: str, url: object, *, sandbox: bool, resolve: Resolve = resolved) -> UntrustedUrl:
    """Vets an address of a provider's answer, so that it can be called.

    Args:
        provider: that sent the address, for messages.
        url: the value in its answer.
        sandbox: whether the provider itself is on this machine; only then may the address be on
            this machine too, and without TLS.
        resolve: looks up a host.

    Raises:
        Refused: it is not an https address, has a user or a password, or leads to a private,
            link-local or otherwise special network.
        Unreachable: its host has no address.
    """
    text = url if isinstance(url, str) else ""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Refused(f"{provider} gave no usable address to send to or fetch from") from None
    if not host or parts.scheme not in {"https", "http"} or not text.isprintable():
        raise Refused(f"{provider} gave no usable address to send to or fetch from")
    if parts.username is not None or parts.password is not None:
        raise Refused(f"{provider} gave an address with a user in it; nothing was sent there")
    local = sandbox and is_loopback(host)
    if parts.scheme != "https" and not local:
        raise Refused(f"{provider} gave an address at {host} without TLS; nothing was sent there")
    if local:
        return UntrustedUrl(text, host, "")
    proxies = getproxies()
    if ("https" in proxies or "all" in proxies) and not proxy_bypass(host) and not _literal(host):
        return UntrustedUrl(text, host, "")
    try:
        addresses = list(resolve(host, port or 443))
    except OSError:
        addresses = []
    if not addresses:
        raise Unreachable(f"{host}, which {provider} gave as an address, cannot be found")
    for address in addresses:
        if not _is_public(address):
            raise Refused(
                f"{provider} gave an address at {host}, which is in a private or special network; "
                "nothing was sent there"
            )
    return UntrustedUrl(text, host, addresses[0])


def _literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_public(text: str) -> bool:
    """Whether an address is public.

    An IPv6 address that embeds an IPv4 address is as public as that address.
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
