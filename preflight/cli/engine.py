"""What analyzes the files of a call, as its options say."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from preflight.cli.progress import live_view
from preflight.config.settings import Settings
from preflight.writing.writer import FixedFile

if TYPE_CHECKING:
    from preflight.pipeline.dask_cluster import Cluster


def written(
    write: Callable[..., FixedFile],
    path: str,
    settings: Settings,
    given: Mapping[str, Any],
    work: Path,
) -> FixedFile:
    """The results of a file, which a function of the pipeline writes while the terminal shows it.

    Args:
        write: `fix` or `split`.
        path: of the file.
        settings: of the call.
        given: the options of the call.
        work: a private folder.
    """
    with live_view() as view, cluster_of(given, work) as cluster:
        return write(
            path,
            settings,
            work=work,
            folder=given["folder"],
            force=given["force"],
            stdin_name=given["stdin_filename"],
            progress=view.stage,
            jobs=given["jobs"],
            cluster=cluster,
        )


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
