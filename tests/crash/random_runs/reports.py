"""Failure reports as a person fetches them: from the provider's own address, into a file."""

from __future__ import annotations

import base64
import urllib.request
from pathlib import Path

from tests.crash.random_runs.world import World


def fetched(world: World, job: str) -> Path:
    """The failure report of a job of Dotdigital or TalkValue.

    Raises:
        HTTPError: there is none yet.
    """
    provider, environ = world.scenario.provider, world.box.environment
    if provider == "dotdigital":
        who = f"{environ['DOTDIGITAL_API_USER']}:{environ['DOTDIGITAL_API_PASSWORD']}"
        allowed = f"Basic {base64.b64encode(who.encode()).decode()}"
        route = f"v2/contacts/import/{job}/report-faults"
    else:
        allowed = f"Bearer {environ['TALKVALUE_TOKEN']}"
        route = f"path/import/{job}/failed/export"
    asked = urllib.request.Request(
        f"{world.box.url}/{provider}/{route}", headers={"Authorization": allowed}
    )
    path = world.here / f"report-{job}.csv"
    with urllib.request.urlopen(asked) as answer:
        path.write_bytes(answer.read())
    return path
