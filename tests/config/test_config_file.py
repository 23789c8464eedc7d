"""Config files that extend others, and what they say for one profile or one rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from preflight.config import config_file
from preflight.config.file_ignores import FileIgnores, ignored
from preflight.config.layers import Source
from preflight.config.setting_sources import Place, SettingSources, load, sources
from preflight.config.setting_values import MaxBad
from preflight.config.settings import Settings
from preflight.core.errors import ConfigError


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def of(path: Path, **given: object) -> Settings:
    return load(given, {}, config=path)


def sourced(path: Path, provider: str | None = None, **given: object) -> SettingSources:
    return sources(given, Place(config=path), provider=provider)


def test_a_file_beats_the_one_it_extends_and_tables_are_joined(tmp_path: Path) -> None:
    write(
        tmp_path / "common" / "far.toml",
        'region = "DE"\ntimezone = "UTC"\nmax_rows = 1\n[severity]\nEML306 = "off"\nSEC = "off"\n',
    )
    write(
        tmp_path / "common" / "base.toml",
        'extend = "far.toml"\nregion = "SE"\nignore = ["TXT", "NAM"]\n[columns]\nA = "email"\n',
    )
    path = write(
        tmp_path / "here" / "preflight.toml",
        'extend = "../common/base.toml"\nignore = ["PHN"]\n[severity]\nSEC = "error"\n'
        '[columns]\nB = "phone"\n',
    )
    told = of(path)
    assert (told.region, told.timezone, told.max_rows) == ("SE", "UTC", 1)
    assert told.ignore == ("PHN",)
    assert told.severity == {"EML306": "off", "SEC": "error"}
    assert told.columns == {"A": "email", "B": "phone"}
    read = config_file.read(path, found=False)
    assert [file.name for file in read.paths] == ["preflight.toml", "base.toml", "far.toml"]


def test_paths_are_relative_to_the_file_in_which_they_stand(tmp_path: Path) -> None:
    base = write(
        tmp_path / "common" / "base.toml",
        'rules = ["own"]\nschema = "s.py:Show"\nstate_dir = "runs"\n'
        '[per_file_ignores]\n"old/*" = ["EML"]\n',
    )
    path = write(tmp_path / "preflight.toml", 'extend = "common/base.toml"')
    told = of(path)
    assert told.rules == (base.parent / "own",)
    assert told.schema == f"{base.parent / 's.py'}:Show"
    assert told.state_dir == base.parent / "runs"
    assert told.per_file_ignores == {"old/*": FileIgnores(("EML",), base.parent)}


def test_a_pyproject_can_extend_and_be_extended(tmp_path: Path) -> None:
    write(tmp_path / "pyproject.toml", '[tool.preflight]\nregion = "SE"')
    path = write(tmp_path / "a" / "preflight.toml", 'extend = "../pyproject.toml"')
    assert of(path).region == "SE"
    project = write(
        tmp_path / "b" / "pyproject.toml", '[tool.preflight]\nextend = "../a/preflight.toml"'
    )
    assert of(project).region == "SE"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('extend = "preflight.toml"', "extend goes in a circle: "),
        ('extend = "./x/../preflight.toml"', "extend goes in a circle: "),
        ('extend = "round.toml"', "round.toml → "),
        ('extend = "gone.toml"', "extend: cannot read the config "),
        ('extend = "."', "Is a directory"),
        ('extend = "broken.toml"', "broken.toml is no TOML"),
        ('extend = "wrong.toml"', "wrong.toml: unknown key `regoin`; did you mean `region`?"),
        ('extend = "bare/pyproject.toml"', "has no table tool.preflight"),
        ('rules = ["a"]\nrule_files = ["b"]', "rules and rule_files are the same list; keep one"),
        (
            '[severity]\nEML305 = "off"\n[rules.EML305]\nseverity = "error"',
            "severity.EML305 and rules.EML305.severity say the same; keep one",
        ),
        ('[profiles.textus]\nextend = "x"', "profiles.textus.extend is not set for one profile"),
    ],
)
def test_what_cannot_be_read_is_said_with_the_file(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "x").mkdir()
    write(tmp_path / "round.toml", 'extend = "preflight.toml"')
    write(tmp_path / "broken.toml", "region = ")
    write(tmp_path / "wrong.toml", 'regoin = "SE"')
    write(tmp_path / "bare" / "pyproject.toml", "[project]\nname = 'x'")
    path = write(tmp_path / "preflight.toml", text)
    with pytest.raises(ConfigError) as refused:
        of(path)
    assert says in str(refused.value)
    assert str(tmp_path) in str(refused.value)


PROFILES = """
region = "SE"
max_rows = 1
[severity]
EML306 = "error"
[profiles.textus]
region = "US"
ignore = ["EML"]
[profiles.textus.severity]
PHN409 = "error"
[profiles.landbase]
region = "DE"
[profiles."mine.toml"]
region = "FR"
"""


def test_a_profile_has_settings_of_its_own_which_the_call_beats(tmp_path: Path) -> None:
    path = write(tmp_path / "preflight.toml", PROFILES)
    assert (of(path).region, of(path).ignore) == ("SE", ())
    told = of(path, **{"for": "textus"})
    assert (told.region, told.max_rows, told.ignore) == ("US", 1, ("EML",))
    assert told.severity == {"EML306": "error", "PHN409": "error"}
    assert of(path, **{"for": "textus", "region": "GB"}).region == "GB"
    assert load({"for": "textus"}, {"PREFLIGHT_REGION": "GB"}, config=path).region == "GB"
    assert load({}, {"PREFLIGHT_FOR": "landbase"}, config=path).region == "DE"
    assert sourced(path, "landbase").settings.region == "DE"
    write(tmp_path / "mine.toml", 'name = "mine"\nextends = "general"')
    assert of(path, **{"for": str(tmp_path / "mine.toml")}).region == "FR"


def test_a_profiles_table_beats_the_general_keys_of_every_file(tmp_path: Path) -> None:
    write(tmp_path / "base.toml", '[profiles.textus]\nregion = "US"\nsheet = "A"')
    path = write(
        tmp_path / "preflight.toml",
        'extend = "base.toml"\nfor = "textus"\nregion = "SE"\n[profiles.textus]\nsheet = "B"',
    )
    assert (of(path).region, of(path).sheet) == ("US", "B")


def test_a_rules_own_table_stands_beside_a_list_of_rule_files(tmp_path: Path) -> None:
    path = write(
        tmp_path / "preflight.toml",
        'rule-files = ["own"]\n[severity]\nPHN = "warning"\n'
        '[rules.EML305]\nseverity = "error"\nmax = "1%"\n[rules.TXT]\nmax = 20\n',
    )
    told = of(path)
    assert told.rules == (tmp_path / "own",)
    assert told.severity == {"PHN": "warning", "EML305": "error"}
    assert told.max_findings == {"EML305": MaxBad(0.01, None), "TXT": MaxBad(count=20)}


def test_the_origin_of_each_value_is_kept(tmp_path: Path) -> None:
    base = write(tmp_path / "base.toml", 'region = "DE"\nmax_rows = 3\n[columns]\nA = "email"')
    path = write(
        tmp_path / "preflight.toml",
        'extend = "base.toml"\nfail-on = "never"\n[rules.EML305]\nmax = 3\nseverity = "off"\n'
        '[profiles.textus]\nignore = "EML"\n[providers.textus]\naccount = "x"\n',
    )
    given = {"for": "textus", "region": "SE", "columns": {"B": "phone"}}
    told = sources(given, Place(environ={"PREFLIGHT_SHEET": "2"}, config=path))
    assert {".".join(key): str(origin) for key, origin in told.origins.items()} == {
        "profile": "--for",
        "region": "--region",
        "sheet": "PREFLIGHT_SHEET",
        "max_rows": f"{base}: max_rows",
        "columns.A": f"{base}: columns.A",
        "columns.B": "--map",
        "fail_on": f"{path}: fail_on",
        "severity.EML305": f"{path}: rules.EML305.severity",
        "max_findings.EML305": f"{path}: rules.EML305.max",
        "ignore": f"{path}: profiles.textus.ignore",
        "providers.textus.account": f"{path}: providers.textus.account",
    }
    assert told.origins["region",].source is Source.COMMAND_LINE


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("archive/*.csv", "archive/a.csv", True),
        ("archive/*.csv", "./archive/a.csv", True),
        ("archive/*.csv", "{folder}/archive/a.csv", True),
        ("archive/*.csv", "archive/2024/a.csv", True),
        ("archive/*.csv", "old/archive/a.csv", False),
        ("**/archive/*.csv", "old/archive/a.csv", True),
        ("**/archive/*.csv", "archive/a.csv", True),
        ("archive", "archive/2024/a.csv", True),
        ("archive/", "old/archive/a.csv", True),
        ("archive", "archived/a.csv", False),
        ("*.tsv", "old/a.tsv", True),
        ("*.tsv", "old/a.csv", False),
        ("A.csv", "a.csv", False),
        ("[ab].csv", "b.csv", True),
        ("../leads/*.csv", "../leads/a.csv", True),
        ("s3://show/*", "s3://show/a.csv", True),
        ("s3://show/*", "s3://other/a.csv", False),
        ("*", "x", True),
    ],
)
def test_a_pattern_is_of_the_path_as_given_or_relative_to_the_config(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pattern: str, path: str, fits: bool
) -> None:
    off = {pattern: FileIgnores(("EML", "TXT702"), tmp_path)}
    monkeypatch.chdir(tmp_path)
    found = ignored(path.format(folder=tmp_path), off)
    assert found == (("EML", "TXT702") if fits else ())


def test_a_file_is_matched_from_wherever_the_call_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    off = {"in/*.csv": FileIgnores(("EML",), tmp_path), "*.csv": FileIgnores(("EML", "PHN"))}
    (tmp_path / "in").mkdir()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "in")
    assert ignored("a.csv", off) == ("EML", "PHN")
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert ignored("../in/a.tsv", off) == ()
    assert ignored("../in/a.csv", {"in/*.csv": off["in/*.csv"]}) == ("EML",)
    assert ignored("in/a.csv", {"in/*.csv": off["in/*.csv"]}) == ("EML",)
