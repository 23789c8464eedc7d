"""The library is the truth about phone numbers; triage and rules only say what it says."""

from __future__ import annotations

import random

import numpy as np
import pandas as pd
import phonenumbers
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from preflight.kinds.phone import judge
from preflight.linting.fixer import fix_cells
from preflight.linting.linter import Linter
from tests import dialling
from tests.cells import cells, chunk_of, numbers, plan_for
from tests.dialling import E164, VALID, by_the_library, nasty_cells

NUMBERS = numbers()


def is_itself(value: str) -> bool:
    """Whether the library takes it for a valid number, written as E.164."""
    try:
        number = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        return False
    return (
        phonenumbers.is_valid_number(number) and phonenumbers.format_number(number, E164) == value
    )


def mutated(value: str, chance: random.Random) -> str:
    """The number with a digit or two changed, put in or taken out."""
    digits = list(value)
    for _ in range(chance.randrange(1, 3)):
        at = chance.randrange(1, len(digits))
        how = chance.randrange(3)
        if how == 0:
            digits[at] = chance.choice("0123456789")
        elif how == 1:
            digits[at:at] = chance.choice(["0", "1", "8", "9", "00", "15", "55"])
        elif len(digits) > 4:
            del digits[at]
    return "".join(digits)


def plain(values: list[str]) -> list[bool]:
    """The triage."""
    return [bool(one) for one in judge.plain(pa.chunked_array([values]), few=0).to_pylist()]


@pytest.mark.slow
def test_what_triage_passes_is_a_valid_number_in_e164_in_every_region() -> None:
    """Example numbers of the library's metadata, and six changed ones of each."""
    chance = random.Random(411)
    values = [*NUMBERS, *(mutated(one, chance) for one in NUMBERS for _ in range(6))]
    passed = [value for value, fine in zip(values, plain(values), strict=True) if fine]
    assert [value for value in passed if not is_itself(value)] == []
    assert len(passed) > len(NUMBERS) * 0.7


@given(
    st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=8), st.randoms(use_true_random=False)
)
def test_triage_is_sound_whatever_else_stands_in_the_column(
    values: list[str], chance: random.Random
) -> None:
    """The pattern is made of the calling codes that a chunk holds."""
    values = [*values, *(mutated(one, chance) for one in values)]
    for value, fine in zip(values, plain(values), strict=True):
        assert not fine or is_itself(value)


@given(cells("phone"))
def test_triage_passes_no_odd_cell(value: str) -> None:
    """Nor one with something around it."""
    assert not plain([value])[0] or is_itself(value)


def judged(values: list[str], regions: list[str], *, few: int = 0) -> pd.DataFrame:
    """What is said of cells in their regions; all of them in bulk, however few."""
    return judge.judge(pd.Series(values, dtype="str"), pd.Series(regions, dtype="str"), few=few)


def test_a_number_that_triage_passes_is_judged_without_the_library() -> None:
    """What is said of it at once is what reading it would say."""
    values = [number for number, fine in zip(NUMBERS, plain(NUMBERS), strict=True) if fine]
    index = pd.Index(range(5, 5 + len(values)))
    given_values = pd.Series(values, index, dtype="str")

    at_once = judge.obvious(given_values)

    assert len(values) > 10
    regions = pd.Series("US", index, dtype="str")
    pd.testing.assert_frame_equal(at_once, judge.judge(given_values, regions, few=0))


def test_triage_of_what_reading_gave_needs_no_second_look_at_the_plan() -> None:
    """It passes the same forms, whether it is told that they are valid or not."""
    nationals = [phonenumbers.parse(number) for number in NUMBERS]
    cells = [str(number.national_number) for number in nationals]
    regions = [phonenumbers.region_code_for_number(number) or "" for number in nationals]
    forms = pa.chunked_array([[form for form in judged(cells, regions)["e164"] if form]])
    known = np.arange(len(forms)) % 3 > 0

    found = judge.plain(forms, known, few=0)

    assert found.to_pylist() == judge.plain(forms, few=0).to_pylist()
    assert 0 < found.to_pylist().count(True) < len(forms)
    wrong = pa.chunked_array([["+14152415926", "+10000000000"]])
    assert judge.plain(wrong, np.array([False, True]), few=0).to_pylist() == [True, True]


def agrees(cell: str, region: str, said: pd.Series[str]) -> bool:
    """Whether a judgement is the library's.

    What a spreadsheet wrote as a quantity is none, nor are two numbers that the library takes for
    one, or a number among words. A known label is not read at all.
    """
    core = judge.trim_phone(cell)
    verdict, form = by_the_library(said["bare"], region)
    if not core:
        return bool(said["status"] == judge.OK)
    if said["status"] in (judge.SCIENTIFIC, judge.DECIMAL, judge.SEVERAL, judge.WORDS):
        return bool(said["e164"] == "")
    return bool(said["e164"] == form and (said["status"] == judge.OK) == (verdict == VALID))


@given(cells("phone"), st.sampled_from(["", "US", "GB", "DE", "IT", "AR", "XX"]))
def test_the_verdict_is_the_librarys_verdict(value: str, region: str) -> None:
    """In the region that is known; a number without one has none."""
    said = judged([value], [region]).iloc[0]
    assert said["core"] == judge.trim_phone(value)
    assert agrees(value, region, said)
    if said["status"] == judge.NO_REGION:
        assert region in ("", "XX")


@given(st.lists(nasty_cells(), min_size=1, max_size=10), st.sampled_from([0, 2, 32]))
def test_the_verdict_on_nasty_cells_is_the_librarys_in_every_region(
    pairs: list[tuple[str, str]], few: int
) -> None:
    """Read in bulk, one by one, and some so and some so."""
    said = judged([cell for cell, _ in pairs], [region for _, region in pairs], few=few)
    for (cell, region), (_, one) in zip(pairs, said.iterrows(), strict=True):
        assert agrees(cell, region, one)
    one_by_one = judged([cell for cell, _ in pairs], [region for _, region in pairs], few=1 << 30)
    pd.testing.assert_frame_equal(said, one_by_one)


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "each"), [(1, 4), pytest.param(2, 20, marks=pytest.mark.long)])
def test_numbers_of_all_regions_read_in_bulk_are_what_the_library_makes_of_each(
    seed: int, each: int
) -> None:
    """With the same reasons, too."""
    pairs = list(dialling.written(seed, each))
    values, regions = [cell for cell, _ in pairs], [region for _, region in pairs]
    said = judged(values, regions)
    pd.testing.assert_frame_equal(said, judged(values, regions, few=1 << 30))
    assert all(agrees(*pair, one) for pair, (_, one) in zip(pairs, said.iterrows(), strict=True))
    assert set(said["status"]) >= {judge.OK, judge.INVALID, judge.UNPARSABLE, judge.NO_REGION}


@pytest.mark.slow
def test_most_numbers_are_read_in_bulk() -> None:
    """Asking the library takes some fifty times as long."""
    pairs = list(dialling.written(3, 12))
    judge._judge.cache_clear()
    judged([cell for cell, _ in pairs], [region for _, region in pairs])
    assert 0 < judge._judge.cache_info().misses < len(pairs) * 0.07


@given(st.lists(nasty_cells(), min_size=1, max_size=10), st.sampled_from([None, "US", "DE"]))
@example([("62889 x29", "AC")], None)
def test_the_rules_refuse_a_phone_where_the_library_does_and_write_e164(
    pairs: list[tuple[str, str]], default: str | None
) -> None:
    """The whole way: the row's country first, then the option; one fault a cell; what is fixed."""
    plan = plan_for("phone", "country", region=default)
    values = [cell for cell, _ in pairs]
    chunk = chunk_of(values, [region for _, region in pairs])
    more = {"PHN407", "PHN408", "PHN413", "PHN415"}
    refused = {"PHN402", "PHN403", "PHN405", "PHN410", "PHN416"} | more
    errors: dict[int, list[str]] = {}
    wrote: dict[int, str] = {}
    for column in Linter(plan).lint(chunk).columns:
        if column.column.name != "phone":
            continue
        reported = {hit.code: hit.cells for hit in column.hits}
        after = fix_cells(column.checks, column.cells, reported, plan)
        for row, which in zip(column.where.tolist(), column.which.tolist(), strict=True):
            wrote[row] = after.cells["value"].iloc[which]
            errors[row] = [
                hit.code for hit in column.hits if hit.cells[which] and hit.code in refused
            ]
    for row, (cell, country) in enumerate(pairs):
        core = judge.trim_phone(cell)
        if not core:
            continue
        region = country or default or ""
        bare = judged([cell], [region])["bare"].iloc[0]
        verdict, form = by_the_library(bare, region)
        found = errors.get(row, [])
        assert len(found) == 1 if verdict != VALID else set(found) <= more
        # An extension stays behind the number.
        number = wrote.get(row, cell).partition(" x")[0]
        if not found and cell not in (core, form):
            assert wrote[row] == bare or number == form
        if wrote.get(row, cell) not in (cell, core, bare) and not found:
            assert number == form


@given(cells("phone"))
def test_trimming_twice_is_trimming_once(value: str) -> None:
    """Apostrophes and blanks can stand in any order."""
    assert judge.trim_phone(judge.trim_phone(value)) == judge.trim_phone(value)


@pytest.mark.parametrize(
    ("value", "region", "status", "e164"),
    [
        ("(415) 555-2671", "US", "ok", "+14155552671"),
        ("(415) 555-2671", "", "no-region", ""),
        ("(415) 555-2671", "AQ", "no-region", ""),
        ("+999 123 456 789", "", "unparsable", ""),
        ("\uff0b999 123 456 789", "", "unparsable", ""),
        ("'+44 (0)20 7946 0018", "", "ok", "+442079460018"),
        ("02079460018", "GB", "ok", "+442079460018"),
        ("+39 06 6982", "", "ok", "+39066982"),
        ("call me", "US", "unparsable", ""),
    ],
)
def test_a_number_is_read_in_its_region(value: str, region: str, status: str, e164: str) -> None:
    """A region is never guessed; one without phones of its own is none."""
    judged = judge.judge(pd.Series([value], dtype="str"), pd.Series([region], dtype="str")).iloc[0]
    assert (judged["status"], judged["e164"]) == (status, e164)


def test_an_extension_is_told() -> None:
    """E.164 cannot hold it."""
    judged = judge.judge(pd.Series(["+1 415 555 2671 ext. 29"]), pd.Series([""])).iloc[0]
    assert (judged["status"], judged["reason"]) == ("ok", "extension")


@given(cells("phone"))
def test_no_reason_quotes_the_number(value: str) -> None:
    """Reasons reach reports, where no value may stand; a country code is none."""
    reason = judge.judge(pd.Series([value], dtype="str"), pd.Series(["US"]))["reason"].iloc[0]
    # "001" is how the library calls the region of numbers that are of no country.
    assert sum(map(str.isdigit, reason.replace("001", ""))) <= 4


@pytest.mark.parametrize(
    ("value", "region", "status", "reason", "e164"),
    [
        ("p:+46701740605", "US", "ok", "", "+46701740605"),
        ("+46701740605 (mobile)", "", "ok", "", "+46701740605"),
        ("0171-3920818 (privat)", "DE", "ok", "", "+491713920818"),
        # To the library the keys of `privat` are six more digits, and the number is valid.
        ("030 901820 (privat)", "DE", "ok", "", "+4930901820"),
        ("030 901820 Meier", "DE", "words", "", ""),
        ("p:0701740606", "US", "invalid", "not a valid number for US (+1)", ""),
        ("Tel. 415 555 2671 x29", "US", "ok", "extension", "+14155552671"),
        ("415-555-2672 (call after 5)", "US", "words", "", ""),
        ("no 415-555-2678", "US", "words", "", ""),
        ("Fax +14155552671", "", "words", "", ""),
        ("Fax 415-555-2671", "", "words", "", ""),
        ("415-555-267A", "US", "words", "among", ""),
        ("415-555 ask4me", "US", "words", "among", ""),
        ("415-555-CELL", "US", "ok", "vanity", "+14155552355"),
        ("1-800-555-HOME", "US", "ok", "vanity", "+18005554663"),
        ("415.555.2676/7", "US", "several", "abbreviated", ""),
        ("030 901820/21", "DE", "several", "abbreviated", ""),
        ("030/23125000", "DE", "ok", "", "+493023125000"),
        ("044 668 18/00", "CH", "ok", "", "+41446681800"),
        ("p:<test lead: dummy data for phone_number>", "US", "placeholder", "", ""),
        ("026185 4711", "DE", "ok", "", "+49261854711"),
        ("+49026185 4711", "DE", "ok", "", "+49261854711"),
        ("0049 (0)30 901820-12", "DE", "ok", "", "+493090182012"),
        ("+49 (0) 171 / 3920817", "DE", "ok", "", "+491713920817"),
    ],
)
@pytest.mark.parametrize("few", [0, 1 << 30])
def test_words_around_a_number_have_their_own_reason(
    value: str, region: str, status: str, reason: str, e164: str, few: int
) -> None:
    """In bulk and one by one."""
    cell = judged([value], [region], few=few).iloc[0]
    assert (cell["status"], cell["reason"], cell["e164"]) == (status, reason, e164)
