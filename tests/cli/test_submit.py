"""`preflight submit`: the whole line against the stand-ins, and what is kept of it."""

from __future__ import annotations

import csv
import itertools
import json
import sqlite3
import stat
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

from preflight.providers.sandbox.server import Sandbox
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.places import ELSEWHERE
from tests.calls import (
    DOTDIGITAL,
    EXPORTS,
    FIXTURES,
    LINES,
    ODD,
    SHOW,
    TALKVALUE,
    Call,
    clean_rows_of,
    contacts,
    rows_of,
)

Box = Callable[..., Sandbox]
SCHEMA = FIXTURES.parent / "preflight" / "report" / "report.schema.json"


def report_of(folder: Path) -> dict[str, object]:
    """report.json, valid."""
    report: dict[str, object] = json.loads((folder / "report.json").read_text())
    jsonschema.validate(report, json.loads(SCHEMA.read_text()))
    return report


def books_of(folder: Path) -> dict[str, int]:
    """The books of the run, balanced, and equal to what stands in the files."""
    report = report_of(folder)
    books: dict[str, int] = report["run"]["books"]  # type: ignore[index]
    assert books["rows"] == sum(books.values()) - books["rows"]
    failures = Counter(row["preflight__source"] for row in rows_of(folder / "failures.csv"))
    unattributed = report["run"]["unattributed"]  # type: ignore[index]
    assert failures["local"] == books["rejected_here"] == len(rows_of(folder / "rejects.csv"))
    assert failures["provider"] == books["rejected_there"] - unattributed
    clean = books["rows"] - books["rejected_here"] - books["dropped"]
    assert clean == len(clean_rows_of(folder))
    return books


def values_in(path: Path, encoding: str) -> set[str]:
    """Cells of a file that only a person's data can be: long, and with an @ or many digits."""
    text = path.read_bytes().decode(encoding)
    cells = {cell.strip() for row in csv.reader(text.splitlines(), delimiter=";") for cell in row}
    cells |= {cell.strip() for row in csv.reader(text.splitlines()) for cell in row}
    return {
        cell
        for cell in cells
        if len(cell) > 9 and ("@" in cell or sum(map(str.isdigit, cell)) > 8) and ";" not in cell
    }


LINED = {("expo-utf16.csv", "talkvalue"), ("badges-cp1252.csv", "dotdigital")}
"""The exports that go through the whole line in `make test`, and where to."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "provider"),
    [
        pytest.param(*pair, marks=[] if pair in LINED else [pytest.mark.long])
        for pair in itertools.product(EXPORTS, LINES)
    ],
)
def test_an_export_goes_through_the_whole_line(
    call: Call, box: Box, here: Path, name: str, provider: str
) -> None:
    """The stand-in's own ledger equals the books; each refusal is said of the right row."""
    opened = box()
    told = call("submit", SHOW / name, *LINES[provider], *EXPORTS[name], "-o", "out")
    assert told.code == 1, told.err
    books = books_of(here / "out")
    taken = opened.store.accepted(provider)
    assert len(taken) == books["accepted"] > 0
    assert max(Counter(row.key for row in taken).values()) == 1
    with Ledger(here / ".preflight" / ELSEWHERE) as ledger:
        (run,) = ledger.runs()
        (stored,) = ledger.parts(run.id)
    (job,) = opened.store.jobs(provider)
    refused = {int(stored.part.row_map[one.row - 1]): one for one in opened.store.failures(job)}
    failures = rows_of(here / "out" / "failures.csv")
    there = {int(r["preflight__row"]): r for r in failures if r["preflight__source"] == "provider"}
    assert set(there) == set(refused)
    for row, one in refused.items():
        assert there[row]["preflight__provider_code"] == one.code
    numbers = [int(row["preflight__row"]) for row in failures]
    assert numbers == sorted(set(numbers))
    assert [row for row in failures if row["preflight__source"] == "local"] == rows_of(
        here / "out" / "rejects.csv"
    )
    assert stat.S_IMODE((here / "out" / "failures.csv").stat().st_mode) == 0o600
    _nothing_personal_leaves(told.out + told.err, here, SHOW / name, opened.environment)


def _nothing_personal_leaves(told: str, here: Path, source: Path, secrets: dict[str, str]) -> None:
    encoding = "cp1252" if "cp1252" in source.name else "utf-8"
    encoding = "utf-16" if "utf16" in source.name else encoding
    values = values_in(source, encoding)
    assert len(values) > 200
    values |= {text for name, text in secrets.items() if not name.endswith("URL")}
    report = (here / "out" / "report.json").read_text()
    ledger = (
        (here / ".preflight" / ELSEWHERE / "ledger.sqlite").read_bytes().decode("utf-8", "replace")
    )
    for where, text in (("output", told), ("report", report), ("ledger", ledger)):
        assert not {value for value in values if value in text}, where


def test_a_clean_file_exits_with_0(call: Call, box: Box, here: Path) -> None:
    box()
    (here / "a.csv").write_text(contacts(3))
    told = call("submit", "a.csv", *TALKVALUE)
    assert told.code == 0
    assert "3 rows = 3 accepted + 0 rejected by preflight" in told.out
    assert "part 1: 3 rows, finished, job 1, COMPLETED" in told.out
    assert "failures.csv" not in told.out
    assert "if it is interrupted, go on with `preflight resume 2" in told.err


def test_several_parts_are_sent_one_after_the_other(call: Call, box: Box, here: Path) -> None:
    opened = box()
    (here / "a.csv").write_text(contacts(6) + "suppressed@kestrel-labs.com,Sue\n")
    told = call("submit", "a.csv", *TALKVALUE, "--max-rows", "3", "--max-bad", "1")
    assert told.code == 0
    assert "row numbers count" not in told.out  # that is for programs
    books = books_of(here / "a.preflight")
    assert (books["accepted"], books["rejected_there"]) == (6, 1)
    assert len(opened.store.jobs("talkvalue")) == 3
    (row,) = rows_of(here / "a.preflight" / "failures.csv")
    assert (row["email"], row["preflight__row"]) == ("suppressed@kestrel-labs.com", "7")
    assert row["preflight__provider_code"] == "CONTACT_SUPPRESSED"


def test_a_record_over_the_limit_stands_in_the_failures(
    call: Call, shared: Sandbox, here: Path
) -> None:
    (here / "a.csv").write_text(contacts(2) + f"x@kestrel-labs.com,{'x' * 300}\n")
    told = call("submit", "a.csv", *TALKVALUE, "--max-bytes", "200")
    assert told.code == 1
    assert "1 FIL008" in told.out
    assert books_of(here / "a.preflight")["rejected_here"] == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", ["empty", "report", "picture", "header-only", "duplicate-header"])
def test_of_a_refused_file_nothing_is_sent(
    call: Call, shared: Sandbox, here: Path, name: str
) -> None:
    before = len(shared.store.jobs("talkvalue"))
    told = call("submit", ODD / f"{name}.csv", *TALKVALUE, "-o", "out", "--max-bad", "100%")
    assert told.code == 1
    assert "nothing can be used until this is fixed:" in told.out
    assert "nothing was sent" in told.out
    assert "the rows that were sent" not in told.out
    assert len(shared.store.jobs("talkvalue")) == before
    assert not (here / ".preflight").exists()


def test_a_dry_run_sends_nothing_and_asks_for_no_secret(call: Call, here: Path) -> None:
    (here / "a.csv").write_text(contacts(3))
    told = call("submit", "a.csv", *TALKVALUE, "--dry-run")
    assert told.code == 0
    assert "  dry run, nothing was sent: would send 3 rows in 1 part\n" in told.out
    assert "unknown" not in told.out
    assert len(clean_rows_of(here / "a.preflight")) == 3
    assert call("submit", "a.csv", "--to", "talkvalue", "--dry-run", "--force").code == 2


def test_more_rejected_rows_than_are_accepted_send_nothing(
    call: Call, box: Box, here: Path
) -> None:
    """A dry run says so, too; once they are corrected, the same call sends."""
    opened = box()
    (here / "a.csv").write_text(contacts(3) + "no address,N\n")
    for more in ((), ("--dry-run",), ("--exit-zero",)):
        told = call("submit", "a.csv", *TALKVALUE, "--max-bad", "20%", *more)
        assert told.code == 1
        assert (
            "  nothing was sent: 1 of 4 rows rejected, more than --max-bad 20% allows; "
            "correct them in rejects.csv, or raise --max-bad\n"
        ) in told.out
    shown = call("submit", "a.csv", *TALKVALUE, "--max-bad", "0", "--output-format", "json")
    run = json.loads(shown.out)["run"]
    jsonschema.validate(json.loads(shown.out), json.loads(SCHEMA.read_text()))
    assert (run["gate"], run["id"], run["not_sent_yet"]) == ("0", None, 3)
    assert opened.store.jobs("talkvalue") == []
    assert not (here / ".preflight").exists()
    assert call("submit", "a.csv", *TALKVALUE, "--max-bad", "25%").code == 0
    assert len(opened.store.accepted("talkvalue")) == 3


def test_the_stand_ins_of_one_run_are_started_for_it(call: Call, here: Path) -> None:
    (here / "a.csv").write_text(contacts(2))
    told = call("submit", "a.csv", *DOTDIGITAL, "--sandbox", "--state-dir", "state")
    assert told.code == 0
    assert told.err.startswith("sandbox: local stand-ins at http://127.0.0.1:")
    with sqlite3.connect(here / "state" / "sandbox.sqlite") as state:
        assert state.execute("SELECT count(*) FROM accepted").fetchone() == (2,)
    state.close()


def test_json_holds_the_run(call: Call, shared: Sandbox, here: Path) -> None:
    (here / "a.csv").write_text(contacts(2))
    told = call("submit", "a.csv", *TALKVALUE, "--output-format", "json")
    run = json.loads(told.out)["run"]
    jsonschema.validate(json.loads(told.out), json.loads(SCHEMA.read_text()))
    assert (run["provider"], run["state"], run["books"]["accepted"]) == ("talkvalue", "finished", 2)
    assert [part["state"] for part in run["parts"]] == ["finished"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "code"),
    [((), 1), (("--max-bad", "2"), 0), (("--max-bad", "1"), 1), (("--exit-zero",), 0)],
)  # fmt: skip
def test_rows_rejected_here_and_there_count_together(
    call: Call, shared: Sandbox, here: Path, options: tuple[str, ...], code: int
) -> None:
    """One of four rows is rejected here, one there."""
    (here / "a.csv").write_text(contacts(2) + "suppressed@kestrel-labs.com,S\nno address,N\n")
    assert call("submit", "a.csv", *DOTDIGITAL, *options).code == code


@pytest.mark.slow
def test_warnings_count_only_where_they_are_said_to(
    call: Call, shared: Sandbox, here: Path
) -> None:
    (here / "a.csv").write_text("email,first_name\nann@kestrel-labs.com,=1+1\n")
    assert call("submit", "a.csv", *DOTDIGITAL).code == 0
    again = call("submit", "a.csv", *DOTDIGITAL, "--force", "--again", "--fail-on", "warning")
    assert again.code == 1


def test_options_stand_in_the_config_as_well(call: Call, shared: Sandbox, here: Path) -> None:
    (here / "a.csv").write_text(contacts(2))
    (here / "preflight.toml").write_text('[providers.talkvalue]\nsource_id = "7"\nmode = "SKIP"\n')
    assert call("submit", "a.csv", "--to", "talkvalue").code == 0


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["nope.csv", *TALKVALUE], "nope.csv: no such file"),
        ([".", *TALKVALUE], "a directory, not a file"),
        (["a.csv"], "missing option '--to'. It is one of dotdigital, experiture, landbase, t"),
        (["a.csv", "--to", "talkvalue"], "talkvalue needs -O source_id="),
        (["a.csv", *TALKVALUE, "-O", "sauce=1"], 'no option "sauce"'),
        (
            ["a.csv", *TALKVALUE, "-O", "mode=UPDAT"],
            "mode of talkvalue must be one of UPDATE, SKIP",
        ),
        (["a.csv", *TALKVALUE, "-O", "mode"], "`mode` is not key=value"),
        (["a.csv", "--to", "textus"], "textus needs -O account="),
        (["a.csv", "--to", "mailchimp"], 'no provider "mailchimp"'),
        (["a.csv", *TALKVALUE, "--base-url", "http://example.org"], "http"),
        (["a.csv", *TALKVALUE, "--timeout", "0"], "timeout is a number of seconds above 0"),
        (
            ["a.csv", *TALKVALUE, "--timeout", "x"],
            "invalid value for '--timeout': 'x' is not a number",
        ),
        (["a.csv", *TALKVALUE, "--header-row", "x"], "'--header-row': 'x' is not a whole number"),
        (["a.csv", *TALKVALUE, "--state-dir", "a.csv"], "a.csv"),
        (["a.csv", *TALKVALUE, "--sandbox", "--state-dir", "a.csv"], "a.csv"),
    ],
)
def test_what_cannot_be_run_is_one_line_and_sends_nothing(
    call: Call, shared: Sandbox, here: Path, argv: list[str], said: str
) -> None:
    before = len(shared.store.jobs("talkvalue"))
    (here / "a.csv").write_text(contacts(2))
    told = call("submit", *argv)
    assert (told.code, told.out) == (2, "")
    assert said in told.err
    assert told.err.count("\n") == 1
    assert len(shared.store.jobs("talkvalue")) == before


@pytest.mark.parametrize("line", LINES.values())
def test_a_missing_secret_is_named(call: Call, here: Path, line: tuple[str, ...]) -> None:
    (here / "a.csv").write_text(contacts(2))
    told = call("submit", "a.csv", *line)
    assert told.code == 2
    assert "must be set in the environment" in told.err
    assert [path.name for path in here.iterdir()] == ["a.csv"]


@pytest.mark.slow
@pytest.mark.parametrize("provider", LINES)
def test_busy_twice_goes_on(call: Call, box: Box, here: Path, provider: str) -> None:
    route = {"talkvalue": "create", "dotdigital": "import"}[provider]
    opened = box(f"{provider}:{route}:429:2")
    (here / "a.csv").write_text(contacts(4))
    assert call("submit", "a.csv", *LINES[provider]).code == 0
    assert len(opened.store.accepted(provider)) == 4
    assert opened.faults.pending() == []


@pytest.mark.slow
@pytest.mark.parametrize("fault", ["cut-after", "500-after", "truncate"])
def test_a_broken_call_is_looked_up_where_it_can_be(
    call: Call, box: Box, here: Path, fault: str
) -> None:
    opened = box(f"talkvalue:create:{fault}")
    (here / "a.csv").write_text(contacts(4))
    told = call("submit", "a.csv", *TALKVALUE)
    assert told.code == 0, told.err
    assert books_of(here / "a.preflight")["accepted"] == 4
    assert len(opened.store.accepted("talkvalue")) == 4


@pytest.mark.parametrize("name", ["PREFLIGHT_POLL_SCALE", "PREFLIGHT_CALL_TIMEOUT"])
def test_a_waiting_time_that_is_no_number_sends_nothing(
    call: Call, shared: Sandbox, here: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    (here / "a.csv").write_text(contacts(2))
    monkeypatch.setenv(name, "soon")
    told = call("submit", "a.csv", *TALKVALUE)
    assert (told.code, f"{name} must be a number from 0 up" in told.err) == (2, True)
    assert [path.name for path in here.iterdir()] == ["a.csv"]


@pytest.mark.slow
def test_wrong_credentials_stop_it_and_are_not_repeated(
    call: Call, box: Box, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = box()
    monkeypatch.setenv("TALKVALUE_TOKEN", "canary-of-a-token")
    (here / "a.csv").write_text(contacts(2))
    told = call("submit", "a.csv", *TALKVALUE)
    assert told.code == 3
    assert "canary" not in told.out + told.err
    assert "`preflight resume 2" in told.err
    assert opened.store.jobs("talkvalue") == []
    assert "the rows that are being sent; not all of them were yet" in told.out
    monkeypatch.setenv("TALKVALUE_TOKEN", opened.environment["TALKVALUE_TOKEN"])
    again = call("resume")
    assert again.code == 0
    assert "the rows that were sent" in again.out
    assert books_of(here / "a.preflight")["accepted"] == 2


def test_a_part_that_the_provider_refuses_is_rejected_there(
    call: Call, shared: Sandbox, here: Path
) -> None:
    """Address book 404 does not exist: a final no, for every row."""
    (here / "a.csv").write_text(contacts(2))
    told = call("submit", "a.csv", "--to", "dotdigital", "-O", "address_book=404")
    assert told.code == 1
    assert books_of(here / "a.preflight")["rejected_there"] == 2
    assert {row["preflight__class"] for row in rows_of(here / "a.preflight/failures.csv")} == {
        "config"
    }


@pytest.mark.slow
@pytest.mark.parametrize("book", ["9001", "9002", "9004"])
def test_a_job_that_fails_rejects_every_row(
    call: Call, shared: Sandbox, here: Path, book: str
) -> None:
    (here / "a.csv").write_text(contacts(2))
    told = call("submit", "a.csv", "--to", "dotdigital", "-O", f"address_book={book}")
    assert told.code == 1
    assert books_of(here / "a.preflight")["rejected_there"] == 2


@pytest.mark.slow
def test_what_was_begun_and_not_ended_is_not_begun_anew_by_accident(
    call: Call, box: Box, here: Path
) -> None:
    """Neither into the same folder, whose parts a resume needs, nor elsewhere."""
    opened = box("dotdigital:import:cut-after")
    (here / "a.csv").write_text(contacts(2))
    assert call("submit", "a.csv", *DOTDIGITAL).code == 3
    for options in (("--force",), ("-o", "other")):
        told = call("submit", "a.csv", *DOTDIGITAL, *options)
        assert told.code == 2
        assert "has begun to send this to dotdigital and has not ended" in told.err
    assert len(opened.store.jobs("dotdigital")) == 1
    assert call("resume", "--mark-accepted", "1").code == 0
    assert call("submit", "a.csv", *DOTDIGITAL, "--force", "--again").code == 0


@pytest.mark.slow
def test_a_file_that_was_sent_is_not_sent_again_by_accident(
    call: Call, box: Box, here: Path
) -> None:
    """To the same place; and what stands in the results stays."""
    opened = box()
    (here / "a.csv").write_text(contacts(3) + "no address,N\n")
    call("submit", "a.csv", *DOTDIGITAL)
    stood = (here / "a.preflight" / "failures.csv").read_bytes()
    for options in (("--force",), ("-o", "other"), ("--max-rows", "2", "-o", "third")):
        told = call("submit", "a.csv", *DOTDIGITAL, *options)
        assert told.code == 2
        assert "a.csv was sent to dotdigital before, in run " in told.err
        assert "To send corrected rows, use `preflight resubmit`" in told.err
    assert (here / "a.preflight" / "failures.csv").read_bytes() == stood
    assert not (here / "other").exists()
    assert len(opened.store.accepted("dotdigital")) == 3
    elsewhere = ("--to", "dotdigital", "-O", "address_book=78", "-o", "other")
    assert call("submit", "a.csv", *elsewhere).code == 1
    assert call("submit", "a.csv", *DOTDIGITAL, "--force", "--again").code == 1
    assert len(opened.store.accepted("dotdigital")) == 9


def test_a_call_is_waited_for_no_longer_than_is_said(
    call: Call, box: Box, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows were taken, and the answer came too late to say so."""
    opened = box("dotdigital:import:slow:1:20")
    monkeypatch.setenv("PREFLIGHT_CALL_TIMEOUT", "0.5")
    (here / "a.csv").write_text(contacts(2))
    told = call("submit", "a.csv", *DOTDIGITAL)
    assert (told.code, "broke off (ReadTimeout)" in told.err) == (3, True)
    assert len(opened.store.accepted("dotdigital")) == 2


@pytest.mark.slow
def test_results_that_no_run_came_to_have_do_not_stand_in_the_way(
    call: Call, shared: Sandbox, here: Path
) -> None:
    """The state cannot be written, so nothing is sent; once it can, the same call does it."""
    (here / "a.csv").write_text(contacts(2))
    (here / "state" / ELSEWHERE).mkdir(parents=True)
    (here / "state" / ELSEWHERE / "sources").write_text("in the way")
    told = call("submit", "a.csv", *TALKVALUE, "--state-dir", "state")
    assert (told.code, "cannot keep a copy in" in told.err) == (2, True)
    (here / "state" / ELSEWHERE / "sources").unlink()
    assert call("submit", "a.csv", *TALKVALUE, "--state-dir", "state").code == 0
    again = call("submit", "a.csv", *TALKVALUE, "--state-dir", "state")
    assert (again.code, "was sent to talkvalue before" in again.err) == (2, True)


@pytest.mark.slow
def test_results_of_a_run_that_sent_nothing_are_said_to_be_its(
    call: Call, box: Box, here: Path
) -> None:
    opened = box("talkvalue:analyze:429:99")
    (here / "a.csv").write_text(contacts(2) + "no address,N\n")
    assert call("submit", "a.csv", *TALKVALUE).code == 3
    opened.faults.clear()
    failures = here / "a.preflight" / "failures.csv"
    written = failures.read_bytes()
    failures.write_bytes(written + b"corrected")
    told = call("submit", "a.csv", *TALKVALUE)
    assert (told.code, "which has sent nothing: `preflight resume 2" in told.err) == (2, True)
    failures.write_bytes(written)
    assert call("submit", "a.csv", *TALKVALUE).code == 1
    assert len(opened.store.accepted("talkvalue")) == 2
    states = [line.split()[1] for line in call("runs").out.splitlines()]
    assert states == ["finished", "replaced"]
