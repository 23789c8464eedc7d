from __future__ import annotations

import httpx
import pytest

from preflight.core.errors import MissingSecret, UsageError
from preflight.providers.access import address, secrets


@pytest.mark.parametrize(
    "url",
    [
        "https://acme.test",
        "https://acme.test:8443/api/",
        "http://localhost:1",
        "http://127.0.0.1:9/dotdigital",
        "http://127.9.9.9",
        "http://[::1]:80",
    ],
)
def test_an_address_is_https_or_on_this_machine(url: str) -> None:
    """The slash at its end goes, and httpx can read it."""
    found = address(url, {}, "ACME_URL", "https://default.test")

    assert found == url.rstrip("/")
    assert httpx.URL(found).host


@pytest.mark.parametrize(
    "url",
    [
        "http://acme.test",
        "http://localhost.acme.test",
        "http://127.0.0.1.acme.test",
        "http://0.0.0.0",
        "http://[::]:1",
        "ftp://acme.test",
        "acme.test",
        "//acme.test",
        "https://",
        "https://ann:pass-word@acme.test",
        "https://ann@acme.test",
        "https://acme.test?key=pass-word",
        "https://acme.test#x",
        "https://acme.test:port",
        "https://acme.test:99999",
        "https://[::1",
        "https://999.1.1.1",
        "https://[::zz]",
        "https://münchen.test",
        "https://a b.test",
    ],
)
def test_no_other_address_is_taken(url: str) -> None:
    """The message names where it came from and holds nothing of it."""
    with pytest.raises(UsageError, match="ACME_URL") as caught:
        address(None, {"ACME_URL": url}, "ACME_URL", "https://default.test")
    assert "pass-word" not in str(caught.value)


@pytest.mark.parametrize(
    ("argument", "environ", "taken"),
    [
        ("https://a.test", {"ACME_URL": "https://b.test"}, "https://a.test"),
        (None, {"ACME_URL": "https://b.test"}, "https://b.test"),
        (None, {"ACME_URL": ""}, "https://c.test"),
        (None, {}, "https://c.test"),
    ],
)
def test_the_argument_wins_over_the_environment_over_the_default(
    argument: str | None, environ: dict[str, str], taken: str
) -> None:
    """And an empty variable is none."""
    assert address(argument, environ, "ACME_URL", "https://c.test") == taken


def test_secrets_come_from_the_environment() -> None:
    """In the order of their names, without the line end that a file had."""
    assert secrets({"A": "1\n", "B": "2", "C": "3"}, ("B", "A")) == ("2", "1")


@pytest.mark.parametrize("environ", [{}, {"B": " "}, {"B": ""}])
def test_a_missing_secret_is_named(environ: dict[str, str]) -> None:
    """All that are missing at once."""
    with pytest.raises(MissingSecret, match="A and B must be set"):
        secrets(environ, ("A", "B"))


def test_a_secret_that_no_header_can_carry_is_refused() -> None:
    """By its variable's name, before any exception can quote it."""
    with pytest.raises(UsageError, match="A contains a line break") as caught:
        secrets({"A": "pass\nword"}, ("A",))
    assert "word" not in str(caught.value)
