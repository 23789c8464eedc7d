"""What one process says of a file to another: data, without rules and what belongs to a process.

A rule crosses as its code and severity, because its functions may be from a file that only its own
process has loaded. A profile is the same for thousands of files. What was kept for each chunk stays
behind, see `KeptChunks`.
"""

from __future__ import annotations

import dataclasses
import io
import pickle
from collections.abc import Callable, Mapping
from typing import Any

from preflight.config.profile import Profile
from preflight.core.types import Severity
from preflight.rule import Rule


def packed(value: object) -> bytes:
    """A value as bytes, for a process that has the same rules."""
    buffer = io.BytesIO()
    _Packer(buffer).dump(value)
    return buffer.getvalue()


# A rule by its code and severity, a profile by its name and its data.
_Named = tuple[str, Severity | bytes]


class Unpacker:
    """Makes values of what `packed` made, with one object for what many values have in common.

    Args:
        rules: all that the call knows, by their codes.
    """

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        self._rules = rules
        self._made: dict[_Named, Rule | Profile] = {}

    def value(self, data: bytes) -> Any:
        """The value that a process of this call packed."""
        return _Unpickler(io.BytesIO(data), self._shared).load()

    def _shared(self, named: _Named) -> Rule | Profile:
        if named not in self._made:
            name, rest = named
            if isinstance(rest, bytes):
                self._made[named] = pickle.loads(rest)  # noqa: S301 - see `value`
            else:
                self._made[named] = dataclasses.replace(self._rules[name], severity=rest)
        return self._made[named]


class _Packer(pickle.Pickler):
    def __init__(self, buffer: io.BytesIO) -> None:
        super().__init__(buffer, protocol=pickle.HIGHEST_PROTOCOL)
        self._profiles: dict[str, tuple[str, bytes]] = {}

    def persistent_id(self, value: object) -> _Named | None:
        if isinstance(value, Rule):
            return value.code, value.severity
        if isinstance(value, Profile):
            if value.name not in self._profiles:
                self._profiles[value.name] = value.name, pickle.dumps(value)
            return self._profiles[value.name]
        return None


class _Unpickler(pickle.Unpickler):
    def __init__(self, data: io.BytesIO, shared: Callable[[_Named], Rule | Profile]) -> None:
        super().__init__(data)
        self._shared = shared

    def persistent_load(self, named: _Named) -> Rule | Profile:
        return self._shared(named)
