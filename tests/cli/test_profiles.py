"""`preflight profiles`: what each provider takes."""

from __future__ import annotations

import pytest

from preflight import profile as profiles
from tests.calls import Call


def test_every_provider_is_listed(call: Call) -> None:
    told = call("profiles")
    assert [line.split()[0] for line in told.out.splitlines()] == list(profiles.names())


@pytest.mark.parametrize("name", profiles.names())
def test_what_a_provider_takes_is_told(call: Call, name: str) -> None:
    told, profile = call("profiles", name).out, profiles.load(name)
    for field in profile.fields.values():
        assert (f" {field.name} ({field.kind}" in told) == (
            field.header is not None or name == profiles.GENERAL
        )
    for limit in (profile.limits.bytes, profile.limits.rows, profile.limits.columns):
        assert limit is None or f"limit of a file: {limit:,} " in told


def test_what_is_joined_is_told(call: Call) -> None:
    assert "name is made of first_name and last_name" in call("profiles", "textus").out


def test_what_a_column_may_be_called_is_told(call: Call) -> None:
    told = call("profiles", "dotdigital").out
    assert "other columns: sent under their own names, if they match ^[A-Za-z0-9_-]{1,20}$" in told


def test_an_unknown_provider_exits_with_2(call: Call) -> None:
    assert call("profiles", "nobody").code == 2
