"""A call of a provider's own command line tool, and what its result means.

The tool is run with a list of arguments, never through a shell. The arguments contain no secrets:
the tool gets other data on standard input, and keeps its own session. It does not see the secrets
of other providers.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from preflight.core import processes
from preflight.core.errors import Ambiguous, Busy, ProviderError, UsageError
from preflight.providers import registry
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
        err: standard error.
    """

    code: int
    out: bytes
    err: bytes

    def document(self) -> Mapping[str, Any]:
        """Standard output as a JSON object; an empty one for any other output."""
        return _object(self.out)

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
        with process:
            try:
                out, err = process.communicate(stdin, timeout=self._timeout)
            except subprocess.TimeoutExpired:
                processes.end(process)
                raise self.broken(
                    f"took longer than {self._timeout:g} s", commits=commits
                ) from None
            except BaseException:
                processes.end(process)
                raise
        if process.returncode < 0:
            ended = processes.ended_by(process.returncode)
            raise self.broken(f"was ended by {ended}", commits=commits)
        return Answer(process.returncode, out, err)

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
