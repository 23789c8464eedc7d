"""The clients against the sandbox: both were written from the same pages, not from each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from preflight.errors import Ambiguous, Busy, Denied, ProviderError, Refused, Unreachable
from preflight.model import Part, Receipt
from preflight.providers import registry
from preflight.providers.protocol import Call, Provider
from preflight.sandbox.faults import Fault
from preflight.sandbox.server import Sandbox
from tests.providers.parts import make_part

OPTIONS: Mapping[str, Mapping[str, str]] = {
    "dotdigital": {"address_book": "42"},
    "talkvalue": {"source_id": "7", "mode": "UPDATE"},
}
COMMIT = {"dotdigital": "import", "talkvalue": "create"}
POLL = {"dotdigital": "status", "talkvalue": "get"}
REPORT = {"dotdigital": "report-faults", "talkvalue": "failed-export"}
ROWS = (
    ("ann@example.org", "Ann"),
    ("bob@@example.org", "Bob"),
    ("cec@example.org", "Cec, Jr"),
    ("hardbounced@example.org", "Dan"),
)
REFUSED = ["bob@@example.org", "hardbounced@example.org"]


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox for all of these tests; each sends under a key of its own."""
    with Sandbox(tmp_path_factory.mktemp("sandbox") / "state.sqlite") as running:
        yield running


@pytest.fixture(params=sorted(OPTIONS))
def provider(request: pytest.FixtureRequest, sandbox: Sandbox) -> Iterator[Provider]:
    """A connection to each stand-in."""
    yield from _connected(sandbox, request.param)


def _connected(sandbox: Sandbox, name: str, **options: str) -> Iterator[Provider]:
    connected = registry.connect(
        name, options={**OPTIONS[name], **options}, environ=sandbox.environment, timeout=5
    )
    yield connected
    connected.close()


@pytest.fixture
def part(tmp_path: Path) -> Part:
    """Four rows, of which the second and the fourth are refused."""
    rows = tuple((email, f'"{name}"' if "," in name else name) for email, name in ROWS)
    return make_part(tmp_path, rows=rows)


def send(provider: Provider, part: Part, key: str) -> Receipt:
    """Takes every step and returns the receipt."""
    state: dict[str, Any] = {}
    for step in provider.steps():
        state |= step.run(Call(part, key, state))
    return provider.receipt(state)


def test_a_part_goes_in_and_its_failures_come_back(provider: Provider, part: Part) -> None:
    """The refused rows are named in the way that the capabilities say."""
    receipt = send(provider, part, "whole-line")
    outcome = provider.poll(receipt)
    report = provider.failures(receipt, outcome)

    assert (outcome.state, outcome.rejected) == ("finished", 2)
    assert report is not None
    if provider.capabilities.joins_by == "row":
        assert report.table["row_number"].tolist() == [2, 4]
    else:
        assert sorted(report.table["key"]) == REFUSED
    assert (report.table["code"] != "").all()


@pytest.mark.parametrize(
    ("fault", "kinds", "taken"),
    [
        ("429", {Busy}, False),
        ("500", {Ambiguous}, False),
        ("503", {Ambiguous, Busy}, False),
        ("500-after", {Ambiguous}, True),
        ("cut-before", {Ambiguous}, False),
        ("cut-after", {Ambiguous}, True),
        ("truncate", {Ambiguous}, True),
    ],
)
def test_a_commit_that_breaks_is_never_called_a_no_when_it_was_taken(
    sandbox: Sandbox, provider: Provider, part: Part, fault: str, kinds: set[type], taken: bool
) -> None:
    """What the stand-in took is ambiguous here, and can be looked up where that is possible.

    Of a 503, Dotdigital's token says more than its status.
    """
    sandbox.faults.add(Fault(provider.name, COMMIT[provider.name], fault, retry_after=3))
    key = f"commit-{fault}"

    with pytest.raises(ProviderError) as caught:
        send(provider, part, key)

    assert type(caught.value) in kinds
    assert caught.value.retry_after == (3 if fault[0].isdigit() else None)
    if provider.name == "talkvalue":
        assert (provider.lookup(Call(part, key)) is not None) is taken


@pytest.mark.parametrize("fault", ["429", "500", "503", "500-after", "cut-before", "truncate"])
def test_asking_again_after_a_fault_gives_the_same_outcome(
    sandbox: Sandbox, provider: Provider, part: Part, fault: str
) -> None:
    """A poll and a report that break are busy, and are there the next time."""
    receipt = send(provider, part, f"again-{fault}")
    outcome = provider.poll(receipt)

    sandbox.faults.add(Fault(provider.name, POLL[provider.name], fault))
    with pytest.raises(Busy):
        provider.poll(receipt)
    assert provider.poll(receipt) == outcome
    sandbox.faults.add(Fault(provider.name, REPORT[provider.name], fault))
    with pytest.raises(Busy):
        provider.failures(receipt, outcome)
    report = provider.failures(receipt, outcome)
    assert report is not None
    assert len(report.table) == 2


def test_an_upload_that_breaks_can_be_done_again(sandbox: Sandbox, part: Part) -> None:
    """TalkValue's first step takes nothing: the attempt that gets through makes the only job."""
    call = Call(part, "upload")
    for provider in _connected(sandbox, "talkvalue"):
        for fault in ("cut-after", "cut-before", "500", "truncate"):
            sandbox.faults.add(Fault("talkvalue", "analyze", fault))
            with pytest.raises(Busy):
                send(provider, part, call.key)
        assert provider.lookup(call) is None

        receipt = send(provider, part, call.key)

        found = provider.lookup(call)
        assert found is not None
        assert found.job == receipt.job


@pytest.mark.parametrize(
    ("book", "kind", "code"),
    [
        ("403", Refused, "ERROR_ADDRESSBOOK_NOTWRITABLE"),
        ("404", Refused, "ERROR_ADDRESSBOOK_NOT_FOUND"),
        ("409", Busy, "ERROR_ADDRESSBOOK_IN_USE"),
    ],
)
def test_an_address_book_can_be_the_wrong_one(
    sandbox: Sandbox, part: Part, book: str, kind: type, code: str
) -> None:
    """Dotdigital's token decides between a no and a not now."""
    for provider in _connected(sandbox, "dotdigital", address_book=book):
        with pytest.raises(ProviderError) as caught:
            send(provider, part, "book")
        assert (type(caught.value), caught.value.code) == (kind, code)


@pytest.mark.parametrize(
    ("name", "options", "state"),
    [
        ("dotdigital", {"address_book": "9001"}, "failed"),
        ("dotdigital", {"address_book": "9002"}, "failed"),
        ("dotdigital", {"address_book": "9003"}, "unknown"),
        ("dotdigital", {"address_book": "9004"}, "failed"),
        ("dotdigital", {"address_book": "9005"}, "failed"),
        ("dotdigital", {"address_book": "9006"}, "failed"),
        ("talkvalue", {"source_id": "9001"}, "failed"),
    ],
)
def test_a_job_that_ends_badly_as_a_whole_says_so(
    sandbox: Sandbox, part: Part, name: str, options: Mapping[str, str], state: str
) -> None:
    """It has advice and no report."""
    for provider in _connected(sandbox, name, **options):
        receipt = send(provider, part, "fails")
        outcome = provider.poll(receipt)
        assert outcome.state == state
        assert outcome.message
        assert provider.failures(receipt, outcome) is None


@pytest.mark.parametrize("name", sorted(OPTIONS))
def test_wrong_credentials_are_denied(sandbox: Sandbox, part: Part, name: str) -> None:
    """And not repeated to the user."""
    environ = dict(sandbox.environment)
    for secret in registry.module(name).SECRETS:
        environ[secret] = "wrong-secret"
    provider = registry.connect(name, options=OPTIONS[name], environ=environ)

    with pytest.raises(Denied) as caught:
        send(provider, part, "denied")
    provider.close()
    assert "wrong-secret" not in str(caught.value)


def test_a_sandbox_that_has_gone_is_unreachable(tmp_path: Path, part: Part) -> None:
    """Nothing was taken by nobody."""
    with Sandbox(tmp_path / "state.sqlite") as gone:
        environ = gone.environment
    for name in OPTIONS:
        provider = registry.connect(name, options=OPTIONS[name], environ=environ)
        with pytest.raises(Unreachable):
            send(provider, part, "gone")
        provider.close()


def test_an_attempt_is_found_behind_many_others(sandbox: Sandbox, part: Part) -> None:
    """The list is read page by page to its end."""
    for provider in _connected(sandbox, "talkvalue"):
        first = send(provider, part, "first-1")
        for number in range(2, 120):
            send(provider, part, f"first-{number}")
        found = provider.lookup(Call(part, "first-1"))
        assert found is not None
        assert found.job == first.job
        assert provider.lookup(Call(part, "first-120")) is None
