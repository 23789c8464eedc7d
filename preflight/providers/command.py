"""A call of a provider's own command line tool, and what its result means.

The tool is run with a list of arguments, never through a shell. The arguments contain no secrets:
the tool gets other data on standard input, and keeps its own session. It does not see the secrets
of other providers.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from preflight.core import processes
from preflight.core.errors import Ambiguous, Busy, ProviderError, UsageError, WriteError
from preflight.core.received import Received
from preflight.providers import registry
from preflight.providers.answers import (
    LONGEST_ANSWER,
    LONGEST_ERROR,
    LONGEST_REPORT,
    UnendingAnswer,
)
from preflight.providers.exchange import shown

# Other environment variables whose values must not be repeated from the tool's output.
_SECRET_NAME = re.compile(r"token|password|secret|key|credential", re.IGNORECASE)
_SHORTEST = 6  # anything shorter may be an ordinary word


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of a call.

    Attributes:
        code: the exit code.
        out: standard output.
        err: the end of standard error.
    """

    code: int
    out: Received
    err: bytes

    def document(self) -> Mapping[str, Any]:
        """Standard output as a JSON object; an empty one for any other output."""
        return _object(self.out.whole()) if self.out.size <= LONGEST_ANSWER else {}

    def error(self) -> Mapping[str, Any]:
        """The value of `error` in the last JSON object on standard error; else an empty object.

        Progress and warnings may come before it.
        """
        whole = _object(self.err).get("error")
        if isinstance(whole, dict):
            return whole
        for line in reversed(self.err.splitlines()):
            error = _object(line).get("error")
            if isinstance(error, dict):
                return error
        return {}


def _object(text: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


class _Talk:
    """What a running tool is told, and what it writes, which may be of any length.

    Attributes:
        out: its standard output.
        err: its standard error.
    """

    def __init__(self, process: subprocess.Popen[bytes], stdin: bytes) -> None:
        self.out, self.err = Received(), Received()
        self._process = process
        self._failure: Exception | None = None
        self._threads = [
            threading.Thread(target=work, args=arguments, daemon=True)
            for work, arguments in (
                (self._drain, (process.stdout, self.out)),
                (self._drain, (process.stderr, self.err)),
                (self._feed, (stdin,)),
            )
        ]

    def hold(self, timeout: float) -> None:
        """Talks until the tool has ended.

        Raises:
            subprocess.TimeoutExpired: it did not end in time.
            UnendingAnswer: it writes too much.
            WriteError: there is no room for what it writes.
        """
        end = time.monotonic() + timeout
        for thread in self._threads:
            thread.start()
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
            if self._failure is not None:
                raise self._failure
            if thread.is_alive():
                raise subprocess.TimeoutExpired(self._process.args, timeout)
        self._process.wait(max(0.0, end - time.monotonic()))

    def _drain(self, pipe: IO[bytes], into: Received) -> None:
        try:
            while block := os.read(pipe.fileno(), 1 << 16):
                into.add(block)
                if into.size > LONGEST_REPORT:
                    self._failure = UnendingAnswer(f"is longer than {LONGEST_REPORT >> 20:,} MB")
                    return
        except (OSError, WriteError) as error:
            self._failure = error

    def _feed(self, stdin: bytes) -> None:
        pipe = self._process.stdin
        assert pipe is not None  # noqa: S101 - it is one of the three pipes
        with contextlib.suppress(OSError):  # a tool need not read to the end
            pipe.write(stdin)
            pipe.close()


class Command:
    """A provider's command line tool.

    Args:
        name: the provider.
        variable: the environment variable that names the executable.
        default: its name otherwise, searched on PATH.
        environ: the environment.
        timeout: seconds that a call may take.

    Raises:
        UsageError: there is no such executable.
    """

    def __init__(
        self,
        name: str,
        *,
        variable: str,
        default: str,
        environ: Mapping[str, str],
        timeout: float,
    ) -> None:
        self.name = name
        self.executable = environ.get(variable, "").strip() or default
        path = shutil.which(self.executable, path=environ.get("PATH"))
        if path is None:
            raise UsageError(
                f"{name} needs its command `{self.executable}`, which is not installed or not on "
                f"PATH; install it, or set {variable} to its path"
            )
        self._path = path
        self._timeout = timeout
        secrets = registry.secrets()
        known = {variable for variables in secrets.values() for variable in variables}
        foreign = known.difference(secrets.get(name, ()))
        self._environ = {key: value for key, value in environ.items() if key not in foreign}
        self._secrets = tuple(
            value.strip()
            for key, value in environ.items()
            if (key in known or _SECRET_NAME.search(key)) and len(value.strip()) >= _SHORTEST
        )

    def run(self, arguments: Sequence[str], *, commits: bool, stdin: bytes = b"") -> Answer:
        """Makes one call, to its end.

        Raises:
            ProviderError: it could not be started (`Busy`), or did not end by itself (`Ambiguous`
                if it commits, else `Busy`).
        """
        try:
            process = subprocess.Popen(
                [self._path, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self._environ,
                start_new_session=True,
                close_fds=False,  # it shares the run's lock, see `Ledger.lock`
            )
        except OSError as error:
            raise Busy(f"`{self.executable}` cannot be started: {error.strerror}") from None
        talk = _Talk(process, stdin)
        with process:
            try:
                talk.hold(self._timeout)
            except subprocess.TimeoutExpired:
                processes.end(process)
                raise self.broken(
                    f"took longer than {self._timeout:g} s", commits=commits
                ) from None
            except UnendingAnswer as error:
                processes.end(process)
                raise self.broken(f"wrote an answer that {error}", commits=commits) from None
            except BaseException:
                processes.end(process)
                raise
        if process.returncode < 0:
            ended = processes.ended_by(process.returncode)
            raise self.broken(f"was ended by {ended}", commits=commits)
        return Answer(process.returncode, talk.out, talk.err.tail(LONGEST_ERROR))

    def broken(self, fact: str, *, commits: bool) -> ProviderError:
        """The error for a call whose effect is not known."""
        if commits:
            return Ambiguous(
                f"`{self.executable}` {fact}; it is not known whether {self.name} took the rows"
            )
        return Busy(f"`{self.executable}` {fact}; the call sent nothing and can be repeated")

    def shown(self, words: object) -> str:
        """The tool's words, filtered, on one line, and not too long."""
        return shown(words, self._secrets) if isinstance(words, str) else ""
