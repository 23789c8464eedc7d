"""The results of trials in a file, a line each, so that a second call goes on where one stopped."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Self

from tests.crash.runner import REPOSITORY

_SOURCES = ("preflight/**/*.py", "preflight/**/*.toml", "rules/**/*.py", "tests/crash/*")


class KeptResults:
    """The results of one state of the code; a context manager that closes the file.

    A file about another state is put aside, beside it.

    Args:
        path: of the file; made, with its folder, if it is not there.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, dict[str, Any]] = {}
        code = digest()
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            lines = list(_lines(path))
            if lines and lines[0].get("code") == code:
                self._known = {line["key"]: line for line in lines[1:]}
            else:
                path.replace(path.with_name(f"{path.name}.of-other-code"))
        self._file = path.open("a", encoding="utf-8")
        if not self._file.tell():
            self._add({"code": code, "began": time.strftime("%Y-%m-%d %H:%M:%S")})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def __contains__(self, key: str) -> bool:
        return key in self._known

    def __getitem__(self, key: str) -> Mapping[str, Any]:
        return self._known[key]

    def keep(self, key: str, result: Mapping[str, Any]) -> None:
        """Writes a result down."""
        line = {"key": key, **result}
        self._known[key] = line
        self._add(line)

    def _add(self, line: Mapping[str, Any]) -> None:
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()


def digest() -> str:
    """The SHA-256 of the product's code and of the matrix's."""
    found = hashlib.sha256()
    for path in sorted(_files()):
        found.update(f"{path.relative_to(REPOSITORY)}\0".encode())
        found.update(path.read_bytes())
    return found.hexdigest()


def _files() -> Iterable[Path]:
    for pattern in _SOURCES:
        yield from (path for path in REPOSITORY.glob(pattern) if path.is_file())


def _lines(path: Path) -> Iterable[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            # The last line of a call that was killed.
            return
