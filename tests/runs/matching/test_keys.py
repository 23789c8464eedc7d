"""Spellings that mean the same are equal, and no others are."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from preflight.runs.matching.keys import fold, loose, match_keys, settled_keys


def folded(*values: str | None) -> list[str]:
    return list(fold(pa.array(values, pa.string())).to_pylist())


def test_case_blanks_composition_and_invisible_characters_do_not_count() -> None:
    assert len(set(folded("José", " JOSÉ ", "jose\u0301", "\u200bjosé\u00a0", "ｊｏｓé"))) == 1


def test_accents_and_inner_blanks_count() -> None:
    assert len(set(folded("jose", "josé", "jo se", "jo-se"))) == 4


def test_phone_numbers_are_their_digits() -> None:
    forms = ["+14155552671", "+1 (415) 555-2671", "0014155552671", "1.415.555.2671", "１4155552671"]
    assert folded(*forms) == ["14155552671"] * 5


def test_what_only_holds_digits_is_no_phone_number() -> None:
    assert folded("Room 4155552671", "12-34", "1.41556E+10") == [
        "room 4155552671", "12-34", "1.41556e+10",
    ]  # fmt: skip


def test_a_missing_value_is_blank() -> None:
    assert folded(None, " ", "") == ["", "", ""]


def test_chunked_columns_are_taken_as_well() -> None:
    assert fold(pa.chunked_array([["A"], ["é"]])).to_pylist() == ["a", "é"]
    assert fold(pa.chunked_array([], pa.string())).to_pylist() == []


def settled(kind: str, region: str, *values: str) -> list[str]:
    return list(settled_keys(pa.array(values, pa.string()), kind, region).to_pylist())


def test_the_library_settles_what_is_written_otherwise() -> None:
    assert (
        len(
            set(
                settled(
                    "email", "", "A@müller.example", "a@XN--mller-kva.example", "<a@müller.example>"
                )
            )
        )
        == 1
    )
    assert (
        settled("phone", "US", "(415) 555-2671", "+14155552671", "4155552671")
        == ["14155552671"] * 3
    )


def test_what_the_library_refuses_stays_as_it_is() -> None:
    assert settled("email", "", "A@@b", "a@b.org", "a@@b", "") == ["a@@b", "a@b.org", "a@@b", ""]
    assert settled("phone", "", "(415) 555-2671", "n/a") == ["4155552671", ""]


def test_a_kind_without_a_normal_form_is_text() -> None:
    assert settled("text", "", " Ab ") == settled("unknown", "", "aB") == ["ab"]


@given(st.lists(st.text()))
def test_folding_twice_is_folding_once(values: list[str]) -> None:
    once = match_keys(pa.array(values, pa.string()), "email")
    assert match_keys(once, "email").to_pylist() == once.to_pylist()


def test_a_local_number_is_loosely_the_same_with_its_prefixes() -> None:
    """Seven digits of it; six are not enough."""
    numbers = fold(pa.array(["555-2671", "+1 415 555 2671", "9552671", "552671"]))
    assert loose(numbers).to_pylist() == ["5552671", "5552671", "9552671", "552671"]
