"""Sixth: one call that takes a file, one that tells how the import stands, one for the refusals."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from preflight.core.errors import Refused
from preflight.core.exchange import FailureReport, Outcome, Receipt
from preflight.providers.access import address, bearer, secrets
from preflight.providers.exchange import Complaint, Response, Upload, count, identifier
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

from .report import read_fetched

SECRETS = ("SIXTH_TOKEN",)
BASE_URL = "SIXTH_BASE_URL"
OPTIONS = (Option("group", "the group that the contacts join", required=True),)
CAPABILITIES = Capabilities(repeat=Repeat.UPSERT, reports=Reports.ROWS, joins_by="key")


def read_error(response: Response) -> Complaint:
    """Sixth's words in an answer."""
    return Complaint(str(response.document().get("message", "")))


class Sixth:
    """A connection to one group."""

    name = "sixth"
    capabilities = CAPABILITIES

    def __init__(self, http: Http, *, group: str) -> None:
        self._http = http
        self._group = group

    def steps(self) -> Sequence[Step]:
        """One call."""
        return (Step("import", commits=True, run=self._import),)

    def _import(self, call: Call) -> Mapping[str, Any]:
        response = self._http.send(
            "POST",
            "/imports",
            files={"file": Upload(call.part.path, f"{call.key}.csv")},
            fields={"group": self._group},
            commits=True,
        )
        job = identifier(response.document().get("id"))
        if job is None:
            raise self._http.unexpected(response, "the id of an import", commits=True)
        return {"job": job}

    def receipt(self, state: Mapping[str, Any]) -> Receipt:
        """The import's id."""
        return Receipt(job=state["job"])

    def lookup(self, call: Call) -> Receipt | None:
        """Sixth has no list of imports."""
        raise Refused(f"sixth cannot look an import up (part {call.part.number})")

    def poll(self, receipt: Receipt) -> Outcome:
        """Whether it has ended, and how many rows were refused."""
        found = self._http.send("GET", _path(receipt), commits=False).document()
        done = found.get("state") == "done"
        state = "finished" if done else "running"
        return Outcome(state, str(found.get("state")), rejected=count(found.get("refused")))

    def failures(self, receipt: Receipt, outcome: Outcome) -> FailureReport | None:
        """The refused rows."""
        if not outcome.rejected:
            return None
        response = self._http.send("GET", f"{_path(receipt)}/refused", commits=False)
        try:
            return read_fetched(response.body)
        except IncompleteReportError as missing:
            raise self._http.unexpected(response, str(missing), commits=False) from None

    def members(self) -> Mapping[str, int] | None:
        """Not told."""
        return None

    def delays(self) -> Iterator[float]:
        """Every second."""
        return itertools.repeat(1.0)

    def close(self) -> None:
        """Lets go of connections."""
        self._http.close()


def _path(receipt: Receipt) -> str:
    return f"/imports/{quote(receipt.job, safe='')}"


def connect(settings: ConnectionSettings) -> Sixth:
    """A connection with validated options."""
    (token,) = secrets(settings.environ, SECRETS)
    http = Http(
        "sixth",
        address(settings.base_url, settings.environ, BASE_URL, "https://api.sixth.example"),
        headers={"Authorization": bearer(token)},
        secrets=(token,),
        timeout=settings.timeout,
        read=read_error,
    )
    return Sixth(http, group=settings.options["group"])
