"""Draws what a terminal shows of a command; `python -m tests.pictures` writes docs/*.svg."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.text import Text

REPOSITORY = Path(__file__).parents[1]
COMMANDS = {
    "check": (
        "preflight check fixtures/trade-show/expo-utf8.csv --for talkvalue --region US "
        "--timezone America/Chicago --show-values"
    ),
}
"""The picture's name → the command that it shows."""

_COLUMNS = 88
# A picture names and loads nothing from elsewhere: the fonts are the reader's.
_ELSEWHERE = re.compile(r"@font-face \{\{.*?\}\}\s*|<!--.*?-->\s*", re.DOTALL)
_FORMAT = _ELSEWHERE.sub("", CONSOLE_SVG_FORMAT).replace(
    "Fira Code, monospace", "ui-monospace, Menlo, Consolas, monospace"
)


def picture(name: str) -> str:
    """The picture of a command as SVG."""
    _, *arguments = COMMANDS[name].split()
    shown = subprocess.run(
        [sys.executable, "-m", "preflight", *arguments],
        cwd=REPOSITORY,
        env={"PATH": os.environ["PATH"], "COLUMNS": str(_COLUMNS), "FORCE_COLOR": "1"},
        capture_output=True,
        check=False,
    ).stdout
    console = Console(
        record=True, file=io.StringIO(), width=_COLUMNS, force_terminal=True, legacy_windows=False
    )
    console.print(Text(f"$ {COMMANDS[name]}", style="bold"))
    console.print(Text.from_ansi(shown.decode()))
    return console.export_svg(title="preflight", code_format=_FORMAT, unique_id=name) + "\n"


def path_of(name: str) -> Path:
    """The file of a picture."""
    return REPOSITORY / "docs" / f"{name}.svg"


if __name__ == "__main__":
    for each in COMMANDS:
        path_of(each).write_text(picture(each), "utf-8")
