"""A provider's own command line tool is run to its end, whatever that is."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from preflight.core.errors import Ambiguous, Busy, UsageError
from preflight.core.received import Received
from preflight.providers import registry
from preflight.providers.command import Answer, Command

Tool = Callable[..., Command]


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    """Writes a shell script and gives the command that runs it."""

    def make(script: str, timeout: float = 20.0, **environ: str) -> Command:
        path = tmp_path / "some-tool"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o700)
        return Command(
            "landbase",
            variable="LANDBASE_CLI",
            default="some-tool",
            environ={"PATH": f"{tmp_path}:{os.environ['PATH']}", **environ},
            timeout=timeout,
        )

    return make


def said(answer: Answer) -> tuple[int, bytes, bytes]:
    return answer.code, answer.out.whole(), answer.err


def test_the_tool_gets_arguments_and_input_and_no_shell(tool: Tool) -> None:
    """Each argument arrives as it is, whatever a shell would make of it."""
    made = tool('printf "%s|" "$@"; cat; printf oops >&2; exit 3')
    answer = made.run(["a b", "$(id)", "; ls"], commits=False, stdin=b"input")
    assert said(answer) == (3, b"a b|$(id)|; ls|input", b"oops")


def test_a_tool_that_is_not_there_is_named_with_its_variable(tmp_path: Path) -> None:
    """Before any call."""
    for environ, named in (({}, "some-tool"), ({"LANDBASE_CLI": "other"}, "other")):
        with pytest.raises(
            UsageError,
            match=f"`{named}`.*not installed or not on PATH; install it, or set LANDBASE_CLI",
        ):
            Command(
                "landbase",
                variable="LANDBASE_CLI",
                default="some-tool",
                environ={"PATH": str(tmp_path), **environ},
                timeout=1,
            )


@pytest.mark.parametrize(("commits", "kind"), [(True, Ambiguous), (False, Busy)])
@pytest.mark.parametrize("signal", ["TERM", "KILL", "SEGV"])
def test_a_tool_that_dies_of_a_signal_told_nothing(
    tool: Tool, commits: bool, kind: type[Exception], signal: str
) -> None:
    """What it did before cannot be told."""
    with pytest.raises(kind, match=f"was ended by SIG{signal}"):
        tool(f"kill -{signal} $$").run([], commits=commits)


@pytest.mark.parametrize(("commits", "kind"), [(True, Ambiguous), (False, Busy)])
def test_a_tool_that_hangs_is_ended_with_all_that_it_started(
    tool: Tool, tmp_path: Path, commits: bool, kind: type[Exception]
) -> None:
    """The child of the child holds the output open; it is ended, too."""
    alive = tmp_path / "alive"
    made = tool(f"(sleep 2; touch {alive}) & sleep 30", timeout=0.4)
    began = time.monotonic()
    with pytest.raises(kind, match=r"took longer than 0\.4 s"):
        made.run([], commits=commits)
    assert time.monotonic() - began < 2
    time.sleep(2.2 if commits else 0)
    assert not alive.exists()


def test_a_tool_that_cannot_be_started_took_nothing(tool: Tool, tmp_path: Path) -> None:
    """An interpreter that is missing, as after an upgrade."""
    made = tool("exit 0")
    (tmp_path / "some-tool").write_text("#!/no/such/interpreter\n")
    with pytest.raises(Busy, match="cannot be started"):
        made.run([], commits=True)


def test_a_tool_that_reads_no_input_is_no_error(tool: Tool) -> None:
    """A broken pipe is its business."""
    answer = tool("exec 0<&-; echo done").run([], commits=True, stdin=b"x" * 1_000_000)
    assert (answer.code, answer.out.whole()) == (0, b"done\n")


def test_the_tool_does_not_see_other_providers_secrets(tool: Tool) -> None:
    """Its own it does, and everything else."""
    names = [name for found in registry.secrets().values() for name in found]
    secrets = {name: f"s3cret-{name}" for name in names}
    made = tool("env", **secrets, LANDBASE_API_URL="kept")
    seen = made.run([], commits=False).out.whole().decode()
    assert "LANDBASE_API_URL=kept" in seen
    assert "s3cret" not in seen
    own = Command(
        "talkvalue",
        variable="LANDBASE_CLI",
        default="some-tool",
        environ=made._environ | secrets,
        timeout=5,
    )
    seen = own.run([], commits=False).out.whole().decode()
    assert [line for line in seen.splitlines() if "s3cret" in line] == [
        "TALKVALUE_TOKEN=s3cret-TALKVALUE_TOKEN"
    ]


@pytest.mark.parametrize("out", [b"", b"[1]", b"{", b"\xff\xfe", b"null", b"[" * 100_000])
def test_an_output_that_is_no_object_is_an_empty_one(out: bytes) -> None:
    """Garbage promises nothing."""
    assert Answer(0, Received(out), out).document() == {}
    assert Answer(0, Received(out), out).error() == {}


def test_the_error_is_found_among_progress_and_warnings() -> None:
    """The last object that has one counts; it may fill several lines if it stands alone."""
    first, last = ({"error": {"code": code}} for code in ("FIRST", "LAST"))
    lines = ["uploading 10%", json.dumps(first), json.dumps(last), '{"progress": 1}', "bye"]
    assert Answer(1, Received(), "\n".join(lines).encode()).error() == {"code": "LAST"}
    assert Answer(1, Received(), json.dumps(last, indent=2).encode()).error() == {"code": "LAST"}
    assert Answer(1, Received(), b'{"error": "words"}').error() == {}


def test_its_words_are_told_on_one_line_of_a_length_to_read(tool: Tool) -> None:
    """Without what a terminal would obey."""
    made = tool("exit 0")
    assert made.shown("a\x1b[31m\n b\t\x00c") == "a [31m b c"
    assert made.shown(None) == ""
    assert len(made.shown("word " * 1000)) == 301
    assert "ann@example.org" not in made.shown("no such contact ann@example.org")


def test_the_tools_words_hold_no_secret_of_the_environment(tool: Tool) -> None:
    """Neither the provider's, which the tool sees, nor the tool's own."""
    made = tool("exit 0", TALKVALUE_TOKEN="tok-1-of-other", LANDBASE_API_KEY="own-key-77", TERM="x")
    told = made.shown("sent own-key-77 and TOK-1-OF-OTHER\x1b[2J to x")
    assert told == "sent [secret] and [secret] [2J to x"
