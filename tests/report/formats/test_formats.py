"""Each format is a module."""

from __future__ import annotations

import dataclasses
import json
import pkgutil
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from junitparser import JUnitXml

from preflight.config.choices import FORMATS
from preflight.core.file_findings import FileFindings
from preflight.report import formats
from preflight.report.listing import Listing, tokens
from preflight.report.reported import Display, Unread
from tests.calls import FIXTURES
from tests.checked import check, listed, rendered, reported
from tests.report.conftest import HOSTILE_PATH

SCHEMA = FIXTURES.parent / "preflight" / "report" / "report.schema.json"


def test_a_format_is_a_module_and_each_module_is_a_format() -> None:
    modules = [module.name.removeprefix("as_") for module in pkgutil.iter_modules(formats.__path__)]
    assert sorted(FORMATS) == sorted(modules)
    assert set(FORMATS) >= formats.FOR_PEOPLE


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_is_the_same_from_call_to_call(name: str, found: Listing, odd: Listing) -> None:
    told = {
        rendered(name, found, odd, display=Display(token=tokens(b"key")), fixed={})
        for _ in range(2)
    }
    assert len(told) == 1


@pytest.mark.parametrize("name", FORMATS)
def test_a_report_is_made_piece_by_piece(name: str, found: Listing) -> None:
    """A large file never makes a large piece."""
    few, many_findings = found.analysis.findings.whole(), FileFindings()
    many_findings.add(few.taken(np.repeat(np.arange(len(few)), 2_000)))
    many = dataclasses.replace(
        found, analysis=dataclasses.replace(found.analysis, findings=many_findings)
    )
    pieces = list(formats.pieces(name, reported(many), Display()))
    assert max(map(len, pieces)) < 2_000_000


@pytest.mark.parametrize("name", FORMATS)
def test_a_clean_file_and_one_that_is_no_table_have_a_report(name: str, tmp_path: Path) -> None:
    for content in (b"email\nann@kestrel-labs.com\n", b"%PDF-1.7\n", b""):
        one = listed(check(tmp_path, content, select=("EML302", "FIL")))
        assert rendered(name, one).endswith("\n")


def test_a_file_that_could_not_be_opened_is_named_in_each_format(found: Listing) -> None:
    """With a name that tries to be something else."""
    unread = [Unread(HOSTILE_PATH, "no such file; check the path")]
    said = {
        name: rendered(name, found, unread=unread)
        for name in ("grouped", "json", "jsonl", "github", "junit", "sarif", "markdown")
    }
    for name, text in said.items():
        assert "no such file; check the path" in text, name
        assert "\n::error file=x" not in text
        assert "\x1b" not in text
    jsonschema.validate(json.loads(said["json"]), json.loads(SCHEMA.read_text()))
    (notification,) = json.loads(said["sarif"])["runs"][0]["invocations"]
    assert not notification["executionSuccessful"]
    suites = JUnitXml.fromstring(said["junit"].encode())
    assert (suites.errors, suites.tests) == (1, sum(suite.tests for suite in suites))
    assert said["github"].splitlines()[0].endswith("::no such file; check the path")
