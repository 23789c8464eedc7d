"""The stand-in for TextUs."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from preflight.providers.sandbox.server import Sandbox
from preflight.providers.sandbox.store import row_digest

PATH = "/my_account/contacts/upload"
NAMES = '["name","phone_number","business","tags"]'
GOOD = b"name,phone_number,business,tags\nAnn,+14155552671,Acme,vip\n"


def _upload(
    client: httpx.Client,
    body: bytes | None = GOOD,
    headers: Any = NAMES,
    kind: str = "text/csv",
    path: str = PATH,
) -> httpx.Response:
    files: dict[str, Any] = {} if body is None else {"file": ("contacts.csv", body, kind)}
    if headers is not None:
        fields = headers if isinstance(headers, list) else [("headers", headers)]
        files = {**files, **{name: (None, text) for name, text in fields}}
    return client.post(path, files=files or {"other": (None, "x")})


@pytest.mark.parametrize("token", [None, "Bearer x", "Basic sandbox-only", "Bearer \xe9"])
def test_a_call_needs_the_token(sandbox: Sandbox, token: str | None) -> None:
    """No token, another one, another scheme, other letters."""
    headers = [(b"Authorization", token.encode("latin-1"))] if token else []
    address = sandbox.environment["TEXTUS_BASE_URL"] + PATH
    assert httpx.post(address, headers=headers).status_code == 401


def test_an_upload_is_answered_with_its_slug_alone(sandbox: Sandbox, textus: httpx.Client) -> None:
    """And its good rows are taken, which nobody is told."""
    body = (
        b"name,phone_number,business,tags\n"
        b"Ann,+14155552671,Acme,vip\n"
        b",+14155552672,Acme,\n"
        b"Bob,4155552673,Acme,\n"
        b"Cec,+14155552671,Twice,\n"
        b"Dan,+14155552674\n"
    )
    response = _upload(textus, body)

    slug = response.json()["contact_import_slug"]
    assert response.status_code == 201
    assert response.json() == {"contact_import_slug": slug}
    taken = [row for row in sandbox.store.accepted("textus") if row.job == slug]
    assert [(row.row, row.key) for row in taken] == [(1, "+14155552671")]
    assert taken[0].sha256 == row_digest(["Ann", "+14155552671", "Acme", "vip"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"body": None}, {"error": "File is required."}),
        ({"headers": None}, {"error": "Headers are a required field."}),
        ({"headers": "null"}, {"error": "Headers are a required field."}),
        ({"headers": "[]"}, {"error": "Headers are a required field."}),
        ({"headers": "[1]"}, {"error": "Headers are a required field."}),
        ({"headers": "{"}, {"error": "Headers are a required field."}),
        ({"headers": '["phone_number"]'}, {"errors": ["Missing required headers: name."]}),
        (
            {"headers": '["name","phone_number","invalid"]'},
            {"errors": ["Invalid headers provided: invalid."]},
        ),
        ({"kind": "application/pdf"}, {"errors": ["File must be a CSV (text/csv)."]}),
        ({"body": b"%PDF-1.7"}, {"errors": ["File must be a CSV (text/csv)."]}),
        (
            {"body": b"name,phone_number\nAnn,+14155552671\n"},
            {"errors": ["The columns of the file are not the headers provided."]},
        ),
    ],
)
def test_a_file_is_refused_in_the_words_of_the_page(
    sandbox: Sandbox, textus: httpx.Client, changes: dict[str, Any], answer: dict[str, Any]
) -> None:
    """Status 422, in one of two shapes, and nothing is taken."""
    before = len(sandbox.store.accepted("textus"))
    response = _upload(textus, **changes)
    assert (response.status_code, response.json()) == (422, answer)
    assert len(sandbox.store.accepted("textus")) == before


def test_headers_may_come_one_by_one(textus: httpx.Client) -> None:
    """Nothing says how a list is written in a form."""
    body = b"name\n\n"
    response = _upload(textus, body, [("headers[]", "name")])
    assert response.json() == {"errors": ["Missing required headers: phone_number."]}


def test_what_is_no_form_holds_no_file(textus: httpx.Client) -> None:
    """A JSON body, as in the page's curl line, cannot carry one."""
    assert textus.post(PATH, json={"file": "a.csv"}).json() == {"error": "File is required."}
    broken = textus.post(PATH, content=b"x", headers={"Content-Type": "multipart/form-data"})
    assert broken.json() == {"error": "File is required."}


def test_an_account_can_be_the_wrong_one(textus: httpx.Client) -> None:
    """The magic one."""
    assert _upload(textus, path="/404/contacts/upload").status_code == 404


def test_too_many_calls_are_sent_away_for_a_while(sandbox: Sandbox, textus: httpx.Client) -> None:
    """With what is left, when it begins anew, and how long to wait."""
    first = _upload(textus)
    assert first.headers["X-RateLimit-Limit"] == "1000"
    assert int(first.headers["X-RateLimit-Remaining"]) < 1000
    sandbox.store.set("calls_per_minute", 0)
    try:
        second = _upload(textus)
    finally:
        sandbox.store.set("calls_per_minute", 200)
    assert second.status_code == 429
    assert 1 <= int(second.headers["Retry-After"]) <= 300
    assert int(second.headers["X-RateLimit-Reset"]) % 300 == 0
