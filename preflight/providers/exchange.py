"""The data of a call to a provider: a file to upload, an answer, a complaint."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from preflight.core.errors import ProviderError
from preflight.core.received import Received
from preflight.core.redact import mask

_LONGEST_MESSAGE = 300


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to send as one part of a multipart form.

    Attributes:
        path: of the file, which is read in blocks while it is sent.
        filename: its name for the provider.
        content_type: its media type.
    """

    path: Path
    filename: str
    content_type: str = "text/csv"


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, read to its end.

    Attributes:
        status: the HTTP status.
        headers: by lower-case name.
        body: its bytes, decoded from the content encoding; of a failure report the first of them.
        report: all bytes of a failure report, see `Http.report`.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    report: Received = field(default_factory=Received, repr=False)

    def document(self) -> Mapping[str, Any]:
        """The body as a JSON object; an empty one for any other body."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}


@dataclass(frozen=True, slots=True)
class Complaint:
    """A provider's message about a call that it did not carry out.

    Attributes:
        message: its words, unfiltered; "" if it had none.
        code: its own code.
        verdict: the error of this documented code, regardless of the HTTP status; None to decide by
            the status.
        advice: what the user can do about it.
    """

    message: str = ""
    code: str | None = None
    verdict: type[ProviderError] | None = None
    advice: str = ""


def count(value: object) -> int | None:
    """A value of an answer, if it is an integer and not a boolean; else None."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def identifier(value: object) -> str | None:
    """An ID in an answer, as text; None if the value cannot be an ID.

    It goes into the ledger and to the terminal, so it must be printable and not too long.
    """
    text = value.strip() if isinstance(value, str) else ""
    return text if text.isprintable() and 0 < len(text) <= _LONGEST_MESSAGE else None


def shown(words: str, secrets: tuple[str, ...] = ()) -> str:
    """A foreign message, filtered, on one line, and not too long."""
    # Cut to length last: the rest of a secret at the cut would not be recognised.
    masked = mask(words[:200_000], secrets)[:20_000]
    line = " ".join("".join(c if c.isprintable() else " " for c in masked).split())
    line = mask(line, secrets)  # a control character may have split a secret
    return line if len(line) <= _LONGEST_MESSAGE else line[:_LONGEST_MESSAGE] + "…"
