"""The input of a fix, kept beside its results while they are written."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from preflight.core.errors import SourceError
from preflight.core.processes import WORTH
from preflight.core.types import Source
from preflight.reading.source import open_source
from preflight.writing import original, results_folder


def source_of(tmp_path: Path, size: int) -> Source:
    path = tmp_path / "leads.csv"
    row = b"ann@kestrel-labs.com,Ann\n"
    path.write_bytes(b"email,name\n" + row * (size // len(row) + 1))
    return open_source(path, spool=tmp_path)


@pytest.fixture(params=[100, WORTH], ids=["at once", "meanwhile"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Source:
    return source_of(tmp_path, request.param)


@pytest.fixture
def staged(tmp_path: Path) -> Path:
    folder = tmp_path / "staged"
    folder.mkdir()
    return folder


def test_the_input_is_kept_byte_for_byte(source: Source, staged: Path) -> None:
    with original.kept(source, staged):
        pass
    kept = gzip.decompress((staged / results_folder.ORIGINAL).read_bytes())
    assert kept == (staged.parent / "leads.csv").read_bytes()


def test_an_input_that_changed_meanwhile_is_told(source: Source, staged: Path) -> None:
    path = staged.parent / "leads.csv"
    path.write_bytes(path.read_bytes().replace(b"Ann", b"Bob", 1))
    with (
        pytest.raises(SourceError, match="changed while it was read"),
        original.kept(source, staged),
    ):
        pass


def test_what_fails_meanwhile_is_raised_and_nothing_is_left_half_written(
    source: Source, staged: Path
) -> None:
    with pytest.raises(ZeroDivisionError), original.kept(source, staged):
        raise ZeroDivisionError
    assert [path.name for path in staged.iterdir()] in ([], [results_folder.ORIGINAL])
