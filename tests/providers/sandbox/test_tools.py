"""The executables that stand in for providers' tools, as they are installed."""

from __future__ import annotations

import stat
from pathlib import Path

from preflight.providers.sandbox.server import Sandbox


def test_the_tools_are_their_owner_s_alone(sandbox: Sandbox) -> None:
    """TalkValue's holds a login."""
    for variable in ("LANDBASE_CLI", "TALKVALUE_CLI"):
        path = Path(sandbox.environment[variable])
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
