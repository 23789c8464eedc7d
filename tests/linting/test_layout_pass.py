"""A check of the layout alone: rows that are not parsed are counted as if they were."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from preflight.config.settings import Settings
from preflight.kinds.sniffing import Sample
from preflight.linting.analysis import Analysis, analyze
from preflight.linting.checked import RecordStream
from preflight.linting.chunk_result import Job
from preflight.linting.layout_pass import LayoutAnalyzer, asks_for_layout
from preflight.pipeline import check_fix_split
from preflight.reading.written_records import WrittenReader

HEADER = "email,first_name,,notes"
PLAIN = [f"ann{at}@kestrel-labs.com,Ann,,{'x' * (at % 3)}" for at in range(5000)]
RANGE = 80_000
"""Bytes of some 2,500 plain rows: more than are sampled, and parsed for that."""
ODD = [
    HEADER, "# ann@kestrel-labs.com,Ann,,", "# a remark,,,", "Subtotal,,,4", "Total: 7,,,", "",
    ",,,", " ,x,,", "a,b", "a@kestrel-labs.com,b,,d,", 'a,"b,c",,"d\ne"', '"","",,""',
    '"Subtotal",,,"4"', '"# x","y",,"so ""said"""', 'stray"quote,b,,d', '"a"b,c,,d', "a\0b,c,,d",
    "é\u200b,x,,y", "a,b,c,d", "Report of May,,,", ",Subtotal,,7",
    ',"Subtotal",,7', '"",Subtotal,,7',
]  # fmt: skip
FURTHER = "name,company,phone,country"


def of_layout(path: Path, chunk_bytes: int = RANGE) -> Analysis:
    settings = check_fix_split.of_layout(Settings())
    return check_fix_split.check(path, settings, work=path.parent, chunk_bytes=chunk_bytes).analysis


def told(analysis: Analysis) -> tuple[object, ...]:
    """All that the second pass and a report know."""
    return (
        analysis.findings.frame.to_dict("list"),
        analysis.before.tolist(),
        analysis.after.tolist(),
        [(rule.code, problem) for rule, problem in analysis.problems],
        (tuple(map(bool, analysis.view.filled)), analysis.view.well_formed, analysis.view.newlines),
        analysis.guessed_rows,
        dict(analysis.repairs),
        [
            (kept.rows.tolist(), kept.removed.tolist())
            for _, kept in analysis.kept.beside(RecordStream(analysis.layout, chunk_bytes=RANGE))
        ],
    )


@given(
    odd=st.lists(st.tuples(st.integers(0, 5000), st.sampled_from(ODD)), max_size=15),
    further=st.one_of(st.none(), st.none(), st.integers(0, 5000)),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_what_is_not_parsed_is_counted_as_if_it_were(
    odd: list[tuple[int, str]], further: int | None, end: str
) -> None:
    records = list(PLAIN)
    for at, record in [*odd, *([] if further is None else [(further, FURTHER)])]:
        records.insert(at, record)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "leads.csv"
        path.write_bytes(end.join([HEADER, *records, ""]).encode())
        analysis = of_layout(path)
        read = RecordStream(analysis.layout, chunk_bytes=RANGE)
        assert told(analysis) == told(analyze(analysis.layout, analysis.plan, read))


def test_most_rows_are_not_parsed(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("\n".join([HEADER, *PLAIN, *PLAIN]))
    analysis = of_layout(path)
    analyzer = LayoutAnalyzer(Job(analysis.layout, analysis.plan))
    written = next(WrittenReader(analysis.layout).records(RANGE))
    assert analyzer.to_parse(written, 0, Sample(4)).sum() < len(written.rows) / 2


def test_only_a_check_of_the_layout_leaves_cells_alone(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("\n".join([HEADER, *PLAIN]))
    analysis = of_layout(path)
    assert asks_for_layout(Job(analysis.layout, analysis.plan))
    whole = check_fix_split.check(path, work=tmp_path).analysis
    assert not asks_for_layout(Job(whole.layout, whole.plan))
