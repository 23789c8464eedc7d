"""What the sandbox remembers."""

from __future__ import annotations

import hashlib
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from preflight.providers.sandbox.store import Accepted, RefusedRow, Store, StoredUpload, row_digest


@pytest.fixture
def store(state: Path) -> Iterator[Store]:
    """An empty memory."""
    store = Store(state)
    yield store
    store.close()


def _take(store: Store, job: str | None, *keys: str) -> None:
    with store.intake("dotdigital", job, 1.0, 2.0) as intake:
        for row, key in enumerate(keys, 1):
            intake.accept(row, [key, "Ann"], key, {"NAME": "Ann"})
        intake.status = "Finished"


def test_the_file_is_for_its_owner_alone(store: Store, state: Path) -> None:
    """It holds contacts."""
    assert stat.S_IMODE(state.stat().st_mode) == 0o600


def test_a_row_is_named_by_its_cells() -> None:
    """The documented form, so that others can compute it."""
    assert row_digest(["a", "é"]) == hashlib.sha256("a\x1fé".encode()).hexdigest()
    assert row_digest(["ab", ""]) != row_digest(["a", "b"])


def test_a_row_that_is_accepted_twice_stands_twice_in_the_ledger(store: Store) -> None:
    """That is what the ledger is for."""
    _take(store, "j1", "a@b.co")
    _take(store, "j2", "a@b.co")
    digest = row_digest(["a@b.co", "Ann"])
    assert store.accepted("dotdigital") == [
        Accepted("j1", 1, "a@b.co", digest),
        Accepted("j2", 1, "a@b.co", digest),
    ]
    assert store.accepted("talkvalue") == []


def test_a_job_that_breaks_off_leaves_nothing(store: Store) -> None:
    """All of a job or nothing of it."""

    def break_off() -> None:
        with store.intake("dotdigital", "j1", 1.0, 2.0) as intake:
            for row in range(12_000):
                intake.accept(row, ["x"], str(row), {})
                intake.fail(RefusedRow(row, "c", "m", "v", ("x",)))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    assert store.job("dotdigital", "j1") is None
    assert store.accepted("dotdigital") == []
    assert store.contacts("dotdigital") == {}


def test_a_job_of_many_rows_is_kept_in_order(store: Store) -> None:
    """Rows are written in batches; no row gets lost between two of them."""
    with store.intake("talkvalue", None, 1.0, 2.0) as intake:
        for row in range(1, 11_001):
            intake.fail(RefusedRow(row, "c", "m", "v", ("x", "y")))
    (job,) = store.jobs("talkvalue")
    assert job.id == str(job.number)
    assert [f.row for f in store.failures(job)] == list(range(1, 11_001))
    assert store.failures(job, 1) == [RefusedRow(1, "c", "m", "v", ("x", "y"))]


def test_the_memory_outlives_its_process(store: Store, state: Path) -> None:
    """A second store on the same file knows what the first one took."""
    _take(store, "j1", "a@b.co", "c@d.co")
    store.set("row_base", 2)
    other = Store(state)
    assert other.accepted("dotdigital") == store.accepted("dotdigital")
    assert other.contacts("dotdigital") == {"a@b.co": {"NAME": "Ann"}, "c@d.co": {"NAME": "Ann"}}
    assert other.setting("row_base", 1) == 2
    other.close()


def test_two_stores_on_one_file_wait_for_each_other(store: Store, state: Path) -> None:
    """A second process may work on the same state."""
    other = Store(state)

    def work(one: Store, name: str) -> None:
        for number in range(20):
            _take(one, f"{name}{number}", "a@b.co")

    threads = [threading.Thread(target=work, args=args) for args in ((store, "a"), (other, "b"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert len(store.accepted("dotdigital")) == 40


def test_an_upload_lives_on_while_it_is_used(store: Store) -> None:
    """Its time starts again with every use."""
    upload = StoredUpload("k", "a.csv", b"Email\n")
    store.keep("talkvalue", upload, 0.0)
    assert store.fetch("talkvalue", "k", 90.0, 100.0) == upload
    assert store.fetch("talkvalue", "k", 180.0, 100.0) == upload
    assert store.fetch("talkvalue", "k", 281.0, 100.0) is None
    assert store.fetch("talkvalue", "other", 0.0, 100.0) is None
