"""Corrected rejects of a mere fix, sent alone: there is no run that they correct.

The clean rows of the fix are not sent with them: whoever corrects rows after a fix may have
uploaded clean.csv by hand. So a corrected row with the match key of a clean one is held back, too.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd

from preflight.config import catalogue
from preflight.config.settings import Settings
from preflight.core.errors import UsageError
from preflight.core.types import Flaw
from preflight.linting.row_states import CLEAN, DROPPED
from preflight.pipeline.call import Call
from preflight.pipeline.connection import Connection
from preflight.pipeline.corrected_fix import Brought, brought
from preflight.pipeline.resubmission import as_sent, compared_settings, header_line, written
from preflight.pipeline.submission import Submission
from preflight.providers import registry
from preflight.runs.corrections.compare import compare_rows, without_duplicates
from preflight.runs.row_outcomes import RowOutcome

_NO_RUN = ""


def submission(
    path: str | Path, settings: Settings, connection: Connection, call: Call, *, dry_run: bool
) -> Submission | None:
    """The corrected rows of a fix, as a file to send; None for a file of no fix.

    Args:
        path: of the corrected file.
        settings: of this call.
        connection: how to reach the provider that the fix was for.
        call: how the call runs.
        dry_run: whether to do everything except sending.

    Raises:
        UsageError: the fix was for no provider.
    """
    found = brought(path, settings, call)
    if found is None:
        return None
    provider = found.settings.profile
    if provider not in registry.names():
        raise UsageError(
            f"{path} corrects a fix that was for no provider; send it with "
            f"`preflight submit {path} --to PROVIDER`"
        )
    returned, stand = found.returned, _stand(found)
    comparison = compare_rows(returned, found.names, [found.version], stand)
    plain = written(returned, comparison, call.work, returned.source)
    own = compared_settings(found.settings, header_line(returned))
    linting = Call(
        work=call.work, progress=call.progress, comparison=comparison.verdicts(returned.rows)
    )
    clean = frozenset(stand.index[stand["place"] == RowOutcome.ACCEPTED])
    compared = without_duplicates(
        comparison,
        returned,
        as_sent(plain, own, linting),
        [found.version],
        stand,
        {_NO_RUN: clean},
    )
    name, verdicts = returned.source.name, compared.verdicts(returned.rows)
    return Submission(
        path=plain,
        provider=provider,
        settings=own,
        connection=connection,
        call=dataclasses.replace(call, name=name, comparison=verdicts),
        address=connection.address(provider),
        dry_run=dry_run,
        max_bad=settings.max_bad,
        corrections=compared.corrections,
        corrects=found.checked.source.sha256,
    )


def _stand(found: Brought) -> pd.DataFrame:
    """Where each row stands after the fix, as `lineage.standings` says it of runs."""
    version, checked = found.version, found.checked
    state = checked.analysis.after[version.rows - 1]
    place = np.select(
        [state == CLEAN, state == DROPPED],
        [RowOutcome.ACCEPTED.value, RowOutcome.DROPPED.value],
        default=RowOutcome.REJECTED_HERE.value,
    )
    malformed = [
        chunk.malformed["row"][chunk.malformed["flaw"] != Flaw.BLANK].to_numpy(dtype=np.int64)
        for chunk in checked.records("comparing")
    ]
    misplacing = min(catalogue.codes(lambda rule: rule.misplaces_cells))
    odd = np.isin(version.rows, np.concatenate([np.empty(0, dtype=np.int64), *malformed]))
    table = {"place": place, "codes": np.where(odd, misplacing, ""), "reason": "", "run": _NO_RUN}
    return pd.DataFrame(table, index=version.index())
