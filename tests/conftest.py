"""What all tests share: hypothesis profiles, the order of the tests, and how signals are met.

`HYPOTHESIS_PROFILE` chooses how many cases a property looks at: `fast` is that of `make test-fast`,
`quick` that of `make test`, `thorough` that of `make compare`, which looks at many more. The first
two look at the same cases each time, so that a test goes red for a change and never by chance;
`thorough` looks at other ones.
"""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import signal
import tempfile

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "thorough", max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "quick", settings.get_profile("thorough"), max_examples=10, derandomize=True, database=None
)
settings.register_profile("fast", settings.get_profile("quick"), max_examples=4)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

# The tests have data of their own, and leave none in the home of who runs them.
os.environ["XDG_DATA_HOME"] = tempfile.mkdtemp(prefix="preflight-tests-")
atexit.register(shutil.rmtree, os.environ["XDG_DATA_HOME"], ignore_errors=True)

# A run that a shell put into the background ignores Ctrl-C, and so would every process it starts:
# the tests of interruptions must not depend on how they were called.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the fast tests first, so that most mistakes show early; else the order stays.

    Behind them come the longest: at the end one worker would wait for the other.
    """
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    if item.get_closest_marker("browser") or item.path.name == "test_notebooks.py":
        return 1
    return 2 if item.get_closest_marker("slow") else 0


def pytest_collection_finish() -> None:
    """Spares the garbage collector what was imported and collected: it stays to the end.

    It looks less often for the rest, too, which the tests drop soon.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
