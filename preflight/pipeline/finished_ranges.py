"""What was found in the ranges of a file by a call that did not end, for the next call.

It lies in the state folder until a call ends. A result is a pickle, so only those are read that
bear the mark of this user, see `core.own_key`.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import shutil
import time
from collections.abc import Set as AbstractSet
from typing import Any

from preflight.config.rule_version import rule_version
from preflight.config.settings import Settings
from preflight.core import files, own_key
from preflight.linting.chunk_result import Job
from preflight.pipeline.dask_worker import versions
from preflight.pipeline.local_engine import Task

_FOLDER, _MARK = "ranges", 64
_KEPT = 7 * 24 * 3600.0
"""Seconds for which the results of a call that did not end are kept."""


class FinishedRanges:
    """The results of the ranges of one job.

    Args:
        settings: of the call, with the state folder.
        job: the file, and what is asked of it.
        range_bytes: the size of a range.
    """

    def __init__(self, settings: Settings, job: Job, range_bytes: int) -> None:
        self._above = settings.state_dir / _FOLDER
        self._key = _key(settings, job, range_bytes)
        self._folder = self._above / self._key[:32]

    def get(self, task: Task) -> bytes | None:
        """The result of a range, if a call of this user kept it."""
        name = _name(task)
        with contextlib.suppress(OSError):
            kept = (self._folder / name).read_bytes()
            mark, result = kept[:_MARK], kept[_MARK:]
            if own_key.is_own(self._record(name, result), mark.decode("ascii", "replace")):
                return result
        return None

    def keep(self, task: Task, result: bytes) -> None:
        """Keeps the result of a range.

        Raises:
            WriteError: there is no room.
        """
        name = _name(task)
        if mark := own_key.mark(self._record(name, result)):
            files.folder(self._folder)
            files.write(self._folder / name, mark.encode() + result, durable=False)

    def forget(self) -> None:
        """Removes the results of this job, and those that nobody came back for."""
        shutil.rmtree(self._folder, ignore_errors=True)
        for other in self._above.glob("*"):
            with contextlib.suppress(OSError):
                if time.time() - other.stat().st_mtime > _KEPT:
                    shutil.rmtree(other)
        for folder in (self._above, self._above.parent):
            with contextlib.suppress(OSError):  # something else is in it
                folder.rmdir()

    def _record(self, name: str, result: bytes) -> bytes:
        return f"{self._key} {name} ".encode() + result


def _name(task: Task) -> str:
    """A name for a range; how many guesses were left changes no result that is taken."""
    about = repr((dataclasses.astuple(task.range), task.behind, task.begun))
    return hashlib.sha256(about.encode()).hexdigest()[:32]


def _key(settings: Settings, job: Job, range_bytes: int) -> str:
    """What the results of a job depend on, as one text."""
    plan, source = job.plan, job.layout.source
    known = {
        "file": [source.sha256, source.name, job.layout.text_offset, job.layout.data_offset],
        "settings": dataclasses.asdict(settings),
        "profile": dataclasses.asdict(plan.profile),
        "written": plan.written,
        "orders": sorted(plan.orders.items()),
        "asked": [job.across, job.whole, job.again, plan.pictured, range_bytes],
        "rules": {code: rule_version(rule) for code, rule in plan.rules.items()},
        "versions": versions(),
    }
    text = json.dumps(known, sort_keys=True, default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: Any) -> Any:
    return sorted(map(str, value)) if isinstance(value, AbstractSet) else str(value)
