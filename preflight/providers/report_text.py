"""The text of a failure report, as UTF-8 without byte order marks, however it was written.

A report may be packed although nobody asked for that, have another encoding than UTF-8, or end in
the middle of a character. Nothing here holds more than a block of it in memory.
"""

from __future__ import annotations

import codecs
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator

from preflight.core.received import Received

Guess = Callable[[bytes], str]
"""A function that names the encoding of some bytes that are not UTF-8."""

LONGEST = 2 << 30
"""The most bytes that a report may have when it is unpacked."""

_GZIP = b"\x1f\x8b\x08"
_MARK = codecs.BOM_UTF8
_SAMPLE = 256 << 10
_BLOCK = 1 << 20
_LONGEST_ENTRY = 1 << 20
_PAGE = re.compile(rb"\s*<(?:!doctype\s+html|html|head|body|\?xml)\b", re.IGNORECASE)
_SPACE = re.compile(r"[\s,]*")


class UnreadableReportError(Exception):
    """A report cannot be read at all; the message says what it is instead."""


def unpacked(raw: Received) -> Received:
    """The bytes without gzip, if they are packed.

    Raises:
        UnreadableReportError: they are damaged, or unpack to more than `LONGEST`.
    """
    if not raw.head(len(_GZIP)).startswith(_GZIP):
        return raw
    plain, unpacker = Received(), zlib.decompressobj(31)
    try:
        for block in raw.blocks(1 << 16):
            data = block
            while data:
                plain.add(unpacker.decompress(data, _BLOCK))
                if plain.size > LONGEST:
                    raise UnreadableReportError(
                        f"a gzip archive that unpacks to over {LONGEST >> 30} GB"
                    )
                data = unpacker.unconsumed_tail
                if unpacker.eof:
                    data = unpacker.unused_data
                    if not data.startswith(_GZIP):
                        break
                    unpacker = zlib.decompressobj(31)
    except zlib.error:
        raise UnreadableReportError("a damaged gzip archive") from None
    if not unpacker.eof:
        raise UnreadableReportError("a gzip archive without its end")
    return plain


def text_of(raw: Received, guess: Guess) -> Received:
    """The text of unpacked bytes as UTF-8; what is in no encoding becomes U+FFFD.

    Args:
        raw: the bytes.
        guess: names the encoding of lines that are not UTF-8.

    Raises:
        UnreadableReportError: it is a web page.
    """
    head = raw.head(_SAMPLE)
    wide = _wide(head)
    text = _joined(_decoded(raw, wide) if wide else _repaired(raw, guess))
    if _PAGE.match(text.head(1000)):
        raise UnreadableReportError("a web page")
    return text


def _wide(head: bytes) -> str | None:
    """The encoding of text in units of two bytes, or None."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if head[:2000].count(0) * 4 > len(head[:2000]):
        return "utf-16-be" if head[:1] == b"\0" else "utf-16-le"
    return None


def _decoded(raw: Received, encoding: str) -> Iterator[bytes]:
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    for block in raw.blocks():
        yield decoder.decode(block).replace("\ufeff", "").encode("utf-8", "replace")
    yield decoder.decode(b"", final=True).encode("utf-8", "replace")


def _repaired(raw: Received, guess: Guess) -> Iterator[bytes]:
    """The text of bytes that should be UTF-8: lines that are not are read as `guess` says."""
    other = ""
    for block in _whole_lines(raw):
        try:
            block.decode()
        except UnicodeDecodeError as error:
            if not other:
                at = max(0, error.start - _SAMPLE // 2)
                other = guess(block[at : at + _SAMPLE])
            yield b"".join(_line(line, other) for line in block.splitlines(keepends=True))
        else:
            yield block


def _line(line: bytes, encoding: str) -> bytes:
    try:
        line.decode()
    except UnicodeDecodeError as error:
        if error.reason == "unexpected end of data" and error.end == len(line):
            return line.decode(errors="replace").encode()  # the end of the file is missing
        return line.decode(encoding, errors="replace").encode("utf-8", "replace")
    return line


def _whole_lines(raw: Received) -> Iterator[bytes]:
    """The bytes in blocks that end with a line, without the byte order marks of pages."""
    lines: list[bytes] = []
    size = 0
    for line in raw.lines():
        lines.append(line.removeprefix(_MARK))
        size += len(line)
        if size >= _BLOCK:
            yield b"".join(lines)
            lines, size = [], 0
    yield b"".join(lines)


def _joined(pieces: Iterable[bytes]) -> Received:
    text = Received()
    for piece in pieces:
        text.add(piece)
    return text


def entries(text: Received) -> Iterator[bytes]:
    """The entries of JSON lists, each on a line of its own; other text follows as it is."""
    decoder = json.JSONDecoder()
    reader = codecs.getincrementaldecoder("utf-8")(errors="replace")
    held, blocks, ended = "", text.blocks(), False
    while True:
        while not ended and len(held) < _LONGEST_ENTRY:
            block = next(blocks, None)
            ended = block is None
            held += reader.decode(block or b"", final=ended)
        at = 0
        while (at := _next_entry(held, at)) < len(held):
            if held[at] == "]":
                at += 1
                continue
            try:
                entry, end = decoder.raw_decode(held, at)
            except (ValueError, RecursionError):
                break
            if end == len(held) and not ended:
                break
            yield json.dumps(entry, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
            at = end
        rest = held[at:]
        if ended or len(rest) >= _LONGEST_ENTRY:
            yield rest.encode("utf-8", "replace") + (b"" if ended else b"\n")
            if ended:
                return
            rest = ""
        held = rest


def _next_entry(text: str, at: int) -> int:
    """Where the next entry begins, or a list ends: blanks, commas and opened lists are passed."""
    while True:
        space = _SPACE.match(text, at)
        at = space.end() if space is not None else at
        if at < len(text) and text[at] == "[":
            at += 1
            continue
        return at
