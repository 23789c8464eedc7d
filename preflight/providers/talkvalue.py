"""TalkValue: path imports over the REST API behind its command line.

The facts, and where TalkValue states them:

- analyze → create → get → failed export; the modes, the eleven target fields, the five statuses;
  a second create with the same file key makes a second job (the recipe "CSV bulk import").
- The paths, the bodies, 200 for create, `application/problem+json` with a numeric `errorCode`
  whose 1100 to 1500 mean the credentials, the address and its variable (the source of the
  published CLI, github.com/talkvalue/cli: generated API client, import command, interceptors).
- A list of jobs, page 1 first, newest job first ("path import list"); what the counts mean, and
  that FAILED is a job that ended before any row landed ("path import status").
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
from urllib.parse import quote

from preflight.errors import Denied, Refused, UsageError
from preflight.model import FailureReport, Outcome, Receipt
from preflight.providers import csvreport
from preflight.providers.access import address, bearer, secrets
from preflight.providers.exchange import Complaint, Response, Upload
from preflight.providers.http import Http
from preflight.providers.option import Option
from preflight.providers.protocol import Call, Capabilities, Repeat, Reports, Step

SECRETS = ("TALKVALUE_TOKEN",)
"""The environment variable that holds the token."""

BASE_URL = "TALKVALUE_API_URL"
"""The environment variable that overrides the address; TalkValue's own CLI reads it too."""

OPTIONS = (
    Option(
        "source_id",
        "the id of the channel that the contacts belong to",
        required=True,
        pattern=r"[0-9]{1,18}",
        shape="a whole number",
    ),
    Option(
        "mode",
        "UPDATE overwrites fields of contacts that are there, SKIP leaves them as they are",
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


def read_error(response: Response) -> Complaint:
    """TalkValue's words in an answer: a ProblemDetail's detail, title or message key."""
    problem = response.document()
    words = next(
        (
            text
            for text in map(problem.get, ("detail", "title", "messageKey"))
            if isinstance(text, str) and text
        ),
        "",
    )
    number = _count(problem.get("errorCode"))
    denied = number is not None and 1100 <= number <= 1500 and 400 <= response.status < 500
    return Complaint(
        words,
        None if number is None else str(number),
        Denied if denied else None,
        "check TALKVALUE_TOKEN" if denied or response.status in {401, 403} else "",
    )


class Talkvalue:
    """A connection to one channel.

    Args:
        http: the calls.
        source_id: the id of the channel.
        mode: "UPDATE" or "SKIP".
    """

    name = "talkvalue"
    capabilities = Capabilities(repeat=Repeat.LOOKUP, reports=Reports.ROWS, joins_by="row")

    def __init__(self, http: Http, *, source_id: int, mode: str) -> None:
        self._http = http
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
        response = self._http.send(
            "POST",
            "/path/import/analyze",
            files={"file": Upload(call.part.path, _file_name(call))},
            commits=False,
        )
        found = response.document()
        key, headers, rows = found.get("fileKey"), found.get("headers"), found.get("totalRows")
        if not isinstance(key, str) or not key or not isinstance(headers, list):
            raise self._http.unexpected(response, "a file key and the headers", commits=False)
        if _names(headers) != _names(call.part.header):
            raise Refused(
                f"talkvalue read {len(headers)} columns where the part has "
                f"{len(call.part.header)}, or in another order: mapped by their index, values "
                "would land in wrong fields"
            )
        if _count(rows) is not None and rows != call.part.rows:
            raise Refused(
                f"talkvalue read {rows} rows where the part has {call.part.rows}: the row numbers "
                "of its failure report would not be the part's"
            )
        return {"file_key": key}

    def _create(self, call: Call) -> Mapping[str, Any]:
        """Starts the job; returns `job`, its id, and `status`, its first status."""
        mappings = [
            {"csvIndex": index, "targetField": TARGETS[field]}
            for index, field in enumerate(call.part.fields)
            if field is not None and field in TARGETS
        ]
        if not mappings:
            raise Refused("no column of the part is one of talkvalue's target fields")
        response = self._http.send(
            "POST",
            "/path/import",
            json={
                "fileKey": call.state["file_key"],
                "sourceId": self._source_id,
                "columnMappings": mappings,
                "mode": self._mode,
            },
            commits=True,
        )
        job = response.document().get("importJobId")
        if _count(job) is None:
            raise self._http.unexpected(response, "the id of an import job", commits=True)
        return {"job": str(job), "status": str(response.document().get("status", ""))}

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
            response = self._http.send(
                "GET",
                "/path/import",
                params={"pageNumber": page, "pageSize": _PAGE_SIZE},
                commits=False,
            )
            found = response.document()
            jobs, told = found.get("content"), _count(found.get("totalPages"))
            if not isinstance(jobs, list) or told is None:
                raise self._http.unexpected(response, "a page of import jobs", commits=False)
            for job in jobs:
                if not isinstance(job, dict) or _count(job.get("id")) is None:
                    raise self._http.unexpected(response, "the id of each job", commits=False)
                if name.fullmatch(str(job.get("fileName"))):
                    return Receipt(str(job["id"]), {"status": str(job.get("status", ""))})
            page, pages = page + 1, told if jobs else 0
        return None

    def poll(self, receipt: Receipt) -> Outcome:
        """The job's status and counts; `rejected` is its `failedCount`.

        A status that is not documented counts as running: nothing may be concluded from it.
        """
        response = self._http.send("GET", _job_path(receipt), commits=False)
        job = response.document()
        status = job.get("status")
        if not isinstance(status, str) or not status:
            raise self._http.unexpected(response, "the status of a job", commits=False)
        state = _STATES.get(status.upper())
        if state is None:
            message = "a status that TalkValue does not document"
        elif state == "failed":
            message = "the job failed at TalkValue before any row landed"
        else:
            message = ""
        return Outcome(
            state or "running",
            status,
            message,
            processed=_count(job.get("processedRows")),
            total=_count(job.get("totalRows")),
            rejected=_count(job.get("failedCount")),
            counts={name: job[name] for name in _COUNTS if _count(job.get(name)) is not None},
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
            response = self._http.send("GET", f"{_job_path(receipt)}/failed/export", commits=False)
        except Refused:
            if failed:
                return None
            raise
        found = csvreport.records(response.body)
        numbers = found.column("rowNum")
        if numbers is None:
            raise self._http.unexpected(response, "the column rowNum", commits=False)
        if found.is_cut(outcome.rejected):
            raise self._http.unexpected(response, "the end of the failed rows", commits=False)
        return csvreport.report(
            found,
            code=found.column("errorCode") or [""] * len(found.lines),
            message=found.column("errorMessage"),
            row_number=numbers,
            value=found.column("rawValue"),
        )

    def members(self) -> Mapping[str, int] | None:
        """Not told: None."""
        return None

    def delays(self) -> Iterator[float]:
        """Five seconds, for as long as it takes, as in TalkValue's recipe."""
        return itertools.repeat(5.0)

    def close(self) -> None:
        """Lets go of connections."""
        self._http.close()


def _file_name(call: Call) -> str:
    return f"{call.key}.csv"


def _job_path(receipt: Receipt) -> str:
    return f"/path/import/{quote(receipt.job, safe='')}"


def _names(header: Sequence[object]) -> list[str]:
    return [str(name).strip().casefold() for name in header]


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def connect(
    *,
    options: Mapping[str, str],
    environ: Mapping[str, str],
    base_url: str | None,
    timeout: float,
) -> Talkvalue:
    """A connection with validated options.

    Raises:
        MissingSecret: the token is not in the environment.
        UsageError: the address is none that credentials may go to, or the transport is not in
            this build.
    """
    if options["transport"] == "cli":
        raise UsageError("option transport=cli of talkvalue is not in this build; leave it out")
    (token,) = secrets(environ, SECRETS)
    http = Http(
        "talkvalue",
        address(base_url, environ, BASE_URL, "https://api.trytalkvalue.com"),
        headers={"Authorization": bearer(token)},
        secrets=(token,),
        timeout=timeout,
        read=read_error,
    )
    return Talkvalue(http, source_id=int(options["source_id"]), mode=options["mode"])
