"""The structure suite: no row of a file that was broken on purpose is wrong in silence."""

from __future__ import annotations

import itertools

import pytest

from tests.structure.conformant import Conformant, conformant, errors
from tests.structure.outcome import SILENT, Tally, outcomes
from tests.structure.pollutions import KINDS, SETTLED

_KINDS = 3


def _silent(tally: Tally) -> list[str]:
    return tally.samples.get(SILENT, [])


@pytest.mark.slow
def test_no_row_is_wrong_in_silence_in_a_sample() -> None:
    files = (next(iter(KINDS[kind]())) for kind in SETTLED[::_KINDS])
    assert _silent(outcomes(files)) == []


@pytest.mark.long
@pytest.mark.parametrize("kind", SETTLED)
def test_no_row_is_wrong_in_silence(kind: str) -> None:
    assert _silent(outcomes(KINDS[kind]())) == []


@pytest.mark.long
def test_the_suite_is_as_large_as_it_says() -> None:
    assert sum(1 for made in KINDS.values() for _ in made()) > 2000
    assert sum(1 for _ in conformant()) >= 2320


@pytest.mark.slow
def test_a_sample_of_conformant_files_has_no_error() -> None:
    assert _with_errors(itertools.islice(conformant(), 0, None, 600)) == {}


@pytest.mark.long
@pytest.mark.parametrize("part", range(8))
def test_conformant_files_have_no_error(part: int) -> None:
    assert _with_errors(itertools.islice(conformant(), part, None, 8)) == {}


def _with_errors(files: itertools.islice[Conformant]) -> dict[str, list[str]]:
    return {file.name: found for file in files if (found := errors(file))}
