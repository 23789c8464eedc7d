"""Finds the run that a corrected file belongs to, in the ledgers of a state folder."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from preflight.core.errors import UsageError
from preflight.providers.destination import OWN
from preflight.runs.guards import refuse_replaced
from preflight.runs.kept_run import digests_of
from preflight.runs.ledger import places
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import Run, RunState


@dataclass(frozen=True)
class Root:
    """The first run of a family.

    Attributes:
        place: its state folder.
        run: the run.
    """

    place: Path
    run: Run

    @property
    def described(self) -> str:
        """Its ID, its input, and where it went."""
        where = ", a rehearsal" if self.run.is_rehearsal else ""
        return f"{self.run.id} ({self.run.source_name} to {self.run.provider}{where})"


def root(
    name: str, digests: Sequence[str], state_dir: Path, run_id: str | None, *, rehearsal: bool
) -> Root:
    """The first run of the family that a corrected file belongs to.

    Of several rehearsals of a file in one folder, the newest counts, for its results are there. A
    rehearsal is not meant where the file was sent to the provider itself, unless its results are
    in the folder of the corrected file.

    Args:
        name: of the file, as the user gave it.
        digests: of the files that its rows are from, as in its row IDs, most frequent first.
        state_dir: the user's state folder.
        run_id: the run that the user names; any of the family.
        rehearsal: whether the user wants to go on in the sandbox.

    Raises:
        UsageError: it is not clear which, or it is not the one that the user names.
    """
    if not places.folders(state_dir):
        raise UsageError(
            f"there are no runs in {state_dir} that {name} could correct; name another folder with "
            "--state-dir, or send a file for the first time with `preflight submit`"
        )
    members = list(_members(state_dir))
    if rehearsal and run_id is None:
        members = [(run, first) for run, first in members if run.is_rehearsal]
    matching = _once(
        first
        for digest in digests
        for run, first in members
        if any(known.startswith(digest) for known in digests_of(run))
    )
    if digests and not matching:
        raise UsageError(
            f"{name}: no run in {state_dir} has sent the file that its rows are "
            f"from ({digests[0]}…); name another folder with --state-dir, or send a file for the "
            "first time with `preflight submit`"
        )
    if run_id is not None:
        return _given(name, members, matching, places.found(state_dir, run_id)[1])
    folder = Path(name).absolute().parent
    in_folder = _once(first for run, first in members if run.folder == folder)
    ids = {first.run.id for first in matching}
    for candidates in (
        _latest([first for first in in_folder if first.run.id in ids]),
        _real(matching or in_folder),
        _real(_once(first for _, first in members)),
    ):
        if len(candidates) == 1:
            return candidates[0]
        if candidates:
            several = ", ".join(first.described for first in candidates)
            raise UsageError(
                f"{name}: it is not clear which run it corrects; name one with --run: {several}"
            )
    raise UsageError(f"there are no runs in {state_dir}; see `preflight runs`")


def _members(state_dir: Path) -> Iterable[tuple[Run, Root]]:
    """All runs that were not replaced, each with the first run of its family; newest first."""
    for place in places.folders(state_dir):
        with Ledger(place) as ledger:
            for run in ledger.runs():
                if run.state is not RunState.REPLACED:
                    yield run, Root(place, ledger.family(run.id)[0])


def _given(
    name: str, members: Sequence[tuple[Run, Root]], matching: Sequence[Root], run: Run
) -> Root:
    """The root of the run that the user names, if the file does not belong to another one."""
    refuse_replaced(run)
    first = next(first for member, first in members if member.id == run.id)
    if matching and first.run.id not in {found.run.id for found in matching}:
        raise UsageError(
            f"{name} corrects run {matching[0].described}, not run {run.id} "
            f"({first.run.source_name} to {first.run.provider})"
        )
    return first


def _once(roots: Iterable[Root]) -> list[Root]:
    return list({first.run.id: first for first in roots}.values())


def _latest(roots: Sequence[Root]) -> list[Root]:
    """Those that may have written the results of one folder last."""
    newest = max(roots, key=lambda first: first.run.created, default=None)
    if newest is None or not newest.run.is_rehearsal:
        return [first for first in roots if not first.run.is_rehearsal]
    return [newest]


def _real(roots: Sequence[Root]) -> list[Root]:
    """Those that went to the provider itself; all if none did."""
    return [first for first in roots if first.run.address == OWN] or list(roots)
