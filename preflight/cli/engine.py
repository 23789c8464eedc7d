"""What analyzes the files of a call, as its options say."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from preflight.pipeline.dask_cluster import Cluster


@contextlib.contextmanager
def cluster_of(given: Mapping[str, Any], work: Path) -> Iterator[Cluster | None]:
    """The cluster that analyzes the files of a call; None for this machine.

    Args:
        given: the options of the call.
        work: a private folder.

    Raises:
        UsageError: an address is given for no cluster.
    """
    address = given["dask_scheduler"]
    if given["engine"] == "local":
        if address is not None:
            raise click.UsageError("--dask-scheduler is for --engine dask; add it")
        yield None
        return
    from preflight.pipeline.dask_cluster import Cluster  # here: most calls do without

    with contextlib.closing(Cluster(address, given["jobs"], work)) as cluster:
        yield cluster
