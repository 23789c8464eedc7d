"""Errors cross from one process to another as they are."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from preflight.core.errors import (
    Busy,
    MissingExtra,
    PreflightError,
    SourceError,
    Stopped,
    UnknownCode,
    WriteError,
)

ERRORS = [
    SourceError("a.csv: no such file"),
    UnknownCode("EML3O1", ", did you mean `EML301`?"),
    WriteError(Path("out.csv"), "no space left on device"),
    MissingExtra("a workbook", "excel"),
    Busy("busy", code="429", retry_after=2.5),
    Stopped("stopped"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_is_the_same_in_another_process(error: PreflightError) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert (str(again), again.args, again.__dict__) == (str(error), error.args, error.__dict__)
    assert again.exit_code == error.exit_code
