"""Baselines of checked files: made of them, and held beside them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from preflight.baseline import document
from preflight.baseline.acceptance import Pruned, accept, pruned
from preflight.baseline.comparison import Cells, Comparison, compare
from preflight.baseline.document import AcceptedFile, Baseline, Tool
from preflight.baseline.fingerprints import VARIABLE, Fingerprints
from preflight.config.settings import Settings
from preflight.core.errors import UsageError
from preflight.core.secret_key import secret_key
from preflight.linting.analysis import Analysis
from preflight.linting.cell_values import CellValues
from preflight.linting.checked import Checked
from preflight.report.libraries import libraries

_DISTRIBUTION = "contact-preflight"


@dataclass(frozen=True)
class Accepted:
    """A baseline to compare files with.

    Attributes:
        path: of its file.
        baseline: what it accepts.
        key: of its fingerprints, as the environment has it; "" for none.
    """

    path: Path
    baseline: Baseline
    key: str

    def compared(self, checked: Checked, *, alone: bool = True) -> Comparison:
        """A checked file beside the baseline.

        Args:
            checked: the file.
            alone: whether it is the only one that is checked.
        """
        return self.beside(checked.analysis, checked.source.name, _cells(checked), alone=alone)

    def beside(self, analysis: Analysis, name: str, cells: Cells, *, alone: bool) -> Comparison:
        """A file beside the baseline, by its analysis; see `compared`.

        Args:
            analysis: of the file.
            name: of the file in reports.
            cells: fetches the cells of findings.
            alone: whether it is the only one that is checked.
        """
        return compare(
            analysis,
            name,
            self.baseline,
            self.path,
            cells=cells,
            libraries=libraries(),
            alone=alone,
            key=self.key,
        )


def accepted(settings: Settings, environ: Mapping[str, str]) -> Accepted | None:
    """The baseline of the settings; None if they name none.

    Args:
        settings: of the call.
        environ: may have the key of the fingerprints.

    Raises:
        UsageError: there is no such file, it is not a baseline, or the key is too short.
    """
    return None if settings.baseline is None else opened(settings.baseline, environ)


def opened(path: Path, environ: Mapping[str, str]) -> Accepted:
    """The baseline at a path; see `accepted`."""
    return Accepted(path, document.read(path), secret_key(environ, VARIABLE))


def made(files: Sequence[Checked], path: Path, environ: Mapping[str, str]) -> Baseline:
    """A baseline of all that was found in some files.

    Args:
        files: each linted.
        path: where it will be written.
        environ: with a key in it, the baseline has fingerprints.

    Raises:
        ConfigError: the key is too short.
    """
    key = secret_key(environ, VARIABLE)
    fingerprints = Fingerprints(key) if key else None
    return Baseline(
        tool=_tool(),
        files=tuple(
            accept(file.analysis, file.source.name, path, cells=_cells(file), made=fingerprints)
            for file in files
        ),
        key=fingerprints.key_check if fingerprints is not None else None,
    )


def without_gone(
    known: Accepted, files: Sequence[Checked]
) -> tuple[Baseline, list[tuple[str, Pruned]], list[str]]:
    """A baseline without what is no longer found, and at the rates of now where they are lower.

    Args:
        known: the baseline.
        files: each linted. What is accepted in other files stays.

    Returns:
        The new baseline; what was changed in each file; and why other files were left as they are.

    Raises:
        UsageError: the baseline has fingerprints, and their key is not in the environment.
    """
    baseline = known.baseline
    fingerprints = None
    if baseline.key is not None:
        fingerprints = Fingerprints(known.key, baseline.key.salt) if known.key else None
        if fingerprints is None or fingerprints.key_check != baseline.key:
            raise UsageError(
                f"{known.path} has fingerprints: set {VARIABLE} to the key that it was written with"
            )
    changes: list[tuple[str, Pruned]] = []
    skipped = []
    left = {file.path: file for file in baseline.files}
    for checked in files:
        name = document.named(checked.source.name, known.path)
        before = document.accepted(baseline, name, alone=len(files) == 1)
        if before is None:
            skipped.append(f"{checked.source.name} is not in {known.path}")
            continue
        if why := _not_comparable(before, checked):
            skipped.append(f"{checked.source.name} was not pruned: {why}")
            continue
        now = accept(checked.analysis, name, known.path, cells=_cells(checked), made=fingerprints)
        change = pruned(before, now, checked.analysis.plan.rules)
        changes.append((before.path, change))
        left[before.path] = change.file
    tool = _tool() if len(changes) == len(left) else baseline.tool
    return dataclasses.replace(baseline, files=tuple(left.values()), tool=tool), changes, skipped


def _not_comparable(before: AcceptedFile, checked: Checked) -> str:
    """Why a file does not show what is no longer found in it; "" if it does."""
    profile = checked.analysis.plan.profile.name
    if before.profile != profile:
        return f"the baseline is for {before.profile}, and this check for {profile}; add `--for`"
    known = {entry.code for entry in before.findings}
    codes = sorted({rule.code for rule, _ in checked.analysis.refused} - known)
    return f"nothing of it can be used ({', '.join(codes)})" if codes else ""


def _cells(checked: Checked) -> Cells:
    return CellValues(checked.analysis, checked.records("comparing"))


def _tool() -> Tool:
    return Tool("preflight", version(_DISTRIBUTION), libraries())
