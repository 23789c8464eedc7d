"""A skeleton runs as it is, and has the next free code."""

from __future__ import annotations

from pathlib import Path

import pytest

from preflight.cli import rule_samples
from preflight.config import catalogue
from preflight.core.errors import OutputExists, UsageError
from preflight.linting import rule_skeleton


@pytest.mark.slow
@pytest.mark.parametrize("family", [*rule_skeleton.FAMILIES, "OWN"])
def test_a_skeleton_loads_runs_and_passes_its_own_docstring(family: str, tmp_path: Path) -> None:
    path, code = rule_skeleton.write(tmp_path / "own", "thing-odd", family, catalogue.builtin())
    ((rule, complaints),) = rule_samples.tried([path])
    assert (rule.code, rule.name, complaints) == (code, "thing-odd", [])


def test_the_code_is_the_next_one_of_the_family_the_users_own_included(tmp_path: Path) -> None:
    last = max(int(code[3:]) for code in catalogue.builtin() if code.startswith("EML"))
    for step, name in enumerate(("first-odd", "second-odd"), start=1):
        _, code = rule_skeleton.write(tmp_path, name, "email", catalogue.load([tmp_path]))
        assert code == f"EML{last + step}"
    assert rule_skeleton.next_code(rule_skeleton.family_of("EML"), {}) == "EML301"
    assert rule_skeleton.next_code(rule_skeleton.family_of("OWN"), {}) == "OWN001"


def test_it_lies_in_the_folder_of_its_family_where_there_is_one(tmp_path: Path) -> None:
    (tmp_path / "email").mkdir()
    path, _ = rule_skeleton.write(tmp_path, "email-odd", "email", {})
    assert path == tmp_path / "email" / "odd.py"


def test_what_is_off_is_said_and_nothing_is_written(tmp_path: Path) -> None:
    for name, family, complaint in (
        ("Email odd", "email", "is not a rule name"),
        ("email-odd", "emial", "no family `emial`"),
        ("email-padded", "email", "EML303 already has the name"),
    ):
        with pytest.raises(UsageError, match=complaint):
            rule_skeleton.write(tmp_path, name, family, catalogue.builtin())
    full = {"OWN999": catalogue.builtin()["EML302"]}
    with pytest.raises(UsageError, match="no free code left"):
        rule_skeleton.write(tmp_path, "odd", "OWN", full)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_stands_there_is_not_written_over(tmp_path: Path) -> None:
    path, _ = rule_skeleton.write(tmp_path, "email-odd", "email", {})
    path.write_text("mine")
    with pytest.raises(OutputExists, match="exists already"):
        rule_skeleton.write(tmp_path, "email-odd", "email", {})
    assert path.read_text() == "mine"
    with pytest.raises(UsageError, match="cannot write"):
        rule_skeleton.write(path / "below", "email-odd", "email", {})
