"""The library is the truth about addresses; triage and rules only say what it says."""

from __future__ import annotations

import re

import email_validator
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.core.invisible import ZERO_WIDTH
from preflight.kinds import email
from tests.addresses import by_the_library, written
from tests.cells import EMAILS, cells
from tests.examples import examples

LABEL = st.from_regex(r"[a-z0-9-]{1,12}", fullmatch=True)
ADDRESS = st.builds(
    lambda local, labels, last: f"{local}@{'.'.join(labels)}.{last}",
    st.from_regex(r"[a-z0-9._+-]{1,70}", fullmatch=True),
    st.lists(LABEL, min_size=1, max_size=4),
    st.sampled_from(
        [*sorted(email_validator.SPECIAL_USE_DOMAIN_NAMES), "com", "de", "c", "xn--p1ai", "museum"]
    ),
)


def normal(value: str) -> str | None:
    """What the library makes of an address; None where it refuses."""
    try:
        return email_validator.validate_email(value, check_deliverability=False).normalized
    except email_validator.EmailNotValidError:
        return None


def plain(*values: str) -> list[bool]:
    """The triage."""
    return [bool(one) for one in email.plain(pa.chunked_array([list(values)])).to_pylist()]


@given(st.lists(ADDRESS | cells("email"), min_size=1, max_size=20))
def test_what_triage_passes_the_library_hands_back_unchanged(values: list[str]) -> None:
    """Sound: nothing that it passes could be reported."""
    for value, fine in zip(values, plain(*values), strict=True):
        assert not fine or normal(value) == value


def test_triage_passes_the_ordinary_address_of_every_length_it_may() -> None:
    """And leaves the longer ones to the library."""
    assert plain("a" * 52 + "@kestrel.com", "a" * 53 + "@kestrel.com", "a.b+c-d_e@x.y-z.org") == [
        True, False, True,
    ]  # fmt: skip


@given(cells("email"))
def test_the_verdict_is_the_librarys_verdict_on_the_core(value: str) -> None:
    """What stands around an address is another rule's business."""
    judged = email.judge(pd.Series([value], dtype="str")).iloc[0]
    core = email.core(value)
    assert judged["core"] == core
    if core:
        assert judged["normal"] == (normal(core) or "")
        assert (judged["reason"] == "") is (normal(core) is not None)
    else:
        assert (judged["normal"], judged["reason"]) == ("", "")


def test_a_bulk_of_nasty_addresses_is_judged_as_the_library_judges_each() -> None:
    """Verdict, normal form and reason, whether the library was asked or the shape said enough."""
    values = written(20260921, examples(4) + 2_000)
    judged = email.judge(pd.Series(values, dtype="str"))
    for value, said in zip(values, judged.itertuples(index=False), strict=True):
        core = email.core(value)
        form, error = by_the_library(core) if core else ("", "")
        expected = (email.trim_email(value), core, form, email.without_pieces(error))
        assert tuple(said) == expected, value


@given(cells("email"))
def test_unwrapping_twice_is_unwrapping_once(value: str) -> None:
    """And never makes a blank of something."""
    core = email.core(value)
    assert email.core(core) == core
    assert email.unwrap_email(email.unwrap_email(value)) == email.unwrap_email(value)
    assert bool(core) is bool(email.trim_email(value))


@given(cells("email"))
def test_nothing_of_what_stands_between_two_addresses_is_taken_away(value: str) -> None:
    """So that two never become one; characters of no width excepted."""
    core, cell = (re.sub(f"[{ZERO_WIDTH}]", "", one) for one in (email.core(value), value))
    assert core in cell


@pytest.mark.parametrize(
    ("cell", "core"),
    [
        ("MAILTO: ann@kestrel-labs.com", "ann@kestrel-labs.com"),
        ('"Bell, Ann" <ann@kestrel-labs.com>', "ann@kestrel-labs.com"),
        ("Ann Bell <mailto:ann@kestrel-labs.com>;", "ann@kestrel-labs.com"),
        ("mailto:ann@kestrel-labs.com?subject=Hello%20Ann&body=x", "ann@kestrel-labs.com"),
        ("mailto:?subject=Hello", "mailto:?subject=Hello"),
        ("ann?bell@kestrel-labs.com", "ann?bell@kestrel-labs.com"),
        ("\u201cann@kestrel-labs.com\u201d", "ann@kestrel-labs.com"),
        ("ann@kestrel-labs.com.", "ann@kestrel-labs.com"),
        ("<>", "<>"),
        ("ann@kestrel-labs.com\nbob", "ann@kestrel-labs.com\nbob"),
        ("ann\u00a0bell@kestrel-labs.com", "ann\u00a0bell@kestrel-labs.com"),
        ("an\u200bn@kestrel-labs.com", "ann@kestrel-labs.com"),
        ("E-Mail: ann@kestrel-labs.com", "ann@kestrel-labs.com"),
        ("SMTP:ann@kestrel-labs.com", "ann@kestrel-labs.com"),
        ("ann@kestrel-labs.com (Ann@kestrel-labs.com)", "ann@kestrel-labs.com"),
        (
            '=HYPERLINK("mailto:ann@kestrel-labs.com","ann@kestrel-labs.com")',
            "ann@kestrel-labs.com",
        ),
        ("ann@kestrel-labs.com bob@kestrel-labs.com", "ann@kestrel-labs.com bob@kestrel-labs.com"),
    ],
)
def test_the_core_of_a_cell_is_the_address_in_it(cell: str, core: str) -> None:
    """What people paste."""
    assert email.core(cell) == core


@given(st.from_regex(r"[a-z]{8}", fullmatch=True), cells("email"))
def test_no_reason_quotes_the_address(secret: str, around: str) -> None:
    """Reasons reach reports, where no value may stand."""
    for value in (
        f"{secret}{around}",
        f"{around}{secret}",
        f"{secret}@{around}",
        f"x@{secret}\u2024{around}",
    ):
        reason = email.judge(pd.Series([value], dtype="str"))["reason"].iloc[0]
        assert secret not in reason


def test_the_reasons_of_the_known_odd_addresses_hold_no_piece_of_them() -> None:
    """Nor a character that only they have, except in the list of those that are not allowed."""
    for reason in email.judge(pd.Series(EMAILS, dtype="str"))["reason"]:
        fact, _, characters = reason.partition(": ")
        assert "kestrel" not in reason
        assert re.fullmatch(r"[\w ,.()@-]*", fact), reason
        for shown in characters.split(", ") if characters else ():
            assert re.fullmatch(r"""'.'|'\\.{1,9}'|"'"|"\\"|[A-Z0-9+ <>()-]+""", shown), reason


@pytest.mark.parametrize(
    ("cell", "named"),
    [
        ("ann,bell@kestrel-labs.com", "','"),
        ("ann@kestrel_labs.com", "'_'"),
        ("ann@kestrel labs.com", "SPACE"),
        ("ann\u00a0b@kestrel-labs.com", "NO-BREAK SPACE"),
        ("ann@kestrel-labs.com\u2028x", "LINE SEPARATOR"),
        ("ann@\u2709.com", "U+2709"),
        ("ann\uff20kestrel-labs.com", "full-width at-sign"),
        ("ann\ufe6bkestrel-labs.com", "small commercial at"),
    ],
)
def test_a_reason_names_the_character_that_the_library_names(cell: str, named: str) -> None:
    reason = email.judge(pd.Series([cell], dtype="str"))["reason"].iloc[0]
    assert named in reason
