"""One HTTP call to a provider, and what its end means. THE ONLY importer of httpx.

Everything that can go wrong becomes one of the five `ProviderError`s here, and the question that
decides is: can the provider have taken rows?

::

    nobody was reached (connect, TLS, proxy)       Unreachable
    429, 425                                       Busy
    401, 403                                       Denied
    other 4xx                                      Refused
    307, 308 (the call is to be made elsewhere)    Refused
    broken on the way, 408, 5xx, other 3xx         Ambiguous if the call commits, else Busy
    2xx with another body than was promised        Ambiguous if the call commits, else Busy

A provider's own words can overrule the status (`Complaint.verdict`), because some documented
refusals come with a status that nobody documents.

No message holds the body of a request, a query, a secret or a value of a contact: the
provider's own words pass `core.redact`, an exception's text is not shown at all where it can
quote a header. What httpx and httpcore would log of our calls is dropped for the same reason.
"""

from __future__ import annotations

import contextlib
import contextvars
import email.utils
import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

import httpx

from preflight.core.errors import (
    Ambiguous,
    Busy,
    Denied,
    ProviderError,
    Refused,
    SourceError,
    Unreachable,
)
from preflight.providers.access import is_loopback
from preflight.providers.exchange import Complaint, Response, Upload, shown
from preflight.providers.url_guard import vet

NEVER_SENT: frozenset[type[Exception]] = frozenset(
    {
        httpx.ConnectError,  # TLS failures included
        httpx.ConnectTimeout,
        httpx.InvalidURL,
        httpx.PoolTimeout,
        httpx.ProxyError,  # only https goes through a proxy, so it was the tunnel that failed
        httpx.UnsupportedProtocol,
    }
)
"""The exceptions after which the provider cannot have seen any of the request.

After any other, known or not, it may have seen all of it.
"""

_EPOCH_FROM = 1_000_000_000  # a smaller number cannot be a time of this century
_LOGGERS = (
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
)
_calling: contextvars.ContextVar[bool] = contextvars.ContextVar("calling", default=False)


def _not_ours(_record: logging.LogRecord) -> bool:
    """Keeps a log record of httpx unless one of our calls is under way in this context."""
    return not _calling.get()


for _logger in map(logging.getLogger, _LOGGERS):
    _logger.addFilter(_not_ours)


@contextlib.contextmanager
def _unlogged() -> Iterator[None]:
    token = _calling.set(True)
    try:
        yield
    finally:
        _calling.reset(token)


def _opened(upload: Upload, stack: contextlib.ExitStack) -> tuple[str, IO[bytes], str]:
    """A file of a form as httpx takes it, open until the stack is closed.

    Raises:
        SourceError: it cannot be opened.
    """
    try:
        handle = stack.enter_context(upload.path.open("rb"))
    except OSError as exc:
        raise SourceError(f"{upload.path} cannot be read: {exc.strerror}") from None
    return upload.filename, handle, upload.content_type


class Http:
    """The calls to one provider at one address, with one set of credentials.

    Each call has a connection of its own: one that is kept open can be closed by the other side
    at the moment it is used again, and a committing call that dies so is ambiguous for nothing.
    Redirects are not followed, so the credentials reach the configured host alone. Proxies of the
    environment are used for https and never for this machine.

    Args:
        name: the provider, for messages.
        base_url: from `access.address`.
        headers: sent with every call.
        secrets: what must never stand in a message.
        read: finds the provider's words in an answer that is no success.
        timeout: seconds for each of connecting, sending a block and waiting for one.
        clock: the time now, in seconds since the epoch.
    """

    def __init__(
        self,
        name: str,
        base_url: str,
        *,
        headers: Mapping[str, bytes],
        secrets: tuple[str, ...],
        read: Callable[[Response], Complaint],
        timeout: float = 121.0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.name = name
        self.base_url = base_url
        self._secrets = secrets
        self._read = read
        self._clock = clock
        parts = urlsplit(base_url)
        self._host = parts.hostname or ""
        self._client = httpx.Client(
            headers=[
                (b"User-Agent", b"contact-preflight"),
                *((key.encode(), value) for key, value in headers.items()),
            ],
            timeout=timeout,
            follow_redirects=False,
            trust_env=not is_loopback(self._host),
            verify=parts.scheme == "https",  # certificates take 30 ms to load, and http has none
            limits=httpx.Limits(max_keepalive_connections=0),
        )

        # For addresses that the provider hands back: no header of ours, no credentials.
        self._without_credentials = httpx.Client(
            timeout=timeout,
            follow_redirects=False,
            trust_env=not is_loopback(self._host),
            verify=parts.scheme == "https",
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()
        self._without_credentials.close()

    def send(
        self,
        method: str,
        path: str,
        *,
        commits: bool,
        json: Any = None,
        files: Mapping[str, Upload] | None = None,
        fields: Mapping[str, str] | None = None,
        params: Mapping[str, str | int] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Makes one call and returns its answer if that is a success (2xx).

        Args:
            method: "GET", "POST", "PUT".
            path: from the base address on, with its slash, quoted.
            commits: whether the provider may take rows by it.
            json: a JSON body.
            files: the files of a multipart form, by the name of their part.
            fields: the form's other parts, texts by name; with files only.
            params: the query.
            headers: of this call alone; no secrets.

        Raises:
            ProviderError: one of the five, see the table at the top.
            SourceError: a file to send cannot be opened.
        """
        with contextlib.ExitStack() as stack:
            form = {part: _opened(upload, stack) for part, upload in (files or {}).items()}
            stack.enter_context(_unlogged())
            request = self._client.build_request(
                method,
                self.base_url + path,
                json=json,
                files=form or None,
                data=fields,
                params=params,
                headers=headers,
            )
            try:
                answer = self._client.send(request)
            except Exception as exc:  # noqa: BLE001 - h11's and the file's own come through as well
                # Neither the exception nor its text goes on: it can quote a header.
                failure = self.failure(exc, commits=commits)
            else:
                response = Response(
                    status=answer.status_code,
                    headers={key.lower(): value for key, value in answer.headers.items()},
                    body=answer.content,
                )
                if answer.is_success:
                    return response
                failure = self.complaint(response, commits=commits)
        raise failure

    def put(self, url: object, path: Path, headers: Mapping[str, str]) -> None:
        """Uploads a file to an address that the provider handed back, see `url_guard`.

        Args:
            url: where to; a secret.
            path: the file, sent as it is, with its exact length.
            headers: what the provider wants to be sent with it; they are all that is sent.

        Raises:
            ProviderError: it is no address for this, or the file did not arrive; nothing was
                taken, since an upload alone starts nothing.
            SourceError: the file cannot be opened.
        """
        try:
            with path.open("rb") as file:
                length = {"Content-Length": str(path.stat().st_size)}
                self._elsewhere("PUT", url, {**headers, **length}, file)
        except OSError as exc:
            raise SourceError(f"{path} cannot be read: {exc.strerror}") from None

    def fetch(self, url: object) -> bytes:
        """What lies at an address that the provider handed back, see `url_guard`.

        Raises:
            ProviderError: it is no address for this, or it could not be had.
        """
        return self._elsewhere("GET", url, {}, None)

    def _elsewhere(
        self, method: str, url: object, headers: Mapping[str, str], body: IO[bytes] | None
    ) -> bytes:
        """One call to an untrusted URL; whatever goes wrong, nothing was taken by it."""
        target = vet(self.name, url, sandbox=is_loopback(self._host))
        address = httpx.URL(target.url)
        extensions: dict[str, Any] = {}
        own = dict(headers)
        if target.pinned:
            own["Host"] = address.netloc.decode("ascii")
            extensions["sni_hostname"] = target.host
            address = address.copy_with(host=target.pinned)
        with _unlogged():
            try:
                answer = self._without_credentials.request(
                    method, address, headers=own, content=body, extensions=extensions
                )
            except Exception as exc:  # noqa: BLE001 - its text can hold the address
                kind = type(exc).__name__
                failure: ProviderError = Busy(
                    f"the call to {target.host}, which {self.name} named, broke ({kind})"
                )
                if type(exc) in NEVER_SENT:
                    failure = Unreachable(
                        f"{target.host}, which {self.name} named, cannot be reached ({kind})"
                    )
            else:
                if answer.is_success:
                    return answer.content
                # An address of this kind runs out; the next one may do.
                failure = Busy(
                    f"{target.host}, which {self.name} named, answered {answer.status_code}"
                )
        raise failure

    def failure(self, exc: Exception, *, commits: bool) -> ProviderError:
        """What an exception that ended a call stands for."""
        kind = type(exc).__name__
        if type(exc) in NEVER_SENT:
            why = ""
            if isinstance(exc, httpx.ConnectError) and str(exc):
                why = f": {self.shown(str(exc))}"
            return Unreachable(f"{self.name} cannot be reached at {self._host} ({kind}{why})")
        return self._broken(f"the call to {self.name} broke ({kind})", commits=commits)

    def complaint(self, response: Response, *, commits: bool) -> ProviderError:
        """The error that an answer stands for: by the provider's code, else by its status."""
        complaint = self._read(response)
        verdict = complaint.verdict or self._verdict(response.status)
        if verdict is Ambiguous and not commits:
            verdict = Busy
        message = f"{self.name} answered {response.status}"
        words = self.shown(complaint.message)
        if words:
            message += f": {words}"
        if complaint.code and complaint.code not in words:
            message += f" [{self.shown(complaint.code)}]"
        if verdict is Ambiguous:
            message += "; it cannot be told whether it took the rows"
        if complaint.advice:
            message += f"; {complaint.advice}"
        elif 300 <= response.status < 400:
            message += "; redirects are not followed: check its address"
        code = self.shown(complaint.code) if complaint.code else None
        return verdict(message, code=code, retry_after=self._retry_after(response))

    def unexpected(self, response: Response, promised: str, *, commits: bool) -> ProviderError:
        """The error for a success that does not hold what the provider promises.

        Its words count first: a documented refusal is one under any status.

        Args:
            response: the answer.
            promised: what should have stood there, for the message.
            commits: whether the call does.
        """
        if self._read(response).verdict is not None:
            return self.complaint(response, commits=commits)
        words = self.shown(self._read(response).message)
        return self._broken(
            f"{self.name} answered {response.status} without {promised}"
            + (f": {words}" if words else ""),
            commits=commits,
        )

    def _broken(self, fact: str, *, commits: bool) -> ProviderError:
        if commits:
            return Ambiguous(f"{fact}; it cannot be told whether it took the rows")
        return Busy(f"{fact}; the call took nothing and can be made again")

    @staticmethod
    def _verdict(status: int) -> type[ProviderError]:
        """What an HTTP status alone means; `Ambiguous` is for the caller to weigh.

        408 is taken for ambiguous although it should mean that the request never came to its end:
        gateways send it for a server that takes too long as well.
        """
        if status in {425, 429}:
            return Busy
        if status in {401, 403}:
            return Denied
        if status in {307, 308} or (400 <= status < 500 and status != 408):
            return Refused
        return Ambiguous

    def _retry_after(self, response: Response) -> float | None:
        """Seconds until the provider wants to be asked again, where it says so.

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
            return max(0.0, when.timestamp() - self._clock())
        reset = response.headers.get("x-ratelimit-reset", "").strip()
        if response.status < 500 and re.fullmatch(r"[0-9]+(\.[0-9]+)?", reset):
            epoch = float(reset)
            if epoch >= _EPOCH_FROM:
                return max(0.0, epoch - self._clock())
        return None

    def shown(self, words: str) -> str:
        """The provider's words, filtered, on one line, of a length that can be read."""
        return shown(words, self._secrets)
