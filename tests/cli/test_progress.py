"""Progress is drawn on a terminal alone, on stderr, so that what is piped away stays what it is."""

from __future__ import annotations

import os
import pty
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from preflight.cli import main
from preflight.providers.sandbox.faults import parse
from preflight.providers.sandbox.server import Sandbox
from tests.calls import ODD, TALKVALUE, Call, contacts
from tests.providers.loopback import Reply, loopback


@contextmanager
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """A terminal as stderr, and what was drawn on it once the block has ended."""
    ours, theirs = pty.openpty()
    drawn = list[bytes]()

    def read() -> None:
        try:
            while block := os.read(ours, 1 << 16):
                drawn.append(block)
        except OSError:  # the other end is closed
            pass

    reader = threading.Thread(target=read)
    reader.start()
    monkeypatch.setenv("TERM", "xterm")
    with os.fdopen(theirs, "w") as stream, monkeypatch.context() as patch:
        patch.setattr("sys.stderr", stream)
        yield drawn
    reader.join()
    os.close(ours)


def test_nothing_is_drawn_where_there_is_no_terminal(call: Call) -> None:
    assert call("check", ODD / "clean.csv").err == ""


def test_reading_and_writing_are_drawn_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], here: Path
) -> None:
    with terminal(monkeypatch) as drawn:
        assert main(["fix", str(ODD / "clean.csv"), "-o", "out"]) == 0
    assert b"reading" in b"".join(drawn)
    assert b"writing" in b"".join(drawn)
    assert capsys.readouterr().out.startswith(str(ODD / "clean.csv"))


def test_quiet_draws_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    with terminal(monkeypatch) as drawn:
        assert main(["check", "-q", str(ODD / "clean.csv")]) == 0
    assert b"".join(drawn) == b""


def test_sending_and_waiting_are_drawn_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, shared: Sandbox, here: Path
) -> None:
    (here / "a.csv").write_text(contacts(4))
    shared.faults.add(parse("talkvalue:analyze:429:1"))
    with terminal(monkeypatch) as drawn:
        assert main(["submit", "a.csv", *TALKVALUE, "--max-rows", "2"]) == 0
    told = b"".join(drawn)
    for stage in (b"sending", b"part 1 there", b"waiting: ", b"done"):
        assert stage in told


def test_words_of_a_provider_are_drawn_as_they_are(
    monkeypatch: pytest.MonkeyPatch, here: Path
) -> None:
    """Brackets in them are neither colours nor a defect."""
    monkeypatch.setenv("TEXTUS_API_TOKEN", "tok-1")
    replies = [Reply(429, {"error": "[/b] [red]later"}), Reply(201, {"contact_import_slug": "s-1"})]
    with loopback(lambda _: replies.pop(0)) as server:
        monkeypatch.setenv("TEXTUS_BASE_URL", server.url)
        (here / "a.csv").write_text("name,phone_number\nAnn,+14155552671\n")
        with terminal(monkeypatch) as drawn:
            assert main(["submit", "a.csv", "--to", "textus", "-O", "account=a"]) == 0
    assert b"[/b] [red]later" in b"".join(drawn)
