"""Credentials reach the provider's own host and no other, over real sockets."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from preflight.core.errors import Refused
from preflight.providers.exchange import Complaint
from preflight.providers.http import Http
from tests.canaries.conftest import Field
from tests.canaries.planted import ENVIRON, secret_forms, secrets_in
from tests.providers.loopback import Asked, Loopback, Reply, loopback

pytestmark = pytest.mark.slow

REDIRECTS = (302, 307, 308)


@pytest.fixture
def elsewhere() -> Iterator[Loopback]:
    """Another host: it keeps what it is sent, and says that all is well."""
    with loopback(lambda _: Reply(200, b"email,error\nx,y\n")) as server:
        yield server


def secrets_at(server: Loopback) -> list[str]:
    """The secrets that a host was told."""
    forms = secret_forms(ENVIRON.values())
    return [
        found
        for asked in server.asked
        for found in secrets_in(f"{asked.path} {dict(asked.headers)}".encode() + asked.body, forms)
    ]


@pytest.mark.parametrize("provider", ["dotdigital", "experiture", "talkvalue", "textus"])
def test_no_call_is_followed_elsewhere(ground: Field, elsewhere: Loopback, provider: str) -> None:
    """Whichever call it is, and however permanently it has moved."""
    assert ground.mirror.server is not None
    for at, status in enumerate(REDIRECTS):
        allowed = at  # the first call is redirected, then the second, and so on

        def fault(asked: Asked, status: int = status) -> Reply | None:
            nonlocal allowed
            allowed -= 1
            return Reply(status, b"", {"Location": elsewhere.url}) if allowed < 0 else None

        ground.mirror.fault = fault
        place = ("-o", f"out-{at}", "--state-dir", f"state-{at}", "--timeout", "0.3")
        assert ground.send(provider, *place, path="good.csv").code in (0, 1, 3)
    assert elsewhere.asked == []
    assert ground.leaks() == []


@pytest.mark.parametrize("key", ["uploadUrl", "errorFileUrl"])
def test_a_presigned_address_is_told_no_secret_and_followed_no_further(
    ground: Field, elsewhere: Loopback, key: str
) -> None:
    """It may be anywhere; its own query stays its own, too."""
    signature = "0f5ecr3tpresigned77"

    def turned_away(_: Asked) -> Reply:
        return Reply(307, b"", {"Location": f"{elsewhere.url}/further?X-Amz-Signature={signature}"})

    with loopback(turned_away) as storage:
        for host in (elsewhere, storage):

            def edit(asked: Asked, reply: Reply, host: Loopback = host) -> Reply:
                if not isinstance(reply.body, bytes) or key.encode() not in reply.body:
                    return reply
                document = json.loads(reply.body)
                if document.get("data", {}).get(key):
                    document["data"][key] = f"{host.url}/put?X-Amz-Signature={signature}"
                return Reply(reply.status, document, reply.headers)

            ground.mirror.edit = edit
            place = ("-o", f"out-{host.port}", "--state-dir", f"state-{host.port}")
            ground.send("experiture", *place, "--timeout", "0.5", path="good.csv")
        assert storage.asked
        assert elsewhere.asked
        names = {name for asked in elsewhere.asked + storage.asked for name in asked.headers}
        assert names & {"authorization", "cookie", "proxy-authorization", "referer"} == set()
        assert {asked.path.split("?")[0] for asked in elsewhere.asked} == {"/put"}
    for server in (elsewhere, storage):
        server.asked = [
            Asked(one.method, "", one.headers, one.body, one.size, "", 0) for one in server.asked
        ]
        assert secrets_at(server) == []
    assert ground.leaks() == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433"])
def test_a_real_provider_cannot_lead_into_this_machine(host: str, tmp_path: Path) -> None:
    """By number or by name: nothing is even connected to."""
    (tmp_path / "part.csv").write_text("email\n")
    connected = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.3)

        def accept() -> None:
            with contextlib.suppress(TimeoutError):
                connected.append(listener.accept())

        waiting = threading.Thread(target=accept)
        waiting.start()
        port = listener.getsockname()[1]
        http = Http(
            "experiture",
            "https://api.example.com",
            headers={"Authorization": b"Bearer tok-1"},
            secrets=("tok-1",),
            read=lambda _: Complaint(),
        )
        for scheme in ("https", "http"):
            with pytest.raises(Refused, match="nothing was sent there"):
                http.put(f"{scheme}://{host}:{port}/x?X-Amz-Signature=a", tmp_path / "part.csv", {})
            with pytest.raises(Refused, match="nothing was sent there"):
                http.fetch(f"{scheme}://{host}:{port}/x")
        http.close()
        waiting.join()
    assert connected == []
