"""The clients against the sandbox: both were written from the same pages, not from each other."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from preflight.core.errors import Ambiguous, Busy, Denied, ProviderError, Refused, Unreachable
from preflight.core.exchange import Part, Receipt
from preflight.providers import registry
from preflight.providers.protocol import Call, Provider
from preflight.providers.sandbox.faults import Fault
from preflight.providers.sandbox.server import Sandbox
from tests.providers.parts import make_part

OPTIONS: Mapping[str, Mapping[str, str]] = {
    "dotdigital": {"address_book": "42"},
    "experiture": {"list_name": "Expo"},
    "landbase": {"tag_name": "Expo"},
    "talkvalue": {"source_id": "7", "mode": "UPDATE"},
}
WITH_ROWS = ("dotdigital", "experiture", "talkvalue")
COMMIT = {"dotdigital": "import", "experiture": "start", "talkvalue": "create"}
POLL = {"dotdigital": "status", "experiture": "get", "talkvalue": "get"}
REPORT = {
    "dotdigital": "report-faults",
    "experiture": "error-file",
    "talkvalue": "failed-export",
}
ROWS = (
    ("ann@example.org", "Ann"),
    ("bob@@example.org", "Bob"),
    ("cec@example.org", "Cec, Jr"),
    ("failure@example.org", "Dan"),
)
REFUSED = ["bob@@example.org", "failure@example.org"]


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox for all of these tests; each sends under a key of its own."""
    with Sandbox(tmp_path_factory.mktemp("sandbox") / "state.sqlite") as running:
        yield running


@pytest.fixture(params=WITH_ROWS)
def provider(request: pytest.FixtureRequest, sandbox: Sandbox) -> Iterator[Provider]:
    """A connection to each stand-in."""
    yield from _connected(sandbox, request.param)


def _connected(sandbox: Sandbox, name: str, **options: str) -> Iterator[Provider]:
    connected = registry.connect(
        name,
        options={**OPTIONS[name], **options},
        environ={"PATH": os.environ["PATH"], **sandbox.environment},
        timeout=30,
    )
    yield connected
    connected.close()


@pytest.fixture
def part(tmp_path: Path) -> Part:
    """Four rows, of which the second and the fourth are refused."""
    rows = tuple((email, f'"{name}"' if "," in name else name) for email, name in ROWS)
    return make_part(tmp_path, ("email", "first_name"), rows=rows)


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


@pytest.mark.slow
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
        ("experiture", {"list_name": "Cannot be made"}, "failed"),
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


@pytest.mark.parametrize("name", WITH_ROWS)
def test_wrong_credentials_are_denied(sandbox: Sandbox, part: Part, name: str) -> None:
    """And not repeated to the user."""
    environ = dict(sandbox.environment)
    for secret in registry.client(name).SECRETS:
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
    for name in WITH_ROWS:
        provider = registry.connect(name, options=OPTIONS[name], environ=environ)
        with pytest.raises(Unreachable):
            send(provider, part, "gone")
        provider.close()


@pytest.mark.slow
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


@pytest.mark.parametrize(("fault", "taken"), [("cut-before", False), ("cut-after", True)])
def test_a_start_under_the_same_key_is_carried_out_once(
    sandbox: Sandbox, part: Part, fault: str, taken: bool
) -> None:
    """Experiture answers the second one as it answered the first, whatever became of that."""
    for provider in _connected(sandbox, "experiture"):
        upload, start = provider.steps()
        key = f"once-{fault}"
        state = dict(upload.run(Call(part, key)))
        call = Call(part, key, state)
        before = len(sandbox.store.jobs("experiture"))
        sandbox.faults.add(Fault("experiture", "start", fault))
        with pytest.raises(Ambiguous):
            start.run(call)
        assert (provider.lookup(call) is not None) is taken
        start.run(call)
        start.run(call)
        assert provider.lookup(call) == Receipt(state["job"])
        assert len(sandbox.store.jobs("experiture")) == before + 1


@pytest.mark.parametrize("form", range(5))
def test_an_error_file_of_any_form_names_its_rows_or_is_kept(
    sandbox: Sandbox, part: Part, form: int
) -> None:
    """CSV or JSON lines, with row numbers or without, or words alone."""
    sandbox.store.set("error_form", form)
    try:
        for provider in _connected(sandbox, "experiture"):
            receipt = send(provider, part, f"form-{form}")
            outcome = provider.poll(receipt)
            report = provider.failures(receipt, outcome)
            assert report is not None
            table = report.table
            assert len(table) == 2
            if form in (0, 2):
                assert table["row_number"].tolist() == [2, 4]
            else:
                assert table["row_number"].isna().all()
            if form == 4:
                assert list(table["code"]) == list(table["cells"])
                assert (table["key"] == "").all()
            else:
                assert list(table["key"]) == REFUSED
                assert table["code"][0] == "invalid email format"
    finally:
        sandbox.store.set("error_form", 0)


def test_the_members_of_a_list_are_those_that_were_merged(sandbox: Sandbox, tmp_path: Path) -> None:
    """Found by the list's exact name, over all pages of lists and of members."""
    rows = tuple((f"member{n}@example.org", "Ann") for n in range(230))
    part = make_part(tmp_path, ("email", "first_name"), rows=rows)
    small = make_part(tmp_path / "..", ("email", "first_name"), rows=rows[:1])
    for n in range(3):
        for provider in _connected(sandbox, "experiture", list_name=f"Members {n}"):
            send(provider, small, f"members-{n}")
    part = make_part(tmp_path, ("email", "first_name"), rows=rows)
    for provider in _connected(sandbox, "experiture", list_name="Members"):
        with pytest.raises(Refused, match="has no lists of that name"):
            provider.members()
        send(provider, part, "members-first")
        send(provider, part, "members-again")
        members = provider.members()
        assert members == {email: 1 for email, _ in rows}
    for provider in _connected(sandbox, "experiture", list_name="Members", verify_list="false"):
        assert provider.members() is None


@pytest.mark.slow
def test_a_tool_does_what_the_api_does(sandbox: Sandbox, part: Part) -> None:
    """TalkValue's command line tool, logged in: the same outcome, the same report, the lookup."""
    told: list[tuple[Any, ...]] = []
    for options in ({}, {"transport": "cli"}):
        for provider in _connected(sandbox, "talkvalue", **options):
            key = f"tool-{len(told)}"
            receipt = send(provider, part, key)
            outcome = provider.poll(receipt)
            report = provider.failures(receipt, outcome)
            assert report is not None
            told.append((outcome.state, outcome.rejected, report.table.drop(columns="cells")))
            found = provider.lookup(Call(part, key))
            assert found is not None
            assert found.job == receipt.job
            assert provider.lookup(Call(part, f"{key}-not")) is None
    assert told[0][:2] == told[1][:2] == ("finished", 2)
    assert told[0][2].equals(told[1][2])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "taken"), [("429", False), ("500-after", True), ("cut-after", True)]
)
def test_a_tool_that_fails_in_a_create_may_have_made_the_job(
    sandbox: Sandbox, part: Part, fault: str, taken: bool
) -> None:
    """Its exit code 1 says nothing, and the list of jobs does."""
    for provider in _connected(sandbox, "talkvalue", transport="cli"):
        sandbox.faults.add(Fault("talkvalue", "create", fault))
        with pytest.raises(Ambiguous):
            send(provider, part, f"tool-{fault}")
        assert (provider.lookup(Call(part, f"tool-{fault}")) is not None) is taken


def test_landbase_counts_and_names_nobody(sandbox: Sandbox, part: Part) -> None:
    """Through its tool: the invalid rows are counted, and there is no report."""
    for provider in _connected(sandbox, "landbase"):
        receipt = send(provider, part, "landbase")
        outcome = provider.poll(receipt)
        assert (outcome.state, outcome.rejected, outcome.total) == ("finished", 2, 4)
        assert outcome.counts == {"imported": 2, "invalid": 2, "merged": 0, "skipped": 0}
        assert provider.failures(receipt, outcome) is None


@pytest.mark.slow
@pytest.mark.parametrize(
    ("route", "fault", "kind"),
    [
        ("upload", "429", Busy),
        ("upload", "500", Busy),
        ("upload", "cut-after", Busy),
        ("start", "429", Busy),
        ("start", "500", Ambiguous),
        ("start", "500-after", Ambiguous),
        ("start", "cut-before", Ambiguous),
        ("start", "cut-after", Ambiguous),
        ("start", "truncate", Ambiguous),
    ],
)
def test_a_landbase_call_that_breaks_is_never_called_a_no(
    sandbox: Sandbox, part: Part, route: str, fault: str, kind: type
) -> None:
    """An upload imports nothing; a start may have."""
    for provider in _connected(sandbox, "landbase"):
        sandbox.faults.add(Fault("landbase", route, fault, retry_after=3))
        with pytest.raises(ProviderError) as caught:
            send(provider, part, f"{route}-{fault}")
        assert type(caught.value) is kind
        assert caught.value.retry_after == (3 if kind is Busy and fault == "429" else None)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("tag", "state", "rejected"), [("Ends partial", "finished", 3), ("Fails", "failed", 0)]
)
def test_a_landbase_import_can_end_early(
    sandbox: Sandbox, part: Part, tag: str, state: str, rejected: int
) -> None:
    """What its counts do not call landed is refused; the error's words are told."""
    for provider in _connected(sandbox, "landbase", tag_name=tag):
        outcome = provider.poll(send(provider, part, tag))
        assert (outcome.state, outcome.rejected) == (state, rejected)
        assert "The import stopped early." in outcome.message


def test_a_landbase_session_that_has_run_out_asks_for_a_login(sandbox: Sandbox, part: Part) -> None:
    """By the command that logs in."""
    sandbox.store.set("landbase_session", 0)
    try:
        for provider in _connected(sandbox, "landbase"):
            with pytest.raises(Denied, match="landbase-cli auth login"):
                send(provider, part, "session")
    finally:
        sandbox.store.set("landbase_session", 1)


@pytest.mark.slow
def test_a_landbase_draft_is_started_once(sandbox: Sandbox, part: Part) -> None:
    """CONFLICT says that it is under way: it is followed and not started again."""
    for provider in _connected(sandbox, "landbase"):
        upload, _ = provider.steps()
        dataset = upload.run(Call(part, "draft"))["dataset"]
    jobs = set()
    for _ in range(2):
        for provider in _connected(sandbox, "landbase", dataset_id=dataset, import_id="900007"):
            receipt = send(provider, part, "draft")
            jobs.add(receipt.job)
            assert provider.poll(receipt).state == "finished"
    assert jobs == {"900007"}
    assert len([job for job in sandbox.store.jobs("landbase") if job.id == "900007"]) == 1


def test_landbase_refuses_a_dataset_that_it_does_not_know(sandbox: Sandbox, part: Part) -> None:
    """One of nobody's, or of another account."""
    for provider in _connected(sandbox, "landbase", dataset_id="ds-none"):
        with pytest.raises(Refused, match="VALIDATION_ERROR"):
            send(provider, part, "unknown")
