"""The examples of docs/ci.md are run, and fit the action and the hooks."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from junitparser import JUnitXml

from tests.calls import contacts
from tests.ci.checkout import ROOT
from tests.ci.composite import inherited

PAGE = (ROOT / "docs" / "ci.md").read_text("utf-8")
GITHUB, PRE_COMMIT, GITLAB = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
(SHELL,) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A repository with exports, and preflight on the path."""
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports/a.csv").write_text("email\nann@@kestrel-labs.com\n")
    (tmp_path / "exports/b.csv").write_text(contacts(3))
    (tmp_path / "preflight.toml").write_text('select = ["FIL", "STR", "EML302"]\n')
    program = tmp_path / "bin" / "preflight"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m preflight "$@"\n')
    program.chmod(0o755)
    return tmp_path


def bash(script: str, here: Path) -> subprocess.CompletedProcess[str]:
    """Runs a script as a CI job."""
    own = inherited()
    environ = {**own, "CI": "true", "PYTHONPATH": str(ROOT), "PATH": f"{here}/bin:{own['PATH']}"}
    return subprocess.run(
        ["bash", "-e", "-c", script], cwd=here, env=environ, text=True, check=False,
        capture_output=True,
    )  # fmt: skip


def test_the_example_of_the_action_gives_inputs_and_takes_outputs_that_it_has() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text())
    steps = yaml.safe_load(GITHUB)["jobs"]["contacts"]["steps"]
    (used,) = [step for step in steps if step.get("id") == "preflight"]
    assert used["with"].keys() <= action["inputs"].keys()
    taken = set(re.findall(r"steps\.preflight\.outputs\.([\w-]+)", GITHUB))
    assert taken <= action["outputs"].keys()
    rows = re.findall(r"^\| (`[^|]+`) \|", PAGE, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`([\w-]+)`", row)}
    assert named == {*action["inputs"], *action["outputs"]}


def test_the_example_of_the_hooks_names_those_that_there_are() -> None:
    manifest = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    (repo,) = yaml.safe_load(PRE_COMMIT)["repos"]
    assert [hook["id"] for hook in repo["hooks"]] == [hook["id"] for hook in manifest]


@pytest.mark.long
def test_the_example_of_gitlab_writes_the_reports_that_it_declares(here: Path) -> None:
    job = yaml.safe_load(GITLAB)["contacts"]
    install, *script = job["script"]
    assert install == "pip install contact-preflight"
    done = bash("\n".join(script), here)
    assert done.returncode == 1, done.stderr
    reports = job["artifacts"]["reports"]
    (found,) = json.loads((here / reports["codequality"]).read_text())
    assert found["location"]["path"] == "exports/a.csv"
    assert JUnitXml.fromfile(str(here / reports["junit"])).failures == 1
    assert "ann@@" not in done.stdout


@pytest.mark.long
def test_the_example_of_a_shell_tells_three_ends_apart(here: Path) -> None:
    failed = bash(SHELL, here)
    assert failed.returncode == 1
    assert failed.stdout.endswith("findings, see preflight.md\n")
    assert "EML302" in (here / "preflight.md").read_text()
    (here / "exports/a.csv").unlink()
    passed = bash(SHELL, here)
    assert (passed.returncode, passed.stdout.splitlines()[-1]) == (0, "upload")
    (here / "exports/b.csv").unlink()
    assert bash(SHELL, here).returncode == 2
