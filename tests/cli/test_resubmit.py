"""`preflight resubmit`: corrected rows alone are sent, round after round, to no failures."""

from __future__ import annotations

import csv
import json
import shutil
from collections import Counter
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path

import pytest
import xlsxwriter

from preflight.providers.sandbox.server import Sandbox
from preflight.providers.sandbox.store import StoredUpload
from preflight.runs.ledger.places import ELSEWHERE
from preflight.runs.row_outcomes import FOLDER as OUTCOMES
from tests.calls import DOTDIGITAL, TALKVALUE, Call, contacts, rows_of
from tests.cli.test_submit import books_of, report_of

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("few_rules")]

Box = Callable[..., Sandbox]
HEADER = "Email,First Name,Last Name,Mobile,Company,Postcode\n"


def leads(count: int, **emails: str) -> str:
    """A file of contacts, some of whose addresses are others: `r3="nobody"`."""
    rows = [
        f"{emails.get(f'r{n}', f'ann{n}@kestrel-labs.com')},José{n},Müller,+1415555{2600 + n},"
        f"Acme{n % 3},0{1000 + n}\n"
        for n in range(1, count + 1)
    ]
    return HEADER + "".join(rows)


def run_ids(call: Call, *more: str) -> list[str]:
    """The runs, the first one first."""
    return [line.split()[0] for line in reversed(call("runs", *more).out.splitlines())]


def edited(
    path: Path,
    corrections: dict[str, dict[str, str]],
    *,
    keep: Callable[[dict[str, str]], bool] = lambda _: True,
    more: tuple[dict[str, str], ...] = (),
    names: bool = True,
) -> Path:
    """A file of failures as it comes back from a spreadsheet.

    Sorted, its columns moved, with semicolons, in cp1252, phones and postcodes taken for numbers.

    Args:
        path: of the failures.
        corrections: address → column → what a person wrote there.
        keep: which rows a person left in.
        more: rows that a person added.
        names: whether the helper columns are still there.
    """
    rows = [row for row in rows_of(path) if keep(row)]
    header = list(rows[0])
    for row in rows:
        row["Mobile"] = f"{int(row['Mobile']):.5E}" if row["Mobile"].isdigit() else row["Mobile"]
        if row["Mobile"].startswith("+1415"):
            row["Mobile"] = f"{int(row['Mobile']):.5E}"
        row["Postcode"] = row["Postcode"].lstrip("0")
        row.update(corrections.get(row["Email"], {}))
    rows = [*sorted(rows, key=lambda row: row["Email"], reverse=True), *more]
    kept = header[:6][::-1] + (header[6:] if names else [])
    target = path.with_name("corrected.csv")
    with target.open("w", encoding="cp1252", newline="") as file:
        writer = csv.DictWriter(file, kept, delimiter=";", restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return target


def twice(opened: Sandbox, provider: str) -> list[str]:
    """The keys of rows that the stand-in took more than once."""
    counted = Counter(row.key for row in opened.store.accepted(provider))
    return [key for key, times in counted.items() if times > 1]


@pytest.mark.parametrize(
    ("provider", "options", "names"),
    [
        ("talkvalue", TALKVALUE, True),
        ("dotdigital", DOTDIGITAL, False),
        pytest.param("talkvalue", TALKVALUE, False, marks=pytest.mark.long),
        pytest.param("dotdigital", DOTDIGITAL, True, marks=pytest.mark.long),
    ],
)
def test_rounds_of_corrections_end_without_a_failure(
    call: Call, box: Box, here: Path, provider: str, options: tuple[str, ...], names: bool
) -> None:
    opened = box()
    (here / "a.csv").write_text(
        leads(12, r3="ann3@@kestrel", r5="suppressed5@kestrel-labs.com", r8="no address")
    )
    first = call("submit", "a.csv", *options)
    assert first.code == 1
    back = edited(
        here / "a.preflight" / "failures.csv",
        {
            "ann3@@kestrel": {"Email": "ann3@kestrel-labs.com"},
            "suppressed5@kestrel-labs.com": {"Email": "suppressed55@kestrel-labs.com"},
        },
        more=({"Email": "zoe@kestrel-labs.com", "First Name": "Zoe", "Last Name": "New"},),
        names=names,
    )
    second = call("resubmit", back)
    root, child = run_ids(call)
    assert f"3 rows of run {root} (a.csv to {provider}), 1 new; cp1252" in second.err
    assert "corrected: 2 cells in 2 rows\n  restored: 6 cells in 3 rows" in second.err
    assert books_of(back.parent / "corrected.preflight") == {
        "rows": 4, "accepted": 2, "rejected_here": 1, "rejected_there": 1, "submitted": 0,
        "unknown": 0, "dropped": 0,
    }  # fmt: skip
    log = rows_of(back.parent / "corrected.preflight" / "corrections.csv")
    assert Counter(row["kind"] for row in log) == {"edit": 2, "damage": 6}
    assert {(row["old"], row["new"]) for row in log if row["kind"] == "edit"} == {
        ("ann3@@kestrel", "ann3@kestrel-labs.com"),
        ("suppressed5@kestrel-labs.com", "suppressed55@kestrel-labs.com"),
    }
    left = here / "a.preflight" / "corrected.preflight" / "failures.csv"
    assert {row["preflight__id"].split(":")[1] for row in rows_of(left)} == {"5", "8"}
    assert {row["Mobile"] for row in rows_of(left)} == {"+14155552605", "+14155552608"}
    last = edited(
        left,
        {
            "suppressed55@kestrel-labs.com": {"Email": "ann5@kestrel-labs.com"},
            "no address": {"Email": "ann8@kestrel-labs.com"},
        },
        names=names,
    )
    third = call("resubmit", last)
    assert third.code == 0, third.err
    assert twice(opened, provider) == []
    sent = {row.key for row in opened.store.accepted(provider)}
    assert sent == {f"ann{n}@kestrel-labs.com" for n in range(1, 13)} | {"zoe@kestrel-labs.com"}
    ended = last.parent / "corrected.preflight"
    rounds = report_of(ended)["run"]["rounds"]  # type: ignore[index]
    assert [(one["id"], one["source"]) for one in rounds[:2]] == [
        (root, "a.csv"), (child, str(back)),
    ]  # fmt: skip
    assert rounds[0]["places"] == {"accepted": 9, "rejected_here": 2, "rejected_there": 1}
    assert rounds[2]["places"] == {"accepted": 2}
    assert '<ol class="rounds">' in (ended / "report.html").read_text()
    shutil.rmtree(here / "a.preflight")
    story = call("trace", root, "5", "--show-values").out
    assert "corrected Email, edited: 'suppressed5@kestrel-labs.com' → 'suppressed55@" in story
    assert "restored after a spreadsheet changed it: '1.41556E+10' → '+14155552605'" in story
    assert story.splitlines()[0].startswith("row 5 of a.csv, line 6: accepted in run ")
    told = call("runs", "show", child).out
    assert f"  corrects run {root}\n" in told
    assert "  after all rounds: 12 rows and 1 new row = 13 accepted\n" in told
    assert told.endswith("  left to correct: nothing\n")


def test_what_was_accepted_is_refused_by_name_however_often_it_comes(
    call: Call, box: Box, here: Path
) -> None:
    """The same file again, and the whole first file with one row corrected."""
    opened = box()
    text = leads(6, r2="nobody")
    (here / "a.csv").write_text(text)
    call("submit", "a.csv", *DOTDIGITAL)
    (here / "fixed.csv").write_text(text.replace("nobody", "ann2@kestrel-labs.com"))
    whole = call("resubmit", "fixed.csv")
    root = run_ids(call)[0]
    assert whole.code == 0
    assert "held back: 5 rows\n    row 1 (line 2): accepted in run " in whole.err
    assert f"row 4 (line 5): accepted in run {root} as row 4" in whole.err
    again = call("resubmit", "fixed.csv", "--force")
    assert "held back: 6 rows" in again.err
    assert "nothing was sent" in again.out
    assert len(opened.store.accepted("dotdigital")) == 6
    assert twice(opened, "dotdigital") == []


def test_a_correction_that_a_setting_of_the_run_would_let_through_is_held_back_all_the_same(
    call: Call, box: Box, here: Path
) -> None:
    opened = box()
    (here / "preflight.toml").write_text('[severity]\nDUP = "off"\n')
    (here / "a.csv").write_text(contacts(3))
    call("submit", "a.csv", *DOTDIGITAL, "--ignore", "DUP,DUP804")
    assert "nothing was sent" in call("resubmit", "a.csv", "-o", "again").out
    assert len(opened.store.accepted("dotdigital")) == 3


def test_rows_of_a_refused_import_are_sent_again_as_they_are(
    call: Call, box: Box, here: Path
) -> None:
    """The address book was the wrong one: nothing in the rows is to be corrected."""
    opened = box()
    (here / "a.csv").write_text(contacts(4))
    assert call("submit", "a.csv", "--to", "dotdigital", "-O", "address_book=404").code == 1
    failures = here / "a.preflight" / "failures.csv"
    told = call("resubmit", failures, "-O", "address_book=77")
    assert told.code == 0, told.err
    assert len(opened.store.accepted("dotdigital")) == 4


def test_a_row_that_is_not_corrected_is_not_sent(call: Call, shared: Sandbox, here: Path) -> None:
    (here / "a.csv").write_text(leads(3, r2="unsubscribed2@kestrel-labs.com"))
    call("submit", "a.csv", *TALKVALUE)
    before = len(shared.store.jobs("talkvalue"))
    told = call("resubmit", "a.preflight/failures.csv")
    assert told.code == 1
    assert "1 DUP806 was rejected and has not been corrected" in told.out
    assert len(shared.store.jobs("talkvalue")) == before
    (left,) = rows_of(here / "a.preflight" / "failures.preflight" / "rejects.csv")
    assert left["preflight__id"].endswith(":2")


def test_a_workbook_is_read_back_too(call: Call, shared: Sandbox, here: Path) -> None:
    (here / "a.csv").write_text(leads(4, r2="nobody"))
    call("submit", "a.csv", *TALKVALUE)
    (row,) = rows_of(here / "a.preflight" / "failures.csv")
    book = xlsxwriter.Workbook(here / "back.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, list(row))
    sheet.write_row(1, 0, list((row | {"Email": "ann2@kestrel-labs.com"}).values()))
    sheet.write_number(1, 3, int(row["Mobile"]))
    sheet.write_number(1, 5, int(row["Postcode"]))
    book.close()
    told = call("resubmit", "back.xlsx")
    assert told.code == 0, told.err
    assert "corrected: 1 cell in 1 row\n  restored: 2 cells in 1 row" in told.err


def test_a_corrected_file_of_another_run_is_refused_by_name(
    call: Call, shared: Sandbox, here: Path
) -> None:
    for name in ("a", "b"):
        (here / f"{name}.csv").write_text(leads(3, r2=f"nobody-{name}"))
        call("submit", f"{name}.csv", *TALKVALUE)
    first, second = run_ids(call)
    told = call("resubmit", "a.preflight/failures.csv", "--run", second)
    assert told.code == 2
    assert f"corrects run {first} (a.csv to talkvalue), not run {second} (b.csv" in told.err
    mixed = (here / "a.preflight/failures.csv").read_text()
    mixed += (here / "b.preflight/failures.csv").read_text().splitlines()[1] + "\n"
    (here / "mixed.csv").write_text(mixed)
    told = call("resubmit", "mixed.csv", "--run", first)
    assert told.code == 2
    assert f"1 of its rows are from run {second} (b.csv), the others from run {first}" in told.err
    foreign = mixed.replace(rows_of(here / "mixed.csv")[0]["preflight__id"], "0" * 16 + ":2")
    (here / "foreign.csv").write_text("\n".join(foreign.splitlines()[:2]) + "\n")
    told = call("resubmit", "foreign.csv")
    assert told.code == 2
    assert "no run in .preflight has sent the file that its rows are from" in told.err


def test_without_names_the_folder_tells_the_run_and_else_it_is_asked_for(
    call: Call, shared: Sandbox, here: Path
) -> None:
    for name in ("a", "b"):
        (here / f"{name}.csv").write_text(leads(3, r2=f"nobody-{name}"))
        call("submit", f"{name}.csv", *TALKVALUE)
    first, second = run_ids(call)
    bare = leads(2, r1="x@kestrel-labs.com", r2="nobody-b")
    (here / "bare.csv").write_text(bare)
    told = call("resubmit", "bare.csv")
    assert told.code == 2
    assert f"name one with --run: {second} (b.csv to talkvalue), {first} (a.csv" in told.err
    (here / "b.preflight" / "bare.csv").write_text(bare)
    assert f"of run {second}" in call("resubmit", "b.preflight/bare.csv", "--dry-run").err
    assert call("resubmit", "bare.csv", "--run", first, "--dry-run").code == 1


def test_a_run_that_has_not_ended_is_ended_first(call: Call, box: Box, here: Path) -> None:
    box("dotdigital:import:cut-after")
    (here / "a.csv").write_text(leads(3, r2="nobody"))
    assert call("submit", "a.csv", *DOTDIGITAL).code == 3
    told = call("resubmit", "a.preflight/failures.csv")
    (run,) = run_ids(call)
    assert told.code == 2
    assert f"run {run} has not ended; first call `preflight resume {run}`" in told.err


def test_a_round_that_broke_off_is_gone_on_with_and_not_begun_again(
    call: Call, box: Box, here: Path
) -> None:
    opened = box()
    (here / "a.csv").write_text(leads(3, r2="nobody"))
    call("submit", "a.csv", *DOTDIGITAL)
    text = (here / "a.preflight" / "failures.csv").read_text()
    (here / "c.csv").write_text(text.replace("nobody", "ann2@kestrel-labs.com", 1))
    assert call("resubmit", "c.csv", "--no-wait").code == 0
    _, child = run_ids(call)
    again = call("resubmit", "c.csv", "--force")
    assert again.code == 2
    assert f"`preflight resume {child}`" in again.err
    assert call("resume").code == 0
    assert call("resubmit", "c.csv", "--force").code == 0
    assert len(opened.store.accepted("dotdigital")) == 3
    report = json.loads((here / "c.preflight" / "report.json").read_text())
    assert report["files"][0]["counts"]["by_code"]["DUP804"] == 1


def test_a_round_that_broke_off_ends_as_one_that_did_not(
    call: Call, box: Box, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its rows are held back again by what was kept of the comparison, and not sent without it."""
    opened = box()
    refused = {"r5": "suppressed5@kestrel-labs.com", "r6": "suppressed6@kestrel-labs.com"}
    text = leads(7, r2="nobody", r4="no address", **refused)
    (here / "a.csv").write_text(text)
    call("submit", "a.csv", *TALKVALUE)
    corrected = text.replace("nobody", "ann2@kestrel-labs.com")
    corrected = corrected.replace("suppressed5", "suppressed55")
    (here / "c.csv").write_text(corrected)
    shutil.copytree(here, here / "whole", ignore=shutil.ignore_patterns("whole"))
    with monkeypatch.context() as outdated:
        outdated.setenv("TALKVALUE_TOKEN", "outdated")
        assert call("resubmit", "c.csv").code == 3
    _, child = run_ids(call)
    (kept,) = (here / ".preflight" / ELSEWHERE / "sources").glob("*.comparison.json")
    for damage in (kept.unlink, lambda: kept.write_text("[]")):
        whole = kept.read_bytes()
        damage()
        stopped = call("resume", child)
        assert stopped.code == 2
        assert stopped.err == (
            "preflight: the kept comparison of c.csv with earlier runs is gone or damaged; "
            f"put it back from a copy of the state folder: {kept.relative_to(here)}\n"
        )
        assert len(opened.store.accepted("talkvalue")) == 3
        kept.write_bytes(whole)
    assert call("resume", child, "--base-url", opened.environment["TALKVALUE_API_URL"]).code == 1
    with chdir(here / "whole"):
        assert call("resubmit", "c.csv").code == 1
    broken, unbroken = here / "c.preflight", here / "whole" / "c.preflight"
    assert books_of(broken) == books_of(unbroken)
    assert books_of(broken) == {
        "rows": 7, "accepted": 1, "rejected_here": 2, "rejected_there": 1, "submitted": 0,
        "unknown": 0, "dropped": 3,
    }  # fmt: skip
    assert rows_of(broken / "failures.csv") == rows_of(unbroken / "failures.csv")
    codes = [row["preflight__codes"] for row in rows_of(broken / "failures.csv")]
    assert codes == ["EML302", "", "DUP806"]


def test_a_round_of_which_nothing_was_taken_is_replaced_by_the_next(
    call: Call, box: Box, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = box()
    (here / "a.csv").write_text(leads(3, r2="nobody"))
    call("submit", "a.csv", *DOTDIGITAL)
    text = (here / "a.preflight" / "failures.csv").read_text()
    (here / "c.csv").write_text(text.replace("nobody", "ann2@kestrel-labs.com", 1))
    with monkeypatch.context() as outdated:
        outdated.setenv("DOTDIGITAL_API_PASSWORD", "outdated")
        assert call("resubmit", "c.csv").code == 3
    assert call("resubmit", "c.csv", "-o", "other").code == 0
    assert len(opened.store.accepted("dotdigital")) == 3
    assert call("resume").code == 2
    first, replaced, last = run_ids(call)
    told = call("trace", first, "2")
    assert told.out.startswith(f"row 2 of a.csv, line 3: accepted in run {last}\n")
    # As after a call that was killed before it settled the run.
    for outcomes in (here / ".preflight" / ELSEWHERE / OUTCOMES).glob(f"{replaced}*"):
        outcomes.unlink()
    told = call("trace", first, "2")
    assert f"accepted in run {last}\n" in told.out
    assert "settles it again" not in told.out + told.err
    assert call("learn", first).code == 0


def test_a_zone_or_a_region_may_be_said_later(call: Call, shared: Sandbox, here: Path) -> None:
    (here / "a.csv").write_text(
        "email,phone,first_name\na@kestrel-labs.com,415 555 2671,Ann\n"
        "b@kestrel-labs.com,+14155552672,Bob\n"
    )
    assert call("submit", "a.csv", *TALKVALUE).code == 1
    told = call("resubmit", "a.preflight/failures.csv", "--region", "US")
    assert told.code == 0, told.out
    assert "1 row = 1 accepted" in told.out


def test_dates_of_corrected_rows_are_read_as_all_rows_of_the_first_file_were(
    call: Call, shared: Sandbox, here: Path
) -> None:
    """The corrected rows alone would not tell the day from the month."""
    rows = [
        "ann1@kestrel-labs.com,Ann,25/04/2026 10:00", "no address,Bob,3/04/2026 10:00",
        "nothing,Cyd,4/05/2026 11:00",
    ]  # fmt: skip
    (here / "a.csv").write_text("email,first_name,joined_at\n" + "\n".join(rows) + "\n")
    zone = ("--timezone", "UTC")
    assert call("submit", "a.csv", *TALKVALUE, *zone).code == 1
    failures = here / "a.preflight" / "failures.csv"
    text = failures.read_text()
    failures.write_text(text.replace("no address", "bob@kestrel-labs.com"))
    assert call("resubmit", failures, "-o", "b").code == 1
    (sent,) = rows_of(here / "b" / "clean.csv")
    assert sent["joined_at"] == "2026-04-03T10:00:00Z"
    left = here / "b" / "failures.csv"
    left.write_text(left.read_text().replace("nothing", "cyd@kestrel-labs.com"))
    assert call("resubmit", left, "-o", "c", "--no-wait").code == 0
    assert call("resume").code == 0
    (sent,) = rows_of(here / "c" / "clean.csv")
    assert sent["joined_at"] == "2026-05-04T11:00:00Z"


def test_a_malformed_record_is_sent_only_once_it_was_corrected(
    call: Call, box: Box, here: Path
) -> None:
    """Cut at the header's width it would look sound, with the surplus lost."""
    opened = box()
    (here / "a.csv").write_text(
        "email,first_name,company\nann@kestrel-labs.com,Ann,Acme\n"
        "bob@kestrel-labs.com,Bob,Kestrel,Labs\n"
    )
    assert call("submit", "a.csv", *DOTDIGITAL).code == 1
    failures = here / "a.preflight" / "failures.csv"
    told = call("resubmit", failures, "-o", "b")
    assert told.code == 1
    assert "row 1 (line 2): malformed in run " in told.err
    assert len(opened.store.accepted("dotdigital")) == 1
    text = failures.read_text()
    failures.write_text(text.replace("Bob,Kestrel,", 'Bob,"Kestrel, Labs",', 1))
    assert call("resubmit", failures, "-o", "c").code == 0
    assert len(opened.store.accepted("dotdigital")) == 2


def test_a_record_whose_quote_never_closes_is_known_again_as_it_was_written_out(
    call: Call, box: Box, here: Path
) -> None:
    opened = box()
    (here / "a.csv").write_text(
        "email,first_name,company\nann@kestrel-labs.com,Ann,Acme\n"
        'bob@kestrel-labs.com,Bob,"Kestrel\n'
    )
    assert call("submit", "a.csv", *DOTDIGITAL).code == 1
    told = call("resubmit", here / "a.preflight" / "failures.csv", "-o", "b")
    assert "corrected: 0 cells in 0 rows" in told.err
    assert "malformed in run " in told.err
    assert len(opened.store.accepted("dotdigital")) == 1


def test_what_cannot_be_corrected_is_said_in_a_line(call: Call, here: Path) -> None:
    (here / "a.csv").write_text(contacts(1))
    told = call("resubmit", "a.csv")
    assert told.code == 2
    assert "there are no runs in .preflight that a.csv could correct" in told.err
    assert not (here / ".preflight").exists()
    assert call("resubmit", "a.csv", "--run", "x", "--frobnicate").code == 2


def phones(*cells: str) -> str:
    """A file for TextUs, by country."""
    return "Name,Phone,Country\n" + "".join(
        f"Ann {at},{cell},DE\n" for at, cell in enumerate(cells)
    )


def test_a_match_key_is_compared_in_the_form_in_which_it_would_be_sent(
    call: Call, box: Box, here: Path
) -> None:
    """The country column makes of both the number that was sent."""
    opened = box()
    (here / "a.csv").write_text(phones("030 1234567", "nobody", "no number"))
    call("submit", "a.csv", "--to", "textus", "-O", "account=acme")
    text = (here / "a.preflight" / "failures.csv").read_text()
    text = text.replace(",nobody,", ",030/123 45 67,").replace(",no number,", ",030 1234568,")
    (here / "c.csv").write_text(text)
    told = call("resubmit", "c.csv")
    assert "row 1 (line 2): has the match key of row 1, submitted in run" in told.err
    assert [row.key for row in opened.store.accepted("textus")] == ["+49301234567", "+49301234568"]


def test_what_marks_a_text_in_a_spreadsheet_is_taken_off_and_listed(
    call: Call, shared: Sandbox, here: Path
) -> None:
    (here / "a.csv").write_text(leads(3, r2="nobody"))
    call("submit", "a.csv", *DOTDIGITAL)
    text = (here / "a.preflight" / "failures.csv").read_text()
    (here / "c.csv").write_text(
        text.replace("nobody", "ann2@kestrel-labs.com", 1).replace(",01002,", ",'01002,")
    )
    assert call("resubmit", "c.csv").code == 0
    (sent,) = rows_of(here / "c.preflight" / "clean.csv")
    assert sent["POSTCODE"] == "01002"
    log = rows_of(here / "c.preflight" / "corrections.csv")
    assert [(row["kind"], row["old"], row["new"]) for row in log] == [
        ("edit", "nobody", "ann2@kestrel-labs.com"), ("damage", "01002", "'01002"),
    ]  # fmt: skip


def test_names_that_stand_beside_other_rows_after_sorting_are_not_believed(
    call: Call, box: Box, here: Path
) -> None:
    """A person sorted the columns of the first file alone."""
    opened = box()
    bad = {
        "r2": "suppressed2@kestrel-labs.com",
        "r5": "ann5@@",
        "r9": "suppressed9@kestrel-labs.com",
    }
    (here / "a.csv").write_text(leads(12, **bad))
    call("submit", "a.csv", *TALKVALUE)
    text = (here / "a.preflight" / "failures.csv").read_text()
    header, *rows = csv.reader(text.splitlines())
    rows = [row[:6] + other[6:] for row, other in zip(rows, [*rows[1:], rows[0]], strict=True)]
    rows = [["ann5@kestrel-labs.com" if cell == "ann5@@" else cell for cell in row] for row in rows]
    with (here / "c.csv").open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    told = call("resubmit", "c.csv")
    assert "corrected: 1 cell in 1 row" in told.err
    assert "2 DUP806 was rejected and has not been corrected" in told.out
    (log,) = rows_of(here / "c.preflight" / "corrections.csv")
    assert log["preflight__id"].endswith(":5")
    assert twice(opened, "talkvalue") == []
    assert len(opened.store.accepted("talkvalue")) == 10


def test_what_an_option_says_of_the_first_file_alone_is_not_said_again(
    call: Call, box: Box, here: Path
) -> None:
    """The rows of the dataset would be imported once more, and the corrected ones never."""
    opened = box()
    (here / "a.csv").write_text(contacts(3) + "nobody,Bob\n")
    opened.store.keep("landbase", StoredUpload("ds-1", "a.csv", contacts(3).encode()), 0.0)
    call("submit", "a.csv", "--to", "landbase", "-O", "tag_name=Show", "-O", "dataset_id=ds-1")
    text = (here / "a.preflight" / "failures.csv").read_text()
    (here / "c.csv").write_text(text.replace("nobody", "bob@kestrel-labs.com", 1))
    assert call("resubmit", "c.csv").code == 0
    assert [row.key for row in opened.store.accepted("landbase")] == [
        *(f"ann{n}@kestrel-labs.com" for n in (1, 2, 3)), "bob@kestrel-labs.com",
    ]  # fmt: skip


def test_rows_are_told_by_the_lines_of_the_file_that_came_back(
    call: Call, shared: Sandbox, here: Path
) -> None:
    """A title above the header, and columns that hold nothing."""
    (here / "a.csv").write_text(leads(3, r2="nobody"))
    call("submit", "a.csv", *TALKVALUE)
    lines = (here / "a.preflight" / "failures.csv").read_text().splitlines()
    (here / "c.csv").write_text("sep=,\n" + "".join(f"{line},,\n" for line in lines))
    told = call("resubmit", "c.csv")
    assert told.code == 1
    assert "new columns" not in told.err
    (left,) = rows_of(here / "c.preflight" / "rejects.csv")
    assert (left["preflight__row"], left["preflight__line"]) == ("1", "3")
    assert None not in left
    assert "" not in left


def test_a_row_that_was_accepted_and_is_changed_again_is_named(
    call: Call, box: Box, here: Path
) -> None:
    """Two people corrected a row in two ways, one after the other."""
    opened = box()
    (here / "a.csv").write_text(leads(3, r2="nobody"))
    call("submit", "a.csv", *DOTDIGITAL)
    text = (here / "a.preflight" / "failures.csv").read_text()
    for name in ("ann", "bob"):
        (here / f"{name}.csv").write_text(text.replace("nobody", f"{name}2@kestrel-labs.com", 1))
    assert "sent again" not in call("resubmit", "ann.csv").err
    told = call("resubmit", "bob.csv")
    run = run_ids(call)[1]
    assert (
        "  changed since they were sent, so sent again: 1 row\n"
        f"    row 1 (line 2): accepted in run {run} as row 2\n"
    ) in told.err
    assert len(opened.store.accepted("dotdigital")) == 4


def test_rejects_of_a_mere_fix_are_sent_alone(call: Call, box: Box, here: Path) -> None:
    """The clean rows are not, and no contact that is among them; in two rounds."""
    opened = box()
    (here / "a.csv").write_text(leads(6, r2="nobody", r4="no address", r5="none"))
    assert call("fix", "a.csv", "--for", "dotdigital").code == 1
    rejects = here / "a.preflight" / "rejects.csv"
    text = rejects.read_text().replace("nobody", "ann2@kestrel-labs.com")
    rejects.write_text(text.replace("no address", "ann1@kestrel-labs.com"))
    send = ("resubmit", rejects, "-O", "address_book=77")
    assert "needs -O address_book" in call("resubmit", rejects).err
    told = call(*send)
    assert told.code == 1, told.err
    assert [row.key for row in opened.store.accepted("dotdigital")] == ["ann2@kestrel-labs.com"]
    books = books_of(here / "a.preflight" / "rejects.preflight")
    assert (books["rows"], books["accepted"], books["rejected_here"]) == (3, 1, 2)
    left = rows_of(here / "a.preflight" / "rejects.preflight" / "failures.csv")
    assert (
        "has the match key of row 1, clean in the file that was fixed"
        in (left[0]["preflight__message"])
    )
    rejects.write_text(rejects.read_text().replace("none", "ann5@kestrel-labs.com"))
    assert call(*send).code == 1
    keys = [row.key for row in opened.store.accepted("dotdigital")]
    assert keys == ["ann2@kestrel-labs.com", "ann5@kestrel-labs.com"]


def test_a_later_round_holds_back_the_clean_rows_of_the_fix_as_the_first_does(
    call: Call, box: Box, here: Path
) -> None:
    """Somebody may have uploaded clean.csv by hand; the fix itself may be gone by then."""
    opened = box()
    (here / "a.csv").write_text(leads(6, r2="nobody", r4="no address", r5="none"))
    call("fix", "a.csv", "--for", "dotdigital")
    rejects = here / "a.preflight" / "rejects.csv"
    rejects.write_text(rejects.read_text().replace("nobody", "ann2@kestrel-labs.com"))
    assert call("resubmit", rejects, "-O", "address_book=77", "-o", "first").code == 1
    shutil.rmtree(here / "a.preflight")
    left = (here / "first" / "failures.csv").read_text()
    (here / "again.csv").write_text(
        left.replace("no address", "ann1@kestrel-labs.com").replace("none", "ann5@kestrel-labs.com")
    )
    told = call("resubmit", "again.csv")
    assert told.code == 1, told.err
    keys = [row.key for row in opened.store.accepted("dotdigital")]
    assert keys == ["ann2@kestrel-labs.com", "ann5@kestrel-labs.com"]
    (held,) = rows_of(here / "again.preflight" / "failures.csv")
    words = "has the match key of row 1, clean in the file that was fixed"
    assert words in held["preflight__message"]


def test_rejects_of_a_fix_for_no_provider_name_the_command(call: Call, here: Path) -> None:
    (here / "a.csv").write_text(leads(2, r2="nobody"))
    call("fix", "a.csv")
    told = call("resubmit", "a.preflight/rejects.csv")
    assert told.code == 2
    assert "`preflight submit a.preflight/rejects.csv --to PROVIDER`" in told.err
