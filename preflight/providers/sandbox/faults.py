"""Faults on request: what goes wrong, where, and how many times.

| fault        | the work is done | the client sees                                       |
|--------------|------------------|-------------------------------------------------------|
| `404`        | no               | status 404: it is not there yet, or not any more      |
| `429`        | no               | status 429, with `Retry-After` if one was asked for   |
| `500`        | no               | status 500                                            |
| `503`        | no               | status 503, with `Retry-After` if one was asked for   |
| `500-after`  | yes              | status 500                                            |
| `slow`       | yes              | its answer, `seconds` late                            |
| `cut-before` | no               | the connection ends without a byte of an answer       |
| `cut-after`  | yes              | the same; the two cannot be told apart from outside   |
| `truncate`   | yes              | the first half of the answer's body, as if it were it |

A request is read to its end in every case. Faults are kept in memory: a restart clears them.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any

KINDS = (
    "404", "429", "500", "503", "500-after", "slow", "cut-before", "cut-after", "truncate",
)  # fmt: skip
"""Every fault there is."""

_TYPES: dict[str, type | tuple[type, ...]] = {
    "times": int,
    "retry_after": (int, float),
    "seconds": (int, float),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault, to be met by the next calls of a route.

    Attributes:
        provider: whose stand-in.
        route: which call, as the stand-in names it: "import", "status"…
        fault: one of `KINDS`.
        times: how many calls meet it.
        retry_after: seconds for the `Retry-After` header; None for no such header.
        seconds: how late a `slow` answer is.
    """

    provider: str
    route: str
    fault: str
    times: int = 1
    retry_after: float | None = None
    seconds: float = 1.0


def parse(text: str) -> Fault:
    """Reads `provider:route:fault[:times[:seconds]]`, as in `dotdigital:import:429:2`.

    The last number is how late a `slow` answer is, and `Retry-After` for every other fault.

    Raises:
        ValueError: when the text has another form.
    """
    words = text.split(":")
    if not 3 <= len(words) <= 5:
        raise ValueError(f"a fault is provider:route:fault[:times[:seconds]], not {text!r}")
    provider, route, kind = words[:3]
    fault = Fault(provider, route, kind)
    try:
        if len(words) > 3:
            fault = replace(fault, times=int(words[3]))
        if len(words) > 4 and kind == "slow":
            fault = replace(fault, seconds=float(words[4]))
        elif len(words) > 4:
            fault = replace(fault, retry_after=float(words[4]))
    except ValueError:
        raise ValueError(f"a fault's times and seconds are numbers, unlike in {text!r}") from None
    return fault


def from_json(value: object) -> Fault:
    """Reads a fault from what `POST /_sandbox/faults` was sent.

    Raises:
        ValueError: when a key is missing or unknown, or a value is of another type.
    """
    if not isinstance(value, dict):
        raise ValueError("a fault is a JSON object")  # noqa: TRY004 - any bad value is a 400
    known = [f.name for f in fields(Fault)]
    if unknown := sorted(set(value) - set(known)):
        raise ValueError(f"unknown key {unknown[0]!r}; a fault has {', '.join(known)}")
    if missing := [name for name in known[:3] if name not in value]:
        raise ValueError(f"a fault needs {missing[0]!r}")
    for name in value:
        expected = _TYPES.get(name, str)
        optional = name == "retry_after" and value[name] is None
        if not optional and (
            isinstance(value[name], bool) or not isinstance(value[name], expected)
        ):
            raise ValueError(f"{name!r} is of another type")
    return Fault(**value)


class Faults:
    """The faults that are still to be met, oldest first; safe for several threads.

    Args:
        routes: the names of the calls of each stand-in.
    """

    def __init__(self, routes: Mapping[str, Collection[str]]) -> None:
        self._routes = routes
        self._lock = threading.Lock()
        self._pending: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Puts a fault in line.

        Raises:
            ValueError: when there is no such provider, route or fault, or a number is off.
        """
        if fault.provider not in self._routes:
            raise ValueError(_no("provider", fault.provider, self._routes))
        if fault.route not in self._routes[fault.provider]:
            raise ValueError(_no("route", fault.route, self._routes[fault.provider]))
        if fault.fault not in KINDS:
            raise ValueError(_no("fault", fault.fault, KINDS))
        if fault.times < 1 or fault.seconds < 0 or (fault.retry_after or 0) < 0:
            raise ValueError("a fault comes at least once, and its seconds are not negative")
        with self._lock:
            self._pending.append(fault)

    def take(self, provider: str, route: str) -> Fault | None:
        """The fault that this call meets, counted down; None for a call that goes well."""
        with self._lock:
            for at, fault in enumerate(self._pending):
                if (fault.provider, fault.route) == (provider, route):
                    rest = [replace(fault, times=fault.times - 1)] if fault.times > 1 else []
                    self._pending[at : at + 1] = rest
                    return fault
        return None

    def pending(self) -> list[dict[str, Any]]:
        """The faults still to be met, as JSON values."""
        with self._lock:
            return [asdict(fault) for fault in self._pending]

    def clear(self) -> None:
        """Forgets them all."""
        with self._lock:
            self._pending.clear()


def _no(what: str, name: str, known: Collection[str]) -> str:
    return f"no {what} {name!r}: it is one of {', '.join(known)}"
