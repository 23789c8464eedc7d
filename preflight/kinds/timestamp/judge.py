"""Checks timestamp cells: which are fine, and what is wrong with the others.

The target format is RFC 3339 with an offset, `2026-04-21T15:30:00+02:00`. `parser` reads a cell in
any known format; this module adds the time zone of the option if the cell has no offset, and the
order of day and month that its column settles. Every problem has one status, and so one rule.

The usual formats are checked a column at a time, the others cell by cell; both ways give the same
result.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from preflight.core.invisible import strip_invisible
from preflight.core.patterns import matching
from preflight.core.types import Bools, Hints, Ints
from preflight.kinds.placeholders import PLACEHOLDER
from preflight.kinds.timestamp.day_month_order import BOTH, SETTLED, customary
from preflight.kinds.timestamp.parser import (
    DAY_FIRST,
    EITHER,
    MONTH_FIRST,
    NotATimestampError,
    Timestamp,
    distance,
    read,
)

OK, NAIVE, NOT_ISO, INVALID = "ok", "naive", "not-iso", "invalid"
AMBIGUOUS, GAP, FOLD, SERIAL = "ambiguous-order", "dst-gap", "dst-fold", "serial"
DATE_ONLY, NOTHING = "date-only", "nothing"

NO_OFFSET = "no time zone given (add `--timezone America/New_York`)"
NO_ABBREVIATION = "an abbreviation is not a time zone (add `--timezone America/New_York`)"
NO_WHOLE_MINUTES = "no time zone given, and the offset at that time was not in whole minutes"
NO_CLOCK = "a date without a time"
MAKES_MIDNIGHT = " (`--timezone America/New_York --unsafe-fixes` makes it midnight there)"
NO_MIDNIGHT = ", and that day has no single midnight in the time zone"
NOT_ISO_8601 = "not in ISO 8601 format"
NO_ORDER = "day and month are ambiguous: no other date in the column settles the order"
BOTH_ORDERS = "day and month are ambiguous: the column uses both orders"
BY_THE_COLUMN = "; day/month order taken from other dates in the column"
NO_SUCH_TIME = "this time does not exist in its time zone: the clocks went forward"
TIME_TWICE = "this time happened twice in its time zone: the clocks went back"
UNKNOWN_ZONE = "unknown time zone"
OTHER_OFFSET = "the offset does not match the time zone"
DAY_NUMBER = "a spreadsheet's day number, counted from 1900 or 1904"

_DAY = (
    r"[12][0-9]{3}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
    r"|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
)
_MINUTE, _SECOND = r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", r":[0-5][0-9](?:\.[0-9]+)?"
_HOURS = r"[+-](?:[01][0-9]|2[0-3])"
_FROM_UTC = rf"{_HOURS}:[0-5][0-9]"
_PLAIN = rf"^{_DAY}T{_MINUTE}(?:{_SECOND})?(?:Z|{_FROM_UTC})$"
_PLAIN_NAIVE = rf"^{_DAY}[T ]{_MINUTE}(?:{_SECOND})?$"
_WITH_OFFSET = (
    rf"^(?P<day>{_DAY})[T ](?P<minute>{_MINUTE})(?P<second>{_SECOND})? ?"
    rf"(?P<offset>Z|UTC|{_HOURS}(?::?[0-5][0-9])?)$"
)
_NUMERIC = (
    r"^(?P<a>[0-9]{1,2})(?P<first>[./-])(?P<b>[0-9]{1,2})(?P<then>[./-])(?P<year>[0-9]{4}),? "
    r"(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?P<second>:[0-9]{2})?(?: ?(?P<half>[AaPp])[Mm])?$"
)

# Days from 1970 to 2099, counted from 1900; other numbers are more likely postcodes or ids.
_SERIAL = re.compile(r"([2-7][0-9]{4})(?:[.,]([0-9]{1,12}))?", re.ASCII)
_FIRST_SERIAL, _LAST_SERIAL = 25_569, 73_050
_SERIALS_FROM = datetime(1899, 12, 30)  # noqa: DTZ001 - a day number has no zone

# Any: pandas-stubs does not declare that it accepts an Arrow array.
_STR: Any = pd.StringDtype(na_value=np.nan)
_Judged = tuple[str, str, str, str]
# A mask, and for its cells the status, iso, reason and order: an array of strings, or one for all.
_Usual = tuple[Bools, Any, Any, Any, Any]
_Piece = tuple[Ints, Sequence[Any]]
_COLUMNS = ("status", "iso", "reason", "order")


def plain(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """True if a cell is obviously a timestamp in RFC 3339 format; sound, see the tests.

    Args:
        values: a string column.
    """
    return matching(values, _PLAIN)


def judge(values: pd.Series[str], hints: Hints) -> pd.DataFrame:
    """Reads and checks each value.

    Args:
        values: the cells, distinct.
        hints: the time zone for values without an offset, the order that the column settles, the
            region for a guess.

    Returns:
        A frame of the same index: `status` str (OK, NAIVE, NOT_ISO, INVALID, AMBIGUOUS, GAP, FOLD,
        SERIAL, DATE_ONLY, NOTHING for a placeholder), `iso` str (in RFC 3339 format; a guess if
        AMBIGUOUS or FOLD, midnight if DATE_ONLY, without an offset if SERIAL; "" if unknown),
        `reason` str (why it is not OK), `order` str (the order of day and month that the value
        proves, see `parser.Timestamp`).
    """
    rest, at = pa.array(values, type=pa.string()), np.arange(len(values))
    pieces: list[_Piece] = [(at[:0], ("",) * len(_COLUMNS))]
    for usual in (_usual_plain, _usual_naive, _usual_with_offset, _usual_numeric):
        fits, *columns = usual(rest, hints)
        if fits.any():
            pieces.append((at[fits], columns))
            at, rest = at[~fits], rest.filter(pa.array(~fits))
        if not len(at):
            break
    else:
        verdicts = [judge_one(value, hints) for value in rest.to_pylist()]
        pieces.append(
            (at, [pa.array(column, pa.string()) for column in zip(*verdicts, strict=True)])
        )
    return _together(pieces, values.index)


def _together(pieces: list[_Piece], index: pd.Index) -> pd.DataFrame:
    """The pieces of the result, each with its positions, as a frame."""
    order = pa.array(np.argsort(np.concatenate([at for at, _ in pieces])))
    columns = {}
    for number, name in enumerate(_COLUMNS):
        parts = [
            pa.repeat(column, len(at)) if isinstance(column, str) else column
            for at, columns_of in pieces
            for column in (columns_of[number],)
        ]
        whole = pa.concat_arrays(parts).take(order).cast(pa.large_string())
        columns[name] = pd.Series(_STR.__from_arrow__(whole), index=index)
    return pd.DataFrame(columns, index=index)


@functools.lru_cache(maxsize=1 << 14)
def judge_one(value: str, hints: Hints) -> _Judged:
    """Status, iso, reason and order of one value; `judge` for a single cell."""
    bare = strip_invisible(value)
    if not bare:
        return OK, "", "", ""
    serial = _SERIAL.fullmatch(bare)
    if serial and _FIRST_SERIAL <= int(serial[1]) <= _LAST_SERIAL:
        return SERIAL, _of_serial(int(serial[1]), serial[2]), DAY_NUMBER, ""
    try:
        timestamp = read(value, hints.order)
    except NotATimestampError as error:
        if error.day is not None:
            return DATE_ONLY, *_midnight(error.day, error.order, hints), error.order
        status = NOTHING if re.match(PLACEHOLDER, bare) else INVALID
        return status, "", str(error), error.order
    if timestamp.order != EITHER:
        return *_placed(timestamp, value, hints), timestamp.order
    if hints.order not in SETTLED:
        reason = BOTH_ORDERS if hints.order == BOTH else NO_ORDER
        return AMBIGUOUS, _guessed(value, hints), reason, EITHER
    status, iso, reason = _placed(timestamp, value, hints)
    return status, iso, reason + BY_THE_COLUMN, EITHER


def _midnight(day: date, order: str, hints: Hints) -> tuple[str, str]:
    """The start of a day in the time zone, "" if it is not certain; and what to say."""
    if order == EITHER and hints.order not in SETTLED:
        return "", f"{NO_CLOCK}, and {BOTH_ORDERS if hints.order == BOTH else NO_ORDER}"
    if hints.timezone is None:
        return "", NO_CLOCK + MAKES_MIDNIGHT
    local = f"{day}T00:00:00"
    offset = _through(local[:13], hints.timezone)
    return (local + offset, NO_CLOCK) if offset else ("", NO_CLOCK + NO_MIDNIGHT)


def _of_serial(day: int, part: str | None) -> str:
    """The date and time of a day number; a whole day has no time of day."""
    if part is None:
        return ""
    seconds = round(float(f"0.{part}") * 86_400)
    return (_SERIALS_FROM + timedelta(days=day, seconds=seconds)).isoformat()


def _guessed(value: str, hints: Hints) -> str:
    """The value read in the region's usual order; without an offset if that is not certain."""
    guess = customary(hints.region)
    if not guess:
        return ""
    timestamp = read(value, guess)
    status, iso, _ = _placed(timestamp, value, hints)
    if iso and status != FOLD:
        return iso
    return "" if timestamp.zone or timestamp.short else timestamp.local


def _placed(timestamp: Timestamp, value: str, hints: Hints) -> tuple[str, str, str]:
    """Status, iso and reason of a timestamp whose date is settled."""
    if timestamp.strict:
        return OK, value, ""
    zone = hints.timezone
    if timestamp.zone:
        zone = _zone(timestamp.zone)
        if zone is None:
            return INVALID, "", UNKNOWN_ZONE
    if timestamp.offset:
        if timestamp.zone and not _has(zone, timestamp):
            return INVALID, "", OTHER_OFFSET
        return NOT_ISO, timestamp.local + timestamp.offset, NOT_ISO_8601
    missing = NO_ABBREVIATION if timestamp.short else NO_OFFSET
    if zone is None:
        return NAIVE, "", missing
    early, late = (_ahead(timestamp.clock, zone, fold) for fold in (0, 1))
    if early < late:
        return GAP, "", NO_SUCH_TIME
    if early % timedelta(minutes=1) or late % timedelta(minutes=1):
        return NAIVE, "", NO_WHOLE_MINUTES
    if timestamp.short:
        named = {_ahead(timestamp.clock, zone, fold) for fold in _folds_of(timestamp, zone)}
        iso = timestamp.local + _text(named.pop()) if len(named) == 1 else ""
        return NAIVE, iso, missing
    iso = timestamp.local + _text(early)
    if early > late:
        return FOLD, iso, TIME_TWICE
    return (NOT_ISO, iso, NOT_ISO_8601) if timestamp.zone else (NAIVE, iso, missing)


def _ahead(clock: datetime, zone: tzinfo, fold: int) -> timedelta:
    return clock.replace(tzinfo=zone, fold=fold).utcoffset() or timedelta()


def _folds_of(timestamp: Timestamp, zone: tzinfo) -> list[int]:
    """Which of the two folds of a local time have the abbreviation in the cell."""
    names = (timestamp.clock.replace(tzinfo=zone, fold=fold).tzname() for fold in (0, 1))
    return [fold for fold, name in enumerate(names) if name == timestamp.short]


def _has(zone: tzinfo | None, timestamp: Timestamp) -> bool:
    ahead = distance(timestamp.offset)
    try:
        local = (timestamp.clock - ahead).replace(tzinfo=UTC).astimezone(zone)
    except OverflowError:
        return False
    return local.utcoffset() == ahead


def _text(ahead: timedelta) -> str:
    """An offset in RFC 3339 format; UTC is `Z`."""
    if not ahead:
        return "Z"
    hours, minutes = divmod(abs(ahead) // timedelta(minutes=1), 60)
    return f"{'+' if ahead > timedelta() else '-'}{hours:02}:{minutes:02}"


@functools.cache
def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _usual_plain(values: pa.Array, hints: Hints) -> _Usual:
    del hints
    fits = matching(values, _PLAIN)
    return _mask(fits), OK, values.filter(fits), "", ""


def _usual_naive(values: pa.Array, hints: Hints) -> _Usual:
    fits = matching(values, _PLAIN_NAIVE)
    local = pc.utf8_replace_slice(values.filter(fits), 10, 11, "T")
    short = pc.equal(pc.binary_length(local), 16)
    local = pc.if_else(short, pc.binary_join_element_wise(local, ":00", ""), local)
    iso, sure = _localised(local, hints.timezone)
    return _narrowed(fits, sure), NAIVE, iso.filter(sure), NO_OFFSET, ""


def _usual_with_offset(values: pa.Array, hints: Hints) -> _Usual:
    del hints
    parts = pc.extract_regex(values, _WITH_OFFSET)
    fits = parts.is_valid()
    day, minute, second, offset = parts.filter(fits).flatten()
    second = pc.if_else(pc.equal(second, ""), ":00", second)
    clock = pc.binary_join_element_wise(minute, second, _each(offset, _colon), "")
    iso = pc.binary_join_element_wise(day, clock, "T")
    return _mask(fits), NOT_ISO, iso, NOT_ISO_8601, ""


def _colon(offset: str) -> str:
    if offset[0] not in "+-":
        return "Z"
    return f"{offset[:3]}:{offset[-2:] if len(offset) > 3 else '00'}"


def _usual_numeric(values: pa.Array, hints: Hints) -> _Usual:
    parts = pc.extract_regex(values, _NUMERIC)
    fits = parts.is_valid()
    a, first, b, then, year, hour, minute, second, half = parts.filter(fits).flatten()
    left, right, hours = (part.cast(pa.int64()).to_numpy() for part in (a, b, hour))
    either = (left <= 12) & (right <= 12) & (left != right)
    order = hints.order if hints.order in SETTLED else customary(hints.region)
    month_leads = np.where(either, order == MONTH_FIRST, left <= 12)
    month, day = np.where(month_leads, left, right), np.where(month_leads, right, left)
    halved, late = _mask(pc.not_equal(half, "")), _mask(matching(half, "[Pp]"))
    good = ~halved | ((hours >= 1) & (hours <= 12))
    hours = np.where(halved, hours % 12 + 12 * late, hours)
    dates = pc.binary_join_element_wise(year, _padded(month), _padded(day), "-")
    second = pc.if_else(pc.equal(second, ""), ":00", second)
    clock = pc.binary_join_element_wise(_padded(hours), ":", minute, second, "")
    local = pc.binary_join_element_wise(dates, clock, "T")
    # Unusual cells are left to `judge_one`.
    good &= _mask(matching(local, _PLAIN_NAIVE)) & _mask(pc.equal(first, then))
    iso, sure = _localised(local, hints.timezone)
    status, reasons = pa.scalar(NAIVE), pa.scalar(NO_OFFSET)
    if hints.order in SETTLED:
        reasons = pc.if_else(either, NO_OFFSET + BY_THE_COLUMN, NO_OFFSET)
    elif either.any():
        status = pc.if_else(either, AMBIGUOUS, NAIVE)
        reasons = pc.if_else(either, BOTH_ORDERS if hints.order == BOTH else NO_ORDER, NO_OFFSET)
        if not order:
            iso, sure = pc.if_else(either, "", iso), sure | either
        elif hints.timezone is None:
            iso = pc.if_else(either, local, iso)
    good &= sure
    shown = pc.if_else(month_leads, MONTH_FIRST, DAY_FIRST)
    shown = pc.if_else(either, EITHER, pc.if_else(left == right, "", shown))
    columns = (
        column if isinstance(column, pa.Array) else pa.repeat(column, len(good))
        for column in (status, iso, reasons, shown)
    )
    return _narrowed(fits, good), *(column.filter(pa.array(good)) for column in columns)


def _narrowed(fits: pa.Array, sure: Bools) -> Bools:
    """The mask `fits`, reduced to the places where `sure` is True as well."""
    mask = _mask(fits)
    mask[mask] = sure
    return mask


def _padded(numbers: np.ndarray) -> pa.Array:
    return pc.ascii_lpad(pa.array(numbers.astype(np.int64)).cast(pa.string()), 2, "0")


def _localised(local: pa.Array, zone: tzinfo | None) -> tuple[pa.Array, Bools]:
    """Local times with their offset ("" without a zone), and whether the offset is certain.

    It is not in an hour in which the zone's offset changes, or is not in whole minutes.
    """
    if zone is None:
        return pa.repeat("", len(local)), np.ones(len(local), dtype=bool)
    offsets = _each(pc.utf8_slice_codeunits(local, 0, 13), lambda hour: _through(hour, zone))
    return pc.binary_join_element_wise(local, offsets, ""), _mask(pc.not_equal(offsets, ""))


def _through(hour: str, zone: tzinfo) -> str:
    """The offset of a zone throughout a local hour, `2026-04-21T15`; "" if it has several."""
    try:
        start = datetime.fromisoformat(hour)
    except ValueError:
        return ""
    ends = (start, start + timedelta(minutes=59, seconds=59))
    offsets = {_ahead(end, zone, fold) for end in ends for fold in (0, 1)}
    ahead = offsets.pop()
    return "" if offsets or ahead % timedelta(minutes=1) else _text(ahead)


def _each(values: pa.Array, function: Callable[[str], str]) -> pa.Array:
    """The result of a function for each string; called once for each distinct string."""
    encoded = values.dictionary_encode()
    answers = [function(value) for value in encoded.dictionary.to_pylist()]
    return pa.array(answers, pa.string()).take(encoded.indices)


def _mask(values: pa.Array) -> Bools:
    return np.array(values.to_numpy(zero_copy_only=False), dtype=bool)
