"""A real pseudo-terminal as standard input, output and error of this process, and what it shows."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import sys
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pyte
import pytest


class Terminal:
    """What a person sees of a terminal, lines that were scrolled away included."""

    def __init__(self, columns: int, lines: int) -> None:
        self._screen = pyte.HistoryScreen(columns, lines, history=10_000, ratio=1.0)
        self._stream = pyte.ByteStream(self._screen)
        self.drawn = b""

    def feed(self, block: bytes) -> None:
        """Takes what a program wrote."""
        self.drawn += block
        self._stream.feed(block)

    @property
    def lines(self) -> list[str]:
        """The lines that are on it, without the blanks at their ends."""
        above = [
            "".join(line[column].data for column in range(self._screen.columns))
            for line in self._screen.history.top
        ]
        return [line.rstrip() for line in [*above, *self._screen.display]]

    @property
    def text(self) -> str:
        """All that is on it, without blanks: however lines were wrapped, the characters remain."""
        return "".join("".join(self.lines).split())

    @property
    def has_cursor(self) -> bool:
        """Whether the cursor can be seen."""
        return not self._screen.cursor.hidden


@contextmanager
def terminal(
    monkeypatch: pytest.MonkeyPatch, columns: int = 80, lines: int = 24
) -> Iterator[Terminal]:
    """A terminal, and what is on it once the block has ended."""
    shown = Terminal(columns, lines)
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def read() -> None:
        try:
            while block := os.read(ours, 1 << 16):
                shown.feed(block)
        except OSError:  # the other end is closed
            pass

    reader = threading.Thread(target=read)
    reader.start()
    kept = [os.dup(number) for number in range(3)]
    try:
        for number in range(3):
            os.dup2(theirs, number)
        with (
            os.fdopen(os.dup(theirs), "w") as out,
            os.fdopen(theirs, "w") as err,
            monkeypatch.context() as patch,
        ):
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            patch.setenv("TERM", "xterm-256color")
            for name in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR"):
                patch.delenv(name, raising=False)
            yield shown
    finally:
        for number, before in enumerate(kept):
            os.dup2(before, number)
            os.close(before)
        reader.join()
        os.close(ours)
