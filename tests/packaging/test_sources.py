"""The wheel and the sdist: the same bytes each time, and all that they need."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from tests.packaging import bounds
from tests.packaging.licences import COPYLEFT, PAGE, page

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
_BUILD = """
import os, sys
from setuptools import build_meta
sources, out = sys.argv[1:]
os.chdir(sources)
build_meta.build_sdist(out)
build_meta.build_wheel(out)
"""
_NOT_COPIED = ("__pycache__", ".*_cache", ".venv*", "*.egg-info", ".preflight", ".git")


def _built(folder: Path) -> dict[str, Path]:
    """The sdist and the wheel of a copy of the sources, whose files are of this moment."""
    copy, out = folder / "sources", folder / "out"
    shutil.copytree(
        ROOT, copy, ignore=shutil.ignore_patterns(*_NOT_COPIED), copy_function=shutil.copyfile
    )
    out.mkdir()
    environ = {**os.environ, "SOURCE_DATE_EPOCH": "1700000000"}
    command = [sys.executable, "-c", _BUILD, str(copy), str(out)]
    told = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    assert "is absent from the `packages` configuration" not in told.stdout + told.stderr
    return {path.name: path for path in out.iterdir()}


def test_two_builds_are_equal_and_the_sdist_is_whole(tmp_path: Path) -> None:
    first, second = (_built(tmp_path / name) for name in ("one", "two"))
    assert len(first) == 2
    for name, path in first.items():
        digests = [hashlib.sha256(one.read_bytes()).hexdigest() for one in (path, second[name])]
        assert len(set(digests)) == 1, name
    (sdist,) = (path for name, path in first.items() if name.endswith(".tar.gz"))
    with tarfile.open(sdist) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    tracked = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.splitlines()
    assert set(tracked) - held - {".gitattributes", ".gitignore"} == set()


def test_the_page_of_licences_is_up_to_date() -> None:
    """Only certifi's is copyleft, and of the weak kind: its file of certificates stays its own."""
    assert PAGE.read_text("utf-8") == page(), "write it anew with `make licences`"
    marked = [line for line in page().splitlines() if line.endswith("| yes |")]
    assert marked == ["| certifi | Mozilla Public License 2.0 (MPL 2.0) | yes |"]
    assert COPYLEFT.search("GPL-3.0-only")
    assert not COPYLEFT.search("PSF-2.0")


def test_the_constraints_of_ci_allow_what_pyproject_asks_for() -> None:
    """Each requirement is pinned, within its bounds; the lowest versions are those bounds.

    What is released daily has the same version in both.
    """
    lines = bounds.LOCK.read_text("utf-8").splitlines()
    pins = dict(line.split("==") for line in lines if not line.startswith("#"))
    for need in bounds.requirements():
        assert need.specifier.contains(pins[need.name]), need.name
    lowest = dict(line.split("==") for line in bounds.lowest())
    required = {need.name for need in bounds.requirements()}
    assert lowest.keys() == required | set(bounds.RELEASED_DAILY)
    for name in bounds.RELEASED_DAILY:
        assert lowest[name] == pins[name]
