"""Which moment a cell names, and which it does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight import timestamps
from tests.cells import STAMPS, cells

BERLIN = ZoneInfo("Europe/Berlin")
MOMENTS = st.datetimes(
    min_value=datetime(1900, 1, 1),  # noqa: DTZ001 - hypothesis wants it so
    max_value=datetime(2999, 12, 31),  # noqa: DTZ001
    timezones=st.just(UTC),
)


def judged(value: str, zone: ZoneInfo | None = None) -> tuple[str, str, str]:
    """Status, moment, reason."""
    row = timestamps.judge(pd.Series([value], dtype="str"), zone).iloc[0]
    return row["status"], row["iso"], row["reason"]


@given(st.lists(cells("timestamp"), min_size=1, max_size=12))
def test_what_triage_passes_python_reads_as_a_moment_and_judging_leaves_alone(
    values: list[str],
) -> None:
    """Sound: nothing that it passes could be blamed."""
    for value, fine in zip(
        values, timestamps.plain(pa.chunked_array([values])).to_pylist(), strict=True
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
    assert not timestamps.plain(pa.chunked_array([[value]]))[0].as_py() or there
    if second != 60:
        assert (judged(value)[0] == "ok") is there


@given(MOMENTS, st.integers(-1439, 1439))
def test_a_moment_is_the_same_in_every_format_it_is_read_from(
    moment: datetime, minutes: int
) -> None:
    """Rewriting never changes the moment."""
    from datetime import timezone

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


@given(MOMENTS)
def test_a_naive_time_becomes_the_moment_it_is_in_the_zone_or_none(moment: datetime) -> None:
    """None where the zone has the time twice or never."""
    local = moment.replace(microsecond=0).astimezone(BERLIN)
    status, iso, _ = judged(f"{local:%Y-%m-%d %H:%M:%S}", BERLIN)
    assert status == "naive"
    assert iso == "" or datetime.fromisoformat(iso) == moment.replace(microsecond=0)


@given(cells("timestamp"), st.sampled_from([None, BERLIN]))
def test_what_is_rewritten_is_fine_afterwards(value: str, zone: ZoneInfo | None) -> None:
    """Fixing once is enough."""
    _, iso, _ = judged(value, zone)
    assert not iso or judged(iso, zone) == ("ok", iso, "")


@pytest.mark.parametrize(
    ("value", "status", "iso"),
    [
        ("2026-04-21T15:30:00Z", "ok", "2026-04-21T15:30:00Z"),
        ("2026-04-21T15:30Z", "ok", "2026-04-21T15:30Z"),
        ("2026-04-21T15:30:00-00:00", "ok", "2026-04-21T15:30:00-00:00"),
        ("2026-04-21T15:30:00.123456789Z", "ok", "2026-04-21T15:30:00.123456789Z"),
        ("2026-04-21t15:30:00z", "not-iso", "2026-04-21T15:30:00Z"),
        ("2026-04-21 15:30:00+02", "not-iso", "2026-04-21T15:30:00+02:00"),
        (" 2026-04-21T15:30:00Z", "not-iso", "2026-04-21T15:30:00Z"),
        ("2016-12-31T23:59:60Z", "ok", "2016-12-31T23:59:60Z"),
        ("2016-12-31T22:59:60-01:00", "ok", "2016-12-31T22:59:60-01:00"),
        ("2026-04-21T15:30:60Z", "invalid", ""),
        ("2026-12-31T23:59:60", "invalid", ""),
        ("9999-12-31T23:59:60Z", "invalid", ""),
        ("2026-04-21T24:00:00Z", "invalid", ""),
        ("2026-02-30T10:00:00Z", "invalid", ""),
        ("2026-04-21T10:00:00+10:60", "invalid", ""),
        ("2026-04-21", "invalid", ""),
        ("2026-04-21 15:30:00", "naive", "2026-04-21T15:30:00+02:00"),
        ("04/21/2026 3:30 PM", "naive", "2026-04-21T15:30:00+02:00"),
        ("2026-03-29T02:30:00", "naive", ""),
        ("2026-10-25T02:30:00", "naive", ""),
        ("1850-01-01T00:00:00", "naive", ""),
        ("3/4/2026 15:30", "naive", ""),
        ("3/4/2026 15:30 +02:00", "not-iso", ""),
        ("4/4/2026 15:30 +02:00", "not-iso", "2026-04-04T15:30:00+02:00"),
        ("Tue, 21 Apr 2026 15:30:00 +0200", "not-iso", "2026-04-21T15:30:00+02:00"),
        ("12/31/2026 12:00 AM UTC", "not-iso", "2026-12-31T00:00:00Z"),
        ("3/4/2026 13:30 PM", "invalid", ""),
        ("21 Ann 2026 15:30", "invalid", ""),
        ("21 April 2026 soon", "invalid", ""),
        ("", "ok", ""),
    ],
)
def test_each_way_to_write_a_moment_is_read_as_it_is_meant(
    value: str, status: str, iso: str
) -> None:
    """In Berlin, for those without an offset."""
    assert judged(value, BERLIN)[:2] == (status, iso)


def test_no_reason_quotes_the_cell() -> None:
    """Reasons reach reports, where no value may stand."""
    for value in STAMPS:
        assert not any(character.isdigit() for character in judged(value)[2].replace("8601", ""))
