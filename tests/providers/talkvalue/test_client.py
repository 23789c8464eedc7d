from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest

from preflight.core.errors import Ambiguous, Busy, Denied, ProviderError, Refused, UsageError
from preflight.core.exchange import FailureReport, Outcome, Receipt
from preflight.providers import registry
from preflight.providers.protocol import Call, Provider, Repeat
from preflight.providers.talkvalue.client import TARGETS
from tests.providers.loopback import CUT, Asked, Loopback, Reply, always, loopback
from tests.providers.parts import make_part

ANALYZE = "POST /path/import/analyze"
CREATE = "POST /path/import"
LIST = "GET /path/import"
JOB = "GET /path/import/31"
EXPORT = "GET /path/import/31/failed/export"
RECEIPT = Receipt("31")
PARTIAL = Outcome("finished", "PARTIAL_SUCCESS", rejected=2)
FOUND = {"fileKey": "u/1-k.csv", "totalRows": 2, "headers": ["Email", "FIRSTNAME"], "preview": []}


@pytest.fixture
def replies() -> dict[str, Reply]:
    """What the stand-in answers, by method and path."""
    return {
        ANALYZE: Reply(200, FOUND),
        CREATE: Reply(200, {"importJobId": 31, "status": "PENDING"}),
    }


@pytest.fixture
def server(replies: dict[str, Reply]) -> Iterator[Loopback]:
    """A stand-in that answers what `replies` says."""
    with loopback(lambda a: replies[f"{a.method} {urlsplit(a.path).path}"]) as running:
        yield running


@pytest.fixture
def provider(server: Loopback) -> Iterator[Provider]:
    """A connection to the stand-in."""
    connected = registry.connect(
        "talkvalue",
        options={"source_id": "7", "mode": "UPDATE"},
        environ={"TALKVALUE_TOKEN": "tok-123", "TALKVALUE_API_URL": server.url},
        timeout=5,
    )
    yield connected
    connected.close()


def send(provider: Provider, folder: Path, **part: Any) -> Receipt:
    """Takes both steps and returns the receipt."""
    call = Call(make_part(folder, **part), "run-1-1")
    state: dict[str, Any] = {}
    for step in provider.steps():
        state |= step.run(Call(call.part, call.key, state))
    return provider.receipt(state)


def failed(provider: Provider, folder: Path, **part: Any) -> ProviderError:
    """The error that the steps end with."""
    with pytest.raises(ProviderError) as caught:
        send(provider, folder, **part)
    return caught.value


def test_the_file_is_analyzed_and_then_committed_by_its_key(
    server: Loopback, provider: Provider, tmp_path: Path
) -> None:
    """The upload has a name that is this attempt's alone, and only the second call commits."""
    receipt = send(provider, tmp_path)

    analyze, create = server.asked
    assert receipt == Receipt("31", {"status": "PENDING"})
    assert [(step.name, step.commits) for step in provider.steps()] == [
        ("analyze", False),
        ("create", True),
    ]
    assert analyze.form()["file"][:2] == ("run-1-1.csv", "text/csv")
    assert analyze.form()["file"][2].startswith(b"Email,FIRSTNAME\nann@example.org,Ann\n")
    assert create.json() == {
        "fileKey": "u/1-k.csv",
        "sourceId": 7,
        "mode": "UPDATE",
        "columnMappings": [
            {"csvIndex": 0, "targetField": "EMAIL"},
            {"csvIndex": 1, "targetField": "FIRST_NAME"},
        ],
    }
    assert {asked.headers["authorization"] for asked in server.asked} == {"Bearer tok-123"}
    assert provider.capabilities.repeat is Repeat.LOOKUP


def test_each_field_has_its_target_and_the_others_are_left_out(
    server: Loopback, provider: Provider, replies: dict[str, Reply], tmp_path: Path
) -> None:
    """All eleven targets, at the index of their column."""
    fields = (None, *TARGETS, "shoe_size")
    header = tuple(f"c{n}" for n in range(len(fields)))
    replies[ANALYZE] = Reply(200, FOUND | {"headers": list(header), "totalRows": 0})

    send(provider, tmp_path, header=header, fields=fields, rows=())

    assert {
        mapping["csvIndex"]: mapping["targetField"]
        for mapping in server.asked[1].json()["columnMappings"]
    } == {
        1: "EMAIL",
        2: "FIRST_NAME",
        3: "LAST_NAME",
        4: "NAME",
        5: "PHONE",
        6: "JOB_TITLE",
        7: "COMPANY_NAME",
        8: "ADDRESS",
        9: "LINKEDIN_URL",
        10: "X_URL",
        11: "JOINED_AT",
    }


@pytest.mark.parametrize(
    "found",
    [
        pytest.param({"headers": ["FIRSTNAME", "Email"]}, id="other order"),
        pytest.param({"headers": ["Email"]}, id="a column less"),
        pytest.param({"headers": ["Email", "FIRSTNAME", ""]}, id="a column more"),
        pytest.param({"totalRows": 3}, id="a row more"),
        pytest.param({"totalRows": 0}, id="no row"),
    ],
)
def test_a_file_that_is_read_otherwise_is_not_committed(
    server: Loopback, provider: Provider, replies: dict[str, Reply], tmp_path: Path, found: Any
) -> None:
    """Mapped by index, another header would fill the wrong fields."""
    replies[ANALYZE] = Reply(200, FOUND | found)

    assert type(failed(provider, tmp_path)) is Refused
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "found",
    [{"headers": [" email", "Firstname "]}, {"totalRows": None}, {"missingRequired": ["X"]}],
)
def test_what_cannot_do_harm_is_let_pass(
    provider: Provider, replies: dict[str, Reply], tmp_path: Path, found: Any
) -> None:
    """Blanks and case of a name, a count that is not told, a suggestion that nobody follows."""
    replies[ANALYZE] = Reply(200, FOUND | found)

    assert send(provider, tmp_path).job == "31"


def test_a_part_without_a_target_field_is_refused_before_it_is_created(
    server: Loopback, provider: Provider, tmp_path: Path
) -> None:
    """A create wants one mapping at least."""
    assert type(failed(provider, tmp_path, fields=(None, "shoe_size"))) is Refused
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        pytest.param(Reply(400, {"detail": "error.import_file_invalid_format"}), Refused, id="400"),
        pytest.param(Reply(200, {"headers": []}), Busy, id="no file key"),
        pytest.param(Reply(200, {"fileKey": "k"}), Busy, id="no headers"),
        pytest.param(Reply(200, b'{"fileKey": "u'), Busy, id="half an answer"),
        pytest.param(Reply(503, {}, {"Retry-After": "3"}), Busy, id="server error"),
        pytest.param(CUT, Busy, id="cut"),
    ],
)
def test_an_upload_is_never_ambiguous(
    provider: Provider, replies: dict[str, Reply], tmp_path: Path, reply: Reply, kind: type
) -> None:
    """An analyzed file is no job: it can be analyzed again."""
    replies[ANALYZE] = reply

    assert type(failed(provider, tmp_path)) is kind


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        pytest.param(Reply(404, {"detail": "no such file key"}), Refused, id="404"),
        pytest.param(Reply(429, {}, {"Retry-After": "3"}), Busy, id="429"),
        pytest.param(Reply(500, {"errorCode": 1200}), Ambiguous, id="500"),
        pytest.param(Reply(200, {"status": "PENDING"}), Ambiguous, id="no id"),
        pytest.param(Reply(200, {"importJobId": True}), Ambiguous, id="no number"),
        pytest.param(Reply(200, b'{"importJobId": 3', promise=40), Ambiguous, id="cut answer"),
        pytest.param(CUT, Ambiguous, id="cut"),
    ],
)
def test_a_create_that_breaks_is_ambiguous(
    provider: Provider, replies: dict[str, Reply], tmp_path: Path, reply: Reply, kind: type
) -> None:
    """A second create would be a second job."""
    replies[CREATE] = reply

    assert type(failed(provider, tmp_path)) is kind


@pytest.mark.parametrize(
    ("problem", "message", "code"),
    [
        ({"detail": "D", "title": "T", "messageKey": "M", "errorCode": -1}, "D [-1]", "-1"),
        ({"detail": "", "title": "T", "messageKey": "M"}, "T", None),
        ({"messageKey": "M", "errorCode": "x"}, "M", None),
        ({"detail": "no ann@example.org"}, "no [email]", None),
    ],
)
def test_a_problem_gives_its_words_and_its_number(
    provider: Provider,
    replies: dict[str, Reply],
    tmp_path: Path,
    problem: dict[str, Any],
    message: str,
    code: str | None,
) -> None:
    """The detail, else the title, else the key; filtered."""
    replies[ANALYZE] = Reply(400, problem)

    error = failed(provider, tmp_path)

    assert (str(error), error.code) == (f"talkvalue answered 400: {message}", code)


@pytest.mark.parametrize(
    ("status", "number", "kind"),
    [
        (400, 1099, Refused),
        (400, 1100, Denied),
        (400, 1500, Denied),
        (400, 1501, Refused),
        (401, None, Denied),
        (403, None, Denied),
    ],
)
def test_the_numbers_of_authentication_are_denials(
    provider: Provider,
    replies: dict[str, Reply],
    tmp_path: Path,
    status: int,
    number: int | None,
    kind: type,
) -> None:
    """1100 to 1500 mean the credentials, whatever the status; the message says what to check."""
    replies[ANALYZE] = Reply(status, {"errorCode": number})

    error = failed(provider, tmp_path)

    assert type(error) is kind
    assert ("TALKVALUE_TOKEN" in str(error)) is (kind is Denied)


def page(asked: Asked, names: list[str]) -> Reply:
    """One page of jobs with these file names, numbered from the last."""
    query = parse_qs(urlsplit(asked.path).query)
    number, size = int(query["pageNumber"][0]), int(query["pageSize"][0])
    jobs = [
        {"id": len(names) - index, "status": "RUNNING", "fileName": name}
        for index, name in enumerate(names)
    ]
    return Reply(
        200,
        {
            "content": jobs[(number - 1) * size : number * size],
            "totalElements": len(jobs),
            "totalPages": -(-len(jobs) // size),
            "pageNumber": number,
            "pageSize": size,
        },
    )


@pytest.mark.parametrize(
    ("stored", "job"),
    [
        pytest.param("run-1-1.csv", "1", id="the name"),
        pytest.param("u/2026/05/9f1a-run-1-1.csv", "1", id="the key"),
        pytest.param("u/2026/05/run-1-1.csv", "1", id="in a folder"),
        pytest.param("9f1a-run-1-1.csv", "1", id="with a prefix"),
        pytest.param("run-1-11.csv", None, id="a longer key"),
        pytest.param("other-run-1-1.csv", None, id="another prefix"),
        pytest.param("run-1-1.csv.bak", None, id="a longer name"),
        pytest.param("run-1-1xcsv", None, id="no dot"),
    ],
)
@pytest.mark.parametrize("before", [0, 99, 250])
def test_an_attempt_is_found_by_its_file_name(
    server: Loopback, provider: Provider, tmp_path: Path, stored: str, job: str | None, before: int
) -> None:
    """On whichever page it stands, and under no other name."""
    names = [f"run-2-{n}.csv" for n in range(before)] + [stored]
    server.answer = lambda asked: page(asked, names)

    receipt = provider.lookup(Call(make_part(tmp_path), "run-1-1"))

    assert (receipt and receipt.job) == job
    assert len(server.asked) == before // 100 + 1


def test_an_empty_list_ends_the_search(
    server: Loopback, provider: Provider, tmp_path: Path
) -> None:
    """No job at all, and a list that is shorter than it says, are both a no."""
    for answer in (
        {"content": [], "totalPages": 0},
        {"content": [], "totalPages": 9},
    ):
        server.answer = always(Reply(200, answer))
        assert provider.lookup(Call(make_part(tmp_path), "run-1-1")) is None
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(200, {"content": []}), id="no count of pages"),
        pytest.param(Reply(200, {"totalPages": 1}), id="no jobs"),
        pytest.param(Reply(200, {"totalPages": 1, "content": [7]}), id="no job"),
        pytest.param(Reply(200, {"totalPages": 1, "content": [{"status": "X"}]}), id="no id"),
        pytest.param(Reply(200, b"[]"), id="no object"),
        pytest.param(Reply(502), id="server error"),
        pytest.param(CUT, id="cut"),
    ],
)
def test_a_search_that_breaks_is_no_no(
    provider: Provider, replies: dict[str, Reply], tmp_path: Path, reply: Reply
) -> None:
    """None would let the rows be sent again."""
    replies[LIST] = reply

    with pytest.raises(Busy):
        provider.lookup(Call(make_part(tmp_path), "run-1-1"))


COUNTS = {"newCount": 5, "updatedCount": 3, "duplicatedCount": 1, "skipCount": 0, "failedCount": 2}


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("PENDING", "running"),
        ("RUNNING", "running"),
        ("COMPLETED", "finished"),
        ("PARTIAL_SUCCESS", "finished"),
        ("FAILED", "failed"),
        ("PAUSED", "running"),
    ],
)
def test_each_status_has_its_state(
    provider: Provider, replies: dict[str, Reply], status: str, state: str
) -> None:
    """A status that TalkValue does not document ends nothing; failed rows carry no values over."""
    failed_rows = [{"rowNum": 1, "rawValue": "ann@@example.org"}]
    replies[JOB] = Reply(
        200,
        {"id": 31, "status": status, "totalRows": 11, "processedRows": 9, "failedRows": failed_rows}
        | COUNTS,
    )

    outcome = provider.poll(RECEIPT)

    assert (outcome.state, outcome.status) == (state, status)
    assert (outcome.processed, outcome.total, outcome.rejected) == (9, 11, 2)
    assert outcome.counts == COUNTS
    assert bool(outcome.message) is (status in {"FAILED", "PAUSED"})


def test_counts_that_are_not_told_are_missing(
    provider: Provider, replies: dict[str, Reply]
) -> None:
    """A pending job may know none of them."""
    replies[JOB] = Reply(200, {"id": 31, "status": "PENDING", "failedCount": None})

    outcome = provider.poll(RECEIPT)

    assert (outcome.processed, outcome.total, outcome.rejected) == (None, None, None)
    assert outcome.counts == {}


@pytest.mark.parametrize("reply", [Reply(200, {}), Reply(200, b"<p>"), Reply(500, {})])
def test_a_poll_that_tells_nothing_can_be_repeated(
    provider: Provider, replies: dict[str, Reply], reply: Reply
) -> None:
    """Asking takes nothing."""
    replies[JOB] = reply

    with pytest.raises(Busy):
        provider.poll(RECEIPT)


def exported(provider: Provider, replies: dict[str, Reply], body: bytes) -> FailureReport:
    """The report that these bytes are read as."""
    replies[EXPORT] = Reply(200, body)
    report = provider.failures(RECEIPT, PARTIAL)
    assert report is not None
    return report


@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_failed_rows_are_read(
    provider: Provider, replies: dict[str, Reply], mark: str, end: str
) -> None:
    """Row number, code, message and value as they came, whatever mark and line ends."""
    lines = [
        "rowNum,errorCode,errorMessage,rawValue",
        "47,INVALID_EMAIL,Email could not be parsed,alice@@acme.com",
        '3,MADE_UP,"one, two",x',
    ]
    body = (mark + end.join(lines) + end).encode()

    report = exported(provider, replies, body)

    expected = pd.DataFrame(
        {
            "code": ["INVALID_EMAIL", "MADE_UP"],
            "message": ["Email could not be parsed", "one, two"],
            "row_number": pd.array([47, 3], dtype="Int64"),
            "value": ["alice@@acme.com", "x"],
            "key": ["", ""],
            "cells": lines[1:],
        }
    )
    pd.testing.assert_frame_equal(report.table, expected)
    assert (report.raw, report.suffix) == (body, ".csv")


def test_only_the_row_number_is_needed(provider: Provider, replies: dict[str, Reply]) -> None:
    """Columns in another order or case, missing ones, and values that are no numbers are fine."""
    table = exported(
        provider, replies, b"rawvalue,ROWNUM\na, 4 \nb,\nc,x1\nd,99999999999999999999\n"
    ).table

    assert table["row_number"].fillna(-1).tolist() == [4, -1, -1, -1]
    assert table["value"].tolist() == ["a", "b", "c", "d"]
    assert set(table["code"]) == set(table["message"]) == {""}


def test_a_value_with_an_unquoted_comma_stays_whole(
    provider: Provider, replies: dict[str, Reply]
) -> None:
    """What is too much belongs to the last column."""
    body = b"rowNum,errorCode,errorMessage,rawValue\n1,A,b,Main St 1, Lund, SE\n2,A\n"

    assert exported(provider, replies, body).table["value"].tolist() == ["Main St 1, Lund, SE", ""]


def test_a_long_value_is_read(provider: Provider, replies: dict[str, Reply]) -> None:
    """Longer than the csv module takes by itself."""
    body = b"rowNum,rawValue\n1," + b"x" * 200_000 + b"\n2,y\n"

    assert exported(provider, replies, body).table["value"].str.len().tolist() == [200_000, 1]


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(200, {"detail": "not yet"}), id="JSON"),
        pytest.param(Reply(200, b""), id="nothing"),
        pytest.param(Reply(200, b"rowNum,errorCode\n1,A\n2", promise=99), id="cut"),
        pytest.param(Reply(200, b"rowNum,errorCode\n1,INV"), id="lost its end"),
        pytest.param(Reply(503), id="server error"),
    ],
)
def test_an_export_that_is_none_can_be_asked_for_again(
    provider: Provider, replies: dict[str, Reply], reply: Reply
) -> None:
    """Nothing is read into an answer that is not the report."""
    replies[EXPORT] = reply

    with pytest.raises(Busy):
        provider.failures(RECEIPT, PARTIAL)


@pytest.mark.parametrize(
    "outcome", [Outcome("finished", "COMPLETED", rejected=0), Outcome("failed", "FAILED")]
)
def test_nothing_is_asked_where_no_row_failed(
    server: Loopback, provider: Provider, outcome: Outcome
) -> None:
    """The export belongs to jobs with failed rows."""
    assert provider.failures(RECEIPT, outcome) is None
    assert server.asked == []


def test_a_failed_job_may_have_an_export_or_none(
    provider: Provider, replies: dict[str, Reply]
) -> None:
    """Its refusal is borne for a job that failed as a whole, and for no other."""
    failed_job = Outcome("failed", "FAILED", rejected=2)
    replies[EXPORT] = Reply(400, {"detail": "no export"})

    assert provider.failures(RECEIPT, failed_job) is None
    with pytest.raises(Refused):
        provider.failures(RECEIPT, PARTIAL)
    replies[EXPORT] = Reply(200, b"rowNum,errorCode\n1,A\n2,A\n")
    report = provider.failures(RECEIPT, failed_job)
    assert report is not None
    assert len(report.table) == 2


def test_it_is_asked_every_five_seconds_without_end(provider: Provider) -> None:
    """Giving up is not the provider's business."""
    assert list(itertools.islice(provider.delays(), 1000)) == [5.0] * 1000


def test_the_command_line_transport_wants_the_tool_and_no_token(tmp_path: Path) -> None:
    """The tool has a login of its own."""
    options = {"source_id": "7", "mode": "SKIP", "transport": "cli"}
    with pytest.raises(
        UsageError, match="not installed or not on PATH; install it, or set TALKVALUE_CLI"
    ):
        registry.connect("talkvalue", options=options, environ={"PATH": str(tmp_path)})
    tool = tmp_path / "talkvalue"
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o700)
    registry.connect("talkvalue", options=options, environ={"PATH": str(tmp_path)}).close()


def test_the_tool_is_not_pointed_to_where_credentials_may_not_go(tmp_path: Path) -> None:
    """By the environment as little as by an option."""
    tool = tmp_path / "talkvalue"
    tool.write_text("#!/bin/sh\n")
    tool.chmod(0o700)
    environ = {"TALKVALUE_CLI": str(tool)}
    options = {"source_id": "7", "mode": "SKIP", "transport": "cli"}
    registry.connect("talkvalue", options=options, environ=environ)
    with pytest.raises(UsageError, match="TALKVALUE_API_URL must start with https"):
        registry.connect(
            "talkvalue",
            options=options,
            environ={**environ, "TALKVALUE_API_URL": "http://api.example.com"},
        )
