"""A cluster for the tests of what it does: processes of this machine, started once a module."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from preflight.pipeline.dask_cluster import Cluster
from tests.clusters import Processes, processes


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    """A scheduler and two workers."""
    with processes(tmp_path_factory.mktemp("cluster"), 2) as started:
        yield started


@pytest.fixture
def cluster(running: Processes, tmp_path: Path) -> Iterator[Cluster]:
    """The connection of a call to them."""
    connected = Cluster(running.address, None, tmp_path)
    yield connected
    connected.close()
