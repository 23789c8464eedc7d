"""Finds the encoding of a file, with a confidence, and writes its text as UTF-8."""

from __future__ import annotations

import codecs
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from preflight.core.errors import UsageError
from preflight.core.files import Opened
from preflight.core.types import Ints, InvalidByte, Source
from preflight.core.workspace import spooled
from preflight.reading.binary import is_binary
from preflight.reading.byte_pairs import BytePairs
from preflight.reading.candidate_text import LIKELY
from preflight.reading.encoding_guess import guess, is_utf8_by_chance, seven_bit

if TYPE_CHECKING:
    from preflight.core.stored_object import Openable

_BLOCK = 1 << 20
_HEAD_BYTES = 64 << 10
_SAMPLE_BYTES = 256 << 10
_SAMPLE_PER_BLOCK = 32 << 10
_HOPELESS = 2000
"""After so many invalid bytes, a file with too few valid sequences is not UTF-8."""
_VALID_PER_INVALID = 5
_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_ISO_2022 = (
    (re.compile(r"\x1b\$\)C"), "iso2022_kr"),
    (re.compile(r"\x1b\(I"), "iso2022_jp_ext"),
    (re.compile(r"\x1b\$\(D"), "iso2022_jp_1"),
    (re.compile(r"\x1b(?:\$[@B]|\(J)"), "iso2022_jp"),
)
_NO_FILE_ENCODINGS = {"idna", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"}
# It begins where a line does: each line is looked at once, however long it is.
_LINE_BEYOND_ASCII = re.compile(rb"(?<![^\r\n])[^\r\n]*[\x80-\xff][^\r\n]*[\r\n]*")
_CONTINUATION, _MULTIBYTE_LEAD, _LEAD_OF_THREE, _LEAD_OF_FOUR = 0x80, 0xC2, 0xE0, 0xF0
_FEWEST_NULS = 2
_SURE_NULS, _SOME_NULS = 8, 0.03
_FEW = 8
_SEVEN_BIT_SURE = 0.9


@dataclass(frozen=True, slots=True)
class Encoding:
    """The encoding of a source; the attributes are those of `Layout`.

    `skip` is the length of the byte order mark, in bytes.
    """

    name: str
    origin: str
    confidence: float = 1.0
    skip: int = 0
    invalid_byte: InvalidByte | None = None


@dataclass
class _Strict:
    """The result of reading a file as strict UTF-8."""

    first_bad: int | None = None
    bad: int = 0
    valid: int = 0  # sequences beyond ASCII
    iso_2022: str = ""

    @property
    def is_utf8(self) -> bool:
        return self.valid >= _VALID_PER_INVALID * self.bad


def find_encoding(source: Source, option: str | None = None) -> Encoding:
    """Find the encoding of a source: from the option, the byte order mark, or its bytes.

    A file with invalid bytes is still UTF-8, with damage, if it has at least five times as many
    valid sequences beyond ASCII. A detected encoding has a confidence below 1.

    Args:
        source: not empty.
        option: a codec name of Python, or None.

    Raises:
        UsageError: the option does not name a text encoding.
    """
    wanted = None if option is None else _codec(option)
    with source.path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    mark, marked = next(((m, n) for m, n in _BOMS if head.startswith(m)), (b"", ""))
    strict = _read_strictly(source.path) if source.utf8 is None else _Strict(valid=source.utf8)
    invalid_byte = None if strict.first_bad is None else _located(source.path, strict.first_bad)
    if wanted is not None:
        if wanted in (
            "utf-16",
            "utf-32",
        ):  # the mark gives the byte order; without one, the usual order
            wanted = marked if marked.startswith(wanted) else f"{wanted}-le"
        return Encoding(wanted, "option", 1.0, len(mark) if wanted == marked else 0, invalid_byte)
    if marked:
        return Encoding(marked, "bom", 1.0, len(mark), invalid_byte)
    wide, confidence = _wide(head)
    if wide:
        return Encoding(wide, "detected", confidence, 0, invalid_byte)
    if strict.iso_2022 and not strict.valid and not strict.bad:
        return Encoding(strict.iso_2022, "detected", 0.99)
    if not strict.valid and not strict.bad and (name := seven_bit(head)):
        return Encoding(name, "detected", _SEVEN_BIT_SURE)
    few = strict.is_utf8 and 0 < strict.valid <= _FEW
    if strict.is_utf8 and not (few and is_utf8_by_chance(_sample(source.path)[0])):
        return Encoding("utf-8", "strict", invalid_byte=invalid_byte)
    if is_binary(head.decode(LIKELY, "replace").encode()):
        # No candidate makes text of it. To ask the models of all languages of every pair of bytes
        # would take seconds, and hundreds of MB.
        return Encoding(LIKELY, "detected", 0.01, 0, invalid_byte)
    name, confidence = guess(*_sample(source.path))
    return Encoding(name, "detected", confidence, 0, invalid_byte)


def transcode(source: Source, encoding: Encoding, spool: Path) -> tuple[Path, Ints]:
    """Write the text of a source as UTF-8, without its mark, to a new file in `spool`.

    An undecodable byte becomes the lone surrogate U+DC00 + byte; delimiters, quotes and line ends
    are unchanged. Memory does not grow with the file.

    Returns:
        The file, which only its owner can read, and the offset in the source of every such byte.
    """
    bad: list[int] = []
    with spooled(spool, "text") as (path, text), source.path.open("rb") as file:
        file.seek(encoding.skip)
        for decoded, offsets in _decode(file, encoding.name):
            bad += offsets
            text.write(decoded.encode("utf-8", "surrogatepass"))
    return path, np.array(bad, dtype=np.int64)


def _decode(file: Opened, encoding: str) -> Iterator[tuple[str, list[int]]]:
    """The rest of a file as text, block by block, and the offsets of its undecodable bytes."""
    whole_units = encoding.startswith("utf-")
    decoder = codecs.getincrementaldecoder(encoding)(_BY_UNIT if whole_units else _BY_BYTE)
    while True:
        base = file.tell() - len(decoder.getstate()[0])
        block = file.read(_BLOCK)
        _marked.at = []
        text = decoder.decode(block, not block)
        yield text, [base + at for at in _marked.at]
        if not block:
            break


def _marks(error: UnicodeError, end: int | None) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    until = error.end if end is None else end
    _marked.at += range(error.start, until)
    return "".join(chr(0xDC00 + byte) for byte in error.object[error.start : until]), until


def _mark_unit(error: UnicodeError) -> tuple[str, int]:
    return _marks(error, None)


def _mark_byte(error: UnicodeError) -> tuple[str, int]:
    # the second byte of a broken pair may well be a delimiter, a quote or a line end
    return _marks(error, getattr(error, "start", 0) + 1)


_marked = threading.local()
_BY_UNIT, _BY_BYTE = "preflight-mark-unit", "preflight-mark-byte"
codecs.register_error(_BY_UNIT, _mark_unit)
codecs.register_error(_BY_BYTE, _mark_byte)


def _codec(name: str) -> str:
    try:
        "".encode(name)  # refuses codecs that are not for text
        codec = codecs.lookup(name).name
    except (LookupError, ValueError):
        codec = "undefined"
    if codec in _NO_FILE_ENCODINGS:
        raise UsageError(
            f"{name!r} is not a text encoding; use one such as utf-8, cp1252, utf-16 or shift_jis"
        )
    return "utf-8" if codec == "utf-8-sig" else codec


def _read_strictly(path: Openable) -> _Strict:
    seen = Utf8()
    with path.open("rb") as file:
        while seen.is_valid and (block := file.read(_BLOCK)):
            seen.write(block)
    count = seen.count()
    return _decoded(path) if count is None else _Strict(valid=count)


class Utf8:
    """Takes the bytes of a file block by block, and says whether they are UTF-8.

    Attributes:
        is_valid: whether they are so far.
    """

    def __init__(self) -> None:
        self.is_valid = True
        self._count, self._rest = 0, b""

    def write(self, block: bytes) -> None:
        """Takes bytes."""
        text = self._rest + block
        if not self.is_valid or b"\x1b" in text:
            self.is_valid = False
            return
        whole = len(text) - _begun(text)
        self._rest = text[whole:]
        if not text.isascii():
            self.is_valid = _is_utf8(text[:whole])
            leads = np.frombuffer(text, dtype=np.uint8, count=whole) >= _MULTIBYTE_LEAD
            self._count += int(np.count_nonzero(leads))

    def count(self) -> int | None:
        """How many characters beyond ASCII they have.

        None if they are not UTF-8, or hold an escape: then they have to be decoded to be known.
        """
        return self._count if self.is_valid and not self._rest else None


def _begun(text: bytes) -> int:
    """How many bytes at the end of a block begin a sequence that goes on in the next one."""
    for count, byte in enumerate(reversed(text[-3:]), start=1):
        if byte >= _MULTIBYTE_LEAD:
            length = 2 + (byte >= _LEAD_OF_THREE) + (byte >= _LEAD_OF_FOUR)
            return count if count < length else 0
        if byte < _CONTINUATION:
            return 0
    return 0


def _is_utf8(text: bytes) -> bool:
    edges = np.array([0, len(text)], dtype=np.int64)
    buffers = [None, pa.py_buffer(edges), pa.py_buffer(text)]
    try:
        pa.Array.from_buffers(pa.large_string(), 1, buffers).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _decoded(path: Openable) -> _Strict:
    seen = _Strict()
    names = set()
    with path.open("rb") as file:
        for text, bad in _decode(file, "utf-8"):
            if bad and seen.first_bad is None:
                seen.first_bad = bad[0]
            seen.bad += len(bad)
            if not text.isascii():
                encoded = np.frombuffer(text.encode("utf-8", "surrogatepass"), dtype=np.uint8)
                seen.valid += int((encoded >= _MULTIBYTE_LEAD).sum()) - len(bad)
            if seen.bad > _HOPELESS and not seen.is_utf8:
                break
            if "\x1b" in text:
                names |= {n for p, n in _ISO_2022 if p.search(text)}
    seen.iso_2022 = next((name for _, name in _ISO_2022 if name in names), "")
    return seen


def _located(path: Openable, offset: int) -> InvalidByte:
    line = 1
    last = b""
    with path.open("rb") as file:
        left = offset
        while left:
            block = file.read(min(_BLOCK, left))
            left -= len(block)
            text = last + block.replace(b"\0", b"")  # in UTF-16 a line end is two bytes
            last = text[-1:] if text.endswith(b"\r") and left else b""
            text = text[: len(text) - len(last)]
            line += text.count(b"\n") + text.count(b"\r") - text.count(b"\r\n")
        byte = file.read(1)[0]
    return InvalidByte(offset=offset, line=line, byte=byte)


def _wide(head: bytes) -> tuple[str, float]:
    """The UTF-16 or UTF-32 encoding that the positions of NUL bytes suggest, or ""."""
    nul = np.frombuffer(head[: len(head) // 4 * 4], dtype=np.uint8).reshape(-1, 4) == 0
    if nul.sum() < _FEWEST_NULS:
        return "", 0.0
    first, second, third, fourth = nul.mean(axis=0).tolist()
    if min(third, fourth) > 0.9 and first < 0.1:
        return "utf-32-le", 0.99
    if min(first, second) > 0.9 and fourth < 0.1:
        return "utf-32-be", 0.99
    even, odd = (first + third) / 2, (second + fourth) / 2
    for name, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if zeros > 0.3 and others < zeros / 4:
            return name, round(min(1 - others / zeros, 0.99), 2)
        # names in another script have few NULs, but all of them on one side
        if zeros > _SOME_NULS and not others and nul.sum() >= _SURE_NULS and _decodes(head, name):
            return name, 0.9
    return "", 0.0


def _decodes(head: bytes, name: str) -> bool:
    """Whether the bytes decode to lines of text in an encoding of two bytes a unit."""
    try:
        text = head[: len(head) // 2 * 2 - 2].decode(name)
    except UnicodeDecodeError:
        return False
    return "\n" in text or "\r" in text


def _sample(path: Openable) -> tuple[bytes, BytePairs]:
    """Lines with bytes beyond ASCII, from all over the file, and all such bytes, counted."""
    lines: list[bytes] = []
    size = 0
    counted = BytePairs()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            counted.add(block)
            sampled = 0
            for match in _LINE_BEYOND_ASCII.finditer(block if size < _SAMPLE_BYTES else b""):
                lines.append(match[0])
                sampled += len(match[0])
                if sampled >= _SAMPLE_PER_BLOCK:
                    break
            size += sampled
    return b"".join(lines)[:_SAMPLE_BYTES], counted
