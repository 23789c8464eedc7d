"""The two ways to TalkValue: its REST API, and its own command line tool.

Both make the same five calls and hand back the same documents. What the tool adds is documented in
its source (github.com/talkvalue/cli) and its page "exit-codes": the body stands under `data`, a
list's pages under `pagination`; errors stand on standard error; 0 ok, 1 general, network or API,
2 usage, 3 credentials, 4 not found, 5 forbidden; the name of the file is what TalkValue is told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import quote

from preflight.core.errors import Ambiguous, Busy, Denied, ProviderError, Refused
from preflight.core.received import Received
from preflight.core.workspace import under_name
from preflight.providers.command import Answer, Command
from preflight.providers.exchange import Complaint, Response, Upload, count
from preflight.providers.http import Http

Mapped = Sequence[tuple[int, str]]
"""The index of each mapped column, from 0, and its target field."""


@dataclass(frozen=True, slots=True)
class WireAnswer:
    """What a call was answered.

    Attributes:
        document: the JSON object of the REST API; an empty one where there is none.
        report: the bytes of an export.
        without: makes the error for an answer that lacks what was promised.
    """

    document: Mapping[str, Any]
    report: Received = field(repr=False)
    without: Callable[[str], ProviderError]


class Wire(Protocol):
    """The five calls; each raises a `ProviderError` when it is not carried out."""

    def analyze(self, path: Path, name: str) -> WireAnswer:
        """Uploads a file under a name."""
        ...

    def create(self, key: str, source: int, mapped: Mapped, mode: str) -> WireAnswer:
        """Starts a job; the call that commits."""
        ...

    def jobs(self, page: int, size: int) -> WireAnswer:
        """A page of jobs, from 1: `content` and `totalPages`."""
        ...

    def job(self, job: str) -> WireAnswer:
        """One job."""
        ...

    def export(self, job: str) -> WireAnswer:
        """The failed rows of a job, as CSV."""
        ...

    def close(self) -> None:
        """Closes the connections."""
        ...


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
    number = count(problem.get("errorCode"))
    denied = number is not None and 1100 <= number <= 1500 and 400 <= response.status < 500
    return Complaint(
        words,
        None if number is None else str(number),
        Denied if denied else None,
        "check TALKVALUE_TOKEN" if denied or response.status in {401, 403} else "",
    )


class Rest:
    """The REST API.

    Args:
        http: the calls.
    """

    def __init__(self, http: Http) -> None:
        self._http = http

    def _answer(self, response: Response, *, commits: bool = False) -> WireAnswer:
        return WireAnswer(
            response.document(),
            response.report,
            lambda promised: self._http.unexpected(response, promised, commits=commits),
        )

    def analyze(self, path: Path, name: str) -> WireAnswer:
        """`POST /path/import/analyze`."""
        files = {"file": Upload(path, name)}
        return self._answer(
            self._http.send("POST", "/path/import/analyze", files=files, commits=False)
        )

    def create(self, key: str, source: int, mapped: Mapped, mode: str) -> WireAnswer:
        """`POST /path/import`."""
        body = {
            "fileKey": key,
            "sourceId": source,
            "columnMappings": [
                {"csvIndex": index, "targetField": target} for index, target in mapped
            ],
            "mode": mode,
        }
        response = self._http.send("POST", "/path/import", json=body, commits=True)
        return self._answer(response, commits=True)

    def jobs(self, page: int, size: int) -> WireAnswer:
        """`GET /path/import`."""
        params = {"pageNumber": page, "pageSize": size}
        return self._answer(self._http.send("GET", "/path/import", params=params, commits=False))

    def job(self, job: str) -> WireAnswer:
        """`GET /path/import/{id}`."""
        return self._answer(self._http.send("GET", _path(job), commits=False))

    def export(self, job: str) -> WireAnswer:
        """`GET /path/import/{id}/failed/export`."""
        response = self._http.report(f"{_path(job)}/failed/export")
        return WireAnswer(
            {}, response.report, lambda what: self._http.unexpected(response, what, commits=False)
        )

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()


def _path(job: str) -> str:
    return f"/path/import/{quote(job, safe='')}"


class Tool:
    """TalkValue's own command line tool.

    Its exit code 1 is a refusal, a broken network and a server's fault alike, so a create that ends
    with it may have been carried out.

    Args:
        command: the tool.
    """

    def __init__(self, command: Command) -> None:
        self._command = command

    def _run(self, *arguments: str, commits: bool = False) -> Answer:
        answer = self._command.run(["path", "import", *arguments], commits=commits)
        if answer.code == 0:
            return answer
        words = self._command.shown(answer.error().get("message"))
        fact = f"`{self._command.executable}` ended with {answer.code}" + (words and f": {words}")
        if answer.code in {3, 5}:
            raise Denied(f"{fact}; log in: talkvalue auth login, or set TALKVALUE_TOKEN")
        if answer.code in {2, 4}:
            raise Refused(fact)
        if commits:
            raise Ambiguous(f"{fact}; it is not known whether talkvalue took the rows")
        raise Busy(fact)

    def _answer(self, *arguments: str, commits: bool = False) -> WireAnswer:
        answer = self._run(*arguments, "--json", commits=commits)
        whole = answer.document()
        data, pages = whole.get("data"), whole.get("pagination")
        if isinstance(data, list):
            total = pages.get("totalPages") if isinstance(pages, dict) else None
            data = {"content": data, "totalPages": total}
        return WireAnswer(
            data if isinstance(data, dict) else {},
            answer.out,
            lambda promised: self._lacks(promised, commits=commits),
        )

    def _lacks(self, promised: str, *, commits: bool) -> ProviderError:
        return self._command.broken(f"answered without {promised}", commits=commits)

    def analyze(self, path: Path, name: str) -> WireAnswer:
        """`path import analyze`; a link gives the file its name."""
        with under_name(path, name) as link:
            return self._answer("analyze", "--file", str(link))

    def create(self, key: str, source: int, mapped: Mapped, mode: str) -> WireAnswer:
        """`path import create`."""
        mappings = [word for index, target in mapped for word in ("--mapping", f"{index}:{target}")]
        options = ["--file-key", key, "--source-id", str(source), "--mode", mode, *mappings]
        return self._answer("create", *options, commits=True)

    def jobs(self, page: int, size: int) -> WireAnswer:
        """`path import list`."""
        return self._answer("list", "--page", str(page), "--page-size", str(size))

    def job(self, job: str) -> WireAnswer:
        """`path import get`."""
        return self._answer("get", job)

    def export(self, job: str) -> WireAnswer:
        """`path import failed-export`, which writes CSV whatever it is asked for."""
        answer = self._run("failed-export", job)
        return WireAnswer(
            {},
            answer.out,
            lambda promised: self._command.broken(f"told no {promised}", commits=False),
        )

    def close(self) -> None:
        """Nothing is open."""
