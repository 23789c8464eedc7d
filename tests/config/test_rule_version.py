"""The version of a rule follows its code."""

from __future__ import annotations

from pathlib import Path

from preflight.config import catalogue
from preflight.config.rule_version import rule_version

TEXT = '''"""A company is odd."""

from preflight.rule import Rule, Scope, Severity


def check(text):
    return text != "Kestrel"


RULE = Rule(code="OWN001", name="company-odd", scope=Scope.CELL, severity=Severity.WARNING,
            kinds=frozenset({"text"}), suspects=".", message="an odd company", check=check)
'''


def version_of(folder: Path, name: str, text: str) -> str:
    path = folder / f"{name}.py"
    path.write_text(text)
    return rule_version(catalogue.load((path,))["OWN001"])


def test_it_changes_with_the_code_and_not_with_words(tmp_path: Path) -> None:
    first = version_of(tmp_path, "a", TEXT)
    words = TEXT.replace("A company is odd.", "A company\n\nis odd.") + "\n\n# A comment.\n"
    assert version_of(tmp_path, "b", words) == first
    assert version_of(tmp_path, "c", TEXT.replace("Kestrel", "Osprey")) != first
    assert version_of(tmp_path, "d", TEXT.replace("WARNING", "ERROR")) != first


def test_every_rule_has_one_of_its_own() -> None:
    versions = [rule_version(rule) for rule in catalogue.builtin().values()]
    assert len(set(versions)) == len(versions)
