"""One call of a provider's own command line tool, and what its end means.

The tool is run from a list of arguments, never through a shell. No secret stands among them: what
it needs beyond options and file names it gets on its standard input, and its session is its own.
It does not see the other providers' secrets.
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

# What else of the environment a tool may know, and must not be repeated after it.
_SECRET_NAME = re.compile(r"token|password|secret|key|credential", re.IGNORECASE)
_SHORTEST = 6  # what is shorter may be any word


@dataclass(frozen=True, slots=True)
class Answer:
    """How a call ended.

    Attributes:
        code: the exit code.
        out: what it wrote to standard output.
        err: what it wrote to standard error.
    """

    code: int
    out: bytes
    err: bytes

    def document(self) -> Mapping[str, Any]:
        """Standard output as a JSON object; an empty one for any other output."""
        return _object(self.out)

    def error(self) -> Mapping[str, Any]:
        """What stands under `error` in the last JSON object on standard error; else an empty one.

        Progress and warnings may stand before it.
        """
        whole = _object(self.err).get("error")
        if isinstance(whole, dict):
            return whole
        for line in reversed(self.err.splitlines()):
            found = _object(line).get("error")
            if isinstance(found, dict):
                return found
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
        default: what it is called otherwise, looked for on PATH.
        environ: the environment.
        timeout: seconds that one call may take.

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
        found = shutil.which(self.executable, path=environ.get("PATH"))
        if found is None:
            raise UsageError(
                f"{name} is reached through its command `{self.executable}`, which is not "
                f"installed or not on PATH; {variable} can name it"
            )
        self._path = found
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
            ProviderError: it was never started (`Busy`), or did not come to its end: `Ambiguous`
                where it commits, else `Busy`.
        """
        try:
            process = subprocess.Popen(
                [self._path, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self._environ,
                start_new_session=True,
                close_fds=False,  # it holds the run's lock with us, see `Ledger.lock`
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
        """The error for a call of which it cannot be told what it did."""
        if commits:
            return Ambiguous(
                f"`{self.executable}` {fact}; it cannot be told whether {self.name} took the rows"
            )
        return Busy(f"`{self.executable}` {fact}; the call took nothing and can be made again")

    def shown(self, words: object) -> str:
        """The tool's words, filtered, on one line, of a length that can be read."""
        return shown(words, self._secrets) if isinstance(words, str) else ""
