"""A copy of the sources, as a runner checks them out, and an installation without an index."""

from __future__ import annotations

import shutil
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parents[2]
_FILES = (
    ".pre-commit-hooks.yaml", "action.yml", "LICENSE", "pyproject.toml", "README.md", "setup.py",
)  # fmt: skip
OFFLINE = {
    # What preflight requires is found in this environment.
    "PYTHONPATH": sysconfig.get_path("purelib"),
    "PIP_NO_DEPS": "1",
    "PIP_NO_INDEX": "1",
    "PIP_NO_BUILD_ISOLATION": "0",  # pip reads it the other way round
}


def copied(folder: Path) -> Path:
    """The sources in a folder."""
    for name in ("preflight", "rules"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in _FILES:
        shutil.copy(ROOT / name, folder)
    return folder
