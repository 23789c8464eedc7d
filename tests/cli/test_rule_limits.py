"""How many findings of a rule are accepted, and what that does to exit codes and the gate."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import preflight
from preflight.linting.rule_limits import accepted, rule_limits
from preflight.report import exit_codes
from preflight.report.listing import listing
from tests.calls import TALKVALUE, Call
from tests.checked import check

# Rows 1 and 2 have a bad address, row 2 a bad number too, row 3 is padded, row 4 repeats row 5.
ROWS = (
    "email,phone\nann@@kestrel-labs.com,\nbob@@kestrel-labs.com,12\n cy@kestrel-labs.com,\n"
    "dot@kestrel-labs.com,\ndot@kestrel-labs.com,+14155552671\n"
    + "".join(f"a{n}@kestrel-labs.com,\n" for n in range(5))
)
"""Ten rows."""


@pytest.mark.parametrize(
    ("limits", "options", "code"),
    [
        ({}, {}, 1),
        ({"EML302": 2}, {}, 1),
        ({"EML302": 2, "PHN": "10%", "DUP801": 1, "EML303": 1}, {}, 0),
        ({"EML302": 1, "PHN": "10%", "DUP801": 1, "EML303": 1}, {}, 1),
        ({"EML302": "20%", "PHN": 1, "DUP801": 1}, {}, 1),
        ({"ALL": "20%"}, {}, 0),
        ({"ALL": "20%", "EML302": "19%"}, {}, 1),
        # Row 2 is bad in a second way, so only row 1 is excused.
        ({"EML302": 2}, {"max_bad": 2}, 1),
        ({"EML302": 2}, {"max_bad": 3}, 0),
        ({}, {"max_bad": 3}, 1),
        ({}, {"max_bad": 4}, 0),
    ],
)
def test_findings_up_to_the_limit_of_their_rule_do_not_fail(
    tmp_path: Path, limits: Mapping[str, Any], options: Mapping[str, Any], code: int
) -> None:
    checked = check(tmp_path, ROWS, max_findings=limits, select=("EML", "PHN", "DUP801"), **options)
    settings = preflight.Settings(max_findings=limits, **options)
    file = listing("a.csv", checked.analysis, checked.books)
    assert exit_codes.of_check([file], settings) == code


def test_a_limit_counts_the_findings_of_each_rule_by_itself(tmp_path: Path) -> None:
    checked = check(tmp_path, ROWS, max_findings={"EML": "10%", "NAM": 1})
    found = {
        limit.code: (limit.findings, limit.rows, limit.is_kept)
        for limit in rule_limits(checked.analysis)
    }
    assert found == {"EML302": (2, 10, False), "EML303": (1, 10, True)}
    assert accepted(checked.analysis) == {"EML303"}


def test_a_limit_of_warnings_counts_where_warnings_fail(tmp_path: Path) -> None:
    rows = "email\ninfo@kestrel-labs.com\nann@kestrel-labs.com\n"
    for most, code in ((1, 0), (0, 1)):
        options: dict[str, Any] = {"max_findings": {"EML306": most}, "fail_on": "warning"}
        checked = check(tmp_path, rows, select=("EML",), **options)
        file = listing("a.csv", checked.analysis, checked.books)
        assert exit_codes.of_check([file], preflight.Settings(**options)) == code


def test_an_unknown_code_has_no_limit(tmp_path: Path) -> None:
    for name in ("max_findings", "per_file_ignores"):
        value: Any = {"EML999": 1} if name == "max_findings" else {"*.csv": ["EML999"]}
        with pytest.raises(preflight.PreflightError, match="no rule has the code or prefix `EML9"):
            check(tmp_path, ROWS, **{name: value})


CONFIG = """
for = "talkvalue"
select = ["EML302", "EML303", "EML306"]
[rules.EML302]
max = "%s"
[per_file_ignores]
"archive" = ["EML306", "EML302"]
"""
LEADS = (
    "email,first_name\nann@@kestrel-labs.com,Ann\n bob@kestrel-labs.com,Bob\n"
    "info@kestrel-labs.com,Cy\ndot@kestrel-labs.com,Dot\n"
)


def test_check_and_fix_say_what_is_accepted_and_pass(call: Call, here: Path) -> None:
    (here / "preflight.toml").write_text(CONFIG % "25%")
    (here / "a.csv").write_text(LEADS)
    told = call("fix", "a.csv")
    assert told.code == 0
    assert "EML302: 1 finding, within the accepted 25% of 4 rows\n" in told.out
    assert "3 clean + 1 rejected" in told.out
    told = call("check", "a.csv", "--output-format", "json")
    assert told.code == 1  # the padded address is an error until it is fixed
    file = json.loads(told.out)["files"][0]
    assert file["limits"] == [{"code": "EML302", "findings": 1, "max": "25%", "within": True}]
    (here / "preflight.toml").write_text(CONFIG % "24%")
    told = call("fix", "a.csv")
    assert told.code == 1
    assert "EML302: 1 finding, more than the accepted 24% of 4 rows" in told.out


def test_what_is_off_in_a_file_is_said_and_kept_for_its_corrections(call: Call, here: Path) -> None:
    (here / "preflight.toml").write_text(CONFIG % "0")
    (here / "archive").mkdir()
    for place in (here, here / "archive"):
        (place / "a.csv").write_text(LEADS.replace("info@", "info@@"))
    told = call("check", "a.csv", "archive/a.csv", "--output-format", "json")
    files = json.loads(told.out)["files"]
    assert [file["counts"]["by_code"] for file in files] == [
        {"EML302": 2, "EML303": 1},
        {"EML303": 1},
    ]
    assert [file["ignored"] for file in files] == [[], ["EML306", "EML302"]]
    told = call("check", "a.csv", "archive/a.csv")
    assert told.out.count("not checked in this file, by per_file_ignores: EML306, EML302") == 1
    assert call("check", "--stdin-filename", "archive/x.csv", "archive/a.csv").code == 1
    call("fix", "archive/a.csv", "-o", "out")
    kept = json.loads((here / "out" / "undo.json").read_text())
    assert kept["settings"]["per_file_ignores"] == {"*": ["EML306", "EML302"]}
    assert kept["settings"]["max_findings"] == {"EML302": "0"}


def test_the_gate_before_sending_does_not_count_what_is_accepted(
    call: Call, here: Path, shared: object
) -> None:
    (here / "a.csv").write_text(LEADS)
    for most, code, sent in (("0", 1, False), ("1", 0, True)):
        (here / "preflight.toml").write_text(CONFIG % most)
        told = call("submit", "a.csv", *TALKVALUE, "--max-bad", "0", "--force")
        assert (told.code, "nothing was sent" not in told.out) == (code, sent)
        assert f"EML302: 1 finding, {'within' if sent else 'more than'} the accepted" in told.out
