"""Rules about text, where one sample cannot show it: real names stay, garbled ones come back."""

from __future__ import annotations

import functools
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from babel import Locale, localedata

from preflight.config import catalogue, profiles
from preflight.config.settings import Settings
from preflight.pipeline import check_fix_split
from tests.cells import plan_for
from tests.checked import check, fix

MOJIBAKE = catalogue.builtin()["TXT703"]


@functools.cache
def real_names() -> pd.Series[str]:
    """Names of countries in all languages there is data for; thousands beyond ASCII."""
    found: set[str] = set()
    for name in localedata.locale_identifiers():
        if "_" not in name:
            found |= set(Locale.parse(name).territories.values())
    names = pd.Series(sorted(name for name in found if not name.isascii()), dtype="str")
    assert len(names) > 5000
    return names


@pytest.mark.slow
def test_no_name_of_any_language_is_taken_for_garbled() -> None:
    """Ã, â and their like are letters."""
    assert MOJIBAKE.check is not None
    assert MOJIBAKE.check(real_names()).all()


@pytest.mark.slow
@pytest.mark.parametrize(("encoding", "share"), [("cp1252", 0.9), ("latin-1", 0.95)])
def test_a_garbled_name_comes_back_or_stays_and_is_never_another(
    encoding: str, share: float
) -> None:
    """Nearly all come back; whatever is reported is a suspect, so that triage is sound."""
    pairs = []
    for name in real_names()[::3]:
        try:
            pairs.append((name, name.encode().decode(encoding)))
        except UnicodeDecodeError:
            continue
    names, garbled = (pd.Series(list(one), dtype="str") for one in zip(*pairs, strict=True))
    assert MOJIBAKE.fix is not None
    assert MOJIBAKE.check is not None
    fixed = MOJIBAKE.fix(garbled)
    right, left = fixed == names, fixed == garbled
    assert (right | left).all()
    assert right.mean() > share
    suspect = pc.match_substring_regex(pa.array(garbled.tolist()), MOJIBAKE.suspects).to_numpy(
        zero_copy_only=False
    )
    assert suspect[~MOJIBAKE.check(garbled)].all()
    assert MOJIBAKE.check(fixed).all()


def test_half_a_letter_is_not_taken_away_as_invisible(tmp_path: Path) -> None:
    """A soft hyphen behind an `Ã` is an `í`: told, and left until someone asks for guesses."""
    text = "email,company\nann@kestrel-labs.com,MarÃ\u00ada\n"
    safe = fix(tmp_path, text)
    assert (safe.folder / "clean.csv").read_text() == text
    guessed = check_fix_split.fix(
        tmp_path / "contacts.csv",
        Settings(unsafe_fixes=True),
        work=tmp_path,
        folder=tmp_path / "more",
    )
    assert (guessed.folder / "clean.csv").read_text() == text.replace("MarÃ\u00ada", "María")


def test_a_text_is_measured_in_characters_and_only_where_a_limit_is_known(tmp_path: Path) -> None:
    """Neither in bytes nor in a field of another kind."""
    long, short = "é" * 1001, "é" * 1000
    rows = f"ann@kestrel-labs.com,{long},{long}\nb@kestrel-labs.com,{short},x\n"
    text = "Email,INTERESTS,CONSENTTEXT\n" + rows
    found = check(tmp_path, text, profile="dotdigital").analysis.findings.frame
    assert found[["row", "column", "code"]].to_numpy().tolist() == [[1, 2, "TXT704"]]
    assert check(tmp_path, text).analysis.findings.counts() == {}
    known = profiles.load("dotdigital")
    assert [known.longest(one) for one in plan_for("Email", "FIRSTNAME").columns] == [None, 1000]
    assert profiles.load().longest(plan_for("company").columns[0]) is None


def test_the_limits_of_a_file_leave_the_limit_of_a_text_alone() -> None:
    """`--max-rows` is about something else."""
    assert profiles.load("dotdigital").limited(None, 5).limits.text == 1000


def test_quotes_around_a_value_are_told_and_quotes_within_it_stay() -> None:
    rule = catalogue.builtin()["TXT714"]
    assert rule.check is not None
    assert rule.fix is not None
    quoted = ["“Ann”", " „Kestrel Labs“ ", '"Ann"', "« Bell »", "‘Ann’", "「直樹」"]
    other = ["William “Bill” Moe", "“a” and “b”", "“Bill” Moe", "O’Brien’", "“”", '5"', "‘t Hooft"]
    cells = pd.Series(quoted + other, dtype="str")
    assert cells[~rule.check(cells)].tolist() == quoted
    assert list(rule.fix(cells[: len(quoted)])) == [
        "Ann", "Kestrel Labs", "Ann", "Bell", "Ann", "直樹",
    ]  # fmt: skip


def test_a_line_break_or_a_control_beside_it_hides_no_garbled_letter() -> None:
    """What another fix takes off makes no difference, so that fixing twice is fixing once."""
    cells = pd.Series(["Â\x80\r0", "\x1fÂ\x91", "Â\x1f\x91", "JosÃ©\nPÃ©rez"], dtype="str")
    fix = catalogue.builtin()["TXT703"].fix
    assert fix is not None
    assert list(fix(cells)) == ["€\r0", "‘", "‘", "José\nPérez"]
