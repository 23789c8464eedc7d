"""One change in a file, and the one finding that is meant; no change, and none."""

from __future__ import annotations

import dataclasses
import itertools
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

import pytest

from preflight.config import catalogue
from preflight.config.settings import Settings
from preflight.linting.checked import Checked
from preflight.pipeline import check_fix_split
from preflight.rule import Drift, Problem, Rule, Scope
from preflight.snapshots.picture import Picture
from preflight.snapshots.snapshot import Snapshot, Tool
from tests.snapshots import sources
from tests.snapshots.sources import HEADER, Row

COUNT = 600
SETTINGS = Settings(select=("DRF",), timezone="America/New_York")
RULES = [rule for rule in catalogue.builtin().values() if rule.scope is Scope.DRIFT]
FIXTURES = Path(__file__).parents[2] / "fixtures" / "trade-show"


def check(
    folder: Path, content: str | bytes, against: Snapshot | None, settings: Settings = SETTINGS
) -> Checked:
    """A file, linted and pictured."""
    path = folder / "contacts.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return check_fix_split.check(path, settings, work=folder, against=against, pictured=True)


def picture(checked: Checked) -> Picture:
    """Its picture."""
    assert checked.analysis.picture is not None
    return checked.analysis.picture


def found(checked: Checked) -> list[tuple[str, str]]:
    """The codes and messages of what changed."""
    return [
        (rule.code, problem.message or "")
        for rule, problem in checked.analysis.problems
        if rule.scope is Scope.DRIFT
    ]


def each(column: str, change: Callable[[str], str], start: int = 1) -> list[Row]:
    """Another export of the source, with a column changed from a row on."""
    return [
        row | {column: change(row[column])} if at >= start else row
        for at, row in enumerate(sources.rows(COUNT, seed=2), start=1)
    ]


def dated(format_: str) -> Callable[[str], str]:
    return lambda cell: datetime.strptime(cell, "%m/%d/%Y %H:%M").strftime(format_)  # noqa: DTZ007


def renamed(old: str, new: str) -> str:
    return sources.text(
        sources.rows(COUNT, seed=2), names=lambda name: new if name == old else name
    )


def national(cell: str) -> str:
    """A number without its country code, which the column `Country` knows."""
    for code, trunk in (("+1", ""), ("+49", "0"), ("+44", "0"), ("+33", "0")):
        if cell.startswith(code):
            return trunk + cell.removeprefix(code)
    return cell


OTHER = sources.rows(COUNT, seed=2)
NAMES = {"US": "United States", "DE": "Germany", "GB": "United Kingdom", "FR": "France"}
CHANGES: dict[str, tuple[str | bytes, str, str]] = {
    "known under another name": (
        renamed("Phone", "Mobile"),
        "DRF101",
        "`Phone` is called `Mobile` now",
    ),
    "unknown name": (
        renamed("Phone", "Direct line"),
        "DRF101",
        "`Phone` is called `Direct line` now (add `--map 'Direct line=phone'`)",
    ),
    "name in capitals": (renamed("Notes", "NOTES"), "DRF101", "`Notes` is called `NOTES` now"),
    "column gone": (
        sources.text(OTHER, [name for name in HEADER if name != "Company"]),
        "DRF102",
        "`Company` is gone (column 5 of the snapshot)",
    ),
    "column new": (sources.text(OTHER, [*HEADER, "Budget"]), "DRF103", "`Budget` is new"),
    "delimiter": (
        sources.text(OTHER, delimiter=";"),
        "DRF104",
        "the delimiter was `,`, it is `;` now",
    ),
    "line ends": (
        sources.text(OTHER, lineterminator="\r\n"),
        "DRF104",
        "line ends were LF, they are CRLF now",
    ),
    "byte order mark": (
        sources.text(OTHER).encode("utf-8-sig"),
        "DRF104",
        "a byte order mark is new",
    ),
    "cut off": (
        sources.text(OTHER[:40]),
        "DRF105",
        f"the snapshot had {COUNT} rows, the file has 40",
    ),
    "texts missing": (
        sources.text(each("Company", lambda _: "", start=200)),
        "DRF106",
        "filled cells in `Company`: 100% before, 33% now, from about row 200 on",
    ),
    "default text": (
        sources.text(each("Notes", lambda cell: cell or "Has a project for next year")),
        "DRF106",
        "filled cells in `Notes`: 48% before, 100% now",
    ),
    "numbers cut off": (
        sources.text(each("Phone", lambda cell: cell[:6], start=381)),
        "DRF107",
        "valid phone numbers in `Phone`: 98% before, 61% now, from about row 381 on",
    ),
    "addresses cut off": (
        sources.text(each("Email", lambda cell: cell[:12], start=500)),
        "DRF107",
        "valid email addresses in `Email`: 98% before, 81% now, from about row 500 on",
    ),
    "country codes lost": (
        sources.text(each("Phone", national)),
        "DRF108",
        "100% of `Phone` are national now, 0% before; most were E.164",
    ),
    "country codes lost later": (
        sources.text(each("Phone", national, start=301)),
        "DRF108",
        "50% of `Phone` are national now, 0% before, from row 301 on; most were E.164",
    ),
    "countries in words": (
        sources.text(each("Country", NAMES.__getitem__)),
        "DRF108",
        "100% of `Country` are names now, 0% before; most were two letters",
    ),
    "dates in ISO 8601": (
        sources.text(each("Scan date", dated("%Y-%m-%dT%H:%M:%SZ"), start=301)),
        "DRF108",
        (
            "50% of `Scan date` are ISO 8601 with offset now, 0% before, from row 301 on;"
            " most were numbers, year last"
        ),
    ),
    "names are numbers": (
        sources.text(each("First name", lambda cell: str(len(cell)) * 3)),
        "DRF108",
        "100% of `First name` are plain numbers now, 0% before; most were words",
    ),
    "day first": (
        sources.text(each("Scan date", dated("%d/%m/%Y %H:%M"))),
        "DRF109",
        "100% of the dates in `Scan date` are day first now, 0% before",
    ),
    "day first later": (
        sources.text(each("Scan date", dated("%d/%m/%Y %H:%M"), start=401)),
        "DRF109",
        "57% of the dates in `Scan date` are day first now, 0% before, from row 401 on",
    ),
    "another list": (
        sources.text(each("Email", lambda cell: cell.split("@")[0] + "@bought-list.com", 420)),
        "DRF110",
        "domains in `Email`: bought-list.com ≤0.9% → 31%",
    ),
    "default country": (
        sources.text(each("Country", lambda _: "US", start=301)),
        "DRF111",
        "countries in `Country`: US 48% → 73%, DE 24% → 11%",
    ),
    "notes cut off": (
        sources.text(each("Notes", lambda cell: cell[:8])),
        "DRF112",
        "texts in `Notes`: 27 characters in the middle before, 8 now",
    ),
    "appended": (
        sources.text([*OTHER, *OTHER]),
        "DRF113",
        "rows that repeat a contact: 0% before, 48% now",
    ),
}


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """The snapshot of a first export of the source."""
    folder = tmp_path_factory.mktemp("before")
    return picture(check(folder, sources.text(sources.rows(COUNT, seed=1)), None)).snapshot


@pytest.mark.parametrize("change", CHANGES)
def test_one_change_is_one_finding(change: str, before: Snapshot, tmp_path: Path) -> None:
    content, code, message = CHANGES[change]

    checked = check(tmp_path, content, before)

    assert found(checked) == [(code, message)]


def test_every_rule_has_a_change() -> None:
    assert {code for _, code, _ in CHANGES.values()} == {rule.code for rule in RULES}


def test_two_exports_of_one_source_do_not_differ(before: Snapshot, tmp_path: Path) -> None:
    assert found(check(tmp_path, sources.text(OTHER), before)) == []


def test_columns_in_another_order_are_the_same(before: Snapshot, tmp_path: Path) -> None:
    turned = sources.text(OTHER, reversed(HEADER))

    assert found(check(tmp_path, turned, before)) == []


def test_a_small_file_does_not_differ_by_chance(before: Snapshot, tmp_path: Path) -> None:
    """A half of four rows is no change of a rate."""
    few = sources.text(OTHER[:4])

    assert [code for code, _ in found(check(tmp_path, few, before))] == ["DRF105"]


def test_the_order_may_begin_in_a_row_before_that_can_be_read_both_ways(
    before: Snapshot, tmp_path: Path
) -> None:
    """Where the dates between prove nothing, no single row is named."""
    days = [20] * 300 + [3] * 7 + [20] * 293
    turned = [
        row | {"Scan date": f"{day:02}/04/2026 10:00" if at > 302 else f"04/{day:02}/2026 10:00"}
        for at, (row, day) in enumerate(zip(OTHER, days, strict=True), start=1)
    ]

    ((code, message),) = found(check(tmp_path, sources.text(turned), before))

    assert code == "DRF109"
    assert message.endswith(", from row 308 on or from one of the 7 before")


def test_a_form_that_comes_and_goes_is_first_in_a_row(before: Snapshot, tmp_path: Path) -> None:
    mixed = [
        row | {"Phone": national(row["Phone"])} if at % 2 else row for at, row in enumerate(OTHER)
    ]

    ((code, message),) = found(check(tmp_path, sources.text(mixed), before))

    assert code == "DRF108"
    assert message.startswith("50% of `Phone` are national now, 0% before, first in row 2;")


def test_a_rate_that_falls_everywhere_begins_in_no_row(before: Snapshot, tmp_path: Path) -> None:
    every = [row | {"Phone": row["Phone"][:6]} if at % 2 else row for at, row in enumerate(OTHER)]

    ((code, message),) = found(check(tmp_path, sources.text(every), before))

    assert (code, message.endswith(" now")) == ("DRF107", True)


def test_a_change_says_the_row_and_its_line(before: Snapshot, tmp_path: Path) -> None:
    """Row 401 begins in line 402, below the header."""
    content = CHANGES["day first later"][0]

    ((_, problem),) = check(tmp_path, content, before).analysis.problems

    assert (problem.row, problem.line, problem.column) == (401, 402, 6)


def test_a_changed_source_rejects_no_row(before: Snapshot, tmp_path: Path) -> None:
    """That a file is not like the last one does not say that it cannot be used."""
    content = CHANGES["column gone"][0]
    alone, compared = (check(tmp_path, content, one) for one in (None, before))

    assert alone.books == compared.books
    assert compared.analysis.refused == ()


def test_rates_do_not_depend_on_the_rules_that_are_on(before: Snapshot, tmp_path: Path) -> None:
    """A check with all rules may be compared with a snapshot, and one with few."""
    content = sources.text(sources.rows(COUNT, seed=1))
    every = Settings(timezone="America/New_York")

    assert picture(check(tmp_path, content, None, every)).snapshot == before


def test_other_settings_and_another_version_are_said(before: Snapshot, tmp_path: Path) -> None:
    other = Settings(select=("DRF",), region="US", timezone="America/New_York")
    older = dataclasses.replace(before, tool=Tool(name="preflight", version="0.0.1"))

    checked = check(tmp_path, sources.text(OTHER), older, other)

    version, region = checked.analysis.plan.unused
    assert version.startswith("the snapshot was taken by preflight 0.0.1, which may count ")
    assert region.startswith("the snapshot was taken with no --region, this check is made with --")


def test_what_is_not_a_table_is_not_compared(before: Snapshot, tmp_path: Path) -> None:
    """Another rule says what it is."""
    checked = check(tmp_path, "", before)

    assert [rule.code for rule, _ in checked.analysis.problems] == []
    assert checked.analysis.picture is None


def test_halves_of_a_show_do_not_differ(tmp_path: Path) -> None:
    """Every other row of a real-looking export, as if it were two."""
    lines = (FIXTURES / "expo-utf8.csv").read_text("utf-8").splitlines(keepends=True)
    odd, even = lines[:1] + lines[1::2], lines[:1] + lines[2::2]
    settings = dataclasses.replace(SETTINGS, region="US")
    first = picture(check(tmp_path, "".join(odd), None, settings)).snapshot

    assert found(check(tmp_path, "".join(even), first, settings)) == []


def test_two_shows_differ_in_what_their_tools_write(tmp_path: Path) -> None:
    """Names, form and countries differ; the rates, lengths and domains do not."""
    settings = dataclasses.replace(SETTINGS, region="US")
    shows = [(FIXTURES / f"expo-{name}.csv").read_bytes() for name in ("utf16", "utf8")]
    scanner = picture(check(tmp_path, shows[0], None, settings)).snapshot

    changes = found(check(tmp_path, shows[1], scanner, settings))

    assert Counter(code for code, _ in changes) == {
        "DRF101": 6,
        "DRF102": 5,
        "DRF103": 1,
        "DRF104": 5,
        "DRF108": 1,
        "DRF111": 2,
    }
    assert ("DRF101", "`Mobile No.` is called `phone` now") in changes


def _check(rule: Rule) -> Callable[[Drift], Iterable[Problem]]:
    assert rule.check is not None
    return rule.check


@pytest.mark.long
@pytest.mark.parametrize(("count", "most"), [(30, 0), (100, 1), (300, 12), (1000, 1)])
def test_false_alarms_are_rare(count: int, most: int, tmp_path: Path) -> None:
    """Of 1,560 pairs of exports of one source so few differ by chance."""
    pictures = [
        picture(check(tmp_path, sources.text(sources.rows(count, seed)), None))
        for seed in range(40)
    ]

    alarms = sum(
        any(list(_check(rule)(Drift(one.snapshot, other, rule.limit))) for rule in RULES)
        for one, other in itertools.permutations(pictures, 2)
    )

    assert alarms <= most
