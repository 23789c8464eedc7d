"""Rules are found by lying in a folder, and are on or off by their codes."""

from __future__ import annotations

from pathlib import Path

import pytest

from preflight import catalogue
from preflight import profile as profiles
from preflight.errors import ConfigError, RuleError
from preflight.model import Severity
from preflight.rule import Scope

GENERAL = profiles.load()
RULE = '''
"""A company is odd."""

from preflight.rule import Phase, Rule, Safety, Scope, Severity


def check(text):
    return text != "odd"


RULE = Rule(code={code!r}, name={name!r}, scope=Scope.{scope}, severity=Severity.ERROR,
            message="odd", check={check}, kinds=frozenset({kinds!r}), fix={fix})
'''


def write(folder: Path, file: str = "own.py", **said: object) -> Path:
    """A rule file."""
    given = {
        "code": "OWN001",
        "name": "company-odd",
        "scope": "CELL",
        "check": "check",
        "kinds": ["text"],
        "fix": None,
    }
    path = folder / file
    path.write_text(RULE.format(**(given | said)))
    return path


def chosen(**options: list[str]) -> set[str]:
    """The codes that are on, but for the one that is always."""
    profile = profiles.load(options.pop("profile", ["general"])[0])
    return set(catalogue.choose(catalogue.builtin(), profile, **options)) - {"SCH002"}


def test_a_rule_of_a_users_folder_is_one_among_the_others(tmp_path: Path) -> None:
    """One file, nothing registered; its docstring comes along."""
    write(tmp_path)
    rules = catalogue.load([tmp_path])
    assert rules["OWN001"].doc == "A company is odd."
    assert list(rules) == sorted(rules)
    assert set(catalogue.builtin()) < set(rules)


def test_a_single_file_can_be_named(tmp_path: Path) -> None:
    """As well as a folder."""
    assert "OWN001" in catalogue.load([write(tmp_path)])


def test_without_folders_there_are_the_rules_that_ship() -> None:
    """And they are looked for once."""
    assert catalogue.load() is catalogue.builtin()


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"code": "EML302"}, "rule code EML302 is taken by `email-invalid`"),
        ({"code": "own1"}, "is not three letters and three digits"),
        ({"name": "Company odd"}, "is not kebab-case"),
        ({"check": None}, "a rule has a check"),
        ({"scope": "CRASH", "kinds": []}, "a rule has a check, unless"),
        ({"kinds": []}, "a CELL or STORED rule names its kinds"),
        ({"scope": "FILE"}, "a CELL or STORED rule names its kinds, and no other does"),
        ({"kinds": ["colour"]}, "unknown kind `colour`"),
        ({"fix": "check"}, "a fix says whether it is safe"),
    ],
)
def test_a_rule_that_is_off_is_refused_by_name(
    said: dict[str, object], complaint: str, tmp_path: Path
) -> None:
    """Before a row is read."""
    with pytest.raises(RuleError, match=complaint):
        catalogue.load([write(tmp_path, **said)])


def test_a_code_is_used_once(tmp_path: Path) -> None:
    """Among a user's own too."""
    write(tmp_path)
    write(tmp_path, "second.py", name="company-odd-too")
    with pytest.raises(RuleError, match="code OWN001 is taken by `company-odd`"):
        catalogue.load([tmp_path])


def test_a_file_that_does_not_load_is_named(tmp_path: Path) -> None:
    """With what it raised."""
    (tmp_path / "own.py").write_text("import no_such_module_at_all")
    with pytest.raises(RuleError, match=r"own\.py: does not load: ModuleNotFoundError"):
        catalogue.load([tmp_path])


def test_a_file_without_a_rule_is_an_error(tmp_path: Path) -> None:
    """It would check nothing, and nobody would know."""
    (tmp_path / "own.py").write_text("")
    with pytest.raises(RuleError, match="has no RULE"):
        catalogue.load([tmp_path])


def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """So is one that is no Python."""
    (tmp_path / "own.txt").write_text("")
    for name in ("none.py", "own.txt"):
        with pytest.raises(RuleError, match=name):
            catalogue.load([tmp_path / name])


def test_all_rules_are_on_unless_someone_says() -> None:
    """Those a profile switches off excepted."""
    assert chosen() == set(catalogue.builtin()) - {"SCH002"}


def test_the_longest_entry_counts_and_ignore_wins_a_tie() -> None:
    """However they are ordered."""
    assert chosen(select=["EML302"]) == {"EML302"}
    assert chosen(select=["EML3"], ignore=["EML303"]) == chosen(select=["EML"]) - {"EML303"}
    assert chosen(select=["EML", "PHN402"], ignore=["EML"]) == {"PHN402"}
    assert chosen(ignore=["ALL"]) == set()
    assert chosen(ignore=["ALL"], extend_select=["EML302"]) == {"EML302"}
    assert chosen(select=["EML"], extend_select=["PHN402"]) == chosen(select=["EML"]) | {"PHN402"}


def test_the_rule_that_tells_of_failing_rules_is_always_on() -> None:
    """What could not be judged is not passed, whatever is selected."""
    for options in ({"select": ["EML302"]}, {"ignore": ["SCH"]}, {"ignore": ["ALL"]}):
        on = catalogue.choose(catalogue.builtin(), GENERAL, **options)
        assert on["SCH002"].severity is Severity.ERROR
        assert on["SCH002"].scope is Scope.CRASH


def test_an_entry_that_fits_no_rule_is_an_error_with_the_nearest() -> None:
    """A typing error must not switch checks off."""
    with pytest.raises(ConfigError, match="`EML3022`; did you mean EML302"):
        chosen(select=["EML3022"])
    with pytest.raises(ConfigError, match="did you mean"):
        chosen(ignore=["eml"])
    with pytest.raises(ConfigError, match="see `preflight rules`"):
        chosen(extend_select=[""])


def test_a_profile_makes_rules_milder_or_stricter() -> None:
    """Dotdigital judges no phone; Experiture wants timestamps in its one format."""
    mild = catalogue.choose(catalogue.builtin(), profiles.load("dotdigital"))
    strict = catalogue.choose(catalogue.builtin(), profiles.load("experiture"))
    assert mild["PHN402"].severity is Severity.WARNING
    assert strict["TIM504"].severity is Severity.ERROR
    assert catalogue.builtin()["TIM504"].severity is Severity.WARNING


def test_a_rule_that_a_profile_switches_off_can_be_switched_on() -> None:
    """By `--extend-select`, with the severity it has by itself."""
    profile = profiles.parse(
        'name = "x"\ntitle = "X"\n[severity]\nEML = "off"\nEML303 = "warning"\n', where="x.toml"
    )
    on = catalogue.choose(catalogue.builtin(), profile)
    assert [code for code in on if code.startswith("EML")] == ["EML303"]
    on = catalogue.choose(catalogue.builtin(), profile, extend_select=["EML302"])
    assert on["EML302"].severity is Severity.ERROR
