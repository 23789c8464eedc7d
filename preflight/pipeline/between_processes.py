"""What one process says of a file to another: data, without rules and what belongs to a process.

A rule crosses as its code and severity, because its functions may be from a file that only its own
process has loaded. What was kept for each chunk stays behind, see `KeptChunks`.
"""

from __future__ import annotations

import dataclasses
import io
import pickle
from collections.abc import Mapping
from typing import Any

from preflight.core.types import Severity
from preflight.rule import Rule


def packed(value: object) -> bytes:
    """A value as bytes, for a process that has the same rules."""
    buffer = io.BytesIO()
    _Packer(buffer, protocol=pickle.HIGHEST_PROTOCOL).dump(value)
    return buffer.getvalue()


def unpacked(data: bytes, rules: Mapping[str, Rule]) -> Any:
    """The value of `packed`.

    Args:
        data: from a process that this call started.
        rules: all that the call knows, by their codes.
    """
    return _Unpacker(io.BytesIO(data), rules).load()


class _Packer(pickle.Pickler):
    def persistent_id(self, value: object) -> tuple[str, Severity] | None:
        return (value.code, value.severity) if isinstance(value, Rule) else None


class _Unpacker(pickle.Unpickler):
    def __init__(self, data: io.BytesIO, rules: Mapping[str, Rule]) -> None:
        super().__init__(data)
        self._rules = rules

    def persistent_load(self, named: tuple[str, Severity]) -> Rule:
        code, severity = named
        return dataclasses.replace(self._rules[code], severity=severity)
