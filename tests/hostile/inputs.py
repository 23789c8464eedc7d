"""Inputs that are made to break or exhaust whoever reads them, from a seed.

Every cell of a contact in them has the mark `CANARY`, which no message on standard error may have.
"""

from __future__ import annotations

import gzip
import random
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import xlsxwriter

from tests.hostile.legacy_workbook import legacy_workbook

CANARY = "zqhostile"
NAME = "input"
_ROW = f"{CANARY}@kestrel-labs.com,{CANARY}\n"
_TABLE = f"email,first_name\n{_ROW}"
_MB = 1 << 20


@dataclass(frozen=True)
class Input:
    """A file or a folder that is checked.

    Attributes:
        suffix: of its name; "" for a folder.
        make: writes it at a path.
        codes: the exit codes that are right.
        quick: whether it is small enough for every run of the tests.
    """

    suffix: str
    make: Callable[[Path, random.Random], None]
    codes: tuple[int, ...] = (0, 1)
    quick: bool = True


def _bytes(content: Callable[[random.Random], bytes]) -> Callable[[Path, random.Random], None]:
    def make(path: Path, chance: random.Random) -> None:
        path.write_bytes(content(chance))

    return make


def _text(text: Callable[[random.Random], str]) -> Callable[[Path, random.Random], None]:
    return _bytes(lambda chance: text(chance).encode())


def _bomb(file: IO[bytes] | gzip.GzipFile) -> None:
    """Writes a table above a GB of blank lines, bit by bit: this process is to stay small."""
    file.write(_TABLE.encode())
    for _ in range(1 << 10):
        file.write(b"\n" * _MB)


def _archive(path: Path, _: random.Random) -> None:
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("a.csv", "w") as member,
    ):
        _bomb(member)


def _gzip(path: Path, _: random.Random) -> None:
    with path.open("wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb") as packed:
        _bomb(packed)


def _damaged_among_others(path: Path, chance: random.Random) -> None:
    path.mkdir()
    (path / "good.csv").write_text(_TABLE)
    (path / "bad.zip").write_bytes(b"PK\x03\x04" + chance.randbytes(300))


def _small_files(count: int) -> Callable[[Path, random.Random], None]:
    def make(path: Path, _: random.Random) -> None:
        path.mkdir()
        for number in range(count):
            (path / f"{number}.csv").write_text(f"email\n{CANARY}{number}@kestrel-labs.com\n")

    return make


def _high(chance: random.Random, size: int) -> bytes:
    """A table of bytes beyond ASCII, in words and lines: each is a letter in some encoding."""
    letters = [*range(0xA0, 0x100)] * 8 + [0x20] * 60 + [0x0A] * 20
    return _TABLE.encode() + bytes(chance.choices(letters, k=size))


def _random_rows(chance: random.Random) -> bytes:
    """Lines of any bytes but control characters: commas and quotes are among them."""
    size = 10 * _MB
    bytes_of_lines = bytearray(chance.choices(range(0x20, 0x100), k=size))
    bytes_of_lines[::41] = b"\n" * len(range(0, size, 41))
    return _TABLE.encode() + bytes(bytes_of_lines)


def _workbook(cells: dict[tuple[int, int], str]) -> Callable[[Path, random.Random], None]:
    def make(path: Path, _: random.Random) -> None:
        with xlsxwriter.Workbook(path) as book:
            sheet = book.add_worksheet()
            for place, text in cells.items():
                sheet.write_string(*place, text)

    return make


_SHEET = {(0, 0): "email", (1, 0): f"{CANARY}@kestrel-labs.com"}
_far_right = _workbook({**_SHEET, (1, (1 << 14) - 1): CANARY})
_far = _workbook({**_SHEET, ((1 << 20) - 1, (1 << 14) - 1): CANARY})
_QUOTED = '",\n ax'


def _wide(columns: int) -> str:
    return ",".join(map("c{}".format, range(columns))) + "\n" + f"{CANARY}," * (columns - 1)


INPUTS = {
    "an address in 50,000 apostrophes": Input(
        ".csv", _text(lambda _: "email\n" + "'" * 50_000 + f"{CANARY}@kestrel-labs.com\n")
    ),
    "an address behind 20,000 mailto:": Input(
        ".csv", _text(lambda _: f"email\n{'mailto:' * 20_000}{CANARY}@kestrel-labs.com\n")
    ),
    "a name behind 6,000 titles": Input(
        ".csv", _text(lambda _: f"email,first_name\n{_ROW[:-1]}{'Dr. ' * 6_000}x\n")
    ),
    "a legacy workbook of 65,536 columns": Input(
        ".xls", _bytes(lambda _: legacy_workbook([(0, 0), (65_535, 65_535)])), codes=(2,)
    ),
    "a legacy workbook that says it is endless": Input(
        ".xls",
        _bytes(lambda _: legacy_workbook([(0, 0)], spans=(0xFFFFFFFF, 0xFFFF))),
        codes=(2,),
    ),
    "a damaged archive among others": Input("", _damaged_among_others, codes=(1,)),
    "random bytes": Input(".csv", _bytes(lambda chance: chance.randbytes(_MB))),
    "quotes at random": Input(
        ".csv", _text(lambda chance: _TABLE + "".join(chance.choices(_QUOTED, k=50_000)))
    ),
    "an archive that unpacks to a GB": Input(".zip", _archive, codes=(2,), quick=False),
    "gzip that unpacks to a GB": Input(
        ".csv.gz",
        _gzip,
        codes=(2,),
        quick=False,
    ),
    "300,000 blank lines": Input(".csv", _text(lambda _: _TABLE + "\n" * 300_000)),
    "200,000 short rows": Input(".csv", _text(lambda _: _TABLE + "x\n" * 200_000)),
    "two million short rows": Input(
        ".csv", _text(lambda _: _TABLE + "x\n" * 2_000_000), quick=False
    ),
    "two million blank lines": Input(
        ".csv", _text(lambda _: _TABLE + "\n" * 2_000_000), quick=False
    ),
    "70,000 columns": Input(".csv", _text(lambda _: _wide(70_000)), codes=(2,)),
    "16,384 columns": Input(".csv", _text(lambda _: _wide(1 << 14)), quick=False),
    "20 million blank lines": Input(
        ".csv", _text(lambda _: _TABLE + "\n" * 20_000_000), quick=False
    ),
    "high bytes of an 8-bit encoding": Input(".csv", _bytes(lambda chance: _high(chance, 50_000))),
    "2 MB of high bytes": Input(".csv", _bytes(lambda chance: _high(chance, 2 * _MB)), quick=False),
    "10 MB of random rows": Input(".csv", _bytes(_random_rows), quick=False),
    "a cell in the last column of a workbook": Input(".xlsx", _far_right),
    "a cell in the last place of a workbook": Input(".xlsx", _far, codes=(2,)),
    "2 MB of quotes at random": Input(
        ".csv",
        _text(lambda chance: _TABLE + "".join(chance.choices(_QUOTED, k=2 * _MB))),
        quick=False,
    ),
    "one line of 20 MB": Input(
        ".csv", _text(lambda _: f"{_TABLE}{CANARY}{'x' * 20 * _MB}\n"), quick=False
    ),
    "letters and joiners": Input(
        ".csv",
        _text(lambda _: f"email,first_name\n{_ROW[:-1]}" + "a\u200d" * 400_000),
    ),
    "1,000 small files": Input("", _small_files(1_000), quick=False),
    "5,000 small files": Input("", _small_files(5_000), quick=False),
}


def made(name: str, folder: Path, seed: int) -> Path:
    """Writes an input into a folder."""
    given = INPUTS[name]
    path = folder / f"{NAME}{given.suffix}"
    given.make(path, random.Random(f"{name} {seed}"))
    return path


def size(path: Path) -> int:
    """How many bytes are in a file or a folder, packed as they are."""
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.iterdir())
