"""The wheel, as somebody has it who installs it: all that it needs is in it.

It is built from a copy of the sources and installed into an environment of its own, which holds the
distributions that its metadata requires, linked from this environment, and nothing else. What the
sources have and the wheel lacks, and what is imported and not required, is missing there.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.calls import TALKVALUE, bare_environment, contacts, rows_of

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
NAME = "contact-preflight"
SHIPPED = {".py", ".toml", ".json", ".typed", ".j2", ".css", ".js", ".html", ".svg"}
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]


def required(name: str, extras: frozenset[str]) -> Iterator[metadata.Distribution]:
    """The distributions that one needs, and those that they need."""
    seen, waiting = set[tuple[str, str]](), [(name, extra) for extra in ("", *extras)]
    while waiting:
        asked = waiting.pop()
        if asked in seen:
            continue
        seen.add(asked)
        found = metadata.distribution(asked[0])
        if asked[0] != name:
            yield found
        for line in found.requires or ():
            need = Requirement(line)
            if need.marker is None or need.marker.evaluate({"extra": asked[1]}):
                waiting += [(need.name, extra) for extra in ("", *need.extras)]


def linked(distribution: metadata.Distribution, folder: Path) -> None:
    """Links what a distribution has in its environment's folder of packages into another one."""
    tops = {file.parts[0] for file in distribution.files or ()} - {"..", "__pycache__"}
    for top in tops:
        if not (folder / top).exists():
            (folder / top).symlink_to(Path(str(distribution.locate_file(top))))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, where nothing lies that an earlier build left."""
    copy = tmp_path_factory.mktemp("sources")
    for name in ("preflight", "rules"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "setup.py", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    out = tmp_path_factory.mktemp("wheel")
    build = ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(out), str(copy)]
    subprocess.run([*PIP, *build], check=True)
    (built,) = out.glob("*.whl")
    return built


class Installed:
    """An environment with the wheel in it, and a working directory far from the sources."""

    def __init__(self, folder: Path, wheel: Path) -> None:
        self.here = folder / "here"
        self.here.mkdir()
        venv.create(folder / "env", with_pip=False)
        self.binaries = folder / "env" / "bin"
        python = str(self.binaries / "python")
        install = ["--python", python, "install", "--no-deps", "--no-index", str(wheel)]
        subprocess.run([*PIP, *install], check=True)
        (self.packages,) = (folder / "env" / "lib").glob("python*/site-packages")
        for distribution in required(NAME, frozenset({"sandbox"})):
            linked(distribution, self.packages)

    def run(self, program: str, *words: str) -> subprocess.CompletedProcess[str]:
        """A program of the environment."""
        own = {"PREFLIGHT_POLL_SCALE": "0.001", "TMPDIR": str(self.here)}
        environment = bare_environment() | own
        environment.pop("PYTHONPATH", None)
        return subprocess.run(
            [self.binaries / program, *words], cwd=self.here, env=environment, text=True,
            encoding="utf-8", capture_output=True, check=False,
        )  # fmt: skip


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed(tmp_path_factory.mktemp("installed"), wheel)


def test_the_wheel_holds_the_sources_and_nothing_else(wheel: Path) -> None:
    meant = {
        path.relative_to(ROOT if folder == "preflight" else ROOT / "rules").as_posix()
        for folder in ("preflight", "rules")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in SHIPPED
    }
    assert len(meant) > 200
    held = zipfile.ZipFile(wheel).namelist()
    packed = {name for name in held if ".dist-info/" not in name}
    assert packed == {name if name.startswith("preflight/") else f"preflight/rules/{name}"
                      for name in meant}  # fmt: skip


_EVERY_HELP = """
import contextlib, io, json, sys
import click
from preflight.cli import main
from preflight.cli.main import _preflight

helps = {}
for name in _preflight.list_commands(click.Context(_preflight)):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        code = main([name, "--help"])
    helps[name] = [code, out.getvalue()]
ours = [module.__file__ for name, module in sorted(sys.modules.items())
        if name.partition(".")[0] in ("preflight", "rules") and module.__file__]
json.dump({"helps": helps, "ours": ours, "path": sys.path}, sys.stdout)
"""


def test_every_command_helps_and_comes_from_the_wheel(installed: Installed) -> None:
    called = installed.run("python", "-c", _EVERY_HELP)
    assert called.returncode == 0, called.stderr
    told = json.loads(called.stdout)
    assert {"check", "fix", "submit", "resubmit", "trace", "learn", "sandbox"} <= set(told["helps"])
    for name, (code, out) in told["helps"].items():
        assert (code, out.startswith(f"Usage: preflight {name} ")) == (0, True), name
    assert [
        path for path in told["ours"] if not Path(path).is_relative_to(installed.packages)
    ] == []
    assert [path for path in told["path"] if Path(path or ".").is_relative_to(ROOT)] == []


def test_a_round_of_corrections_ends_without_a_failure(installed: Installed) -> None:
    """From a file with rejects of ours and of the provider to one with none."""
    (installed.here / "leads.csv").write_text(
        contacts(4) + "bo@@kestrel-labs.com,Bo\nsuppressed7@kestrel-labs.com,Cy\n"
    )
    first = installed.run("preflight", "submit", "leads.csv", *TALKVALUE, "--sandbox")
    assert first.returncode == 1, first.stderr
    failures = installed.here / "leads.preflight" / "failures.csv"
    wrong = {row["email"] for row in rows_of(failures)}
    assert wrong == {"bo@@kestrel-labs.com", "suppressed7@kestrel-labs.com"}
    text = failures.read_text("utf-8").replace("@@", "@").replace("suppressed7", "cy")
    failures.write_text(text, "utf-8")

    second = installed.run("preflight", "resubmit", str(failures), "--sandbox")
    assert second.returncode == 0, second.stderr
    results = next((installed.here / "leads.preflight").glob("*.preflight"))
    assert rows_of(results / "failures.csv") == []
    report = json.loads((results / "report.json").read_text("utf-8"))
    assert report["run"]["books"]["accepted"] == 2
    traced = installed.run("preflight", "trace", report["run"]["id"], "1")
    assert (traced.returncode, traced.stderr.startswith("next: preflight runs show ")) == (0, True)
