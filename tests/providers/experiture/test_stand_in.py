"""The stand-in for Experiture."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from preflight.providers.sandbox.server import Sandbox
from tests.providers.conftest import Clock

BODY = b"email,first_name\nann@some-company.com,Ann\nno address,Bob\n"
MAPPING = {
    "sourceFields": {"email": "string", "first_name": "string"},
    "fieldMap": {"email": "email", "first_name": "first_name"},
}


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[httpx.Client]:
    """A client with Experiture's token."""
    env = sandbox.environment
    headers = {"Authorization": f"Bearer {env['EXPERITURE_API_KEY']}"}
    with httpx.Client(
        base_url=env["EXPERITURE_BASE_URL"], headers=headers, trust_env=False
    ) as made:
        yield made


def init(client: httpx.Client, body: bytes = BODY, **more: Any) -> Any:
    """A job, ready for its file."""
    asked = {"objectName": "profiles", "fileName": "a.csv", "fileSize": len(body), **more}
    return client.post("/import-jobs", json=asked).json()["data"]


def whole(client: httpx.Client, body: bytes = BODY, **more: Any) -> str:
    """A job that was started."""
    job = init(client, body, **more)
    assert httpx.put(job["uploadUrl"], content=body).status_code == 200
    assert client.post(f"/import-jobs/{job['jobId']}/mapping", json=MAPPING).status_code == 200
    assert client.post(f"/import-jobs/{job['jobId']}/start", json={}).status_code == 200
    return str(job["jobId"])


def code_of(response: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal, which has a correlation id."""
    told = response.json()
    assert told["success"] is False
    assert told["correlationId"] == response.headers["x-correlation-id"]
    return response.status_code, told["error"]["code"]


@pytest.mark.parametrize("token", [None, "Bearer x", "Basic sandbox-only"])
def test_a_call_needs_the_token(sandbox: Sandbox, token: str | None) -> None:
    headers = {"Authorization": token} if token else {}
    address = sandbox.environment["EXPERITURE_BASE_URL"] + "/lists"
    assert code_of(httpx.get(address, headers=headers))[0] == 401


def test_a_job_counts_what_it_merged_and_what_it_refused(
    client: httpx.Client, finish: Callable[[], None]
) -> None:
    job = whole(client)
    path = f"/import-jobs/{job}"
    assert client.get(path).json()["data"]["state"] == "running"
    assert code_of(client.get(f"{path}/errors"))[0] == 409
    finish()
    told = client.get(path).json()["data"]
    assert (told["state"], told["rowsTotal"], told["rowsImported"], told["rowsRejected"]) == (
        "completed", 2, 1, 1,
    )  # fmt: skip
    found = client.get(f"{path}/errors").json()["data"]
    assert found["hasErrors"] is True
    assert "invalid email format" in httpx.get(found["errorFileUrl"]).text


@pytest.mark.slow
@pytest.mark.parametrize("form", [0, 1, 2, 3, 4])
def test_the_error_file_has_every_form_that_a_client_must_read(
    sandbox: Sandbox, client: httpx.Client, finish: Callable[[], None], form: int
) -> None:
    job = whole(client)
    finish()
    sandbox.store.set("error_form", form)
    try:
        url = client.get(f"/import-jobs/{job}/errors").json()["data"]["errorFileUrl"]
        text = httpx.get(url).text
    finally:
        sandbox.store.set("error_form", 0)
    lines = text.splitlines()
    assert len(lines) == (2 if form < 2 else 1)
    if form in (2, 3):
        assert ("row" in json.loads(lines[0])) is (form == 2)


def test_the_same_key_gives_the_same_answer_for_24_hours(
    client: httpx.Client, clock: Clock
) -> None:
    """And a new one afterwards."""
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    asked = {"objectName": "profiles", "fileName": "a.csv", "fileSize": 1}

    def once() -> Any:
        return client.post("/import-jobs", json=asked, headers=headers).json()

    first = once()
    clock.now += 24 * 3600 - 10
    assert once() == first
    clock.now += 20
    assert once()["data"]["jobId"] != first["data"]["jobId"]


def test_a_key_is_good_for_one_call_alone(client: httpx.Client) -> None:
    """Another body, or another path."""
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    asked = {"objectName": "profiles", "fileName": "a.csv", "fileSize": 1}
    assert client.post("/import-jobs", json=asked, headers=headers).status_code == 200
    other = client.post("/import-jobs", json={**asked, "fileSize": 2}, headers=headers)
    assert code_of(other) == (409, "CDP_ETL.IMPORT.CONFLICT")
    path = client.post("/import-jobs/imp_1/start", json={}, headers=headers)
    assert code_of(path)[0] == 409


def test_a_call_that_was_refused_leaves_its_key_free(client: httpx.Client) -> None:
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    assert client.post("/import-jobs", json={}, headers=headers).status_code == 400
    asked = {"objectName": "profiles", "fileName": "a.csv", "fileSize": 1}
    assert client.post("/import-jobs", json=asked, headers=headers).status_code == 200


def test_an_upload_address_runs_out(client: httpx.Client, clock: Clock) -> None:
    job = init(client)
    clock.now += 3601
    assert httpx.put(job["uploadUrl"], content=BODY).status_code == 403


def test_an_upload_address_wants_its_signature_its_length_and_no_token(
    client: httpx.Client,
) -> None:
    job = init(client)
    url = job["uploadUrl"]
    assert httpx.put(url.partition("?")[0], content=BODY).status_code == 403
    assert httpx.put(url, content=BODY + b"x").status_code == 411
    assert httpx.put(url, content=BODY, headers={"Authorization": "Bearer x"}).status_code == 400
    gone = url.replace(job["jobId"], "imp_none")
    assert httpx.put(gone, content=BODY).status_code == 404
    assert httpx.put(url, content=BODY).status_code == 200


def test_calls_out_of_turn_are_conflicts(client: httpx.Client) -> None:
    """Mapping before the file, start before the mapping, and anything after the start."""
    job = init(client)
    path = f"/import-jobs/{job['jobId']}"
    assert code_of(client.post(f"{path}/mapping", json=MAPPING))[0] == 409
    assert code_of(client.post(f"{path}/start", json={}))[0] == 409
    httpx.put(job["uploadUrl"], content=BODY)
    assert client.post(f"{path}/mapping", json=MAPPING).status_code == 200
    assert client.post(f"{path}/start", json={}).status_code == 200
    assert code_of(client.post(f"{path}/start", json={}))[0] == 409
    assert code_of(client.post(f"{path}/mapping", json=MAPPING))[0] == 409
    assert code_of(client.get("/import-jobs/imp_none"))[0] == 404


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mapping", "status"),
    [
        ({}, 400),
        ({**MAPPING, "fieldMap": {}}, 400),
        ({**MAPPING, "fieldMap": {"other": "email"}}, 400),
        ({**MAPPING, "fieldMap": {"email": "no_such_field"}}, 422),
        ({**MAPPING, "fieldMap": {"first_name": "first_name"}}, 422),
    ],
)
def test_a_mapping_has_to_be_whole(client: httpx.Client, mapping: Any, status: int) -> None:
    job = init(client)
    httpx.put(job["uploadUrl"], content=BODY)
    assert code_of(client.post(f"/import-jobs/{job['jobId']}/mapping", json=mapping))[0] == status


@pytest.mark.parametrize(
    "more",
    [
        {"createList": True},
        {"createList": True, "listName": ""},
        {"createAudience": True},
        {"createList": True, "listName": "x", "targetListId": "y"},
    ],
)
def test_a_job_has_one_named_target(client: httpx.Client, more: dict[str, Any]) -> None:
    asked = {"objectName": "profiles", "fileName": "a.csv", "fileSize": 1, **more}
    assert code_of(client.post("/import-jobs", json=asked))[0] == 400
    assert code_of(client.post("/import-jobs", content=b"[]"))[0] == 400


def test_a_list_is_made_when_its_job_is_over_and_shown_in_pages(
    client: httpx.Client, finish: Callable[[], None]
) -> None:
    """Members are added by later jobs and never removed."""
    body = b"email,first_name\n" + b"".join(b"p%d@some-company.com,P\n" % n for n in range(5))
    whole(client, body, createList=True, listName="Pages")

    def named() -> list[Any]:
        items = client.get("/lists", params={"pageSize": 100}).json()["data"]["items"]
        return [one["id"] for one in items if one["name"] == "Pages"]

    assert named() == []
    finish()
    (key,) = named()
    whole(client, b"email,first_name\nq@some-company.com,Q\n", targetListId=key)
    finish()
    told = []
    for page in (1, 2, 3):
        params = {"page": page, "pageSize": 4}
        found = client.get(f"/lists/{key}/members", params=params).json()["data"]
        assert (found["total"], found["totalPages"]) == (6, 2)
        told.append([one["email"] for one in found["items"]])
    assert [len(page) for page in told] == [4, 2, 0]
    assert len({email for page in told for email in page}) == 6
    assert code_of(client.get(f"/lists/{key}/members", params={"page": 0}))[0] == 400
    assert code_of(client.get("/lists", params={"page": "x"}))[0] == 400
    assert code_of(client.get("/lists/none/members"))[0] == 404


def test_the_objects_fields_are_told(client: httpx.Client) -> None:
    told = client.get("/metadata/objects/profiles").json()["data"]
    assert "email" in {one["name"] for one in told["fields"]}
    assert code_of(client.get("/metadata/objects/none"))[0] == 404


def test_a_moment_without_an_offset_is_refused_row_by_row(
    client: httpx.Client, finish: Callable[[], None]
) -> None:
    moment = b"2026-04-21T15:30:00"
    body = b"email,created_at\na@some-company.com,%b\nb@some-company.com,%bZ\n" % (moment, moment)
    job = init(client, body)
    httpx.put(job["uploadUrl"], content=body)
    mapping = {
        "sourceFields": {"email": "string", "created_at": "datetime"},
        "fieldMap": {"email": "email", "created_at": "created_at"},
    }
    assert client.post(f"/import-jobs/{job['jobId']}/mapping", json=mapping).status_code == 200
    client.post(f"/import-jobs/{job['jobId']}/start", json={})
    finish()
    assert client.get(f"/import-jobs/{job['jobId']}").json()["data"]["rowsRejected"] == 1
