"""A rule for people: what its docstring says, with its samples as tables."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator

from rich import box
from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from preflight.cli.rule_docstring import as_bytes, blocks
from preflight.report.rule_help import paragraphs
from preflight.rule import Rule

_SAMPLES = {
    "Bad": "A file with it",
    "Findings": "What is found",
    "Good": "A file without it",
    "Fixed": "After `preflight fix`, clean.csv",
}
_OPTIONS = {"Options": "With", "GoodOptions": "The file without it is checked with"}
_FINDING = re.compile(r"(?:(?P<line>\d+)(?::(?P<column>.*?))? )?[A-Z]{3}\d{3} (?P<message>.+)")
_SPACE = {" ": "space", "\t": "tab", "\xa0": "no-break space", "\u200b": "zero-width space",
          "\n": "line break"}  # fmt: skip


def page(rule: Rule) -> Iterator[RenderableType]:
    """The sections of a rule's docstring, from top to bottom."""
    for paragraph in paragraphs(rule):
        yield Text(paragraph)
        yield Text("")
    shown = blocks(rule.doc)
    for title, words in _OPTIONS.items():
        if title in shown:
            yield Text(f"{words} `{' '.join(shown[title].split())}`:")
            yield Text("")
    for title, text in shown.items():
        if title in _OPTIONS:
            continue
        yield Text(_SAMPLES.get(title, title), style="bold")
        yield Padding(_sample(title, text), (0, 0, 1, 2))


def _sample(title: str, text: str) -> RenderableType:
    if title == "Findings":
        return Text("\n".join(_findings(text)))
    if title not in _SAMPLES:
        return Text(text.rstrip("\n"))
    return _table(as_bytes(text)) or _numbered(as_bytes(text))


def _findings(text: str) -> list[str]:
    """The findings as people would say them: line 2 `email`, line 3 `email`: what is wrong."""
    places: dict[str, list[str]] = {}
    for entry in text.splitlines():
        found = _FINDING.fullmatch(entry)
        where = places.setdefault(found["message"] if found else entry, [])
        if found and found["line"]:
            column = f" `{_visible(found['column'])}`" if found["column"] else ""
            where.append(f"line {found['line']}{column}")
    return [": ".join([", ".join(where), said] if where else [said])
            for said, where in places.items()]  # fmt: skip


def _table(content: bytes) -> Table | None:
    """A sample as a table with the numbers of its lines; None if it is not a plain one."""
    try:
        text = content.decode()
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        rows = [(reader.line_num, row) for row in reader]
    except (UnicodeDecodeError, csv.Error):
        return None
    widths = {len(row) for _, row in rows}
    # A quote that is doubled is ordinary; one that is not shows how the file is written.
    if len(rows) < 2 or len(widths) != 1 or re.search(r'[^,"\n]"[^,"\n]|\r|;.*;', text):
        return None
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    table.add_column("line", justify="right", style="dim")
    for name in rows[0][1]:
        table.add_column(_visible(name), overflow="fold")
    before = rows[0][0]
    for last, row in rows[1:]:
        table.add_row(str(before + 1), *map(_visible, row))
        before = last
    return table


def _numbered(content: bytes) -> Text:
    """A sample as the lines of its file, with their numbers."""
    lines = content.decode("utf-8", "backslashreplace").split("\n")
    lines = lines[:-1] if lines[-1] == "" else lines
    return Text("\n".join(f"{at:>4}  {_visible(entry)}" for at, entry in enumerate(lines, 1)))


def _visible(cell: str) -> str:
    """A cell with names for what cannot be seen in it: blanks at its ends, invisible characters."""
    start, end = len(cell) - len(cell.lstrip(" ")), len(cell.rstrip(" "))
    return "".join(
        letter if letter.isprintable() and (letter != " " or start <= at < end)
        else f"[{_SPACE.get(letter) or unicodedata.name(letter, f'U+{ord(letter):04X}').lower()}]"
        for at, letter in enumerate(cell)
    )  # fmt: skip
