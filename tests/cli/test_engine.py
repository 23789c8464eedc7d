"""The engine that analyzes large files: a cluster of the call, one at an address, or none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.calls import Call, contacts

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("few_rules")]

BAD = "ben@@kestrel-labs.com,Ben\n"


_ON_ITS_OWN = """
import atexit
from multiprocessing import forkserver
from preflight.core import processes
processes.WORTH = 100  # so that it pays for a small file

@atexit.register
def no_server_of_other_workers():
    assert forkserver._forkserver._forkserver_pid is None

from preflight.cli import run
run()
"""


def test_a_cluster_of_the_call_finds_what_this_machine_does(call: Call, here: Path) -> None:
    """In a process of its own, as Dask wants it; nothing is started for workers of another kind."""
    (here / "a.csv").write_text(contacts(200) + BAD)
    words = ["check", "a.csv", "--output-format", "concise"]
    alone = call(*words)
    command = [sys.executable, "-c", _ON_ITS_OWN, *words, "--engine", "dask", "--jobs", "2"]
    shared = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (shared.stdout, shared.stderr, shared.returncode) == (alone.out, "", 1)
    assert "EML302" in shared.stdout


def test_what_is_wrong_with_the_engine_is_one_line(
    call: Call, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("preflight.pipeline.dask_cluster.PATIENCE", 0.3)
    (here / "a.csv").write_text(contacts(2))
    dask = ("--engine", "dask", "--dask-scheduler")
    for words, said in (
        (("--dask-scheduler", "tcp://127.0.0.1:9"), "--dask-scheduler is for --engine dask; add"),
        ((*dask, "tcp://127.0.0.1:9"), "the Dask scheduler at tcp://127.0.0.1:9 does not answer"),
        ((*dask, "nothing://a"), "nothing://a has no address that Dask knows; give one like tcp:"),
        (("--engine", "spark"), "invalid value for '--engine'"),
    ):
        for command in ("check", "fix"):
            told = call(command, "a.csv", *words)
            assert (told.code, told.out, told.err.count("\n")) == (2, "", 1)
            assert said in told.err
    assert {path.name for path in here.iterdir()} == {"a.csv", "preflight.toml"}


def test_the_missing_extra_is_named(
    call: Call, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    (here / "a.csv").write_text(contacts(2))
    for more in ((), ("--dask-scheduler", "tcp://127.0.0.1:9")):
        told = call("check", "a.csv", "--engine", "dask", *more)
        assert (told.code, told.out) == (2, "")
        assert told.err == (
            "preflight: --engine dask needs the extra `dask`: "
            "pip install 'contact-preflight[dask]'\n"
        )
