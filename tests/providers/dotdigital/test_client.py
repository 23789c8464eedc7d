from __future__ import annotations

import base64
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from preflight.core.errors import Ambiguous, Busy, Denied, Full, ProviderError, Refused
from preflight.core.exchange import FailureReport, Outcome, Receipt
from preflight.providers import registry
from preflight.providers.dotdigital import client
from preflight.providers.http import Http
from preflight.providers.protocol import Call, Provider, Repeat
from tests.providers.loopback import CUT, Loopback, Reply, loopback
from tests.providers.parts import make_part

JOB = "af4ac4bc-e1e7-4817-8a66-73fb59e91ce6"
IMPORT = "/v2/address-books/42/contacts/import/with-merge-option/OnlyOverwriteIfNotEmpty"
STATUS = f"/v2/contacts/import/{JOB}"
RECEIPT = Receipt(JOB)
FINISHED = Outcome("finished", "Finished", rejected=2)
SECRETS = {"DOTDIGITAL_API_USER": "apiuser-1@x.test", "DOTDIGITAL_API_PASSWORD": "top-secret"}


@pytest.fixture
def replies() -> dict[str, Reply]:
    """What the stand-in answers, by path."""
    return {}


@pytest.fixture
def server(replies: dict[str, Reply]) -> Iterator[Loopback]:
    """A stand-in that answers what `replies` says."""
    with loopback(lambda asked: replies[asked.path]) as running:
        yield running


@pytest.fixture
def connect(server: Loopback) -> Iterator[Callable[..., Provider]]:
    """Connects to the stand-in with the required options and any others."""
    opened: list[Provider] = []

    def _connect(**options: str) -> Provider:
        provider = registry.connect(
            "dotdigital",
            options={"address_book": "42", **options},
            environ=SECRETS,
            base_url=server.url,
            timeout=5,
        )
        opened.append(provider)
        return provider

    yield _connect
    for provider in opened:
        provider.close()


@pytest.fixture
def provider(connect: Callable[..., Provider]) -> Provider:
    """A connection with the default options."""
    return connect()


def send(provider: Provider, folder: Path) -> Receipt:
    """Takes the one step and returns the receipt."""
    (step,) = provider.steps()
    return provider.receipt(step.run(Call(make_part(folder), "run-1-1")))


def failed(provider: Provider, folder: Path) -> ProviderError:
    """The error that the import ends with."""
    with pytest.raises(ProviderError) as caught:
        send(provider, folder)
    return caught.value


def test_the_part_goes_up_as_a_named_file_in_one_committing_call(
    server: Loopback, provider: Provider, replies: dict[str, Reply], tmp_path: Path
) -> None:
    """The path names book and merge option, the form holds the file's own bytes and name."""
    replies[IMPORT] = Reply(202, {"id": JOB, "status": "NotFinished"})

    receipt = send(provider, tmp_path)

    (asked,) = server.asked
    user = base64.b64encode(b"apiuser-1@x.test:top-secret").decode()
    assert receipt == Receipt(JOB, {"status": "NotFinished", "address_book": "42"})
    assert [step.commits for step in provider.steps()] == [True]
    assert (asked.method, asked.path) == ("POST", IMPORT)
    assert asked.headers["authorization"] == f"Basic {user}"
    assert asked.form() == {
        "file": (
            "0001.csv",
            "text/csv",
            b"Email,FIRSTNAME\nann@example.org,Ann\nbob@example.org,Bob",
        )
    }
    assert provider.capabilities.repeat is Repeat.UPSERT


def test_the_merge_option_stands_in_the_path(
    connect: Callable[..., Provider], replies: dict[str, Reply], tmp_path: Path
) -> None:
    """Each of the three is spelled as the API spells it."""
    path = IMPORT.replace("OnlyOverwriteIfNotEmpty", "Overwrite")
    replies[path] = Reply(202, {"id": JOB, "status": "NotFinished"})

    assert send(connect(merge_option="Overwrite"), tmp_path).job == JOB


def test_an_address_with_the_version_is_taken_as_one_without(
    server: Loopback, replies: dict[str, Reply]
) -> None:
    """Older pages write the address with `/v2` at its end."""
    replies[STATUS] = Reply(200, {"id": JOB, "status": "NotFinished"})
    provider = registry.connect(
        "dotdigital",
        options={"address_book": "42"},
        environ={**SECRETS, "DOTDIGITAL_BASE_URL": f"{server.url}/v2/"},
    )

    assert provider.poll(RECEIPT).state == "running"
    provider.close()


@pytest.mark.parametrize("status", [200, 400, 401, 409, 500, 503])
@pytest.mark.parametrize(
    "code",
    [
        "ERROR_IMPORT_TOOMANYACTIVEIMPORTS",
        "ERROR_APIUSAGE_EXCEEDED",
        "ERROR_ADDRESSBOOK_IN_USE",
        "ERROR_SYSTEM_SERVICETEMPORARILYUNAVAILABLE",
    ],
)
def test_a_documented_not_now_is_busy_under_any_status(
    provider: Provider, replies: dict[str, Reply], tmp_path: Path, code: str, status: int
) -> None:
    """The token decides, for nobody documents the status that goes with it."""
    replies[IMPORT] = Reply(status, {"message": f"Error: {code}"}, {"Retry-After": "7"})

    error = failed(provider, tmp_path)

    assert (isinstance(error, Busy), error.code, error.retry_after) == (True, code, 7)
    assert isinstance(error, Full) is (code == "ERROR_IMPORT_TOOMANYACTIVEIMPORTS")


@pytest.mark.parametrize(
    "message",
    ["Error: ERROR_ADDRESSBOOK_NOT_FOUND", "It is not there. ERROR_ADDRESSBOOK_NOT_FOUND"],
)
def test_both_shapes_of_a_message_give_the_code(
    provider: Provider, replies: dict[str, Reply], tmp_path: Path, message: str
) -> None:
    """The token stands after a colon or after a sentence."""
    replies[IMPORT] = Reply(404, {"message": message})

    error = failed(provider, tmp_path)

    assert (type(error), error.code) == (Refused, "ERROR_ADDRESSBOOK_NOT_FOUND")
    assert str(error) == f"dotdigital answered 404: {message}; check -O address_book"


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        pytest.param(Reply(400, {"message": "file must be valid"}), Refused, id="no token"),
        pytest.param(Reply(400, b"<html>"), Refused, id="no JSON"),
        pytest.param(Reply(400, {"message": ["x"]}), Refused, id="odd message"),
        pytest.param(Reply(400, {"message": "ERROR_INVALID_LOGIN"}), Denied, id="login"),
        pytest.param(Reply(400, {"message": "ERROR_UNKNOWN"}), Ambiguous, id="unknown error"),
        pytest.param(Reply(429, {}), Busy, id="rate"),
        pytest.param(Reply(500, {"message": "oops"}), Ambiguous, id="server error"),
        pytest.param(Reply(202, {"message": "strange"}), Ambiguous, id="accepted without an id"),
        pytest.param(Reply(202, {"id": ""}), Ambiguous, id="empty id"),
        pytest.param(Reply(202, {"id": None}), Ambiguous, id="null id"),
        pytest.param(Reply(202, [JOB]), Ambiguous, id="no object"),
        pytest.param(Reply(202, b'{"id": "af4ac4b'), Ambiguous, id="half an answer"),
        pytest.param(Reply(202, b'{"id": "', promise=99), Ambiguous, id="cut answer"),
        pytest.param(CUT, Ambiguous, id="cut"),
    ],
)
def test_an_import_that_does_not_end_well_is_told_apart(
    provider: Provider, replies: dict[str, Reply], tmp_path: Path, reply: Reply, kind: type
) -> None:
    """Ambiguous is whatever may have been taken, and nothing else is."""
    replies[IMPORT] = reply

    assert type(failed(provider, tmp_path)) is kind


def test_forbidden_advises_to_try_the_other_regions(
    provider: Provider, replies: dict[str, Reply], tmp_path: Path
) -> None:
    """The host of the wrong region answers like one that knows the user and forbids the call."""
    replies[IMPORT] = Reply(403, b"403 - Forbidden: Access is denied")

    error = failed(provider, tmp_path)

    assert isinstance(error, Denied)
    assert "region" in str(error)


def test_a_message_is_shown_without_the_contact_it_quotes(
    provider: Provider, replies: dict[str, Reply], tmp_path: Path
) -> None:
    """The provider's words pass the filter, and so does the API user's name."""
    said = "ann@example.org +1 415 555 2671 apiuser-1@x.test top-secret ERROR_PARAMETER_INVALID"
    replies[IMPORT] = Reply(400, {"message": said})

    assert str(failed(provider, tmp_path)) == (
        "dotdigital answered 400: [email] [number] [secret] [secret] ERROR_PARAMETER_INVALID"
    )


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("NotFinished", "running"),
        ("notfinished", "running"),
        ("RejectedByWatchdog", "failed"),
        ("InvalidFileFormat", "failed"),
        ("Unknown", "unknown"),
        ("Failed", "failed"),
        ("ExceedsAllowedContactLimit", "failed"),
        ("NotAvailableInThisVersion", "failed"),
        ("Sleeping", "running"),
    ],
)
def test_each_status_has_a_state_and_advice_of_its_own(
    provider: Provider, replies: dict[str, Reply], status: str, state: str
) -> None:
    """The provider's word stays; a word that it does not document ends nothing."""
    replies[STATUS] = Reply(200, {"id": JOB, "status": status})

    outcome = provider.poll(RECEIPT)

    assert (outcome.state, outcome.status) == (state, status)
    assert bool(outcome.message) is (status.casefold() != "notfinished")


def test_no_two_failures_share_their_advice(provider: Provider, replies: dict[str, Reply]) -> None:
    """Six ways to fail, six things to do; for Unknown it says that it cannot be told."""
    seen = {}
    for status in (
        "RejectedByWatchdog",
        "InvalidFileFormat",
        "Unknown",
        "Failed",
        "ExceedsAllowedContactLimit",
        "NotAvailableInThisVersion",
    ):
        replies[STATUS] = Reply(200, {"id": JOB, "status": status})
        seen[status] = provider.poll(RECEIPT).message

    assert len(set(seen.values())) == 6
    assert "not known whether" in seen["Unknown"]


def test_a_finished_import_brings_its_counters(
    provider: Provider, replies: dict[str, Reply]
) -> None:
    """Rejected is what is neither new nor updated; a counter that is not documented is left out."""
    replies[STATUS] = Reply(200, {"id": JOB, "status": "Finished"})
    replies[f"{STATUS}/report"] = Reply(
        200,
        {
            "newContacts": 5,
            "updatedContacts": 4,
            "invalidEntries": 2,
            "suppressedContacts": 1,
            "pendingDoubleOptin": 1,
            "failures": None,
            "href": 9,
        },
    )

    outcome = provider.poll(RECEIPT)

    assert (outcome.state, outcome.rejected) == ("finished", 4)
    assert outcome.counts == {
        "newContacts": 5,
        "updatedContacts": 4,
        "invalidEntries": 2,
        "suppressedContacts": 1,
        "pendingDoubleOptin": 1,
    }


def test_a_clean_import_is_one_whose_every_counter_says_so(
    provider: Provider, replies: dict[str, Reply]
) -> None:
    """Where a counter is missing, nothing is known of the rows that it would have counted."""
    counters = dict.fromkeys(client._COUNTERS, 0) | {"newContacts": 9}
    replies[STATUS] = Reply(200, {"id": JOB, "status": "Finished"})
    replies[f"{STATUS}/report"] = Reply(200, counters)

    assert provider.poll(RECEIPT).rejected == 0
    del counters["mailBlocked"]
    assert provider.poll(RECEIPT).rejected is None


@pytest.mark.parametrize(
    ("status", "report"),
    [
        pytest.param(Reply(200, {"id": JOB}), Reply(), id="no status"),
        pytest.param(Reply(500, {}), Reply(), id="server error"),
        pytest.param(
            Reply(200, {"status": "Finished"}),
            Reply(404, {"message": "Error: ERROR_IMPORT_REPORT_NOT_FOUND"}),
            id="no report yet",
        ),
        pytest.param(Reply(200, {"status": "Finished"}), Reply(200, b"<p>"), id="no counters"),
    ],
)
def test_a_poll_that_tells_nothing_can_be_repeated(
    provider: Provider, replies: dict[str, Reply], status: Reply, report: Reply
) -> None:
    """Asking takes nothing, so whatever is wrong with the answer is busy."""
    replies[STATUS] = status
    replies[f"{STATUS}/report"] = report

    with pytest.raises(Busy):
        provider.poll(RECEIPT)


def test_a_poll_for_an_import_that_is_not_there_is_refused(
    provider: Provider, replies: dict[str, Reply]
) -> None:
    """The import's id stays unknown."""
    replies[STATUS] = Reply(404, {"message": "Error: ERROR_IMPORT_NOT_FOUND"})

    with pytest.raises(Refused) as caught:
        provider.poll(RECEIPT)
    assert caught.value.code == "ERROR_IMPORT_NOT_FOUND"


def faults(provider: Provider, replies: dict[str, Reply], body: bytes) -> FailureReport:
    """The report that these bytes are read as."""
    replies[f"{STATUS}/report-faults"] = Reply(200, body)
    report = provider.failures(RECEIPT, FINISHED)
    assert report is not None
    return report


def test_the_faults_are_read_in_their_order(provider: Provider, replies: dict[str, Reply]) -> None:
    """Mark, line ends and quotes do not matter; unknown reasons and the lines stay as they are."""
    body = (
        "\ufeffReason,email,firstname\r\nUnsubscribed,bob@example.org,Bob\r\n\r\n"
        'Made up,"ann@example.org","Ann ""A""\nSmith"\r\n'
    ).encode()

    report = faults(provider, replies, body)

    expected = pd.DataFrame(
        {
            "code": ["Unsubscribed", "Made up"],
            "message": ["", ""],
            "row_number": pd.array([None, None], dtype="Int64"),
            "value": ["", ""],
            "key": ["bob@example.org", "ann@example.org"],
            "cells": [
                "Unsubscribed,bob@example.org,Bob",
                'Made up,"ann@example.org","Ann ""A""\nSmith"',
            ],
        }
    )
    pd.testing.assert_frame_equal(report.table, expected)
    assert (report.raw, report.suffix) == (body, ".csv")


@pytest.mark.parametrize("header", list(itertools.permutations(("REASON", "Email", "City"))))
def test_the_columns_may_stand_in_any_order_and_case(
    provider: Provider, replies: dict[str, Reply], header: tuple[str, ...]
) -> None:
    """Reason and Email are found by their names."""
    cells = {"REASON": "Duplicate", "Email": "ann@example.org", "City": "Lund"}
    body = f"{','.join(header)}\n{','.join(cells[name] for name in header)}\n".encode()

    table = faults(provider, replies, body).table

    assert table[["code", "key"]].values.tolist() == [["Duplicate", "ann@example.org"]]


def test_a_report_without_an_email_column_has_no_keys(
    provider: Provider, replies: dict[str, Reply]
) -> None:
    """Its lines are still there, for merge to count."""
    table = faults(provider, replies, b"Reason,Name\nDuplicate,Ann\nFailures\n").table

    assert table["key"].tolist() == ["", ""]
    assert table["code"].tolist() == ["Duplicate", "Failures"]


def test_a_report_may_be_empty(provider: Provider, replies: dict[str, Reply]) -> None:
    """Whether that fits the counters is for merge to say."""
    assert faults(provider, replies, b"Reason,Email\n").table.empty


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(Reply(200, {"message": "Error: ERROR_UNKNOWN"}), id="JSON"),
        pytest.param(Reply(200, b""), id="nothing"),
        pytest.param(Reply(200, b"<html>maintenance</html>"), id="no Reason"),
        pytest.param(Reply(200, b"Reason,Email\nDupl", promise=99), id="cut"),
        pytest.param(Reply(200, b"Reason,Email\nDuplicate,ann@exa"), id="lost its end"),
        pytest.param(Reply(404, {"message": "ERROR_IMPORT_REPORT_NOT_FOUND"}), id="not yet"),
        pytest.param(CUT, id="no answer"),
    ],
)
def test_a_report_that_is_none_can_be_asked_for_again(
    provider: Provider, replies: dict[str, Reply], reply: Reply
) -> None:
    """Nothing is read into an answer that is not the report."""
    replies[f"{STATUS}/report-faults"] = reply

    with pytest.raises(Busy):
        provider.failures(RECEIPT, FINISHED)


@pytest.mark.parametrize(
    "outcome", [Outcome("finished", "Finished", rejected=0), Outcome("failed", "Failed")]
)
def test_nothing_is_asked_where_there_are_no_faults(
    server: Loopback, provider: Provider, outcome: Outcome
) -> None:
    """A clean import and a failed one have no faults file."""
    assert provider.failures(RECEIPT, outcome) is None
    assert server.asked == []


def test_an_attempt_cannot_be_looked_up(provider: Provider, tmp_path: Path) -> None:
    """Saying None would mean that it had not arrived."""
    with pytest.raises(Ambiguous):
        provider.lookup(Call(make_part(tmp_path), "run-1-1"))


def test_it_is_asked_every_five_seconds_without_end(provider: Provider) -> None:
    """Giving up is not the provider's business."""
    assert list(itertools.islice(provider.delays(), 1000)) == [5.0] * 1000


def test_the_region_chooses_the_host() -> None:
    """Without another address, the documented host of the region is called."""
    hosts = []
    for region in ("r1", "r2", "r3"):
        provider = registry.connect(
            "dotdigital", options={"address_book": "1", "region": region}, environ=SECRETS
        )
        assert isinstance(provider, client.Dotdigital)
        hosts.append(provider._http.base_url)
        provider.close()
    assert hosts == [f"https://r{n}-api.dotdigital.com" for n in (1, 2, 3)]


def test_an_account_s_region_is_asked_for_where_nobody_says_it(
    server: Loopback, replies: dict[str, Reply], tmp_path: Path
) -> None:
    """Once, before the first call; the part goes to the region's own host."""
    endpoint = {"name": "ApiEndpoint", "type": "String", "value": "https://r3-api.dotdigital.com"}
    replies["/v2/account-info"] = Reply(200, {"id": 1, "properties": [{"value": 1}, endpoint]})
    replies[IMPORT] = Reply(202, {"id": JOB, "status": "NotFinished"})
    asked = []

    def at(region: str) -> Http:
        asked.append(region)
        return Http(
            "dotdigital", server.url, headers={}, secrets=(), read=client.read_error, timeout=5
        )

    found = client.Dotdigital(
        at("r1"), address_book="42", merge_option="OnlyOverwriteIfNotEmpty", at=at
    )
    for _ in range(2):
        assert send(found, tmp_path).job == JOB
    found.close()

    assert asked == ["r1", "r3"]
    assert [one.path for one in server.asked] == ["/v2/account-info", IMPORT, IMPORT]


@pytest.mark.parametrize(
    "account",
    [
        {},
        {"properties": "r2"},
        {
            "properties": [
                {"name": "ApiEndpoint", "value": "https://r2-api.dotdigital.com.evil.test"}
            ]
        },
        {"properties": [{"name": "ApiEndpoint", "value": "http://r2-api.dotdigital.com"}]},
        {"properties": [{"name": "ApiEndpoint", "value": "https://r9-api.dotdigital.com"}]},
    ],
)
def test_no_other_host_than_a_documented_one_is_believed(account: dict[str, Any]) -> None:
    """The credentials go there."""
    assert client.region_of(account) is None


def test_no_account_info_leaves_the_first_region(
    server: Loopback, replies: dict[str, Reply], tmp_path: Path
) -> None:
    """A refusal of the question is no refusal of the part."""
    replies["/v2/account-info"] = Reply(404, {"message": "no such thing"})
    replies[IMPORT] = Reply(202, {"id": JOB, "status": "NotFinished"})
    http = Http("dotdigital", server.url, headers={}, secrets=(), read=client.read_error, timeout=5)
    found = client.Dotdigital(
        http, address_book="42", merge_option="OnlyOverwriteIfNotEmpty", at=lambda _: http
    )
    assert send(found, tmp_path).job == JOB
    found.close()


def test_the_region_is_asked_for_only_where_no_address_and_no_region_is_given() -> None:
    """A region or an address that a user gives is the one that counts."""
    cases = [
        ({}, {}, True),
        ({"region": "r2"}, {}, False),
        ({}, {"DOTDIGITAL_BASE_URL": "https://a.test"}, False),
    ]
    for options, environ, wanted in cases:
        made = registry.connect(
            "dotdigital", options={"address_book": "1", **options}, environ={**SECRETS, **environ}
        )
        assert isinstance(made, client.Dotdigital)
        assert (made._at is not None) is wanted
        made.close()


def test_the_whole_line_asks_only_what_is_needed(
    server: Loopback, provider: Provider, replies: dict[str, Reply], tmp_path: Path
) -> None:
    """Import, status, report, faults: four calls, each with the credentials."""
    replies[IMPORT] = Reply(202, {"id": JOB, "status": "NotFinished"})
    replies[STATUS] = Reply(200, {"id": JOB, "status": "Finished"})
    replies[f"{STATUS}/report"] = Reply(200, {"newContacts": 1, "invalidEntries": 1})
    replies[f"{STATUS}/report-faults"] = Reply(200, b"Reason,Email\nInvalid Email,x\n")

    receipt = send(provider, tmp_path)
    report = provider.failures(receipt, provider.poll(receipt))

    assert report is not None
    assert [asked.method for asked in server.asked] == ["POST", "GET", "GET", "GET"]
    assert all("authorization" in asked.headers for asked in server.asked)
