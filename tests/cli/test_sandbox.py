"""`preflight sandbox`: the stand-ins in a process of their own."""

from __future__ import annotations

import signal
import subprocess
import urllib.request
from pathlib import Path

import pytest

from preflight.sandbox.judge import MAGIC
from tests.calls import PROGRAM, Call, bare_environment


def test_it_prints_the_environment_and_serves_until_it_is_interrupted(here: Path) -> None:
    argv = [*PROGRAM, "sandbox", "--fault", "dotdigital:import:429:2", "--state", "box.sqlite"]
    with subprocess.Popen(
        argv, cwd=here, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**bare_environment(), "PYTHONUNBUFFERED": "1"},
    ) as process:  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        url = process.stderr.readline().split(" at ")[1].split(";")[0]
        exports = [process.stdout.readline() for _ in range(5)]
        with urllib.request.urlopen(f"{url}/_sandbox/faults") as answer:
            assert b'"429"' in answer.read()
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 130
    assert all(line.startswith("export ") for line in exports)
    assert any(line.startswith(f"export TALKVALUE_API_URL={url}/") for line in exports)
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
