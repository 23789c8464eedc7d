"""The file of a baseline: rates and fingerprints, no value of a contact, no line number."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import pydantic

from preflight.baseline.fingerprints import KeyCheck
from preflight.baseline.kinds import Kind
from preflight.config.validation import first_problem
from preflight.core import files, json_text
from preflight.core.errors import UsageError
from preflight.core.types import Severity

SCHEMA_VERSION = 1
DEFAULT = Path("preflight-baseline.json")


@dataclass(frozen=True)
class Entry:
    """Findings of one kind that are accepted in a file.

    Attributes:
        code, severity, column, what: see `Kind`.
        name: of the rule.
        rule: the version of the rule.
        count: how many are accepted.
        rows: in a file of how many rows; None if they are about the file or its header.
        values: for each fingerprint, how many findings have it; None if they were not recorded.
    """

    code: str
    name: str
    severity: Severity
    column: str
    what: str
    rule: str
    count: Annotated[int, pydantic.Field(ge=1)]
    rows: Annotated[int, pydantic.Field(ge=1)] | None
    values: Mapping[str, int] | None = None

    @property
    def kind(self) -> Kind:
        """The kind of its findings."""
        return Kind(self.code, self.severity, self.column, self.what)


@dataclass(frozen=True)
class AcceptedFile:
    """What is accepted in one file.

    Attributes:
        path: relative to the baseline, with slashes.
        profile: that it was checked for.
        findings: by kind.
    """

    path: str
    profile: str
    findings: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class Tool:
    """What a baseline was made with: preflight's version, and those of the libraries that judge."""

    name: str
    version: str
    libraries: Mapping[str, str]


@dataclass(frozen=True)
class Baseline:
    """What is accepted in some files.

    Attributes:
        tool: that made it.
        files: each with what is accepted in it.
        key: of the fingerprints; None if there are none.
        schema_version: of the form of the file.
    """

    tool: Tool
    files: tuple[AcceptedFile, ...]
    key: KeyCheck | None = None
    schema_version: Literal[1] = field(default=1)


@functools.cache
def _adapter() -> pydantic.TypeAdapter[Baseline]:
    """Most calls read no baseline, and this takes long to build."""
    return pydantic.TypeAdapter(Baseline)


def text(baseline: Baseline) -> str:
    """The text of a baseline: an entry a line, so that a change of it can be read."""
    made = asdict(baseline)
    head = {name: made[name] for name in ("schema_version", "tool", "key")}
    head_lines = [f'"{name}": {json_text.dumps(value)}' for name, value in head.items()]
    found = ",\n".join(_file_text(file) for file in made["files"])
    return "{" + ",\n ".join([*head_lines, f'"files": [\n{found}\n ]']) + "}\n"


def _file_text(file: Mapping[str, Any]) -> str:
    head = ", ".join(f'"{name}": {json_text.dumps(file[name])}' for name in ("path", "profile"))
    entries = ",\n".join(f"   {json_text.dumps(entry)}" for entry in file["findings"])
    return f'  {{{head}, "findings": [' + (f"\n{entries}\n  " if entries else "") + "]}"


def write(path: Path, baseline: Baseline) -> None:
    """Writes a baseline.

    Raises:
        WriteError: it cannot be written.
    """
    files.write_named(path, text(baseline))


def read(path: Path) -> Baseline:
    """Reads a baseline.

    Raises:
        UsageError: there is none, or it is not one, or a newer preflight has written it.
    """
    try:
        data = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise UsageError(
            f"there is no baseline {path}; write one with `preflight baseline write PATH -o {path}`"
        ) from None
    except OSError as error:
        raise UsageError(f"cannot read the baseline {path}: {files.reason(error)}") from error
    except ValueError:
        raise UsageError(f"{path} is not a baseline: it is not JSON") from None
    if not isinstance(data, dict) or "schema_version" not in data or "files" not in data:
        raise UsageError(f"{path} is not a baseline; `preflight baseline write` makes one")
    if data["schema_version"] != SCHEMA_VERSION:
        raise UsageError(
            f"{path} has the form {data['schema_version']!s:.20}, and this preflight reads "
            f"{SCHEMA_VERSION}: update preflight, or write the baseline again with --force"
        )
    try:
        return _adapter().validate_python(data)
    except pydantic.ValidationError as error:
        where, words = first_problem(error, lambda _: ())
        raise UsageError(f"{path} is damaged: {'.'.join(where)} {words}") from None


def named(path: str, baseline: Path) -> str:
    """What a baseline calls a file: by its path from there, the same on every machine."""
    if path == "-":
        return path
    try:
        return Path(os.path.relpath(path, baseline.parent)).as_posix()
    except ValueError:  # on another drive
        return Path(path).as_posix()


def accepted(baseline: Baseline, name: str, *, alone: bool) -> AcceptedFile | None:
    """What is accepted in a file; None if the baseline does not have it.

    Args:
        baseline: that may have it.
        name: of the file, see `named`.
        alone: whether no other file is checked. The only file of a baseline is then meant, whatever
            it is called: an export may have the date in its name.
    """
    found: Sequence[AcceptedFile] = [file for file in baseline.files if file.path == name]
    if not found and alone and len(baseline.files) == 1:
        found = baseline.files
    return found[0] if found else None
