"""The second half of the line, called from Python."""

from __future__ import annotations

import dataclasses
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from preflight.config.setting_values import MaxBad
from preflight.config.settings import Settings
from preflight.core.errors import RunLocked, SourceError, UsageError
from preflight.core.workspace import workspace
from preflight.pipeline import check_fix_split, delivery
from preflight.pipeline.connection import POLL_SCALE, Connection
from preflight.pipeline.delivery import SettledRun
from preflight.providers.sandbox.server import Sandbox
from preflight.runs.delivery.events import Begun, Event, PartEnded, Sending
from preflight.runs.kept_run import SOURCES
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.places import ELSEWHERE
from preflight.runs.ledger.run import RunState
from tests.calls import contacts
from tests.runs.delivery.scripted import make_run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def box(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox for all tests."""
    with Sandbox(tmp_path_factory.mktemp("box") / "box.sqlite") as opened:
        yield opened


@pytest.fixture
def connection(box: Sandbox) -> Connection:
    """To TalkValue's stand-in, with short waits."""
    return Connection(
        options={"source_id": "7", "mode": "UPDATE"},
        environ={**box.environment, POLL_SCALE: "0.001"},
    )


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """With a state folder of their own."""
    return Settings(state_dir=tmp_path / "state")


def submit(path: Path, settings: Settings, connection: Connection) -> SettledRun:
    """A submission."""
    with workspace() as work:
        return delivery.submit(path, "talkvalue", settings, connection, work=work)


def test_what_happens_is_told_in_order(
    tmp_path: Path, settings: Settings, connection: Connection
) -> None:
    (tmp_path / "a.csv").write_text(contacts(3))
    events = list[Event]()
    sent = submit(
        tmp_path / "a.csv",
        settings,
        dataclasses.replace(connection, events=events.append),
    )
    assert sent.run is not None
    assert events[0] == Begun(sent.run.id)
    assert isinstance(events[1], Sending)
    assert isinstance(events[-1], PartEnded)
    assert (sent.books.accepted, sent.pending, sent.stopped) == (3, 0, None)


def test_the_source_is_kept_privately_and_once(
    tmp_path: Path, settings: Settings, connection: Connection
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(contacts(3))
    for folder in ("1", "2"):
        with workspace() as work:
            delivery.submit(
                path, "talkvalue", settings, connection, work=work, folder=tmp_path / folder,
                again=True,
            )  # fmt: skip
    (kept,) = (tmp_path / "state" / ELSEWHERE / SOURCES).iterdir()
    assert kept.read_bytes() == path.read_bytes()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert abs(kept.stat().st_mtime - path.stat().st_mtime) < 1e-3


def test_a_source_that_changes_meanwhile_is_not_sent(
    tmp_path: Path, box: Sandbox, settings: Settings, connection: Connection
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(contacts(3))
    before = len(box.store.jobs("talkvalue"))

    def change(stage: str, done: int, total: int | None) -> None:
        if stage == "writing":
            path.write_text(contacts(3).replace("@", "@x"))

    with workspace() as work, pytest.raises(SourceError, match="changed while"):
        delivery.submit(path, "talkvalue", settings, connection, work=work, progress=change)
    assert len(box.store.jobs("talkvalue")) == before
    assert not list((tmp_path / "state" / ELSEWHERE / SOURCES).glob("*"))


def test_a_file_that_another_call_sends_meanwhile_is_not_sent_again(
    tmp_path: Path, box: Sandbox, settings: Settings, connection: Connection
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(contacts(3))
    before = len(box.store.jobs("talkvalue"))
    sent = list[SettledRun]()

    def send(stage: str, done: int, total: int | None) -> None:
        if stage == "writing" and not sent:
            with workspace() as other:
                sent.append(delivery.submit(
                    path, "talkvalue", settings, connection, work=other, folder=tmp_path / "other"
                ))  # fmt: skip

    with workspace() as work, pytest.raises(UsageError, match="was sent to talkvalue before"):
        delivery.submit(path, "talkvalue", settings, connection, work=work, progress=send)
    assert [run.books.accepted for run in sent] == [3]
    assert len(box.store.jobs("talkvalue")) == before + 1


def test_where_no_copy_can_be_kept_nothing_is_sent(
    tmp_path: Path, settings: Settings, connection: Connection
) -> None:
    (tmp_path / "a.csv").write_text(contacts(3))
    (tmp_path / "state" / ELSEWHERE).mkdir(parents=True)
    (tmp_path / "state" / ELSEWHERE / SOURCES).write_text("in the way")
    with pytest.raises(SourceError, match="cannot keep a copy"):
        submit(tmp_path / "a.csv", settings, connection)


def test_a_run_goes_on_with_its_own_settings(
    tmp_path: Path, settings: Settings, connection: Connection
) -> None:
    """But for those that are about the one who goes on with it."""
    (tmp_path / "a.csv").write_text(contacts(3))
    own = dataclasses.replace(
        settings, region="FR", max_bad=MaxBad(share=0.5, count=None), ignore=("TXT702",)
    )
    submit(tmp_path / "a.csv", own, dataclasses.replace(connection, wait=False))
    others = dataclasses.replace(settings, region="US", output_format="json")
    with workspace() as work:
        sent = delivery.resume(None, others, connection, work=work)
    assert (sent.settings.region, sent.settings.ignore) == ("FR", ("TXT702",))
    assert sent.settings.max_bad == MaxBad(share=0.5, count=None)
    assert sent.settings.output_format == "json"
    assert sent.checked.source.name == str(tmp_path / "a.csv")
    assert (sent.books.accepted, sent.fixed) == (3, None)


@pytest.fixture
def outdated(connection: Connection) -> Connection:
    """With a token that the provider does not know."""
    environ = {**connection.environ, "TALKVALUE_TOKEN": "outdated-token"}
    return dataclasses.replace(connection, environ=environ)


@pytest.mark.parametrize("folder", ["a.preflight", "b"])
def test_a_run_of_which_nothing_was_taken_is_not_resumed_once_its_rows_are_sent_anew(
    tmp_path: Path,
    box: Sandbox,
    settings: Settings,
    connection: Connection,
    outdated: Connection,
    folder: str,
) -> None:
    """Whichever run is asked for: what a later one sent would arrive twice."""
    (tmp_path / "a.csv").write_text(contacts(3))
    first = submit(tmp_path / "a.csv", settings, outdated)
    assert first.run is not None
    assert first.stopped is not None
    assert first.pending == 3
    before = len(box.store.jobs("talkvalue"))
    with workspace() as work:
        second = delivery.submit(
            tmp_path / "a.csv",
            "talkvalue",
            settings,
            connection,
            work=work,
            folder=tmp_path / folder,
            force=True,
        )
    assert second.books.accepted == 3
    for run, said in ((None, "no unfinished run"), (first.run.id, "was replaced by a later run")):
        with workspace() as work, pytest.raises(UsageError, match=said):
            delivery.resume(run, settings, connection, work=work)
    assert len(box.store.jobs("talkvalue")) == before + 1
    with Ledger(settings.state_dir / ELSEWHERE) as ledger:
        states = [run.state for run in ledger.runs()]
    assert states == [RunState.FINISHED, RunState.REPLACED]


def test_a_run_to_another_address_is_not_resumed_once_its_results_are_gone(
    tmp_path: Path, settings: Settings, connection: Connection
) -> None:
    """Its parts are those of the new run."""
    (tmp_path / "a.csv").write_text(contacts(3))
    with Ledger(settings.state_dir) as ledger:
        own = make_run(ledger, [], "talkvalue", folder=tmp_path / "a.preflight")
        other = make_run(ledger, [], "talkvalue", folder=tmp_path / "b.preflight")
    assert submit(tmp_path / "a.csv", settings, connection).books.accepted == 3
    with Ledger(settings.state_dir) as ledger:
        assert ledger.run(own).state is RunState.REPLACED
        assert ledger.run(other).state is RunState.OPEN


def test_a_run_that_another_process_works_on_is_not_replaced(
    tmp_path: Path, settings: Settings, connection: Connection, outdated: Connection
) -> None:
    (tmp_path / "a.csv").write_text(contacts(3))
    first = submit(tmp_path / "a.csv", settings, outdated)
    assert first.run is not None
    with (
        Ledger(settings.state_dir / ELSEWHERE) as ledger,
        ledger.lock(first.run.id),
        workspace() as work,
        pytest.raises(RunLocked, match=f"works on run {first.run.id}"),
    ):
        delivery.submit(
            tmp_path / "a.csv", "talkvalue", settings, connection, work=work, folder=tmp_path / "b"
        )
    with Ledger(settings.state_dir / ELSEWHERE) as ledger:
        assert [run.id for run in ledger.runs()] == [first.run.id]
    assert go_on(settings, connection).books.accepted == 3


@pytest.mark.parametrize("other", ["submit", "fix"])
def test_while_a_run_is_sent_no_other_call_writes_into_its_results(
    tmp_path: Path, settings: Settings, connection: Connection, other: str
) -> None:
    path, folder = tmp_path / "a.csv", tmp_path / "a.preflight"
    path.write_text(contacts(3))
    cut = dataclasses.replace(settings, max_rows=1)
    kept = list[dict[Path, bytes]]()
    refused = list[RunLocked]()

    def another() -> None:
        with workspace() as work:
            if other == "submit":
                delivery.submit(path, "talkvalue", cut, connection, work=work, force=True)
            else:
                check_fix_split.fix(path, cut, work=work, force=True)

    def call_meanwhile(event: Event) -> None:
        if not isinstance(event, Sending):
            return
        kept.append(contents(folder))
        with pytest.raises(RunLocked, match="the results in") as found:
            another()
        refused.append(found.value)
        kept.append(contents(folder))

    told = dataclasses.replace(connection, events=call_meanwhile)
    sent = submit(path, settings, told)
    assert sent.books.accepted == 3
    assert len(refused) == 1
    assert kept[0] == kept[1]
    assert (folder / "failures.csv").exists()
    with Ledger(settings.state_dir / ELSEWHERE) as ledger:
        assert [run.state for run in ledger.runs()] == [RunState.FINISHED]


def contents(folder: Path) -> dict[Path, bytes]:
    """The files in a folder and below."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def go_on(settings: Settings, connection: Connection) -> SettledRun:
    """The latest unfinished run, to its end."""
    with workspace() as work:
        return delivery.resume(None, settings, connection, work=work)


@pytest.mark.parametrize("scale", ["soon", "-1"])
def test_a_scale_is_a_number_from_0_up(connection: Connection, scale: str) -> None:
    odd = dataclasses.replace(connection, environ={POLL_SCALE: scale})
    with pytest.raises(UsageError, match="must be a number from 0 up"):
        _ = odd.scale("talkvalue")
