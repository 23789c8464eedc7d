"""Rules are found by lying in a folder, and are on or off by their codes."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from preflight.cli import main
from preflight.config import catalogue, profiles
from preflight.core.errors import ConfigError, RuleError
from preflight.core.types import Severity
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


def write(folder: Path, file: str = "own.py", **said: Any) -> Path:
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


def chosen(**options: Any) -> set[str]:
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
    """And those of installed distributions, of which there are none here."""
    assert catalogue.load() == catalogue.builtin()


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        ({"code": "EML302"}, "rule code EML302 is taken by `email-invalid`"),
        ({"code": "own1"}, "is not three letters and three digits"),
        ({"name": "Company odd"}, "is not kebab-case"),
        ({"check": None}, "a rule has a check"),
        ({"scope": "CRASH", "kinds": []}, "a rule has a check unless"),
        ({"kinds": []}, "a CELL or STORED rule names its kinds"),
        ({"scope": "FILE"}, "a CELL or STORED rule names its kinds, and no other rule does"),
        ({"kinds": ["colour"]}, "unknown kind `colour`"),
        ({"fix": "check"}, "a rule with a fix needs `safety`"),
    ],
)
def test_a_rule_that_is_off_is_refused_by_name(
    said: dict[str, Any], complaint: str, tmp_path: Path
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
    """But those of one provider, those that ask the network, those that a profile switches off."""
    rules = catalogue.builtin()
    others = {code for code, rule in rules.items() if rule.profiles or rule.online}
    assert chosen() == set(rules) - {"SCH002", "PHN409"} - others


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
    for name, code in (("select", "EML302"), ("ignore", "SCH"), ("ignore", "ALL")):
        options: dict[str, Any] = {name: [code]}
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
    """Dotdigital judges no phone and names no format; Experiture wants timestamps in its one."""
    mild = catalogue.choose(catalogue.builtin(), profiles.load("dotdigital"))
    strict = catalogue.choose(catalogue.builtin(), profiles.load("experiture"))
    assert mild["PHN402"].severity is Severity.WARNING
    assert strict["TIM504"].severity is Severity.ERROR
    assert mild["TIM504"].severity is Severity.WARNING
    assert catalogue.builtin()["PHN402"].severity is Severity.ERROR


def test_a_rule_that_a_profile_switches_off_can_be_switched_on() -> None:
    """By `--extend-select`, with the severity it has by itself."""
    profile = profiles.parse(
        'name = "x"\ntitle = "X"\n[severity]\nEML = "off"\nEML303 = "warning"\n', where="x.toml"
    )
    on = catalogue.choose(catalogue.builtin(), profile)
    assert [code for code in on if code.startswith("EML")] == ["EML303"]
    on = catalogue.choose(catalogue.builtin(), profile, extend_select=["EML302"])
    assert on["EML302"].severity is Severity.ERROR


def test_folders_are_looked_through_and_each_file_is_taken_once(tmp_path: Path) -> None:
    """With their subfolders; a file that starts with `_` is no rule."""
    (tmp_path / "email").mkdir()
    path = write(tmp_path / "email")
    write(tmp_path, "second.py", code="OWN002")
    (tmp_path / "_shared.py").write_text("")
    (tmp_path / "email" / "__init__.py").write_text("")
    rules = catalogue.load([tmp_path, path, tmp_path / "email"])
    assert [code for code in rules if code.startswith("OWN")] == ["OWN001", "OWN002"]
    assert rules["OWN001"].origin == str(path)
    assert rules["EML302"].origin == ""


def test_two_files_of_one_name_are_two_modules_and_may_hold_dataclasses(tmp_path: Path) -> None:
    """Python looks a dataclass's module up by its name."""
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    path = write(tmp_path / "a", name="first-of-two")
    write(tmp_path / "b", code="OWN002", name="second-of-two")
    text = path.read_text()
    path.write_text(
        text.replace(
            "from preflight.rule",
            "from __future__ import annotations\nimport dataclasses\n\n"
            "@dataclasses.dataclass\nclass Own:\n    at: dataclasses.InitVar[int]\n\n\n"
            "from preflight.rule",
            1,
        )
    )
    rules = catalogue.load([tmp_path])
    assert (rules["OWN001"].name, rules["OWN002"].name) == ("first-of-two", "second-of-two")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("def (", "does not load: SyntaxError"),
        ("raise SystemExit(3)", "does not load: SystemExit: 3"),
        ("raise ValueError('one\\ntwo')", "does not load: ValueError: one two"),
        ("RULE = 3", "has no RULE"),
    ],
)
def test_what_a_file_does_wrong_is_said_in_a_line(
    text: str, complaint: str, tmp_path: Path
) -> None:
    """Not even an exit of its own gets through."""
    (tmp_path / "own.py").write_text(text)
    with pytest.raises(RuleError) as caught:
        catalogue.load([tmp_path])
    assert str(caught.value).startswith(f"{tmp_path / 'own.py'}: {complaint}")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("message=", "colour='red', message=", "TypeError"),
        ('message="odd"', "message=3", "message is not a str"),
        ("severity=Severity.ERROR", "severity='error'", "severity is not a Severity"),
        ("message=", "suspects='(', message=", "suspects is not an RE2 pattern"),
        ("message=", "suspects='(?=a)', message=", "suspects is not an RE2 pattern"),
    ],
)
def test_a_rule_with_a_wrong_key_or_value_is_refused_before_a_row_is_read(
    old: str, new: str, complaint: str, tmp_path: Path
) -> None:
    """It would fail on the first file else."""
    path = write(tmp_path)
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(RuleError, match=rf"own\.py: .*{complaint}"):
        catalogue.load([tmp_path])


def test_only_preflights_own_rules_are_reported_by(tmp_path: Path) -> None:
    """A second CRASH rule would never be used."""
    with pytest.raises(RuleError, match="scope CRASH is for rules of preflight itself"):
        catalogue.load([write(tmp_path, scope="CRASH", kinds=[], check=None)])


def test_a_rule_for_some_profiles_is_on_under_them_alone(tmp_path: Path) -> None:
    """Not even by `--extend-select` elsewhere."""
    path = write(tmp_path)
    path.write_text(
        path.read_text().replace("message=", 'profiles=frozenset({"textus"}), message=', 1)
    )
    rules = catalogue.load([tmp_path])
    assert "OWN001" in catalogue.choose(rules, profiles.load("textus"))
    assert "OWN001" not in catalogue.choose(rules, GENERAL, extend_select=["OWN001"])


def test_a_rule_that_asks_the_network_is_on_when_someone_wants_that(tmp_path: Path) -> None:
    """And never by `--select` alone."""
    path = write(tmp_path)
    path.write_text(path.read_text().replace("message=", "online=True, message=", 1))
    rules = catalogue.load([tmp_path])
    assert "OWN001" not in catalogue.choose(rules, GENERAL, select=["OWN001"])
    assert "OWN001" in catalogue.choose(rules, GENERAL, online=True)


def test_the_users_severity_beats_the_profiles_and_the_longest_entry_counts() -> None:
    """`off` switches off, and `--extend-select` on again."""
    rules, dotdigital = catalogue.builtin(), profiles.load("dotdigital")

    def on(said: dict[str, Severity | None], **more: Any) -> dict[str, Severity]:
        chosen = catalogue.choose(rules, dotdigital, severity=said, **more)
        return {code: rule.severity for code, rule in chosen.items()}

    assert on({})["PHN402"] is Severity.WARNING
    said = {"ALL": Severity.WARNING, "PHN": Severity.ERROR, "PHN403": None}
    told = on(said)
    assert (told["PHN402"], told["EML302"]) == (Severity.ERROR, Severity.WARNING)
    assert "PHN403" not in told
    assert on(said, extend_select=["PHN403"])["PHN403"] is Severity.ERROR
    with pytest.raises(ConfigError, match="`EML999`"):
        on({"EML999": None})


def distribution(site: Path, entry: str, **modules: str) -> None:
    """A small distribution as an installer leaves it: modules, and what it says of itself."""
    for name, text in modules.items():
        (site / f"{name}.py").write_text(text)
    info = site / "kestrel_rules-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: kestrel-rules\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text(f"[preflight.rules]\nown = {entry}\n")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder in which installed distributions are found, by the command line, too."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(catalogue, "installed", catalogue.installed.__wrapped__)
    known = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - known:
        if str(getattr(sys.modules[name], "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


LISTED = "from one import RULE as first\nfrom two import RULE as second\nRULES = [first, second]"


@pytest.mark.parametrize(
    ("entry", "codes"),
    [("one", ["OWN001"]), ("one:RULE", ["OWN001"]), ("both:RULES", ["OWN001", "OWN002"]),
     ("both", ["OWN001", "OWN002"])],
)  # fmt: skip
def test_an_installed_distribution_brings_rules(
    entry: str, codes: list[str], site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A module with a rule, a rule, or a list of them; each says where it is from."""
    one = write(site, "one.py").read_text()
    two = write(site, "two.py", code="OWN002", name="company-odder").read_text()
    distribution(site, entry, one=one, two=two, both=LISTED)
    assert main(["rules", "--output-format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    brought = {one["code"]: one["origin"] for one in told if one["code"].startswith("OWN")}
    assert brought == dict.fromkeys(codes, "kestrel-rules 1.2")
    assert main(["explain", "OWN001"]) == 0
    explained = capsys.readouterr().out
    assert explained.startswith("OWN001 company-odd (error, of kestrel-rules 1.2)\n\nA company is")


@pytest.mark.parametrize(
    ("entry", "complaint"),
    [("missing", "does not load: ModuleNotFoundError"), ("empty", "not a rule, a list of rules"),
     ("empty:NOTHING", "does not load: AttributeError"), ("taken", "EML302 is taken by")],
)  # fmt: skip
def test_a_distribution_whose_rules_do_not_load_is_named(
    entry: str, complaint: str, site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """In one line, before the file is even looked for."""
    taken = write(site, code="EML302").read_text()
    distribution(site, entry, empty="RULES = []", taken=taken)
    code, (_, err) = main(["check", "there-is-none.csv"]), capsys.readouterr()
    assert (code, err.count("\n")) == (2, 1)
    assert err.startswith("preflight: kestrel-rules 1.2: ")
    assert complaint in err
