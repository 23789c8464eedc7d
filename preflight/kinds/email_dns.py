"""Whether a domain accepts mail, according to the DNS: MX, else an address (RFC 5321, section 5.1).

A domain accepts no mail if it has a null MX (RFC 7505), does not exist, or has neither a mail
server nor an address. After a time-out or a server failure the domain is unknown, and its addresses
pass. Nothing is asked unless a `MailHosts` is made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import dns.name
    import dns.resolver

# What asks the network is imported where it is asked: most runs do not, and each would pay for it.

TAKES = ""
NO_DOMAIN = "the domain does not exist"
NO_HOST = "the domain has no mail server"
NULL_MX = "the domain does not accept mail (null MX)"
_THREADS = 16
_SECONDS = 5.0
# After so many domains without a single answer, the server counts as down.
_HOPELESS = 4 * _THREADS

Ask = Callable[[str], str | None]


class MailHosts:
    """Looks up which domains accept mail; asks about each domain once.

    Args:
        ask: returns why a domain accepts no mail: `TAKES` if it does, None if that is unknown.
            Called from several threads.
    """

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._known: dict[str, str | None] = {}

    def __call__(self, domains: Iterable[str]) -> Mapping[str, str | None]:
        """Why each domain accepts no mail; see `ask`."""
        from concurrent.futures import ThreadPoolExecutor

        wanted = dict.fromkeys(domains)
        new = [domain for domain in wanted if domain not in self._known]
        with ThreadPoolExecutor(_THREADS) as pool:
            for first in range(0, len(new), _HOPELESS):
                some = new[first : first + _HOPELESS]
                if self._hopeless:
                    self._known.update(dict.fromkeys(some))
                else:
                    self._known.update(zip(some, pool.map(self._ask, some), strict=True))
        return {domain: self._known[domain] for domain in wanted}

    def __reduce__(self) -> tuple[Callable[..., MailHosts], tuple[dict[str, str | None]]]:
        """Another process gets the answers so far, and asks nothing."""
        return answered, (dict(self._known),)

    @property
    def _hopeless(self) -> bool:
        return len(self._known) >= _HOPELESS and self.unknown == len(self._known)

    @property
    def unknown(self) -> int:
        """How many domains are unknown."""
        return sum(why is None for why in self._known.values())

    @property
    def refused(self) -> dict[str, str]:
        """The domains that accept no mail, and why."""
        return {domain: why for domain, why in self._known.items() if why}


def remembered(refused: Mapping[str, str]) -> MailHosts:
    """The results of an earlier lookup; asks nothing, and all other domains accept mail."""
    return MailHosts(lambda domain: refused.get(domain, TAKES))


def answered(known: Mapping[str, str | None]) -> MailHosts:
    """The answers of a lookup, the unknown ones too; asks nothing.

    Args:
        known: for each domain, why it accepts no mail, as `MailHosts` is told.
    """
    hosts = MailHosts(lambda domain: known.get(domain, TAKES))
    hosts(known)
    return hosts


def online(server: str | None = None, *, seconds: float = _SECONDS) -> MailHosts:
    """Looks domains up in the DNS.

    Args:
        server: `HOST` or `HOST:PORT`, `[HOST]:PORT` for IPv6; the system's resolver by default.
        seconds: how long to wait for one domain's answer.
    """
    import dns.resolver

    resolver = dns.resolver.Resolver(configure=server is None)
    resolver.lifetime = seconds
    if server is not None:
        host, port = address(server)
        resolver.nameservers, resolver.port = [host], port
    return MailHosts(lambda domain: _asked(resolver, domain))


def address(server: str) -> tuple[str, int]:
    """Host and port of `HOST`, `HOST:PORT` or `[HOST]:PORT`."""
    if server.count(":") > 1 and not server.startswith("["):
        return server, 53
    host, _, port = (
        server.rpartition(":") if server.count(":") and server[-1] != "]" else (server, "", "")
    )
    return (host or server).strip("[]"), int(port or 53)


def _asked(resolver: dns.resolver.Resolver, domain: str) -> str | None:
    import dns.exception
    import dns.name
    import dns.resolver

    try:
        name = dns.name.from_text(domain, idna_codec=dns.name.IDNA_2008_UTS_46)
        try:
            hosts = resolver.resolve(name, "MX", search=False)
        except dns.resolver.NoAnswer:
            return _addressed(resolver, name)
        # A null MX among others is a mistake (RFC 7505, section 3); the others are mail servers.
        return NULL_MX if all(host.exchange == dns.name.root for host in hosts) else TAKES
    except dns.resolver.NXDOMAIN:
        return NO_DOMAIN
    except (dns.exception.DNSException, OSError, UnicodeError):
        return None


def _addressed(resolver: dns.resolver.Resolver, name: dns.name.Name) -> str:
    import dns.resolver

    for kind in ("A", "AAAA"):
        try:
            resolver.resolve(name, kind, search=False)
        except dns.resolver.NoAnswer:
            continue
        return TAKES
    return NO_HOST
