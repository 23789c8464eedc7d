"""Experiture: import jobs of its customer data platform.

The facts, and where Experiture states them ("Importing Contacts into a List", unless another page
is named):

- init → upload to an address of its own → mapping → start → status → errors, with their bodies;
  that rows which pass are merged and the others reported; that a list is made when the job is
  completed, and is then to be found by its exact name; that members are added, never removed.
- States `pending` → `ready` → `running` → `completed` or `failed` ("Imports" in its reference).
- Envelopes with `success`, `error.code`, `error.remediation` and `correlationId`, and
  `Idempotency-Key`, a UUID v4 whose answer is kept for 24 hours ("Conventions"); which statuses and
  codes there are ("Error handling"); 429 with `Retry-After` ("Rate limits").

Not documented, and so read tolerantly: the form of the error file, what else mapping and start
answer, whether rows of a job that failed had been merged (they may have been, unless its counters
say that none were), the data types beside string, datetime and integer.

The upload's address is a secret while it is good, so init, upload and mapping are one step whose
parts are not written down: all of it can be done again, and starts nothing.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from preflight.core.errors import Busy, Refused, UsageError
from preflight.core.exchange import FailureReport, Outcome, Receipt
from preflight.providers.access import address, bearer, secrets
from preflight.providers.exchange import Complaint, Response, count, identifier
from preflight.providers.experiture.lists import Lists
from preflight.providers.experiture.report import read_fetched
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

SECRETS = ("EXPERITURE_API_KEY",)
"""The environment variable that holds the token."""

BASE_URL = "EXPERITURE_BASE_URL"
"""The environment variable that overrides the address."""

HOSTS = ("api.experiture.ai",)
"""Experiture's own host."""

OPTIONS = (
    Option(
        "list_name",
        "the list to add the contacts to, by its exact name; created if missing",
        pattern=r".{1,200}",
        shape="a name of 1 to 200 characters",
    ),
    Option(
        "target_list_id",
        "the list to add the contacts to, by its ID",
        pattern=r"[\w-]{1,200}",
        shape="an id of letters, digits, - and _",
    ),
    Option(
        "audience_name",
        "a dynamic audience to create from the contacts; the file must fit in one part",
        pattern=r".{1,200}",
        shape="a name of 1 to 200 characters",
    ),
    Option(
        "object_name",
        "the object type of the contacts",
        default="profiles",
        pattern=r"\w{1,100}",
        shape="a name of letters, digits and _",
    ),
    Option(
        "verify_list",
        "whether to compare the list's members with the accepted rows afterwards",
        choices=("true", "false"),
        default="true",
    ),
)
"""What `-O` takes; of the first three at most one."""

_COUNTS = (
    "readRows", "validRows", "invalidRows", "mergedInserts", "mergedUpdates", "rowsTotal",
    "rowsImported", "rowsRejected",
)  # fmt: skip
_LANDED = ("mergedInserts", "mergedUpdates", "rowsImported")
_STARTED = frozenset({"running", "completed", "failed"})
# Headers of an upload that the provider may not set: its host and length.
_OURS = frozenset({"host", "content-length", "transfer-encoding", "connection"})
_CORRELATION = re.compile(r"[\w.:-]{1,64}")  # a UUID as documented; a sentence is none
_RATE = "CDP_ETL.RATE.LIMITED"


def read_error(response: Response) -> Complaint:
    """Experiture's words in an answer: the error's message and remediation, and the correlation id.

    409 and a rate code are a "not now" under any status; the page on errors says to repeat them.
    """
    envelope = response.document()
    error = envelope.get("error")
    details = error if isinstance(error, dict) else {}
    words = [details.get("message"), details.get("remediation")]
    where = details.get("details")
    if isinstance(where, dict) and isinstance(where.get("path"), str):
        words.append(f"at {where['path']}")
    message = "; ".join(word for word in words if isinstance(word, str) and word)
    number = envelope.get("correlationId") or response.headers.get("x-correlation-id")
    advice = []
    if response.status in {401, 403}:
        advice.append("check EXPERITURE_API_KEY and its scopes")
    if isinstance(number, str) and _CORRELATION.fullmatch(number):
        advice.append(f"correlation id {number}")
    code = details.get("code") if isinstance(details.get("code"), str) else None
    busy = code == _RATE or (response.status == 409 and envelope.get("success") is False)
    return Complaint(message, code, Busy if busy else None, "; ".join(advice))


CAPABILITIES = Capabilities(repeat=Repeat.KEY, reports=Reports.ROWS, joins_by="any")
"""What it can do; with `list_name`, one part at a time."""


class Experiture:
    """A connection to one workspace.

    Args:
        http: the calls.
        object_name: what the rows are.
        list_name, target_list_id, audience_name: where they are gathered; at most one is not "".
        verify: whether `members` is worth asking for.
        moments: the fields of the profile that hold moments.
    """

    name = "experiture"

    def __init__(
        self,
        http: Http,
        *,
        object_name: str,
        list_name: str = "",
        target_list_id: str = "",
        audience_name: str = "",
        verify: bool = True,
        moments: Collection[str] = (),
    ) -> None:
        self._http = http
        self._lists = Lists(http)
        self._object = object_name
        self._list_name = list_name
        self._list_id = target_list_id
        self._audience = audience_name
        self._verify = verify
        self._moments = moments
        # The list is made when the first job is completed: another job before that would make
        # another list of the same name.
        self.capabilities = dataclasses.replace(CAPABILITIES, one_by_one=bool(list_name))

    def steps(self) -> Sequence[Step]:
        """The upload with its mapping, which starts nothing, and the start."""
        return (
            Step("upload", commits=False, run=self._upload),
            Step("start", commits=True, run=self._start),
        )

    def _upload(self, call: Call) -> Mapping[str, Any]:
        """Makes a job, sends the part to its address and maps its columns; returns `job`."""
        part = call.part
        response = self._write(
            call,
            "/import-jobs",
            {
                "objectName": self._object,
                "fileName": f"{call.key}.csv",
                "fileSize": part.size,
                **self._target(part.number),
            },
        )
        job = _data(response)
        key, url, headers = identifier(job.get("jobId")), job.get("uploadUrl"), job.get("headers")
        if key is None or job.get("method", "PUT") != "PUT":
            raise self._http.unexpected(response, "a job and where to upload to", commits=False)
        wanted = headers if isinstance(headers, dict) else {}
        given = {str(k): str(v) for k, v in wanted.items() if str(k).casefold() not in _OURS}
        if "content-type" not in {key.casefold() for key in given}:
            given["Content-Type"] = "text/csv"
        self._http.put(url, part.path, given)
        types = {
            column: "datetime" if field in self._moments else "string"
            for column, field in zip(part.header, part.fields, strict=True)
        }
        self._write(
            call,
            f"/import-jobs/{quote(key, safe='')}/mapping",
            {"sourceFields": types, "fieldMap": {column: column for column in part.header}},
        )
        return {"job": key}

    def _target(self, number: int) -> Mapping[str, Any]:
        """Where the job gathers its contacts.

        Raises:
            Refused: several lists have the name, or an audience would have to be made twice.
        """
        if self._list_id:
            return {"targetListId": self._list_id}
        if self._audience:
            if number > 1:
                raise Refused(
                    "experiture makes an audience of one file, and this is another part of it: use "
                    "-O list_name, or raise --max-bytes or --max-rows"
                )
            return {"createAudience": True, "audienceName": self._audience}
        if not self._list_name:
            return {}
        known = self._lists.named(self._list_name)
        if len(known) > 1:
            raise Refused(
                f"experiture has {len(known)} lists of that name: name one by -O target_list_id"
            )
        if known:
            return {"targetListId": known[0]}
        return {"createList": True, "listName": self._list_name}

    def _start(self, call: Call) -> Mapping[str, Any]:
        """Starts the job; the same key makes it safe to repeat."""
        job = call.state["job"]
        self._write(call, f"/import-jobs/{quote(job, safe='')}/start", {}, commits=True)
        return {}

    def _write(
        self, call: Call, path: str, body: Mapping[str, Any], *, commits: bool = False
    ) -> Response:
        """One writing call under a key that this attempt alone has for it."""
        digest = hashlib.sha256(f"{call.key} {path} {body!r}".encode()).digest()
        key = str(uuid.UUID(bytes=digest[:16], version=4))
        response = self._http.send(
            "POST", path, json=dict(body), headers={"Idempotency-Key": key}, commits=commits
        )
        if response.document().get("success") is not True:
            raise self._http.unexpected(response, "success", commits=commits)
        return response

    def receipt(self, state: Mapping[str, Any]) -> Receipt:
        """The job's id."""
        return Receipt(job=state["job"])

    def lookup(self, call: Call) -> Receipt | None:
        """The attempt's job if it was started; None if it stands where it stood before.

        Raises:
            ProviderError: the job could not be asked for.
        """
        job = call.state.get("job")
        if not isinstance(job, str):
            return None
        receipt = Receipt(job)
        return receipt if self._job(receipt)[1].get("state") in _STARTED else None

    def _job(self, receipt: Receipt) -> tuple[Response, Mapping[str, Any]]:
        path = f"/import-jobs/{quote(receipt.job, safe='')}"
        response = self._http.send("GET", path, commits=False)
        job = _data(response)
        if not isinstance(job.get("state"), str) or not job["state"]:
            raise self._http.unexpected(response, "the state of a job", commits=False)
        return response, job

    def poll(self, receipt: Receipt) -> Outcome:
        """The job's state and counters; `rejected` is `rowsRejected`, else `invalidRows`.

        A job that failed counts as failed where its counters say that nothing landed; where they do
        not, the result is unknown. A state that is not documented counts as running.
        """
        _, job = self._job(receipt)
        counts = {name: job[name] for name in _COUNTS if count(job.get(name)) is not None}
        state, message = "running", ""
        if job["state"] == "completed":
            state = "finished"
        elif job["state"] == "failed":
            landed = [counts[name] for name in _LANDED if name in counts]
            state = "failed" if landed and not any(landed) else "unknown"
            message = "the job failed at Experiture" + (
                " before any row was imported"
                if state == "failed"
                else "; its counters do not show whether rows were imported before that"
            )
        elif job["state"] not in {"pending", "ready", "running"}:
            message = "a state that Experiture does not document"
        return Outcome(
            state,
            self._http.shown(job["state"]),
            message,
            processed=counts.get("readRows"),
            total=counts.get("rowsTotal"),
            rejected=counts.get("rowsRejected", counts.get("invalidRows")),
            counts=counts,
        )

    def failures(self, receipt: Receipt, outcome: Outcome) -> FailureReport | None:
        """The error file, whatever its form; None where there is none.

        Raises:
            Busy: it could not be had, or lost its end.
        """
        if outcome.state == "finished" and outcome.rejected == 0:
            return None
        path = f"/import-jobs/{quote(receipt.job, safe='')}/errors"
        errors = _data(self._http.send("GET", path, commits=False))
        if not errors.get("hasErrors") or not errors.get("errorFileUrl"):
            return None
        try:
            return read_fetched(self._http.fetch(errors["errorFileUrl"]), outcome.rejected)
        except IncompleteReportError as missing:
            raise Busy(f"experiture's error file came without {missing}") from None

    def members(self) -> Mapping[str, int] | None:
        """The members of the list that is named: address in lower case → how often; None where none
        is named, or nothing is to be verified.

        Raises:
            ProviderError: a page could not be had.
            Refused: there is no list of that name, or there are several.
        """
        if not self._verify or not (self._list_name or self._list_id):
            return None
        list_ids = [self._list_id] if self._list_id else self._lists.named(self._list_name)
        if len(list_ids) != 1:
            raise Refused(f"experiture has {len(list_ids) or 'no'} lists of that name")
        return self._lists.members(list_ids[0])

    def delays(self) -> Iterator[float]:
        """5 seconds, each time half as long again, up to 30, as in Experiture's example."""
        delay = 5.0
        while True:
            yield delay
            delay = min(delay * 1.5, 30.0)

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()


def _data(response: Response) -> Mapping[str, Any]:
    data = response.document().get("data")
    return data if isinstance(data, dict) else {}


def connect(settings: ConnectionSettings) -> Experiture:
    """A connection with validated options.

    Raises:
        MissingSecret: the token is not in the environment.
        UsageError: more than one target is named, or credentials may not go to the address.
    """
    targets = [
        name
        for name in ("list_name", "target_list_id", "audience_name")
        if name in settings.options
    ]
    if len(targets) > 1:
        raise UsageError(f"experiture takes one of {' and '.join(targets)}, not both")
    (token,) = secrets(settings.environ, SECRETS)
    http = Http(
        "experiture",
        address(
            settings.base_url, settings.environ, BASE_URL, "https://api.experiture.ai/public/v1"
        ),
        headers={"Authorization": bearer(token)},
        secrets=(token,),
        timeout=settings.timeout,
        read=read_error,
    )
    return Experiture(
        http,
        object_name=settings.options["object_name"],
        list_name=settings.options.get("list_name", ""),
        target_list_id=settings.options.get("target_list_id", ""),
        audience_name=settings.options.get("audience_name", ""),
        verify=settings.options["verify_list"] == "true",
        moments={name for name, kind in settings.field_kinds.items() if kind == "timestamp"},
    )
