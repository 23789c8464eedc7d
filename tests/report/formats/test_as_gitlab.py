"""GitLab's code quality report: its form, and fingerprints that stay."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema

from preflight.report.listing import Listing
from tests.checked import check, listed, rendered

# As docs.gitlab.com/ci/testing/code_quality says it, "Code Quality report format".
FORM = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["description", "check_name", "fingerprint", "severity", "location"],
        "properties": {
            "description": {"type": "string", "minLength": 1},
            "check_name": {"type": "string", "minLength": 1},
            "fingerprint": {"type": "string", "pattern": "^[0-9a-f]{32}$"},
            "severity": {"enum": ["info", "minor", "major", "critical", "blocker"]},
            "location": {
                "type": "object",
                "required": ["path", "lines"],
                "properties": {
                    "path": {"type": "string", "pattern": r"^(?!\./)"},
                    "lines": {
                        "type": "object",
                        "required": ["begin"],
                        "properties": {"begin": {"type": "integer", "minimum": 1}},
                    },
                },
            },
        },
    },
}


def issues(*listings: Listing) -> list[dict[str, Any]]:
    """The issues, in GitLab's form; no two have one fingerprint."""
    told: list[dict[str, Any]] = json.loads(rendered("gitlab", *listings))
    jsonschema.validate(told, FORM)
    assert len({issue["fingerprint"] for issue in told}) == len(told)
    return told


def test_a_rule_and_a_column_are_one_issue(found: Listing, odd: Listing) -> None:
    told = issues(found)
    assert told[0] == {
        "description": "`email`: not a valid email address (2 findings, the first one here)",
        "check_name": "EML302 email-invalid",
        "fingerprint": told[0]["fingerprint"],
        "severity": "major",
        "location": {"path": "leads.csv", "lines": {"begin": 2}},
    }
    assert [issue["severity"] for issue in told] == ["major"] * 4 + ["minor"]
    assert all(issue["description"].isprintable() for issue in issues(odd))


def test_only_what_is_new_has_a_new_fingerprint(tmp_path: Path) -> None:
    prints = []
    for content in ("bad,x\n", "ann@kestrel-labs.com,x\nworse,x\nbad,#REF!\n"):
        one = listed(check(tmp_path, f"email,note\n{content}", select=("EML302", "TXT706")))
        prints.append({issue["fingerprint"] for issue in issues(one)})
    assert prints[0] < prints[1]


def test_what_is_hidden_is_an_issue_and_a_clean_file_has_none(tmp_path: Path) -> None:
    one = listed(check(tmp_path, "email,email\nbad,worse\n", select=("EML302", "HDR203")))
    told = issues(one)
    assert told[-1]["severity"] == "info"
    assert "2 findings about rows are hidden" in told[-1]["description"]
    assert issues(listed(check(tmp_path, "email\nann@kestrel-labs.com\n", select=("EML",)))) == []
