"""The hooks of pre-commit, in throw-away repositories."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from pre_commit.clientlib import load_manifest

from tests.calls import contacts
from tests.ci.checkout import OFFLINE, ROOT, copied
from tests.ci.composite import inherited

MANIFEST = ROOT / ".pre-commit-hooks.yaml"
BAD = "email,first_name\nann@@kestrel-labs.com,Ann\n"
FIXABLE = "email,first_name\n ann@kestrel-labs.com,Ann\n"


class Repository:
    """A git repository with hooks."""

    def __init__(self, here: Path, repo: Mapping[str, Any], environ: Mapping[str, str]) -> None:
        here.mkdir()
        self.here = here
        self._environ = {
            **inherited(), **environ, "PRE_COMMIT_HOME": str(here.parent / "pre-commit"),
            "HOME": str(here.parent), "GIT_CONFIG_NOSYSTEM": "1",
        }  # fmt: skip
        (here / ".pre-commit-config.yaml").write_text(yaml.safe_dump({"repos": [repo]}))
        (here / "preflight.toml").write_text('select = ["FIL", "STR", "EML302", "EML303"]\n')
        self.git("init", "-q")

    def git(self, *words: str) -> str:
        """Calls git."""
        return git(self.here, *words)

    def commit(self, **files: str) -> tuple[int, str]:
        """What pre-commit says of files that are about to be committed."""
        for name, content in files.items():
            path = self.here / name.replace("__", "/").replace("_csv", ".csv")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        self.git("add", "-A")
        done = subprocess.run(
            [sys.executable, "-m", "pre_commit", "run"], cwd=self.here, env=self._environ,
            text=True, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        return done.returncode, done.stdout


def git(here: Path, *words: str) -> str:
    """Calls git in a folder."""
    who = ["-c", "user.name=Ann", "-c", "user.email=ann@kestrel-labs.com"]
    command = ["git", *who, *words]
    return subprocess.run(command, cwd=here, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """With the hooks as they are declared, run by the preflight of this environment."""
    hooks = [
        {**hook, "language": "system", "entry": f"{sys.executable} -m {hook['entry']}"}
        for hook in yaml.safe_load(MANIFEST.read_text())
    ]
    local = {"repo": "local", "hooks": hooks}
    return Repository(tmp_path / "repository", local, {"PYTHONPATH": str(ROOT)})


def test_the_manifest_is_one() -> None:
    hooks = load_manifest(str(MANIFEST))
    assert [hook["id"] for hook in hooks] == ["preflight-check", "preflight-fix"]
    assert {hook["entry"] for hook in hooks} == {"preflight check", "preflight fix --diff"}
    for hook in hooks:
        taken = [
            name
            for name in ("a.csv", "x/b.tsv", "c.csv.gz", "d.md", "e.xlsx", "f.preflight/clean.csv")
            if re.search(hook["files"], name) and not re.search(hook["exclude"], name)
        ]
        assert taken == ["a.csv", "x/b.tsv", "c.csv.gz"]


@pytest.mark.long
def test_a_commit_without_findings_passes(repository: Repository) -> None:
    code, said = repository.commit(a_csv=contacts(2), lists__b_csv=contacts(2, 5), notes="x")
    assert code == 0, said
    assert said.count("Passed") == 2
    code, said = repository.commit(notes="y")
    assert code == 0


@pytest.mark.long
def test_findings_fail_without_a_value(repository: Repository) -> None:
    code, said = repository.commit(a_csv=contacts(2), b_csv=BAD)
    assert code == 1
    assert "preflight check..." in said
    assert "b.csv: 1 row, 1 error" in said
    assert "ann@@" not in said


@pytest.mark.long
def test_what_fixing_would_change_fails_and_no_file_is_written(repository: Repository) -> None:
    code, said = repository.commit(a_csv=contacts(2), lists__b_csv=FIXABLE)
    assert code == 1
    assert re.search(r"preflight fix --diff\.+Failed", said)
    assert "+++ lists/b.csv, fixed" in said
    assert "files were modified by this hook" not in said
    assert "ann@" not in said
    assert (repository.here / "lists/b.csv").read_text() == FIXABLE
    assert repository.git("status", "--short", "lists") == "A  lists/b.csv\n"


@pytest.mark.long
def test_the_hooks_install_from_the_repository(tmp_path: Path) -> None:
    """As pre-commit does it: a clone, an environment of its own, `pip install .`."""
    sources = copied(tmp_path / "sources")
    git(sources, "init", "-q")
    git(sources, "add", "-A")
    git(sources, "commit", "-q", "-m", "sources")
    rev = git(sources, "rev-parse", "HEAD").strip()
    hooks = [{"id": "preflight-check"}, {"id": "preflight-fix"}]
    repo = {"repo": str(sources), "rev": rev, "hooks": hooks}
    repository = Repository(tmp_path / "repository", repo, OFFLINE)
    code, said = repository.commit(a_csv=BAD, b_csv=FIXABLE)
    assert code == 1, said
    assert "a.csv: 1 row, 1 error" in said
    assert "+++ b.csv, fixed" in said
