"""Runs the steps of a composite action as GitHub's runner does, as far as ours needs it.

Expressions are evaluated before a step runs; a `run` step is a script for bash, which gets its
inputs by the environment, and tells its outputs in a file. Another action's step is not run: its
inputs are noted, and its outputs are given.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

_EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")
_NAME = re.compile(r"\b(?:inputs|github|steps)(?:\.[\w-]+)+")
_OUTPUT = re.compile(r"([\w-]+)=(.*)|([\w-]+)<<(.+)")


@dataclass
class Ran:
    """What came of the steps.

    Attributes:
        code: of the first step that failed; 0 if none did.
        log: stdout and stderr of all steps.
        outputs: of the action.
        summary: of the job.
        uses: the steps of other actions that ran, by their ids, with their inputs.
    """

    code: int = 0
    log: str = ""
    outputs: dict[str, str] = field(default_factory=dict)
    summary: str = ""
    uses: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass
class Composite:
    """A composite action.

    Attributes:
        path: of its action.yml.
        temp: a folder that lasts for the job.
        environ: of the job.
        given: the outputs of other actions' steps, by their ids.
        skipped: the ids of steps that are not run.
    """

    path: Path
    temp: Path
    environ: Mapping[str, str]
    given: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    skipped: frozenset[str] = frozenset()

    def run(self, here: Path, **inputs: str) -> Ran:
        """Runs the steps in a working directory; `_` in the name of an input stands for `-`."""
        action = yaml.safe_load(self.path.read_text("utf-8"))
        values = self._inputs(action, {key.replace("_", "-"): one for key, one in inputs.items()})
        values["github.action_path"] = str(self.path.parent)
        ran, summary = Ran(), self.temp / "summary.md"
        summary.touch()
        for step in action["runs"]["steps"]:
            name = step["id"]
            condition = _EXPRESSION.sub(r"\1", str(step.get("if", "${{ success() }}")))
            if name in self.skipped or not _holds(condition, values, failed=bool(ran.code)):
                continue
            if "uses" in step:
                ran.uses[name] = {key: _filled(one, values) for key, one in step["with"].items()}
                outputs: Mapping[str, str] = self.given.get(name, {})
            else:
                outputs = self._script(step, values, here, summary, ran)
            values |= {f"steps.{name}.outputs.{key}": one for key, one in outputs.items()}
        ran.outputs = {key: _filled(one["value"], values) for key, one in action["outputs"].items()}
        ran.summary = summary.read_text("utf-8")
        return ran

    def _inputs(self, action: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
        known = action["inputs"]
        assert given.keys() <= known.keys(), "an input that the action does not have"
        for name, one in known.items():
            assert name in given or not one.get("required"), f"{name} is required"
        return {
            f"inputs.{key}": given.get(key, one.get("default", "")) for key, one in known.items()
        }

    def _script(
        self,
        step: Mapping[str, Any],
        values: Mapping[str, str],
        here: Path,
        summary: Path,
        ran: Ran,
    ) -> dict[str, str]:
        assert step["shell"] == "bash"
        script, output = self.temp / f"{step['id']}.sh", self.temp / f"{step['id']}.output"
        script.write_text(_filled(step["run"], values), encoding="utf-8")
        output.touch()
        environ = {
            **self.environ,
            **{key: _filled(one, values) for key, one in step.get("env", {}).items()},
            "CI": "true", "GITHUB_ACTIONS": "true", "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary), "RUNNER_TEMP": str(self.temp),
        }  # fmt: skip
        command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]
        done = subprocess.run(
            command, cwd=here, env=environ, text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        ran.log += done.stdout
        ran.code = ran.code or done.returncode
        return _read(output)


def _filled(text: object, values: Mapping[str, str]) -> str:
    """A text with its expressions replaced; names alone are known."""
    plain = "false" if text is False else "true" if text is True else str(text)
    return _EXPRESSION.sub(lambda found: values.get(found[1], ""), plain)


def _holds(condition: str, values: Mapping[str, str], *, failed: bool) -> bool:
    python = _NAME.sub(lambda found: repr(values.get(found[0], "")), condition)
    python = python.replace("&&", " and ").replace("!cancelled()", "True")
    return bool(eval(python.replace("success()", str(not failed)), {}))


def _read(output: Path) -> dict[str, str]:
    """The outputs of a step: `name=value`, or `name<<END`, lines, and `END`."""
    lines, found = iter(output.read_text("utf-8").splitlines()), {}
    for line in lines:
        match = _OUTPUT.fullmatch(line)
        assert match is not None, f"no output: {line}"
        name, value, long, end = match.groups()
        if name is not None:
            found[name] = value
        else:
            found[long] = "\n".join(iter(lambda: next(lines), end))
    return found


def inherited() -> dict[str, str]:
    """The environment of a job, without what a test runner sets."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ}
