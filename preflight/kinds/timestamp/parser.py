"""Parses timestamp cells: the day, the time of day and the offset.

`read` takes one cell and returns a `Timestamp`, or raises `NotATimestampError` with the reason. It
has a pattern for each format in which exports write a date with a time of day. It ignores no
remaining text, and a day of the week that contradicts the date makes the cell invalid.

The first of these formats is the target: RFC 3339 (`2026-04-21T15:30:00+02:00`); the rest of ISO
8601 (basic form, week dates, ordinal dates, a comma before the fraction, hours alone in an offset);
year first (`2026/4/21 15:30`); day or month first (`21.04.2026 15:30 Uhr`, `4/21/26, 3:30 PM`); a
month's name in one of `LANGUAGES` (`21 de abril de 2026, 15:30`, `Apr 21, 2026 at 3:30pm`); RFC
2822, `asctime`, the formats of JavaScript and Java; a count of seconds or milliseconds since 1970.

Where the standards differ, or allow more than importers read:

- Seconds are optional, and a fraction may have any number of digits, as in ISO 8601.
- A lower-case `t` or `z`, and a space for the `T`, are allowed in RFC 3339 and not in ISO 8601.
  They are understood, but are not the target format. So are offsets of hours only (`+02`) or
  without a colon.
- Offsets end at 23:59, and their minutes at 59 (RFC 3339, section 5.6). `-00:00` is an offset: RFC
  3339 gives it a meaning, though ISO 8601 has none for it.
- A leap second is one only at the end of a June or a December day in UTC from 1972 on (RFC 3339,
  section 5.7), and stays as written. Without an offset it is invalid.
- `24:00` is not a time of day (RFC 3339; ISO 8601 had it until 2019), and there is no year 0.
- A year of two digits comes last, as nearly everywhere in CLDR. With hyphens it may come first as
  well, and is not read if it could. For 00 to 29 and 70 to 99, POSIX and spreadsheets agree on the
  century; years between are refused.
- An abbreviated zone (`EST`, `CET`) is not an offset, because several zones share it. `UTC`, `GMT`
  and `UT` are offsets, and so are these with hours after them (`GMT+2`).
- Ten or thirteen digits that start with a 1 are a count of seconds or milliseconds since 1970, from
  September 2001 to May 2033. North American phone numbers do not start with a 1.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from preflight.core.invisible import tidy

DAY_FIRST, MONTH_FIRST, EITHER = "day-first", "month-first", "either"
LANGUAGES = ("en", "de", "de_AT", "fr", "es", "it", "nl", "sv", "pt", "da", "nb", "fi", "pl")

UNKNOWN = "not recognised as a date and time"
NO_TIME = "not a full timestamp: the time is missing"
NO_SUCH_DATE = "the date, time or offset does not exist"
BAD_CLOCK = "the time of day cannot be read"
BAD_HOUR = "the hour is impossible"
BAD_DAY = "the day of the week does not match the date"
SHORT_YEAR = "the year has two digits and is ambiguous"

_LEAPS = ("06-30T23:59", "12-31T23:59")
_STRICT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)", re.ASCII)

_WEEKDAY = r"(?:(?P<weekday>[^\W\d_]{2,13}(?:-feira)?)\.?,?\s(?:den\s)?)?"
_WORD = r"(?P<word>[^\W\d_]{3,12})\.?"
_DAY = r"(?P<day>[0-9]{1,2})(?:\.|st|nd|rd|th|er|º)?"
# Two digits followed by a colon are an hour.
_YEAR = r"(?P<year>[0-9]{4}|[0-9]{2}(?!:))"
_DATES = tuple(
    re.compile(rf"{pattern}(?P<rest>$|[Tt,:\s].*)")
    for pattern in (
        r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})",
        r"(?P<year>[0-9]{4})(?P<sep>[./-])(?P<month>[0-9]{1,2})(?P=sep)(?P<day>[0-9]{1,2})",
        rf"(?P<a>[0-9]{{1,2}})(?P<sep>[./-])(?P<b>[0-9]{{1,2}})(?P=sep){_YEAR}",
        r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})",
        r"(?P<year>[0-9]{4})-?W(?P<week>[0-9]{2})-?(?P<of_week>[0-9])",
        r"(?P<year>[0-9]{4})-?(?P<of_year>[0-9]{3})",
        rf"{_WEEKDAY}{_DAY}[-/\s](?:de\s)?{_WORD},?[-/\s](?:de\s)?{_YEAR}",
        rf"{_WEEKDAY}{_WORD}[-\s]{_DAY}(?:,\s?|[-\s])(?P<year>[0-9]{{4}})",
        rf"(?P<year>[0-9]{{4}})[-/\s]{_WORD}[-/\s](?P<day>[0-9]{{1,2}})",
    )
)
_ASCTIME = re.compile(
    r"(?P<weekday>[A-Za-z]{3}) (?P<word>[A-Za-z]{3}) (?P<day>[0-9]{1,2}) "
    r"(?P<time>[0-9:]{5,8})(?P<zone> [A-Za-z0-9+:-]+)? (?P<year>[0-9]{4})$"
)
_RUN_TOGETHER = re.compile(r"([0-9]{8})([0-9]{6})$")
_SINCE_1970 = re.compile(r"(1[0-9]{9})(?:\.?([0-9]{3})|\.([0-9]{1,9}))?$")
_BETWEEN = re.compile(
    r"(?:t|[,:]?\s?(?:(?:at|um|à|om|kl\.?|klo|ore|alle(?: ore)?|a las?|às|o)\s)?)\s?",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"(?P<hour>[0-9]{1,2})(?:"
    r"(?P<colon>[:.])(?P<minute>[0-9]{2})"
    r"(?:(?P=colon)(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]+))?)?"
    r"|\s?h\s?(?P<minute_h>[0-9]{2})(?:\smin\s(?P<second_h>[0-9]{2})\ss)?"
    r"|(?<=[0-9]{2})(?P<minute_p>[0-9]{2})"
    r"(?:(?P<second_p>[0-9]{2})(?:[.,](?P<fraction_p>[0-9]+))?)?"
    r"|(?=\s?[AaPp]))"
    r"(?:\s?(?P<half>[AaPp])\.?\s?[Mm]\.?(?![A-Za-z])|\sUhr|\s?h(?:rs?\.?)?(?![A-Za-z]))?"
    r"(?P<zone>.*)$"
)
_OFFSET = re.compile(
    r"(?P<name>[Zz]|(?:UTC|GMT|UT)(?![A-Za-z/]))?"
    r"(?:\s?(?P<sign>[+-])(?P<hours>[0-9]{1,2})(?::?(?P<minutes>[0-9]{2}))?)?"
    r"(?P<note>\s?\([^()]*\))?"
    r"(?:\s?\[(?P<zone>[A-Za-z0-9_/+-]+)\])?$"
)
_ZONE = re.compile(r"[A-Z][A-Za-z_]+(?:/[A-Za-z0-9_+-]+)+$|[A-Z]{2,5}$")
_NUMBERS = ("minute", "second", "fraction")


class NotATimestampError(ValueError):
    """The cell is not a timestamp; the message says why.

    Attributes:
        order: the order of day and month that its date proves all the same.
        day: the day, if nothing but the time of day is missing.
    """

    def __init__(self, reason: str, order: str = "", day: date | None = None) -> None:
        super().__init__(reason)
        self.order = order
        self.day = day


@dataclass(frozen=True, slots=True)
class Timestamp:
    """A date and a time of day, as written.

    Attributes:
        local: in ISO 8601 format without an offset, to the second or finer.
        clock: the same to the second, to ask a time zone; a leap second is the second before it.
        offset: in RFC 3339 format; "" if the cell has none.
        zone: the IANA name of a time zone, or "".
        short: the abbreviation of a time zone if there is no offset, or "".
        strict: whether the cell is in RFC 3339 format.
        order: DAY_FIRST or MONTH_FIRST if the numbers allow no other reading, EITHER if they allow
            both, "" if the format settles it.
    """

    local: str
    clock: datetime
    offset: str
    zone: str
    short: str
    strict: bool
    order: str


def read(value: str, order: str = "") -> Timestamp:
    """Parses a cell.

    Args:
        value: the cell; whitespace and invisible characters around it are ignored.
        order: MONTH_FIRST to read an ambiguous date month first; otherwise it is read day first.

    Raises:
        NotATimestampError: it is not a timestamp.
    """
    text = " ".join(tidy(value).split()).replace("\N{MINUS SIGN}", "-")
    if counted := _SINCE_1970.match(text):
        seconds, *fractions = counted.groups("")
        local = f"{datetime.fromtimestamp(int(seconds), UTC):%Y-%m-%dT%H:%M:%S}"
        clock = datetime.fromisoformat(local)
        fraction = "".join(fractions)
        return Timestamp(
            f"{local}.{fraction}" if fraction else local, clock, "Z", "", "", False, ""
        )
    if together := _RUN_TOGETHER.match(text):
        text = "T".join(together.groups())
    day, shown, rest = _date(text, order)
    rest = rest[_end(_BETWEEN, rest) :]
    if not rest:
        raise NotATimestampError(NO_TIME, shown, day)
    try:
        strict = value == text and _STRICT.fullmatch(value) is not None
        return _timestamp(day, rest, strict, shown)
    except NotATimestampError as error:
        raise NotATimestampError(str(error), shown) from None


def _end(pattern: re.Pattern[str], text: str) -> int:
    match = pattern.match(text)
    return match.end() if match else 0


def _date(text: str, order: str) -> tuple[date, str, str]:
    """The day at the start, the order of day and month that it proves, and the remaining text."""
    if (unix := _ASCTIME.match(text)) and (dated := _dated(unix, order)):
        return *dated, f" {unix['time']}{unix['zone'] or ''}"
    for pattern in _DATES:
        if (match := pattern.match(text)) and (dated := _dated(match, order)):
            return *dated, match["rest"]
    raise NotATimestampError(UNKNOWN)


def _dated(match: re.Match[str], order: str) -> tuple[date, str] | None:
    """The day of a match, and the order it proves; None if a word is not a month or a weekday.

    Raises:
        NotATimestampError: there is no such day.
    """
    named = match.groupdict()
    month, day, shown = named.get("month"), named.get("day"), ""
    weekdays = None
    if "word" in named:
        months = _names("month").get(_folded(named["word"]))
        weekday = named.get("weekday")
        weekdays = _names("day").get(_folded(weekday)) if weekday else None
        if months is None or len(months) > 1 or (weekday and not weekdays):
            return None
        (month,) = months
    year = _year(named)
    if "a" in named:
        day, month, shown = _ordered(int(named["a"]), int(named["b"]), order)
    try:
        if "of_week" in named:
            dated = date.fromisocalendar(year, int(named["week"]), int(named["of_week"]))
        elif "of_year" in named:
            dated = date(year, 1, 1) + timedelta(days=int(named["of_year"]) - 1)
            if dated.year != year:
                raise NotATimestampError(NO_SUCH_DATE)
        else:
            dated = date(year, int(month or 0), int(day or 0))
    except (ValueError, OverflowError) as error:
        raise NotATimestampError(NO_SUCH_DATE) from error
    if weekdays and dated.weekday() not in weekdays:
        raise NotATimestampError(BAD_DAY)
    return dated, shown


def _year(named: dict[str, str]) -> int:
    year = int(named["year"])
    if len(named["year"]) == 4:
        return year
    # With hyphens the year may come first, unless the second number cannot be a month.
    if 30 <= year <= 69 or (named.get("sep") == "-" and int(named["b"]) <= 12):
        raise NotATimestampError(SHORT_YEAR)
    return year + (2000 if year < 30 else 1900)


def _ordered(a: int, b: int, order: str) -> tuple[int, int, str]:
    """Day, month, and the order that the two numbers prove."""
    if a == b:
        return a, b, ""
    if a > 12 or b > 12:
        return (a, b, DAY_FIRST) if a > 12 else (b, a, MONTH_FIRST)
    return (b, a, EITHER) if order == MONTH_FIRST else (a, b, EITHER)


def _timestamp(day: date, rest: str, strict: bool, shown: str) -> Timestamp:
    clock = _CLOCK.match(rest)
    if not clock:
        raise NotATimestampError(BAD_CLOCK)
    hour, half = int(clock["hour"]), (clock["half"] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise NotATimestampError(BAD_HOUR)
        hour = hour % 12 + (12 if half == "p" else 0)
    minute, second, fraction = (
        clock[name] or clock.groupdict().get(f"{name}_h") or clock[f"{name}_p"] or ""
        for name in _NUMBERS
    )
    offset, zone, short = _offset(clock["zone"].strip())
    leap = second == "60"
    try:
        clock_time = datetime(  # noqa: DTZ001 - the zone comes later
            day.year, day.month, day.day, hour, int(minute or 0), int(second or 0) - leap
        )
    except ValueError as error:
        raise NotATimestampError(NO_SUCH_DATE) from error
    if leap and not _is_leap(clock_time, offset):
        raise NotATimestampError(NO_SUCH_DATE)
    local = f"{day}T{hour:02}:{minute or '00'}:{second or '00'}"
    local += f".{fraction}" if fraction else ""
    return Timestamp(local, clock_time, offset, zone, short, strict, shown)


def _is_leap(clock_time: datetime, offset: str) -> bool:
    if not (offset and 1972 <= clock_time.year < 9999):
        return False
    return f"{clock_time - distance(offset):%m-%dT%H:%M}" in _LEAPS


def distance(offset: str) -> timedelta:
    """How far an offset in RFC 3339 format is ahead of UTC."""
    if offset == "Z":
        return timedelta()
    ahead = timedelta(hours=int(offset[1:3]), minutes=int(offset[4:]))
    return -ahead if offset[0] == "-" else ahead


def _offset(text: str) -> tuple[str, str, str]:
    """An offset in RFC 3339 format, a zone's name, its abbreviation; "" if missing."""
    match = _OFFSET.match(text)
    if not match:
        if not _ZONE.match(text):
            raise NotATimestampError(BAD_CLOCK)
        return ("", text, "") if "/" in text else ("", "", text)
    name, sign, zone = match["name"], match["sign"], match["zone"] or ""
    if not sign:
        if match["note"] and not name:
            raise NotATimestampError(BAD_CLOCK)
        return ("Z" if name else ""), zone, ""
    hours, minutes = match["hours"], match["minutes"] or "00"
    if name in ("Z", "z") or (len(hours) == 1 and not name):
        raise NotATimestampError(BAD_CLOCK)
    if int(hours) > 23 or int(minutes) > 59:
        raise NotATimestampError(NO_SUCH_DATE)
    return f"{sign}{hours:0>2}:{minutes}", zone, ""


def _folded(word: str) -> str:
    return word.casefold().rstrip(".")


@functools.cache
def _names(what: str) -> dict[str, frozenset[int]]:
    """Names of months (1 to 12) or days of the week (0 to 6), in all languages, from CLDR."""
    from babel.dates import get_day_names, get_month_names

    ask = get_month_names if what == "month" else get_day_names
    names: dict[str, set[int]] = {}
    if what == "month":
        # English and German abbreviations that people and spreadsheets use, but not CLDR.
        names = {"sept": {9}, "mrz": {3}, "mär": {3}}
    else:
        names = {"tues": {1}, "thur": {3}, "thurs": {3}}
    for language in LANGUAGES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in ask(width, context, language).items():
                    names.setdefault(_folded(name), set()).add(number)
    return {name: frozenset(numbers) for name, numbers in names.items()}
