"""`preflight review` as a process: its address, another process, a kill, and what it refuses."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from preflight.config.settings import Settings
from preflight.core.workspace import workspace
from preflight.pipeline.call import Call as HowItRuns
from preflight.pipeline.connection import Connection, sandbox_starter
from preflight.review.placing import place
from preflight.review.review import Review
from tests.calls import DOTDIGITAL, PROGRAM, Call, bare_environment

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("few_rules")]

LEADS = "email,first_name\nann@kestrel-labs.com,Ann\nnone,Bo\n"


@contextmanager
def running(*argv: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A review in a process of its own, and the address that it printed."""
    process = subprocess.Popen(
        [*PROGRAM, "review", *argv, "--no-browser"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=bare_environment(),
    )
    assert process.stdout is not None
    try:
        yield process, process.stdout.readline().strip()
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def asked(address: str, name: str, **args: Any) -> Any:
    """A call of a page that has just been opened."""
    base, _, token = address.partition("/#")

    def post(path: str, body: Any, key: str = "") -> Any:
        request = urllib.request.Request(  # the page's own address
            f"{base}/api/{path}",
            json.dumps(body).encode(),
            {"origin": base, "authorization": f"Bearer {key}"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    return post(name, args, post("enter", {"token": token})["key"])


def test_a_killed_review_goes_on_and_ctrl_c_ends_it(call: Call, here: Path) -> None:
    (here / "leads.csv").write_text(LEADS)
    with running("leads.csv") as (process, address):
        assert address.startswith("http://127.0.0.1:")
        asked(address, "edit", cells=[[0, 0, "bo@kestrel-labs.com"]])
        second = call("review", "leads.preflight", "--no-browser")
        assert (second.code, second.out) == (2, "")
        assert "another process works on the review of rejects.csv; go on in the page" in second.err
        process.send_signal(signal.SIGKILL)
        process.wait()
    with running("leads.preflight") as (process, address):
        told = asked(address, "rows", rows=[0])
        assert told["rows"][0]["cells"][0] == "bo@kestrel-labs.com"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate()
        assert process.returncode == 0
        assert "the review has ended, all rows settled; the same command goes on with it" in err
        assert "bo@kestrel-labs.com" not in err
    left = [path for path in (here / ".preflight").rglob("*") if path.is_file()]
    assert all(path.stat().st_mode & 0o077 == 0 for path in left)


def test_what_cannot_be_reviewed_is_said(call: Call, here: Path) -> None:
    (here / "clean.csv").write_text("email,first_name\nann@kestrel-labs.com,Ann\n")
    (here / "empty").mkdir()
    for argv, code, words in (
        (["clean.csv"], 0, "there is nothing to review"),
        (["empty"], 2, "empty has no rejects.csv and no failures.csv; name the folder"),
        (["gone.csv"], 2, "gone.csv: no such file, folder or run; name a rejects.csv"),
        (["20261122-090000-3f9a"], 2, "no such file, folder or run"),
        (["clean.csv", "--port", "70000"], 2, "--port"),
        ([], 2, "review --help"),
    ):
        told = call("review", *argv, "--no-browser")
        assert (told.code, words in told.err, told.out) == (code, True, ""), (argv, told.err)


def test_a_run_that_has_not_ended_is_resumed_first(call: Call, here: Path) -> None:
    (here / "leads.csv").write_text(LEADS)
    call(
        "submit", "leads.csv", "--to", "dotdigital", "-O", "address_book=7", "--sandbox",
        "--no-wait",
    )  # fmt: skip
    run = call("runs").out.split()[0]
    told = call("review", run, "--no-browser")
    assert told.code == 2
    assert f"run {run} has not ended" in told.err
    assert f"first call `preflight resume {run}`" in told.err


def test_without_the_extra_its_install_line_is_shown(
    call: Call, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import importlib

    real = importlib.import_module

    def without(name: str, package: str | None = None) -> Any:
        if name == "starlette":
            raise ImportError(name)
        return real(name, package)

    monkeypatch.setattr(importlib, "import_module", without)
    told = call("review", "leads.csv")
    assert (told.code, "pip install 'contact-preflight[review]'" in told.err) == (2, True)


def test_what_a_provider_rejected_is_corrected_and_sent_until_nothing_is_left(
    call: Call, here: Path
) -> None:
    """By the run's ID: its words stay until the row is edited; what it took is not sent again."""
    (here / "leads.csv").write_text(
        LEADS + "hardbounced@kestrel-labs.com,Cy\nann.b@kestrel-labs.com,Dee\n"
    )
    call("submit", "leads.csv", *DOTDIGITAL, "--sandbox")
    run = call("runs").out.split()[0]
    link = Connection(options={}, environ=os.environ, sandbox=True)
    with ExitStack() as stack:
        link = dataclasses.replace(
            link, stand_ins=sandbox_starter(here / ".preflight", os.environ, stack)
        )
        work = stack.enter_context(workspace())
        found = place(run, Settings(), HowItRuns(work=work))
        review = stack.enter_context(
            Review(found.path, found.settings, HowItRuns(work=work), link, found.run)
        )
        session = review.session
        assert (review.opened.run, session.counts()["open"]) == (run, 2)
        cy = next(at for at, row in enumerate(session.rows) if row.said.by_provider)
        (fault,) = session.faults(cy)
        assert fault.code == "Hard bounced"
        assert "no correction helps: leave the row out" in fault.message
        session.edit([(cy, 0, "ann@kestrel-labs.com")])
        (fault,) = session.faults(cy)
        assert (fault.code, fault.message) == (
            "DUP807", f"has the match key of row 1, accepted in run {run}",
        )  # fmt: skip
        session.edit([(cy, 0, "cy@kestrel-labs.com"), (1 - cy, 0, "bo@kestrel-labs.com")])
        assert session.counts()["open"] == 0
        preview = review.send(dry_run=True)
        assert preview.thread is not None
        preview.thread.join()
        assert (preview.state, preview.message, preview.result["clean"]) == ("done", "", 2)
        sent = review.send(dry_run=False)
        assert sent.thread is not None
        sent.thread.join()
        assert (sent.state, sent.result["books"]["accepted"]) == ("done", 2)
        assert sent.result["failures"] == ""
        again = review.send(dry_run=True)
        assert again.thread is not None
        again.thread.join()
        assert again.result["books"]["dropped"] == 2
