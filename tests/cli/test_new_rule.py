"""`preflight new-rule`, and rules of one's own in every command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.calls import Call


@pytest.fixture(autouse=True)
def _trusting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFLIGHT_TRUST_CONFIG", "1")


CONTACTS = "email,company\nann@kestrel-labs.com,Kestrel Labs\nbob@kestrel-labs.com,Kestrell Labs\n"


@pytest.mark.slow
def test_a_new_rule_is_written_tried_and_used(call: Call, here: Path) -> None:
    told = call("new-rule", "company-odd", "--family", "text")
    assert (told.code, told.err) == (0, "")
    code = told.out.split()[1]
    (here / "preflight.toml").write_text('rules = ["rules"]\n')
    (here / "a.csv").write_text(CONTACTS)
    assert f"{code} company-odd (rules/company_odd.py): ok" in call("rules", "--test", "rules").out
    listed = json.loads(call("rules", "--output-format", "json").out)
    assert {one["code"]: one["origin"] for one in listed}[code] == str(
        here / "rules/company_odd.py"
    )
    assert code in call("explain", "company-odd").out
    found = call("check", "a.csv")
    assert (found.code, f" {code} company odd" in found.out) == (0, True)
    assert code not in call("check", "a.csv", "--ignore", code).out
    assert code not in call("check", "a.csv", "--isolated").out
    assert code in call("check", "a.csv", "--isolated", "--rules", "rules").out
    second = call("new-rule", "company-odder", "--family", "text").out.split()[1]
    assert second == f"{code[:3]}{int(code[3:]) + 1}"


def test_the_severity_of_a_rule_is_the_configs(call: Call, here: Path) -> None:
    code = call("new-rule", "company-odd", "--family", "text").out.split()[1]
    config = f'rules = ["rules"]\n[severity]\n{code} = "error"\n'
    (here / "preflight.toml").write_text(config)
    (here / "a.csv").write_text(CONTACTS)
    fixed = call("fix", "a.csv", "-q")
    assert fixed.code == 1
    rejects = (here / "a.preflight" / "rejects.csv").read_text()
    assert code in rejects
    assert "1 clean + 1 rejected" in fixed.out
    (here / "preflight.toml").write_text(config.replace("error", "off"))
    assert code not in call("check", "a.csv").out


def test_a_sample_that_lies_makes_the_exit_code_1(call: Call, here: Path) -> None:
    call("new-rule", "company-odd", "--family", "text")
    path = here / "rules" / "company_odd.py"
    path.write_text(path.read_text().replace("    3:company", "    2:company", 1))
    told = call("rules", "--test", path)
    assert told.code == 1
    assert "failed\n    Findings line 1: `2:company" in told.out


@pytest.mark.parametrize(
    ("config", "complaint"),
    [
        ('rules = ["nothing"]', "nothing: no such rule file or folder"),
        ('rules = ["bad.py"]', "bad.py: does not load: SyntaxError"),
        ('rules = ["keys.py"]', "keys.py: does not load: TypeError"),
        ('[severity]\nEML999 = "off"', "preflight.toml: severity.EML999: no rule has the code"),
        ("[rules.EML999]\nmax = 1", "preflight.toml: rules.EML999.max: no rule has the code"),
        (
            '[per_file_ignores]\n"a/*.csv" = ["EML3O2"]',
            "per_file_ignores.a/*.csv: no rule has the code or prefix `EML3O2`; did you",
        ),
        ('[severity]\nEML302 = "of"', "severity.EML302 is one of error, warning, off"),
        ("rule = 3", "unknown key `rule`; did you mean `rules`?"),
    ],
)
def test_what_does_not_load_is_one_line_and_2_before_any_data_is_read(
    call: Call, here: Path, config: str, complaint: str
) -> None:
    """The file that is named is not even there."""
    (here / "preflight.toml").write_text(config + "\n")
    (here / "bad.py").write_text("def (\n")
    (here / "keys.py").write_text("from preflight.rule import Rule\nRULE = Rule(colour=3)\n")
    for command in ("check", "fix"):
        told = call(command, "there-is-none.csv")
        assert (told.code, told.out, told.err.count("\n")) == (2, "", 1)
        assert complaint in told.err


def test_wrong_calls_exit_with_2(call: Call) -> None:
    for argv in (
        ("new-rule", "company-odd"),
        ("new-rule", "Company", "--family", "text"),
        ("new-rule", "company-odd", "--family", "colour"),
        ("rules", "--test", "nothing.py"),
    ):
        told = call(*argv)
        assert (told.code, told.err.count("\n")) == (2, 1)
