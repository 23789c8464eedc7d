"""Addresses that a provider hands back."""

from __future__ import annotations

import pytest

from preflight.core.errors import Refused, Unreachable
from preflight.providers.url_guard import resolved, vet

SECRET = "X-Amz-Signature=s3cret"
PUBLIC = "203.0.114.9"


def looked_at(url: object, *found: str, sandbox: bool = False) -> str:
    """Where the connection would be made to."""
    return vet("experiture", url, sandbox=sandbox, resolve=lambda _h, _p: found).pinned


def test_a_public_host_is_pinned_to_what_its_name_means_now() -> None:
    """A second answer of the name service cannot lead elsewhere."""
    url = f"https://upload.example.com/jobs/1/file?{SECRET}"
    found = vet("experiture", url, sandbox=False, resolve=lambda _h, _p: [PUBLIC])
    assert (found.url, found.host, found.pinned) == (url, "upload.example.com", PUBLIC)
    assert "s3cret" not in repr(found)


@pytest.mark.parametrize(
    "address",
    [
        "10.0.0.1", "172.16.9.9", "192.168.1.1", "127.0.0.1", "169.254.169.254", "0.0.0.0",
        "100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0",
        "fc00::1", "ff02::1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::a00:1",
        "fec0::1", "::7f00:1", "::a00:1", "64:ff9b:1::a00:1",
    ],
)  # fmt: skip
def test_no_name_leads_into_a_private_network(address: str) -> None:
    """Whatever else it means: one such address among several is one too many."""
    for found in ([address], [PUBLIC, address]):
        with pytest.raises(Refused, match="private or special network") as caught:
            looked_at(f"https://upload.example.com/?{SECRET}", *found)
        assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.1.2.3", "2130706433", "0x7f.1"],
)
def test_no_address_of_this_machine_or_network_is_taken_from_a_real_provider(host: str) -> None:
    """By name or by number, however the number is written."""
    with pytest.raises((Refused, Unreachable)):
        vet("experiture", f"https://{host}/x", sandbox=False, resolve=resolved)


@pytest.mark.parametrize(
    "url",
    [
        None, 7, "", "upload.example.com/x", "ftp://upload.example.com/x", "file:///etc/passwd",
        "https://", "https:///x", "https://[::1", "https://upload.example.com:no/", "https://a\n.b/",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(url: object) -> None:
    """Of another scheme, without a host, or no text at all."""
    with pytest.raises(Refused, match="gave no usable address"):
        looked_at(url, PUBLIC)


def test_credentials_and_plain_text_are_refused() -> None:
    """A user in the address, or http to another machine."""
    for url in (f"https://user@h.example.com/?{SECRET}", f"https://:pw@h.example.com/?{SECRET}"):
        with pytest.raises(Refused, match="user in it"):
            looked_at(url, PUBLIC)
    for sandbox in (False, True):
        with pytest.raises(Refused, match="without TLS") as caught:
            looked_at(f"http://upload.example.com/?{SECRET}", PUBLIC, sandbox=sandbox)
        assert "s3cret" not in str(caught.value)


def test_a_name_that_means_nothing_is_unreachable() -> None:
    """Nothing was sent, and later it may mean something."""
    with pytest.raises(Unreachable, match=r"upload\.example\.com, which experiture gave"):
        looked_at("https://upload.example.com/x")


def test_only_a_sandbox_may_name_this_machine() -> None:
    """With TLS or without, and nothing is asked of the name service."""
    assert looked_at("http://127.0.0.1:8000/x", sandbox=True) == ""
    assert looked_at("https://localhost/x", sandbox=True) == ""
    with pytest.raises(Refused):
        looked_at("https://10.0.0.1/x", "10.0.0.1", sandbox=True)


def test_a_proxy_makes_the_connection_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """It asks its own name service; a number is still looked at."""
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert looked_at("https://upload.example.com/x") == ""
    with pytest.raises(Refused):
        looked_at("https://10.0.0.1/x", "10.0.0.1")
