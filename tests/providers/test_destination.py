"""Where calls go: to the provider itself, or to another address."""

from __future__ import annotations

from pathlib import Path

import pytest

from preflight.providers import registry
from preflight.providers.destination import OWN, destination, named
from preflight.providers.sandbox.server import Sandbox


@pytest.mark.parametrize(
    ("provider", "base_url", "environ", "expected"),
    [
        ("talkvalue", None, {}, OWN),
        ("talkvalue", "https://api.trytalkvalue.com/", {}, OWN),
        ("dotdigital", None, {"DOTDIGITAL_BASE_URL": "https://r2-api.dotdigital.com/v2"}, OWN),
        ("dotdigital", None, {"DOTDIGITAL_BASE_URL": "https://R3-API.dotmailer.com"}, OWN),
        ("landbase", None, {"LANDBASE_CLI": "/opt/landbase/landbase-cli"}, OWN),
        (
            "textus",
            "https://next.textus.com.example.com",
            {},
            "https://next.textus.com.example.com",
        ),
        ("textus", None, {"TEXTUS_BASE_URL": "http://127.0.0.1:8/t/"}, "http://127.0.0.1:8/t"),
        ("textus", "http://localhost:9", {"TEXTUS_BASE_URL": "x"}, "http://localhost:9"),
        ("textus", "http://[", {}, "http://["),
    ],
)
def test_a_documented_host_is_the_providers_own(
    provider: str, base_url: str | None, environ: dict[str, str], expected: str
) -> None:
    assert destination(provider, base_url, environ) == expected


def test_every_address_of_a_sandbox_is_elsewhere(tmp_path: Path) -> None:
    """Also that of a tool, which is known by its launcher."""
    with Sandbox(tmp_path / "box.sqlite") as box:
        environ = box.environment
        for provider in registry.names():
            assert destination(provider, None, environ) == f"{box.url}/{provider}"


def test_a_destination_is_named_in_words() -> None:
    assert named("textus", OWN) == "textus itself"
    assert named("textus", "sandbox") == "the sandbox"
    assert named("textus", "http://localhost:9") == "http://localhost:9"
