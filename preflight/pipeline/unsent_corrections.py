"""Corrected rejects of a mere fix, sent alone: there is no run that they correct.

The clean rows of the fix are not sent with them: whoever corrects rows after a fix may have
uploaded clean.csv by hand. So a corrected row with the match key of a clean one is held back, too.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

from preflight.config.settings import Settings
from preflight.core.errors import UsageError
from preflight.pipeline.call import Call
from preflight.pipeline.connection import Connection
from preflight.pipeline.corrected_fix import brought
from preflight.pipeline.resubmission import as_sent, compared_settings, header_line, written
from preflight.pipeline.rounds import NO_RUN, clean_rows, proved_orders, standing_of_fix
from preflight.pipeline.submission import Submission
from preflight.providers import registry
from preflight.runs.corrections.compare import compare_rows, without_duplicates
from preflight.runs.kept_run import CorrectedFix
from preflight.runs.row_outcomes import RowOutcome


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
    returned = found.returned
    stand = standing_of_fix(found.version, found.checked, call.progress)
    # A region or a time zone given now makes more rows clean than the fix did: its rejects are none
    # of those that may have been uploaded.
    rejects = stand.index.isin(found.names.tolist()) & (stand["place"] == RowOutcome.ACCEPTED)
    stand.loc[rejects, "place"] = RowOutcome.REJECTED_HERE.value
    comparison = compare_rows(returned, found.names, [found.version], stand)
    plain = written(returned, comparison, call.work, returned.source)
    own = dataclasses.replace(
        compared_settings(found.settings, header_line(returned)),
        date_orders=proved_orders([found.checked]),
    )
    linting = Call(
        work=call.work, progress=call.progress, comparison=comparison.verdicts(returned.rows)
    )
    compared = without_duplicates(
        comparison,
        returned,
        as_sent(plain, own, linting),
        [found.version],
        stand,
        {NO_RUN: clean_rows(stand)},
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
        corrects=CorrectedFix(found.settings, found.checked),
    )
