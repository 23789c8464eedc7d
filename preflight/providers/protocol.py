"""What the modules of a provider's folder have to offer.

A provider states what it can do as data and makes one call at a time. It does not retry, sleep,
write to the ledger, print or decide: `runs.delivery.loop` does. Whatever goes wrong in a call is
raised as one of the five `ProviderError`s, and the choice between them is the whole contract:
`Ambiguous` where the provider may have taken the rows, one of the others where it certainly did
not.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from preflight.core.types import FailureReport, Outcome, Part, Receipt
from preflight.providers.option import Option
from preflight.providers.saved_report import ReportColumns, SavedReport


class Repeat(enum.StrEnum):
    """What makes it possible to tell, after a broken call, whether the rows were taken."""

    KEY = "idempotency key"
    LOOKUP = "lookup"
    UPSERT = "upsert"
    NONE = "none"


class Reports(enum.StrEnum):
    """What a provider tells about rows that it refused."""

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
        one_by_one: whether a part may only be sent when the job of the one before has ended.
    """

    repeat: Repeat
    reports: Reports
    joins_by: str
    observable: bool = True
    one_by_one: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt at one part.

    Attributes:
        part: what to send.
        key: unique to this attempt and stable over a resume; letters, digits, "-".
        state: what the attempt's earlier steps returned, merged.
    """

    part: Part
    key: str
    state: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Step:
    """One call on the way to a job.

    Attributes:
        name: for the ledger and for people: "analyze", "create".
        commits: whether the provider may start to take rows by it. Steps before a committing one
            can be done again from the first without harm.
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
        """The job that the steps made, from what they returned."""
        ...

    def lookup(self, call: Call) -> Receipt | None:
        """The job that this very attempt made, if the provider knows one; None if it has none.

        Only called where `capabilities.repeat` is `LOOKUP` or `KEY`.
        """
        ...

    def poll(self, receipt: Receipt) -> Outcome:
        """The job's state now."""
        ...

    def failures(self, receipt: Receipt, outcome: Outcome) -> FailureReport | None:
        """The failure report of a job that ended; None where there is nothing to report."""
        ...

    def members(self) -> Mapping[str, int] | None:
        """Who is where the rows were to go, to be compared with those accepted, once all jobs have
        ended: match key, in lower case → how often. None where the provider tells no such thing.
        """
        ...

    def delays(self) -> Iterator[float]:
        """Seconds to wait before each poll, as the provider documents; it may end: give up then."""
        ...

    def close(self) -> None:
        """Closes the connections."""
        ...


@dataclass(frozen=True, slots=True)
class ConnectionSettings:
    """What a connection is made with; its text shows neither options nor the environment.

    Attributes:
        options: validated, with the defaults filled in.
        environ: where secrets and addresses are read from.
        base_url: an address that wins over the environment's; None or "" for none.
        timeout: seconds for each of connecting, sending and waiting.
        field_kinds: what the cells of each of the profile's fields hold ("email", "timestamp", …),
            by the field's name; a field that is not named holds text.
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
        SECRETS: the environment variables that hold its secrets; all of them are needed.
        BASE_URL: the environment variable that overrides its address, or names its tool.
        CAPABILITIES: what it can do.
    """

    OPTIONS: tuple[Option, ...]
    SECRETS: tuple[str, ...]
    BASE_URL: str
    CAPABILITIES: Capabilities

    def connect(self, settings: ConnectionSettings) -> Provider:
        """A connection; no call is made yet.

        Raises:
            UsageError: options that do not go together, or an address that credentials may not go
                to.
            MissingSecret: a secret is not in the environment; the message names its variable.
        """
        ...


class ReportModule(Protocol):
    """The module `report` of a provider's folder.

    Attributes:
        COLUMNS: by which names the header of its report is known.
    """

    COLUMNS: ReportColumns

    def read_saved(self, saved: SavedReport) -> FailureReport:
        """Reads a report that a person saved; its table is as the client makes it.

        Raises:
            UsageError: it is no report of this provider; the message says what was looked for.
        """
        ...
