"""The stand-in for TalkValue, as its command line uses it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from preflight.providers.sandbox.server import Sandbox
from preflight.providers.talkvalue.stand_in import MAGIC
from preflight.providers.talkvalue.stand_in_columns import FIELDS

Fresh = Callable[[], str]
Finish = Callable[[], None]
EMAIL = [{"csvIndex": 0, "targetField": "EMAIL"}]
NAMED = [*EMAIL, {"csvIndex": 1, "targetField": "FIRST_NAME"}]
COUNTERS = ("newCount", "updatedCount", "duplicatedCount", "skipCount", "failedCount")


def _csv(*rows: str) -> bytes:
    return "\n".join([*rows, ""]).encode()


def _analyze(client: httpx.Client, body: bytes, name: str = "a.csv") -> dict[str, Any]:
    response = client.post("/path/import/analyze", files={"file": (name, body, "text/csv")})
    assert response.status_code == 200
    return dict(response.json())


def _create(client: httpx.Client, key: str, **changes: Any) -> httpx.Response:
    body = {"fileKey": key, "sourceId": 7, "columnMappings": NAMED, "mode": "UPDATE", **changes}
    return client.post("/path/import", json=body)


def _run(client: httpx.Client, finish: Finish, body: bytes, **changes: Any) -> dict[str, Any]:
    created = _create(client, _analyze(client, body)["fileKey"], **changes)
    assert created.status_code == 200
    assert created.json()["status"] == "PENDING"
    finish()
    return dict(client.get(f"/path/import/{created.json()['importJobId']}").json())


def _export(client: httpx.Client, job: dict[str, Any]) -> list[list[str]]:
    response = client.get(f"/path/import/{job['id']}/failed/export")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/csv")
    return list(csv.reader(io.StringIO(response.text)))


def _problem(response: httpx.Response, status: int) -> dict[str, Any]:
    problem = dict(response.json())
    assert response.status_code == problem["status"] == status
    assert response.headers["content-type"] == "application/problem+json"
    assert {"title", "detail", "errorCode"} <= set(problem)
    return problem


@pytest.mark.parametrize("token", [None, "Bearer x", "Basic sandbox-only", "Bearer \xe9"])
def test_a_call_needs_the_token(sandbox: Sandbox, token: str | None) -> None:
    """The problem's code is one of those that mean credentials."""
    headers = [(b"Authorization", token.encode("latin-1"))] if token else []
    response = httpx.get(sandbox.environment["TALKVALUE_API_URL"] + "/path/import", headers=headers)
    assert 1100 <= _problem(response, 401)["errorCode"] <= 1500


def test_analyze_tells_what_is_in_the_file(talkvalue: httpx.Client) -> None:
    """In the exact shape of an `AnalyzeRes`."""
    rows = [f"p{n}@x.io,Ann,{n}" for n in range(7)]
    told = _analyze(talkvalue, _csv("E-mail,Notes,First Name", *rows), "dir/my list.csv")
    assert re.fullmatch(r"u/2026/\d\d/[0-9a-f]+-my list\.csv", told.pop("fileKey"))
    assert told == {
        "totalRows": 7,
        "headers": ["E-mail", "Notes", "First Name"],
        "preview": [row.split(",") for row in rows[:5]],
        "columnMappings": [
            {
                "csvIndex": 0,
                "csvHeader": "E-mail",
                "suggestedField": "EMAIL",
                "confidence": 1.0,
                "suggestions": [{"field": "EMAIL", "confidence": 1.0}],
            },
            {"csvIndex": 1, "csvHeader": "Notes", "suggestions": []},
            {
                "csvIndex": 2,
                "csvHeader": "First Name",
                "suggestedField": "FIRST_NAME",
                "confidence": 1.0,
                "suggestions": [{"field": "FIRST_NAME", "confidence": 1.0}],
            },
        ],
        "missingRequired": [],
    }


def test_every_field_is_suggested_for_its_own_name(talkvalue: httpx.Client) -> None:
    """There are eleven."""
    columns = _analyze(talkvalue, _csv(",".join(FIELDS)))["columnMappings"]
    assert tuple(column["suggestedField"] for column in columns) == FIELDS
    assert len(FIELDS) == 11


def test_a_field_is_suggested_for_one_column_only(talkvalue: httpx.Client) -> None:
    """The second keeps it among its suggestions."""
    columns = _analyze(talkvalue, _csv("Work Email,Email"))["columnMappings"]
    assert [column.get("suggestedField") for column in columns] == ["EMAIL", None]
    assert [column["suggestions"][0]["confidence"] for column in columns] == [0.8, 1.0]


def test_a_file_without_an_email_column_misses_one(talkvalue: httpx.Client) -> None:
    """Only a hint: nothing is refused yet."""
    assert _analyze(talkvalue, _csv("Who", "x"))["missingRequired"] == ["EMAIL"]


@pytest.mark.parametrize(
    "files",
    [
        {"file": ("a.csv", b"%PDF-1.7", "text/csv")},
        {"file": ("a.csv", b"", "text/csv")},
        {"file": ("a.csv", b'Email\n"x', "text/csv")},
        {"file": ("a.csv", b"Email\n", "application/pdf")},
        {"other": ("a.csv", b"Email\n", "text/csv")},
        {"file": (None, b"Email\n", "text/csv")},
    ],
)
def test_a_file_that_is_no_csv_is_the_known_problem(talkvalue: httpx.Client, files: Any) -> None:
    """Word for word as in the provider's own sample."""
    response = talkvalue.post("/path/import/analyze", files=files)
    assert _problem(response, 400) == {
        "detail": "error.import_file_invalid_format",
        "instance": "/path/import/analyze",
        "status": 400,
        "title": "Bad Request",
        "errorCode": -1,
    }


def test_a_body_that_cannot_be_parsed_is_the_same_problem(talkvalue: httpx.Client) -> None:
    """A multipart body without a boundary."""
    headers = {"content-type": "multipart/form-data"}
    response = talkvalue.post("/path/import/analyze", headers=headers, content=b"x")
    assert _problem(response, 400)["detail"] == "error.import_file_invalid_format"


def test_a_job_is_pending_then_running_then_over(
    talkvalue: httpx.Client, fresh: Fresh, clock: Any
) -> None:
    """The counters come with the end; no export before."""
    body = _csv("Email,Name", *(f"{fresh()},A" for _ in range(4)), "nobody,B")
    job = _create(talkvalue, _analyze(talkvalue, body, "list.csv")["fileKey"]).json()["importJobId"]
    seen = []
    for _ in range(3):
        told = talkvalue.get(f"/path/import/{job}").json()
        seen.append((told["status"], told["processedRows"], bool(told["completedAt"])))
        early = talkvalue.get(f"/path/import/{job}/failed/export")
        assert early.status_code == (200 if told["completedAt"] else 400)
        clock.now += 4
    assert seen == [("PENDING", 0, False), ("RUNNING", 2, False), ("PARTIAL_SUCCESS", 5, True)]
    assert told == {
        "id": job,
        "status": "PARTIAL_SUCCESS",
        "mode": "UPDATE",
        "fileName": "list.csv",
        "totalRows": 5,
        "processedRows": 5,
        "newCount": 4,
        "updatedCount": 0,
        "duplicatedCount": 0,
        "skipCount": 0,
        "failedCount": 1,
        "failedRows": [
            {
                "rowNum": 5,
                "errorCode": "INVALID_EMAIL",
                "errorMessage": "Email could not be parsed",
                "rawValue": "nobody",
            }
        ],
        "processStartedAt": told["processStartedAt"],
        "completedAt": told["completedAt"],
    }
    assert told["processStartedAt"] < told["completedAt"]
    assert told["completedAt"].endswith("Z")


def test_the_counters_add_up(talkvalue: httpx.Client, fresh: Fresh, finish: Finish) -> None:
    """New, updated, duplicated and failed rows of one file."""
    known, new = fresh(), fresh()
    _run(talkvalue, finish, _csv("Email,Name", f"{known},A"))
    rows = [f"{known},B", f"{new},C", f"{new.upper()},D", "x,E", "one-cell"]
    job = _run(talkvalue, finish, _csv("Email,Name", *rows))
    assert [job[name] for name in COUNTERS] == [1, 1, 1, 0, 2]
    assert sum(job[name] for name in COUNTERS) == job["totalRows"] == 5


def test_a_job_without_a_failure_is_completed(
    talkvalue: httpx.Client, fresh: Fresh, finish: Finish
) -> None:
    """Its export is a header."""
    job = _run(talkvalue, finish, _csv("Email,Name", f"{fresh()},A"))
    assert job["status"] == "COMPLETED"
    assert job["failedRows"] == []
    assert _export(talkvalue, job) == [["rowNum", "errorCode", "errorMessage", "rawValue"]]


@pytest.mark.parametrize(
    ("mode", "counts", "name"),
    [("UPDATE", [0, 1, 0, 0, 0], "Bea"), ("SKIP", [0, 0, 0, 1, 0], "Ann")],
)
def test_the_mode_decides_over_a_known_contact(
    sandbox: Sandbox,
    talkvalue: httpx.Client,
    fresh: Fresh,
    finish: Finish,
    mode: str,
    counts: list[int],
    name: str,
) -> None:
    """Overwritten and in the ledger again, or left alone and not."""
    address = fresh()
    _run(talkvalue, finish, _csv("Email,Name", f"{address},Ann"))
    before = len(sandbox.store.accepted("talkvalue"))
    job = _run(talkvalue, finish, _csv("Email,Name", f"{address},Bea"), mode=mode)
    assert [job[counter] for counter in COUNTERS] == counts
    assert sandbox.store.contacts("talkvalue")[address] == {"FIRST_NAME": name}
    assert len(sandbox.store.accepted("talkvalue")) == before + (mode == "UPDATE")


def test_a_blank_cell_leaves_the_stored_field(
    sandbox: Sandbox, talkvalue: httpx.Client, fresh: Fresh, finish: Finish
) -> None:
    """An update does not clear."""
    address = fresh()
    for name in ("Ann", ""):
        _run(talkvalue, finish, _csv("Email,Name", f"{address},{name}"))
    assert sandbox.store.contacts("talkvalue")[address] == {"FIRST_NAME": "Ann"}


def test_the_export_has_every_failure_and_the_job_a_sample(
    talkvalue: httpx.Client, finish: Finish
) -> None:
    """In the order of the file; the offending cell as it was written."""
    rows = [f'"bad, {n}",A' for n in range(1, 9)]
    job = _run(talkvalue, finish, _csv("Email,Name", *rows))
    header, *failures = _export(talkvalue, job)
    assert header == ["rowNum", "errorCode", "errorMessage", "rawValue"]
    assert failures == [
        [str(n), "INVALID_EMAIL", "Email could not be parsed", f"bad, {n}"] for n in range(1, 9)
    ]
    assert [[str(v) for v in row.values()] for row in job["failedRows"]] == failures[:5]


@pytest.mark.parametrize("base", [0, 1, 2])
def test_row_numbers_start_where_they_are_told_to(
    sandbox: Sandbox, talkvalue: httpx.Client, fresh: Fresh, finish: Finish, base: int
) -> None:
    """Nobody knows where the provider starts, so a client has to cope with all three."""
    job = _run(talkvalue, finish, _csv("Email,Name", f"{fresh()},A", "x,B"))
    sandbox.store.set("row_base", base)
    told = talkvalue.get(f"/path/import/{job['id']}").json()
    exported = _export(talkvalue, job)
    sandbox.store.set("row_base", 1)
    assert told["failedRows"][0]["rowNum"] == 1 + base
    assert exported[1][0] == str(1 + base)


def test_magic_addresses_fail_with_codes_of_their_own(
    talkvalue: httpx.Client, finish: Finish
) -> None:
    """Every one of the table, and every code has its words."""
    magic = [m for m in MAGIC if m.where != "sourceId"]
    address = {"local part": "{}+ann@some-company.com", "domain": "ann@{}mail.com"}
    rows = [address[m.where].format(m.match) + ",A" for m in magic]
    job = _run(talkvalue, finish, _csv("Email,Name", *rows, "one-cell"))
    failures = _export(talkvalue, job)[1:]
    assert [row[1] for row in failures] == [*(m.effect for m in magic), "ROW_MALFORMED"]
    assert all(row[2] for row in failures)
    assert [row[3] for row in failures] == [*(row[:-2] for row in rows), ""]


@pytest.mark.slow
@pytest.mark.parametrize(
    "mappings",
    [
        [],
        "0:EMAIL",
        [{"csvIndex": 1, "targetField": "NAME"}],
        [*EMAIL, {"csvIndex": 1, "targetField": "EMAIL"}],
        [*EMAIL, {"csvIndex": 0, "targetField": "NAME"}],
        [*EMAIL, {"csvIndex": 2, "targetField": "NAME"}],
        [*EMAIL, {"csvIndex": -1, "targetField": "NAME"}],
        [*EMAIL, {"csvIndex": True, "targetField": "NAME"}],
        [*EMAIL, {"csvIndex": 1, "targetField": "CITY"}],
        [*EMAIL, {"csvIndex": 1}],
        [*EMAIL, 1],
    ],
)
def test_a_mapping_that_cannot_be_used_is_a_400(talkvalue: httpx.Client, mappings: Any) -> None:
    """No job is made."""
    key = _analyze(talkvalue, _csv("Email,Name"))["fileKey"]
    before = talkvalue.get("/path/import").json()["totalElements"]
    _problem(_create(talkvalue, key, columnMappings=mappings), 400)
    assert talkvalue.get("/path/import").json()["totalElements"] == before


@pytest.mark.parametrize(
    "changes", [{"mode": "update"}, {"mode": None}, {"sourceId": "7"}, {"sourceId": True}]
)
def test_a_request_of_another_form_is_a_400(talkvalue: httpx.Client, changes: Any) -> None:
    """The values are of the documented types."""
    key = _analyze(talkvalue, _csv("Email,Name"))["fileKey"]
    _problem(_create(talkvalue, key, **changes), 400)


def test_a_request_that_is_no_json_is_a_400(talkvalue: httpx.Client) -> None:
    """Not even close."""
    _problem(talkvalue.post("/path/import", content=b"{"), 400)


def test_a_file_key_is_known_for_a_day_after_its_last_use(
    talkvalue: httpx.Client, clock: Any
) -> None:
    """Each create is a use, and makes another job."""
    key = _analyze(talkvalue, _csv("Email,Name"))["fileKey"]
    jobs = []
    for _ in range(3):
        clock.now += 24 * 3600
        jobs.append(_create(talkvalue, key).json()["importJobId"])
    assert len(set(jobs)) == 3
    clock.now += 24 * 3600 + 1
    _problem(_create(talkvalue, key), 404)
    _problem(_create(talkvalue, "u/2026/05/none.csv"), 404)


def test_an_unknown_channel_is_a_404(talkvalue: httpx.Client) -> None:
    """The magic one."""
    key = _analyze(talkvalue, _csv("Email,Name"))["fileKey"]
    assert _problem(_create(talkvalue, key, sourceId=404), 404)["detail"] == (
        "error.channel_not_found"
    )


def test_a_whole_job_can_fail(
    sandbox: Sandbox, talkvalue: httpx.Client, fresh: Fresh, finish: Finish
) -> None:
    """Before any row landed."""
    before = len(sandbox.store.accepted("talkvalue"))
    job = _run(talkvalue, finish, _csv("Email,Name", f"{fresh()},A"), sourceId=9001)
    assert (job["status"], job["totalRows"], job["processedRows"]) == ("FAILED", 1, 0)
    assert [job[name] for name in COUNTERS] == [0] * 5
    assert len(sandbox.store.accepted("talkvalue")) == before


def test_jobs_are_listed_newest_first_page_by_page(talkvalue: httpx.Client, finish: Finish) -> None:
    """Pages count from 1, and hold 20 unless another size is asked for."""
    keys = [_analyze(talkvalue, _csv("Email,Name"), f"{n}.csv")["fileKey"] for n in range(21)]
    jobs = [_create(talkvalue, key).json()["importJobId"] for key in keys]
    finish()
    first = talkvalue.get("/path/import").json()
    assert [job["id"] for job in first["content"]] == jobs[:0:-1]
    assert first["content"][0]["fileName"] == "20.csv"
    assert (first["pageNumber"], first["pageSize"]) == (1, 20)
    assert first["totalPages"] == -(-first["totalElements"] // 20)
    second = talkvalue.get("/path/import", params={"pageNumber": 2, "pageSize": 2}).json()
    assert [job["id"] for job in second["content"]] == [jobs[-3], jobs[-4]]


@pytest.mark.parametrize("query", ["pageNumber=0", "pageSize=0", "pageSize=101", "pageNumber=x"])
def test_a_page_that_there_cannot_be_is_a_400(talkvalue: httpx.Client, query: str) -> None:
    """Sizes and numbers have bounds."""
    _problem(talkvalue.get(f"/path/import?{query}"), 400)


@pytest.mark.parametrize("path", ["/path/import/999999", "/path/import/x/failed/export"])
def test_an_unknown_job_is_a_404(talkvalue: httpx.Client, path: str) -> None:
    """Whatever is asked about it."""
    _problem(talkvalue.get(path), 404)
