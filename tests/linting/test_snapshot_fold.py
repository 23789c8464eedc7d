"""A snapshot does not depend on chunks, counts what is there, and holds no value of a contact."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import random
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.config.settings import Settings
from preflight.core.types import Chunk, Layout, Source
from preflight.linting import domain_counts
from preflight.linting.analysis import Analysis, analyze
from preflight.linting.domain_counts import DomainCounts
from preflight.pipeline import check_fix_split
from preflight.snapshots import snapshot_file
from preflight.snapshots.picture import Picture
from preflight.snapshots.snapshot import ColumnSnapshot, Snapshot
from tests.calls import ODD
from tests.canaries.planted import BADS, GOODS, HEADER, RAGGED, table, values_in
from tests.cells import EMAILS, PHONES, STAMPS, TEXTS, chunk_of, plan_for
from tests.examples import examples
from tests.snapshots import sources

FIELDS = ("email", "phone", "created_at", "country", "company")
COUNTRIES = ("US", "USA", "Germany", "Deutschland", "DE", "", "Atlantis", "gb")
DOMAINS = ("kestrel-labs.com", "inboxhollow.com", "tessaline-foods.com")
PLAN = dataclasses.replace(
    plan_for(*FIELDS, region="US", timezone=ZoneInfo("America/New_York"), rules=()), pictured=True
)
"""No rule is on: a snapshot does not need them."""


def layout(*header: str) -> Layout:
    """Of a sound file."""
    return Layout(Source("a.csv", None, "", 0), "table", None, header=header)  # type: ignore[arg-type]


def messy(count: int, seed: int) -> Chunk:
    """Rows of every odd cell that is known, some of them often."""
    rng = random.Random(seed)
    emails = [
        rng.choice(EMAILS) if rng.random() < 0.3 else f"a{at % 40}@{rng.choice(DOMAINS)}"
        for at in range(count)
    ]
    phones = [rng.choice(PHONES) for _ in range(count)]
    stamps = [rng.choice([*STAMPS, "21/04/2026 10:00", "04/22/2026 10:00"]) for _ in range(count)]
    countries = [rng.choice(COUNTRIES) for _ in range(count)]
    return chunk_of(emails, phones, stamps, countries, [rng.choice(TEXTS) for _ in range(count)])


def cut(chunk: Chunk, places: list[int]) -> Iterator[Chunk]:
    """The chunk in pieces."""
    ends = [0, *sorted(places), len(chunk.rows)]
    for start, end in itertools.pairwise(ends):
        yield dataclasses.replace(
            chunk,
            table=chunk.table.slice(start, end - start),
            rows=chunk.rows[start:end],
            lines=chunk.lines[start:end],
        )


def pictured(chunks: list[Chunk]) -> Picture:
    """The picture of a file of these chunks."""
    picture = analyze(layout(*FIELDS), PLAN, chunks).picture
    assert picture is not None
    return picture


@settings(max_examples=examples(1 / 4))
@given(places=st.lists(st.integers(0, 90), max_size=4), seed=st.integers(0, 3))
def test_a_snapshot_does_not_depend_on_the_chunks(places: list[int], seed: int) -> None:
    """Nor do the rows in which each form begins and ends."""
    assert pictured(list(cut(messy(90, seed), places))) == whole(seed)


@functools.cache
def whole(seed: int) -> Picture:
    """The picture of a file in one chunk."""
    return pictured([messy(90, seed)])


def snapshot(folder: Path, content: str | bytes, **options: str) -> Snapshot:
    """Of a file."""
    path = folder / "contacts.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return check_fix_split.snapshot(path, Settings(**options), work=folder)  # type: ignore[arg-type]


def column(taken: Snapshot, name: str) -> ColumnSnapshot:
    return next(column for column in taken.columns if column.name == name)


def test_what_is_counted(tmp_path: Path) -> None:
    rows = [
        "ann@kestrel-labs.com,+14155552671,21/04/2026,US",
        "Bo <bo@kestrel-labs.com>,+44 20 7946 0018,2026-04-21T15:30:00Z,Germany",
        "cleo@,(415) 555-2671,03/04/2026 10:00,Atlantis",
        ",12,soon,USA",
    ]
    content = "\n".join(["email,phone,created_at,country", *rows, "only one"]) + "\n"

    taken = snapshot(tmp_path, content, region="US")

    assert (taken.rows, taken.table, taken.repeated) == (5, 4, 0)
    email, phone, moment, country = taken.columns
    assert (email.filled, email.valid) == (3, 2)
    assert email.formats == {"address": 1, "address in other text": 1}
    assert (phone.filled, phone.valid) == (4, 2)
    assert phone.formats == {"E.164": 1, "international": 1}
    assert (moment.filled, moment.valid, moment.orders) == (4, 3, {"day-first": 1, "either": 1})
    assert moment.formats == {"numbers, year last": 2, "ISO 8601 with offset": 1}
    assert (country.filled, country.valid) == (4, 3)
    assert country.formats == {"names": 1, "three letters": 1, "two letters": 1}
    assert email.domains is not None
    assert email.domains.named == {}
    assert email.domains.other == 2


def test_a_column_may_have_no_valid_cell(tmp_path: Path) -> None:
    taken = snapshot(tmp_path, "email,phone,created_at,country\nann,12,soon,Atlantis\n")

    assert [column.valid for column in taken.columns] == [0, 0, 0, 0]
    assert [column.formats for column in taken.columns] == [{}, {}, {}, {}]


@pytest.mark.parametrize("path", sorted(ODD.glob("*.csv")), ids=lambda path: path.stem)
def test_an_odd_file_is_like_itself_in_any_chunks(path: Path, tmp_path: Path) -> None:
    def check(chunk_bytes: int, against: Snapshot | None) -> Analysis:
        return check_fix_split.check(
            path,
            Settings(select=("DRF",)),
            work=tmp_path,
            chunk_bytes=chunk_bytes,
            against=against,
            pictured=True,
        ).analysis

    picture = check(1 << 20, None).picture
    again = check(40, None if picture is None else picture.snapshot)

    assert again.picture == picture
    assert [rule.code for rule, _ in again.problems] == []


def test_only_what_many_rows_share_is_named(tmp_path: Path) -> None:
    """Five rows, one percent, and five different addresses of a domain."""
    shared = [f"person{at}@kestrel-labs.com,US" for at in range(40)]
    alone = ["ann@ann-smith.com,LI"] * 9
    few = [f"person{at}@tessaline-foods.com,DE" for at in range(4)]

    taken = snapshot(tmp_path, "\n".join(["email,country", *shared, *alone, *few]))

    domains, countries = column(taken, "email").domains, column(taken, "country").countries
    assert domains is not None
    assert (domains.named, domains.other) == ({"kestrel-labs.com": 40}, 13)
    assert countries is not None
    assert (countries.named, countries.other) == ({"US": 40, "LI": 9}, 4)


def test_a_rare_domain_is_forgotten_in_blocks_of_rows_and_not_of_chunks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is kept is bounded; a domain that is named is never forgotten."""
    monkeypatch.setattr(domain_counts, "_BLOCK", 50)
    monkeypatch.setattr(domain_counts, "_MOST", 10)
    addresses = [
        f"a{at}@inboxhollow.com" if at % 3 else f"a{at}@rare{at}-foods.com" for at in range(400)
    ]
    rows = chunk_of(addresses).rows
    counted = []
    for size in (400, 50, 33, 1):
        counts = DomainCounts()
        for start in range(0, 400, size):
            some = slice(start, start + size)
            counts.add(rows[some], pa.array(addresses[some], pa.large_string()))
        counted.append((counts.mix(400), counts._counts))

    assert all(entry == counted[0] for entry in counted)
    assert counted[0][0].named == {"inboxhollow.com": 266}
    assert len(counted[0][1]) <= 10 + 50


def test_no_value_of_a_contact_is_in_a_snapshot(tmp_path: Path) -> None:
    """Nor is a header that is data, or that holds an address."""
    rows = [*GOODS, *BADS, *GOODS * 9]
    whole = table(rows, tail=RAGGED)
    for content in (
        whole,
        whole.split("\n", 1)[1],
        table(rows, header=("Email", "Full Name", "zqmail9x@kestrel-labs.com", *HEADER[3:])),
    ):
        text = snapshot_file.text(snapshot(tmp_path, content, region="US"))

        assert list(values_in(text.encode())) == []


@pytest.mark.parametrize("name", ["empty", "picture"])
def test_what_is_not_a_table_has_no_snapshot(name: str, tmp_path: Path) -> None:
    content = (ODD / f"{name}.csv").read_bytes()

    with pytest.raises(Exception, match="there is nothing to take a snapshot of"):
        snapshot(tmp_path, content)


def test_text_in_ascii_does_not_show_its_encoding(tmp_path: Path) -> None:
    """A small export of a program that writes cp1252 is no change of its encoding."""
    plain = sources.text(sources.rows(3))
    accented = plain.replace("Ann", "Ana María")

    assert snapshot(tmp_path, plain).file.encoding == "ascii"
    assert snapshot(tmp_path, accented).file.encoding in ("utf-8", "ascii")
