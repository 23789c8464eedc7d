"""What goes to a provider and what comes back: a file, an answer, a refusal in its words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from preflight.core.errors import ProviderError
from preflight.core.redact import mask

_LONGEST_MESSAGE = 300


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to send as one part of a multipart form.

    Attributes:
        path: where it lies; it is read in blocks while it is sent.
        filename: what the provider is told it is called.
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
        body: its bytes, content encoding undone.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    def document(self) -> Mapping[str, Any]:
        """The body as a JSON object; an empty one for any other body."""
        try:
            value = json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a provider said about a call that it did not carry out.

    Attributes:
        message: its words, unfiltered; "" if it had none.
        code: its own code.
        verdict: the error this documented code stands for, whatever the HTTP status; None to
            decide by the status.
        advice: what to do about it, in our words.
    """

    message: str = ""
    code: str | None = None
    verdict: type[ProviderError] | None = None
    advice: str = ""


def count(value: object) -> int | None:
    """A number of an answer; None for anything else, a truth value among it."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def identifier(value: object) -> str | None:
    """An id that an answer gives, as text; None where it gives none that can be one.

    It goes into the ledger and to the terminal, so it is printable and of a length to be read.
    """
    text = value.strip() if isinstance(value, str) else ""
    return text if text.isprintable() and 0 < len(text) <= _LONGEST_MESSAGE else None


def shown(words: str, secrets: tuple[str, ...] = ()) -> str:
    """Other people's words, filtered, on one line, of a length that can be read."""
    # Cut to length last: what is left of a secret at the cut would not be found any more.
    masked = mask(words[:200_000], secrets)[:20_000]
    line = " ".join("".join(c if c.isprintable() else " " for c in masked).split())
    line = mask(line, secrets)  # a control character may have split a secret
    return line if len(line) <= _LONGEST_MESSAGE else line[:_LONGEST_MESSAGE] + "…"
