"""Either/or: a row must have one of several fields; and profiles of the user's own that say so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.config import profiles
from preflight.config.setting_sources import load
from preflight.config.settings import Settings
from preflight.core.errors import ConfigError, RuleError, UsageError
from tests.cells import chunk_of, plan_for
from tests.checked import check
from tests.linting.test_analysis import layout

EITHER = ((("email",), ("phone",)), (("name",), ("first_name", "last_name")))


def codes(folder: Path, text: str, **settings: Any) -> list[tuple[int, str]]:
    """Row and code of what STR114 and HDR202 say."""
    found = check(folder, text, select=("STR114", "HDR202"), any_of=EITHER, **settings).analysis
    frame = found.findings.frame
    rows = list(zip(frame["row"].tolist(), frame["code"].tolist(), strict=True))
    return [(0, rule.code) for rule, _ in found.problems] + rows


HEADS = ("email", "phone", "name", "first_name", "last_name")
ROW = st.tuples(*[st.sampled_from(["", " ", "\u00a0", "x"])] * len(HEADS))


@given(st.lists(ROW, min_size=1, max_size=6), st.sets(st.sampled_from(HEADS), min_size=1))
def test_a_row_lacks_what_no_alternative_of_it_fills(
    rows: list[tuple[str, ...]], there: set[str]
) -> None:
    """Whatever columns there are, and whatever blanks stand in them."""
    from preflight.config.catalogue import builtin
    from preflight.linting.analysis import analyze

    heads = [head for head in HEADS if head in there]
    cells = [[row[HEADS.index(head)] for row in rows] for head in heads]
    plan = plan_for(*heads, rules=[builtin()["STR114"]])
    known = plan.profile.demanding(EITHER)
    found = analyze(
        layout(*heads),
        type(plan)(known, plan.columns, plan.rules),
        [chunk_of(*cells)],
    )
    want = []
    for number, row in enumerate(rows, 1):
        filled = {head for head, cell in zip(HEADS, row, strict=True) if cell == "x"} & there
        for demand in EITHER:
            options = [option for option in demand if set(option) <= there]
            if options and not any(set(option) <= filled for option in options):
                want.append(number)
    assert sorted(set(want)) == found.findings.frame["row"].tolist()


def test_a_file_without_a_column_for_any_alternative_says_which_would_do(tmp_path: Path) -> None:
    """Then its rows are not reported as well."""
    assert codes(tmp_path, "company,name\nx,Ann\n") == [(0, "HDR202")]
    found = check(tmp_path, "company,first_name\nx,Ann\n", any_of=EITHER, select=("HDR202",))
    assert [str(problem.message).split(";")[0] for _, problem in found.analysis.problems] == [
        "no column holds `email` or `phone`",
        "no column holds `name` or `first_name` with `last_name`",
    ]


def test_what_a_profile_joins_counts_as_the_whole(tmp_path: Path) -> None:
    """TextUs takes first and last name for the name, and one of them is enough there."""
    text = "First Name,Last Name,Phone,Email\nAnn,,+14155552671,\n,,+14155552672,\n"
    assert codes(tmp_path, text, profile="textus") == [(2, "STR114")]


def test_a_mapped_column_fills_a_demand(tmp_path: Path) -> None:
    """`--map` says what a header does not."""
    text = "Kontakt,name\nann@kestrel-labs.com,Ann\n"
    assert codes(tmp_path, text) == [(0, "HDR202")]
    assert codes(tmp_path, text, columns={"Kontakt": "email"}) == []


def config(folder: Path, text: str) -> Path:
    """A config with this text."""
    path = folder / "preflight.toml"
    path.write_text(text)
    return path


def test_a_config_says_it_as_lists(tmp_path: Path) -> None:
    """A field, or several that count together."""
    path = config(tmp_path, 'any_of = [["email", "phone"], ["name", ["first_name", "last_name"]]]')
    assert load({}, {}, config=path).any_of == EITHER
    assert load({"any_of": [[["email"], ["phone"]]]}, {}, config=path).any_of == EITHER[:1]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ('[["emial", "phone"]]', "any_of: profile general has no field `emial`; did you mean `em"),
        ('["email"]', "any_of is a list of lists"),
        ('"email"', "any_of is a list of lists"),
        ("[[]]", "any_of is a list of lists"),
        ("[[[]]]", "any_of is a list of lists"),
        ("[[[1]]]", "any_of is a list of lists"),
    ],
)
def test_a_demand_that_means_nothing_is_refused_with_file_and_key(
    tmp_path: Path, value: str, said: str
) -> None:
    """Before any data is read."""
    path = config(tmp_path, f"any_of = {value}")
    with pytest.raises(ConfigError, match=said) as error:
        load({}, {}, config=path)
    assert str(path) in str(error.value)
    with pytest.raises(RuleError, match=said.replace("general", "mine")):
        profiles.parse(f'extends = "general"\nany_of = {value}', where="mine.toml")


MINE = (
    'extends = "dotdigital"\nany_of = [["first_name", "last_name"]]\n[fields.email]\nheader = "E"\n'
)


def test_a_profile_of_ones_own_extends_another(tmp_path: Path) -> None:
    """All it does not say is as it was."""
    (tmp_path / "mine.toml").write_text(MINE)
    mine, base = profiles.load(str(tmp_path / "mine.toml")), profiles.load("dotdigital")
    assert (mine.name, mine.title) == ("mine", "mine")
    assert mine.limits == base.limits
    assert mine.header_pattern == base.header_pattern
    assert mine.reasons == base.reasons
    assert mine.fields["email"].header == "E"
    assert mine.fields["email"].required
    path = config(tmp_path, 'for = "mine.toml"')
    assert load({}, {}, config=path).profile == str(tmp_path / "mine.toml")
    found = check(
        tmp_path, "Email,First Name\na@kestrel-labs.com,\n", profile=str(tmp_path / "mine.toml")
    )
    assert "STR114" in found.analysis.findings.counts()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nmae = 1", "unknown key `nmae`; did you mean `name`?"),
        ("[limits]\nbites = 1", "limits: unknown key `bites`; did you mean `bytes`?"),
        ("[fields.email]\nkidn = 'text'", "fields.email: unknown key `kidn`; did you mean `kind`?"),
        ("[fields.email]\nkind = 'mail'", "fields.email.kind is one of email"),
        ("extends = 'dotdigtal'", "extends: no profile `dotdigtal`; did you mean `dotdigital`?"),
        ("name = 'textus'", "name: `textus` is the name of a built-in profile"),
        ("limits = 3", "mine.toml: "),
        ("=", "mine.toml: "),
    ],
)
def test_a_profile_of_ones_own_that_is_off_is_refused_with_file_and_key(
    tmp_path: Path, text: str, said: str
) -> None:
    """One line."""
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(RuleError) as error:
        profiles.load(str(path))
    assert str(path) in str(error.value)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_a_profile_that_cannot_be_read_is_a_usage_error(tmp_path: Path) -> None:
    """Nor is there one of a wrong name."""
    with pytest.raises(UsageError, match="cannot read the profile"):
        profiles.load(str(tmp_path / "none.toml"))
    with pytest.raises(UsageError, match="did you mean `textus`"):
        profiles.load("textsu")
    (tmp_path / "odd.toml").write_bytes(b"\xff")
    with pytest.raises(RuleError, match="not UTF-8"):
        profiles.load(str(tmp_path / "odd.toml"))
    assert Settings().any_of == ()
