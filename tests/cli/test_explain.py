"""`preflight explain`: one rule."""

from __future__ import annotations

from importlib.metadata import version

import pytest

from preflight.config import catalogue
from tests.calls import Call


@pytest.mark.parametrize("name", ["EML303", "eml303", "email-padded"])
def test_a_rule_is_told_by_its_code_or_its_name(call: Call, name: str) -> None:
    told = call("explain", name)
    assert told.code == 0
    assert told.out.startswith("EML303 email-padded (")
    assert "Bad::" in told.out


def test_the_library_that_judges_is_named_with_its_version(call: Call) -> None:
    """Of a rule about phone numbers; one about text has none."""
    assert (
        call("explain", "PHN403").out.rstrip().endswith(f"phonenumbers {version('phonenumbers')}.")
    )
    assert "judged with" not in call("explain", "TXT701").out


def test_every_rule_can_be_explained(call: Call) -> None:
    for code, rule in catalogue.builtin().items():
        assert rule.doc.strip() in call("explain", code).out


@pytest.mark.parametrize(
    ("name", "said"),
    [("EML30", "did you mean EML3"), ("email-paded", "did you mean email-padded?"),
     ("zzzzzzz", "`preflight rules` lists them")],
)  # fmt: skip
def test_an_unknown_rule_exits_with_2(call: Call, name: str, said: str) -> None:
    told = call("explain", name)
    assert (told.code, told.err.count("\n"), said in told.err) == (2, 1, True)
