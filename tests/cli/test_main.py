"""The door: dispatch, exit codes, one line for every error, nothing heavy for `--help`."""

from __future__ import annotations

import ast
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest

from preflight.cli import main, run
from preflight.cli.commands import COMMANDS
from preflight.cli.main import _preflight
from preflight.runs.ledger.ledger import Ledger
from tests.calls import ODD, PROGRAM, SHOW, Call, bare_environment, contacts


def test_help_names_every_command(call: Call) -> None:
    told = call("--help")
    assert told.code == 0
    for name, (_, what) in COMMANDS.items():
        assert f"  {name} " in told.out
        assert what in told.out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_that_fits_a_screen(call: Call, name: str) -> None:
    told = call(name, "--help")
    assert told.code == 0
    assert told.out.startswith(f"Usage: preflight {name}")
    assert max(map(len, told.out.splitlines())) <= 100


def test_the_version_is_told(call: Call) -> None:
    assert call("--version").out.startswith("preflight, version ")


def test_no_command_shows_the_help_and_exits_with_2(call: Call) -> None:
    told = call()
    assert told.code == 2
    assert "Commands:" in told.out + told.err


def test_a_misspelt_command_is_told_in_a_line(call: Call) -> None:
    told = call("chek")
    assert told.code == 2
    assert told.err == (
        "preflight: no such command 'chek'. Did you mean 'check'?; see `preflight --help`\n"
    )
    assert "Did you mean" not in call("zzz").err


def test_help_imports_next_to_nothing() -> None:
    """The list of commands needs none of them; a command's help none of what reading needs."""
    program = (
        "import sys\n"
        "from preflight.cli import main\n"
        "code = main(['--help'])\n"
        "own = sorted(name for name in sys.modules if name.startswith('preflight.'))\n"
        f"code += sum(main([name, '--help']) for name in {list(COMMANDS)})\n"
        "heavy = {'pandas', 'pandera', 'pyarrow', 'numpy', 'httpx', 'rich', 'phonenumbers',"
        " 'pydantic', 'starlette'} & set(sys.modules)\n"
        "print(code, sorted(heavy), own, sep='\\n', file=sys.stderr)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True, text=True, check=True, env=bare_environment(),
    )  # fmt: skip
    code, heavy, own = ended.stderr.splitlines()
    assert (code, heavy) == ("0", "[]")
    assert ast.literal_eval(own) == [
        "preflight.cli", "preflight.cli.commands", "preflight.cli.main", "preflight.cli.terminal",
        "preflight.core", "preflight.core.ci", "preflight.core.errors",
        "preflight.core.processes",
        "preflight.report", "preflight.report.exit_codes",
    ]  # fmt: skip


def test_a_small_call_looks_for_no_garbage(tmp_path: Path) -> None:
    """There is none, and to go over all that was imported takes a seventh of the time."""
    (tmp_path / "in.csv").write_text("email,phone\nada@mailbrookside.net,+14152415926\n")
    program = (
        "import atexit, gc, sys\n"
        "from preflight.cli import run\n"
        "looks = lambda: sum(each['collections'] for each in gc.get_stats())\n"
        "before = looks()\n"
        "stores = {'fsspec', 'aiohttp', 's3fs', 'distributed', 'preflight.core.object_store',"
        " 'preflight.pipeline.dask_cluster'}\n"
        "left = lambda: print(looks() - before, gc.get_freeze_count() > 0,"
        " stores & set(sys.modules), file=sys.stderr)\n"
        "atexit.register(left)\n"
        "run(['check', 'in.csv', '--isolated', '-q'])\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True, text=True, check=False, cwd=tmp_path, env=bare_environment(),
    )  # fmt: skip
    assert (ended.returncode, ended.stderr) == (0, "0 True set()\n")


def test_what_reads_no_file_starts_without_what_reads_files(tmp_path: Path) -> None:
    """A list is there at once; pandas alone takes longer than all the rest."""
    program = (
        "import sys\n"
        "from preflight.cli import main\n"
        f"code = main(['profiles']) + main(['runs', '--state-dir', {str(tmp_path)!r}])\n"
        "heavy = {'pandas', 'pandera', 'pyarrow', 'httpx', 'phonenumbers'} & set(sys.modules)\n"
        "print(code, sorted(heavy))\n"
    )
    Ledger(tmp_path).close()
    ended = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True, text=True, check=True, env=bare_environment(),
    )  # fmt: skip
    assert ended.stdout.splitlines()[-1] == "0 []"


def test_a_bug_is_one_line_and_its_log_holds_no_message(
    call: Call, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A message of a library may hold a value of a contact."""

    @click.command("check")
    def broken() -> int:
        raise ValueError("@".join(("ann", "kestrel-labs.com")))

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr(_preflight, "get_command", lambda *_: broken)
    told = call("check")
    assert told.code == 2
    assert told.err.startswith(
        "preflight: this is a bug of preflight, not of your file: ValueError, see "
    )
    assert told.err.count("\n") == 1
    log = Path(told.err.split(" see ")[1].strip()).read_text()
    assert "in broken" in log
    assert "ann@kestrel" not in told.err + log


@pytest.mark.slow
def test_a_reader_that_goes_away_changes_no_exit_code() -> None:
    """As `head` does; the findings still count."""
    for argv, code in ((["check", str(SHOW / "expo-utf8.csv")], 1), (["rules"], 0)):
        with subprocess.Popen(
            [*PROGRAM, *argv],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=bare_environment(),
        ) as process:  # fmt: skip
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            assert process.stderr.read() == b""
            assert process.wait() == code


@pytest.mark.slow
def test_to_be_asked_to_end_clears_up_and_exits_with_130(here: Path) -> None:
    """A pipe that never ends stands for a long file."""
    with subprocess.Popen(
        [*PROGRAM, "fix", "-"],
        stdin=subprocess.PIPE, stderr=subprocess.PIPE, cwd=here,
        env={**bare_environment(), "TMPDIR": str(here)},
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(contacts(5).encode())
        process.stdin.flush()
        end = time.monotonic() + 20
        while not list(here.glob("preflight-*/source-*")) and time.monotonic() < end:
            time.sleep(0.02)
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=20)
        assert process.stderr.read().strip() == b"preflight: interrupted"
    assert process.returncode == 130
    assert list(here.iterdir()) == []


def test_a_bug_of_nobody_is_made_of_a_reader_that_goes_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same within one process: what is left to print goes nowhere."""
    for argv, code in ((["check", str(ODD / "empty.csv")], 1), (["rules"], 0)):
        ours, theirs = os.pipe()
        os.close(ours)
        with os.fdopen(theirs, "w") as stream, monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", stream)
            assert main(argv) == code


def test_the_console_script_exits_with_the_code_and_listens_to_signals() -> None:
    names = (signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(name) for name in names]
    try:
        with pytest.raises(SystemExit) as ended:
            run(["check", str(ODD / "empty.csv"), "-q"])
        for name in names:
            with pytest.raises(KeyboardInterrupt):
                signal.raise_signal(name)
    finally:
        for name, handler in zip(names, before, strict=True):
            signal.signal(name, handler)
    assert ended.value.code == 1


def test_commands_are_known_to_completion() -> None:
    context = click.Context(_preflight)
    assert _preflight.list_commands(context) == list(COMMANDS)
    assert _preflight.get_command(context, "nope") is None


def test_main_gives_its_code_back(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(ODD / "clean.csv"), "-q"]) == 0
    assert main(["check", str(ODD / "empty.csv"), "-q"]) == 1
    assert capsys.readouterr().err == ""


def test_a_name_that_is_too_long_is_no_bug(call: Call) -> None:
    """Wherever it was given; some calls of the library raise for it where they ask at all."""
    for argv in (["check", "x" * 5000], ["fix", ODD / "clean.csv", "-o", "x" * 5000]):
        told = call(*argv)
        assert (told.code, told.out) == (2, "")
        assert "too long" in told.err
