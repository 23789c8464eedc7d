"""Keeps retired words out of the code and the documentation; a part of `make check`.

    python -m tests.words

Reads every tracked text file and prints each retired word with its place and its replacement. The
words stand in `retired_words.toml`. Exit 1 if there is one.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
WORDS = Path(__file__).with_name("retired_words.toml")
TEXT = {".py", ".md", ".toml", ".yml", ".yaml", ".html", ".c", ""}
GLOSSARY = re.compile(r"^## Words\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
"""The section of CONTRIBUTING.md that names the retired words."""


class Hit(NamedTuple):
    """A retired word: in which line it starts, as written there, and its replacement."""

    line: int
    word: str
    instead: str


class Words:
    """The retired words.

    Args:
        listed: tables with the keys `pattern` and `instead`.
    """

    def __init__(self, listed: list[dict[str, str]]) -> None:
        self._instead = [word["instead"] for word in listed]
        patterns = "|".join(
            f"(?P<w{number}>{_wrapping(word['pattern'])})" for number, word in enumerate(listed)
        )
        self._pattern = re.compile(rf"(?<![^\W_])(?:{patterns})(?![^\W_])", re.IGNORECASE)

    def search(self, text: str) -> Iterator[Hit]:
        """Every retired word in a text, in its order."""
        for match in self._pattern.finditer(text):
            number = next(at for at in range(len(self._instead)) if match[f"w{at}"])
            line = text.count("\n", 0, match.start()) + 1
            yield Hit(line, " ".join(match[0].split()), self._instead[number])


def _wrapping(pattern: str) -> str:
    return pattern.replace(" ", r"[\s#]+")


def main() -> int:
    """Checks the tracked files; the exit code."""
    config = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    words = Words(config["words"])
    skipped = tuple(config["skipped"])
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True)
    lines = []
    for name in listing.stdout.decode().split("\0"):
        path = ROOT / name
        if not name or path.suffix not in TEXT or name.startswith(skipped) or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8")
        if name == "CONTRIBUTING.md":
            text = GLOSSARY.sub(lambda match: "\n" * match[0].count("\n"), text)
        lines += [
            f"{name}:{hit.line}: retired word `{hit.word}`: write {hit.instead}\n"
            for hit in words.search(text)
        ]
    sys.stdout.writelines(lines)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
