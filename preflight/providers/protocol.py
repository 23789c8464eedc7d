"""The interfaces of the modules in a provider's folder.

A provider declares its capabilities as data and makes one call at a time. It does not retry, sleep,
write to the ledger, print or decide; `runs.delivery.loop` does. Every failure of a call is raised
as one of the five `ProviderError`s, and the choice matters: `Ambiguous` if the provider may have
taken the rows, one of the others if it certainly did not.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from preflight.core.exchange import FailureReport, Outcome, Part, Receipt
from preflight.providers.option import Option

if TYPE_CHECKING:
    from preflight.providers.saved_report import ReportColumns, SavedReport


class Repeat(enum.StrEnum):
    """How to find out, after a broken call, whether the rows were taken."""

    KEY = "idempotency key"
    LOOKUP = "lookup"
    UPSERT = "upsert"
    NONE = "none"


class Reports(enum.StrEnum):
    """What a provider reports about rows that it refused."""

    ROWS = "rows"
    COUNTS = "counts"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider can do.

    Attributes:
        repeat: see `Repeat`.
        reports: see `Reports`.
        joins_by: how a failure names its row: "row" (a number), "key" (the email), "any" (either or
            both, as its report has it), or "".
        observable: whether a job can be polled at all.
        one_by_one: whether a part may be sent only after the job of the part before has ended.
    """

    repeat: Repeat
    reports: Reports
    joins_by: str
    observable: bool = True
    one_by_one: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """An attempt to send a part.

    Attributes:
        part: what to send.
        key: unique to this attempt, and the same after a resume; letters, digits, "-".
        state: the merged results of the attempt's earlier steps.
    """

    part: Part
    key: str
    state: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One of the calls that make a job.

    Attributes:
        name: for the ledger and for people: "analyze", "create".
        commits: whether the provider may start to take rows. The steps before a committing one can
            be repeated from the first without harm.
        run: makes the call; returns what later steps and `receipt` need, as JSON values.
    """

    name: str
    commits: bool
    run: Callable[[Call], Mapping[str, Any]]


class Provider(Protocol):
    """A connection to one provider with one set of options."""

    name: str
    capabilities: Capabilities

    def steps(self) -> Sequence[Step]:
        """The calls that turn a part into a job, in order."""
        ...

    def receipt(self, state: Mapping[str, Any]) -> Receipt:
        """The job that the steps made, from their results."""
        ...

    def lookup(self, call: Call) -> Receipt | None:
        """The job that this attempt made; None if the provider has none.

        Called only if `capabilities.repeat` is `LOOKUP` or `KEY`.
        """
        ...

    def poll(self, receipt: Receipt) -> Outcome:
        """The job's state now."""
        ...

    def failures(self, receipt: Receipt, outcome: Outcome) -> FailureReport | None:
        """The failure report of a job that ended; None if there is nothing to report."""
        ...

    def members(self) -> Mapping[str, int] | None:
        """The members of the list that the rows were sent to: match key in lower case → count.

        Called after all jobs have ended, to compare them with the accepted rows. None if the
        provider does not list members.
        """
        ...

    def delays(self) -> Iterator[float]:
        """Seconds to wait before each poll, as the provider documents; at its end, give up."""
        ...

    def close(self) -> None:
        """Closes the connections."""
        ...


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """The settings of a connection; its repr shows neither options nor the environment.

    Attributes:
        options: validated, with default values.
        environ: the environment, with secrets and addresses.
        base_url: an address that overrides the one in the environment; None or "" for none.
        timeout: seconds for each of sending and waiting; to connect, ten at most.
        field_kinds: the kind of each of the profile's fields ("email", "timestamp", …), by name;
            text for other fields.
    """

    options: Mapping[str, str] = field(repr=False)
    environ: Mapping[str, str] = field(repr=False)
    base_url: str | None = field(default=None, repr=False)
    timeout: float = 121.0
    field_kinds: Mapping[str, str] = field(default_factory=dict)


class ClientModule(Protocol):
    """The module `client` of a provider's folder.

    Attributes:
        OPTIONS: its options, for `-O`.
        SECRETS: the environment variables with its secrets; all are required.
        BASE_URL: the environment variable that overrides its address, or names its tool.
        HOSTS: its own hosts, in lower case. A client without it has none: every address that the
            user gives is another one than the provider's own, see `destination`.
        CAPABILITIES: of the provider.
    """

    OPTIONS: tuple[Option, ...]
    SECRETS: tuple[str, ...]
    BASE_URL: str
    HOSTS: tuple[str, ...]
    CAPABILITIES: Capabilities

    def connect(self, settings: ConnectionSettings) -> Provider:
        """Connects; makes no call yet.

        Raises:
            UsageError: options exclude each other, or credentials may not be sent to the address.
            MissingSecret: a secret is not in the environment; the message names its variable.
        """
        ...


class ReportModule(Protocol):
    """The module `report` of a provider's folder.

    Attributes:
        COLUMNS: how to recognise the header of its report.
    """

    COLUMNS: ReportColumns

    def read_saved(self, saved: SavedReport) -> FailureReport:
        """Reads a report that a person saved; its table is like the client's.

        Raises:
            UsageError: it is not a report of this provider; the message says what a report has.
        """
        ...
