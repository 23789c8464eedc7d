"""The licences of everything that an installation of preflight pulls in: docs/licences.md.

`python -m tests.packaging.licences` writes the page anew from the metadata of what is installed.
"""

from __future__ import annotations

import re
from importlib import metadata
from pathlib import Path

from tests.packaging.test_wheel import NAME, required

PAGE = Path(__file__).parents[2] / "docs" / "licences.md"
EXTRAS = ("", "dask", "excel", "html", "http", "review", "s3", "sandbox")
COPYLEFT = re.compile(r"\b(A|L)?GPL|General Public|\bMPL|Mozilla Public|\bEPL|\bCDDL|\bEUPL", re.I)
_TROVE = "License :: OSI Approved :: "
_HEAD = """# Licences

What `pip install contact-preflight[all]` pulls in, and under which licence, as each distribution
says itself. Written by `make licences`; a test compares it with what is installed.

| distribution | licence | copyleft |
|---|---|---|
"""


def licence(found: metadata.Distribution) -> str:
    """The licence of a distribution: its SPDX expression, its classifiers, or its first line."""
    told = found.metadata
    for expression in told.get_all("License-Expression") or ():
        return str(expression)
    trove = told.get_all("Classifier") or ()
    named = [line.removeprefix(_TROVE) for line in trove if line.startswith(_TROVE)]
    if named:
        return ", ".join(named)
    return str((told.get_all("License") or ["not said"])[0]).strip().partition("\n")[0]


def licences() -> dict[str, str]:
    """The licence of each distribution that an installation with its extras has."""
    found = {one.metadata["Name"].lower(): one for one in required(NAME, frozenset(EXTRAS))}
    return {name: licence(found[name]) for name in sorted(found)}


def page() -> str:
    """The page with all of them."""
    return _HEAD + "".join(
        f"| {name} | {text} | {'yes' if COPYLEFT.search(text) else ''} |\n"
        for name, text in licences().items()
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
