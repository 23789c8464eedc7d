"""Dotdigital: bulk import into an address book with a merge option (API v2).

The facts, and where Dotdigital states them:

- One committing call, a multipart form with a file name, answered 202 with the id of the job and
  its status; the eight statuses; 50 MB; 25 active imports ("Bulk creates, or bulk updates,
  contacts in an address book with merge option").
- The hosts of the three regions, HTTPS, 121 seconds a call, 403 at the wrong region's host, and
  that `GET /v2/account-info` at the host of r1 tells the right one ("API end points").
- HTTP Basic with an API user; `ERROR_*` tokens inside a `message` ("Error response types"; that
  they come as `Error: ERROR_X` and as `Sentence. ERROR_X` is what clients in the field report).
- `X-RateLimit-Reset`, 429, and 400 with `ERROR_APIUSAGE_EXCEEDED` in the older scheme
  ("Call rate limits").
- The fifteen counters ("Get contact import report") and the faults file, a CSV of the column
  `Reason` and the import's own columns, without row numbers, kept for about a week ("Get contact
  import report faults"); that it can start with a byte order mark is seen in the vendor's plugin.

Not documented, and so read tolerantly: which property of the account names its host, the status
that goes with the refusals for a while, the order and case of the faults' columns, whether the
faults list every row that the counters count.

There is no idempotency key and no list of imports. An import is an upsert by e-mail address, so
a person may decide to send rows again; this module never does.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from preflight.core.errors import Ambiguous, Busy, Denied, Full, ProviderError, Refused
from preflight.core.exchange import FailureReport, Outcome, Receipt
from preflight.providers.access import address, basic, secrets
from preflight.providers.dotdigital.report import read_fetched
from preflight.providers.exchange import Complaint, Response, Upload, identifier
from preflight.providers.failure_report import IncompleteReportError
from preflight.providers.http import Http
from preflight.providers.option import Option
from preflight.providers.protocol import (
    Call,
    Capabilities,
    ConnectionSettings,
    Repeat,
    Reports,
    Step,
)

SECRETS = ("DOTDIGITAL_API_USER", "DOTDIGITAL_API_PASSWORD")
"""The environment variables that hold the API user and its password."""

BASE_URL = "DOTDIGITAL_BASE_URL"
"""The environment variable that overrides the region's host."""

HOSTS = tuple(
    f"{region}-api.{domain}.com"
    for region in ("r1", "r2", "r3")
    for domain in ("dotdigital", "dotmailer")
)
"""Dotdigital's own hosts."""

OPTIONS = (
    Option(
        "address_book",
        "the ID of the address book that the contacts go to",
        required=True,
        pattern=r"[0-9]+",
        shape="digits",
    ),
    Option(
        "merge_option",
        "what to do with fields of existing contacts",
        choices=(
            "Overwrite",
            "OnlyOverwriteIfNotEmpty",
            "OnlyOverwriteIfContactDataNotPopulated",
        ),
        default="OnlyOverwriteIfNotEmpty",
    ),
    Option(
        "region",
        "the account's region [asked from Dotdigital]",
        choices=("r1", "r2", "r3"),
    ),
)
"""What `-O` takes; the merge options as the path of the API spells them."""

_VERDICTS: Mapping[str, type[ProviderError]] = {
    "ERROR_IMPORT_TOOMANYACTIVEIMPORTS": Full,
    "ERROR_APIUSAGE_EXCEEDED": Busy,
    "ERROR_ADDRESSBOOK_IN_USE": Busy,
    "ERROR_SYSTEM_SERVICETEMPORARILYUNAVAILABLE": Busy,
    "ERROR_IMPORT_REPORT_NOT_FOUND": Busy,  # the job's end is seen before its report is written
    "ERROR_INVALID_LOGIN": Denied,
    "ERROR_UNKNOWN": Ambiguous,
}
_ADVICE = {
    "ERROR_IMPORT_TOOMANYACTIVEIMPORTS": "an account has 25 active imports at most",
    "ERROR_ADDRESSBOOK_NOT_FOUND": "check -O address_book",
    "ERROR_ADDRESSBOOK_NOTWRITABLE": "choose another -O address_book",
    "ERROR_NO_EMAIL_COLUMN": "the file needs a column with the heading Email",
}
_WRONG_REGION = (
    "this may be the wrong region: try -O region=r1, r2 or r3; or check the rights of the API user"
)
_HOST = re.compile(r"https://(r[123])-api\.(?:dotdigital|dotmailer)\.com(?:/v2)?/?", re.I)
_RUNNING = "notfinished"
_FINISHED = "finished"
_FAILED = {
    "rejectedbywatchdog": "Dotdigital's Watchdog doubts the quality of the addresses and rejected "
    "the import: contact Dotdigital support before sending them again",
    "invalidfileformat": "Dotdigital could not read the file as CSV: nothing was imported",
    "failed": "the import failed at Dotdigital: ask its support with the id of the import",
    "exceedsallowedcontactlimit": "the account has no room for these contacts: raise its limit or "
    "send fewer",
    "notavailableinthisversion": "the account's version of the API has no such import: choose "
    "another -O merge_option, or ask Dotdigital support",
}
_UNKNOWN = "unknown"
_LOST = (
    "Dotdigital does not know the result of the import, so it is not known whether rows were "
    "imported: look at the address book, or ask Dotdigital support"
)
_TAKEN = frozenset({"newContacts", "updatedContacts"})
_COUNTERS = (
    "newContacts",
    "updatedContacts",
    "globallySuppressed",
    "invalidEntries",
    "duplicateEmails",
    "blocked",
    "unsubscribed",
    "hardBounced",
    "softBounced",
    "ispComplaints",
    "mailBlocked",
    "domainSuppressed",
    "pendingDoubleOptin",
    "failures",
    "suppressedContacts",
)


def read_error(response: Response) -> Complaint:
    """Dotdigital's words in an answer: `message`, and the `ERROR_*` token inside it, if any."""
    message = response.document().get("message")
    words = message if isinstance(message, str) else ""
    token = re.search(r"ERROR_[A-Z0-9_]+", words)
    code = token[0] if token else None
    advice = _WRONG_REGION if response.status == 403 else _ADVICE.get(code or "", "")
    return Complaint(words, code, _VERDICTS.get(code or ""), advice)


CAPABILITIES = Capabilities(repeat=Repeat.UPSERT, reports=Reports.ROWS, joins_by="key")
"""What it can do."""


class Dotdigital:
    """A connection to one address book.

    Args:
        http: the calls.
        address_book: its id.
        merge_option: as the API's path spells it.
        at: makes the calls to a region, if the account's is to be asked for before the first call.
    """

    name = "dotdigital"
    capabilities = CAPABILITIES

    def __init__(
        self,
        http: Http,
        *,
        address_book: str,
        merge_option: str,
        at: Callable[[str], Http] | None = None,
    ) -> None:
        self._given = http
        self._address_book = address_book
        self._merge_option = merge_option
        self._at = at

    @property
    def _http(self) -> Http:
        """The calls to the account's own region.

        Raises:
            ProviderError: it has to be asked for, and could not be.
        """
        if self._at is not None:
            try:
                account = self._given.send("GET", "/v2/account-info", commits=False).document()
            except Refused:
                account = {}
            region = region_of(account)
            if region is not None:
                self._given.close()
                self._given = self._at(region)
            self._at = None
        return self._given

    def steps(self) -> Sequence[Step]:
        """One call: the file goes up and the job starts."""
        return (Step("import", commits=True, run=self._import),)

    def _import(self, call: Call) -> Mapping[str, Any]:
        """Sends the part; `job` is the id of the import, `status` its first status."""
        response = self._http.send(
            "POST",
            f"/v2/address-books/{self._address_book}/contacts/import/with-merge-option/"
            f"{self._merge_option}",
            files={"file": Upload(call.part.path, call.part.path.name)},
            commits=True,
        )
        job = identifier(response.document().get("id"))
        if job is None:
            raise self._http.unexpected(response, "the id of an import", commits=True)
        return {"job": job, "status": self._http.shown(str(response.document().get("status", "")))}

    def receipt(self, state: Mapping[str, Any]) -> Receipt:
        """The import's id, with its first status and the address book."""
        return Receipt(
            job=state["job"],
            details={"status": state["status"], "address_book": self._address_book},
        )

    def lookup(self, call: Call) -> Receipt | None:
        """Always raises: Dotdigital has no list of imports in which an attempt could be found.

        Raises:
            Ambiguous: always.
        """
        raise Ambiguous(
            f"dotdigital has no list of imports: what became of attempt {call.key} cannot be asked"
        )

    def poll(self, receipt: Receipt) -> Outcome:
        """The import's status, and once it is finished the counters of its report.

        `rejected` is the sum of the counters other than new and updated contacts. Each of them
        has a reason of the faults file to it, but it is nowhere stated that a row is counted
        once: the faults decide about rows, the sum only says how many to expect. A sum of nothing
        counts only if every counter was there, else it is missing and the faults are asked for.

        A status that is not documented counts as running: nothing may be concluded from it.

        Raises:
            Busy: the import is finished and its report is not there yet, or the call broke.
        """
        path = f"/v2/contacts/import/{quote(receipt.job, safe='')}"
        response = self._http.send("GET", path, commits=False)
        status = response.document().get("status")
        if not isinstance(status, str) or not status:
            raise self._http.unexpected(response, "the status of an import", commits=False)
        word, status = status.casefold(), self._http.shown(status)
        if word == _RUNNING:
            return Outcome("running", status)
        if word in _FAILED:
            return Outcome("failed", status, _FAILED[word])
        if word == _UNKNOWN:
            return Outcome("unknown", status, _LOST)
        if word != _FINISHED:
            return Outcome("running", status, "a status that Dotdigital does not document")
        response = self._http.send("GET", f"{path}/report", commits=False)
        report = response.document()
        counts = {name: report[name] for name in _COUNTERS if _is_count(report.get(name))}
        if not counts:
            raise self._http.unexpected(response, "the counters of an import", commits=False)
        refused = sum(number for name, number in counts.items() if name not in _TAKEN)
        is_known = refused > 0 or len(counts) == len(_COUNTERS)
        return Outcome("finished", status, rejected=refused if is_known else None, counts=counts)

    def failures(self, receipt: Receipt, outcome: Outcome) -> FailureReport | None:
        """The faults file: the reason verbatim as `code`, the cell under Email as `key`.

        None for an import that failed as a whole, and for one without a refused row.

        Raises:
            Busy: it is not there yet, it broke on the way or lost its end, or it has no Reason, as
                an error in JSON has none.
        """
        if outcome.state != "finished" or outcome.rejected == 0:
            return None
        response = self._http.report(
            f"/v2/contacts/import/{quote(receipt.job, safe='')}/report-faults"
        )
        try:
            return read_fetched(response.report, outcome.rejected)
        except IncompleteReportError as missing:
            raise self._http.unexpected(response, str(missing), commits=False) from None

    def members(self) -> Mapping[str, int] | None:
        """None: Dotdigital lists no members of an address book."""
        return None

    def delays(self) -> Iterator[float]:
        """Five seconds, for as long as it takes; Dotdigital names no interval."""
        return itertools.repeat(5.0)

    def close(self) -> None:
        """Closes the connections."""
        self._given.close()


def region_of(account: Mapping[str, Any]) -> str | None:
    """The region in an account's properties: that of a documented host which stands in one.

    No other address is believed: the credentials go there.
    """
    properties = account.get("properties")
    for entry in properties if isinstance(properties, list) else ():
        value = entry.get("value") if isinstance(entry, dict) else None
        host = _HOST.fullmatch(value) if isinstance(value, str) else None
        if host is not None:
            return host[1].lower()
    return None


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def connect(settings: ConnectionSettings) -> Dotdigital:
    """A connection with validated options.

    Raises:
        MissingSecret: the API user or its password is not in the environment.
        UsageError: credentials may not go to the address.
    """
    user, password = secrets(settings.environ, SECRETS)
    authorization = basic(user, password)

    def at(region: str) -> Http:
        return Http(
            "dotdigital",
            # Dotdigital writes its address with and without the version.
            address(
                settings.base_url,
                settings.environ,
                BASE_URL,
                f"https://{region}-api.dotdigital.com",
            ).removesuffix("/v2"),
            headers={"Authorization": authorization},
            secrets=(user, password, authorization.decode().partition(" ")[2]),
            timeout=settings.timeout,
            read=read_error,
        )

    is_region_known = (
        "region" in settings.options or settings.base_url or settings.environ.get(BASE_URL)
    )
    return Dotdigital(
        at(settings.options.get("region", "r1")),
        address_book=settings.options["address_book"],
        merge_option=settings.options["merge_option"],
        at=None if is_region_known else at,
    )
