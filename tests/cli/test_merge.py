"""`preflight merge`: a report that a person fetched, joined to a run or to an uploaded file."""

from __future__ import annotations

import base64
import csv
import io
import json
import os
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from preflight.providers.sandbox.server import Sandbox
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.places import ELSEWHERE
from preflight.runs.ledger.run import PartState, RunState, StoredPart
from tests.calls import DOTDIGITAL, SHOW, TALKVALUE, Call, contacts, rows_of
from tests.cli.test_submit import books_of

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("few_rules")]

Box = Callable[..., Sandbox]
SCHEMA = Path(__file__).parents[2] / "preflight" / "report" / "report.schema.json"
BAD = "unsubscribed{}@kestrel-labs.com,U\n"
EXPERITURE = ("--to", "experiture")


def run_of(here: Path) -> str:
    with Ledger(here / ".preflight" / ELSEWHERE) as ledger:
        return ledger.runs()[0].id


def state_of(here: Path) -> RunState:
    with Ledger(here / ".preflight" / ELSEWHERE) as ledger:
        return ledger.runs()[0].state


def parts_of(here: Path) -> list[StoredPart]:
    with Ledger(here / ".preflight" / ELSEWHERE) as ledger:
        return ledger.parts(ledger.runs()[0].id)


def fetched(opened: Sandbox, provider: str, path: Path, at: int = 0) -> Path:
    """The failure report of a job, fetched as a person does: with the provider's own address."""
    job = opened.store.jobs(provider)[at].id
    base, headers = f"{opened.url}/{provider}", {}
    if provider == "dotdigital":
        user, word = os.environ["DOTDIGITAL_API_USER"], os.environ["DOTDIGITAL_API_PASSWORD"]
        basic = base64.b64encode(f"{user}:{word}".encode()).decode()
        headers, address = {"Authorization": f"Basic {basic}"}, f"v2/contacts/import/{job}"
        address = f"{base}/{address}/report-faults"
    else:
        headers = {"Authorization": f"Bearer {os.environ['TALKVALUE_TOKEN']}"}
        address = f"{base}/path/import/{job}/failed/export"
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers)) as answer:
        path.write_bytes(answer.read())
    return path


def rejected_of(folder: Path) -> list[str]:
    return [row["preflight__row"] for row in rows_of(folder / "failures.csv")]


def spreadsheet(path: Path) -> Path:
    """The same report as a spreadsheet saves it: UTF-16, semicolons, the columns moved."""
    text = path.read_bytes().decode("utf-8-sig")
    rows = [row[::-1] for row in csv.reader(io.StringIO(text, newline=""))]
    saved = io.StringIO(newline="")
    csv.writer(saved, delimiter=";").writerows(rows)
    path.write_bytes(saved.getvalue().encode("utf-16"))
    return path


# To a run.


@pytest.mark.parametrize(
    ("provider", "line"), [("dotdigital", DOTDIGITAL), ("talkvalue", TALKVALUE)]
)
def test_a_part_of_unknown_fate_is_settled_by_its_report_and_a_persons_word(
    call: Call, box: Box, here: Path, provider: str, line: tuple[str, ...]
) -> None:
    """The answer was lost; a person sees the import in the provider's pages and fetches the report.

    Without the word nothing is decided: the report may be of another upload of these rows.
    """
    opened = box(f"{provider}:{'import' if provider == 'dotdigital' else 'create'}:cut-after")
    (here / "a.csv").write_text(contacts(4) + BAD.format(1) + BAD.format(2))
    if provider == "talkvalue":
        assert call("submit", "a.csv", *line, "--no-wait").code == 0
    else:
        assert call("submit", "a.csv", *line).code == 3
    report = spreadsheet(fetched(opened, provider, here / "report.csv"))
    run = run_of(here)
    asked = ("merge", "--from", provider, "--run", run, "--failures", report)
    told = call(*asked)
    assert (told.code, "--mark-accepted 1" in told.err) == (2, True)
    assert {stored.state for stored in parts_of(here)} <= {PartState.UNKNOWN, PartState.SENT}
    told = call(*asked, "--mark-accepted", 1)
    assert told.code == 1, told.err
    assert "6 rows = 4 accepted + 0 rejected by preflight + 2 rejected by the provider" in told.out
    assert rejected_of(here / "a.preflight") == ["5", "6"]
    assert state_of(here) is RunState.FINISHED
    assert books_of(here / "a.preflight")["accepted"] == len(opened.store.accepted(provider))
    before = (here / "a.preflight" / "failures.csv").read_bytes()
    again = call(*asked)
    assert (again.code, again.out) == (1, told.out)
    assert (here / "a.preflight" / "failures.csv").read_bytes() == before


def test_a_report_that_was_gone_is_made_good_page_by_page(call: Call, box: Box, here: Path) -> None:
    """Resumed too late: the provider still counts the refused rows, and names none any more."""
    opened = box()
    (here / "a.csv").write_text(contacts(3) + "".join(map(BAD.format, range(4))))
    call("submit", "a.csv", *DOTDIGITAL)
    report = fetched(opened, "dotdigital", here / "report.csv")
    with Ledger(here / ".preflight" / ELSEWHERE) as ledger:
        (stored,) = ledger.parts(run_of(here))
        assert stored.outcome is not None
        ledger.end_part(run_of(here), 1, stored.outcome, None, reason="its report is gone")
    head, *lines = report.read_bytes().decode("utf-8-sig").splitlines(keepends=True)
    pages = [here / "one.csv", here / "two.csv"]
    pages[0].write_text(head + lines[0] + head + lines[1])
    pages[1].write_text(head + "".join(lines[1:]))
    asked = ("merge", "--from", "dotdigital", "--run", run_of(here), "--failures")
    first = call(*asked, pages[0], "--max-bad", "4")
    assert first.code == 0, first.err
    assert "2  Dotdigital does not say which" in first.out
    assert len(rejected_of(here / "a.preflight")) == 2
    last = call(*asked, pages[1])
    assert "Dotdigital does not say which" not in last.out
    assert rejected_of(here / "a.preflight") == ["4", "5", "6", "7"]
    books = books_of(here / "a.preflight")
    assert (books["accepted"], books["rejected_there"]) == (3, 4)


def test_a_kept_report_that_is_lost_is_replaced(call: Call, box: Box, here: Path) -> None:
    opened = box()
    (here / "a.csv").write_text(contacts(2) + BAD.format(1))
    call("submit", "a.csv", *DOTDIGITAL)
    for kept in (here / ".preflight" / ELSEWHERE / "reports").iterdir():
        kept.unlink()
    report = fetched(opened, "dotdigital", here / "report.csv")
    told = call("merge", "--from", "dotdigital", "--run", run_of(here), "--failures", report)
    assert "the earlier report is gone" in told.out
    assert rejected_of(here / "a.preflight") == ["3"]


def test_reports_of_several_parts_find_their_parts(call: Call, box: Box, here: Path) -> None:
    """In one call, in any order; a page of lines of two parts is taken apart."""
    now = [time.time()]
    opened = box(job_seconds=600, clock=lambda: now[0])
    rows = [contacts(1), BAD.format(1), BAD.format(2), *contacts(2, 7).splitlines(True)[1:]]
    (here / "a.csv").write_text("".join(rows) + BAD.format(3))
    call("submit", "a.csv", *DOTDIGITAL, "--max-rows", 2, "--no-wait")
    now[0] += 600
    reports = [fetched(opened, "dotdigital", here / f"{at}.csv", at) for at in range(3)]
    asked = ("merge", "--from", "dotdigital", "--run", run_of(here), "--failures")
    told = call(*asked, reports[2], reports[0], "--mark-accepted", 1, "--mark-accepted", 3)
    assert told.code == 1, told.err
    assert "has not ended; go on with `preflight resume" in told.err
    assert rejected_of(here / "a.preflight") == ["2", "6"]
    assert books_of(here / "a.preflight")["submitted"] == 2
    page = here / "all.csv"
    page.write_bytes(b"".join(report.read_bytes() for report in reports))
    told = call(*asked, page, "--mark-accepted", 2)
    assert told.code == 1, told.err
    assert rejected_of(here / "a.preflight") == ["2", "3", "6"]
    assert state_of(here) is RunState.FINISHED


def test_a_page_may_have_several_lines_of_each_of_several_parts(
    call: Call, box: Box, here: Path
) -> None:
    now = [time.time()]
    opened = box(job_seconds=600, clock=lambda: now[0])
    (here / "a.csv").write_text(contacts(1) + "".join(map(BAD.format, range(1, 4))))
    call("submit", "a.csv", *DOTDIGITAL, "--max-rows", 2, "--no-wait")
    now[0] += 600
    page = here / "all.csv"
    page.write_text("".join(
        fetched(opened, "dotdigital", here / f"{at}.csv", at).read_text() for at in range(2)
    ))  # fmt: skip
    told = call(
        "merge", "--from", "dotdigital", "--run", run_of(here), "--failures", page,
        "--mark-accepted", 1, "--mark-accepted", 2,
    )  # fmt: skip
    assert told.code == 1, told.err
    assert rejected_of(here / "a.preflight") == ["2", "3", "4"]


def test_whose_report_it_is_has_to_be_said_where_its_lines_do_not(
    call: Call, box: Box, here: Path
) -> None:
    """Numbers without values fit every part."""
    box()
    (here / "a.csv").write_text(contacts(6))
    call("submit", "a.csv", *TALKVALUE, "--max-rows", 3)
    asked = ("merge", "--from", "talkvalue", "--run", run_of(here), "--failures", "r.csv")
    (here / "r.csv").write_text("rowNum,errorCode,errorMessage,rawValue\n2,E,,\n4,E,,\n")
    told = call(*asked)
    assert (
        told.code,
        "2 of its 2 lines fit rows of several parts; name the part with --part N" in told.err,
    ) == (
        2,
        True,
    )
    (here / "r.csv").write_text("rowNum,errorCode,errorMessage,rawValue\n")
    told = call(*asked)
    assert (
        told.code,
        "none of its lines shows which part it is about; name the part with --part N" in told.err,
    ) == (2, True)
    assert "has no part 3; it has 2" in call(*asked, "--part", 3).err
    (here / "r.csv").write_text("rowNum,errorCode,errorMessage,rawValue\n2,E,,\n4,E,,\n")
    told = call(*asked, "--part", 2)
    assert (told.code, rejected_of(here / "a.preflight")) == (1, ["4", "6"])


def test_what_a_report_cannot_be_about_is_refused_and_nothing_is_changed(
    call: Call, box: Box, here: Path
) -> None:
    box("dotdigital:import:429:99")
    (here / "a.csv").write_text(contacts(2))
    assert call("submit", "a.csv", *DOTDIGITAL, "--timeout", "0.2").code == 3
    run = run_of(here)
    (here / "r.csv").write_text("Reason,Email\nBlocked,ann1@kestrel-labs.com\n")
    asked = ("merge", "--from", "dotdigital", "--failures", "r.csv", "--run")
    for more, said in (
        ((run,), "part 1 was not sent yet"),
        ((run, "--mark-accepted", 1), "part 1 was not sent yet"),
        ((run, "--mark-accepted", 2), "no report is about part 2"),
        ((run[:-1],), f"did you mean {run}?"),
        ((run, "--state-dir", "none"), "there are no runs in none"),
    ):
        told = call(*asked, *more)
        assert (told.code, said in told.err) == (2, True), told.err
    (here / "r.csv").write_text("Reason,Email\nBlocked,someone@else.org\n")
    told = call(*asked, run)
    assert (told.code, "none of its 1 lines is about a row of run" in told.err) == (2, True)
    (here / "t.csv").write_text("rowNum,errorCode\n2,E\n")
    told = call("merge", "--from", "talkvalue", "--failures", "t.csv", "--run", run)
    assert (told.code, "was sent to dotdigital: a report of talkvalue" in told.err) == (2, True)
    assert parts_of(here)[0].state is PartState.READY
    assert not (here / "none").exists()


def test_a_run_that_was_replaced_takes_no_report(call: Call, box: Box, here: Path) -> None:
    opened = box("dotdigital:import:429:99")
    (here / "a.csv").write_text(contacts(2))
    call("submit", "a.csv", *DOTDIGITAL, "--timeout", "0.2")
    old = run_of(here)
    opened.faults.clear()
    assert call("submit", "a.csv", *DOTDIGITAL, "--force").code == 0
    (here / "r.csv").write_text("Reason,Email\nBlocked,ann1@kestrel-labs.com\n")
    told = call("merge", "--from", "dotdigital", "--failures", "r.csv", "--run", old)
    assert (told.code, "a later run sends its rows" in told.err) == (2, True)


# To a file that was uploaded by hand.


def test_a_file_uploaded_by_hand_gets_its_failures_and_its_books(call: Call, here: Path) -> None:
    raw = 'E-Mail;Vorname;Stand\r\nann@b.org;"A;\r\nn";1\r\n\r\nbo@b.org;Bö;2\r\ncy@b.org;=Cy;3\r\n'
    (here / "up.csv").write_bytes(raw.encode("cp1252"))
    (here / "r.csv").write_text(
        "Reason,Email\nUnsubscribed,BO@b.org\nBlocked,bo@b.org\nHard bounced, cy@b.org\n"
        "Blocked,eve@b.org\n"
    )
    told = call("merge", "--from", "dotdigital", "--submitted", "up.csv", "--failures", "r.csv")
    assert told.code == 1, told.err
    folder = here / "up.preflight"
    first, last = rows_of(folder / "failures.csv")
    assert [first[name] for name in ("E-Mail", "Vorname", "Stand")] == ["bo@b.org", "Bö", "2"]
    assert (first["preflight__row"], first["preflight__line"]) == ("3", "5")
    assert first["preflight__provider_code"] == "Unsubscribed; Blocked"
    assert (first["preflight__source"], first["preflight__class"]) == ("provider", "suppressed")
    assert last["Vorname"] == "'=Cy"
    (unmatched,) = rows_of(folder / "unmatched.csv")
    assert unmatched["cells"] == "Blocked,eve@b.org"
    assert "4 rows = 1 accepted + 0 rejected by preflight + 2 rejected by the provider" in told.out
    assert told.out.strip().count("1 dropped") == 1
    assert "1 rows count as accepted because the report does not name them" in told.out
    document = json.loads((folder / "report.json").read_text())
    jsonschema.validate(document, json.loads(SCHEMA.read_text()))
    assert (document["run"]["id"], document["run"]["state"]) == (None, "merged")
    assert document["run"]["books"]["rejected_there"] == 2
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o077 == 0
    merge = ("merge", "--from", "dotdigital", "--submitted", "up.csv", "--failures", "r.csv")
    assert call(*merge).code == 1
    (folder / "failures.csv").write_text("corrected")
    again = call(*merge)
    assert (again.code, "failures.csv was changed since" in again.err) == (2, True)


def test_the_original_gives_its_columns_and_its_row_numbers(call: Call, here: Path) -> None:
    """By the word of the results beside it, and where these are gone by what stands in the rows."""
    (here / "expo.csv").write_bytes((SHOW / "badges-cp1252.csv").read_bytes())
    reading = ("--encoding", "cp1252")
    call("fix", "expo.csv", "--for", "dotdigital", "--timezone", "Europe/Berlin", *reading)
    clean = rows_of(here / "expo.preflight" / "clean.csv")
    rejected = [clean[2], clean[40], clean[-1]]
    with (here / "r.csv").open("w", newline="") as file:
        csv.writer(file).writerow(["Reason", "Email"])
        csv.writer(file).writerows(["Blocked", row["Email"].upper()] for row in rejected)
    merge = ("merge", "--from", "dotdigital", "--failures", "r.csv", "--original", "expo.csv")
    told = call(*merge, "--submitted", "expo.preflight/clean.csv", "-o", "known")
    assert told.code == 1, told.err
    assert "are identified by the results beside expo.preflight/clean.csv" in told.out
    (here / "moved.csv").write_bytes((here / "expo.preflight" / "clean.csv").read_bytes())
    told = call(*merge, *reading, "--submitted", "moved.csv", "-o", "found")
    assert "are identified by their cells" in told.out
    known, found = (rows_of(here / name / "failures.csv") for name in ("known", "found"))
    assert known == found
    lines = (here / "expo.csv").read_bytes().decode("cp1252").splitlines()
    for row, sent in zip(known, rejected, strict=True):
        assert sent["Email"] in lines[int(row["preflight__line"]) - 1].lower()
    assert "Email" not in known[0]


def test_reading_options_and_json_count(call: Call, here: Path) -> None:
    (here / "up.csv").write_bytes("Kontakt|Stand\nann@b.org|Ü\nbo@b.org|Ä\n".encode("cp850"))
    (here / "r.csv").write_text("Reason,Email\nBlocked,bo@b.org\n")
    told = call(
        "merge", "--from", "dotdigital", "--submitted", "up.csv", "--failures", "r.csv",
        "--encoding", "cp850", "--delimiter", "|", "--header-row", 1, "--map", "Kontakt=email",
        "--output-format", "json", "--output-file", "told.json", "--max-bad", "50%",
    )  # fmt: skip
    assert (told.code, "2 rows = 1 accepted" in told.out) == (0, True)
    assert json.loads((here / "told.json").read_text())["run"]["books"]["accepted"] == 1
    assert rows_of(here / "up.preflight" / "failures.csv")[0]["Stand"] == "Ä"


def test_several_files_may_follow_one_option(call: Call, here: Path) -> None:
    (here / "up.csv").write_text(contacts(5))
    for at in (1, 2):
        (here / f"{at}.csv").write_text(f"Reason,Email\nBlocked,ann{at}@kestrel-labs.com\n")
    asked = ("merge", "--from", "dotdigital", "--submitted", "up.csv", "--failures")
    assert call(*asked, "1.csv", "2.csv", "1.csv").code == 1
    assert rejected_of(here / "up.preflight") == ["1", "2"]
    (here / "none.csv").write_text("Reason,Email\n")
    assert call(*asked, "none.csv", "-o", "none").code == 0
    (here / "else.csv").write_text("Reason,Email\nBlocked,x@y.org\n")
    told = call(*asked, "else.csv", "-o", "else")
    assert (told.code, "is it the report of another file?" in told.out) == (1, True)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ((), "either --run RUN or --submitted FILE"),
        (("--run", "x", "--submitted", "up.csv"), "either --run RUN or --submitted FILE"),
        (("--run", "x", "--original", "up.csv"), "--original cannot be combined with --run"),
        (("--run", "x", "-o", "out"), "-o cannot be combined with --run"),
        (("--run", "x", "--force"), "--force cannot be combined with --run"),
        (("--submitted", "up.csv", "--part", "1"), "--part cannot be combined with --submitted"),
        (("--submitted", "up.csv", "--mark-accepted", "1"), "--mark-accepted cannot be combined"),
        (("--submitted", "gone.csv"), "gone.csv: no such file"),
        (("--submitted", "r.csv"), "both as the submitted file and as the failure report"),
        (("--submitted", "up.csv", "--failures", "gone.csv"), "gone.csv: no such file"),
        (("--submitted", "up.csv", "--failures", "none.csv"), "none.csv is empty"),
        (("--submitted", "up.csv", "--failures", "book.xlsx"), "book.xlsx is a"),
        (("--submitted", "up.csv", "--original", "gone.csv"), "gone.csv: no such file"),
        (("--submitted", "up.csv", "--original", "none.csv"), "none.csv is not a CSV"),
        (("--submitted", "none.csv"), "none.csv is not a CSV"),
        (("--submitted", "up.csv", "--original", "up.csv", "--map", "X=email"), "column `X`"),
        (("--submitted", "up.csv", "--map", "X=email"), "no column `X`"),
        (
            ("--submitted", "x.preflight/clean.csv", "-o", "x.preflight"),
            "would be replaced by the results",
        ),
    ],
)
def test_a_call_that_cannot_be_carried_out_exits_with_2_and_writes_nothing(
    call: Call, here: Path, more: tuple[str, ...], said: str
) -> None:
    (here / "up.csv").write_text(contacts(2))
    (here / "r.csv").write_text("Reason,Email\nBlocked,ann1@kestrel-labs.com\n")
    (here / "none.csv").write_text("")
    (here / "book.xlsx").write_bytes(b"PK\x03\x04 broken")
    (here / "x.preflight").mkdir()
    (here / "x.preflight" / "clean.csv").write_text(contacts(2))
    before = sorted(here.rglob("*"))
    told = call("merge", "--from", "dotdigital", "--failures", "r.csv", *more)
    assert (told.code, told.out, said in told.err) == (2, "", True), told.err
    assert told.err.count("\n") == 1
    assert sorted(here.rglob("*")) == before


@pytest.mark.parametrize(
    ("provider", "said"),
    [
        ("textus", "textus does not report rejected rows"),
        ("landbase", "landbase reports only the number of rejected rows"),
        ("dotdigtal", 'did you mean "dotdigital"?'),
    ],
)
def test_a_provider_without_reports_is_told(
    call: Call, here: Path, provider: str, said: str
) -> None:
    (here / "up.csv").write_text(contacts(2))
    told = call("merge", "--from", provider, "--submitted", "up.csv", "--failures", "r.csv")
    assert (told.code, said in told.err) == (2, True)
