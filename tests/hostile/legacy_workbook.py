"""A legacy workbook (BIFF8 in a compound file), whose maker may lie about its size."""

from __future__ import annotations

import struct
from collections.abc import Iterable

_FREE, _END, _TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SECTOR = 512
_WORKBOOK, _SHEET = 5, 0x10


def legacy_workbook(
    cells: Iterable[tuple[int, int]], *, spans: tuple[int, int] | None = None
) -> bytes:
    """A workbook of one sheet.

    Args:
        cells: (row, column) of cells, from 0; each holds a number.
        spans: how many rows and columns the sheet says that it has.
    """
    return _compound(_stream(cells, spans))


def _stream(cells: Iterable[tuple[int, int]], spans: tuple[int, int] | None) -> bytes:
    name = b"S"
    place = len(_beginning(_WORKBOOK)) + 12 + len(name) + 4
    head = struct.pack("<IBBBB", place, 0, 0, len(name), 0) + name
    records = [_beginning(_WORKBOOK), _record(0x85, head), _record(0x0A), _beginning(_SHEET)]
    if spans is not None:
        records.append(_record(0x200, struct.pack("<IIHHH", 0, spans[0], 0, spans[1], 0)))
    records += [_record(0x203, struct.pack("<HHHd", *cell, 0, 1.0)) for cell in cells]
    return b"".join([*records, _record(0x0A)])


def _record(kind: int, content: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _beginning(kind: int) -> bytes:
    return _record(0x809, struct.pack("<HHHHII", 0x600, kind, 0, 0, 0, 0))


def _compound(stream: bytes) -> bytes:
    """A compound file: its header, the table of sectors, the directory, and the stream."""
    stream = stream.ljust(4096, b"\0")
    stream += bytes(-len(stream) % _SECTOR)
    count = len(stream) // _SECTOR
    table = [_TABLE, _END, *range(3, count + 2), _END]
    table += [_FREE] * (_SECTOR // 4 - len(table))
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
        + struct.pack("<9I", 0, 1, 1, 0, 4096, _END, 0, _END, 0)
        + struct.pack("<109I", 0, *[_FREE] * 108)
    )
    directory = _entry("Root Entry", 5, _END, 0, child=1)
    directory += _entry("Workbook", 2, 2, len(stream), child=_FREE)
    return header + struct.pack(f"<{len(table)}I", *table) + directory.ljust(512, b"\0") + stream


def _entry(name: str, kind: int, start: int, size: int, *, child: int) -> bytes:
    text = name.encode("utf-16-le")
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBB3I", len(text) + 2, kind, 1, _FREE, _FREE, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )
