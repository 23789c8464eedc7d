"""The engine knows of a rule what the rule declares, and no rule by its code."""

from __future__ import annotations

import re
from pathlib import Path

import preflight
from preflight.config import catalogue

CODE = re.compile(r"\b(?:" + "|".join({code[:3] for code in catalogue.builtin()}) + r")\d{3}\b")
# A line of a config file as an example for people.
EXAMPLE = re.compile(r"^# ignore = |^# \[rules\.|^ +examples=")


def test_no_module_of_the_engine_names_a_rule() -> None:
    assert CODE.search("STR101 is one")
    engine = Path(preflight.__file__).parent
    named = [
        f"{path.relative_to(engine)}:{number}: {line.strip()}"
        for path in sorted(engine.rglob("*.py"))
        if "rules" not in path.relative_to(engine).parts
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
        if CODE.search(line) and not EXAMPLE.match(line)
    ]
    assert named == []


def test_one_rule_limits_records_and_each_verdict_is_reported_by_one_rule() -> None:
    rules = catalogue.builtin().values()
    assert [rule.code for rule in rules if rule.limits_records] == [catalogue.record_limit()]
    verdicts = [rule.verdict for rule in rules if rule.verdict is not None]
    assert len(verdicts) == len(set(verdicts)) == 5
    assert catalogue.codes(lambda rule: rule.misplaces_cells)
