"""`preflight rules`: the catalogue."""

from __future__ import annotations

import json

from preflight.config import catalogue
from tests.calls import Call


def test_every_rule_stands_in_the_list(call: Call) -> None:
    told = call("rules")
    assert told.code == 0
    assert [line.split()[0] for line in told.out.splitlines()] == list(catalogue.builtin())


def test_json_says_the_same_and_a_provider_has_its_own_severities(call: Call) -> None:
    general = json.loads(call("rules", "--output-format", "json").out)
    own = json.loads(call("rules", "--output-format", "json", "--for", "dotdigital").out)
    assert {one["code"] for one in general} == set(catalogue.builtin())
    assert {one["code"]: one["severity"] for one in own} != {
        one["code"]: one["severity"] for one in general
    }


def test_an_unknown_provider_exits_with_2(call: Call) -> None:
    told = call("rules", "--for", "nobody")
    assert (told.code, "one of general, dotdigital" in told.err) == (2, True)
