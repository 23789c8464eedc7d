"""Reports of a known truth, mangled as browsers, spreadsheets, people and providers mangle them.

Whatever is done to a report, the books sum and no line of it is lost; and where it says enough, the
rows that are found are those that failed.
"""

from __future__ import annotations

import csv
import io
import json
import random
import re
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from preflight.config import profiles
from preflight.core.exchange import Outcome
from preflight.providers import registry
from preflight.runs.matching import join
from preflight.runs.matching.pages import together
from preflight.runs.matching.report_file import read_failures
from tests.examples import examples
from tests.runs.matching.test_join import HEADER, make_part

Row = tuple[str, str, str]
Line = dict[str, str]
FINISHED = Outcome("finished", "")

TAILS = ("", "x", "Ä ö", 'a "b", c', "two\nlines", ";|\t")
CODES = ("Blocked", "Unsubscribed")


@st.composite
def rows(draw: st.DrawFn, *, twins: bool) -> list[Row]:
    """Rows of different addresses and phones; with twins some of them are there several times."""
    names = draw(st.lists(st.integers(1, 999), min_size=2, max_size=9, unique=True))
    made = [
        (f"p{name}@example.org", draw(st.sampled_from(TAILS)), f"(415) 555-{1000 + name}")
        for name in names
    ]
    if twins:
        made += [made[at] for at in draw(st.lists(st.integers(0, len(made) - 1), max_size=4))]
    return made


def normalised(row: Row, chance: random.Random) -> Row:
    """What a provider makes of a row: another case, blanks, E.164."""
    email, name, phone = row
    email = chance.choice([email, email.upper(), f" {email}  ", email.title()])
    return email, name, chance.choice([phone, "+1" + "".join(filter(str.isdigit, phone))])


def dotdigital(at: int, row: Row, code: str) -> Line:
    return {"Reason": code, **dict(zip(HEADER, row, strict=True))}


def talkvalue(at: int, row: Row, code: str) -> Line:
    return {"rowNum": str(at + 2), "errorCode": code, "errorMessage": "m", "rawValue": row[0]}


def experiture(at: int, row: Row, code: str) -> Line:
    return {"row": str(at + 1), "email": row[0], "errorCode": code, "errorMessage": "m"}


def without_number(at: int, row: Row, code: str) -> Line:
    return {"email": row[0], "error": code}


FORMS: dict[str, tuple[str, Callable[[int, Row, str], Line]]] = {
    "dotdigital": ("dotdigital", dotdigital),
    "talkvalue": ("talkvalue", talkvalue),
    "experiture": ("experiture", experiture),
    "experiture without numbers": ("experiture", without_number),
}
NUMBERED = ("talkvalue", "experiture")


def foreign_lines(form: str, count: int) -> list[Line]:
    """Lines of rows that were never sent; a number beyond the file where there is one."""
    make = FORMS[form][1]
    return [make(9000 + at, (f"never{at}@else.net", "N", "x"), "Blocked") for at in range(count)]


def page(lines: Sequence[Line], chance: random.Random, *, json_lines: bool) -> bytes:
    """One file, written as chance has it."""
    if json_lines:
        if chance.random() < 0.5:
            return json.dumps(lines, indent=chance.choice([None, 1])).encode()
        return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
    header = list(lines[0])
    text = io.StringIO(newline="")
    dialect = chance.choice([",", ";", "\t"])
    end = chance.choice(["\n", "\r\n"])
    writer = csv.writer(
        text, delimiter=dialect, lineterminator=end, quoting=chance.choice([csv.QUOTE_ALL, 0])
    )
    for number, line in enumerate(lines):
        if number == 0 or chance.random() < 0.2:
            chance.shuffle(header)
            writer.writerow([chance.choice([name, name.upper(), f" {name}"]) for name in header])
        writer.writerow([line[name] for name in header])
    if chance.random() < 0.2:
        writer.writerow([""] * len(header))
    return text.getvalue().encode(chance.choice(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))


def pages(
    lines: list[Line], chance: random.Random, folder: Path, *, json_lines: bool
) -> list[Path]:
    """The lines, shuffled and cut into files; one of these perhaps is there twice."""
    chance.shuffle(lines)
    cuts = sorted(chance.sample(range(1, len(lines)), min(len(lines) - 1, chance.randint(0, 2))))
    pieces = [lines[a:b] for a, b in zip([0, *cuts], [*cuts, len(lines)], strict=True)]
    pieces += chance.sample(pieces, chance.randint(0, 1))
    found = []
    for number, piece in enumerate(pieces):
        path = folder / f"{number}.csv"
        path.write_bytes(page(piece, chance, json_lines=json_lines))
        found.append(path)
    return found


def joined(
    form: str, sent: list[Row], lines: list[Line], chance: random.Random, *, json_lines: bool
) -> tuple[join.Joined, int]:
    """The mangled report, joined to a part of these rows; and how many lines it has."""
    provider = FORMS[form][0]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        part = make_part(folder, sent)
        files = pages(lines, chance, folder, json_lines=json_lines)
        report = together([read_failures(path, provider, spool=folder) for path in files], provider)
        found = profiles.load(provider)
        by = registry.client(provider).CAPABILITIES.joins_by
        told = join.join(report, part, by=by, key_field=found.key, profile=found)
        books = join.verdicts(part, told, FINISHED)
        assert books.accepted + books.rejected_there == len(sent)
        assert books.rejected_there - books.unattributed == told.rows
        repeats = sum(int(note.split()[0]) for note in told.notes if "repeating another" in note)
        assert len(told.failures) + repeats + len(told.unmatched) == len(report.table)
        return told, len(report.table)


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=examples(1 / 2))
@given(data=st.data(), json_lines=st.booleans(), again=st.integers(1, 2))
def test_the_rows_that_failed_are_found_however_the_report_was_mangled(
    form: str, data: st.DataObject, json_lines: bool, again: int
) -> None:
    """Rows of different addresses: the truth can be told, down to each reason."""
    sent = data.draw(rows(twins=False))
    failed = data.draw(
        st.sets(st.tuples(st.integers(0, len(sent) - 1), st.sampled_from(CODES)), min_size=1)
    )
    chance = data.draw(st.randoms(use_true_random=False))
    make = FORMS[form][1]
    lines = [make(at, normalised(sent[at], chance), code) for at, code in failed] * again
    # Numbers are only proven by a report of which nearly all is about this file.
    foreign = data.draw(st.integers(0, 3)) if form not in NUMBERED else 0
    lines += foreign_lines(form, foreign)
    json_lines = json_lines and form.startswith("experiture")
    told, _ = joined(form, sent, lines, chance, json_lines=json_lines)
    found = set(zip(told.failures["row"] // 10 - 1, told.failures["code"], strict=True))
    assert found == failed
    # A page that is there twice, its columns in another order, repeats its foreign lines.
    assert len(set(re.findall(r"never\d+", " ".join(told.unmatched["cells"])))) == foreign
    assert len(told.unmatched) >= foreign
    assert foreign or told.unmatched.empty


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=examples(1 / 2))
@given(data=st.data(), json_lines=st.booleans())
def test_of_twins_as_many_are_found_as_failed(
    form: str, data: st.DataObject, json_lines: bool
) -> None:
    """Equal rows stand for each other, unless a number tells them apart; a stray page twice adds
    none, and none is said to be accepted that was refused.
    """
    sent = data.draw(rows(twins=True))
    failed = data.draw(st.sets(st.integers(0, len(sent) - 1), min_size=1))
    chance = data.draw(st.randoms(use_true_random=False))
    make = FORMS[form][1]
    lines = [make(at, normalised(sent[at], chance), "Blocked") for at in sorted(failed)]
    json_lines = json_lines and form.startswith("experiture")
    told, _ = joined(form, sent, lines, chance, json_lines=json_lines)
    found = [int(row) // 10 - 1 for row in told.failures["row"]]
    if form in NUMBERED and told.base is not None:
        assert told.base == (2 if form == "talkvalue" else 1)
        assert sorted(set(found)) == sorted(failed)
        return
    if form == "talkvalue":  # of twins alone no number proves anything, and nothing is guessed
        assert found == []
        return
    assert len(told.unmatched) == 0
    alone = {at for at in range(len(sent)) if sent.count(sent[at]) == 1}
    assert {at for at in found if at in alone} == failed & alone
    for at in set(found) - alone:
        alike = [one for one in range(len(sent)) if sent[one] == sent[at]]
        refused = [one for one in alike if one in failed]
        assert 0 < len([one for one in found if one in alike]) <= len(alike)
        assert refused


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=examples(1 / 2))
@given(data=st.data(), json_lines=st.booleans())
def test_no_line_is_lost_and_the_books_sum_whatever_is_in_the_report(
    form: str, data: st.DataObject, json_lines: bool
) -> None:
    """Lines of this file, of others, twice, without a reason, without a number or an address."""
    sent = data.draw(rows(twins=True))
    chance = data.draw(st.randoms(use_true_random=False))
    make = FORMS[form][1]
    at = st.integers(0, len(sent) + 2)
    picked = data.draw(st.lists(st.tuples(at, st.sampled_from((*CODES, ""))), min_size=1))
    lines = [
        make(number, normalised(sent[number % len(sent)], chance), code) for number, code in picked
    ]
    lines += foreign_lines(form, data.draw(st.integers(0, 3)))
    for line in lines:
        if chance.random() < 0.2:
            line[chance.choice(sorted(line))] = ""
    # A report of which no line says anything is none.
    lines.append(make(0, sent[0], "Blocked"))
    joined(form, sent, lines, chance, json_lines=json_lines and form.startswith("experiture"))
