"""One running sandbox a test file, on a clock that the tests move."""

from __future__ import annotations

import itertools
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from preflight.providers.sandbox.server import Sandbox
from tests.providers.tool_calls import BODY, Run

JOB_SECONDS = 8.0


class Clock:
    """Tells the time that it was set to."""

    def __init__(self) -> None:
        self.now = 1_780_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def clock() -> Clock:
    """The sandbox's clock."""
    return Clock()


@pytest.fixture(scope="module")
def _open(clock: Clock, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    state = tmp_path_factory.mktemp("sandbox") / "state.db"
    with Sandbox(state, clock=clock, job_seconds=JOB_SECONDS) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(_open: Sandbox) -> Sandbox:
    """A sandbox in which nothing is set to go wrong; what earlier tests sent is still there."""
    _open.faults.clear()
    return _open


@pytest.fixture
def finish(clock: Clock) -> Callable[[], None]:
    """Lets the time pass that a job takes."""

    def pass_time() -> None:
        clock.now += JOB_SECONDS

    return pass_time


@pytest.fixture
def dotdigital(sandbox: Sandbox) -> Iterator[httpx.Client]:
    """A client with Dotdigital's credentials."""
    env = sandbox.environment
    auth = (env["DOTDIGITAL_API_USER"], env["DOTDIGITAL_API_PASSWORD"])
    with httpx.Client(base_url=env["DOTDIGITAL_BASE_URL"], auth=auth, trust_env=False) as client:
        yield client


@pytest.fixture
def talkvalue(sandbox: Sandbox) -> Iterator[httpx.Client]:
    """A client with TalkValue's token."""
    env = sandbox.environment
    headers = {"Authorization": f"Bearer {env['TALKVALUE_TOKEN']}"}
    with httpx.Client(
        base_url=env["TALKVALUE_API_URL"], headers=headers, trust_env=False
    ) as client:
        yield client


@pytest.fixture
def textus(sandbox: Sandbox) -> Iterator[httpx.Client]:
    """A client with TextUs's token."""
    env = sandbox.environment
    headers = {"Authorization": f"Bearer {env['TEXTUS_API_TOKEN']}"}
    with httpx.Client(base_url=env["TEXTUS_BASE_URL"], headers=headers, trust_env=False) as client:
        yield client


@pytest.fixture
def run_tool(sandbox: Sandbox) -> Run:
    """Runs one of the tools in an environment that has nothing of the sandbox but its name."""

    def make(variable: str, *words: str, stdin: str = "", **more: str) -> Any:
        return subprocess.run(
            [sandbox.environment[variable], *words],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=30,
            env={"PATH": os.environ["PATH"], **more},
            check=False,
        )

    return make


@pytest.fixture
def leads(tmp_path: Path) -> Path:
    """Two rows, of which the second is refused."""
    path = tmp_path / f"{tmp_path.name}.csv"
    path.write_text(BODY)
    return path


_numbers = itertools.count(1)


@pytest.fixture
def fresh() -> Callable[[], str]:
    """Makes addresses that no test has used."""
    return lambda: f"person{next(_numbers)}@some-company.com"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Where a sandbox of the test's own may remember."""
    return tmp_path / "kept" / "state.db"
