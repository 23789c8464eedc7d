"""What a power cut may leave of a folder, after the model of ALICE (Pillai and others, OSDI 2014).

A file system keeps what was brought to disk by fsync, and of the rest whatever it likes: any of the
writes and any of the changes of names, in any order, and half of a write. The fsync of a file says
nothing about its name; that needs the fsync of its folder. One rename is there as a whole or not at
all. Every file system in use keeps more than that.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Tree = dict[str, bytes | None]
"""The files of a folder by their paths in it; None for a folder."""

_ROOT = 0
_EACH, _RANDOM = 5, 3


@dataclass(frozen=True)
class _Name:
    """A change of names: what is gone, and what is there, each as folder and name."""

    gone: tuple[int, str] | None
    there: tuple[int, str] | None
    node: int

    @property
    def folders(self) -> set[int]:
        return {at[0] for at in (self.gone, self.there) if at is not None}


@dataclass(frozen=True)
class _Data:
    """A change of a file: bytes at an offset, or its size."""

    node: int
    at: int
    data: bytes | None


@dataclass
class Disk:
    """A folder whose changes are replayed.

    Args:
        root: the folder; what is in it now is on disk.
    """

    root: Path
    _live: dict[int, dict[str, int]] = field(default_factory=lambda: {_ROOT: {}})
    _nodes: dict[int, int] = field(default_factory=dict)
    _names: list[_Name] = field(default_factory=list)
    _data: list[_Data] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._contents: dict[int, bytes] = {}
        self._nodes[self.root.stat().st_ino] = _ROOT
        for path in sorted(self.root.rglob("*")):
            folder, name = self._parent(str(path)) or (_ROOT, path.name)
            node = self._new(path.stat().st_ino, folder=path.is_dir())
            self._live[folder][name] = node
            if path.is_file():
                self._contents[node] = path.read_bytes()
        self._kept = {folder: dict(entries) for folder, entries in self._live.items()}

    def _new(self, inode: int, *, folder: bool) -> int:
        node = len(self._live) + len(self._contents)
        self._nodes[inode] = node
        if folder:
            self._live[node] = {}
        else:
            self._contents[node] = b""
        return node

    def _parent(self, path: str) -> tuple[int, str] | None:
        """The folder of a path, and its name there; None where it is not below the root."""
        if not path.startswith(f"{self.root}{os.sep}"):
            return None
        *folders, name = Path(path).relative_to(self.root).parts
        node = _ROOT
        for one in folders:
            node = self._live[node][one]
        return node, name

    def replay(self, calls: Iterable[Mapping[str, Any]]) -> None:
        """Makes the changes that a process made, as `watching.Watch` recorded them."""
        for call in calls:
            if "op" in call:
                getattr(self, f"_{call['op']}")(call)

    def _open(self, call: Mapping[str, Any]) -> None:
        where = self._parent(call["path"])
        if where is None:
            return
        if call["new"]:
            self._named(None, where, self._new(call["inode"], folder=False))
        elif call["flags"] & os.O_TRUNC:
            self._data.append(_Data(self._nodes[call["inode"]], 0, None))

    def _mkdir(self, call: Mapping[str, Any]) -> None:
        where = self._parent(call["path"])
        if where is not None:
            node = self._new(call["inode"], folder=True)
            self._kept[node] = {}
            self._named(None, where, node)

    def _unlink(self, call: Mapping[str, Any]) -> None:
        where = self._parent(call["path"])
        if where is not None:
            self._named(where, None, self._live[where[0]][where[1]])

    def _rename(self, call: Mapping[str, Any]) -> None:
        here, there = self._parent(call["path"]), self._parent(call["to"])
        if here is not None and there is not None:
            self._named(here, there, self._live[here[0]][here[1]])

    def _link(self, call: Mapping[str, Any]) -> None:
        here, there = self._parent(call["path"]), self._parent(call["to"])
        if here is not None and there is not None:
            self._named(None, there, self._live[here[0]][here[1]])

    def _named(
        self, gone: tuple[int, str] | None, there: tuple[int, str] | None, node: int
    ) -> None:
        change = _Name(gone, there, node)
        _rename(self._live, change)
        self._names.append(change)

    def _write(self, call: Mapping[str, Any]) -> None:
        if call["inode"] in self._nodes:
            self._data.append(_Data(self._nodes[call["inode"]], call["at"], call["data"]))

    def _truncate(self, call: Mapping[str, Any]) -> None:
        if call["inode"] in self._nodes:
            self._data.append(_Data(self._nodes[call["inode"]], call["size"], None))

    def _sync(self, call: Mapping[str, Any]) -> None:
        node = self._nodes.get(call["inode"])
        if node is None:
            return
        if node in self._live:
            for change in self._names:
                if node in change.folders:
                    _rename(self._kept, change)
            self._names = [change for change in self._names if node not in change.folders]
        else:
            mine = [change for change in self._data if change.node == node]
            self._contents[node] = _changed(self._contents[node], mine)
            self._data = [change for change in self._data if change.node != node]

    def states(self, choice: random.Random) -> Iterator[tuple[str, Tree]]:
        """What may be left, each state once, in a few words and as files."""
        seen = []
        for words, names, data in self._kept_changes(choice):
            tree = self._tree(names, data)
            if tree not in seen:
                seen.append(tree)
                yield words, tree

    def _kept_changes(
        self, choice: random.Random
    ) -> Iterator[tuple[str, Sequence[_Name], Sequence[_Data]]]:
        names, data = self._names, self._data
        yield "nothing that was not synced", [], []
        yield "names without data", names, []
        yield "data without names", [], data
        yield "everything", names, data
        yield "everything, the last writes torn", names, _torn(data)
        for left in choice.sample(range(len(names)), min(_EACH, len(names))):
            words = f"everything but change {left + 1} of {len(names)} of names"
            yield words, [*names[:left], *names[left + 1 :]], data
        for number in range(_RANDOM if len(names) + len(data) > 1 else 0):
            some = [one for one in names if choice.random() < 0.5]
            yield f"some, choice {number + 1}", some, [d for d in data if choice.random() < 0.5]

    def _tree(self, names: Sequence[_Name], data: Sequence[_Data]) -> Tree:
        entries = {folder: dict(inside) for folder, inside in self._kept.items()}
        for change in names:
            _rename(entries, change)
        tree: Tree = {}

        def walk(folder: int, above: str) -> None:
            for name, node in entries[folder].items():
                # The index of a write-ahead log is made anew; it is not brought to disk.
                if name.endswith("-shm"):
                    continue
                if node in entries:
                    tree[above + name] = None
                    walk(node, f"{above}{name}/")
                else:
                    mine = [change for change in data if change.node == node]
                    tree[above + name] = _changed(self._contents[node], mine)

        walk(_ROOT, "")
        return tree


def _rename(entries: dict[int, dict[str, int]], change: _Name) -> None:
    """Makes a change of names, whatever of those before it was made."""
    if change.gone is not None and entries[change.gone[0]].get(change.gone[1]) == change.node:
        del entries[change.gone[0]][change.gone[1]]
    if change.there is not None:
        entries[change.there[0]][change.there[1]] = change.node


def _changed(content: bytes, changes: Iterable[_Data]) -> bytes:
    for change in changes:
        if change.data is None:
            content = content[: change.at].ljust(change.at, b"\0")
        else:
            end = change.at + len(change.data)
            content = content[: change.at].ljust(change.at, b"\0") + change.data + content[end:]
    return content


def _torn(data: Sequence[_Data]) -> list[_Data]:
    """The same changes, of which the last write of each file is half there."""
    last = {change.node: at for at, change in enumerate(data) if change.data is not None}
    return [
        _Data(change.node, change.at, change.data[: len(change.data) // 2])
        if change.data is not None and last[change.node] == at
        else change
        for at, change in enumerate(data)
    ]


def put(tree: Tree, root: Path) -> None:
    """Makes a folder hold these files, and nothing else."""
    for path in root.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
    for name, content in tree.items():
        path = root / name
        if content is None:
            path.mkdir(mode=0o700)
        else:
            path.write_bytes(content)
            path.chmod(0o600)
