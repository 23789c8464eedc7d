"""What the forms of a timestamp say, and which libraries agree."""

from __future__ import annotations

import email.utils
from datetime import UTC, datetime, timedelta, timezone

import pytest
from babel.dates import format_datetime
from dateutil import parser
from hypothesis import given
from hypothesis import strategies as st

from preflight.kinds.timestamp.parser import (
    DAY_FIRST,
    EITHER,
    LANGUAGES,
    MONTH_FIRST,
    NotATimestampError,
    Timestamp,
    distance,
    read,
)
from tests.cells import cells

MOMENTS = st.datetimes(
    min_value=datetime(1970, 1, 1),  # noqa: DTZ001 - hypothesis wants it so
    max_value=datetime(2029, 12, 31),  # noqa: DTZ001
).map(lambda moment: moment.replace(microsecond=0))
OFFSETS = st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def said(value: str, order: str = "") -> str:
    """Local time, offset and zone; or why there is none."""
    try:
        moment = read(value, order)
    except NotATimestampError as error:
        return str(error)
    return moment.local + moment.offset + moment.zone + moment.short


AT = "2026-04-21T15:30:00"


@pytest.mark.parametrize(
    ("value", "local"),
    [
        ("2026-04-21t15:30z", AT + "Z"),
        ("2026-04-21T15:30:00,123Z", AT + ".123Z"),
        ("2026-04-21T15:30:00+02", AT + "+02:00"),
        ("2026-04-21T15:30:00-0000", AT + "-00:00"),
        ("2026-04-21T15:30:00−02:00", AT + "-02:00"),
        ("20260421T153000Z", AT + "Z"),
        ("20260421T1530+0200", AT + "+02:00"),
        ("20260421153000", AT),
        ("2026-W17-2T15:30:00Z", AT + "Z"),
        ("2026W172T153000Z", AT + "Z"),
        ("2026-111T15:30:00Z", AT + "Z"),
        ("2026111T153000Z", AT + "Z"),
        ("2026/4/21 3:30 PM", AT),
        ("2026 Apr 21 15:30", AT),
        ("21.04.2026 15:30 Uhr", AT),
        ("21.04.26, 15:30", AT),
        ("21.4.2026 15.30.00", AT),
        ("4/21/26, 3:30\u202fPM", AT),
        ("4-21-26 15:30", AT),
        ("Apr 21, 2026 at 3:30pm", AT),
        ("April 21st 2026 3:30 p.m.", AT),
        ("21 avr. 2026 à 15h30", AT),
        ("21 avril 2026, 15 h 30 min 00 s", AT),
        ("21 de abril de 2026 a las 15:30", AT),
        ("keskiviikkona, 23 helmikuuta 2000 00:00", "2000-02-23T00:00:00"),
        ("1er août 2026 15:30", "2026-08-01T15:30:00"),
        ("21-APR-26 03.30.00 PM", AT),
        ("21 Mrz 2026 15:30", "2026-03-21T15:30:00"),
        ("21/Apr/2026:15:30:00 +0200", AT + "+02:00"),
        ("Tue Apr 21 15:30:00 2026", AT),
        ("Tue Apr 21 15:30:00 UTC 2026", AT + "Z"),
        ("Tue Apr 21 15:30:00 CEST 2026", AT + "CEST"),
        ("Tue Apr 21 2026 15:30:00 GMT+0200 (Central European Summer Time)", AT + "+02:00"),
        ("2026-04-21 15:30 GMT+2", AT + "+02:00"),
        ("2026-04-21T15:30+02:00[Europe/Berlin]", AT + "+02:00Europe/Berlin"),
        ("2026-04-21 15:30 Europe/Berlin", AT + "Europe/Berlin"),
        ("2026-04-21 15:30 EST", AT + "EST"),
        ("2026-04-21 3 PM", "2026-04-21T15:00:00"),
        ("12/31/2026 12:00 AM", "2026-12-31T00:00:00"),
        ("1461247800", "2016-04-21T14:10:00Z"),
        ("1461247800123", "2016-04-21T14:10:00.123Z"),
        ("1461247800.5", "2016-04-21T14:10:00.5Z"),
        ("2016-12-31T18:59:60-05:00", "2016-12-31T18:59:60-05:00"),
        ("2016-12-31 23:59:60.5 Z", "2016-12-31T23:59:60.5Z"),
    ],
)
def test_each_form_says_what_is_meant(value: str, local: str) -> None:
    """To the second, with the offset or the zone that is written."""
    assert said(value) == local
    assert not read(value).strict or value.endswith("60-05:00")


THERE = "the date, time or offset does not exist"
CLOCK = "the time of day cannot be read"
YEAR = "the year has two digits and is ambiguous"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("2026-02-30T10:00:00Z", THERE),
        ("2026-366T10:00:00Z", THERE),
        ("2026-W54-1T10:00:00Z", THERE),
        ("0000-01-01T00:00:00Z", THERE),
        ("2026-04-21T24:00:00Z", THERE),
        ("2026-04-21T10:00:00+10:60", THERE),
        ("2026-04-21T10:00:00+24:00", THERE),
        ("2026-04-21T15:30:60Z", THERE),
        ("1971-12-31T23:59:60Z", THERE),
        ("9999-12-31T23:59:60Z", THERE),
        ("2026-12-31T23:59:60", THERE),
        ("13/13/2026 15:30", THERE),
        ("2026-04-21T10:00:00+2", CLOCK),
        ("2026-04-21T10:00:00Z+02:00", CLOCK),
        ("2026-04-21 10:00 (CEST)", CLOCK),
        ("2026-04-21 930", CLOCK),
        ("21 April 2026 soon", CLOCK),
        ("10/10/2026 13:30 PM", "the hour is impossible"),
        ("Wed, 21 Apr 2026 15:30:00 +0200", "the day of the week does not match the date"),
        ("26-04-21 15:30", YEAR),
        ("21/04/55 15:30", YEAR),
        ("2026-04-21", "not a full timestamp: the time is missing"),
        ("April 21, 2026", "not a full timestamp: the time is missing"),
        ("21 Ann 2026 15:30", "not recognised as a date and time"),
        ("Foo, 21 Apr 2026 15:30", "not recognised as a date and time"),
        ("21 Apr 15:10:45", "not recognised as a date and time"),
        ("4155552671", "not recognised as a date and time"),
        ("15:30", "not recognised as a date and time"),
    ],
)
def test_what_is_no_moment_says_why(value: str, reason: str) -> None:
    """Without a word of the cell."""
    assert said(value) == reason


@pytest.mark.parametrize(
    ("value", "order", "day"),
    [
        ("21/04/2026 15:30", DAY_FIRST, "2026-04-21"),
        ("04/21/2026 15:30", MONTH_FIRST, "2026-04-21"),
        ("04/04/2026 15:30", "", "2026-04-04"),
        ("03/04/2026 15:30", EITHER, "2026-04-03"),
        ("2026/03/04 15:30", "", "2026-03-04"),
    ],
)
def test_a_date_shows_the_order_of_day_and_month_where_it_can(
    value: str, order: str, day: str
) -> None:
    """And keeps it, whatever it is asked to be read by."""
    assert read(value).order == order
    assert read(value).local.startswith(day)
    if order != EITHER:
        assert read(value, MONTH_FIRST) == read(value, DAY_FIRST) == read(value)
    else:
        assert read(value, MONTH_FIRST).local == "2026-03-04T15:30:00"


def test_a_date_without_a_time_shows_its_order_too() -> None:
    """It is no moment, and yet tells how the column is written."""
    with pytest.raises(NotATimestampError) as refused:
        read("21/04/2026")
    assert refused.value.order == DAY_FIRST


@given(MOMENTS, st.sampled_from([*LANGUAGES, "en_GB", "en_AU", "es_MX", "pt_PT"]))
def test_what_babel_writes_in_any_of_the_languages_is_read_to_the_same_minute(
    moment: datetime, language: str
) -> None:
    """Babel is the truth about names and customs; the order of digits is the column's business."""
    for form in ("medium", "short"):
        text = format_datetime(moment, form, locale=language)
        american = language == "en"
        found = read(text, MONTH_FIRST if american else DAY_FIRST)
        assert found.local[:16] == f"{moment:%Y-%m-%dT%H:%M}"
    text = format_datetime(moment, "EEEE, d MMMM y HH:mm:ss", locale=language)
    assert read(text).local == moment.isoformat()


@given(MOMENTS, OFFSETS)
def test_what_python_writes_for_mail_is_read_as_python_reads_it(
    moment: datetime, offset: timezone
) -> None:
    """RFC 2822."""
    text = email.utils.format_datetime(moment.replace(tzinfo=offset))
    there = email.utils.parsedate_to_datetime(text)
    found = read(text)
    assert datetime.fromisoformat(found.local + found.offset) == there


@given(MOMENTS, OFFSETS, st.sampled_from(["%Y-%m-%dT%H:%M:%S%z", "%G-W%V-%uT%H:%M:%S%z"]))
def test_iso_forms_are_read_as_python_reads_them(
    moment: datetime, offset: timezone, form: str
) -> None:
    """Python reads week dates and the basic form too."""
    text = moment.replace(tzinfo=offset).strftime(form)
    for written in (text, text.replace("-", "", 2).replace(":", "") if "W" not in text else text):
        found = read(written)
        assert datetime.fromisoformat(found.local + found.offset) == datetime.fromisoformat(written)


@given(cells("timestamp"))
def test_where_dateutil_reads_a_moment_too_it_is_the_same(value: str) -> None:
    """It guesses much more; but what both read with an offset, they read alike."""
    try:
        found = read(value)
        if found.order or not found.offset or ":60" in found.local or "." in found.local:
            return
        there = parser.parse(value)
    except (NotATimestampError, ValueError, OverflowError):
        return
    if there.tzinfo is not None and len(value) > 20:
        assert datetime.fromisoformat(found.local + found.offset) == there


@given(cells("timestamp"), st.sampled_from(["", DAY_FIRST, MONTH_FIRST]))
def test_a_moment_is_told_or_refused_whatever_stands_there(value: str, order: str) -> None:
    """Never another error; and what is told is a form that Python reads."""
    try:
        found = read(value, order)
    except NotATimestampError as error:
        refused = str(error)
    else:
        refused = ""
    if refused:
        assert not any(character.isdigit() for character in refused)
        return
    assert isinstance(found, Timestamp)
    python = found.local.replace(":60", ":59") + found.offset
    assert datetime.fromisoformat(python).replace(tzinfo=None, microsecond=0) == found.clock
    if found.offset:
        ahead = datetime.fromisoformat(python).utcoffset()
        assert ahead == distance(found.offset)
        assert -timedelta(days=1) < distance(found.offset) < timedelta(days=1)


def test_a_count_of_seconds_is_what_python_makes_of_it() -> None:
    """From the first of ten digits with a 1 in front to the last."""
    for seconds in (1_000_000_000, 1_461_247_800, 1_999_999_999):
        there = datetime.fromtimestamp(seconds, UTC)
        assert said(str(seconds)) == f"{there:%Y-%m-%dT%H:%M:%S}Z"
