"""HTTP calls to a provider, and the errors that their results mean. The only importer of httpx.

Every failure becomes one of the five `ProviderError`s. The deciding question is: can the provider
have taken rows?

::

    nobody was reached (connect, TLS, proxy)       Unreachable
    429, 425                                       Busy
    401, 403                                       Denied
    other 4xx                                      Refused
    307, 308 (the call should go elsewhere)        Refused
    broken on the way, 408, 5xx, other 3xx         Ambiguous if the call commits, else Busy
    2xx without the documented body                Ambiguous if the call commits, else Busy

A provider's message can override the status (`Complaint.verdict`), because some documented refusals
have an undocumented status.

No message contains the body of a request, a query, a secret or a value of a contact. The provider's
words pass `core.redact`, and the text of an exception that may quote a header is not shown. For the
same reason the log records of httpx and httpcore about our calls are dropped.
"""

from __future__ import annotations

import contextlib
import contextvars
import functools
import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from preflight.core.errors import (
    Ambiguous,
    Busy,
    ProviderError,
    Refused,
    SourceError,
    Unreachable,
    WriteError,
)
from preflight.core.received import Received
from preflight.providers.access import is_loopback
from preflight.providers.answers import (
    LONGEST_ANSWER,
    LONGEST_ERROR,
    LONGEST_REPORT,
    UnendingAnswer,
    received,
    retry_after,
    verdict_of,
)
from preflight.providers.exchange import Complaint, Response, Upload, shown
from preflight.providers.url_guard import vet


@functools.cache
def never_sent() -> frozenset[type[Exception]]:
    """The exceptions after which the provider cannot have received any of the request.

    After any other exception it may have received all of it.
    """
    import httpx

    return frozenset(
        {
            httpx.ConnectError,  # TLS failures included
            httpx.ConnectTimeout,
            httpx.InvalidURL,
            httpx.PoolTimeout,
            httpx.ProxyError,  # only https goes through a proxy, so it was the tunnel that failed
            httpx.UnsupportedProtocol,
        }
    )


CONNECT_SECONDS = 10.0
"""The longest time to connect. A provider that cannot be reached is reported within seconds."""

# of "[Errno 111] Connection refused"
_NUMBERS_OF_THE_SYSTEM = re.compile(r"\[[^\]]*\] ?|\s*\(_ssl\.c:\d+\)")
_GONE = frozenset({404, 410})
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
    """Passes a log record of httpx unless it is about one of our calls in this context."""
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

    Each call has its own connection: a server can close an open connection just when it is used
    again, which would make a committing call ambiguous without need. Redirects are not followed, so
    only the configured host gets the credentials. Proxies from the environment are used for https,
    and never for this machine.

    Args:
        name: the provider, for messages.
        base_url: from `access.address`.
        headers: sent with every call.
        secrets: that no message may contain.
        read: finds the provider's message in an answer that is not a success.
        timeout: seconds for each of sending a block and waiting for one; to connect it may take
            `CONNECT_SECONDS` at most.
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
        import httpx  # here: who only asks for the options of a provider does without

        patience = httpx.Timeout(timeout, connect=min(timeout, CONNECT_SECONDS))
        parts = urlsplit(base_url)
        self._host = parts.hostname or ""
        self._client = httpx.Client(
            headers=[
                (b"User-Agent", b"contact-preflight"),
                *((key.encode(), value) for key, value in headers.items()),
            ],
            timeout=patience,
            follow_redirects=False,
            trust_env=not is_loopback(self._host),
            verify=parts.scheme == "https",  # certificates take 30 ms to load, and http needs none
            limits=httpx.Limits(max_keepalive_connections=0),
        )

        # For addresses in the provider's answers: no credentials, no headers of ours.
        self._without_credentials = httpx.Client(
            timeout=patience,
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
        most: int = LONGEST_ANSWER,
    ) -> Response:
        """Makes a call and returns its answer if it is a success (2xx).

        Args:
            method: "GET", "POST", "PUT".
            path: below the base address, with its slash, quoted.
            commits: whether the provider may take rows.
            json: a JSON body.
            files: the files of a multipart form, by part name.
            fields: the form's other parts, as text by name; only with files.
            params: the query.
            headers: for this call only; no secrets.
            most: how many bytes the answer may have.

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
            long = most > LONGEST_ANSWER
            try:
                answer = self._client.send(request, stream=True)
                body = received(answer, most, self._clock)
            except UnendingAnswer as exc:
                fact = f"the answer of {self.name} {exc}"
                failure = Refused(fact) if long else self._broken(fact, commits=commits)
            except WriteError:
                raise
            except Exception as exc:  # noqa: BLE001 - errors of h11 and of the file occur too
                # The exception and its text are dropped: they may quote a header.
                failure = self.failure(exc, commits=commits)
            else:
                response = Response(
                    status=answer.status_code,
                    headers={key.lower(): value for key, value in answer.headers.items()},
                    body=body.head(LONGEST_ERROR) if long else body.whole(),
                    report=body if long else Received(),
                )
                if answer.is_success:
                    return response
                failure = self.complaint(response, commits=commits)
        raise failure

    def report(self, path: str) -> Response:
        """Fetches a failure report, of any length up to `LONGEST_REPORT`; see `send`."""
        return self.send("GET", path, commits=False, most=LONGEST_REPORT)

    def put(self, url: object, path: Path, headers: Mapping[str, str]) -> None:
        """Uploads a file to an address from the provider's answer, see `url_guard`.

        Args:
            url: the address; a secret.
            path: the file, sent unchanged, with its exact length.
            headers: that the provider requires; no others are sent.

        Raises:
            ProviderError: the address is not usable, or the file did not arrive; nothing was taken,
                because an upload alone starts nothing.
            SourceError: the file cannot be opened.
        """
        try:
            with path.open("rb") as file:
                length = {"Content-Length": str(path.stat().st_size)}
                self._elsewhere("PUT", url, {**headers, **length}, file)
        except OSError as exc:
            raise SourceError(f"{path} cannot be read: {exc.strerror}") from None

    def fetch(self, url: object) -> Received:
        """Downloads from an address in the provider's answer, see `url_guard`.

        Raises:
            Refused: the address is not usable, or there is nothing at it any more.
            ProviderError: the download failed.
        """
        return self._elsewhere("GET", url, {}, None)

    def _elsewhere(
        self, method: str, url: object, headers: Mapping[str, str], body: IO[bytes] | None
    ) -> Received:
        """A call to an untrusted URL; if it fails, nothing was taken."""
        target = vet(self.name, url, sandbox=is_loopback(self._host))
        import httpx

        address = httpx.URL(target.url)
        extensions: dict[str, Any] = {}
        own = dict(headers)
        if target.pinned:
            own["Host"] = address.netloc.decode("ascii")
            extensions["sni_hostname"] = target.host
            address = address.copy_with(host=target.pinned)
        with _unlogged():
            try:
                request = self._without_credentials.build_request(
                    method, address, headers=own, content=body, extensions=extensions
                )
                answer = self._without_credentials.send(request, stream=True)
                content = received(answer, LONGEST_REPORT, self._clock)
            except UnendingAnswer as exc:
                failure: ProviderError = Refused(
                    f"the answer of {target.host}, an address from {self.name}, {exc}"
                )
            except WriteError:
                raise
            except Exception as exc:  # noqa: BLE001 - its text can contain the address
                kind = type(exc).__name__
                failure = Busy(
                    f"the call to {target.host}, an address from {self.name}, broke off ({kind})"
                )
                if type(exc) in never_sent():
                    failure = Unreachable(
                        f"{target.host}, an address from {self.name}, cannot be reached ({kind})"
                    )
            else:
                if answer.is_success:
                    return content
                # Such an address expires; the next one may work.
                kind_of = Refused if method == "GET" and answer.status_code in _GONE else Busy
                failure = kind_of(
                    f"{target.host}, an address from {self.name}, answered {answer.status_code}"
                )
        raise failure

    def failure(self, exc: Exception, *, commits: bool) -> ProviderError:
        """The error for an exception that ended a call."""
        import httpx

        kind = type(exc).__name__
        if type(exc) in never_sent():
            why = ""
            if isinstance(exc, httpx.ConnectError) and str(exc):
                why = f": {self.shown(_NUMBERS_OF_THE_SYSTEM.sub('', str(exc)))}"
            elif isinstance(exc, httpx.ConnectTimeout):
                why = f": no connection in {CONNECT_SECONDS:g} s"
            return Unreachable(f"{self.name} cannot be reached at {self._host}{why} ({kind})")
        return self._broken(f"the call to {self.name} broke off ({kind})", commits=commits)

    def complaint(self, response: Response, *, commits: bool) -> ProviderError:
        """The error for an answer, by the provider's code, else by its status."""
        complaint = self._read(response)
        verdict = complaint.verdict or verdict_of(response.status)
        if verdict is Ambiguous and not commits:
            verdict = Busy
        message = f"{self.name} answered {response.status}"
        words = self.shown(complaint.message)
        if words:
            message += f": {words}"
        if complaint.code and complaint.code not in words:
            message += f" [{self.shown(complaint.code)}]"
        if verdict is Ambiguous:
            message += "; it is not known whether it took the rows"
        if complaint.advice:
            message += f"; {complaint.advice}"
        elif 300 <= response.status < 400:
            message += "; redirects are not followed: check its address"
        code = self.shown(complaint.code) if complaint.code else None
        return verdict(message, code=code, retry_after=retry_after(response, self._clock()))

    def unexpected(self, response: Response, promised: str, *, commits: bool) -> ProviderError:
        """The error for a success without the documented content.

        The provider's message is read first: a documented refusal counts under any status.

        Args:
            response: the answer.
            promised: what is missing, for the message.
            commits: whether the call commits.
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
            return Ambiguous(f"{fact}; it is not known whether it took the rows")
        return Busy(f"{fact}; the call sent nothing and can be repeated")

    def shown(self, words: str) -> str:
        """The provider's words, filtered, on one line, of a length that can be read."""
        return shown(words, self._secrets)
