"""What an answer says by its status and its headers, and its body, which may never end."""

from __future__ import annotations

import email.utils
import re
from collections.abc import Callable, Iterator
from datetime import UTC
from typing import Protocol

from preflight.core.errors import Ambiguous, Busy, Denied, ProviderError, Refused
from preflight.core.received import Received
from preflight.providers.exchange import Response

LONGEST_ANSWER = 64 << 20
"""The most bytes of a document; the documents that providers send have kilobytes."""

LONGEST_REPORT = 1 << 30
"""The most bytes of a failure report."""

LONGEST_ERROR = 1 << 20
"""How many bytes of an error are read."""

LONGEST_SECONDS = 1200.0
"""The longest time for one body, however slowly it comes."""

_EPOCH_FROM = 1_000_000_000  # a smaller number is not a time of this century


class Streamed(Protocol):
    """An answer of httpx whose body is not yet read."""

    @property
    def is_success(self) -> bool:
        """Whether its status is 2xx."""
        ...

    def iter_bytes(self) -> Iterator[bytes]:
        """Its body, decoded from the content encoding."""
        ...

    def close(self) -> None:
        """Closes the connection."""
        ...


class UnendingAnswer(Exception):  # noqa: N818 - named for what happened
    """A body is too long, or takes too long; the message says which."""


def received(answer: Streamed, most: int, clock: Callable[[], float]) -> Received:
    """The body of an answer, decoded from its content encoding; it is closed afterwards.

    Of an error only the beginning is read.

    Args:
        answer: whose body is not yet read.
        most: how many bytes it may have.
        clock: seconds, from any zero.

    Raises:
        UnendingAnswer: it has more, or took longer than `LONGEST_SECONDS`.
        WriteError: there is no room for it.
    """
    body, end = Received(), clock() + LONGEST_SECONDS
    try:
        for block in answer.iter_bytes():
            if not answer.is_success:
                body.add(block[: LONGEST_ERROR - body.size])
                if body.size >= LONGEST_ERROR:
                    return body
                continue
            body.add(block)
            if body.size > most:
                raise UnendingAnswer(f"is longer than {most >> 20:,} MB")
            if clock() > end:
                raise UnendingAnswer(f"did not end in {LONGEST_SECONDS / 60:g} minutes")
    finally:
        answer.close()
    return body


def verdict_of(status: int) -> type[ProviderError]:
    """The error for an HTTP status alone; the caller decides about `Ambiguous`.

    408 counts as ambiguous although it should mean that the request did not arrive completely:
    gateways also send it for a server that takes too long.
    """
    if status in {425, 429}:
        return Busy
    if status in {401, 403}:
        return Denied
    if status in {307, 308} or (400 <= status < 500 and status != 408):
        return Refused
    return Ambiguous


def retry_after(response: Response, now: float) -> float | None:
    """Seconds until the provider wants to be asked again, if it says so.

    `Retry-After` in seconds or as a date (RFC 9110, 10.2.3), else `X-RateLimit-Reset`, which
    Dotdigital ("Call rate limits") and TextUs ("Rate limiting") send in seconds since the
    epoch. The latter counts only where the call was refused for its rate: a server that is
    down says nothing about it.
    """
    value = response.headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", value):
        return float(value)
    if value:
        try:
            when = email.utils.parsedate_to_datetime(value)
        except ValueError:
            return None
        if when.tzinfo is None:
            when = when.replace(tzinfo=UTC)
        return max(0.0, when.timestamp() - now)
    reset = response.headers.get("x-ratelimit-reset", "").strip()
    if response.status < 500 and re.fullmatch(r"[0-9]+(\.[0-9]+)?", reset):
        epoch = float(reset)
        if epoch >= _EPOCH_FROM:
            return max(0.0, epoch - now)
    return None
