"""Every error that preflight raises on purpose.

::

    PreflightError                 exit 2   could not run
    ├── UsageError                 exit 2   the call or the config is off
    │   ├── ConfigError            exit 2   a key or a value of the config
    │   ├── RuleError              exit 2   a rule or profile file that does not load
    │   ├── SourceError            exit 2   the input cannot be opened
    │   ├── OutputExists           exit 2   a result stands there already
    │   ├── MissingExtra           exit 2   an optional dependency is not installed
    │   ├── MissingSecret          exit 2   a secret is not in the environment
    │   └── RunLocked              exit 2   another process works on the run
    ├── BooksError                 exit 2   the books do not balance: a bug, and never silent
    ├── ProviderError              exit 3   what a provider or the network did to one call
    │   ├── Refused                exit 1   a final no; nothing was taken
    │   ├── Busy                   exit 3   a no for now; nothing was taken, ask again later
    │   │   └── Full               exit 3   no room before other jobs have ended
    │   ├── Unreachable            exit 3   the request never arrived; nothing was taken
    │   ├── Denied                 exit 3   credentials or rights; nothing was taken
    │   └── Ambiguous              exit 3   it may have been taken: never repeated blindly
    └── Stopped                    exit 3   a run that cannot go on now and can be resumed

A message is a lower-case fact and what to do about it. It never holds a value of a contact, nor a
secret: it may reach a log.
"""

from __future__ import annotations


class PreflightError(Exception):
    """The root of the tree; `exit_code` is what the command line exits with."""

    exit_code = 2


class UsageError(PreflightError):
    """The call cannot be carried out as it was made."""


class ConfigError(UsageError):
    """A key or a value of the configuration is off; the message names file and key."""


class RuleError(UsageError):
    """A rule or a profile file does not load; the message names file and key."""


class SourceError(UsageError):
    """The input is not there or cannot be opened."""


class OutputExists(UsageError):
    """A result stands where one would be written, and `--force` was not given."""


class MissingExtra(UsageError):
    """An optional dependency is not installed; the message holds the install line."""

    def __init__(self, feature: str, extra: str) -> None:
        super().__init__(
            f"{feature} needs the extra `{extra}`: pip install 'contact-preflight[{extra}]'"
        )


class MissingSecret(UsageError):
    """A secret or an address that must come from the environment is not there."""


class RunLocked(UsageError):
    """Another process holds the run's lock."""


class BooksError(PreflightError):
    """Rows in is not the sum of the places they ended in: a defect of preflight itself."""


class ProviderError(PreflightError):
    """A call to a provider did not end well.

    Args:
        message: the fact, in the provider's words where it gave some.
        code: the provider's own code, where it gave one.
        retry_after: seconds the provider asked to wait, where it did.
    """

    exit_code = 3

    def __init__(
        self, message: str, *, code: str | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.retry_after = retry_after


class Refused(ProviderError):
    """The provider said no for good; nothing of the part was taken."""

    exit_code = 1


class Busy(ProviderError):
    """The provider said not now; nothing of the part was taken."""


class Full(Busy):
    """The provider works on as many jobs as it takes, and will take this one when some ended.

    They may be other people's and take hours: it is no failure to be told so again and again.
    """


class Unreachable(ProviderError):
    """The request never reached the provider; nothing of the part was taken."""


class Denied(ProviderError):
    """The provider does not accept the credentials or their rights; nothing was taken."""


class Ambiguous(ProviderError):
    """The connection or the answer broke while the request was on its way: perhaps it was taken."""


class Stopped(PreflightError):
    """The run cannot go on now; what is done stays done, and `preflight resume` goes on."""

    exit_code = 3
