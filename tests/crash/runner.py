"""Starts the fork server and asks it for calls; knows whether it can be had on this machine."""

from __future__ import annotations

import contextlib
import functools
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.crash.forked import STUCK as STUCK

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[1]
KILLED = -9


@functools.cache
def lacking() -> str | None:
    """Why calls cannot be killed on this machine; None if they can."""
    if not sys.platform.startswith("linux") or platform.libc_ver()[0] != "glibc":
        return "processes are killed by means of Linux and the GNU C library"
    if shutil.which("cc") is None:
        return "no C compiler: the Debian package gcc (with libc6-dev) brings one"
    with tempfile.TemporaryDirectory() as folder:
        try:
            build(Path(folder))
        except subprocess.CalledProcessError as error:
            if b"No such file" in error.stderr:
                return "no C headers: the Debian package libc6-dev brings them"
            raise
    return None


def build(folder: Path) -> Path:
    """Compiles the interposer.

    Raises:
        subprocess.CalledProcessError: it does not compile.
    """
    made = folder / "interpose.so"
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-O1", "-o", made, HERE / "interpose.c", "-ldl"],
        check=True,
        capture_output=True,
    )
    return made


@dataclass(frozen=True)
class Point:
    """Where a call is killed, or finds the disk full.

    Attributes:
        kind: the class of system calls, see `forked.CLASSES`.
        at: at which of them, from 1.
        torn: whether half of a write is made first.
        full: whether it lives, and no file takes a byte from there on.
    """

    kind: str
    at: int
    torn: bool = False
    full: bool = False

    def __str__(self) -> str:
        return f"{self.kind} {self.at}{'' if self.manner == 'whole' else f' {self.manner}'}"

    @property
    def manner(self) -> str:
        """What happens there, see `forked.MANNERS`."""
        return "full" if self.full else "torn" if self.torn else "whole"


@dataclass(frozen=True)
class Ended:
    """How a call ended.

    Attributes:
        code: its exit code; `KILLED`, or `STUCK` where it took too long.
        counts: how many calls of each class it made; None for a killed one.
        out, err: what it said.
    """

    code: int
    counts: Mapping[str, int] | None
    out: str
    err: str


class Runner:
    """A fork server; a context manager that ends it."""

    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> Self:
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        environ = {
            **os.environ,
            "LD_PRELOAD": str(build(self._folder)),
            "OPENBLAS_NUM_THREADS": "1",
            "JE_ARROW_MALLOC_CONF": "background_thread:false",
            "PYTHONPATH": str(REPOSITORY),
        }
        self._process = subprocess.Popen(
            # To fork with Arrow's idle threads is deprecated, and right here: see `forked.py`.
            [sys.executable, "-W", "ignore::DeprecationWarning", "-m", "tests.crash.forked"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environ,
            text=True,
            cwd=REPOSITORY,
        )
        self._stack.enter_context(self._process)
        self._answer()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._stack.close()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("the fork server has ended")
        found: dict[str, Any] = json.loads(line)
        return found

    def _ask(self, **asked: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def call(
        self,
        argv: Sequence[str],
        *,
        cwd: Path,
        environ: Mapping[str, str],
        point: Point | None = None,
        timeout: float = 60.0,
    ) -> Ended:
        """Runs the command line in a process of its own, which may be killed."""
        out, err = self._folder / "out", self._folder / "err"
        told = self._ask(
            call=list(argv),
            cwd=str(cwd),
            environ=dict(environ),
            out=str(out),
            err=str(err),
            point=[point.kind, point.at, point.manner] if point else None,
            timeout=timeout,
        )
        return Ended(told["code"], told["counts"], out.read_text(), err.read_text())

    def bury(self, seconds: float = 30.0) -> None:
        """Waits for the programs that dead calls left behind.

        Raises:
            RuntimeError: they have not ended by then.
        """
        if self._ask(orphans=seconds)["left"]:
            raise RuntimeError(f"a program of a dead call still runs after {seconds:g} s")


@contextlib.contextmanager
def workplace() -> Iterator[Path]:
    """A folder for a trial, in memory where possible: none of it has to outlast a power cut."""
    memory = Path("/dev/shm")
    parent = memory if os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="preflight-crash-", dir=parent) as folder:
        yield Path(folder)
