"""One validated set of settings out of command line, environment and config file."""

from __future__ import annotations

import dataclasses
import json
import pickle
import traceback
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from preflight.config.file_ignores import FileIgnores
from preflight.config.setting_sources import load
from preflight.config.setting_values import MaxBad
from preflight.config.settings import Settings
from preflight.core.errors import ConfigError

SCHEMA: dict[str, Any] = json.loads(
    resources.files("preflight.config").joinpath("config.schema.json").read_text("utf-8")
)

# A config with every key, each with another value than its default.
WHOLE = r"""
for = "textus"
select = ["EML", "PHN4"]
ignore = "TXT701, TXT702"
extend_select = ["DUP"]
extend = "base.toml"
rule_files = ["own", "more/rule.py"]
schema = "schemas.py:TradeShow"
online = true
resolver = "127.0.0.1:5353"
fail_on = "warning"
exit_zero = true
max_bad = "2.5%"
baseline = "known/base.json"
against = "known/S.json"
unsafe_fixes = true
region = "us"
timezone = "America/New_York"
encoding = "cp1252"
delimiter = ";"
header_row = 3
sheet = "People"
any_of = [["email", "phone"], ["name", ["first_name", "last_name"]]]
output_format = "json"
statistics = true
show_values = false
max_bytes = 1000
max_rows = 10
state_dir = "state"
timeout = 90

[severity]
EML306 = "error"
SEC = "off"

[rules.EML305]
severity = "error"
max = "1%"

[rules.PHN]
max = 3

[per_file_ignores]
"archive/*.csv" = ["EML306", "TXT"]

[reasons.talkvalue]
CONTACT_BOUNCED = "suppressed"

[columns]
"Work mail" = "email"
Badge = "-"

[providers.dotdigital]
address_book = 42
merge-option = "Overwrite"

[profiles.textus]
sheet = "Staff"

[profiles.dotdigital]
sheet = "Members"
"""


def config(folder: Path, text: str, name: str = "preflight.toml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def test_without_anything_said_the_defaults_hold(tmp_path: Path) -> None:
    assert load({}, {}, start=tmp_path) == Settings()
    assert load({"for": None, "columns": None}, {"HOME": "/x"}, start=tmp_path) == Settings()


def test_every_key_of_a_config_file_is_read(tmp_path: Path) -> None:
    path = config(tmp_path, WHOLE)
    config(tmp_path, "", "base.toml")
    assert load({}, {}, config=path) == Settings(
        profile="textus",
        select=("EML", "PHN4"),
        ignore=("TXT701", "TXT702"),
        extend_select=("DUP",),
        severity={"EML306": "error", "SEC": "off", "EML305": "error"},
        max_findings={"EML305": MaxBad(share=0.01, count=None), "PHN": MaxBad(count=3)},
        per_file_ignores={"archive/*.csv": FileIgnores(("EML306", "TXT"), tmp_path)},
        reasons={"talkvalue": {"CONTACT_BOUNCED": "suppressed"}},
        rules=(tmp_path / "own", tmp_path / "more/rule.py"),
        schema=f"{tmp_path / 'schemas.py'}:TradeShow",
        online=True,
        resolver="127.0.0.1:5353",
        fail_on="warning",
        exit_zero=True,
        max_bad=MaxBad(share=0.025, count=None),
        baseline=tmp_path / "known/base.json",
        against=tmp_path / "known/S.json",
        unsafe_fixes=True,
        region="US",
        timezone="America/New_York",
        encoding="cp1252",
        delimiter=";",
        header_row=3,
        sheet="Staff",
        any_of=((("email",), ("phone",)), (("name",), ("first_name", "last_name"))),
        columns={"Work mail": "email", "Badge": "-"},
        shared_columns=("Work mail", "Badge"),
        output_format="json",
        statistics=True,
        show_values=False,
        max_bytes=1000,
        max_rows=10,
        state_dir=tmp_path / "state",
        timeout=90.0,
        providers={"dotdigital": {"address_book": "42", "merge_option": "Overwrite"}},
    )


def test_the_command_line_beats_the_environment_which_beats_the_config(tmp_path: Path) -> None:
    config(tmp_path, 'for = "textus"\nmax_rows = 1\nfail_on = "never"\nregion = "SE"')
    environ = {"PREFLIGHT_FOR": "landbase", "PREFLIGHT_MAX_ROWS": "2", "PREFLIGHT_REGION": "DE"}
    given = {"for": "talkvalue", "region": None}
    told = load(given, environ, start=tmp_path)
    assert (told.profile, told.max_rows, told.region) == ("talkvalue", 2, "DE")
    assert told.fail_on == "never"


def test_every_key_can_stand_in_the_environment_but_the_tables(tmp_path: Path) -> None:
    environ = {
        "PREFLIGHT_SELECT": "EML, PHN4,",
        "PREFLIGHT_IGNORE": "TXT701",
        "PREFLIGHT_EXTEND_SELECT": "DUP",
        "PREFLIGHT_RULES": "own, more",
        "PREFLIGHT_SCHEMA": "schemas.py:TradeShow",
        "PREFLIGHT_ONLINE": "yes",
        "PREFLIGHT_RESOLVER": "::1",
        "PREFLIGHT_SEVERITY": "EML=error",
        "PREFLIGHT_FAIL_ON": "warning",
        "PREFLIGHT_EXIT_ZERO": "1",
        "PREFLIGHT_MAX_BAD": "7",
        "PREFLIGHT_BASELINE": "base.json",
        "PREFLIGHT_BASELINE_KEY": "0123456789abcdef",
        "PREFLIGHT_TOKEN_KEY": "0123456789abcdef",
        "PREFLIGHT_UNSAFE_FIXES": "Yes",
        "PREFLIGHT_TIMEZONE": "UTC",
        "PREFLIGHT_ENCODING": "utf-16",
        "PREFLIGHT_DELIMITER": "tab",
        "PREFLIGHT_HEADER_ROW": "4",
        "PREFLIGHT_OUTPUT_FORMAT": "concise",
        "PREFLIGHT_STATISTICS": "no",
        "PREFLIGHT_SHOW_VALUES": "false",
        "PREFLIGHT_MAX_BYTES": "5000",
        "PREFLIGHT_STATE_DIR": "elsewhere",
        "PREFLIGHT_TIMEOUT": "0.5",
        "PREFLIGHT_COLUMNS": "a=b",
        "PREFLIGHT_PROVIDERS": "c",
        "PREFLIGHT_POLL_SCALE": "0.01",
        "PREFLIGHT_REGION": "",
    }
    assert load({}, environ, start=tmp_path) == Settings(
        select=("EML", "PHN4"),
        ignore=("TXT701",),
        extend_select=("DUP",),
        rules=(Path("own"), Path("more")),
        schema="schemas.py:TradeShow",
        online=True,
        resolver="::1",
        fail_on="warning",
        exit_zero=True,
        max_bad=MaxBad(count=7),
        baseline=Path("base.json"),
        unsafe_fixes=True,
        timezone="UTC",
        encoding="utf-16",
        delimiter="\t",
        header_row=4,
        output_format="concise",
        show_values=False,
        max_bytes=5000,
        state_dir=Path("elsewhere"),
        timeout=0.5,
    )


def test_the_tables_of_config_and_command_line_are_joined_entry_by_entry(tmp_path: Path) -> None:
    config(
        tmp_path,
        '[columns]\nA = "email"\nB = "name"\n[providers.textus]\naccount = "x"\n'
        '[providers.landbase]\ntag_name = "y"\naccount = "z"',
    )
    given = {
        "columns": {"B": "-", "C": "phone"},
        "providers": {"landbase": {"tag_name": "new"}, "dotdigital": {"address_book": "1"}},
    }
    told = load(given, {}, start=tmp_path)
    assert told.columns == {"A": "email", "B": "-", "C": "phone"}
    assert told.providers == {
        "textus": {"account": "x"},
        "landbase": {"tag_name": "new", "account": "z"},
        "dotdigital": {"address_book": "1"},
    }


def test_the_nearest_config_file_wins_alone(tmp_path: Path) -> None:
    near = tmp_path / "a" / "b"
    config(tmp_path, 'region = "SE"\nmax_rows = 1')
    config(tmp_path / "a", 'region = "DE"')
    near.mkdir()
    told = load({}, {}, start=near)
    assert (told.region, told.max_rows) == ("DE", None)


def test_within_a_folder_preflight_toml_beats_the_hidden_one_and_pyproject(tmp_path: Path) -> None:
    config(tmp_path, '[tool.preflight]\nregion = "SE"', "pyproject.toml")
    assert load({}, {}, start=tmp_path).region == "SE"
    config(tmp_path, 'region = "DE"', ".preflight.toml")
    assert load({}, {}, start=tmp_path).region == "DE"
    config(tmp_path, 'region = "US"')
    assert load({}, {}, start=tmp_path).region == "US"


@pytest.mark.parametrize("text", ["", "[tool.other]\nx = 1", "[project]\nname = 'x'", "tool = 3"])
def test_a_pyproject_without_our_table_is_passed_over(tmp_path: Path, text: str) -> None:
    config(tmp_path, 'region = "SE"')
    config(tmp_path / "a", text, "pyproject.toml")
    assert load({}, {}, start=tmp_path / "a").region == "SE"


def test_a_named_config_stands_for_the_nearest_one(tmp_path: Path) -> None:
    config(tmp_path, 'region = "SE"')
    other = config(tmp_path / "x", 'region = "DE"', "other.toml")
    project = config(tmp_path / "x", '[tool.preflight]\nregion = "US"', "pyproject.toml")
    bare = config(tmp_path / "y", "[tool]", "pyproject.toml")
    assert load({}, {}, start=tmp_path, config=other).region == "DE"
    assert load({}, {}, start=tmp_path, config=project).region == "US"
    assert load({}, {}, start=tmp_path, config=bare).region is None


def test_isolated_reads_no_config_but_the_environment(tmp_path: Path) -> None:
    config(tmp_path, 'region = "SE"\nno_such_key = 1')
    told = load({}, {"PREFLIGHT_MAX_ROWS": "2"}, start=tmp_path, isolated=True)
    assert (told.region, told.max_rows) == (None, 2)


def test_the_search_begins_in_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config(tmp_path, 'region = "SE"')
    monkeypatch.chdir(tmp_path)
    assert load({}, {}).region == "SE"


def test_a_state_dir_is_relative_to_the_config_and_else_to_the_working_directory(
    tmp_path: Path,
) -> None:
    config(tmp_path, 'state_dir = "runs"')
    (tmp_path / "a").mkdir()
    assert load({}, {}, start=tmp_path / "a").state_dir == tmp_path / "runs"
    assert load({"state_dir": Path("runs")}, {}, start=tmp_path).state_dir == Path("runs")
    config(tmp_path, 'state_dir = "/var/runs"')
    assert load({}, {}, start=tmp_path).state_dir == Path("/var/runs")


def test_a_byte_order_mark_and_dashes_in_keys_are_taken(tmp_path: Path) -> None:
    config(tmp_path, '\ufefffail-on = "never"')
    assert load({}, {}, start=tmp_path).fail_on == "never"


@pytest.mark.parametrize(
    ("key", "hint"),
    [("regoin", "did you mean `region`"), ("qqqq", "there are"), ("zzz", "columns, delimiter")],
)
def test_an_unknown_key_is_refused_with_the_nearest_one(
    tmp_path: Path, key: str, hint: str
) -> None:
    path = config(tmp_path, f'{key} = "x"')
    with pytest.raises(ConfigError) as refused:
        load({}, {}, start=tmp_path)
    assert str(refused.value).startswith(f"{path}: unknown key `{key}`")
    assert hint in str(refused.value)


BAD = [
    ("for", '"dotdigitel"', "did you mean dotdigital"),
    ("for", "3", "one of general"),
    ("select", "3", "list of rule codes"),
    ("ignore", '["EML", 3]', "list of rule codes"),
    ("fail_on", '"errors"', "did you mean error"),
    ("fail_on", "1", "one of error, warning, never"),
    ("severity", '"error"', "a table"),
    ("severity", '{EML302 = "fatal"}', "one of error, warning, off"),
    ("reasons", '"fix"', "a table for each provider"),
    ("reasons", '{talkvalue = "fix"}', "a table: a failure code, and its class"),
    ("reasons", "{talkvalu = {}}", "did you mean talkvalue"),
    ("reasons", '{talkvalue = {A = "repair"}}', "one of fix, retry, suppressed, config, unknown"),
    ("extend", "3", "a text: the path of a file"),
    ("extend", '""', "a text: the path of a file"),
    ("per_file_ignores", '["EML"]', "a table: a pattern of files, and rule codes"),
    ("per_file_ignores", '{"*.csv" = 3}', "a list of rule codes"),
    ("rule_files", "3", "a list of folders and files"),
    ("rules", "{EML305 = 3}", "rules.EML305 is a table"),
    ("rules", '{EML305 = {severity = "fatal"}}', "rules.EML305.severity is one of error, warning"),
    ("rules", '{EML305 = {max = "2 percent"}}', "rules.EML305.max is a rate like 2%"),
    ("rules", '{EML305 = {maxx = "2%"}}', "rules.EML305: unknown key `maxx`; did you mean `max`?"),
    ("profiles", '"textus"', "a table for each profile"),
    ("profiles", "{textos = {}}", "did you mean textus"),
    ("profiles", "{textus = 3}", "profiles.textus is a table of settings"),
    ("profiles", '{textus = {region = "USA"}}', "profiles.textus.region is a country code"),
    ("profiles", '{textus = {regoin = "US"}}', "profiles.textus: unknown key `regoin`; did you"),
    ("profiles", '{textus = {state_dir = "x"}}', "profiles.textus.state_dir is not set for one"),
    ("profiles", '{textus = {for = "landbase"}}', "profiles.textus.for is not set for one profile"),
    ("rules", "3", "a list of folders and files"),
    ("rules", '["a", ""]', "a list of folders and files"),
    ("schema", '"schemas.py"', "FILE:NAME like schemas.py:TradeShow"),
    ("schema", '":TradeShow"', "FILE:NAME"),
    ("schema", "3", "is a text"),
    ("online", '"yes"', "true or false"),
    ("resolver", '"dns.kestrel-labs.com"', "an IP address"),
    ("exit_zero", '"yes"', "true or false"),
    ("max_bad", '"2 percent"', "a rate like 2%"),
    ("max_bad", '"101%"', "a rate like 2%"),
    ("max_bad", '"²"', "a rate like 2%"),
    ("max_bad", '"٢%"', "a rate like 2%"),
    ("max_bad", "-1", "a rate like 2%"),
    ("max_bad", "0.02", "a rate like 2%"),
    ("max_bad", "true", "a rate like 2%"),
    ("unsafe_fixes", "1", "true or false"),
    ("region", '"USA"', "two letters"),
    ("region", "46", "two letters"),
    ("timezone", '"New York"', "IANA name"),
    ("timezone", '"../etc/passwd"', "IANA name"),
    ("timezone", '"America"', "IANA name"),
    ("timezone", '""', "IANA name"),
    ("encoding", '"klingon"', "utf-8, cp1252"),
    ("encoding", "8", "is a text"),
    ("delimiter", '";;"', "one ASCII character"),
    ("delimiter", '"é"', "one ASCII character"),
    ("delimiter", "'\"'", "one ASCII character"),
    ("delimiter", '""', "is a text"),
    ("header_row", "0", "from 1 up"),
    ("header_row", "1.5", "from 1 up"),
    ("sheet", "true", "is a text"),
    ("sheet", '""', "is a text"),
    ("max_rows", "true", "from 1 up"),
    ("max_bytes", '"5 MB"', "from 1 up"),
    ("columns", '"a=b"', "table of texts"),
    ("columns", "{ A = 1 }", "table of texts"),
    ("any_of", '["email"]', "list of lists"),
    ("output_format", '"jsn"', "did you mean json"),
    ("statistics", "0", "true or false"),
    ("show_values", '"no"', "true or false"),
    ("baseline", "3", "is a text"),
    ("against", "3", "is a text"),
    ("state_dir", "3", "is a text"),
    ("state_dir", '""', "is a text"),
    ("timeout", "0", "above 0"),
    ("timeout", "inf", "above 0"),
    ("timeout", "nan", "above 0"),
    ("timeout", "true", "above 0"),
    ("timeout", '"soon"', "above 0"),
    ("timeout", "[]", "above 0"),
    ("providers", '"textus"', "table for each provider"),
    ("providers", "{ textus = 3 }", "providers.textus is a table"),
    ("providers", "{ textos = {} }", "did you mean textus"),
    ("providers", "{ textus = { account = [1] } }", "providers.textus.account"),
]


@pytest.mark.parametrize(("key", "value", "says"), BAD)
def test_a_bad_value_is_refused_with_file_and_key(
    tmp_path: Path, key: str, value: str, says: str
) -> None:
    path = config(tmp_path, f"{key} = {value}")
    with pytest.raises(ConfigError) as refused:
        load({}, {}, start=tmp_path)
    message = str(refused.value)
    assert message.startswith(f"{path}: ")
    assert says in message
    assert key in message.replace("-", "_")


def test_every_key_has_a_bad_value_above() -> None:
    assert {key for key, _, _ in BAD} == set(SCHEMA["properties"]) - {"extend_select"}


@pytest.mark.parametrize("value", ["maybe", "2"])
def test_a_bad_switch_in_the_environment_names_its_variable(tmp_path: Path, value: str) -> None:
    with pytest.raises(ConfigError, match="PREFLIGHT_EXIT_ZERO is yes or no"):
        load({}, {"PREFLIGHT_EXIT_ZERO": value}, start=tmp_path)


@pytest.mark.parametrize("value", ["ten", "²", "-3", "0"])
def test_a_bad_count_in_the_environment_names_its_variable(tmp_path: Path, value: str) -> None:
    with pytest.raises(ConfigError, match="PREFLIGHT_MAX_ROWS is a number from 1 up"):
        load({}, {"PREFLIGHT_MAX_ROWS": value}, start=tmp_path)


def test_a_bad_value_on_the_command_line_names_its_option(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--max-rows is a number"):
        load({"max_rows": 0}, {}, start=tmp_path)
    with pytest.raises(ConfigError, match=r"--max-bad is a rate like 2% or a count like 50$"):
        load({"max_bad": "x"}, {}, start=tmp_path)
    with pytest.raises(ConfigError, match=r"--for is one of .*; did you mean textus"):
        load({"for": "textuss"}, {}, start=tmp_path)


def test_what_is_off_in_one_source_is_said_even_where_another_overrules_it(tmp_path: Path) -> None:
    config(tmp_path, 'region = "Germany"')
    with pytest.raises(ConfigError, match=r"preflight\.toml: region is a country code"):
        load({"region": "DE"}, {"PREFLIGHT_REGION": "DE"}, start=tmp_path)


@pytest.mark.parametrize(
    "name",
    ["api_key", "api-key", "APIKEY", "token", "api_token", "password", "client_secret", "api_user"],
)
def test_a_secret_in_the_config_is_refused_without_repeating_it(tmp_path: Path, name: str) -> None:
    config(tmp_path, f'[providers.experiture]\n{name} = "hunter2"')
    with pytest.raises(ConfigError, match="secrets come from the environment only") as refused:
        load({}, {}, start=tmp_path)
    assert name in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_an_option_is_text_as_the_command_line_gives_it(tmp_path: Path) -> None:
    config(
        tmp_path, "[providers.experiture]\nverify-list = true\ntarget_list_id = 7\nlist_name = 1.5"
    )
    told = load({}, {}, start=tmp_path)
    assert told.providers["experiture"] == {
        "verify_list": "true",
        "target_list_id": "7",
        "list_name": "1.5",
    }


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"region = ", "is no TOML"), (b"region = '\xff'", "is no TOML")],
)
def test_a_config_that_is_no_toml_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "preflight.toml").write_bytes(content)
    with pytest.raises(ConfigError, match=says):
        load({}, {}, start=tmp_path)


def test_a_config_that_is_not_there_or_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"gone\.toml: No such file"):
        load({}, {}, config=tmp_path / "gone.toml")
    with pytest.raises(ConfigError, match="Is a directory"):
        load({}, {}, config=tmp_path)


def test_our_table_in_pyproject_has_to_be_one(tmp_path: Path) -> None:
    path = config(tmp_path, "tool.preflight = 3", "pyproject.toml")
    with pytest.raises(ConfigError, match="is a table"):
        load({}, {}, start=tmp_path)
    with pytest.raises(ConfigError, match="is a table"):
        load({}, {}, config=path)


def test_values_that_are_right_already_pass_through(tmp_path: Path) -> None:
    bad = MaxBad(count=3)
    assert load({"max_bad": bad, "select": ["EML,PHN", "DUP"]}, {}, start=tmp_path) == Settings(
        max_bad=bad, select=("EML", "PHN", "DUP")
    )


@pytest.mark.parametrize("written", ["\t", "\\t", "tab", "TAB"])
def test_a_tab_can_be_written_in_words(tmp_path: Path, written: str) -> None:
    assert load({"delimiter": written}, {}, start=tmp_path).delimiter == "\t"


def test_the_zone_is_the_one_named() -> None:
    zone = Settings(timezone="Europe/Stockholm").zone
    assert zone is not None
    assert zone.key == "Europe/Stockholm"
    assert Settings().zone is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2%", MaxBad(share=0.02, count=None)),
        (" 0.7 % ", MaxBad(share=0.007, count=None)),
        ("100%", MaxBad(share=1.0, count=None)),
        ("0%", MaxBad(share=0.0, count=None)),
        ("50", MaxBad(count=50)),
        ("0", MaxBad(count=0)),
    ],
)
def test_max_bad_is_a_rate_or_a_count(text: str, expected: MaxBad) -> None:
    assert MaxBad.parse(text) == expected


@given(st.integers(0, 1000), st.integers(1, 100))
@example(7, 1)
@example(290, 1)
def test_a_rate_accepts_exactly_that_share(tenths: int, hundreds: int) -> None:
    """Floating point would refuse 29 rows of 100 at 29%."""
    bad, rows = MaxBad.parse(f"{tenths / 10}%"), hundreds * 1000
    assert bad.allows(tenths, 1000)
    assert bad.allows(tenths * hundreds, rows)
    assert not bad.allows(tenths * hundreds + 1, rows)


def test_a_count_accepts_up_to_that_many() -> None:
    assert MaxBad(count=2).allows(2, 5)
    assert not MaxBad(count=2).allows(3, 500)
    assert not MaxBad().allows(1, 5)
    assert MaxBad.parse("10%").allows(0, 0)


@pytest.mark.parametrize(
    "key",
    ["for", "fail_on", "max_bad", "region", "timezone", "timeout", "encoding", "schema", "online",
     "show_values", "max_rows", "header_row", "resolver", "output_format", "delimiter"],
)  # fmt: skip
def test_a_value_from_elsewhere_than_the_command_line_is_not_repeated(
    tmp_path: Path, key: str
) -> None:
    """It may be a secret in the wrong place."""
    with pytest.raises(ConfigError, match=f"PREFLIGHT_{key.upper()}") as refused:
        load({}, {f"PREFLIGHT_{key.upper()}": "hunter2-?"}, isolated=True)
    assert "hunter2" not in str(refused.value)
    config(tmp_path, f'{key} = "hunter2-?"')
    with pytest.raises(ConfigError, match=key) as refused:
        load({}, {}, start=tmp_path)
    assert "hunter2" not in str(refused.value)


SECRET = "hunter2-?"
IN_PYTHON = [
    ("region", "Germany", "region is a country code of two letters like US; did you mean DE?"),
    ("region", "uk", "; did you mean GB?"),
    ("region", "Germny", "; did you mean DE?"),
    ("fail_on", "banana", "fail_on is one of error, warning, never"),
    ("fail_on", "errors", "fail_on is one of error, warning, never; did you mean error?"),
    ("timezone", "Berlin", "like America/New_York; did you mean Europe/Berlin?"),
    ("timezone", "new york", "; did you mean America/New_York?"),
    ("timezone", "US/Pacfic", "; did you mean US/Pacific?"),
    ("timezone", "Eastern", "; did you mean Canada/Eastern or US/Eastern?"),
    ("timezone", "PDT", "; did you mean America/Los_Angeles?"),
    ("profile", "talkvalu", "; did you mean talkvalue?"),
    ("max_bad", "some", "max_bad is a rate like 2% or a count like 50"),
    ("max_rows", 0, "max_rows is a number from 1 up"),
    ("online", "yes", "online is true or false"),
    ("severity", {"EML": "fatal"}, "severity.EML is one of error, warning, off"),
    ("providers", {"textus": {"a": []}}, "providers.textus.a is a text or a number"),
    ("providers", {"textus": {"api_key": "x"}}, "secrets come from the environment only"),
    ("regoin", "US", "unknown key `regoin`; did you mean `region`?"),
    ("for_", "textus", "unknown key `for_`; did you mean `profile`?"),
    ("map", {"Mail": "email"}, "unknown key `map`; did you mean `columns`?"),
    ("encoding", "latinn1", "like utf-8, cp1252 or shift_jis; did you mean latin1?"),
    ("encoding", "ANSI", "like utf-8, cp1252 or shift_jis; did you mean cp1252?"),
    ("encoding", "no-such", "is a name like utf-8, cp1252 or shift_jis"),
]


@pytest.mark.parametrize(("name", "value", "says"), IN_PYTHON)
def test_a_value_is_judged_when_it_is_set_in_python(name: str, value: Any, says: str) -> None:
    """Where settings are made, and where they are changed."""
    with pytest.raises(ConfigError) as refused:
        Settings(**{name: value})
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)
    with pytest.raises(ConfigError) as again:
        dataclasses.replace(Settings(max_rows=3), **{name: value})
    assert str(again.value) == str(refused.value)


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Settings)])
def test_no_traceback_shows_a_value(name: str) -> None:
    """Not even as the cause of the error: what is printed may end in a log."""
    for value in (SECRET, [[SECRET, 3]], {"textus": {"a": [SECRET]}}, {"textus": SECRET}):
        try:
            Settings(**{name: value})  # type: ignore[arg-type]
        except ConfigError as error:
            shown = "".join(traceback.format_exception(error))
            assert SECRET not in shown
            assert "ValidationError" not in shown


def test_settings_are_frozen_and_survive_a_trip_to_another_process() -> None:
    made = Settings(region="us", columns={"Work mail": "email"}, max_bad="2%")  # type: ignore[arg-type]
    with pytest.raises(dataclasses.FrozenInstanceError):
        made.region = "DE"  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(made)) == made
    assert dataclasses.replace(made, region="de") == Settings(
        region="DE", columns={"Work mail": "email"}, max_bad=MaxBad(share=0.02, count=None)
    )


def test_a_table_is_copied_so_that_its_maker_cannot_change_the_settings() -> None:
    columns = {"Work mail": "email"}
    made = Settings(columns=columns)
    columns["Work mail"] = "-"
    assert made.columns == {"Work mail": "email"}
