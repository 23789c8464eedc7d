"""Draws what a command shows, on a terminal and in a browser.

`python -m tests.pictures` writes docs/*.svg and docs/*.png; the latter needs Chromium.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
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


REPORT = REPOSITORY / "docs" / "report.png"
"""The picture of report.html, as `preflight submit` writes it."""
_RUN = (
    "submit fixtures/trade-show/expo-utf8.csv --to talkvalue -O source_id=7 -O mode=UPDATE "
    "--sandbox --region US --timezone America/Chicago --redact"
)
_WINDOW = {"width": 1120, "height": 1000}
_COLOURS = 64


def draw_report() -> None:
    """Draws the top of the page that a run leaves; its letters are those of this machine."""
    from tests.browser.conftest import launched  # here: the others need no browser

    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "preflight", *_RUN.split(), "-o", f"{folder}/demo",
             "--state-dir", f"{folder}/state"],
            cwd=REPOSITORY,
            env={"PATH": os.environ["PATH"], "PREFLIGHT_POLL_SCALE": "0.01"},
            capture_output=True,
            check=False,
        )  # fmt: skip
        with launched() as browser:
            page = browser.new_page(viewport=_WINDOW)  # type: ignore[arg-type]
            page.goto(Path(folder, "demo", "report.html").as_uri())
            taken = page.screenshot()
    Image.open(io.BytesIO(taken)).convert("RGB").quantize(_COLOURS).save(REPORT, optimize=True)


REVIEW = REPOSITORY / "docs" / "review.png"
"""The picture of the page of `preflight review`."""
_REVIEW = "review expo-utf8.csv --for talkvalue --region US --no-browser"
_SCREEN = {"width": 1280, "height": 640}


def draw_review() -> None:
    """Draws the page with a cell that has a suggestion."""
    from tests.browser.conftest import launched  # here, as above

    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(REPOSITORY / "fixtures" / "trade-show" / "expo-utf8.csv", folder)
        process = subprocess.Popen(
            [sys.executable, "-m", "preflight", *_REVIEW.split()],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(REPOSITORY)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert process.stdout is not None
        try:
            with launched() as browser:
                page = browser.new_page(viewport=_SCREEN)  # type: ignore[arg-type]
                page.goto(process.stdout.readline().strip())
                page.wait_for_selector("[role=gridcell]")
                page.locator(".faulty[title^='several phone numbers']").first.click()
                page.wait_for_selector("#take")
                taken = page.screenshot()
        finally:
            process.kill()
            process.communicate()
    Image.open(io.BytesIO(taken)).convert("RGB").quantize(_COLOURS).save(REVIEW, optimize=True)


if __name__ == "__main__":
    draw_report()
    draw_review()
    for each in COMMANDS:
        path_of(each).write_text(picture(each), "utf-8")
