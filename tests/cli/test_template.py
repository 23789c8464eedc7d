"""`preflight template`: an empty CSV with a provider's header."""

from __future__ import annotations

from pathlib import Path

import pytest

from preflight.config import profiles
from tests.calls import Call


@pytest.mark.parametrize("name", profiles.names())
def test_a_template_has_nothing_wrong_but_that_it_is_empty(call: Call, name: str) -> None:
    """Under its own profile."""
    assert call("template", "--for", name, "-o", "empty.csv").code == 0
    told = call("check", "empty.csv", "--for", name, "--output-format", "concise")
    findings = [line for line in told.out.splitlines() if line.startswith("empty.csv:1")]
    assert all("FIL009" in line for line in told.out.splitlines() if "[error]" in line)
    assert findings == [line for line in findings if "FIL009" in line]


@pytest.mark.parametrize("name", profiles.names())
def test_the_required_columns_come_first(call: Call, name: str) -> None:
    """They are what must not be forgotten."""
    header = call("template", "--for", name).out.rstrip("\n").split(",")
    profile = profiles.load(name)
    required = [profile.fields[one].header or one for one in profile.required]
    assert header[: len(required)] == required
    assert len(header) == len(set(header))


def test_a_file_that_stands_there_is_not_replaced(call: Call) -> None:
    """But with --force."""
    Path("contacts.csv").write_text("mine")
    assert call("template", "--for", "textus", "-o", "contacts.csv").code == 2
    assert Path("contacts.csv").read_text() == "mine"
    assert call("template", "--for", "textus", "-o", "contacts.csv", "--force").code == 0
    assert Path("contacts.csv").read_text().startswith("name,phone_number,")


def test_a_provider_that_is_none_exits_with_2(call: Call) -> None:
    """With the nearest."""
    told = call("template", "--for", "textu")
    assert told.code == 2
    assert "did you mean `textus`" in told.err
    assert call("template").code == 2
