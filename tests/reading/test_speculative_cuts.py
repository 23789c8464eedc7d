"""Slabs whose records are guessed: which guesses hold. `test_chunks` tries hostile texts."""

from __future__ import annotations

from pathlib import Path

import pytest

from preflight.core.types import Layout
from preflight.reading.ranges import RangeReader
from preflight.reading.scan import scan
from preflight.reading.source import open_source
from preflight.reading.speculative_cuts import Run, SlabReader, joined, slabs
from tests.calls import ODD, SHOW


def _layout(path: Path, folder: Path) -> Layout:
    source = open_source(path, spool=folder)
    return scan(source, spool=folder, known=lambda name: "mail" in name.lower())


def _read_again(layout: Layout, slab_bytes: int) -> tuple[int, int]:
    """How many slabs there are, and how many of them had to be read again from a known place."""
    reader, again = _Counting(layout, 0), _Counting(layout, 0)
    found = [(slab, reader.guesses(slab)) for slab in slabs(layout, slab_bytes)]
    ranges = [here for here, _ in joined(found, RangeReader(layout), again)]
    assert ranges == [cut.range for cut in RangeReader(layout).cuts(slab_bytes)]
    return len(found), again.times - 1  # the last one has what is behind the last line end


class _Counting(SlabReader):
    times = 0

    def runs(self, offset: int, read: int, stop: int, *, final: bool) -> list[Run]:
        self.times += 1
        return super().runs(offset, read, stop, final=final)


@pytest.mark.parametrize(
    "row",
    [
        "ann@kestrel-labs.com,Ann,12\n",
        '"ann@kestrel-labs.com","Ann","12"\n',
        '"ann@kestrel-labs.com","Ann\nLee, ""the"" first","1,2"\r\n',
        "ann@kestrel-labs.com,Ann,12\r",
    ],
)
@pytest.mark.parametrize("most_lines", [3, 1000])
def test_where_quoting_is_regular_every_guess_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: str, most_lines: int
) -> None:
    """Also where a slab has more lines than a range may have."""
    monkeypatch.setattr("preflight.reading.ranges._MOST_LINES", most_lines)
    path = tmp_path / "list.csv"
    path.write_text("email,name,n\n" + row * 300, newline="")
    assert _read_again(_layout(path, tmp_path), 501)[1] == 0


def test_a_record_over_several_slabs_and_quotes_that_open_nothing_are_read_again(
    tmp_path: Path,
) -> None:
    path = tmp_path / "list.csv"
    rows = ["a@kestrel-labs.com,Ann\n"] * 50
    rows[10] = 'b@kestrel-labs.com,"' + "long, " * 100 + '"\n'
    rows[30] = 'c@kestrel-labs.com,6" tall\n'
    path.write_text("email,name\n" + "".join(rows))
    number, again = _read_again(_layout(path, tmp_path), 64)
    assert number > 25
    assert 0 < again <= 3


@pytest.mark.parametrize("path", sorted([*SHOW.glob("*.csv"), *ODD.glob("*.csv")]), ids=str)
def test_the_guesses_of_the_fixtures_are_few_to_be_read_again(path: Path, tmp_path: Path) -> None:
    layout = _layout(path, tmp_path)
    if not layout.header or layout.content != "table":
        return
    number, again = _read_again(layout, layout.text.stat().st_size // 7 + 1)
    assert again <= number // 2
