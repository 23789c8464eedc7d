"""The client for TextUs, against a loopback server that answers what the test says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from preflight.core.errors import (
    Ambiguous,
    Busy,
    Denied,
    MissingSecret,
    ProviderError,
    Refused,
    UsageError,
)
from preflight.core.exchange import Outcome, Receipt
from preflight.providers import registry
from preflight.providers.protocol import Call, Provider, Repeat, Reports
from tests.providers.loopback import CUT, Asked, Loopback, Reply, loopback
from tests.providers.parts import make_part

HEADER = ("name", "phone_number")
FIELDS = ("name", "phone")
ROWS = (("Ann Ó", "+14155552671"),)
TAKEN = Reply(201, {"contact_import_slug": "some-slug"})


@pytest.fixture
def replies() -> list[Reply]:
    """What the stand-in answers, the first first."""
    return [TAKEN]


@pytest.fixture
def server(replies: list[Reply]) -> Iterator[Loopback]:
    """A stand-in that answers what `replies` says."""

    def answer(_asked: Asked) -> Reply:
        return replies[0]

    with loopback(answer) as running:
        yield running


@pytest.fixture
def provider(server: Loopback) -> Iterator[Provider]:
    """A connection to the stand-in."""
    yield from _connected(server, "my_account")


def _connected(server: Loopback, account: str) -> Iterator[Provider]:
    connected = registry.connect(
        "textus",
        options={"account": account},
        environ={"TEXTUS_API_TOKEN": "tok-123", "TEXTUS_BASE_URL": server.url},
        timeout=5,
    )
    yield connected
    connected.close()


def send(provider: Provider, folder: Path) -> Receipt:
    """Uploads a part of one row."""
    call = Call(make_part(folder, HEADER, FIELDS, ROWS), "run-1-1")
    (step,) = provider.steps()
    assert step.commits
    return provider.receipt(step.run(call))


def failed(provider: Provider, folder: Path) -> ProviderError:
    """The error that the upload ends with."""
    with pytest.raises(ProviderError) as caught:
        send(provider, folder)
    return caught.value


def test_a_part_is_uploaded_with_the_names_of_its_columns(
    server: Loopback, provider: Provider, tmp_path: Path
) -> None:
    """The file, and the JSON text of its header, as in the example of the page."""
    receipt = send(provider, tmp_path)

    (asked,) = server.asked
    form = asked.form()
    assert (asked.method, asked.path) == ("POST", "/my_account/contacts/upload")
    assert asked.headers["accept"] == "application/vnd.textus+jsonld"
    assert asked.headers["authorization"] == "Bearer tok-123"
    assert form["headers"] == ("", "", b'["name", "phone_number"]')
    assert form["file"][:2] == ("run-1-1.csv", "text/csv")
    assert form["file"][2] == "name,phone_number\nAnn Ó,+14155552671".encode()
    assert receipt == Receipt("some-slug")


def test_an_account_stays_one_step_of_the_path(server: Loopback, tmp_path: Path) -> None:
    """Whatever its letters, it leads to no other address."""
    for provider in _connected(server, "ä%2e..&x"):
        send(provider, tmp_path)
    assert server.asked[0].path == "/%C3%A4%252e..%26x/contacts/upload"


@pytest.mark.parametrize("account", ["a/b", "a b", "a?b", "a#b"])
def test_an_account_that_is_an_address_is_refused_before_anything_is_sent(account: str) -> None:
    """The option is a name alone."""
    with pytest.raises(UsageError, match="account of textus must be"):
        registry.connect("textus", options={"account": account}, environ={})


def test_the_account_and_the_token_are_asked_for() -> None:
    """By the option's and the variable's name."""
    with pytest.raises(UsageError, match="needs -O account="):
        registry.connect("textus", options={}, environ={})
    with pytest.raises(MissingSecret, match="TEXTUS_API_TOKEN"):
        registry.connect("textus", options={"account": "a"}, environ={})


@pytest.mark.parametrize(
    ("body", "words", "advice"),
    [
        ({"error": "File is required."}, "File is required.", ""),
        (
            {"errors": ["Missing required headers: name."]},
            "Missing required headers: name.",
            "--map 'Their header=name'",
        ),
        (
            {"errors": ["Invalid headers provided: a.", "Invalid headers provided: b."]},
            "Invalid headers provided: a. Invalid headers provided: b.",
            "--map 'Their header=-'",
        ),
        ({"errors": "text", "error": 7}, "answered 422", ""),
    ],
)
def test_a_refusal_is_told_in_its_own_words_with_what_to_change(
    provider: Provider,
    replies: list[Reply],
    tmp_path: Path,
    body: dict[str, Any],
    words: str,
    advice: str,
) -> None:
    """Both shapes of a 422."""
    replies[0] = Reply(422, body)

    error = failed(provider, tmp_path)

    assert type(error) is Refused
    assert words in str(error)
    assert advice in str(error)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        pytest.param(Reply(401, {}), Denied, id="401"),
        pytest.param(Reply(403, {}), Denied, id="403"),
        pytest.param(Reply(404, {}), Refused, id="404"),
        pytest.param(Reply(429, {}, {"Retry-After": "3"}), Busy, id="429"),
        pytest.param(Reply(500, {}), Ambiguous, id="500"),
        pytest.param(Reply(503, {}), Ambiguous, id="503"),
        pytest.param(Reply(201, {}), Ambiguous, id="no slug"),
        pytest.param(Reply(201, {"contact_import_slug": 7}), Ambiguous, id="no text"),
        pytest.param(Reply(201, b'{"contact_', promise=99), Ambiguous, id="cut answer"),
        pytest.param(Reply(302, {}, {"Location": "/x"}), Ambiguous, id="redirect"),
        pytest.param(CUT, Ambiguous, id="cut"),
    ],
)
def test_an_upload_that_may_have_arrived_is_never_called_a_no(
    provider: Provider, replies: list[Reply], tmp_path: Path, reply: Reply, kind: type
) -> None:
    """TextUs has nothing to look it up by, so a person has to."""
    replies[0] = reply

    error = failed(provider, tmp_path)

    assert type(error) is kind
    assert "tok-123" not in str(error)
    assert ("TEXTUS_API_TOKEN" in str(error)) is (kind is Denied)
    if kind is Busy:
        assert error.retry_after == 3


def test_what_textus_cannot_do_is_said(provider: Provider, tmp_path: Path) -> None:
    """No status, no report, no lookup, no key."""
    receipt = Receipt("some-slug")
    assert provider.capabilities.repeat is Repeat.NONE
    assert provider.capabilities.reports is Reports.NOTHING
    assert not provider.capabilities.observable
    assert provider.failures(receipt, Outcome("unknown", "")) is None
    assert list(provider.delays()) == []
    with pytest.raises(Refused, match="no status"):
        provider.poll(receipt)
    with pytest.raises(Refused, match="look an upload up"):
        provider.lookup(Call(make_part(tmp_path), "k"))
