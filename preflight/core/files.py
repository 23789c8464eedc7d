"""Every file that preflight writes, and what of a file only some systems have.

A file is written beside its place, brought to disk, and then takes its place as a whole: whatever
happens, what stands there is the old file or the new one. Whatever may hold a contact can be read
by its owner alone. Modes, links, owners and the syncing of a folder are used where the system has
them; no other module names them.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Protocol

from preflight.core.errors import UsageError, WriteError

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

PRIVATE, PROGRAM = 0o600, 0o700
"""Modes of a file for its owner alone, and of one that its owner can run."""

AT_ONCE = getattr(os, "O_NONBLOCK", 0)
"""Opens a pipe without waiting for who writes into it."""

_BLOCK, _BUFFER = 1 << 20, 1 << 16
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
_FOLDER = getattr(os, "O_DIRECTORY", None)
_STREAMS = ("dev", "proc")  # where some systems keep the names of what is open already


class Sink(Protocol):
    """What bytes can be written to."""

    def write(self, data: bytes, /) -> object:
        """Takes bytes."""


class Readable(Protocol):
    """What bytes can be read from, a block at a time."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, at most so many; none at the end."""


class Opened(Readable, AbstractContextManager["Opened", None], Protocol):
    """A file that is open, or an object of a store."""

    def seek(self, offset: int, /) -> int:
        """Goes to an offset, from which the next bytes are read."""

    def tell(self) -> int:
        """The offset."""


def reason(error: OSError) -> str:
    """What the system says of an error, without the path."""
    return error.strerror or type(error).__name__


@contextmanager
def writing(what: Path | str) -> Iterator[None]:
    """Turns what the system says within the block into an error for the user.

    Args:
        what: is written: a path, or words.

    Raises:
        WriteError: instead of any `OSError`.
    """
    try:
        yield
    except OSError as error:
        raise WriteError(what, reason(error)) from error


def is_full(error: OSError) -> bool:
    """Whether there is no room for what was to be written."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS)


def is_own(about: os.stat_result) -> bool:
    """Whether a file belongs to this user; yes, where the system does not tell."""
    user = getattr(os, "getuid", None)
    return user is None or about.st_uid == user()


def is_open_to_all(about: os.stat_result) -> bool:
    """Whether everybody may write a file; no, where the system does not tell."""
    return hasattr(os, "getuid") and bool(about.st_mode & stat.S_IWOTH)


def folder(path: Path) -> None:
    """Makes a folder for its owner alone, with those above it that are not there.

    One that stands there already stays as it is. The name of a new one outlasts a power cut: what
    is brought to disk below it would be lost with it.

    Raises:
        WriteError: it cannot be made, or something else stands there.
    """
    if path.is_dir():
        return
    # `mkdir(parents=True)` would make the ones above it for everybody.
    if path.parent != path:
        folder(path.parent)
    with writing(f"into {path}"):
        path.mkdir(mode=0o700, exist_ok=True)
    if os.access(path.parent, os.R_OK):  # what cannot be read cannot be synced
        sync_folder(path.parent)


def opened(path: Path) -> int:
    """A file to lock, open: made for its owner alone if there is none; a link is not followed.

    Raises:
        WriteError: it cannot be made, or cannot be written.
    """
    with writing(path):
        return os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), PRIVATE)


def touch(path: Path) -> None:
    """Makes an empty file for its owner alone, if there is none.

    Raises:
        WriteError: it cannot be made, or cannot be written.
    """
    with writing(path):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE))


def sync_folder(path: Path) -> None:
    """Makes the names in a folder outlast a power cut, where the system can be asked for that.

    Raises:
        WriteError: the disk refuses.
    """
    if _FOLDER is not None:
        _sync(path, os.O_RDONLY | _FOLDER)


def sync_tree(path: Path) -> None:
    """Makes a folder outlast a power cut, with all that lies below it.

    Raises:
        WriteError: the disk refuses.
    """
    for below in path.iterdir():
        if below.is_dir():
            sync_tree(below)
        else:
            _sync(below, os.O_RDWR)
    sync_folder(path)


def _sync(path: Path, how: int) -> None:
    with writing(path):
        handle = os.open(path, how)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


class RawFile(io.FileIO):
    """An open file that says which one could not be written; it owns the descriptor."""

    def __init__(self, handle: int, path: Path) -> None:
        super().__init__(handle, "w")
        self._path = path

    def write(self, data: ReadableBuffer, /) -> int:
        """Appends bytes.

        Raises:
            WriteError: it cannot be written.
        """
        with writing(self._path):
            return super().write(data)


class Replacement:
    """A new file that takes the place of another as a whole; a context manager.

    It does so with `keep`, or when the block ends well. Else nothing of it is left, and what stood
    there stands there still. A link that stands there is replaced, never followed.

    Args:
        path: of the file.
        mode: `PRIVATE` or `PROGRAM`; None for a file that others may read: it gets the mode of the
            one that it replaces, else what the umask leaves.
        durable: whether it is brought to disk. That can be left to `sync_tree`, and need not be
            where it lies in a folder that ends with the call.
        dated: the time of writing that it is to bear, in seconds since the epoch; now by default.

    Attributes:
        file: takes the bytes.

    Raises:
        WriteError: it cannot be written: at once, or when it is written or kept.
    """

    def __init__(
        self,
        path: Path,
        *,
        mode: int | None = PRIVATE,
        durable: bool = True,
        dated: float | None = None,
    ) -> None:
        self._path = path
        self._durable = durable
        self._dated = dated
        # Always the same name, so that a process that is killed again and again leaves one at most.
        self._beside = path.with_name(f".{path.name}.partial")
        with writing(path):
            self._beside.unlink(missing_ok=True)
            handle = os.open(self._beside, _NEW, 0o666 if mode is None else mode)
            self._made = os.fstat(handle)
            self.file: BinaryIO = io.BufferedWriter(RawFile(handle, path), _BUFFER)
            if mode is None and path.is_file():
                self._beside.chmod(stat.S_IMODE(path.stat().st_mode))

    def write(self, data: ReadableBuffer) -> int:
        """Appends bytes."""
        return self.file.write(data)

    def sha256(self) -> str:
        """The digest of what was written so far."""
        with writing(self._path):
            self.file.flush()
            with self._beside.open("rb") as written:
                return hashlib.file_digest(written, "sha256").hexdigest()

    def keep(self) -> None:
        """Puts the file in its place."""
        try:
            with writing(self._path):
                self.file.flush()
                if self._durable:
                    os.fsync(self.file.fileno())
                self.file.close()
                self._refuse_other()
                if self._dated is not None:
                    os.utime(self._beside, (self._dated, self._dated))
                self._beside.replace(self._path)
        except BaseException:
            self.drop()
            raise
        if self._durable:
            sync_folder(self._path.parent)

    def drop(self) -> None:
        """Removes what was written; what stood in its place stays."""
        with contextlib.suppress(OSError, WriteError):
            self.file.close()
        with contextlib.suppress(OSError):
            if self._is_ours():
                self._beside.unlink()

    def _is_ours(self) -> bool:
        return os.path.samestat(self._beside.lstat(), self._made)

    def _refuse_other(self) -> None:
        if not self._is_ours():
            raise WriteError(self._path, "another process is writing it")

    def __enter__(self) -> Replacement:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.keep()
        else:
            self.drop()


def write(
    path: Path,
    content: bytes | str | Iterable[str],
    *,
    mode: int | None = PRIVATE,
    durable: bool = True,
) -> None:
    """Writes a file, all of it or nothing; the arguments are those of `Replacement`.

    Args:
        content: bytes, or text that is written as UTF-8 with its line ends as they are; as a whole,
            or in pieces.

    Raises:
        WriteError: it cannot be written.
        UnicodeEncodeError: the text holds what is no character.
    """
    with Replacement(path, mode=mode, durable=durable) as new:
        if isinstance(content, bytes):
            new.write(content)
            return
        for piece in [content] if isinstance(content, str) else content:
            new.write(piece.encode())


def write_named(path: Path, content: str | Iterable[str], *, private: bool = False) -> None:
    """Writes a file that the user named, wherever that is.

    A link of the user's is followed. What is no file, like a pipe, takes the text as it comes.

    Args:
        private: whether the file is for its owner alone, for it holds values of contacts.

    Raises:
        WriteError: it cannot be written.
    """
    with writing(path):
        if path.exists() and (not path.is_file() or path.absolute().parts[1] in _STREAMS):
            with path.open("ab") as stream:
                for piece in [content] if isinstance(content, str) else content:
                    stream.write(piece.encode())
            return
        target = Path(os.path.realpath(path)) if path.is_symlink() else path
    write(target, content, mode=PRIVATE if private else None)


def append(path: Path, pieces: Iterable[str]) -> None:
    """Writes at the end of a file that others keep, like the job summary of a workflow.

    Raises:
        WriteError: it cannot be written.
    """
    with writing(path), path.open("a", encoding="utf-8", newline="") as file:
        file.writelines(pieces)


def refuse_input(target: Path, inputs: Iterable[str | Path], option: str) -> None:
    """Makes sure that a file that the user named is no input, nor what an input links to.

    Args:
        target: where something is to be written.
        inputs: paths; "-" is standard input.
        option: by which the target was named, for the message.

    Raises:
        UsageError: it is one of them.
    """
    for path in inputs:
        with contextlib.suppress(OSError):
            about = os.fstat(0) if str(path) == "-" else Path(path).stat()
            if stat.S_ISREG(about.st_mode) and os.path.samestat(about, target.stat()):
                raise UsageError(
                    f"{option} {target} would replace the input {path}; name another file"
                )


def copy_hashed(source: Readable, target: Sink | None = None) -> tuple[str, int]:
    """Copies the rest of a stream, in constant memory.

    Args:
        source: what is read.
        target: where it goes; nowhere by default.

    Returns:
        The hex SHA-256 of what was read, and how many bytes that was.

    Raises:
        OSError: it cannot be read.
        WriteError: it cannot be written.
    """
    digest, size = hashlib.sha256(), 0
    while block := source.read(_BLOCK):
        digest.update(block)
        size += len(block)
        if target is not None:
            target.write(block)
    return digest.hexdigest(), size
