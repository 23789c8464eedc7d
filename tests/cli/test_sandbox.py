"""`preflight sandbox`: the stand-ins in a process of their own."""

from __future__ import annotations

import signal
import threading
import time
import urllib.request
from pathlib import Path

import pytest

from preflight.providers.sandbox.app import MAGIC
from tests.calls import Call
from tests.providers.loopback import free_port


def test_it_prints_the_environment_and_serves_until_it_is_interrupted(
    call: Call, here: Path
) -> None:
    port, seen = free_port(), list[bytes]()
    url = f"http://127.0.0.1:{port}"

    def interrupt() -> None:
        end = time.monotonic() + 20
        while not seen and time.monotonic() < end:
            try:
                with urllib.request.urlopen(f"{url}/_sandbox/faults") as answer:
                    seen.append(answer.read())
            except OSError:
                time.sleep(0.02)
        # The address is told before it waits to be ended.
        time.sleep(0.2)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    other = threading.Thread(target=interrupt)
    other.start()
    told = call(
        "sandbox", "--port", port, "--fault", "dotdigital:import:429:2", "--state", "box.sqlite"
    )
    other.join()
    assert told.code == 130
    assert b'"429"' in seen[0]
    assert told.err.startswith(f"the sandbox listens at {url}; end it with Ctrl-C\n")
    assert f"export TALKVALUE_API_URL={url}/talkvalue\n" in told.out
    assert all(line.startswith("export ") for line in told.out.splitlines())
    assert (here / "box.sqlite").exists()


def test_the_magic_values_are_listed(call: Call, here: Path) -> None:
    told = call("sandbox", "--magic")
    assert (told.code, len(told.out.splitlines())) == (0, len(MAGIC))
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "said"),
    [(("--fault", "x"), "a fault is provider:route:fault"),
     (("--fault", "dotdigital:nowhere:429"), "no route 'nowhere'"),
     (("--port", "999999"), "not in the range"),
     (("--state", "taken/box.sqlite"), "taken")],
)  # fmt: skip
def test_what_cannot_be_run_exits_with_2(
    call: Call, here: Path, options: tuple[str, ...], said: str
) -> None:
    (here / "taken").write_text("a file")
    told = call("sandbox", *options)
    assert (told.code, told.err.count("\n"), said in told.err) == (2, 1, True)
