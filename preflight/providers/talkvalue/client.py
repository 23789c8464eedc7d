"""TalkValue: path imports over the REST API behind its command line.

The facts, and where TalkValue states them:

- analyze → create → get → failed export; the modes, the eleven target fields, the five statuses;
  a second create with the same file key makes a second job (the recipe "CSV bulk import").
- The paths, the bodies, 200 for create, `application/problem+json` with a numeric `errorCode`
  whose 1100 to 1500 mean the credentials, the address and its variable (the source of the
  published CLI, github.com/talkvalue/cli: generated API client, import command, interceptors).
- A list of jobs, page 1 first, newest job first ("path import list"); what the counts mean, and
  that FAILED is a job that ended before any row landed ("path import status").
- An installed, logged-in `talkvalue` makes the same calls, with the same JSON under `data`
  (`transport=cli`).
- The file key ends in the name of the file that was analyzed ("path import analyze", by example).

Not documented, and so read tolerantly: what a job's `fileName` is (the name, or the key that ends
in it), whether `rowNum` counts the header, how the failed export is quoted.

There is no idempotency key. An attempt is found again by its file name: `<key>.csv`, a name that
no other attempt has.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from preflight.core.errors import Refused
from preflight.core.exchange import FailureReport, Outcome, Receipt
from preflight.providers.access import address, bearer, secrets
from preflight.providers.command import Command
from preflight.providers.exchange import count, shown
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
from preflight.providers.talkvalue.report import read_fetched
from preflight.providers.talkvalue.wire import Rest, Tool, Wire, read_error

SECRETS = ("TALKVALUE_TOKEN",)
"""The environment variable that holds the token."""

BASE_URL = "TALKVALUE_API_URL"
"""The environment variable that overrides the address; TalkValue's own CLI reads it too."""

HOSTS = ("api.trytalkvalue.com",)
"""TalkValue's own host."""

OPTIONS = (
    Option(
        "source_id",
        "the ID of the channel that the contacts belong to",
        required=True,
        pattern=r"[0-9]{1,18}",
        shape="a whole number",
    ),
    Option(
        "mode",
        "UPDATE overwrites fields of existing contacts, SKIP does not change them",
        required=True,
        choices=("UPDATE", "SKIP"),
    ),
    Option("transport", "how TalkValue is reached", choices=("api", "cli"), default="api"),
)
"""What `-O` takes."""

TARGETS: Mapping[str, str] = {
    "email": "EMAIL",
    "first_name": "FIRST_NAME",
    "last_name": "LAST_NAME",
    "name": "NAME",
    "phone": "PHONE",
    "job_title": "JOB_TITLE",
    "company": "COMPANY_NAME",
    "address": "ADDRESS",
    "linkedin_url": "LINKEDIN_URL",
    "x_url": "X_URL",
    "joined_at": "JOINED_AT",
}
"""TalkValue's eleven target fields, by the field of the profile."""

_COUNTS = ("newCount", "updatedCount", "duplicatedCount", "skipCount", "failedCount")
_STATES = {
    "PENDING": "running",
    "RUNNING": "running",
    "COMPLETED": "finished",
    "PARTIAL_SUCCESS": "finished",
    "FAILED": "failed",
}
_PAGE_SIZE = 100


CAPABILITIES = Capabilities(repeat=Repeat.LOOKUP, reports=Reports.ROWS, joins_by="row")
"""What it can do."""


class Talkvalue:
    """A connection to one channel.

    Args:
        wire: the calls.
        source_id: the id of the channel.
        mode: "UPDATE" or "SKIP".
    """

    name = "talkvalue"
    capabilities = CAPABILITIES

    def __init__(self, wire: Wire, *, source_id: int, mode: str) -> None:
        self._wire = wire
        self._source_id = source_id
        self._mode = mode

    def steps(self) -> Sequence[Step]:
        """The upload, which takes no row, and the job."""
        return (
            Step("analyze", commits=False, run=self._analyze),
            Step("create", commits=True, run=self._create),
        )

    def _analyze(self, call: Call) -> Mapping[str, Any]:
        """Sends the part and compares what TalkValue read with it; returns `file_key`.

        The job maps columns by their index, so a header that TalkValue reads otherwise would put
        values into wrong fields. Blanks around a name and its case may differ.

        Raises:
            Refused: TalkValue read other columns or another number of rows than the part has.
        """
        answer = self._wire.analyze(call.part.path, _file_name(call))
        analysis = answer.document
        key, headers, rows = (
            analysis.get("fileKey"),
            analysis.get("headers"),
            analysis.get("totalRows"),
        )
        if not isinstance(key, str) or not key or not isinstance(headers, list):
            raise answer.without("a file key and the headers")
        if _names(headers) != _names(call.part.header):
            raise Refused(
                f"talkvalue read {len(headers)} columns where the part has "
                f"{len(call.part.header)}, or in another order: as columns are mapped by index, "
                "values would go into wrong fields"
            )
        if count(rows) is not None and rows != call.part.rows:
            raise Refused(
                f"talkvalue read {rows} rows where the part has {call.part.rows}: the row numbers "
                "of its failure report would not be the part's"
            )
        return {"file_key": key}

    def _create(self, call: Call) -> Mapping[str, Any]:
        """Starts the job; returns `job`, its id, and `status`, its first status."""
        mappings = [
            (index, TARGETS[field])
            for index, field in enumerate(call.part.fields)
            if field is not None and field in TARGETS
        ]
        if not mappings:
            raise Refused("no column of the part is one of talkvalue's target fields")
        answer = self._wire.create(call.state["file_key"], self._source_id, mappings, self._mode)
        job = answer.document.get("importJobId")
        if count(job) is None:
            raise answer.without("the id of an import job")
        return {"job": str(job), "status": shown(str(answer.document.get("status", "")))}

    def receipt(self, state: Mapping[str, Any]) -> Receipt:
        """The job's id, with its first status."""
        return Receipt(job=state["job"], details={"status": state["status"]})

    def lookup(self, call: Call) -> Receipt | None:
        """The job whose file has this attempt's name, looked for on every page of the list.

        A create that is still under way at TalkValue is in no list yet: None is only as good as
        the time that has passed since the call broke.

        Raises:
            ProviderError: a page could not be had; the answer is then neither yes nor no.
        """
        name = re.compile(rf"(?:.*/)?(?:[0-9a-f-]+-)?{re.escape(_file_name(call))}", re.IGNORECASE)
        page, pages = 1, 1
        while page <= pages:
            answer = self._wire.jobs(page, _PAGE_SIZE)
            jobs = answer.document.get("content")
            total = count(answer.document.get("totalPages"))
            if not isinstance(jobs, list) or total is None:
                raise answer.without("a page of import jobs")
            for job in jobs:
                if not isinstance(job, dict) or count(job.get("id")) is None:
                    raise answer.without("the id of each job")
                if name.fullmatch(str(job.get("fileName"))):
                    return Receipt(str(job["id"]), {"status": shown(str(job.get("status", "")))})
            page, pages = page + 1, total if jobs else 0
        return None

    def poll(self, receipt: Receipt) -> Outcome:
        """The job's status and counts; `rejected` is its `failedCount`.

        A status that is not documented counts as running: nothing may be concluded from it.
        """
        answer = self._wire.job(receipt.job)
        job = answer.document
        status = job.get("status")
        if not isinstance(status, str) or not status:
            raise answer.without("the status of a job")
        state = _STATES.get(status.upper())
        if state is None:
            message = "a status that TalkValue does not document"
        elif state == "failed":
            message = "the job failed at TalkValue before any row landed"
        else:
            message = ""
        return Outcome(
            state or "running",
            shown(status),
            message,
            processed=count(job.get("processedRows")),
            total=count(job.get("totalRows")),
            rejected=count(job.get("failedCount")),
            counts={name: job[name] for name in _COUNTS if count(job.get(name)) is not None},
        )

    def failures(self, receipt: Receipt, outcome: Outcome) -> FailureReport | None:
        """The failed export: `rowNum` as TalkValue counts, the code, the message, the raw value.

        None where no row failed, and where a job that failed as a whole has no export.

        Raises:
            Busy: it broke on the way or lost its end, or it is no CSV with row numbers.
        """
        failed = outcome.state == "failed"
        if outcome.rejected == 0 or (failed and outcome.rejected is None):
            return None
        try:
            answer = self._wire.export(receipt.job)
        except Refused:
            if failed:
                return None
            raise
        try:
            return read_fetched(answer.report, outcome.rejected)
        except IncompleteReportError as missing:
            raise answer.without(str(missing)) from None

    def members(self) -> Mapping[str, int] | None:
        """None: TalkValue documents no list of members."""
        return None

    def delays(self) -> Iterator[float]:
        """Five seconds, for as long as it takes, as in TalkValue's recipe."""
        return itertools.repeat(5.0)

    def close(self) -> None:
        """Closes the connections."""
        self._wire.close()


def _file_name(call: Call) -> str:
    return f"{call.key}.csv"


def _names(header: Sequence[object]) -> list[str]:
    return [str(name).strip().casefold() for name in header]


def connect(settings: ConnectionSettings) -> Talkvalue:
    """A connection with validated options.

    Raises:
        MissingSecret: the token is not in the environment; the command line tool has its own.
        UsageError: credentials may not go to the address, or the tool is missing.
    """
    wire: Wire
    if settings.options["transport"] == "cli":
        given = settings.base_url or settings.environ.get(BASE_URL)
        where = (
            {BASE_URL: address(settings.base_url, settings.environ, BASE_URL, "")} if given else {}
        )
        wire = Tool(
            Command(
                "talkvalue",
                variable="TALKVALUE_CLI",
                default="talkvalue",
                environ={**settings.environ, **where},
                timeout=settings.timeout,
            )
        )
    else:
        (token,) = secrets(settings.environ, SECRETS)
        wire = Rest(
            Http(
                "talkvalue",
                address(
                    settings.base_url, settings.environ, BASE_URL, "https://api.trytalkvalue.com"
                ),
                headers={"Authorization": bearer(token)},
                secrets=(token,),
                timeout=settings.timeout,
                read=read_error,
            )
        )
    return Talkvalue(
        wire, source_id=int(settings.options["source_id"]), mode=settings.options["mode"]
    )
