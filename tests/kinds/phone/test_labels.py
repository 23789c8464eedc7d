"""Known labels come off, in front and behind; other words stay, and so does the number."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.kinds.phone.labels import unlabelled
from tests.cells import cells

NUMBERS = ("+46701740605", "(415) 555-2671", "030/23125000", "+44 (0)20 7946 0018", "612345678")
IN_FRONT = (
    "p:", "p: ", "m. ", "(m) ", "Tel. ", "TEL: ", "tel:", "Cell ", "home: ", "Phone 1: ",
    "Work/Mobile: ", "M\u00f3vil: ", "movil ", "T\u00e9l. : ", "B\u00fcro ", "Handy-Nr. ",
    "Telefon privat: ", "N\u00b0 ", "no. ", "Mobile phone no. ", "kom. ",
)  # fmt: skip
BEHIND = (
    " (mobile)", " cell", " (w)", " m", " - work", "-mobile", ", privat", " (mobil, privat)",
    " [thuis]", "(casa)", " komórkowy",
)  # fmt: skip
OTHER = (
    "Fax {}", "no {}", "{} (call after 5)", "old {}", "{} Ann", "wife: {}", "m {} w {}", "x{}",
    "{}cell", "e {}",
)  # fmt: skip


def bare(value: str) -> tuple[str, bool]:
    """The cell without labels, and whether it had one behind."""
    cells, behind = unlabelled(pa.array([value]))
    return cells[0].as_py(), behind[0].as_py()


@pytest.mark.parametrize("number", NUMBERS)
def test_known_labels_come_off_and_the_number_stays_as_written(number: str) -> None:
    """Also in front and behind at once."""
    around = [(front, behind) for front in ("", *IN_FRONT) for behind in ("", *BEHIND)]
    values = [f"{front}{number}{behind}" for front, behind in around]
    bare_values, had_behind = unlabelled(pa.array(values))
    assert dict(zip(values, bare_values.to_pylist(), strict=True)) == dict.fromkeys(values, number)
    assert had_behind.to_pylist() == [behind != "" for _, behind in around]


@pytest.mark.parametrize("form", OTHER)
def test_other_words_stay(form: str) -> None:
    """They may say that the number should not be called."""
    value = form.format("415 555 2671", "415 555 2672")
    assert bare(value) == (value, False)


def test_a_plus_and_an_extension_belong_to_the_number() -> None:
    """And so does a bracket."""
    assert bare("Tel.: +1 (415) 555-2671 x29 (office)") == ("+1 (415) 555-2671 x29", True)
    assert bare("mobile (415) 555-2671") == ("(415) 555-2671", False)


def test_a_label_without_a_number_stays() -> None:
    """Nor are three digits one."""
    assert [bare(value)[0] for value in ("Cell", "p:", "cell 911", "")] == [
        "Cell", "p:", "cell 911", "",
    ]  # fmt: skip


@given(
    cells("phone")
    | st.builds(
        "".join,
        st.tuples(st.sampled_from(["", *IN_FRONT]), cells("phone"), st.sampled_from(["", *BEHIND])),
    )
)
def test_removing_labels_twice_is_removing_them_once(value: str) -> None:
    """So fixing twice is fixing once; and no digit goes."""
    once, _ = bare(value)
    assert bare(once)[0] == once
    if once != value:
        assert "".join(filter(str.isdigit, once)) in "".join(filter(str.isdigit, value))
