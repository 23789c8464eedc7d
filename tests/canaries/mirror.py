"""A real server between preflight and the sandbox, which knows the canary secrets alone.

It takes the canaries for credentials and hands the sandbox's own on, so that whole runs go through;
and a test can have it answer what a strange provider would.
"""

from __future__ import annotations

import base64
import http.client
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from preflight.providers.sandbox.server import Sandbox
from tests.canaries.planted import ENVIRON
from tests.providers.loopback import Asked, Loopback, Reply, loopback

_SIGNATURE = re.compile(rb"X-Amz-Signature=([0-9a-f]+)")
_OWN_WAY = {"connection", "content-length", "transfer-encoding", "authorization", "date", "server"}


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def _authorization(environ: dict[str, str], provider: str) -> str:
    if provider == "dotdigital":
        return basic(environ["DOTDIGITAL_API_USER"], environ["DOTDIGITAL_API_PASSWORD"])
    name = next(one for one in environ if one.startswith(provider.upper()) and "URL" not in one
                and one.endswith(("KEY", "TOKEN")))  # fmt: skip
    return f"Bearer {environ[name]}"


class Mirror:
    """The server; `server.asked` holds what came.

    Attributes:
        fault: answers a call itself, or gives None to hand it on.
        edit: changes what the sandbox answered.
        signatures: the presigned parts of addresses that went through.
    """

    def __init__(self, box: Sandbox) -> None:
        self.box = box
        self.server: Loopback | None = None
        self.signatures: set[str] = set()
        self.reset()

    def reset(self) -> None:
        self.fault: Callable[[Asked], Reply | None] = lambda _: None
        self.edit: Callable[[Asked, Reply], Reply] = lambda _, reply: reply

    @property
    def environment(self) -> dict[str, str]:
        """The addresses of the providers here."""
        assert self.server is not None
        url = self.server.url
        return {
            name: f"{url}/{name.partition('_')[0].lower()}"
            for name in self.box.environment
            if name.endswith("_URL")
        }

    def answer(self, asked: Asked) -> Reply:
        reply = self.fault(asked) or self.edit(asked, self._handed_on(asked))
        body = reply.body if isinstance(reply.body, bytes) else b""
        self.signatures |= {found.decode() for found in _SIGNATURE.findall(body)}
        return reply

    def _handed_on(self, asked: Asked) -> Reply:
        provider = asked.path.split("/")[1]
        headers = {k: v for k, v in asked.headers.items() if k not in _OWN_WAY}
        given = asked.headers.get("authorization")
        if given is not None:
            known = given == _authorization(ENVIRON, provider)
            headers["authorization"] = (
                _authorization(self.box.environment, provider) if known else "Bearer wrong"
            )
        connection = http.client.HTTPConnection(urlsplit(self.box.url).netloc)
        try:
            connection.request(asked.method, asked.path, asked.body, headers)
            answer = connection.getresponse()
            kept = {k: v for k, v in answer.getheaders() if k.lower() not in _OWN_WAY}
            return Reply(answer.status, answer.read(), kept)
        finally:
            connection.close()


@contextmanager
def mirrored(box: Sandbox) -> Iterator[Mirror]:
    """A running mirror."""
    mirror = Mirror(box)
    with loopback(mirror.answer) as server:
        mirror.server = server
        yield mirror
