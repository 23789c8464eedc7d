"""Hostile failure reports over real sockets: no line of one is lost, and nothing crashes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from preflight.config import profiles
from preflight.core import exchange
from preflight.core.errors import Busy, ProviderError, Refused
from preflight.core.exchange import FailureReport, Outcome, Part, Receipt
from preflight.providers import answers, long_report, registry
from preflight.providers.protocol import Provider
from preflight.runs.ledger import kept_reports
from preflight.runs.matching import join
from tests.providers.loopback import Loopback, Reply, loopback
from tests.providers.parts import make_part
from tests.providers.reports.hostile import NO_REPORT, SPOILED

COUNT = 40
PEOPLE = tuple((f"jürgen{at}@kestrel-labs.com", f"Jürgen{at}") for at in range(COUNT))
REFUSED = range(0, COUNT, 2)
DONE = Outcome("finished", "DONE", rejected=len(REFUSED))
PROVIDERS = {
    "talkvalue": (
        {"source_id": "7", "mode": "UPDATE"},
        {"TALKVALUE_TOKEN": "tok-123"},
        "TALKVALUE_API_URL",
        "rowNum,errorCode,errorMessage,rawValue\n",
        "{row},E1,bad address,{key}\n",
    ),
    "dotdigital": (
        {"address_book": "9", "merge_option": "Overwrite"},
        {"DOTDIGITAL_API_USER": "user", "DOTDIGITAL_API_PASSWORD": "word"},
        "DOTDIGITAL_BASE_URL",
        "Reason,Email,FIRSTNAME\n",
        "Invalid bad Email,{key},Jürgen\n",
    ),
    "experiture": (
        {"object_name": "profiles", "verify_list": "false"},
        {"EXPERITURE_API_KEY": "key"},
        "EXPERITURE_BASE_URL",
        "row,email,error\n",
        "{row},{key},invalid bad email format\n",
    ),
}


def good(name: str) -> bytes:
    """The report of every second row, as the provider would give it."""
    _, _, _, header, line = PROVIDERS[name]
    lines = [line.format(row=at + 1, key=PEOPLE[at][0]) for at in REFUSED]
    return (header + "".join(lines)).encode()


def connected(name: str, url: str) -> Provider:
    options, environ, variable, *_ = PROVIDERS[name]
    return registry.connect(name, options=options, environ={**environ, variable: url}, timeout=5)


@pytest.fixture
def part(tmp_path: Path) -> Part:
    return make_part(tmp_path, rows=PEOPLE)


@pytest.fixture
def replies() -> dict[str, Reply]:
    """The answer under "report", and that of Experiture about where it is."""
    return {}


@pytest.fixture
def server(replies: dict[str, Reply]) -> Iterator[Loopback]:
    with loopback(lambda a: replies["errors" if a.path.endswith("/errors") else "report"]) as made:
        data = {"hasErrors": True, "errorFileUrl": f"{made.url}/file"}
        replies["errors"] = Reply(200, {"success": True, "data": data})
        yield made


def joined(report: FailureReport, part: Part, name: str) -> join.Joined:
    by = registry.client(name).CAPABILITIES.joins_by
    profile = profiles.load(name)
    return join.join(report, part, by=by, key_field=profile.key, profile=profile)


def told(found: join.Joined) -> int:
    """How many lines are matched, listed or counted as repeats."""
    repeats = sum(int(note.split()[0]) for note in found.notes if "repeating" in note)
    return len(found.failures) + found.lost_lines + repeats


@pytest.mark.parametrize("name", PROVIDERS)
def test_each_line_is_matched_or_listed(
    name: str, replies: dict[str, Reply], server: Loopback, part: Part
) -> None:
    provider, refused = connected(name, server.url), {at + 1 for at in REFUSED}
    for what, spoil in SPOILED.items():
        replies["report"] = Reply(200, spoil(good(name)), {"Content-Type": "image/png"})
        report = provider.failures(Receipt("31"), DONE)
        assert report is not None, what
        found = joined(report, part, name)
        assert report.lines >= len(refused), what
        assert told(found) == report.lines, what
        assert set(found.failures["row"]) <= refused, what
        if "off by one" not in what or name != "talkvalue":
            unclear = {3} if "never closes" in what else set()
            assert set(found.failures["row"]) >= refused - unclear, what
        books = join.verdicts(part, found, DONE)
        assert (books.accepted, books.rejected_there) == (COUNT - len(refused), len(refused)), what
    provider.close()


@pytest.mark.parametrize("name", PROVIDERS)
def test_what_is_no_report_is_said_in_one_line(
    name: str, replies: dict[str, Reply], server: Loopback
) -> None:
    provider = connected(name, server.url)
    for what, spoil in NO_REPORT.items():
        replies["report"] = Reply(200, spoil(good(name)))
        with pytest.raises(Busy, match=r"without (the end|a failure report: it is a)") as caught:
            provider.failures(Receipt("31"), DONE)
        assert "\n" not in str(caught.value), what
    replies["report"] = Reply(410, b"gone")
    with pytest.raises(Refused, match="answered 410"):
        provider.failures(Receipt("31"), DONE)
    provider.close()


@pytest.mark.parametrize("name", PROVIDERS)
def test_a_long_report_is_joined_like_a_short_one(
    name: str,
    replies: dict[str, Reply],
    server: Loopback,
    part: Part,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Page by page, also when it was kept and is read again; a line of a quote is in one page."""
    provider = connected(name, server.url)
    bodies = [good(name), SPOILED["shuffled"](good(name)), SPOILED["ten reasons a row"](good(name))]
    for body in bodies:
        replies["report"] = Reply(200, body)
        short = provider.failures(Receipt("31"), DONE)
        assert short is not None
        with monkeypatch.context() as patched:
            for module in (exchange, long_report, kept_reports):
                patched.setattr(module, "PAGE", 300)
            patched.setattr(long_report, "_ENOUGH", 200)
            long = provider.failures(Receipt("31"), DONE)
            assert long is not None
            assert long.further is not None
            kept = kept_reports.load(kept_reports.keep(tmp_path / "kept", "r-0001", long))
            assert kept.further is not None
            assert kept.further.raw.whole() == body
        for other in (long, kept):
            one, two = joined(short, part, name), joined(other, part, name)
            assert one.failures.to_dict("list") == two.failures.to_dict("list")
            assert one.notes == two.notes
    provider.close()


class _Endless(BaseHTTPRequestHandler):
    """A chunked body without an end."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            while True:
                self.wfile.write(b"10000\r\n" + b"7,E1,bad,x\n" * 5957 + b"\n" * 9 + b"\r\n")
        except OSError:
            self.close_connection = True

    def log_message(self, *_args: object) -> None:
        pass


def test_an_endless_answer_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """A report over the limit is refused once; a status over its limit is asked for again."""
    monkeypatch.setattr("preflight.providers.http.LONGEST_REPORT", 2 << 20)
    monkeypatch.setattr("preflight.providers.http.LONGEST_ANSWER", 1 << 20)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Endless)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    provider = connected("dotdigital", f"http://127.0.0.1:{server.server_address[1]}")
    try:
        with pytest.raises(Refused, match="the answer of dotdigital is longer than 2 MB"):
            provider.failures(Receipt("31"), DONE)
        with pytest.raises(ProviderError, match="longer than"):
            provider.poll(Receipt("31"))
    finally:
        provider.close()
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_body_that_comes_too_slowly_ends() -> None:
    class Slow:
        is_success = True

        def iter_bytes(self) -> Iterator[bytes]:
            while True:
                yield b"x"

        def close(self) -> None:
            pass

    times = iter(range(0, 10_000, 300))
    with pytest.raises(answers.UnendingAnswer, match="did not end in 20 minutes"):
        answers.received(Slow(), 1 << 20, lambda: float(next(times)))
