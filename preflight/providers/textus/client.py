"""TextUs: contacts uploaded as a CSV, one call a part.

The facts, and where TextUs states them ("Upload contacts via CSV", unless another page is named):

- `POST /:account/contacts/upload` with a file of type `text/csv` and the names of its columns as
  `headers`; 201 with `contact_import_slug`; 422 in two shapes, `error` and `errors`.
- A Bearer token of a user ("Auth"), the media type in `Accept` ("Making requests"), 1,000 requests
  in five minutes, `Retry-After` and `X-RateLimit-Reset` ("Rate limiting").

Not documented: any status of an upload and any report of refused rows, so an uploaded part is
*submitted*, and its outcome is not observable; how `headers` is written in a form (sent as the JSON
text of the page's example); whether the file has to begin with a header row (it does, as any CSV of
ours); the size and the rows that one upload may have; what a contact that is there already becomes.

There is no idempotency key and nothing to look an upload up by: after a broken call a person has to
look into the account.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from preflight.core.errors import Refused
from preflight.core.exchange import FailureReport, Outcome, Receipt
from preflight.providers.access import address, bearer, secrets
from preflight.providers.exchange import Complaint, Response, Upload, identifier
from preflight.providers.http import Http
from preflight.providers.option import Option
from preflight.providers.protocol import (
    Call,
    Capabilities,
    ConnectionSettings,
    Repeat,
    Reports,
    Step,
)

SECRETS = ("TEXTUS_API_TOKEN",)
"""The environment variable that holds the token."""

BASE_URL = "TEXTUS_BASE_URL"
"""The environment variable that overrides the address."""

HOSTS = ("next.textus.com",)
"""TextUs's own host."""

OPTIONS = (
    Option(
        "account",
        "the account's name in TextUs addresses, as in /my_account/contacts",
        required=True,
        pattern=r"[^\s/?#]{1,200}",
        shape="the account's name alone, without slashes or blanks",
    ),
)
"""What `-O` takes."""

_MEDIA_TYPE = "application/vnd.textus+jsonld"
_ADVICE = {
    "missing required headers": "map the columns that hold them: --map 'Their header=name'",
    "invalid headers provided": "leave those columns out: --map 'Their header=-'",
}


def read_error(response: Response) -> Complaint:
    """TextUs's words in an answer: `error`, or all of `errors`."""
    document = response.document()
    several = document.get("errors")
    words = [document.get("error"), *(several if isinstance(several, list) else [])]
    message = " ".join(word for word in words if isinstance(word, str) and word)
    advice = next((text for start, text in _ADVICE.items() if start in message.casefold()), "")
    if response.status in {401, 403}:
        advice = "check TEXTUS_API_TOKEN and the option account"
    return Complaint(message, advice=advice)


CAPABILITIES = Capabilities(
    repeat=Repeat.NONE, reports=Reports.NOTHING, joins_by="", observable=False
)
"""What it can do."""


class Textus:
    """A connection to one account.

    Args:
        http: the calls.
        account: its name.
    """

    name = "textus"
    capabilities = CAPABILITIES

    def __init__(self, http: Http, *, account: str) -> None:
        self._http = http
        self._account = account

    def steps(self) -> Sequence[Step]:
        """The upload is all there is."""
        return (Step("upload", commits=True, run=self._upload),)

    def _upload(self, call: Call) -> Mapping[str, Any]:
        """Sends the part; returns `slug`, TextUs's name for the upload."""
        response = self._http.send(
            "POST",
            f"/{quote(self._account, safe='')}/contacts/upload",
            files={"file": Upload(call.part.path, f"{call.key}.csv")},
            fields={"headers": json.dumps(list(call.part.header), ensure_ascii=False)},
            headers={"Accept": _MEDIA_TYPE},
            commits=True,
        )
        slug = identifier(response.document().get("contact_import_slug"))
        if slug is None:
            raise self._http.unexpected(response, "the slug of an upload", commits=True)
        return {"slug": slug}

    def receipt(self, state: Mapping[str, Any]) -> Receipt:
        """The slug of the upload."""
        return Receipt(job=state["slug"])

    def lookup(self, call: Call) -> Receipt | None:
        """TextUs documents nothing that an upload could be looked up by.

        Raises:
            Refused: always.
        """
        raise Refused(f"textus documents no way to look an upload up (part {call.part.number})")

    def poll(self, receipt: Receipt) -> Outcome:
        """TextUs documents no status of an upload.

        Raises:
            Refused: always.
        """
        raise Refused(f"textus documents no status of an upload ({receipt.job})")

    def failures(self, receipt: Receipt, outcome: Outcome) -> FailureReport | None:
        """TextUs documents no report of refused rows: None."""
        del receipt, outcome
        return None

    def members(self) -> Mapping[str, int] | None:
        """None: TextUs documents no list of members."""
        return None

    def delays(self) -> Iterator[float]:
        """Nothing to wait for."""
        return iter(())

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()


def connect(settings: ConnectionSettings) -> Textus:
    """A connection with validated options.

    Raises:
        MissingSecret: the token is not in the environment.
        UsageError: credentials may not go to the address.
    """
    (token,) = secrets(settings.environ, SECRETS)
    http = Http(
        "textus",
        address(settings.base_url, settings.environ, BASE_URL, "https://next.textus.com"),
        headers={"Authorization": bearer(token)},
        secrets=(token,),
        timeout=settings.timeout,
        read=read_error,
    )
    return Textus(http, account=settings.options["account"])
