"""Failure reports as no provider should give them, made from a good one."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable

Spoil = Callable[[bytes], bytes]


def _shuffled(good: bytes) -> bytes:
    header, *lines = good.splitlines(keepends=True)
    random.Random(16).shuffle(lines)
    return b"".join([header, *lines])


def _off_by_one(good: bytes) -> bytes:
    """From the middle on each row number is one too high."""
    header, *lines = good.splitlines()
    for at in range(len(lines) // 2, len(lines)):
        number, comma, rest = lines[at].partition(b",")
        if number.isdigit():
            lines[at] = b"%d" % (int(number) + 1) + comma + rest
    return b"\n".join([header, *lines, b""])


def _ten_reasons(good: bytes) -> bytes:
    header, *lines = good.splitlines()
    said = [
        line.replace(b"bad", b"bad for reason %d of" % at) for line in lines for at in range(10)
    ]
    return b"\n".join([header, *said, b""])


def _unclosed(good: bytes) -> bytes:
    """A quote that never closes, in the third line."""
    lines = good.splitlines()
    lines[2] = lines[2].replace(b",", b',"', 1)
    return b"\n".join([*lines, b""])


SPOILED: dict[str, Spoil] = {
    "as it is": lambda good: good,
    "shuffled": _shuffled,
    "every row three times": lambda good: good + b"".join(good.splitlines(keepends=True)[1:]) * 2,
    "the whole report again, with its header": lambda good: good + good,
    "ten reasons a row": _ten_reasons,
    "numbers off by one from the middle on": _off_by_one,
    "packed, though nobody asked": gzip.compress,
    "two packed pieces": lambda good: gzip.compress(good[:50]) + gzip.compress(good[50:]),
    "UTF-16 with a mark": lambda good: good.decode().encode("utf-16"),
    "UTF-16 without a mark": lambda good: good.decode().encode("utf-16-le"),
    "UTF-8 with a mark": lambda good: good.decode().encode("utf-8-sig"),
    "cp1252": lambda good: good.decode().encode("cp1252"),
    "semicolons": lambda good: good.replace(b",", b";"),
    "CRLF": lambda good: good.replace(b"\n", b"\r\n"),
    "CR": lambda good: good.replace(b"\n", b"\r"),
    "a quote that never closes": _unclosed,
    "NULs": lambda good: good.replace(b"bad", b"b\0d"),
    "blank lines and lines of commas": lambda good: good.replace(b"\n", b"\n\n,,,\n"),
}
"""What stays a report: each of its lines is matched, or listed with what it said."""

NO_REPORT: dict[str, Spoil] = {
    "cut in the middle of a character": lambda good: good[: good.rindex("ü".encode()) + 1],
    "half of a packed report": lambda good: gzip.compress(good)[:-20],
    "damaged gzip": lambda good: gzip.compress(good)[:20] + b"\xff" * 40,
    "a web page": lambda _: b"<!DOCTYPE html>\n<html><body>Sign in</body></html>\n",
    "a web page in UTF-16": lambda _: "<html><body>Sign in</body></html>".encode("utf-16"),
}
"""Not a report, or one without its end: it is asked for again, and said."""
