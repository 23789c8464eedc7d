"""`preflight profiles`: what each provider takes."""

from __future__ import annotations

import pytest

from preflight.config import profiles
from preflight.providers import registry
from tests.calls import Call


def test_every_provider_is_listed(call: Call) -> None:
    told = call("profiles")
    assert [line.split()[0] for line in told.out.splitlines()] == list(profiles.names())


@pytest.mark.parametrize("name", profiles.names())
def test_what_a_provider_takes_is_told(call: Call, name: str) -> None:
    told, profile = call("profiles", name).out, profiles.load(name)
    for field in profile.fields.values():
        assert (f" {field.name} ({field.kind}" in told) == (
            field.header is not None or profile.is_general
        )
    for limit in (profile.limits.bytes, profile.limits.rows, profile.limits.columns):
        assert limit is None or f"limit of a file: {limit:,} " in told


@pytest.mark.parametrize("name", registry.names())
def test_what_sending_takes_and_tells_is_told(call: Call, name: str) -> None:
    told, module = call("profiles", name).out, registry.client(name)
    for variable in (*module.SECRETS, module.BASE_URL):
        assert variable in told
    for option in module.OPTIONS:
        assert f"    {option.name:<18} {option.help}" in told
    assert "  after a broken call: " in told
    assert "  reports of rejected rows: " in told


def test_what_is_joined_is_told(call: Call) -> None:
    assert "name is joined from first_name and last_name" in call("profiles", "textus").out


def test_what_a_column_may_be_called_is_told(call: Call) -> None:
    told = call("profiles", "dotdigital").out
    pattern = profiles.load("dotdigital").header_pattern
    assert f"other columns: sent under their own names, if they match {pattern}\n" in told


def test_an_unknown_provider_exits_with_2(call: Call) -> None:
    assert call("profiles", "nobody").code == 2
