"""No hostile input crashes a call, leaks a value, or costs far more than its size."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.hostile.inputs import INPUTS
from tests.hostile.trial import run

_TIMES = 4.0  # for a machine that is slow; `make torture` takes the limits as they are


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, given in INPUTS.items() if given.quick])
def test_a_hostile_input_costs_what_it_may_and_is_answered(tmp_path: Path, name: str) -> None:
    assert run(name, tmp_path, times=_TIMES).faults == ()


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["quotes at random", "300,000 blank lines", "200,000 short rows", "letters and joiners"]
)
def test_results_of_a_hostile_input_cost_what_they_may(tmp_path: Path, name: str) -> None:
    assert run(name, tmp_path, command="fix", times=_TIMES).faults == ()
