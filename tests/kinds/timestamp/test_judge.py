"""Which timestamp cells are looked at, and what is wrong with them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

import pandas as pd
import pyarrow as pa
import pytest
from dateutil import tz
from hypothesis import given
from hypothesis import strategies as st

from preflight.core.types import Hints
from preflight.kinds.timestamp import judge
from preflight.kinds.timestamp.day_month_order import BOTH
from preflight.kinds.timestamp.parser import DAY_FIRST, EITHER, MONTH_FIRST
from tests.cells import STAMPS, cells

BERLIN = ZoneInfo("Europe/Berlin")
MOMENTS = st.datetimes(
    min_value=datetime(1900, 1, 1),  # noqa: DTZ001 - hypothesis wants it so
    max_value=datetime(2999, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)
HINTS = st.builds(
    Hints,
    st.sampled_from([None, BERLIN, ZoneInfo("UTC"), ZoneInfo("Australia/Lord_Howe")]),
    st.sampled_from(["", DAY_FIRST, MONTH_FIRST, BOTH]),
    st.sampled_from(["", "US", "DE"]),
)
# What most files hold most of, which is judged a column at a time, and values near it.
USUAL = st.builds(
    lambda moment, form: moment.strftime(form),
    st.datetimes(datetime(1890, 1, 1), datetime(2040, 1, 1)),  # noqa: DTZ001
    st.sampled_from(
        [
            "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S.%f",
            "%Y-%m-%d %H:%M:%S+02", "%Y-%m-%dT%H:%M:%S -0730", "%Y-%m-%d %H:%M UTC",
            "%m/%d/%Y %I:%M %p", "%d.%m.%Y %H:%M:%S", "%d/%m/%Y, %I:%M:%S%p", "%m-%d-%Y %H:%M",
            "%d/%m.%Y %H:%M", "%m/%d/%Y %H:%M pm", "2026-02-30 %H:%M", "31/%m/%Y %H:%M",
        ]
    ),
)  # fmt: skip


def judged(value: str, zone: ZoneInfo | None = None, order: str = "") -> tuple[str, str, str]:
    """Status, moment, reason."""
    hints = Hints(zone, order, "US")
    row = judge.judge(pd.Series([value], dtype="str"), hints).iloc[0]
    return row["status"], row["iso"], row["reason"]


@given(st.lists(USUAL | cells("timestamp"), min_size=1, max_size=30, unique=True), HINTS)
def test_a_cell_is_judged_alike_by_itself_and_with_its_column(
    values: list[str], hints: Hints
) -> None:
    """What is fast says what is slow; and the frame keeps its index."""
    index = [f"r{at}" for at in range(len(values))]
    frame = judge.judge(pd.Series(values, index=index, dtype="str"), hints)
    assert frame.index.tolist() == index
    assert list(frame.columns) == ["status", "iso", "reason", "order"]
    for value, row in zip(values, frame.itertuples(index=False), strict=True):
        assert tuple(row) == judge.judge_one(value, hints), value


def test_no_cells_are_judged_to_no_rows() -> None:
    """A column may have no suspects left."""
    frame = judge.judge(pd.Series([], dtype="str"), Hints())
    assert frame.empty
    assert list(frame.columns) == ["status", "iso", "reason", "order"]


@given(st.lists(cells("timestamp"), min_size=1, max_size=12))
def test_what_triage_passes_python_reads_as_a_moment_and_judging_leaves_alone(
    values: list[str],
) -> None:
    """Sound: nothing that it passes could be reported."""
    for value, fine in zip(
        values, judge.plain(pa.chunked_array([values])).to_pylist(), strict=True
    ):
        if fine:
            assert datetime.fromisoformat(value).tzinfo is not None
            assert judged(value) == ("ok", value, "")


@given(
    st.integers(1000, 2999), st.integers(0, 13), st.integers(0, 32), st.integers(0, 25),
    st.integers(0, 61), st.integers(0, 61),
    st.sampled_from(["Z", "+02:00", "-23:59", "+24:00", "+10:60", ""]),
)  # fmt: skip
def test_triage_and_judge_agree_with_python_on_every_number_of_a_date(
    year: int, month: int, day: int, hour: int, minute: int, second: int, offset: str
) -> None:
    """But for what Python is milder about: the 24th hour, the 60th minute of an offset.

    The 60th second is judging's own business.
    """
    value = f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{offset}"
    try:
        there = (
            datetime.fromisoformat(value).tzinfo is not None and hour < 24 and ":60" not in offset
        )
    except ValueError:
        there = False
    assert not judge.plain(pa.chunked_array([[value]]))[0].as_py() or there
    if second != 60:
        assert (judged(value)[0] == "ok") is there


@given(MOMENTS, st.integers(-1439, 1439))
def test_a_moment_is_the_same_in_every_format_it_is_read_from(
    moment: datetime, minutes: int
) -> None:
    """Rewriting never changes the moment."""
    local = moment.replace(microsecond=0).astimezone(timezone(timedelta(minutes=minutes)))
    for form in (
        "%Y-%m-%d %H:%M:%S %z",
        "%d %B %Y %H:%M:%S %z",
        "%B %d, %Y %I:%M:%S %p %z",
        "%Y/%m/%d %H:%M:%S%z",
    ):
        status, iso, _ = judged(local.strftime(form))
        assert status == "not-iso"
        assert datetime.fromisoformat(iso) == local
        assert judged(iso)[0] == "ok"


@given(cells("timestamp"), HINTS)
def test_what_is_rewritten_is_fine_afterwards(value: str, hints: Hints) -> None:
    """Or lacks its offset alone: of a guess without a zone, and of a day number."""
    status, iso, _, _ = judge.judge_one(value, hints)
    if iso:
        again, same, *_ = judge.judge_one(iso, hints)
        assert again == "ok" or status in (judge.AMBIGUOUS, judge.SERIAL)
        assert again != "ok" or same == iso
        assert again in ("ok", "naive", "dst-gap", "dst-fold")


@pytest.mark.parametrize(
    ("value", "status", "iso"),
    [
        ("2026-04-21T15:30:00Z", "ok", "2026-04-21T15:30:00Z"),
        ("2026-04-21T15:30Z", "ok", "2026-04-21T15:30Z"),
        ("2026-04-21T15:30:00-00:00", "ok", "2026-04-21T15:30:00-00:00"),
        ("2026-04-21T15:30:00.123456789Z", "ok", "2026-04-21T15:30:00.123456789Z"),
        ("2016-12-31T23:59:60Z", "ok", "2016-12-31T23:59:60Z"),
        ("0987-04-21T15:30:00Z", "ok", "0987-04-21T15:30:00Z"),
        ("2026-04-21t15:30:00z", "not-iso", "2026-04-21T15:30:00Z"),
        ("2026-04-21 15:30:00.123456789+02", "not-iso", "2026-04-21T15:30:00.123456789+02:00"),
        ("2016-12-31 23:59:60Z", "not-iso", "2016-12-31T23:59:60Z"),
        ("\u200e2026-04-21T15:30:00Z", "not-iso", "2026-04-21T15:30:00Z"),
        ("2026-04-21T15:30:00+10:60", "invalid", ""),
        ("2026-04-21", "date-only", "2026-04-21T00:00:00+02:00"),
        ("0000-00-00", "nothing", ""),
        ("2026-04-21 15:30:00", "naive", "2026-04-21T15:30:00+02:00"),
        ("04/21/2026 3:30 PM", "naive", "2026-04-21T15:30:00+02:00"),
        ("2026-04-21 15:30 CEST", "naive", "2026-04-21T15:30:00+02:00"),
        ("2026-04-21 15:30 CET", "naive", ""),
        ("2026-10-25 02:30 CEST", "naive", "2026-10-25T02:30:00+02:00"),
        ("2026-10-25 02:30 CET", "naive", "2026-10-25T02:30:00+01:00"),
        ("2026-03-29 02:30 CET", "dst-gap", ""),
        ("2026-03-29T02:30:00", "dst-gap", ""),
        ("2026-10-25T02:30:00", "dst-fold", "2026-10-25T02:30:00+02:00"),
        ("2026-10-25 02:30 Europe/Berlin", "dst-fold", "2026-10-25T02:30:00+02:00"),
        ("2026-04-21T15:30[America/Lima]", "not-iso", "2026-04-21T15:30:00-05:00"),
        ("2026-04-21T15:30+02:00[Europe/Berlin]", "not-iso", "2026-04-21T15:30:00+02:00"),
        ("2026-10-25T02:30+01:00[Europe/Berlin]", "not-iso", "2026-10-25T02:30:00+01:00"),
        ("2026-04-21T15:30+01:00[Europe/Berlin]", "invalid", ""),
        ("0001-01-01T00:00+02:00[Europe/Berlin]", "invalid", ""),
        ("2026-04-21T15:30Z[Mars/Base]", "invalid", ""),
        ("1850-01-01T00:00:00", "naive", ""),
        ("3/4/2026 15:30", "ambiguous-order", "2026-03-04T15:30:00+01:00"),
        ("3/4/2026 15:30 +02:00", "ambiguous-order", "2026-03-04T15:30:00+02:00"),
        ("3/4/2026 15:30 CST", "ambiguous-order", ""),
        ("10/25/2026 2:30", "dst-fold", "2026-10-25T02:30:00+02:00"),
        ("4/4/2026 15:30 +02:00", "not-iso", "2026-04-04T15:30:00+02:00"),
        ("46133.645", "serial", "2026-04-21T15:28:48"),
        ("46133,645", "serial", "2026-04-21T15:28:48"),
        ("46133", "serial", ""),
        ("25568.5", "invalid", ""),
        ("73051.5", "invalid", ""),
        ("1461247800", "not-iso", "2016-04-21T14:10:00Z"),
        ("", "ok", ""),
    ],
)
def test_each_cell_has_one_status_and_where_it_can_a_moment(
    value: str, status: str, iso: str
) -> None:
    """In Berlin, for those without an offset; from the United States, for guesses."""
    assert judged(value, BERLIN)[:2] == (status, iso)


def test_a_guess_that_falls_where_the_clocks_change_leaves_the_offset_open() -> None:
    """Two guesses at once would be one too many."""
    fold = "11/10/2026 1:30"
    hints = Hints(ZoneInfo("America/New_York"), "", "US")
    assert judge.judge_one(fold, hints)[:2] == (
        "ambiguous-order", "2026-11-10T01:30:00-05:00"
    )  # fmt: skip
    assert judge.judge_one("11/1/2026 1:30", hints)[1] == "2026-11-01T01:30:00"


def test_a_column_that_is_settled_says_so_of_the_dates_it_settles() -> None:
    """What was assumed is told."""
    assert judged("3/4/2026 15:30", None, DAY_FIRST)[2].endswith("from other dates in the column")
    assert judged("3/4/2026 15:30 Z", None, DAY_FIRST)[:2] == ("not-iso", "2026-04-03T15:30:00Z")
    assert judged("3/4/2026 15:30 Z", None, MONTH_FIRST)[1] == "2026-03-04T15:30:00Z"
    assert "both orders" in judged("3/4/2026 15:30", None, BOTH)[2]
    frame = judge.judge(pd.Series(["3/4/2026 15:30"], dtype="str"), Hints(order=DAY_FIRST))
    assert frame["order"].tolist() == [EITHER]


@given(st.integers(25_569, 73_050), st.integers(1, 999_999))
def test_a_day_number_is_the_moment_that_pandas_makes_of_it(day: int, part: int) -> None:
    """Counted from the end of 1899, to the second."""
    value = f"{day}.{part:06}"
    there = pd.Timestamp("1899-12-30") + pd.Timedelta(days=float(value))
    status, iso, _ = judged(value)
    assert status == "serial"
    assert abs(pd.Timestamp(iso) - there) <= pd.Timedelta(seconds=1)


def changes(zone: ZoneInfo, first: int, last: int) -> list[datetime]:
    """When a zone's offset changes in some years, in UTC."""
    found = []
    at, step = datetime(first, 1, 1, tzinfo=UTC), timedelta(days=1)
    while at.year <= last:
        if at.astimezone(zone).utcoffset() != (at + step).astimezone(zone).utcoffset():
            low, high = at, at + step
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) / 2
                same = middle.astimezone(zone).utcoffset() == at.astimezone(zone).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            found.append(high.replace(microsecond=0))
        at += step
    return found


def around(zone: ZoneInfo, change: datetime) -> list[datetime]:
    """Local times without an offset near a change: before, at, within and behind the odd ones."""
    before = (change - timedelta(seconds=2)).astimezone(zone).replace(tzinfo=None)
    return [
        before + timedelta(minutes=minutes, seconds=seconds)
        for minutes in (-1500, -121, -61, -31, -30, -1, 0, 1, 15, 29, 31, 59, 61, 119, 121, 1500)
        for seconds in (0, 2, 3)
    ]


ODD_ZONES = {"Australia/Lord_Howe", "Africa/Casablanca", "Antarctica/Troll", "Asia/Gaza"}
"""Clocks that change by half an hour or by two, for Ramadan, or not as a rule says."""


@pytest.mark.slow
@pytest.mark.parametrize("step", [8, pytest.param(1, marks=pytest.mark.long)])
def test_gaps_and_folds_are_those_of_dateutil(step: int) -> None:
    """At each change of the clocks in a year, and where nothing changes."""
    compared = 0
    zones = sorted(available_timezones())
    for name in [*zones[::step], *sorted(ODD_ZONES - {*zones[::step]})]:
        zone = ZoneInfo(name)
        ordinary = [datetime(2026, 1, 15, 12), datetime(2026, 7, 15, 12)]  # noqa: DTZ001
        near = [local for change in changes(zone, 2026, 2026) for local in around(zone, change)]
        locals_ = list(dict.fromkeys([*ordinary, *near]))
        values = pd.Series([f"{local:%Y-%m-%dT%H:%M:%S}" for local in locals_], dtype="str")
        frame = judge.judge(values, Hints(zone))
        for local, status, iso in zip(locals_, frame["status"], frame["iso"], strict=True):
            if not tz.datetime_exists(local, zone):
                expected = "dst-gap"
            else:
                expected = "dst-fold" if tz.datetime_ambiguous(local, zone) else "naive"
            assert (name, local, status) == (name, local, expected)
            if iso:
                assert datetime.fromisoformat(iso).replace(tzinfo=None) == local
                ahead = local.replace(tzinfo=zone, fold=0).utcoffset()
                assert datetime.fromisoformat(iso).utcoffset() == ahead
            compared += 1
    assert compared > 5_000 // step


@pytest.mark.slow
def test_no_reason_quotes_the_cell() -> None:
    """Reasons reach reports, where no value may stand."""
    for value in STAMPS:
        said = judged(value)[2].replace("8601", "").replace("1900 or 1904", "")
        assert not any(character.isdigit() for character in said)
