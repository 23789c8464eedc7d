"""`preflight config`: each setting, and where it comes from."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from preflight.config.setting_sources import load
from tests.calls import Call
from tests.config.test_settings import WHOLE

CONFIG = """
extend = "base/common.toml"
[severity]
PHN4 = "warning"
[rules.EML305]
max = "1%"
[columns]
"Work \\"mail\\"" = "email"
[per_file_ignores]
"old/*" = ["EML"]
[profiles.textus]
ignore = "TXT"
"""


@pytest.fixture
def configured(here: Path) -> Path:
    (here / "preflight.toml").write_text(CONFIG)
    (here / "base").mkdir()
    (here / "base" / "common.toml").write_text('region = "DE"\nmax_rows = 7\n')
    return here


def test_each_setting_has_a_line_with_its_origin(
    call: Call, configured: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFLIGHT_FAIL_ON", "warning")
    told = call("config", "--for", "textus", "--map", "Cell=phone")
    assert (told.code, told.err) == (0, "")
    first, *lines = told.out.splitlines()
    assert first == "# config: preflight.toml, which extends base/common.toml (found)"
    found = {line.partition("  # ")[0].strip(): line.rpartition("  # ")[2] for line in lines}
    assert found == {**found,
        'for = "textus"': "--for",
        'ignore = ["TXT"]': "preflight.toml: profiles.textus.ignore",
        'severity.PHN4 = "warning"': "preflight.toml: severity.PHN4",
        'per_file_ignores."old/*" = ["EML"]': "preflight.toml: per_file_ignores.old/*",
        'rules.EML305.max = "1%"': "preflight.toml: rules.EML305.max",
        'fail_on = "warning"': "PREFLIGHT_FAIL_ON",
        'region = "DE"': "base/common.toml: region",
        'columns."Work \\"mail\\"" = "email"': 'preflight.toml: columns.Work "mail"',
        'columns.Cell = "phone"': "--map",
        "max_bytes = 2000000": "profile textus",
        "max_rows = 7": "base/common.toml: max_rows",
        "# timezone is not set": "default",
        "providers = {}": "default"
    }  # fmt: skip
    assert "PHN404" not in told.out  # the profile's, which PHN4 beats


def test_the_text_is_a_config_that_says_the_same(call: Call, here: Path) -> None:
    (here / "base.toml").write_text("")
    path = here / "preflight.toml"
    path.write_text(WHOLE.replace("show_values = false", ""))
    meant = load({}, {}, config=path)
    again = here / "again.toml"
    again.write_text(call("config", "--config", "preflight.toml").out)
    back = load({}, {}, config=again)
    assert back == replace(
        meant,
        severity=back.severity,
        shared_columns=back.shared_columns,
        per_file_ignores=back.per_file_ignores,
    )
    assert meant.severity.items() <= back.severity.items()  # with those of the profile


def test_json_says_the_same_for_programs(call: Call, configured: Path) -> None:
    told = json.loads(call("config", "--for", "textus", "--output-format", "json").out)
    assert told["config"] == {
        "files": [str(configured / name) for name in ("preflight.toml", "base/common.toml")],
        "found": True,
        "trusted": False,
        "names_code": False,
    }
    found = {tuple(entry.pop("key")): entry for entry in told["settings"]}
    assert found["region",] == {
        "value": "DE",
        "source": "config",
        "name": "region",
        "file": str(configured / "base" / "common.toml"),
    }
    assert found["for",]["source"] == "command line"
    assert found["max_bytes",] == {
        "value": 2000000,
        "source": "profile",
        "name": "textus",
        "file": None,
    }
    assert found["timezone",]["value"] is None
    assert found["rules", "EML305", "max"]["value"] == "1%"


def test_code_that_is_not_trusted_is_said_and_not_run(
    call: Call, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "own.py").write_text("raise SystemExit('it ran')\n")
    (here / "preflight.toml").write_text('rules = ["own.py"]\nonline = true\n')
    monkeypatch.setenv("CI", "1")
    told = call("config")
    assert (told.code, told.err) == (0, "")
    assert "# preflight.toml: rules is code: calls refuse it without --config" in told.out
    assert "# preflight.toml: online is not obeyed in CI" in told.out
    assert "\nonline = false " in told.out
    assert "is code" not in call("config", "--trust-config").out
    assert call("config", "--isolated").out.startswith("# no config file\n")


def test_a_config_that_is_wrong_is_refused(call: Call, here: Path) -> None:
    (here / "preflight.toml").write_text('regoin = "US"\n')
    told = call("config")
    assert (told.code, "did you mean `region`" in told.err) == (2, True)


def test_the_json_schema_is_printed(call: Call) -> None:
    told = json.loads(call("config", "--json-schema").out)
    assert (told["title"], "extend" in told["properties"]) == ("preflight.toml", True)
