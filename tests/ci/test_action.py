"""The composite action, its steps run as they stand in action.yml."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

from tests.calls import contacts
from tests.ci.checkout import OFFLINE, ROOT, copied
from tests.ci.composite import Composite, inherited

ACTION = ROOT / "action.yml"
SCHEMA = ROOT / "preflight" / "report" / "report.schema.json"
BAD = "email,first_name\nann@@kestrel-labs.com,Ann\nbo@kestrel-labs.com,Bo\n"
HOSTILE = (
    '"; touch pwned; "', "$(touch pwned)", "`touch pwned`", "'; touch pwned #", "x\ntouch pwned",
    "${IFS}touch${IFS}pwned", "&& touch pwned", "-c", "::error::pwned",
)  # fmt: skip


@pytest.fixture
def action(tmp_path: Path) -> Composite:
    """The action with preflight installed, as the first two steps leave it."""
    temp = tmp_path / "temp"
    (temp / "preflight" / "bin").mkdir(parents=True)
    for name in ("preflight", "python"):
        program = temp / "preflight" / "bin" / name
        what = f"{sys.executable} -m preflight" if name == "preflight" else sys.executable
        program.write_text(f'#!/bin/sh\nexec {what} "$@"\n')
        program.chmod(0o755)
    environ = inherited() | {"PYTHONPATH": str(ROOT)}
    return Composite(ACTION, temp, environ, skipped=frozenset({"install"}))


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """The checkout of the job."""
    place = tmp_path / "checkout"
    place.mkdir()
    (place / "good.csv").write_text(contacts(2))
    (place / "bad.csv").write_text(BAD)
    (place / "preflight.toml").write_text('select = ["FIL", "STR", "EML302"]\n')
    return place


def test_no_script_holds_an_expression() -> None:
    """What an expression stands for would be run as code; the environment is data."""
    steps = yaml.safe_load(ACTION.read_text())["runs"]["steps"]
    scripts = [step["run"] for step in steps if "run" in step]
    assert len(scripts) == 2
    assert [script for script in scripts if "${{" in script] == []
    used = set(re.findall(r"inputs\.([\w-]+)", ACTION.read_text()))
    assert used == set(yaml.safe_load(ACTION.read_text())["inputs"])


@pytest.mark.slow
def test_findings_fail_the_step_and_are_told_to_the_workflow(action: Composite, here: Path) -> None:
    ran = action.run(here, paths="bad.csv\ngood.csv\n")
    assert ran.code == 1
    assert "::error file=bad.csv,line=2,title=EML302 email-invalid::" in ran.log
    assert ran.outputs["verdict"] == "failed"
    assert json.loads(ran.outputs["counts"]) == {
        "files": 2, "unread": 0, "rows": 4, "clean": 3, "rejected": 1, "dropped": 0,
        "errors": 1, "warnings": 0,
    }  # fmt: skip
    report = Path(ran.outputs["report"]).read_text()
    jsonschema.validate(json.loads(report), json.loads(SCHEMA.read_text()))
    assert "EML302" in ran.summary
    page = Path(ran.outputs["page"]).read_text()
    assert "EML302" in page
    for text in (ran.log, ran.summary, report, page):
        assert "ann@@" not in text
    assert ran.uses["keep"] == {
        "name": "preflight-report", "path": f"{ran.outputs['report']}\n{ran.outputs['page']}\n",
        "if-no-files-found": "error",
    }  # fmt: skip
    assert ran.uses["python"]["update-environment"] == "false"


@pytest.mark.long
def test_the_inputs_are_the_options_of_check(action: Composite, here: Path) -> None:
    passed = action.run(here, paths="bad.csv", max_bad="50%", artifact="")
    assert (passed.code, passed.outputs["verdict"]) == (0, "passed")
    assert "keep" not in passed.uses
    args = "--show-values\n--output-format\nfull\n"
    action.environ = {**action.environ, "PREFLIGHT_ALLOW_VALUES": "1"}
    hidden = action.run(here, paths="*.csv", args=args, fail_on="error")
    said = hidden.log + hidden.summary + Path(hidden.outputs["report"]).read_text()
    assert (hidden.code, "ann@@" in said) == (1, False)
    assert "::error file=bad.csv" in hidden.log
    subprocess.run(
        [sys.executable, "-m", "preflight", "baseline", "write", "bad.csv", "-o", "b.json"],
        cwd=here, env=action.environ, check=True, capture_output=True,
    )  # fmt: skip
    accepted = action.run(here, paths="bad.csv", baseline="b.json", region="US", timezone="UTC")
    assert accepted.code == 0
    (here / "own.toml").write_text('ignore = ["EML302"]\n')
    assert action.run(here, paths="bad.csv", config="own.toml").code == 0


@pytest.mark.long
def test_what_cannot_run_says_so(action: Composite, here: Path) -> None:
    absent = action.run(here, paths="good.csv\nabsent.csv")
    assert (absent.code, absent.outputs["verdict"]) == (2, "error")
    assert json.loads(absent.outputs["counts"])["unread"] == 1
    assert "absent.csv: no such file" in absent.log
    assert "::error title=preflight::" in absent.log
    wrong = action.run(here, paths="good.csv", profile="dotdigitl")
    assert (wrong.code, wrong.outputs["verdict"], wrong.outputs["report"]) == (2, "error", "")
    assert "did you mean" in wrong.log
    assert "keep" not in wrong.uses
    option = action.run(here, paths="bad.csv\n--exit-zero")
    assert (option.code, "--exit-zero: no such file" in option.log) == (2, True)
    nothing = action.run(here, paths="\n")
    assert nothing.code == 2
    assert "names no file" in nothing.log


@pytest.mark.long
def test_no_input_is_run_as_code(action: Composite, here: Path) -> None:
    """All that a shell would run, in each input."""
    text, before = "\n".join(HOSTILE), sorted(here.iterdir())
    for name in ("paths", "args"):
        ran = action.run(here, **({"paths": "good.csv"} | {name: text}))
        assert ran.outputs["verdict"] == "error"
        assert "\n::error::pwned" not in ran.log
    for text in HOSTILE[:4]:
        action.run(
            here, paths="good.csv", profile=text, region=text, timezone=text, config=text,
            fail_on=text, max_bad=text, baseline=text,
        )  # fmt: skip
    assert sorted(here.iterdir()) == before


@pytest.mark.slow
@pytest.mark.parametrize("version", ["1.0 @ https://example.org/x", "--help", "1;touch x", "$(x)"])
def test_a_version_that_is_none_is_refused(tmp_path: Path, version: str) -> None:
    given = {"python": {"python-path": "false"}}
    action = Composite(ACTION, tmp_path, inherited(), given)
    ran = action.run(tmp_path, paths="x", version=version)
    assert ran.code != 0
    assert "not a version number" in ran.log
    assert "check" not in ran.uses


@pytest.mark.long
def test_the_action_installs_what_it_came_with(tmp_path: Path, here: Path) -> None:
    """From a copy; what it requires is taken from this environment, as there may be no index."""
    copy = copied(tmp_path / "action")
    temp = tmp_path / "temp"
    temp.mkdir()
    given = {"python": {"python-path": sys.executable}}
    ran = Composite(copy / "action.yml", temp, inherited() | OFFLINE, given).run(
        here, paths="bad.csv"
    )
    assert ran.code == 1, ran.log
    assert ran.outputs["verdict"] == "failed"
    assert os.access(temp / "preflight" / "bin" / "preflight", os.X_OK)
