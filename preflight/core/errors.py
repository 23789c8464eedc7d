"""Every error that preflight raises on purpose.

::

    PreflightError                 exit 2   could not run
    ├── UsageError                 exit 2   the call or the config is wrong
    │   ├── ConfigError            exit 2   a key or a value of the config
    │   │   └── UnknownCode        exit 2   no rule has a code or a prefix that a setting names
    │   ├── RuleError              exit 2   a rule or profile file that does not load
    │   ├── SourceError            exit 2   the input cannot be opened
    │   ├── WriteError             exit 2   a file or a folder cannot be written
    │   ├── OutputExists           exit 2   a result exists already
    │   ├── MissingExtra           exit 2   an optional dependency is not installed
    │   ├── MissingSecret          exit 2   a secret is not in the environment
    │   ├── RunLocked              exit 2   another process is working on the run
    │   └── NothingToReview        exit 0   no row was rejected, so there is nothing to correct
    ├── FindingsError              exit 1   a file does not pass, said to a caller in Python
    ├── BooksError                 exit 2   the books do not balance: a bug, and never silent
    ├── ProviderError              exit 3   a call to a provider failed
    │   ├── Refused                exit 1   a final refusal; nothing was imported
    │   ├── Busy                   exit 3   refused for now; nothing was imported, retry later
    │   │   └── Full               exit 3   no room until other jobs have ended
    │   ├── Unreachable            exit 3   the request never arrived; nothing was imported
    │   ├── Denied                 exit 3   credentials or permissions; nothing was imported
    │   └── Ambiguous              exit 3   it may have been imported: never repeated blindly
    └── Stopped                    exit 3   the run cannot continue now, and can be resumed

A message is a lower-case fact, and what to do about it. It never contains a value of a contact or a
secret, because it may be logged.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any


class PreflightError(Exception):
    """The root of the tree; `exit_code` is the exit code of the command line."""

    exit_code = 2

    def __reduce__(self) -> tuple[Any, ...]:
        """Crosses to another process as it is: its arguments are not those of its class."""
        return _as_it_was, (type(self), self.args, dict(self.__dict__))


def _as_it_was(
    kind: type[PreflightError], args: tuple[Any, ...], state: dict[str, Any]
) -> PreflightError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class FindingsError(PreflightError):
    """A file does not pass; raised only where a caller in Python asks for it."""

    exit_code = 1


class UsageError(PreflightError):
    """The call cannot be carried out as given."""


class ConfigError(UsageError):
    """A key or a value of the config is wrong; the message names the file and the key."""


class UnknownCode(ConfigError):
    """No rule has a code or a prefix that a setting names.

    Args:
        entry: the code or prefix.
        hint: what may be meant.
    """

    def __init__(self, entry: str, hint: str) -> None:
        super().__init__(f"no rule has the code or prefix `{entry}`{hint}")
        self.entry = entry


class RuleError(UsageError):
    """A rule or a profile file does not load; the message names the file and the key."""


class SourceError(UsageError):
    """The input is missing or cannot be opened."""


class WriteError(UsageError):
    """A file cannot be written, and nothing of it is left; the disk is full, for one.

    Args:
        what: the path of the file, or words like "into results/".
        reason: what the system says.
    """

    def __init__(self, what: Path | str, reason: str) -> None:
        super().__init__(f"cannot write {what}: {reason}")
        self.what = what
        self.reason = reason


class OutputExists(UsageError):
    """A result exists where one would be written, and `--force` was not given."""


class NothingToReview(UsageError):
    """No row was rejected, so there is nothing to correct."""

    exit_code = 0


class MissingExtra(UsageError):
    """An optional dependency is not installed; the message holds the install line."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(
            f"{feature} needs the extra `{extra}`: pip install 'contact-preflight[{extra}]'"
        )


class MissingSecret(UsageError):
    """A secret or an address that must come from the environment is missing."""


class RunLocked(UsageError):
    """Another process holds the run's lock."""


class BooksError(PreflightError):
    """The books do not balance: a bug in preflight itself."""


class ProviderError(PreflightError):
    """A call to a provider failed.

    Args:
        message: the fact, in the provider's words if it gave any.
        code: the provider's own code, if it gave one.
        retry_after: the seconds that the provider asked to wait, if it did.
    """

    exit_code = 3

    def __init__(
        self, message: str, *, code: str | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.retry_after = retry_after


class Refused(ProviderError):
    """The provider refused the part permanently; no row of it was imported."""

    exit_code = 1


class Busy(ProviderError):
    """The provider refused the part for now; no row of it was imported."""


class Full(Busy):
    """The provider runs its maximum of jobs, and will accept this one when others have ended.

    They may be other people's and take hours, so repeated answers of this kind are not a failure.
    """


class Unreachable(ProviderError):
    """The request never reached the provider; no row of the part was imported."""


class Denied(ProviderError):
    """The provider does not accept the credentials or their permissions; nothing was imported."""


class Ambiguous(ProviderError):
    """The connection or the response broke during the request: it may have been imported."""


class Stopped(PreflightError):
    """The run cannot continue now; finished work is kept, and `preflight resume` continues."""

    exit_code = 3
