"""Starts the fork server and asks it for calls; knows whether it can be had on this machine."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import json
import os
import platform
import random
import shutil
import socket
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
    _compile("-shared", "-fPIC", "-o", made, HERE / "interpose.c", "-ldl")
    return made


def _compile(*arguments: str | Path) -> None:
    subprocess.run(["cc", "-O1", *arguments], check=True, capture_output=True)


@dataclass(frozen=True)
class Point:
    """Where something happens to a call, and what.

    Attributes:
        kind: the class of system calls, see `watching.CLASSES`.
        at: at which of them, from 1.
        manner: what happens there, see `watching.MANNERS`.
        place: which of our code makes it: `at` counts the calls of that place; "" for any.
    """

    kind: str
    at: int
    manner: str = "whole"
    place: str = ""

    def __str__(self) -> str:
        where = f" of {self.place}" if self.place else ""
        return f"{self.kind} {self.at}{where}{'' if self.manner == 'whole' else f' {self.manner}'}"


@dataclass(frozen=True)
class Around:
    """What is otherwise than usual around a call.

    Attributes:
        clock: seconds that its clock is ahead.
        jump: seconds that it is ahead from the point on.
        locks: how the locks of the file system are: 0 as they should be, 1 there are none, 2 they
            lock nothing.
        meanwhile: another command line, called while this one is paused.
        trace: the file that gets each system call, see `watching.read_trace`.
        under: the folder whose changes are recorded in it.
    """

    clock: int = 0
    jump: int = 0
    locks: int = 0
    meanwhile: tuple[str, ...] = ()
    trace: str = ""
    under: str = ""


USUAL = Around()


@dataclass(frozen=True)
class Ended:
    """How a call ended.

    Attributes:
        code: its exit code; `KILLED`, or `STUCK` where it took too long.
        counts: how many calls of each class it made; None for a killed one.
        out, err: what it said.
        other: the exit code of the call that was made meanwhile; None where there was none.
        other_err: what that one said.
    """

    code: int
    counts: Mapping[str, int] | None
    out: str
    err: str
    other: int | None = None
    other_err: str = ""


class Runner:
    """A fork server, and a server of the providers' tools; a context manager that ends them.

    Attributes:
        place: a folder for its trials, always the same one.
        port: for the stand-ins of its trials, always the same one.
        kept, stages: a folder and a table for what its trials begin with, see `stage.py`.
        warmed: the scenarios that it is warm for.
        expected: the results that an untouched call of a scenario leaves.
    """

    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()
        self.stages: dict[str, object] = {}
        self.warmed: set[str] = set()
        self.expected: dict[str, dict[str, bytes]] = {}

    def __enter__(self) -> Self:
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        self.place = self._stack.enter_context(workplace())
        self.kept = self._stack.enter_context(workplace())
        self.port = _free_port()
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

    @functools.cached_property
    def tool(self) -> Sequence[str]:
        """The command before a tool's module and address; its server starts at the first use."""
        program, socket_path = self._folder / "ask_tool", self._folder / "tools"
        _compile("-o", program, HERE / "ask_tool.c")
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.tool_server", socket_path],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
            cwd=REPOSITORY,
        )
        self._stack.enter_context(server)
        self._stack.callback(server.kill)
        assert server.stdout is not None
        server.stdout.readline()
        return (str(program), str(socket_path))

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
        timeout: float = 180.0,
        around: Around = USUAL,
    ) -> Ended:
        """Runs the command line in a process of its own, which may be killed."""
        paths = {name: self._folder / name for name in ("out", "err", "other_out", "other_err")}
        for path in paths.values():
            path.unlink(missing_ok=True)
        asked = {name: value for name, value in dataclasses.asdict(around).items() if value}
        told = self._ask(
            call=list(argv),
            cwd=str(cwd),
            environ=dict(environ),
            point=[point.kind, point.at, point.manner, point.place] if point else None,
            timeout=timeout,
            **{name: str(path) for name, path in paths.items()},
            **asked,
        )
        out, err, _, other_err = (
            path.read_text() if path.exists() else "" for path in paths.values()
        )
        return Ended(told["code"], told["counts"], out, err, told["other"], other_err)

    def warm(self, argv: Sequence[str], *, cwd: Path, environ: Mapping[str, str]) -> None:
        """Runs the command line in the fork server itself."""
        self._ask(warm=list(argv), cwd=str(cwd), environ=dict(environ))

    def bury(self, seconds: float = 30.0) -> None:
        """Waits for the programs that dead calls left behind.

        Raises:
            RuntimeError: they have not ended by then.
        """
        if self._ask(orphans=seconds)["left"]:
            raise RuntimeError(f"a program of a dead call still runs after {seconds:g} s")


def _free_port() -> int:
    """A port of this machine that no outgoing connection is given."""
    while True:
        port = random.randrange(20_000, 30_000)
        with contextlib.closing(socket.socket()) as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


@contextlib.contextmanager
def workplace() -> Iterator[Path]:
    """A folder for a trial, in memory where possible: none of it has to outlast a power cut."""
    memory = Path("/dev/shm")
    parent = memory if os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="preflight-crash-", dir=parent) as folder:
        yield Path(folder)
