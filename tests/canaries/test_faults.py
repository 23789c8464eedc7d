"""Strange providers: whatever they answer, no secret, no cell and no control character gets out."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import subprocess
import threading
import time
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.calls import PROGRAM
from tests.canaries.conftest import PROVIDERS, Field
from tests.canaries.planted import ENVIRON
from tests.providers.loopback import CUT, Asked, Reply

pytestmark = pytest.mark.slow

COMMITS = {
    "dotdigital": "/contacts/import/with-merge-option/",
    "experiture": "/start",
    "talkvalue": "/path/import",
    "textus": "/contacts/upload",
}
ASKS = {
    "dotdigital": r"/contacts/import/[^/]+$",
    "experiture": r"/import-jobs/[^/]+$",
    "talkvalue": r"/path/import/\d+$",
}
HTTP = sorted(COMMITS)
NASTY = "\x1b[31m\x9b2J\x07\u202e\r\n::error::x\r\n##[error]y ##vso[z]<b>[/red]"
STATUSES = (401, 403, 422, 413, 500, 409, 200, 429)
FORMS = ((500, "page"), (422, "truncated"), (200, "cut"), (200, "page"))
"""Of these every second one for each provider, so that two meet each."""


def sent(ground: Field, number: int) -> list[str]:
    """The cells of a row as they were sent last, of those columns that were sent at all."""
    assert ground.mirror.server is not None
    for asked in reversed(ground.mirror.server.asked):
        for line in asked.body.decode("utf-8", "replace").splitlines():
            if re.search(rf"(?i)zq[a-z]+{number}x", line) and "," in line:
                return next(csv.reader([line]))
    return []


def repeated(ground: Field, asked: Asked) -> str:
    """All that the provider knows: the credentials, and the cells of a row."""
    provider = asked.path.split("/")[1].upper()
    secrets = " ".join(text for name, text in ENVIRON.items() if name.startswith(provider))
    seen = f"{asked.headers.get('authorization')} {secrets} {secrets.upper()} {asked.path}"
    known = sent(ground, 1)
    assert known
    return f"no: {'; '.join(known)}, {' / '.join(known).upper()} {NASTY} {seen} {','.join(known)}"


def said(provider: str, words: str) -> dict[str, Any]:
    """An error as the provider writes it, and then some."""
    error: Any = {
        "code": words[:80],
        "message": words,
        "remediation": words,
        "details": {"path": words},
    }
    return {
        "success": False,
        "message": words,
        "error": words if provider == "textus" else error,
        "errors": [words, words],
        "detail": words,
        "title": words,
        "correlationId": words,
        "status": words,
    }


@pytest.mark.parametrize("provider", HTTP)
def test_an_answer_that_repeats_everything_repeats_nothing_of_it(
    ground: Field, provider: str
) -> None:
    """As JSON in the provider's own form, as a page, cut off, late or never."""
    box = ground.mirror.box

    def strange(status: int, form: str) -> None:
        def fault(asked: Asked) -> Reply | None:
            if COMMITS[provider] not in asked.path or asked.method == "GET":
                return None
            words = repeated(ground, asked)
            body = json.dumps(said(provider, words)).encode()
            if form == "page":
                body = f"<html><body>{words}</body></html>".encode()
            if form == "cut":
                return CUT
            if form == "truncated":
                body = body[: len(body) // 2]
            headers = {"X-Correlation-Id": "c-1", "Location": f"{box.url}/?{words[:9]}"}
            return Reply(status, body, headers)

        ground.mirror.fault = fault

    start = HTTP.index(provider)
    forms = [*((status, "json") for status in STATUSES[start % 2 :: 2]), *FORMS[start % 2 :: 2]]
    for at, (status, form) in enumerate(forms):
        strange(status, form)
        place = ("-o", f"out-{at}", "--state-dir", f"state-{at}", "--timeout", "1")
        called = ground.send(provider, *place, path="good.csv")
        assert called.code in (1, 3), called
    assert ground.leaks() == []
    assert hostile(ground) == []
    ground.mirror.reset()
    assert ground.call("resume", "--state-dir", "state-0").code in (0, 1)
    assert ground.leaks() == []


def hostile(ground: Field) -> list[str]:
    """What was printed that a terminal, or the runner of a workflow, would act upon."""
    return [
        line
        for words, _, called in ground.said
        for line in (called.out + called.err).split("\n")
        if not line.isprintable() or is_command(line, ours="--output-format github" in words)
    ]


def is_command(line: str, *, ours: bool) -> bool:
    """Whether the runner of a workflow takes a line for a command: GitHub's, Azure's, TeamCity's.

    Args:
        line: of a log.
        ours: whether we write commands ourselves: annotations, whose data are on one line.
    """
    if ours and re.fullmatch(r"::(error|warning) file=[^:,]*(,line=\d+)?,title=[^:]*::.*", line):
        return False
    return bool(re.search(r"^\s*::|##(\[|vso\[|teamcity\[)", line))


def refused(ground: Field) -> str:
    """The row that the stand-ins refuse, as words."""
    return "  ".join(cell for cell in sent(ground, 3) if '"' not in cell)


@pytest.mark.parametrize("provider", sorted(ASKS))
def test_what_a_job_says_is_shown_without_what_it_repeats(ground: Field, provider: str) -> None:
    """Its status, its counters and its report, whose codes are sentences about contacts."""
    words = f"Zqname2x Quokka is odd {NASTY}"

    def edit(asked: Asked, reply: Reply) -> Reply:
        where = urlsplit(asked.path).path
        if "report-faults" in where or "export" in where or "/storage/" in where:
            text = reply.body.decode()
            for code in ("Failures", "UNKNOWN_ERROR", "CDP_ETL.VALIDATION.REQUEST_INVALID"):
                text = text.replace(
                    code, '"Zqname3x  Quokka, is not welcome: zqmail3x@x.org\x1b[2J"'
                )
            return Reply(reply.status, text.encode(), reply.headers)
        if asked.method == "GET" and re.search(ASKS[provider], where):
            document = json.loads(reply.body)
            document["stage"] = document["note"] = words
            document.setdefault("data", {})["stage"] = words
            return Reply(reply.status, document, reply.headers)
        return reply

    ground.mirror.edit = edit
    called = ground.send(provider, "-o", "out.preflight", path="good.csv")
    assert called.code in (0, 1), called
    assert "is not welcome" in called.out
    assert ground.leaks() == []
    assert hostile(ground) == []


@pytest.mark.parametrize("provider", sorted(ASKS))
def test_a_status_that_is_a_sentence_is_filtered_too(ground: Field, provider: str) -> None:
    """It counts as running; the run ends by its time-out."""
    key = "state" if provider == "experiture" else "status"
    token = next(text for name, text in ENVIRON.items() if name.startswith(provider.upper()))

    def edit(asked: Asked, reply: Reply) -> Reply:
        if asked.method != "GET" or not re.search(ASKS[provider], urlsplit(asked.path).path):
            return reply
        document = json.loads(reply.body)
        cells = "; ".join(sent(ground, 2))
        document.get("data", document)[key] = f"{cells} wait {NASTY} {token} \x1b]0;x\x07"
        return Reply(reply.status, document, reply.headers)

    ground.mirror.edit = edit
    called = ground.send(provider, "-o", "out.preflight", "--timeout", "0.3", path="good.csv")
    assert called.code == 3
    ground.call("runs", "show", _run(called.err), "--state-dir", "state")
    assert ground.leaks() == []
    assert hostile(ground) == []


def _run(err: str) -> str:
    found = re.search(r"run (\S+):", err)
    assert found is not None
    return found[1]


_LANDBASE = (
    '{{"error": {{"code": "{code}", "message": "{words}", "meta": {{"a": "{words}"}}}}}}',
    "panic: {words}",
)


def test_a_tool_that_repeats_everything_is_filtered(ground: Field) -> None:
    """On its standard error, as JSON or not; and nothing secret is among its arguments."""
    known = f"{ENVIRON['LANDBASE_API_KEY']} Zqname1x Quokka zqmail1x@kestrel-labs.com 4155552672"
    at = 0
    for code in ("AUTH_FAILED", "VALIDATION_ERROR", "API_ERROR"):
        for form in _LANDBASE:
            at += 1
            text = form.format(code=code, words=f"{known} \\u001b[31m")
            (ground.root / "planted" / "fault-landbase-cli").write_text(text)
            place = ("-o", f"out-{at}", "--state-dir", f"state-{at}", "--timeout", "1")
            assert ground.send("landbase", *place, path="good.csv").code in (1, 3)
    (ground.root / "planted" / "fault-landbase-cli").unlink()
    ground.send("landbase", "-o", "out-90", "--state-dir", "state-90", path="good.csv")
    ground.send("talkvalue", "-O", "transport=cli", "-o", "out-91", "--state-dir", "state-91")
    assert "contacts-import" in (ground.root / "argv.txt").read_text()
    assert "--mapping" in (ground.root / "argv.txt").read_text()
    assert ground.leaks() == []
    assert hostile(ground) == []


def test_a_run_that_is_killed_leaves_nothing_that_others_may_read(ground: Field) -> None:
    """In the middle of its call, with its temporary files where they are."""
    seen: list[Asked] = []
    over = threading.Event()

    def fault(asked: Asked) -> Reply | None:
        seen.append(asked)
        over.wait(60)
        return CUT

    ground.mirror.fault = fault
    old = os.umask(0)
    try:
        process = subprocess.Popen(
            [*PROGRAM, "submit", "planted/people.csv", "--to", "talkvalue", *PROVIDERS["talkvalue"],
             "-o", "deep/out.preflight", "--state-dir", "state"],
            cwd=ground.root, env=os.environ.copy(), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
    finally:
        os.umask(old)
    end = time.monotonic() + 60
    while not seen and time.monotonic() < end:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    over.set()
    assert process.returncode == -signal.SIGKILL
    left = [path for path in (ground.root / "tmp").rglob("*") if path.is_file()]
    assert ground.open_to_others() == []
    assert [path for path in left if path.stat().st_mode & 0o077] == []
    assert [leak for leak in ground.leaks() if not leak.startswith("tmp/preflight-")] == []


def test_a_verified_list_that_lacks_somebody_is_told_in_the_summary(ground: Field) -> None:
    """Whom it lacks is nobody's business but theirs: how many is said."""

    def edit(asked: Asked, reply: Reply) -> Reply:
        if "/members" in asked.path:
            document = json.loads(reply.body)
            items = document["data"]["items"]
            document["data"]["items"] = [one for one in items if "zqmail1x" not in str(one)]
            return Reply(reply.status, document, reply.headers)
        return reply

    ground.mirror.edit = edit
    place = ("-O", "list_name=Expo 2026 canaries", "-o", "out.preflight")
    called = ground.send("experiture", *place, path="good.csv")
    assert "note: 1 of the 3 accepted rows are not among the" in called.out, called
    report = json.loads((ground.root / "out.preflight" / "report.json").read_text())
    assert any("1 of the 3 accepted rows" in note for note in report["run"]["notes"])
    assert ground.leaks() == []
