"""What a call must not write over, whatever it is told; and what a full disk leaves of a report."""

from __future__ import annotations

import os
import resource
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import pytest

from preflight.cli.main import _preflight
from preflight.core import pages
from preflight.providers.sandbox.server import Sandbox
from tests.calls import TALKVALUE, Call, contacts

READERS = {
    "check": ["check", "in.csv"],
    "fix": ["fix", "in.csv"],
    "fix --diff": ["fix", "in.csv", "--diff"],
    "submit": ["submit", "in.csv", *TALKVALUE],
    "resubmit": ["resubmit", "in.csv"],
    "merge": ["merge", "--from", "talkvalue", "--failures", "x.csv", "--submitted", "in.csv"],
    "merge, the report": [
        "merge", "--from", "talkvalue", "--submitted", "x.csv", "--failures", "in.csv",
    ],
    "merge, the original": [
        "merge", "--from", "talkvalue", "--failures", "x.csv", "--submitted", "y.csv",
        "--original", "in.csv",
    ],
}  # fmt: skip
"""A call of each command that reads a file and takes --output-file."""

AFTERWARDS = {
    "resume": ["resume"],
    "trace": ["trace", "RUN", "1"],
    "merge": ["merge", "--from", "talkvalue", "--failures", "x.csv", "--run", "RUN"],
    "resubmit": ["resubmit", "x.csv"],
}
"""A call of each command that goes on with a run and takes --output-file."""


@pytest.fixture
def names(here: Path) -> list[str]:
    """An input under all its names."""
    (here / "in.csv").write_text(contacts(2))
    (here / "link.txt").symlink_to("in.csv")
    (here / "twin.txt").hardlink_to(here / "in.csv")
    return ["in.csv", "link.txt", "twin.txt", f"../{here.name}/in.csv"]


@contextmanager
def small_disk() -> Iterator[None]:
    """No file of this process gets larger than 4,096 bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def refused(call: Call, argv: list[str], target: str, what: str) -> None:
    """The call ends with 2 and a line, and nothing in the folder has changed."""
    before = contents()
    told = call(*argv)
    assert (told.code, told.out) == (2, "")
    assert told.err == f"preflight: {what}; name another file\n", argv
    assert contents() == before


def contents() -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in Path().rglob("*") if path.is_file()}


def test_every_command_with_an_output_file_is_tried() -> None:
    context = click.Context(_preflight)
    having = set()
    for name in _preflight.list_commands(context):
        command = _preflight.get_command(context, name)
        assert command is not None
        if any(option.name == "output_file" for option in command.params):
            having.add(name)
    assert having == {argv[0] for argv in (*READERS.values(), *AFTERWARDS.values())}


@pytest.mark.parametrize("command", READERS)
def test_an_input_is_not_written_over_under_any_name(
    call: Call, names: list[str], command: str
) -> None:
    for name in names:
        what = f"--output-file {name} would replace the input in.csv"
        refused(call, [*READERS[command], "--output-file", name], name, what)


@pytest.mark.parametrize("command", READERS)
def test_nor_by_a_further_report(call: Call, names: list[str], command: str) -> None:
    what = "--report link.txt would replace the input in.csv"
    refused(call, [*READERS[command], "--report", "json:link.txt"], "link.txt", what)


def test_nor_is_standard_input(
    call: Call, names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Path("in.csv").open() as given:
        kept = os.dup(0)
        os.dup2(given.fileno(), 0)
        try:
            for name in names:
                what = f"--output-file {name} would replace the input -"
                refused(call, ["check", "-", "--output-file", name], name, what)
        finally:
            os.dup2(kept, 0)
            os.close(kept)


def test_nor_one_that_a_pattern_or_a_folder_means(call: Call, names: list[str]) -> None:
    for paths in ("*.csv", "."):
        what = "--output-file twin.txt would replace the input "
        told = call("check", paths, "--output-file", "twin.txt")
        assert told.code == 2
        assert what in told.err
    assert Path("in.csv").read_text() == contacts(2)


@pytest.mark.parametrize("option", ["--config", "--rules", "--for", "--schema"])
def test_nor_a_file_that_says_how_to_check(call: Call, names: list[str], option: str) -> None:
    texts = {
        "--config": ("mine.toml", ""),
        "--rules": ("mine.py", ""),
        "--for": ("mine.toml", 'extends = "general"\n'),
        "--schema": ("mine.py", ""),
    }
    name, text = texts[option]
    Path(name).write_text(text)
    value = f"{name}:Schema" if option == "--schema" else name
    what = f"--output-file {name} would replace the input {name}"
    refused(call, ["check", "in.csv", option, value, "--output-file", name], name, what)


def test_nor_a_config_that_was_found_or_that_it_extends(call: Call, names: list[str]) -> None:
    Path("preflight.toml").write_text('extend = "base.toml"\n')
    Path("base.toml").write_text("")
    for name in ("preflight.toml", "base.toml"):
        told = call("check", "in.csv", "--report", f"json:{name}")
        assert (told.code, f"--report {name} would replace" in told.err) == (2, True)


@pytest.mark.slow
def test_nor_the_input_of_an_earlier_run_nor_what_is_kept_of_it(
    call: Call, names: list[str], shared: Sandbox
) -> None:
    assert call("submit", "in.csv", *TALKVALUE, "-o", "out").code == 0
    run = call("runs").out.split()[0]
    (Path("x.csv")).write_text("email\n")
    results = ["out/clean.csv", "out/failures.csv", "out/parts/0001.csv", "out/undo.json"]
    kept = [
        ".preflight/elsewhere/ledger.sqlite",
        str(next(Path(".preflight/elsewhere/sources").iterdir())),
    ]
    for argv in AFTERWARDS.values():
        argv = [run if word == "RUN" else word for word in argv]
        for name in names:
            what = f"--output-file {name} would replace the input in.csv"
            refused(call, [*argv, "--output-file", name], name, what)
        for name in results:
            what = f"--output-file {name} would replace a result in {Path('out').absolute()}"
            refused(call, [*argv, "--output-file", name], name, what)
        for name in kept:
            what = f"--output-file {name} would replace the records of runs"
            refused(call, [*argv, "--output-file", name], name, what)


@pytest.mark.parametrize(
    "argv",
    [
        ["fix", "in.csv", "-o", "out", "--output-file", "out/clean.csv"],
        ["submit", "in.csv", *TALKVALUE, "-o", "out", "--output-file", "out/report.json"],
        ["fix", "in.csv", "--output-file", "in.preflight/rejects.csv"],
        ["check", "in.csv", "--output-file", "leads.preflight/original.gz"],
        ["init", "in.csv", "-o", "leads.preflight/fixes.csv"],
        ["template", "--for", "talkvalue", "-o", "leads.preflight/clean.csv"],
    ],
)
def test_nor_a_result_of_this_call_or_an_earlier_one(
    call: Call, names: list[str], argv: list[str]
) -> None:
    folder = Path(argv[-1]).parent.absolute()
    what = f"{argv[-2]} {argv[-1]} would replace a result in {folder}"
    refused(call, argv, argv[-1], what)


@pytest.mark.parametrize("name", ["in.csv", "link.txt", "twin.txt"])
def test_a_config_that_is_drafted_never_replaces_its_input(
    call: Call, names: list[str], name: str
) -> None:
    what = f"-o {name} would replace the input in.csv"
    refused(call, ["init", "in.csv", "-o", name, "--force"], name, what)


@pytest.mark.slow
def test_other_files_are_written_and_replaced(call: Call, names: list[str]) -> None:
    """Also beside results, and under the name of a result elsewhere."""
    for name in ("report.json", "clean.csv", "in.preflight/told.txt"):
        for _ in range(1 + (name == "report.json")):
            assert call("fix", "in.csv", "--force", "--output-file", name).code == 0
            assert "2 clean" in Path(name).read_text()


@pytest.mark.parametrize("argv", [["check", "in.csv"], ["fix", "in.csv"]])
def test_a_device_that_is_full_is_one_line(call: Call, names: list[str], argv: list[str]) -> None:
    told = call(*argv, "--output-file", "/dev/full")
    assert (told.code, told.out) == (2, "")
    assert told.err == "preflight: cannot write /dev/full: No space left on device\n"


@pytest.mark.parametrize("argv", [["check", "--jobs", "1"], ["fix"]])
def test_a_disk_that_fills_up_while_findings_go_to_it_leaves_nothing(
    call: Call, here: Path, monkeypatch: pytest.MonkeyPatch, argv: list[str]
) -> None:
    """Findings, cells and hashes that do not fit into memory are the first that it refuses."""
    temporary = here / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    monkeypatch.setattr(pages, "IN_MEMORY", 0)
    Path("in.csv").write_text("email\n" + "nobody\n" * 500)
    with small_disk():
        told = call(*argv, "in.csv", "--report", "json:told.json")
    assert (told.code, told.out) == (2, "")
    assert told.err == "preflight: cannot write temporary files: File too large\n"
    assert sorted(path.name for path in here.rglob("*")) == ["in.csv", "temporary"]


@pytest.mark.slow
def test_a_disk_that_fills_up_leaves_no_half_report(call: Call, here: Path) -> None:
    Path("in.csv").write_text("email\n" + "nobody\n" * 500)
    argv = ["check", "in.csv", "--all", "--output-format", "json", "--output-file", "told.json"]
    with small_disk():
        told = call(*argv)
    assert (told.code, told.out) == (2, "")
    assert told.err == "preflight: cannot write told.json: File too large\n"
    assert sorted(contents()) == ["in.csv"]
    Path("told.json").write_text("the one of yesterday")
    with small_disk():
        assert call(*argv).code == 2
    assert sorted(contents()) == ["in.csv", "told.json"]
    assert Path("told.json").read_text() == "the one of yesterday"


def test_a_disk_that_fills_up_leaves_no_half_results(call: Call, here: Path) -> None:
    Path("in.csv").write_text(contacts(500))
    with small_disk():
        told = call("fix", "in.csv")
    assert (told.code, told.out) == (2, "")
    assert told.err == "preflight: cannot write into in.preflight: File too large\n"
    assert sorted(contents()) == ["in.csv"]
    assert not Path("in.preflight").exists()


def test_a_run_that_stopped_says_how_to_go_on_though_its_report_finds_no_room(
    call: Call, names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TALKVALUE_TOKEN", "x")
    monkeypatch.setenv("TALKVALUE_API_URL", "http://127.0.0.1:9")
    told = call("submit", "in.csv", *TALKVALUE, "--output-file", "/dev/full")
    assert (told.code, told.out) == (2, "")
    lines = told.err.splitlines()
    assert lines[-1] == "preflight: cannot write /dev/full: No space left on device"
    assert "; go on with `preflight resume " in lines[-2]
