"""What is said of the ID of no run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from preflight.core.errors import UsageError
from preflight.core.suggest import nearest


def unknown_run(run: str, known: Sequence[str], folder: Path) -> UsageError:
    """The error for the ID of no run, which suggests similar ones.

    Args:
        run: the ID.
        known: the IDs of the runs, the newest last.
        folder: the state folder.
    """
    near = [name for name in known if name.startswith(run)] if run else []
    if not near and (like := nearest(run, known, like=50)) is not None:
        near = [like]
    if near:
        advice = f"did you mean {' or '.join(near[:3])}?"
    elif known:
        advice = f"the latest is {known[-1]}"
    else:
        advice = f"there are none yet in {folder}"
    return UsageError(f'there is no run "{run}": {advice}')
