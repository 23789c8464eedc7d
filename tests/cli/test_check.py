"""`preflight check`: what it prints, what it exits with, and that it writes nothing."""

from __future__ import annotations

import gzip
import io
import json
import sys
from pathlib import Path

import jsonschema
import pytest
import xlsxwriter

from tests.calls import EXPORTS, FIXTURES, ODD, SHOW, Call, contacts

BAD = "email,first_name\nann@@kestrel-labs.com,Ann\nbo@kestrel-labs.com,Bo\n"
WARNED = "email,first_name\nann@kestrel-labs.com, Ann \n"
SCHEMA = FIXTURES.parent / "preflight" / "report" / "report.schema.json"


def test_a_clean_file_exits_with_0_and_the_books_are_told(call: Call, here: Path) -> None:
    told = call("check", ODD / "clean.csv")
    assert (told.code, told.err) == (0, "")
    assert "books: 10 rows = 10 clean + 0 rejected + 0 dropped" in told.out
    assert list(here.iterdir()) == []


def test_an_error_exits_with_1_and_says_where(call: Call, here: Path) -> None:
    (here / "a.csv").write_text(BAD)
    told = call("check", "a.csv")
    assert told.code == 1
    assert told.out.startswith("a.csv: 2 rows\n  1 error, 0 warnings\n  1 EML302 ")
    assert "\n    line 2 a(3)@@a(7)-a(4).a(3)\n    → a person has to correct it\n" in told.out
    full = call("check", "a.csv", "--output-format", "full")
    assert full.out.startswith("a.csv:2:1 EML302 [error] ")
    assert "row 1 · email · shape a(3)@@a(7)-a(4).a(3)" in full.out


def test_rows_that_are_rejected_while_the_rules_about_them_are_off_are_said(
    call: Call, here: Path
) -> None:
    (here / "a.csv").write_text(
        "email,first_name\nann@kestrel-labs.com\n,\nbo@kestrel-labs.com,B\n"
    )
    told = call("check", "a.csv", "--select", "DRF")
    assert told.code == 1
    why = "rejected without a finding: 2 rows that are blank or do not fit the header; "
    assert f"  {why}`--extend-select STR` says why" in told.out
    (here / "b.csv").write_text("email\nbo@kestrel-labs.com\n")
    assert why in call("check", ".", "--select", "DRF").out
    assert why not in call("check", "a.csv", "--select", "DRF,STR").out


@pytest.mark.parametrize("name", ["empty", "report", "picture", "page", "header-only"])
def test_content_that_is_no_table_of_rows_is_a_finding(call: Call, name: str) -> None:
    told = call("check", ODD / f"{name}.csv")
    assert told.code == 1
    assert "\n  1 error, 0 warnings\n" in told.out
    assert told.err == ""


@pytest.mark.slow
def test_a_workbook_is_checked_at_the_rows_of_its_sheet(call: Call, here: Path) -> None:
    with xlsxwriter.Workbook("a.xlsx") as book:
        for name in ("People", "Berlin"):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["email", "phone"])
            sheet.write_row(2, 0, ["ann@kestrel-labs.com", 1701234567])
            sheet.write_string(3, 0, "bo@@kestrel-labs.com")
        sheet.set_row(3, options={"hidden": True})
        book.add_worksheet("Old").hide()
    told = call("check", "a.xlsx", "--region", "DE", "--output-format", "full")
    assert told.code == 1
    assert "a.xlsx:3:2 PHN412 [warning]" in told.out
    assert "a.xlsx:4:1 EML302 [error]" in told.out
    assert "FIL011" not in told.out
    assert "sheet `People`, header on line 1" in told.out
    assert "not read: sheet `Berlin`; read another sheet with --sheet NAME" in told.out
    assert "hidden: sheet `Old`" in told.out
    other = call("check", "a.xlsx", "--sheet", "2", "--output-format", "json")
    document = json.loads(other.out)
    jsonschema.validate(document, json.loads(SCHEMA.read_text()))
    assert document["files"][0]["sheet"]["name"] == "Berlin"
    assert document["files"][0]["counts"]["by_code"]["FIL011"] == 1
    wrong = call("check", "a.xlsx", "--sheet", "Berln")
    assert wrong.code == 2
    assert "a.xlsx has no sheet `Berln`" in wrong.err
    assert "did you mean `Berlin`?" in wrong.err
    fixed = call("fix", "a.xlsx", "--region", "DE")
    assert "a.preflight/clean.csv" in fixed.out


def test_text_that_is_called_a_workbook_is_read_and_said(call: Call, here: Path) -> None:
    (here / "a.xls").write_text("email\nann@kestrel-labs.com\n")
    told = call("check", "a.xls")
    assert told.code == 0
    assert "text, not a workbook as its name says" in told.out


def test_one_column_is_no_error(call: Call) -> None:
    assert call("check", ODD / "one-column.csv").code == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), 1),
        (("--fail-on", "never"), 0),
        (("--exit-zero",), 0),
        (("--max-bad", "1"), 0),
        (("--max-bad", "50%"), 0),
        (("--max-bad", "49%"), 1),
        (("--max-bad", "0"), 1),
        (("--ignore", "EML302"), 0),
        (("--select", "PHN"), 0),
        (("--select", "PHN", "--extend-select", "EML3"), 1),
    ],
)
def test_what_counts_can_be_said(
    call: Call, here: Path, options: tuple[str, ...], code: int
) -> None:
    """One of two rows is bad."""
    (here / "a.csv").write_text(BAD)
    assert call("check", "a.csv", *options).code == code


@pytest.mark.slow
def test_warnings_count_only_where_they_are_said_to(call: Call, here: Path) -> None:
    (here / "a.csv").write_text(WARNED)
    assert call("check", "a.csv").code == 0
    assert call("check", "a.csv", "--fail-on", "warning").code == 1
    assert call("check", "a.csv", "--fail-on", "warning", "--ignore", "TXT701").code == 0


def test_max_bad_does_not_accept_a_file_that_is_refused_as_a_whole(call: Call) -> None:
    assert call("check", ODD / "duplicate-header.csv", "--max-bad", "100%").code == 1


def test_a_malformed_row_is_rejected_even_where_its_rule_is_ignored(call: Call, here: Path) -> None:
    """The books say that a row is lost, so the exit code does, too."""
    (here / "a.csv").write_text(contacts(2) + "x@kestrel-labs.com\n")
    told = call("check", "a.csv", "--ignore", "STR")
    assert "3 rows = 2 clean + 1 rejected" in told.out
    assert told.code == 1
    assert call("check", "a.csv", "--ignore", "STR", "--max-bad", "1").code == 0


def test_the_findings_of_an_export_are_a_valid_document(call: Call) -> None:
    told = call(
        "check", SHOW / "expo-utf8.csv", *EXPORTS["expo-utf8.csv"], "--for", "dotdigital",
        "--output-format", "json",
    )  # fmt: skip
    report = json.loads(told.out)
    jsonschema.validate(report, json.loads(SCHEMA.read_text()))
    books = report["files"][0]["books"]
    assert books["rows"] == books["clean"] + books["rejected"] + books["dropped"]
    assert report["findings_total"] == len(report["findings"])
    assert {one["value"] for one in report["findings"]} == {None}


@pytest.mark.slow
def test_values_are_shown_on_request_alone(call: Call, here: Path) -> None:
    (here / "a.csv").write_text(BAD)
    assert "ann@@kestrel" not in call("check", "a.csv").out
    assert "ann@@kestrel" not in call("check", "a.csv", "--redact").out
    assert "ann@@kestrel" in call("check", "a.csv", "--show-values").out


def test_statistics_and_quiet_leave_the_findings_out(call: Call, here: Path) -> None:
    (here / "a.csv").write_text(BAD)
    told = call("check", "a.csv", "--statistics").out
    assert "1  EML302  error    email-invalid" in told
    assert "a.csv:2:1" not in told
    assert call("check", "a.csv", "-q").out.startswith("a.csv: 2 rows")


def test_concise_is_a_line_a_finding(call: Call, here: Path) -> None:
    (here / "a.csv").write_text(BAD)
    told = call("check", "a.csv", "--output-format", "concise").out.splitlines()
    assert told[0].startswith("a.csv:2:1: EML302 ")
    assert told[1].startswith("a.csv: 2 rows")


def test_the_output_goes_into_a_file_that_is_named(call: Call, here: Path) -> None:
    told = call("check", ODD / "clean.csv", "--output-file", "told.txt")
    assert told.code == 0
    assert told.out.endswith("  findings: told.txt\n")
    assert "10 rows = 10 clean" in told.out
    assert "10 rows = 10 clean" in (here / "told.txt").read_text()
    assert call("check", ODD / "clean.csv", "--output-file", "told.txt", "-q").out == ""


@pytest.mark.slow
def test_row_findings_wait_while_the_header_is_wrong(call: Call, here: Path) -> None:
    (here / "a.csv").write_text("email,email\nann@@kestrel-labs.com,x\n")
    held, shown = call("check", "a.csv"), call("check", "a.csv", "--all")
    assert "hidden; show them with `--all`" in held.out
    assert "EML302" not in held.out
    assert "EML302" in shown.out


@pytest.mark.slow
def test_a_column_is_what_map_says(call: Call, here: Path) -> None:
    (here / "a.csv").write_text("Badge,first_name\nann@@kestrel-labs.com,Ann\n")
    assert call("check", "a.csv").code == 0
    told = call("check", "a.csv", "--map", "Badge=email")
    assert (told.code, "EML302" in told.out) == (1, True)
    (here / "b.csv").write_text("email,Mobile\nann@kestrel-labs.com,n/a\n")
    assert call("check", "b.csv").code == 1
    assert call("check", "b.csv", "--map", "Mobile=-").code == 0


def test_header_row_encoding_and_delimiter_are_taken_as_told(call: Call, here: Path) -> None:
    text = "a;b\nemail;first_name\nzoë@kestrel-labs.com;Zoë\n"
    (here / "a.csv").write_bytes(text.encode("cp1252"))
    told = call("check", "a.csv", "--header-row", "2", "--encoding", "cp1252", "--delimiter", ";")
    assert "read as: cp1252 (as given), semicolons (as given), header on line 2" in told.out


def test_a_folder_a_pattern_and_an_archive_are_read(call: Call, here: Path) -> None:
    (here / "lists").mkdir()
    (here / "lists" / "b.csv").write_text(contacts(2))
    (here / "lists" / "a.csv.gz").write_bytes(gzip.compress(contacts(3).encode()))
    (here / "lists" / "c.md").write_text("no table")
    told = call("check", "lists")
    assert told.out == (
        "lists/a.csv.gz: 3 rows, 0 errors, 0 warnings, 0 rejected rows\n"
        "lists/b.csv: 2 rows, 0 errors, 0 warnings, 0 rejected rows\n"
        "2 files: 0 errors, 0 warnings\n"
        "  books: 5 rows = 5 clean + 0 rejected + 0 dropped\n"
    )
    assert "2 rows" in call("check", "lists/*.csv").out


def test_standard_input_has_the_name_that_it_is_given(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(contacts(2).encode())))
    told = call("check", "-", "--stdin-filename", "leads.csv")
    assert told.out.startswith("leads.csv: 2 rows")


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["nope.csv"], "nope.csv: no such file; check the path"),
        (["."], ".: no .csv, .tsv, .txt or .xlsx file in this directory"),
        (["*.csv"], "*.csv: no file matches this pattern"),
        (["x.xlsx"], "x.xlsx: no such file"),
        ([ODD / "clean.csv", "--for", "dotdigtal"], "did you mean dotdigital?"),
        ([ODD / "clean.csv", "--fro", "dotdigital"], "no such option '--fro'"),
        ([ODD / "clean.csv", "--map", "email"], "`email` is not 'Their header=field'"),
        ([ODD / "clean.csv", "--map", "Nope=email"], "no column `Nope`"),
        ([ODD / "clean.csv", "--map", "email=nope"], "no field `nope`"),
        ([ODD / "clean.csv", "--header-row", "99"], "no line 99 for a header"),
        ([ODD / "clean.csv", "--header-row", "x"], "'x' is not a whole number"),
        ([ODD / "clean.csv", "--encoding", "klingon"], "--encoding is a name like utf-8"),
        ([ODD / "clean.csv", "--select", "NOP"], "--select: no rule has the code or prefix `NOP`"),
        ([ODD / "clean.csv", "--max-bad", "x"], "a rate like 2% or a count like 50"),
        ([ODD / "clean.csv", "--fail-on", "x"], "error, warning, never"),
        ([ODD / "clean.csv", "--output-format", "xml"], "full, concise, json"),
        ([ODD / "clean.csv", "--config", "nope.toml"], "cannot read the config nope.toml"),
        ([ODD / "clean.csv", "--output-file", "no/x"], "cannot write no/x"),
        ([], "missing argument 'PATH...'; see `preflight check --help`"),
    ],
)
def test_what_cannot_be_run_is_one_line_and_exits_with_2(
    call: Call, argv: list[object], said: str
) -> None:
    told = call("check", *argv)
    assert (told.code, told.out) == (2, "")
    assert told.err.startswith("preflight: ")
    assert said in told.err
    assert told.err.count("\n") == 1


@pytest.mark.slow
def test_the_command_line_beats_the_environment_and_that_the_config(
    call: Call, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "a.csv").write_text(BAD)
    (here / "preflight.toml").write_text('fail-on = "never"\nstatistics = true\n')
    configured = call("check", "a.csv")
    assert (configured.code, "a.csv:2:1" in configured.out) == (0, False)
    monkeypatch.setenv("PREFLIGHT_FAIL_ON", "error")
    assert call("check", "a.csv").code == 1
    assert call("check", "a.csv", "--fail-on", "never").code == 0
    monkeypatch.delenv("PREFLIGHT_FAIL_ON")
    assert call("check", "a.csv", "--isolated").code == 1
    (here / "other.toml").write_text('ignore = ["EML302"]\n')
    assert call("check", "a.csv", "--config", "other.toml", "-q").out.count("0 errors") == 1


def test_a_misspelt_key_of_the_config_is_told(call: Call, here: Path) -> None:
    (here / "preflight.toml").write_text('regoin = "US"\n')
    told = call("check", ODD / "clean.csv")
    assert told.code == 2
    assert "unknown key `regoin`; did you mean `region`?" in told.err


@pytest.mark.slow
def test_a_wide_file_a_huge_cell_and_a_file_without_a_last_line_end(call: Call, here: Path) -> None:
    wide = ",".join(f"c{n}" for n in range(299)) + ",email\n"
    (here / "wide.csv").write_text(wide + ",".join("x" * 299) + ",a@kestrel-labs.com")
    (here / "huge.csv").write_text(f'email,notes\na@kestrel-labs.com,"{"word " * 200_000}."\n')
    assert "2 rows = 2 clean" in call("check", "wide.csv", "huge.csv").out


@pytest.mark.slow
def test_a_config_may_map_columns_that_a_file_lacks_and_the_command_line_may_not(
    call: Call, here: Path
) -> None:
    """It is shared by files; `--map` is about those that are named."""
    (here / "preflight.toml").write_text('[columns]\n"Badge Mail" = "email"\nTelefono = "phone"\n')
    (here / "a.csv").write_text("Badge Mail\nann@kestrel-labs.com\n")
    (here / "b.csv").write_text("email,TELEFONO\nann@kestrel-labs.com,+14155552671\n")
    told = call("check", "a.csv", "b.csv")
    assert told.code == 0
    assert "the config maps columns that are not in this file: `Telefono`\n" in told.out
    assert "the config maps columns that are not in this file: `Badge Mail`\n" in told.out
    [a] = json.loads(call("check", "a.csv", "--output-format", "json").out)["files"]
    assert a["columns"] == {"Badge Mail": "email"}
    assert a["unused"] == ["the config maps columns that are not in this file: `Telefono`"]
    told = call("check", "b.csv", "--map", "Badge Mail=email")
    assert (told.code, told.out) == (2, "")
    assert "no column `Badge Mail`" in told.err
    assert "no field `emial`" in call("check", "a.csv", "--map", "Badge Mail=emial").err
    split = call("split", "b.csv")
    assert (split.code, "config maps" in split.out) == (0, False)


def test_a_sheet_of_a_file_that_is_no_workbook_is_a_note(call: Call, here: Path) -> None:
    (here / "a.csv").write_text("email\nann@kestrel-labs.com\n")
    told = call("check", "a.csv", "--sheet", "People")
    assert told.code == 0
    assert "not a workbook, so --sheet `People` is ignored\n" in told.out


@pytest.mark.slow
def test_the_json_report_says_what_guessing_would_add(call: Call, here: Path) -> None:
    (here / "a.csv").write_text("email\nann@gmial.com\na@x-labs.com;b@x-labs.com\n")
    [told] = json.loads(call("check", "a.csv", "--output-format", "json").out)["files"]
    assert told["unsafe_fixes"] == {"cells": 2, "rows": 1, "all_seen": True}
    [made] = json.loads(call("check", "a.csv", "--unsafe-fixes", "--output-format", "json").out)[
        "files"
    ]
    assert made["unsafe_fixes"] == {"cells": 0, "rows": 0, "all_seen": True}
    (here / "a.csv").write_bytes(b"email\n\xff@gmial.com\n")
    [refused] = json.loads(call("check", "a.csv", "--output-format", "json").out)["files"]
    assert refused["unsafe_fixes"] is None


def test_a_found_config_runs_no_code_and_shows_no_values_in_ci(
    call: Call, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "own.py").write_text("raise SystemExit('it ran')\n")
    (here / "preflight.toml").write_text('rules = ["own.py"]\n')
    (here / "a.csv").write_text("email\nann@@kestrel-labs.com\n")
    told = call("check", "a.csv")
    assert (told.code, told.out) == (2, "")
    assert "preflight.toml: rules names code" in told.err
    assert "own.py: does not load" in call("check", "a.csv", "--trust-config").err
    assert "own.py: does not load" in call("check", "a.csv", "--config", "preflight.toml").err
    assert call("runs").code == 0
    monkeypatch.setenv("CI", "true")
    (here / "preflight.toml").write_text("show_values = true\n")
    told = call("check", "a.csv", "--output-format", "full", "--select", "EML302")
    assert "show_values is not obeyed in CI" in told.err
    assert "ann@@" not in told.out
    told = call("check", "a.csv", "--show-values")
    assert (told.code, "PREFLIGHT_ALLOW_VALUES=1" in told.err) == (2, True)
    assert call("diff", "a.preflight", "--show-values").code == 2
