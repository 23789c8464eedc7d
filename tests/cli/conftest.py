"""A working directory of its own, no configuration around it, and short waits."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from preflight.cli import main
from preflight.providers.sandbox.server import Sandbox
from tests.calls import Call, Called, bare_environment


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory of the call."""
    for name in set(os.environ) - set(bare_environment()):
        monkeypatch.delenv(name)
    monkeypatch.setenv("PREFLIGHT_POLL_SCALE", "0.001")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def few_rules(here: Path) -> None:
    """Some rules of each scope, by a config: with all of them a call takes twice as long."""
    rules = ("DUP", "EML301", "EML302", "EML303", "NAM601", "PHN", "STR", "TIM", "TXT710", "SCH")
    (here / "preflight.toml").write_text(f"select = {list(rules)}\n")


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Call:
    """Calls the command line in this process."""

    def make(*argv: object) -> Called:
        code = main([str(one) for one in argv])
        told = capsys.readouterr()
        return Called(code, told.out, told.err)

    return make


@pytest.fixture
def box(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Sandbox]]:
    """Opens a sandbox, with faults if they are given, and points the environment at it."""
    with ExitStack() as stack:

        def make(*faults: str, **more: Any) -> Sandbox:
            state = tmp_path_factory.mktemp("box") / "box.sqlite"
            opened = stack.enter_context(Sandbox(state, faults=faults, **more))
            for name, value in opened.environment.items():
                monkeypatch.setenv(name, value)
            return opened

        yield make


@pytest.fixture(scope="session")
def _shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    with Sandbox(tmp_path_factory.mktemp("box") / "shared.sqlite") as opened:
        yield opened


@pytest.fixture
def shared(_shared: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """A sandbox that others have used, for tests that do not look at what it took."""
    for name, value in _shared.environment.items():
        monkeypatch.setenv(name, value)
    return _shared
