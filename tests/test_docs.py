"""README, docs/ and the command line say the same."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import tomllib
from pathlib import Path
from typing import Any

import click
import pandas as pd
import pytest

from preflight.cli.commands import COMMANDS
from preflight.cli.main import _preflight, main
from preflight.config import catalogue, profiles
from preflight.config.setting_sources import load
from preflight.providers import registry
from preflight.writing import results_folder
from tests import command_pages

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = {path: path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("docs/*.md"))}
DOCS = "\n".join([README, *PAGES.values()])
# Options of other programs, and of all commands, that the docs show.
FOREIGN = {"--version", "--help"}


def commands() -> dict[str, click.Command]:
    """Every command by its name."""
    context = click.Context(_preflight)
    found = {name: _preflight.get_command(context, name) for name in COMMANDS}
    return {name: command for name, command in found.items() if command is not None}


def options_of(command: click.Command) -> set[str]:
    """The names of its options; of a command of commands, those of all of them."""
    if isinstance(command, click.Group):
        return set().union(*(options_of(below) for below in command.commands.values()))
    return {
        name
        for one in command.params
        if isinstance(one, click.Option)
        for name in (*one.opts, *one.secondary_opts)
    }


def test_every_command_stands_in_the_readme() -> None:
    assert [name for name in COMMANDS if f"preflight {name}" not in README] == []


def test_the_page_of_the_commands_is_that_of_the_code() -> None:
    """`make pages` writes it anew."""
    assert command_pages.PAGE.read_text("utf-8") == command_pages.page()


def test_every_command_of_the_docs_exists() -> None:
    named = set(re.findall(r"(?:`|\$ |run: )preflight ([a-z-]+)", DOCS))
    assert named - set(COMMANDS) == set()
    assert len(named) > 5


def test_every_option_of_the_docs_exists() -> None:
    known = set().union(*(options_of(command) for command in commands().values()))
    named = set(re.findall(r"(?<![\w-])(--[a-z][a-z-]+)", DOCS))
    assert named - known - FOREIGN == set()
    assert len(named) > 15


@pytest.mark.parametrize("line", re.findall(r"(?:\$|run:) (preflight .*)", DOCS))
def test_every_call_of_the_docs_parses(line: str) -> None:
    """Each option is one of its own command."""
    _, name, *rest = shlex.split(line)
    given = {word for word in rest if word.startswith("-") and word != "-"}
    assert given - options_of(commands()[name]) == set()


def test_every_rule_and_file_of_the_docs_exists() -> None:
    codes = set(re.findall(r"\b[A-Z]{3}\d{3}\b", DOCS))
    assert codes - set(catalogue.builtin()) == set()
    named = set(re.findall(r"^\| `([a-z]+\.(?:csv|json))`", DOCS, re.MULTILINE))
    assert named - set(results_folder.RESULTS) == set()


@pytest.mark.parametrize("name", registry.names())
def test_the_options_and_secrets_of_a_provider_stand_in_the_docs(name: str) -> None:
    able, row = re.findall(rf"^\| {name} \|.*$", DOCS, re.MULTILINE)
    found = registry.client(name)
    for option in found.OPTIONS:
        assert f"`{option.name}`" in row
    for variable in (*found.SECRETS, found.BASE_URL):
        assert f"`{variable}`" in row
    _, _, broken, tells, *_ = able.split("|")
    assert broken.strip().startswith(found.CAPABILITIES.repeat.value)
    assert tells.strip().startswith(found.CAPABILITIES.reports.value)


def test_the_config_of_the_readme_loads(tmp_path: Path) -> None:
    (text,) = re.findall(r"```toml\n(.*?)```", README, re.DOTALL)
    (tmp_path / "preflight.toml").write_text(text)
    settings = load({}, {}, start=tmp_path)
    assert settings.profile == tomllib.loads(text)["for"]


@pytest.mark.slow
def test_the_config_of_its_page_loads(tmp_path: Path) -> None:
    page = PAGES[ROOT / "docs" / "configuration.md"]
    (config,) = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "preflight.toml").write_text('timezone = "UTC"\n')
    path = tmp_path / "here" / "preflight.toml"
    path.parent.mkdir()
    path.write_text(config)
    settings = load({"for": "textus"}, {}, config=path)
    assert (settings.timezone, settings.region, settings.max_rows) == ("UTC", "GB", 500)
    assert str(settings.max_findings["EML305"]) == "1%"
    assert catalogue.choose(catalogue.builtin(), profiles.load(), severity=settings.severities)


def test_the_python_of_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a file and a frame of its own; what a person does in between is done for the file."""
    samples = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    sample = "".join(samples).replace("report.raise_for_findings()\n", "")
    (tmp_path / "leads.csv").write_text("email\nann@kestrel-labs.com\nben@\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PREFLIGHT_POLL_SCALE", "0.001")
    names: dict[str, Any] = {
        "frame": pd.DataFrame({"Email": ["ann@kestrel-labs.com"], "score": [3]})
    }
    exec(compile(sample, "README.md", "exec"), names)
    assert names["sent"].books.accepted == 1
    assert (tmp_path / "out" / "clean.csv").read_text() == "email\nann@kestrel-labs.com\n"


def test_every_link_to_a_file_of_the_repository_leads_somewhere() -> None:
    for path, text in {ROOT / "README.md": README, **PAGES}.items():
        for target in re.findall(r"\]\((?!https?:|#)([^)]+)\)", text):
            assert (path.parent / target).exists(), target


def test_the_readme_is_short_and_leads_to_every_page() -> None:
    assert len(README.splitlines()) < 400
    assert [path.name for path in PAGES if f"(docs/{path.name})" not in README] == []


def test_nothing_speaks_of_a_place_outside_the_repository() -> None:
    assert os.sep + "work" + os.sep not in DOCS


@pytest.mark.slow
def test_the_sample_of_the_readme_is_what_the_command_prints(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Line by line, where the README leaves none out."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "80")
    part = README.split("## Check\n")[1]
    (call, shown), *_ = re.findall(r"\$ (preflight check fixtures.*)\n((?:.+\n)+?)```", part)
    monkeypatch.setenv("CI", "1")  # no values
    assert main(shlex.split(call)[1:]) == 1
    printed = capsys.readouterr().out.splitlines()
    wanted = [line for line in shown.splitlines() if line != "…"]
    assert [line for line in wanted if line not in printed] == []
    assert len(wanted) > 6


_RUN = re.compile(r"\d{8}-\d{6}-[0-9a-f]{4}")


@pytest.mark.slow
def test_the_five_minutes_of_the_readme_go_as_they_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Typed line by line, in a copy; only the ids of runs are others."""
    shutil.copytree(ROOT / "fixtures" / "trade-show", tmp_path / "fixtures" / "trade-show")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("CI", "1")  # no values
    tour = README.split("## Five minutes")[1].split("\n## ")[0]
    sent, corrected = re.findall(r"\$ (preflight (?:submit|resubmit) .*)\n((?:.+\n)+?)```", tour)
    for call, shown in (sent, corrected):
        assert main(shlex.split(call)[1:]) == 1
        printed = _RUN.sub("RUN", capsys.readouterr().out).splitlines()
        wanted = [_RUN.sub("RUN", line) for line in shown.splitlines() if line != "…"]
        assert [line for line in wanted if line not in printed] == []
        failures = Path("demo", "failures.csv")
        failures.write_bytes(failures.read_bytes().replace(b"@@", b"@"))
