"""The client for Experiture, against a loopback server that answers what the test says."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from preflight.core.errors import (
    Ambiguous,
    Busy,
    Denied,
    MissingSecret,
    ProviderError,
    Refused,
    Unreachable,
    UsageError,
)
from preflight.core.exchange import Outcome, Receipt
from preflight.providers import registry
from preflight.providers.experiture.client import Experiture
from preflight.providers.protocol import Call, Repeat
from tests.providers.loopback import CUT, Asked, Loopback, Reply, loopback
from tests.providers.parts import make_part

INIT, MAPPING, START = (
    "POST /import-jobs",
    "POST /import-jobs/imp_1/mapping",
    "POST /import-jobs/imp_1/start",
)
PUT, JOB, ERRORS = "PUT /storage", "GET /import-jobs/imp_1", "GET /import-jobs/imp_1/errors"
FILE, LISTS, MEMBERS = "GET /file", "GET /lists", "GET /lists/lst_1/members"
HEADER, FIELDS = ("email", "created_at"), ("email", "created_at")
ROWS = (("ann@example.org", "2026-04-21T15:30:00Z"), ("bob@example.org", ""))
RECEIPT = Receipt("imp_1")
DONE = Outcome("finished", "completed", rejected=1)


def success(data: Any) -> Reply:
    """An envelope."""
    return Reply(200, {"success": True, "data": data, "correlationId": "c-1"})


def failure(status: int, code: str = "CDP_ETL.X", **more: Any) -> Reply:
    """An envelope of an error."""
    error = {"code": code, "message": "words", **more}
    return Reply(status, {"success": False, "correlationId": "c-9", "error": error})


@pytest.fixture
def replies() -> dict[str, Reply]:
    """What the stand-in answers, by method and path."""
    return {
        MAPPING: success({}),
        START: success({}),
        PUT: Reply(200),
        LISTS: success([]),
        ERRORS: success({"hasErrors": False}),
    }


@pytest.fixture
def server(replies: dict[str, Reply]) -> Iterator[Loopback]:
    """A stand-in that answers what `replies` says, and hands out addresses of its own."""

    def answer(asked: Asked) -> Reply:
        key = f"{asked.method} {urlsplit(asked.path).path}"
        if key == INIT and INIT not in replies:
            url = f"http://127.0.0.1:{service.port}/storage?X-Amz-Signature=s3cret"
            return success({"jobId": "imp_1", "uploadUrl": url, "method": "PUT", "headers": {}})
        return replies[key]

    with loopback(answer) as service:
        yield service


def connected(server: Loopback, **options: str) -> Experiture:
    """A connection to the stand-in."""
    made = registry.connect(
        "experiture",
        options=options,
        environ={"EXPERITURE_API_KEY": "tok-123", "EXPERITURE_BASE_URL": server.url},
        timeout=5,
        field_kinds={"email": "email", "created_at": "timestamp"},
    )
    assert isinstance(made, Experiture)
    return made


@pytest.fixture
def provider(server: Loopback) -> Iterator[Experiture]:
    """A connection without a list."""
    made = connected(server)
    yield made
    made.close()


def send(provider: Experiture, folder: Path, number: int = 1) -> Receipt:
    """Takes both steps and returns the receipt."""
    part = make_part(folder, HEADER, FIELDS, ROWS)
    part = type(part)(**{**{f: getattr(part, f) for f in part.__slots__}, "number": number})
    state: dict[str, Any] = {}
    for step in provider.steps():
        state |= step.run(Call(part, "run-1-1", state))
    return provider.receipt(state)


def failed(provider: Experiture, folder: Path, number: int = 1) -> ProviderError:
    """The error that the steps end with; it holds no secret."""
    with pytest.raises(ProviderError) as caught:
        send(provider, folder, number)
    assert "s3cret" not in str(caught.value)
    assert "tok-123" not in str(caught.value)
    return caught.value


def test_a_part_is_uploaded_mapped_and_started(
    server: Loopback, provider: Experiture, tmp_path: Path
) -> None:
    """Four calls in order; the upload has its exact length and none of our headers."""
    assert send(provider, tmp_path) == RECEIPT

    init, put, mapping, start = server.asked
    data = (tmp_path / "0001.csv").read_bytes()
    assert init.json() == {
        "objectName": "profiles",
        "fileName": "run-1-1.csv",
        "fileSize": len(data),
    }
    assert (put.method, put.path) == ("PUT", "/storage?X-Amz-Signature=s3cret")
    assert (put.body, put.headers["content-length"]) == (data, str(len(data)))
    assert put.headers["content-type"] == "text/csv"
    assert not {"authorization", "idempotency-key", "transfer-encoding"} & set(put.headers)
    assert mapping.json() == {
        "sourceFields": {"email": "string", "created_at": "datetime"},
        "fieldMap": {"email": "email", "created_at": "created_at"},
    }
    assert start.json() == {}
    for write in (init, mapping, start):
        assert write.headers["authorization"] == "Bearer tok-123"
        assert uuid.UUID(write.headers["idempotency-key"]).version == 4
    keys = {write.headers["idempotency-key"] for write in (init, mapping, start)}
    assert len(keys) == 3
    assert [(step.name, step.commits) for step in provider.steps()] == [
        ("upload", False),
        ("start", True),
    ]
    assert provider.capabilities.repeat is Repeat.KEY


def test_what_is_written_down_of_an_upload_is_its_job_alone(
    provider: Experiture, tmp_path: Path
) -> None:
    """The address with its signature is a secret."""
    part = make_part(tmp_path, HEADER, FIELDS, ROWS)
    assert provider.steps()[0].run(Call(part, "k")) == {"job": "imp_1"}


def test_the_headers_that_the_upload_wants_are_sent_with_it(
    server: Loopback, provider: Experiture, replies: dict[str, Reply], tmp_path: Path
) -> None:
    """But not a length of another's."""
    url = f"{server.url}/storage"
    replies[INIT] = success(
        {
            "jobId": "imp_1",
            "uploadUrl": url,
            "headers": {"content-type": "text/x", "x-amz-acl": "p", "Content-Length": "1"},
        }
    )
    send(provider, tmp_path)
    put = server.asked[1].headers
    assert (put["content-type"], put["x-amz-acl"]) == ("text/x", "p")
    assert put["content-length"] != "1"


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"uploadUrl": "https://169.254.169.254/latest"}, Refused),
        ({"uploadUrl": "http://upload.example.com/x?X-Amz-Signature=s3cret"}, Refused),
        ({"uploadUrl": "https://u:s3cret@example.com/"}, Refused),
        ({"uploadUrl": None}, Refused),
        ({"uploadUrl": "http://127.0.0.1:1/?s3cret"}, Unreachable),
        ({"jobId": None}, Busy),
        ({"method": "POST"}, Busy),
    ],
)
def test_an_address_that_could_do_harm_is_not_gone_to(
    server: Loopback,
    provider: Experiture,
    replies: dict[str, Reply],
    tmp_path: Path,
    changes: dict[str, Any],
    kind: type,
) -> None:
    """Nothing is started, and nothing is sent there."""
    good = {"jobId": "imp_1", "uploadUrl": f"{server.url}/storage", "method": "PUT"}
    replies[INIT] = success({**good, **changes})
    assert type(failed(provider, tmp_path)) is kind
    assert len(server.asked) == 1


@pytest.mark.parametrize("reply", [Reply(403, b"<Error>s3cret</Error>"), Reply(500), CUT])
def test_an_upload_that_breaks_can_be_done_again(
    provider: Experiture, replies: dict[str, Reply], tmp_path: Path, reply: Reply
) -> None:
    """With a new address, since the old one may have run out."""
    replies[PUT] = reply
    assert type(failed(provider, tmp_path)) is Busy


def test_an_upload_is_not_redirected(
    server: Loopback, provider: Experiture, replies: dict[str, Reply], tmp_path: Path
) -> None:
    """The rows go where they were meant to go, or nowhere."""
    replies[PUT] = Reply(307, b"", {"Location": f"{server.url}/elsewhere"})
    assert type(failed(provider, tmp_path)) is Busy
    assert [urlsplit(asked.path).path for asked in server.asked] == ["/import-jobs", "/storage"]


@pytest.mark.parametrize(
    ("call", "reply", "kind"),
    [
        (INIT, failure(400), Refused),
        (INIT, failure(401), Denied),
        (INIT, failure(403), Denied),
        (INIT, failure(413), Refused),
        (INIT, failure(429, "CDP_ETL.RATE.LIMITED"), Busy),
        (INIT, failure(500), Busy),
        (INIT, Reply(200, {"data": {}}), Busy),
        (MAPPING, failure(422, "CDP_ETL.VALIDATION.REQUEST_SCHEMA"), Refused),
        (MAPPING, failure(409), Busy),
        (START, failure(409), Busy),
        (START, failure(404), Refused),
        (START, failure(500), Ambiguous),
        (START, Reply(200, {"success": False, "error": {"message": "no"}}), Ambiguous),
        (START, Reply(200, b"{", promise=9), Ambiguous),
        (START, CUT, Ambiguous),
    ],
)
def test_each_call_says_no_in_its_own_way(
    provider: Experiture,
    replies: dict[str, Reply],
    tmp_path: Path,
    call: str,
    reply: Reply,
    kind: type,
) -> None:
    """Only the start may have taken rows."""
    replies[call] = reply
    assert type(failed(provider, tmp_path)) is kind


def test_a_refusal_is_told_with_its_remedy_and_its_correlation_id(
    provider: Experiture, replies: dict[str, Reply], tmp_path: Path
) -> None:
    """What support will ask for; no value that was refused."""
    replies[MAPPING] = failure(
        422,
        "CDP_ETL.VALIDATION.REQUEST_SCHEMA",
        remediation="check the metadata",
        details={"path": "fieldMap.x", "value": "ann@example.org"},
    )
    error = failed(provider, tmp_path)
    for words in ("words", "check the metadata", "at fieldMap.x", "correlation id c-9"):
        assert words in str(error)
    assert "ann@" not in str(error)
    assert error.code == "CDP_ETL.VALIDATION.REQUEST_SCHEMA"


@pytest.mark.parametrize(
    ("options", "lists", "target"),
    [
        ({}, [], {}),
        ({"target_list_id": "lst_9"}, [], {"targetListId": "lst_9"}),
        ({"audience_name": "A"}, [], {"createAudience": True, "audienceName": "A"}),
        ({"list_name": "L"}, [], {"createList": True, "listName": "L"}),
        ({"list_name": "L"}, ["l", "L2", "L "], {"createList": True, "listName": "L"}),
        ({"list_name": "L"}, ["x", "L"], {"targetListId": "lst_1"}),
    ],
)
def test_a_job_gathers_its_contacts_where_it_was_told(
    server: Loopback,
    replies: dict[str, Reply],
    tmp_path: Path,
    options: dict[str, str],
    lists: list[str],
    target: dict[str, Any],
) -> None:
    """A list that is there is added to, else it is made; its name counts letter by letter."""
    found = [{"id": f"lst_{n}", "name": name} for n, name in enumerate(lists)]
    replies[LISTS] = success({"items": found, "totalPages": 1})
    provider = connected(server, **options)
    send(provider, tmp_path)
    (init,) = [asked for asked in server.asked if asked.path == "/import-jobs"]
    rest = {"objectName", "fileName", "fileSize"}
    assert {k: v for k, v in init.json().items() if k not in rest} == target
    assert provider.capabilities.one_by_one is ("list_name" in options)
    provider.close()


def test_two_lists_of_a_name_are_a_question(
    server: Loopback, replies: dict[str, Reply], tmp_path: Path
) -> None:
    """Which one is not for us to guess."""
    replies[LISTS] = success([{"id": "a", "name": "L"}, {"id": "b", "name": "L"}])
    provider = connected(server, list_name="L")
    error = failed(provider, tmp_path)
    assert type(error) is Refused
    assert "-O target_list_id" in str(error)
    provider.close()


def test_an_audience_is_made_of_one_part(server: Loopback, tmp_path: Path) -> None:
    """A second job would make a second one."""
    provider = connected(server, audience_name="A")
    assert "--max-bytes" in str(failed(provider, tmp_path, number=2))
    assert server.asked == []
    provider.close()


@pytest.mark.parametrize(
    ("job", "outcome"),
    [
        ({"state": "pending"}, ("running", None, "")),
        ({"state": "ready"}, ("running", None, "")),
        ({"state": "running", "readRows": 5}, ("running", None, "")),
        ({"state": "paused"}, ("running", None, "document")),
        ({"state": "completed", "rowsRejected": 3, "invalidRows": 4}, ("finished", 3, "")),
        ({"state": "completed", "invalidRows": 4}, ("finished", 4, "")),
        ({"state": "completed", "rowsRejected": True}, ("finished", None, "")),
        (
            {"state": "failed", "mergedInserts": 0, "mergedUpdates": 0},
            ("failed", None, "before"),
        ),
        (
            {"state": "failed", "rowsImported": 2, "mergedInserts": 0},
            ("unknown", None, "do not show"),
        ),
        ({"state": "failed"}, ("unknown", None, "do not show")),
    ],
)
def test_a_job_is_what_its_state_and_its_counters_say(
    provider: Experiture,
    replies: dict[str, Reply],
    job: dict[str, Any],
    outcome: tuple[str, int | None, str],
) -> None:
    """A failed job of which something may have landed is unknown, never failed."""
    replies[JOB] = success(job)
    told = provider.poll(RECEIPT)
    assert (told.state, told.rejected, told.status) == (*outcome[:2], job["state"])
    assert outcome[2] in told.message
    assert set(told.counts) <= set(job)


@pytest.mark.parametrize("reply", [Reply(200, {}), success({"state": ""}), success([]), CUT])
def test_a_status_that_says_nothing_is_asked_for_again(
    provider: Experiture, replies: dict[str, Reply], reply: Reply
) -> None:
    """Nothing may be concluded from it."""
    replies[JOB] = reply
    with pytest.raises(Busy):
        provider.poll(RECEIPT)


@pytest.mark.parametrize(
    ("state", "found"),
    [("pending", None), ("ready", None), ("running", RECEIPT), ("completed", RECEIPT)],
)
def test_an_attempt_is_known_by_the_state_of_its_job(
    provider: Experiture,
    replies: dict[str, Reply],
    tmp_path: Path,
    state: str,
    found: Receipt | None,
) -> None:
    """A job that was not started took nothing; without a job there is nothing to know."""
    replies[JOB] = success({"state": state})
    part = make_part(tmp_path)
    assert provider.lookup(Call(part, "k", {"job": "imp_1"})) == found
    assert provider.lookup(Call(part, "k")) is None


def test_the_error_file_is_fetched_without_our_token(
    server: Loopback, provider: Experiture, replies: dict[str, Reply]
) -> None:
    """From the address that the errors name."""
    url = f"{server.url}/file?X-Amz-Signature=s3cret"
    replies[ERRORS] = success({"hasErrors": True, "errorFileUrl": url})
    replies[FILE] = Reply(200, b"row,email,error\n2,bob@@x,invalid email format\n")
    report = provider.failures(RECEIPT, DONE)
    assert report is not None
    assert report.table["row_number"].tolist() == [2]
    assert "authorization" not in server.asked[-1].headers


@pytest.mark.parametrize(
    ("errors", "file", "kind"),
    [
        (failure(500), None, Busy),
        (failure(404), None, Refused),
        (success({"hasErrors": True, "errorFileUrl": "https://10.0.0.1/x"}), None, Refused),
        (None, Reply(403), Busy),
        (None, Reply(200, b"row,email,error"), Busy),
        (None, CUT, Busy),
    ],
)
def test_an_error_file_that_cannot_be_had_is_not_taken_for_none(
    server: Loopback,
    provider: Experiture,
    replies: dict[str, Reply],
    errors: Reply | None,
    file: Reply | None,
    kind: type,
) -> None:
    """It is asked for again, or the run says why not."""
    url = f"{server.url}/file?X-Amz-Signature=s3cret"
    replies[ERRORS] = errors or success({"hasErrors": True, "errorFileUrl": url})
    if file is not None:
        replies[FILE] = file
    with pytest.raises(ProviderError) as caught:
        provider.failures(RECEIPT, DONE)
    assert type(caught.value) is kind
    assert "s3cret" not in str(caught.value)


def test_without_errors_there_is_no_report(provider: Experiture, server: Loopback) -> None:
    """Nothing refused: nothing is asked. None told of: none."""
    assert provider.failures(RECEIPT, Outcome("finished", "completed", rejected=0)) is None
    assert server.asked == []
    assert provider.failures(RECEIPT, DONE) is None


@pytest.mark.parametrize("shape", ["list", "items", "paged"])
def test_pages_of_any_shape_are_read_to_their_end(
    server: Loopback, replies: dict[str, Reply], shape: str
) -> None:
    """A list, an object with one, with the number of pages or without."""
    members: list[dict[str, Any]] = [
        {"email": "Ann@Example.org "},
        {"profile": {"emailAddress": "bob@example.org"}},
        {"profileId": "p"},
    ]
    inner = server.answer

    def paged(asked: Asked) -> Reply:
        path = urlsplit(asked.path)
        if path.path != "/lists/lst_1/members":
            return inner(asked)
        page = int(parse_qs(path.query)["page"][0])
        entries = members[page - 1 : page]
        if shape == "list":
            return success(entries)
        more = {"totalPages": 3} if shape == "paged" else {"page": page}
        return success({"members": entries, **more})

    server.answer = paged
    provider = connected(server, target_list_id="lst_1")
    assert provider.members() == {"ann@example.org": 1, "bob@example.org": 1, "": 1}
    assert len(server.asked) == (3 if shape == "paged" else 4)
    provider.close()


def test_a_page_that_comes_again_and_again_ends_the_reading(
    server: Loopback, replies: dict[str, Reply]
) -> None:
    """A server that ignores the number of the page."""
    replies[MEMBERS] = success([{"email": "ann@example.org"}])
    provider = connected(server, target_list_id="lst_1")
    assert provider.members() == {"ann@example.org": 1}
    replies[MEMBERS] = success({"a": [], "b": []})
    with pytest.raises(Busy, match="a page of entries"):
        provider.members()
    provider.close()


def test_members_are_told_of_a_list_alone(server: Loopback, provider: Experiture) -> None:
    """And only when they are to be verified."""
    assert provider.members() is None
    for options in ({"list_name": "L", "verify_list": "false"}, {"audience_name": "A"}):
        other = connected(server, **options)
        assert other.members() is None
        other.close()
    assert server.asked == []


def test_delays_grow_as_in_the_example(provider: Experiture) -> None:
    """5 seconds × 1.5 up to 30."""
    delays = list(itertools.islice(provider.delays(), 7))
    assert delays == [5.0, 7.5, 11.25, 16.875, 25.3125, 30.0, 30.0]


def test_one_target_is_enough_and_the_token_is_asked_for() -> None:
    """Before anything is sent."""
    with pytest.raises(UsageError, match="one of list_name and audience_name"):
        registry.connect("experiture", options={"list_name": "L", "audience_name": "A"}, environ={})
    with pytest.raises(MissingSecret, match="EXPERITURE_API_KEY"):
        registry.connect("experiture", options={}, environ={})


def test_the_provider_does_not_say_where_an_upload_goes_in_its_headers(
    server: Loopback, replies: dict[str, Reply], provider: Experiture, tmp_path: Path
) -> None:
    """Nor how long it is; the others are sent as they are wanted."""
    headers = {"Host": "other.example", "Transfer-Encoding": "chunked", "X-Amz-Tag": "a"}
    url = f"{server.url}/storage?X-Amz-Signature=s3cret"
    replies[INIT] = success({"jobId": "imp_1", "uploadUrl": url, "headers": headers})
    send(provider, tmp_path)
    put = next(asked for asked in server.asked if asked.method == "PUT")
    assert put.headers["host"] == f"127.0.0.1:{server.port}"
    assert "transfer-encoding" not in put.headers
    assert (put.headers["x-amz-tag"], put.headers["content-length"]) == ("a", str(put.size))


@pytest.mark.parametrize("number", ["Ann Quokka", "tok\x1b[2J", "x" * 65, "", None, 7])
def test_a_correlation_id_that_is_none_is_not_told(
    server: Loopback,
    replies: dict[str, Reply],
    provider: Experiture,
    tmp_path: Path,
    number: object,
) -> None:
    """It is shown as it is, so only what can be one is."""
    error = {"code": "CDP_ETL.X", "message": "words"}
    replies[START] = Reply(422, {"success": False, "correlationId": number, "error": error})
    assert "correlation id" not in str(failed(provider, tmp_path))
