"""What a stand-in is made of: endpoints, what they work with, and how it says no."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from preflight.providers.sandbox.judge import Magic
from preflight.providers.sandbox.store import Store


@dataclass(frozen=True, slots=True)
class Setting:
    """A number that the control calls of the sandbox can change.

    Attributes:
        name: unique, unless several stand-ins share the setting.
        default: what it is until it is set.
        values: those that it can have.
    """

    name: str
    default: int
    values: range


@dataclass(frozen=True, slots=True)
class Tool:
    """A provider's own command line tool, for which an executable stands in.

    Attributes:
        executable: what it is called.
        variable: the environment variable by which preflight is told of it.
        module: runs it, see `preflight.providers.sandbox.tools.run`.
    """

    executable: str
    variable: str
    module: str


@dataclass(frozen=True, slots=True)
class Desk:
    """What an endpoint works with.

    Attributes:
        store: the memory of all stand-ins.
        clock: tells the time, in seconds since the epoch.
        job_seconds: how long an import job takes.
        calls: calls of each provider in each minute.
    """

    store: Store
    clock: Callable[[], float]
    job_seconds: float
    calls: Counter[tuple[str, int]] = field(default_factory=Counter)

    def setting(self, setting: Setting) -> int:
        """What a setting was set to, else its default."""
        return self.store.setting(setting.name, setting.default)


Answer = Callable[[Desk, Request], Awaitable[Response]]
"""What an endpoint does with a request."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One call of a provider's API.

    Attributes:
        route: what a fault calls it; several endpoints may share a name.
        method: the HTTP method.
        path: below the stand-in's prefix, in Starlette's notation.
        answer: does the work.
    """

    route: str
    method: str
    path: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class StandIn:
    """One provider.

    Attributes:
        name: also the prefix of its URLs.
        address_variable: the environment variable that points preflight at it; "" where it is a
            command line tool that does.
        credentials: the environment variables that hold what it wants to see.
        endpoints: all of its calls.
        refusal: its error body for a status that has no cause in the request.
        magic: its magic values.
        settings: what the control calls can change of it.
        tool: its command line tool, if preflight reaches it through one.
    """

    name: str
    address_variable: str
    credentials: Mapping[str, str]
    endpoints: tuple[Endpoint, ...]
    refusal: Callable[[int], Response]
    magic: tuple[Magic, ...] = ()
    settings: tuple[Setting, ...] = ()
    tool: Tool | None = None


class RefusalError(Exception):
    """A documented no: the answer that ends a call."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response
