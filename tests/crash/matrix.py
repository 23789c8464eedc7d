"""Which trials there are besides those of single points, and who carries them out."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from typing import TypeVar

from preflight.providers.landbase.stand_in_tool import EXITS as LANDBASE_EXITS
from preflight.providers.sandbox.app import ROUTES
from tests.crash.runner import Point, Runner
from tests.crash.scenario import Complaint, Scenario, Trial

KINDS = (
    ("ledger", False), ("ledger", True), ("write", False), ("write", True), ("sync", False),
    ("name", False), ("call", False), ("call", True), ("start", False), ("open", False),
)  # fmt: skip
"""Classes of points, and whether writes are torn there."""

_PATIENCE = 2.0
_FAULTS = (
    "404", "429", "429:1:0.2", "500", "503", "503:1:0.2", "500-after",
    f"slow:1:{3 * _PATIENCE:g}", "cut-before", "cut-after", "truncate",
)  # fmt: skip
_AGAIN = ("429:9", "500:9", "cut-before:9", "cut-after:3")
_LATE_OR_GONE = ("404:3", "404:99", "truncate:99")
_UNTOUCHED = {"account-info", "metadata"}
_LISTS = {"lists", "members"}
_TOOLS = {"landbase": ("upload", "start", "status"), "talkvalue-cli": (
    "analyze", "create", "list", "get", "failed-export",
)}  # fmt: skip
_REPORTS = {"report", "report-faults", "errors", "error-file", "failed-export"}
_UNSURE = {"TIMEOUT", "NETWORK_ERROR", "API_ERROR"}


Work = TypeVar("Work")
Result = TypeVar("Result")


class Bench:
    """Carries out work with runners, several at a time.

    Args:
        runners: fork servers, one for each piece of work at a time.
    """

    def __init__(self, runners: Sequence[Runner]) -> None:
        self._free: queue.SimpleQueue[Runner] = queue.SimpleQueue()
        for runner in runners:
            self._free.put(runner)
        self._pool = ThreadPoolExecutor(len(runners))

    def all(self, does: Callable[[Runner, Work], Result], work: Iterable[Work]) -> Iterator[Result]:
        """What the function makes of each piece of work, in the order in which it is done."""

        def one(piece: Work) -> Result:
            runner = self._free.get()
            try:
                return does(runner, piece)
            finally:
                self._free.put(runner)

        waiting = [self._pool.submit(one, piece) for piece in work]
        for done in as_completed(waiting):
            yield done.result()

    def close(self) -> None:
        """Ends it."""
        self._pool.shutdown(cancel_futures=True)


@contextmanager
def bench(count: int) -> Iterator[Bench]:
    """A bench with so many fork servers."""
    with ExitStack() as stack:
        made = Bench([stack.enter_context(Runner()) for _ in range(count)])
        stack.callback(made.close)
        yield made


def faults(scenario: Scenario) -> Iterator[Trial]:
    """Every fault on every route that a run of the scenario takes."""
    routes = set(ROUTES[scenario.provider]) - _UNTOUCHED
    routes = routes & _LISTS if scenario.name.endswith("-list") else routes - _LISTS
    for route in sorted(routes):
        more = _AGAIN if route in {scenario.commits, "status", "get"} else ()
        for fault in (*_FAULTS, *more, *(_LATE_OR_GONE if route in _REPORTS else ())):
            yield Trial(
                scenario, faults=(f"{scenario.provider}:{route}:{fault}",), patience=_PATIENCE
            )


def complaints(scenario: Scenario) -> Iterator[Trial]:
    """What a provider's own tool can end with, before its work and, where it may be, after it."""
    for command in _TOOLS.get(scenario.name, ()):
        if scenario.provider == "landbase":
            codes = {
                f'{{"code": "{code}"}}': (code, LANDBASE_EXITS[code]) for code in LANDBASE_EXITS
            }
        else:
            codes = {'{"message": "no"}' + " " * code: (str(code), code) for code in (1, 3, 4, 5)}
        for error, (code, exits) in codes.items():
            yield Trial(scenario, complaint=Complaint(command, error, exits, after=False))
            if code in _UNSURE or (exits == 1 and scenario.provider == "talkvalue"):
                yield Trial(scenario, complaint=Complaint(command, error, exits, after=True))


def both(scenario: Scenario, counts: Mapping[str, int], every: int) -> Iterator[Trial]:
    """A run that is let down where rows are taken and then killed, and one that is killed twice.

    Where a person has to be asked the second blow meets the resume, else the same call.
    """
    for at in range(1, counts["ledger"] + 1, every):
        for kind in ("ledger", "call"):
            share = at * counts[kind] // (2 * counts["ledger"])
            for broken in (f"{scenario.commits}:cut-after", f"{scenario.commits}:500-after"):
                points = (
                    (None, Point(kind, 1 + share))
                    if scenario.way == "person"
                    else (Point(kind, counts[kind] // 2 + share),)
                )
                yield Trial(scenario, points, faults=(f"{scenario.provider}:{broken}",))
    middle = counts["call"] // 2
    for at in range(1, counts["ledger"] // 2, every):
        yield Trial(scenario, (Point("call", middle), Point("ledger", at), Point("call", 3)))
