"""Constraint files: the lowest versions that pyproject.toml allows, and the ones that CI uses.

`python -m tests.packaging.bounds lowest` prints the lower bound of every requirement that somebody
who installs preflight gets, extras included. `… lock` asks pip what it would install today for
`.[dev]`, with the extras that it does without, and prints those versions. They have no hashes: pip
tells the hash of the one file that it would take on this machine, and the same versions must be
installable on other ones.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "constraints.txt"
HEAD = "# What CI installs; `make lock` makes it anew, of the newest versions that fit.\n"
_TOOLS = ("dev", "bench", "all")
RELEASED_DAILY = ("aiobotocore", "boto3", "botocore", "moto")
"""Each version of one fits a few of the others, and there are thousands: pip is lost in them."""


def requirements() -> Iterator[Requirement]:
    """What an installation of preflight with its extras requires."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    lists = [project["dependencies"], *(extras[name] for name in extras if name not in _TOOLS)]
    yield from map(Requirement, dict.fromkeys(line for lines in lists for line in lines))


def lowest() -> list[str]:
    """The lowest version of each requirement, as constraints, and what CI has of what it holds."""
    bounds = dict[str, str]()
    for need in requirements():
        (bound,) = [one.version for one in need.specifier if one.operator == ">="]
        bounds[need.name] = f"{need.name}=={bound}"
    held = [line for line in LOCK.read_text().split() if line.split("==")[0] in RELEASED_DAILY]
    return sorted([*bounds.values(), *held])


def locked() -> list[str]:
    """What pip would install today for developing, as constraints."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", "install"]
    command += ["--dry-run", "--ignore-installed", "--report", "-", "--editable", ".[dev,gs,az]"]
    answer = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    found = [entry["metadata"] for entry in json.loads(answer.stdout)["install"]]
    names = {re.sub(r"[-_.]+", "-", one["name"]).lower(): one["version"] for one in found}
    names.pop("contact-preflight", None)
    return sorted(f"{name}=={version}" for name, version in names.items())


if __name__ == "__main__":
    which = sys.argv[1]
    sys.stdout.write(HEAD if which == "lock" else "")
    sys.stdout.writelines(f"{line}\n" for line in (lowest() if which == "lowest" else locked()))
