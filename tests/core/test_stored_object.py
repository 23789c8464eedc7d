"""Objects that are read where they are, in the store that fsspec has in memory."""

from __future__ import annotations

import pickle

import fsspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.core import object_store
from preflight.core.errors import SourceError
from preflight.core.stored_object import StoredObject
from preflight.core.urls import Url

CONTENT = bytes(range(251)) * 5
URL = Url("memory", "exports", "/leads.csv")


def _stored(content: bytes = CONTENT) -> StoredObject:
    _write(content)
    version = object_store.connected(URL).version()
    assert version.size == len(content)
    return StoredObject(URL, version.size, version.pinned)


def _write(content: bytes) -> None:
    fsspec.filesystem("memory").pipe_file("/exports/leads.csv", content)


Steps = st.lists(
    st.tuples(st.none() | st.integers(0, len(CONTENT) + 9), st.integers(0, len(CONTENT)))
)


@given(Steps)
def test_it_is_read_as_a_file_is(steps: list[tuple[int | None, int]]) -> None:
    """From wherever, in whatever pieces; also by who got it from another process."""
    stored = pickle.loads(pickle.dumps(_stored()))
    assert stored.stat().st_size == len(CONTENT)
    at = 0
    with stored.open("rb") as file:
        for offset, size in steps:
            if offset is not None:
                at = file.seek(offset)
            assert file.read(size) == CONTENT[at : at + size]
            at = max(at, min(at + size, len(CONTENT)))
            assert file.tell() == at


def test_what_is_asked_for_after_a_seek_is_fetched_and_who_goes_on_gets_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fetched = []
    read = object_store.Store.read

    def counted(store: object_store.Store, start: int, stop: int, pinned: object) -> bytes:
        fetched.append((start, stop))
        return read(store, start, stop, stored.pinned)

    monkeypatch.setattr(object_store.Store, "read", counted)
    stored = _stored()
    with stored.open("rb") as file:
        file.seek(100)
        for _ in range(8):
            file.read(50)
    assert fetched == [(100, 150), (150, 250), (250, 450), (450, 850)]


@pytest.mark.parametrize("content", [CONTENT[::-1], CONTENT[:40], b""])
def test_an_object_that_was_changed_is_one_error(content: bytes) -> None:
    stored = _stored()
    with stored.open("rb") as file:
        file.read(10)
        _write(content)
        with pytest.raises(SourceError, match=r"^memory://exports/leads\.csv: it was changed"):
            file.read(100)
