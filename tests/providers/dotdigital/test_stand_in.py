"""The stand-in for Dotdigital, as its documentation has it."""

from __future__ import annotations

import base64
import csv
import io
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from preflight.providers.dotdigital.stand_in import COUNTERS, MAGIC, MAX_BYTES, shuffled
from preflight.providers.sandbox.server import Sandbox
from preflight.providers.sandbox.store import RefusedRow

NO_JOB = "00000000-0000-4000-8000-000000000000"
BOOK = "/v2/address-books/7/contacts/import/with-merge-option/"
Fresh = Callable[[], str]
Finish = Callable[[], None]


def _csv(*rows: str) -> bytes:
    return "\n".join([*rows, ""]).encode()


def _send(client: httpx.Client, body: bytes, url: str = BOOK + "Overwrite") -> httpx.Response:
    return client.post(url, files={"file": ("a.csv", body, "text/csv")})


def _job(client: httpx.Client, body: bytes, url: str = BOOK + "Overwrite") -> str:
    response = _send(client, body, url)
    assert response.status_code == 202
    assert response.json()["status"] == "NotFinished"
    return str(uuid.UUID(response.json()["id"]))


def _status(client: httpx.Client, job: str) -> str:
    told = client.get(f"/v2/contacts/import/{job}").json()
    assert told["id"] == job
    return str(told["status"])


def _report(client: httpx.Client, job: str) -> dict[str, Any]:
    return dict(client.get(f"/v2/contacts/import/{job}/report").json())


def _faults(client: httpx.Client, job: str) -> list[list[str]]:
    body = client.get(f"/v2/contacts/import/{job}/report-faults").content
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("auth", [None, ("someone", "else")])
@pytest.mark.parametrize("path", ["/v2/account-info", f"/v2/contacts/import/{NO_JOB}"])
def test_a_call_needs_the_login(sandbox: Sandbox, auth: tuple[str, str] | None, path: str) -> None:
    """By HTTP Basic; the answer names the error."""
    url = sandbox.environment["DOTDIGITAL_BASE_URL"] + path
    response = httpx.get(url, auth=auth)
    assert response.status_code == 401
    assert "ERROR_INVALID_LOGIN" in response.json()["message"]


@pytest.mark.parametrize("header", ["Basic", "Basic %%%", "Basic \xe9", "Bearer x"])
def test_a_login_of_another_form_is_refused(sandbox: Sandbox, header: str) -> None:
    """It is no login, and no crash."""
    url = sandbox.environment["DOTDIGITAL_BASE_URL"] + "/v2/account-info"
    response = httpx.get(url, headers=[(b"Authorization", header.encode("latin-1"))])
    assert response.status_code == 401


def test_the_account_tells_its_endpoint(sandbox: Sandbox, dotdigital: httpx.Client) -> None:
    """So that a client finds its region."""
    told = dotdigital.get("/v2/account-info").json()
    values = {p["name"]: p["value"] for p in told["properties"]}
    assert values["ApiEndpoint"] == sandbox.environment["DOTDIGITAL_BASE_URL"]
    assert {p["type"] for p in told["properties"]} == {"String"}


def test_an_import_runs_for_its_time(
    dotdigital: httpx.Client, fresh: Fresh, finish: Finish
) -> None:
    """There is no report before it is over."""
    job = _job(dotdigital, _csv("Email", fresh()))
    assert _status(dotdigital, job) == "NotFinished"
    for report in ("report", "report-faults"):
        early = dotdigital.get(f"/v2/contacts/import/{job}/{report}")
        assert early.status_code == 404
        assert "ERROR_IMPORT_REPORT_NOT_FOUND" in early.json()["message"]
    finish()
    assert _status(dotdigital, job) == "Finished"
    assert _report(dotdigital, job)["newContacts"] == 1
    assert _faults(dotdigital, job) == [["Reason", "Email"]]


@pytest.mark.parametrize("report", ["", "/report", "/report-faults"])
@pytest.mark.parametrize("job", [NO_JOB, "12"])
def test_an_unknown_import_is_a_404(dotdigital: httpx.Client, job: str, report: str) -> None:
    """Whatever is asked about it."""
    response = dotdigital.get(f"/v2/contacts/import/{job}{report}")
    assert response.status_code == 404
    assert "ERROR_IMPORT_NOT_FOUND" in response.json()["message"]


def test_a_report_is_kept_for_a_week(dotdigital: httpx.Client, fresh: Fresh, clock: Any) -> None:
    """Then it is gone, and the status stays."""
    job = _job(dotdigital, _csv("Email", fresh()))
    clock.now += 8 + 7 * 24 * 3600
    assert _report(dotdigital, job)["newContacts"] == 1
    clock.now += 1
    assert dotdigital.get(f"/v2/contacts/import/{job}/report").status_code == 404
    assert _status(dotdigital, job) == "Finished"


@pytest.mark.parametrize("body", [_csv("Name", "Ann"), _csv("Email;Name", "a@b.co;Ann")])
def test_a_file_needs_an_email_column(dotdigital: httpx.Client, body: bytes) -> None:
    """In any case, but of that very name."""
    response = _send(dotdigital, body)
    assert response.status_code == 400
    assert "ERROR_NO_EMAIL_COLUMN" in response.json()["message"]


def test_the_case_of_the_email_header_does_not_matter(
    dotdigital: httpx.Client, fresh: Fresh, finish: Finish
) -> None:
    """And the fault report keeps it."""
    job = _job(dotdigital, _csv("eMAIL", fresh(), "nobody"))
    finish()
    assert _report(dotdigital, job)["newContacts"] == 1
    assert _faults(dotdigital, job) == [["Reason", "eMAIL"], ["Invalid Email", "nobody"]]


@pytest.mark.parametrize("body", [b"", b"%PDF-1.7", b'Email\n"x'])
def test_a_file_that_is_no_csv_ends_as_invalid(
    sandbox: Sandbox, dotdigital: httpx.Client, finish: Finish, body: bytes
) -> None:
    """The import is accepted first, as with the provider; no row of it is."""
    before = len(sandbox.store.accepted("dotdigital"))
    job = _job(dotdigital, body)
    assert _status(dotdigital, job) == "NotFinished"
    finish()
    assert _status(dotdigital, job) == "InvalidFileFormat"
    assert dotdigital.get(f"/v2/contacts/import/{job}/report").status_code == 404
    assert len(sandbox.store.accepted("dotdigital")) == before


def test_a_part_without_a_file_name_is_no_file(dotdigital: httpx.Client) -> None:
    """In the provider's words."""
    for files in ({"file": (None, b"Email\n")}, {"file": ("", b"Email\n")}):
        response = dotdigital.post(BOOK + "0", files=files)
        assert response.status_code == 400
        assert response.json() == {"message": "file must be valid"}


def test_two_files_are_one_too_many(dotdigital: httpx.Client) -> None:
    """Even where they are alike."""
    files = [("file", ("a.csv", b"Email\n")), ("file", ("b.csv", b"Email\n"))]
    response = dotdigital.post(BOOK + "0", files=files)
    assert response.status_code == 400
    assert "ERROR_MULTI_FILE_UPLOAD_NOT_ALLOWED" in response.json()["message"]


def test_the_name_of_the_part_does_not_matter(dotdigital: httpx.Client, fresh: Fresh) -> None:
    """The provider's own sample calls it by a file's name and gives a path as the file name."""
    part = ("/C:/Example/contacts.csv", _csv("Email", fresh()))
    assert dotdigital.post(BOOK + "0", files={"contacts.csv": part}).status_code == 202


@pytest.mark.parametrize(
    ("headers", "content", "token"),
    [
        ({"content-type": "text/csv"}, b"Email\n", "ERROR_CONTENT_TYPE_IS_NOT_SUPPORTED"),
        ({}, b"Email\n", "ERROR_CONTENT_TYPE_IS_NOT_SUPPORTED"),
        (
            {"content-type": "multipart/form-data"},
            b"Email\n",
            "ERROR_BODY_DOES_NOT_MATCH_CONTENT_TYPE",
        ),
        (
            {"content-type": "application/json"},
            b"Email\n",
            "ERROR_BODY_DOES_NOT_MATCH_CONTENT_TYPE",
        ),
        ({"content-type": "application/json"}, b"[]", "ERROR_BODY_DOES_NOT_MATCH_CONTENT_TYPE"),
        ({"content-type": "application/json"}, b'{"data": "eA=="}', "file must be valid"),
        (
            {"content-type": "application/json"},
            b'{"filename": "a.csv", "data": "%"}',
            "ERROR_PARAMETER_INVALID",
        ),
    ],
)
def test_a_body_of_another_form_is_refused(
    dotdigital: httpx.Client, headers: dict[str, str], content: bytes, token: str
) -> None:
    """With the error that the registry has for it."""
    response = dotdigital.post(BOOK + "0", headers=headers, content=content)
    assert response.status_code == 400
    assert token in response.json()["message"]


@pytest.mark.parametrize("keys", [("fileName", "data"), ("filename", "data"), ("FileName", "Data")])
def test_a_file_can_come_as_base64(
    sandbox: Sandbox, dotdigital: httpx.Client, fresh: Fresh, keys: tuple[str, str]
) -> None:
    """All spellings of the keys that are documented somewhere."""
    address = fresh()
    data = base64.b64encode(_csv("Email", address)).decode()
    response = dotdigital.post(BOOK + "0", json=dict(zip(keys, ("a.csv", data), strict=True)))
    assert response.status_code == 202
    assert sandbox.store.accepted("dotdigital")[-1].key == address


@pytest.mark.slow
@pytest.mark.parametrize(("excess", "status"), [(0, 202), (1, 413)])
def test_a_file_of_over_50_megabytes_is_refused(
    dotdigital: httpx.Client, excess: int, status: int
) -> None:
    """One byte decides."""
    head = b"Email,NOTE\n"
    body = head + b"x\n" * ((MAX_BYTES - len(head)) // 2)
    body += b"x" * (MAX_BYTES + excess - len(body))
    response = dotdigital.post("/v2/address-books/9004/contacts/import", files={"f": ("a", body)})
    assert response.status_code == status


@pytest.mark.parametrize(
    ("book", "status", "token"),
    [
        ("404", 404, "ERROR_ADDRESSBOOK_NOT_FOUND"),
        ("contacts", 404, "ERROR_ADDRESSBOOK_NOT_FOUND"),
        ("403", 400, "ERROR_ADDRESSBOOK_NOTWRITABLE"),
        ("409", 409, "ERROR_ADDRESSBOOK_IN_USE"),
    ],
)
def test_some_address_books_refuse_every_import(
    dotdigital: httpx.Client, book: str, status: int, token: str
) -> None:
    """Nothing is made of it."""
    response = _send(dotdigital, b"Email\n", f"/v2/address-books/{book}/contacts/import")
    assert response.status_code == status
    assert token in response.json()["message"]


@pytest.mark.parametrize(
    ("book", "status"),
    [(m.match, m.effect) for m in MAGIC if m.where == "address book" and len(m.match) == 4],
)
def test_some_address_books_end_every_import_badly(
    sandbox: Sandbox, dotdigital: httpx.Client, fresh: Fresh, finish: Finish, book: str, status: str
) -> None:
    """With one of the documented statuses, and without taking a row."""
    before = len(sandbox.store.accepted("dotdigital"))
    url = f"/v2/address-books/{book}/contacts/import"
    job = _job(dotdigital, _csv("Email", fresh()), url)
    finish()
    assert _status(dotdigital, job) == status
    assert dotdigital.get(f"/v2/contacts/import/{job}/report").status_code == 404
    assert len(sandbox.store.accepted("dotdigital")) == before


def test_the_magic_books_reach_every_status() -> None:
    """All that are documented, `Finished` and `NotFinished` apart."""
    effects = {m.effect for m in MAGIC if m.where == "address book" and len(m.match) == 4}
    assert effects == {
        "RejectedByWatchdog",
        "InvalidFileFormat",
        "Unknown",
        "Failed",
        "ExceedsAllowedContactLimit",
        "NotAvailableInThisVersion",
    }


def test_twenty_five_imports_may_be_active(
    dotdigital: httpx.Client, fresh: Fresh, finish: Finish
) -> None:
    """The next one is refused, takes nothing, and may come again when one is over."""
    finish()
    body = _csv("Email", fresh())
    for _ in range(25):
        assert _send(dotdigital, body).status_code == 202
    refused = _send(dotdigital, body)
    assert refused.status_code == 400
    assert "ERROR_IMPORT_TOOMANYACTIVEIMPORTS" in refused.json()["message"]
    finish()
    assert _send(dotdigital, body).status_code == 202


def test_every_reason_stands_in_the_fault_report_and_in_its_counter(
    dotdigital: httpx.Client, fresh: Fresh, finish: Finish
) -> None:
    """The rows that failed, each with its own cells, and fifteen counters that agree."""
    twice = fresh()
    magic = [m for m in MAGIC if m.where == "local part"]
    expected = {f"{m.match}.ann@some-company.com": m.effect for m in magic}
    expected |= {"ann@blocked-mail.com": "Suppressed by Domain", "ann@": "Invalid Email"}
    rows = [f'{address},"Doe, {n}"' for n, address in enumerate(expected)]
    job = _job(dotdigital, _csv("Email,NAME", *rows, f"{twice},A", f"{twice.upper()},B"))
    finish()
    header, *faults = _faults(dotdigital, job)
    report = _report(dotdigital, job)

    assert header == ["Reason", "Email", "NAME"]
    assert {row[1]: row[0] for row in faults} == {**expected, twice.upper(): "Duplicate"}
    assert {row[0] for row in faults} == set(COUNTERS)
    assert [row[1] for row in faults] != [*expected, twice.upper()]
    assert {row[2] for row in faults} == {*(f"Doe, {n}" for n in range(len(expected))), "B"}
    for reason, counter in COUNTERS.items():
        assert report[counter] == sum(row[0] == reason for row in faults)
    assert len(report) == 15
    assert sum(report.values()) == len(rows) + 2


def test_the_fault_report_has_a_mark_and_windows_line_ends(
    dotdigital: httpx.Client, finish: Finish
) -> None:
    """As the vendor's own client expects it."""
    job = _job(dotdigital, _csv("Email,NAME", "nobody,Ann"))
    finish()
    body = dotdigital.get(f"/v2/contacts/import/{job}/report-faults").content
    assert body == b"\xef\xbb\xbfReason,Email,NAME\r\nInvalid Email,nobody,Ann\r\n"


def test_a_row_of_another_length_or_with_a_long_cell_fails(
    dotdigital: httpx.Client, fresh: Fresh, finish: Finish
) -> None:
    """Fitted to the header in the report; a cell of 1,000 characters is taken."""
    fits = f"{fresh()},{'x' * 1000}"
    rows = [fits, f"{fresh()},{'x' * 1001}", fresh(), f"{fresh()},Ann,more"]
    job = _job(dotdigital, _csv("Email,NAME", *rows))
    finish()
    _, *faults = _faults(dotdigital, job)
    assert [row[0] for row in faults] == ["Failures"] * 3
    assert {len(row) for row in faults} == {3}
    assert sorted(row[2] for row in faults) == ["", "Ann", "x" * 1001]
    assert _report(dotdigital, job)["newContacts"] == 1


def test_rows_of_a_report_are_never_in_their_own_order() -> None:
    """The same other order at every call, for two rows and for many."""
    for count in (2, 3, 50):
        rows = [RefusedRow(row, "Duplicate", "", "", ()) for row in range(1, count + 1)]
        assert shuffled(rows) != rows
        assert sorted(shuffled(rows), key=lambda f: f.row) == rows
        assert shuffled(rows) == shuffled(rows)
    assert shuffled([]) == []


@pytest.mark.parametrize(
    ("option", "fields"),
    [
        ("Overwrite", {"NAME": "Bea", "CITY": "", "ZIP": "1"}),
        ("0", {"NAME": "Bea", "CITY": "", "ZIP": "1"}),
        ("OnlyOverwriteIfNotEmpty", {"NAME": "Bea", "CITY": "Bern", "ZIP": "1"}),
        ("1", {"NAME": "Bea", "CITY": "Bern", "ZIP": "1"}),
        ("OnlyOverwriteIfContactDataNotPopulated", {"NAME": "Ann", "CITY": "Bern", "ZIP": "1"}),
        ("2", {"NAME": "Ann", "CITY": "Bern", "ZIP": "1"}),
    ],
)
def test_the_merge_option_decides_what_a_cell_does(
    sandbox: Sandbox,
    dotdigital: httpx.Client,
    fresh: Fresh,
    finish: Finish,
    option: str,
    fields: dict[str, str],
) -> None:
    """To a field that is filled, to a blank one, and to one that is new."""
    address = fresh()
    _job(dotdigital, _csv("Email,Name,City,Zip", f"{address},Ann,Bern,"))
    job = _job(dotdigital, _csv("Email,Name,City,Zip", f"{address.upper()},Bea,,1"), BOOK + option)
    finish()
    assert sandbox.store.contacts("dotdigital")[address] == fields
    report = _report(dotdigital, job)
    assert (report["newContacts"], report["updatedContacts"]) == (0, 1)


@pytest.mark.parametrize("option", ["NotAvailableInThisVersion", "3", "Merge"])
def test_a_merge_option_that_there_is_not_is_refused(dotdigital: httpx.Client, option: str) -> None:
    """So is the one that is listed and not usable."""
    response = _send(dotdigital, b"Email\n", BOOK + option)
    assert response.status_code == 400
    assert "ERROR_PARAMETER_INVALID" in response.json()["message"]


@pytest.mark.parametrize(
    "url",
    [
        "/v2/contacts/import",
        "/v2/contacts/import/with-merge-option/Overwrite",
        "/v2/address-books/7/contacts/import",
    ],
)
def test_an_import_needs_neither_book_nor_option(
    dotdigital: httpx.Client, fresh: Fresh, url: str
) -> None:
    """The four addresses do the same."""
    _job(dotdigital, _csv("Email", fresh()), url)


def test_every_answer_tells_the_rate_limit(
    sandbox: Sandbox, dotdigital: httpx.Client, clock: Any
) -> None:
    """It counts by the minute; beyond it comes 429 until the minute is over."""
    clock.now = (clock.now // 60 + 1) * 60
    sandbox.store.set("calls_per_minute", 2)
    told = [dotdigital.get("/v2/account-info") for _ in range(3)]
    clock.now += 60
    told.append(dotdigital.get("/v2/account-info", auth=("no", "body")))
    sandbox.store.set("calls_per_minute", 10_000)
    assert [r.status_code for r in told] == [200, 200, 429, 401]
    assert [r.headers["X-RateLimit-Remaining"] for r in told] == ["1", "0", "0", "1"]
    assert {r.headers["X-RateLimit-Limit"] for r in told} == {"2"}
    assert {r.headers["X-RateLimit-Scope"] for r in told} == {"lowCallRate"}
    assert told[0].headers["X-RateLimit-Reset"] == str(int(clock.now))
