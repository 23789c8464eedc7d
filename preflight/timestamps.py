"""What a timestamp cell says, and which cells need not be looked at.

The target is RFC 3339 / ISO 8601 extended with an offset: `2026-04-21T15:30:00Z`,
`2026-04-21T15:30:00+02:00`. Everything else is named for what is wrong with it, and rewritten only
where one reading is possible.

Where the two standards differ, or are wider than what importers read: seconds may be left away, as
in ISO 8601; a small `t` or `z`, a blank for the `T`, and an offset without its colon are
understood, but are not the target form, and are rewritten; a leap second is one only at the end of
a June or a December day in UTC, and stays as it is written; `24:00` is no time of day; `-00:00` is
an offset.
"""

from __future__ import annotations

import functools
import re
from datetime import UTC, datetime, timedelta, tzinfo
from datetime import timezone as timezone_of

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from preflight.invisible import strip_invisible

OK, NAIVE, NOT_ISO, INVALID = "ok", "naive", "not-iso", "invalid"

_TIME = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?"
_PLAIN = (
    r"^[12][0-9]{3}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
    r"|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
    rf"T{_TIME}(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])$"
)

_ISO = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)(?P<t>[Tt ])"
    r"(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d{1,9}))?)?"
    r"(?P<offset>\s?[Zz]|\s?[+-]\d\d(?::?\d\d)?)?$",
    re.ASCII,
)
_NUMERIC = re.compile(
    r"(?P<a>\d{1,2})(?P<sep>[./-])(?P<b>\d{1,2})(?P=sep)(?P<year>\d{4}),?[ T]+(?P<rest>.+)$",
    re.ASCII,
)
_YEAR_FIRST = re.compile(
    r"(?P<year>\d{4})[./](?P<month>\d{1,2})[./](?P<day>\d{1,2})[ T]+(?P<rest>.+)$", re.ASCII
)
_WEEKDAY, _REST = r"(?:[A-Za-z]{3,9},? )?", r"(?P<year>\d{4}),?(?: at)? (?P<rest>.+)$"
_WORDED = (
    re.compile(
        rf"{_WEEKDAY}(?P<day>\d{{1,2}})\.? (?P<word>[A-Za-z]{{3,9}})\.?,? {_REST}", re.ASCII
    ),
    re.compile(
        rf"{_WEEKDAY}(?P<word>[A-Za-z]{{3,9}})\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? {_REST}",
        re.ASCII,
    ),
)
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.(?P<fraction>\d{1,9}))?)?"
    r"(?:\s?(?P<half>[AaPp])\.?[Mm]\.?)?(?P<offset>\s?(?:[Zz]|UTC|GMT)|\s?[+-]\d\d(?::?\d\d)?)?$",
    re.ASCII,
)
_DATE_ONLY = re.compile(r"\d{4}-\d\d-\d\d$|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}$", re.ASCII)
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("january jan", "february feb", "march mar", "april apr", "may", "june jun", "july jul",
         "august aug", "september sep sept", "october oct", "november nov", "december dec"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip


_NOT_THERE = "it names a date, a time or an offset that does not exist"
_LEAPS = ("06-30T23:59", "12-31T23:59")


class _NotATimeError(ValueError):
    """What stands there names no moment; the text says why."""


def plain(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """True where a cell is obviously a moment in RFC 3339 form; sound, see the tests.

    Args:
        values: a string column.
    """
    return pc.match_substring_regex(values, _PLAIN)


def judge(values: pd.Series[str], timezone: tzinfo | None) -> pd.DataFrame:
    """What each value says.

    Args:
        values: the cells.
        timezone: the zone of values without an offset; None when nobody said.

    Returns:
        A frame of the same index: `status` str (OK, NAIVE, NOT_ISO, INVALID), `iso` str (the moment
        in RFC 3339 form; "" where it cannot be told), `reason` str (why it is not OK).
    """
    return pd.DataFrame(
        [_judge(value, timezone) for value in values.array],
        index=values.index,
        columns=["status", "iso", "reason"],
        dtype="str",
    )


@functools.lru_cache(maxsize=1 << 16)
def _judge(value: str, timezone: tzinfo | None) -> tuple[str, str, str]:
    bare = strip_invisible(value)
    if not bare:
        return OK, "", ""
    try:
        moment, strict, reason = _read(bare)
    except _NotATimeError as error:
        return INVALID, "", str(error)
    if not strict and reason:
        naive = moment.tzinfo is None
        return (NAIVE, "", f"it has no offset, and {reason}") if naive else (NOT_ISO, "", reason)
    if moment.tzinfo is None:
        return NAIVE, _localised(moment, timezone), "it has no offset"
    if strict and bare == value:
        return OK, value, ""
    return NOT_ISO, _text(moment), "it is not written as ISO 8601 wants it"


def _read(text: str) -> tuple[datetime, bool, str]:
    """A moment, whether it is written strictly, and why it may be another one, if it may."""
    iso = _ISO.match(text)
    if iso:
        offset = (iso["offset"] or "").strip()
        moment = _moment(iso["year"], iso["month"], iso["day"], iso.groupdict(), offset)
        strict = (
            iso["t"] == "T" and iso["offset"] == offset and offset != "z" and len(offset) in (1, 6)
        )
        return moment, strict, ""
    for pattern in (*_WORDED, _YEAR_FIRST):
        found = pattern.match(text)
        if found:
            named = found.groupdict()
            month = named.get("month") or _MONTHS.get(named["word"].casefold())
            if month is None:
                continue
            return _with_clock(named["year"], month, named["day"], named["rest"]), False, ""
    numeric = _NUMERIC.match(text)
    if numeric:
        first, second = int(numeric["a"]), int(numeric["b"])
        if first <= 12 and second <= 12 and first != second:
            moment = _with_clock(numeric["year"], first, second, numeric["rest"])
            return moment, False, "day and month cannot be told apart"
        day, month = (first, second) if first > 12 else (second, first)
        return _with_clock(numeric["year"], month, day, numeric["rest"]), False, ""
    if _DATE_ONLY.match(text):
        raise _NotATimeError("it has a date and no time of day")
    raise _NotATimeError("it is no date and time that is known here")


def _with_clock(year: str, month: str | int, day: str | int, rest: str) -> datetime:
    clock = _CLOCK.match(rest.strip())
    if not clock:
        raise _NotATimeError("its time of day cannot be read")
    return _moment(year, month, day, clock.groupdict(), (clock["offset"] or "").strip())


def _moment(
    year: str, month: str | int, day: str | int, clock: dict[str, str | None], offset: str
) -> datetime:
    hour, half = int(clock["hour"] or 0), (clock.get("half") or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise _NotATimeError("its hour is impossible")
        hour = hour % 12 + (12 if half == "p" else 0)
    second = int(clock["second"] or 0)
    micro = int((clock["fraction"] or "0").ljust(6, "0")[:6])
    # datetime knows no leap second; the second before it is of the same minute.
    leap = second == 60
    try:
        moment = datetime(
            int(year), int(month), int(day), hour, int(clock["minute"] or 0), second - leap, micro,
            _zone(offset),
        )  # fmt: skip
    except ValueError as error:
        raise _NotATimeError(_NOT_THERE) from error
    if not leap:
        return moment
    if not (moment.tzinfo and 1972 <= moment.year < 9999):
        raise _NotATimeError(_NOT_THERE)
    if f"{moment.astimezone(UTC):%m-%dT%H:%M}" not in _LEAPS:
        raise _NotATimeError(_NOT_THERE)
    return moment + timedelta(seconds=1)


def _zone(offset: str) -> tzinfo | None:
    if not offset:
        return None
    if offset.upper() in ("Z", "UTC", "GMT"):
        return UTC
    digits = offset[1:].replace(":", "")
    hours, minutes = int(digits[:2]), int(digits[2:] or 0)
    if hours > 23 or minutes > 59:
        raise ValueError("its offset does not exist")
    return timezone_of((-1 if offset[0] == "-" else 1) * timedelta(hours=hours, minutes=minutes))


def _localised(moment: datetime, zone: tzinfo | None) -> str:
    """The moment in its zone; "" without a zone, and for times that the zone has twice or never.

    Also for times before the zone had an offset of whole minutes, which RFC 3339 cannot write.
    """
    if zone is None:
        return ""
    early, late = (moment.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    offset = early.utcoffset()
    if offset is None or offset != late.utcoffset() or offset % timedelta(minutes=1):
        return ""
    return _text(early)


def _text(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
