"""One file on its way to a provider."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.baseline.comparison import Comparison
from preflight.config.setting_values import MaxBad
from preflight.config.settings import Settings
from preflight.linting.checked import Checked
from preflight.pipeline.accepted import Accepted
from preflight.pipeline.call import Call
from preflight.pipeline.connection import Connection
from preflight.runs.kept_run import CorrectedFix
from preflight.runs.ledger import places

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Submission:
    """One file on its way to a provider.

    Attributes:
        path: of the file; "-" for standard input.
        provider: its name; its profile is used.
        settings: all other settings.
        connection: how to reach the provider.
        call: how the call runs.
        again: whether to send a whole file that was sent before.
        dry_run: whether to do everything except sending; secrets are not needed.
        max_bad: how many rejected rows are accepted; with more, nothing is sent. None for any.
        baseline: what is accepted in the file; None without one.
        address: where it is sent, see `providers.destination`.
        parent: the run that the file has corrected rows of.
        corrects: the mere fix that the file has corrected rows of.
        corrections: the corrected cells, see `CORRECTION_COLUMNS`.
    """

    path: str | Path
    provider: str
    settings: Settings
    connection: Connection
    call: Call
    address: str
    again: bool = False
    dry_run: bool = False
    max_bad: MaxBad | None = None
    baseline: Accepted | None = None
    parent: str | None = None
    corrects: CorrectedFix | None = None
    corrections: pd.DataFrame | None = None

    def compared(self, checked: Checked) -> Comparison | None:
        """The file beside the baseline; None without one."""
        return self.baseline.compared(checked) if self.baseline is not None else None

    @property
    def options(self) -> dict[str, str]:
        """The provider's options: those of the connection override those of the settings."""
        own = self.settings.providers.get(self.provider, {})
        return {**own, **self.connection.options}

    @property
    def own_settings(self) -> Settings:
        """The settings, for this provider and with its options, and its state folder."""
        return dataclasses.replace(
            self.settings,
            profile=self.provider,
            state_dir=places.folder_for(self.settings.state_dir, self.address),
            providers={**self.settings.providers, self.provider: self.options},
        )
