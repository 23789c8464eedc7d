"""The executables that stand in for providers' tools, as they are installed."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from preflight.providers.sandbox.server import Sandbox


def test_the_tools_are_their_owner_s_alone(sandbox: Sandbox) -> None:
    """TalkValue's holds a login."""
    for variable in ("LANDBASE_CLI", "TALKVALUE_CLI"):
        path = Path(sandbox.environment[variable])
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_several_can_install_them_at_once(sandbox: Sandbox) -> None:
    """As the clients of one sandbox do, and the sandboxes of one state folder."""
    with ThreadPoolExecutor(4) as pool:
        environments = list(pool.map(lambda _: sandbox.environment, range(40)))
    assert all(environment == environments[0] for environment in environments)
