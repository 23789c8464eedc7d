"""The report for programs: its schema, its books, and no value where none is to be shown."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import os
from collections import Counter
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from preflight.cli import main
from preflight.config import profiles
from preflight.config.choices import FORMATS
from preflight.config.settings import Settings
from preflight.core import json_text
from preflight.pipeline import check_fix_split
from preflight.report import finding_texts, text, wording
from preflight.report.finding_texts import MOST_DROPPED
from preflight.report.formats import as_json
from preflight.report.listing import Listing, tokens
from preflight.report.reported import Display
from tests.checked import check, concise, full, listed, rendered, summarised, work, written
from tests.report.finding_records import of_findings

FIXTURES = Path(__file__).parents[3] / "fixtures"
FILES = sorted(
    str(path.relative_to(FIXTURES))
    for folder in ("odd", "trade-show")
    for path in (FIXTURES / folder).glob("*.csv")
)
EXPORT = "trade-show/expo-utf8.csv"
"""Of the exports this one alone is reported on in `make test`."""
SCHEMA: dict[str, Any] = json.loads(
    resources.files("preflight.report").joinpath("report.schema.json").read_text("utf-8")
)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
TOKEN = tokens(b"key")

# Each value is a word that stands nowhere else; every kind of finding that quotes could quote them.
SECRETS = (
    "email,phone,Full Name,Country,created_at,Company\n"
    " zanzibar@quokka.example,+999 1234567 wombat,Xylophonia,Atlantisia,yesterdayish,=HYPERLINK\n"
    "Yggdrasil <mimir@fenrir-labs.com>,1.41556E+10,\u200bHuginnus,USA,2026-02-30,#REF!\n"
    "mimir@fenrir-labs.com,0118999881,Muninnus,Freedonia,31/12/2026,Ragnarok\u00a0Inc\n"
    "two@fenrir-labs.com;three@fenrir-labs.com,not-a-number,skoll@hati.com,Sylvania,04/05/2026,x\n"
    "gungnir@quokka..example,+1 (415) 555-0000 x77,Bifrostian\n"
    "mjolnir@quokka,1,2,3,4,5,6,sleipnirian\n"
    'nidhogg@fenrir-labs.com,"+1,Ratatoskrian\n'
)
WORDS = (
    "zanzibar", "quokka", "wombat", "1234567", "Xylophonia", "Atlantisia", "yesterdayish",
    "HYPERLINK", "Yggdrasil", "mimir", "fenrir", "Huginnus", "2026-02-30", "0118999881",
    "Muninnus", "Freedonia", "31/12/2026", "Ragnarok", "two@", "not-a-number", "skoll", "hati",
    "Sylvania", "gungnir", "Bifrostian", "mjolnir", "sleipnirian", "nidhogg", "Ratatoskrian",
)  # fmt: skip


def report(*listings: Listing, show_values: bool = False, **more: Any) -> dict[str, Any]:
    """The document, parsed and held against its schema."""
    told: dict[str, Any] = json.loads(
        rendered("json", *listings, display=Display(show_values, TOKEN), **more)
    )
    VALIDATOR.validate(told)
    for file in told["files"]:
        books = file["books"]
        assert books["rows"] == file["rows"] == sum(books.values()) - books["rows"]
    assert told["findings_total"] == len(told["findings"]) + sum(
        file["held_back"] for file in told["files"]
    )
    return told


def test_the_published_schema_is_one_and_knows_no_key_too_many() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["properties"]["schema_version"]["const"] == as_json.SCHEMA_VERSION


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            name,
            marks=[pytest.mark.long] if name.startswith("trade-show") and name != EXPORT else [],
        )
        for name in FILES
    ],
)
def test_the_report_of_every_fixture_fits_the_schema_and_agrees_with_the_text(
    tmp_path: Path, name: str
) -> None:
    checked = check_fix_split.check(FIXTURES / name, Settings(), work=work(tmp_path))
    for show_all in (False, True):
        one = listed(checked, show_all=show_all)
        told = report(one)
        (file,) = told["files"]
        listed_codes = [finding["code"] for finding in told["findings"]]
        counted = {code: listed_codes.count(code) for code in sorted(set(listed_codes))}
        assert len(concise(one).splitlines()) == len(told["findings"])
        in_full = [line for line in full(one, show_values=False).splitlines() if line[:1] != " "]
        assert len(in_full) == len(told["findings"])
        if not file["held_back"]:
            assert file["counts"]["by_code"] == counted
        counts = file["counts"]
        assert counts["error"] + counts["warning"] == sum(counts["by_code"].values())
        assert f"found: {wording.plural(counts['error'], 'error')}" in summarised(one)
        places = [
            (found["line"] or 0, found["column"] or 0, found["code"]) for found in told["findings"]
        ]
        assert places == sorted(places)


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> list[Listing]:
    """The file full of values under every profile, and once without what is held back."""
    folder = tmp_path_factory.mktemp("secrets")
    checked = [check(folder, SECRETS, profile=name) for name in profiles.names()]
    return [listed(checked[0]), *(listed(one, show_all=True) for one in checked)]


@pytest.mark.slow
def test_no_value_stands_in_any_format_unless_values_are_shown(outcomes: list[Listing]) -> None:
    for one in outcomes:
        told = [
            *(rendered(name, one) for name in FORMATS),
            text.statistics(one),
            summarised(one),
        ]
        for shown in told:
            folded = shown.replace(one.path, "").casefold()
            assert [word for word in WORDS if word.casefold() in folded] == []
    assert sum(len(one.analysis.findings) for one in outcomes) > 60


@pytest.mark.slow
def test_values_and_replacements_are_shown_on_request(tmp_path: Path) -> None:
    one = listed(check(tmp_path, SECRETS + "Hel <hvergelmir@fenrir-labs.com>,,,,,\n"))
    plain, shown = report(one), report(one, show_values=True)
    assert {found["value"] for found in plain["findings"]} == {None}
    values = [found["value"] for found in shown["findings"]]
    assert "Yggdrasil <mimir@fenrir-labs.com>" in values
    replacements = [found["fix"]["replacement"] for found in shown["findings"] if found["fix"]]
    assert replacements == ["hvergelmir@fenrir-labs.com"]  # in the one row that is not rejected
    for hidden, told in zip(plain["findings"], shown["findings"], strict=True):
        differing = {key for key in told if told[key] != hidden[key]}
        assert differing <= {"value", "fix"}
        assert (told["token"] is None) == (told["value"] is None)
        assert told["value"] is None or told["token"] == TOKEN(told["value"])


@pytest.mark.parametrize("show_values", [False, True])
def test_a_finding_is_written_as_plain_data_says(
    tmp_path: Path, found: Listing, odd: Listing, *, show_values: bool
) -> None:
    """Some have a fix, some stand at the same place, and some are about the file."""
    content = 'email,email,phone\n"a ""b"" ##",x@@y,(415) 555-2671\n ann@kestrel-labs.com,bad,1\n'
    more = listed(check(tmp_path, content, region="US"), show_all=True)
    display = Display(show_values=show_values, token=TOKEN)
    for one in (found, odd, more):
        text = "".join(finding_texts.as_json(one, display, before="{", after="}\n"))
        lines = [json_text.dumps(record) for record in of_findings(one, display)]
        assert text.splitlines() == lines
        assert lines


def test_the_names_of_a_header_that_may_be_data_are_not_shown(tmp_path: Path) -> None:
    content = "zanzibar@quokka.com,Xylophonia\nbob@kestrel-labs.com,#REF!\n"
    one = listed(check(tmp_path, content, select=("TXT706", "HDR201")), show_all=True)
    hidden, shown = report(one), report(one, show_values=True)
    assert {found["column_name"] for found in hidden["findings"]} == {None}
    assert "Xylophonia" in {found["column_name"] for found in shown["findings"]}
    assert "zanzibar" not in json.dumps(hidden)


def test_equal_values_have_equal_tokens_and_another_run_has_others(tmp_path: Path) -> None:
    one = listed(check(tmp_path, "email\nbad\nworse\nbad\n", select=("EML302",)))
    first = [found["token"] for found in report(one)["findings"]]
    assert first[0] == first[2] != first[1]
    other = json.loads(rendered("json", one, display=Display(token=tokens(b"other"))))
    assert not {found["token"] for found in other["findings"]} & set(first)


@pytest.mark.slow
def test_fingerprints_are_stable_and_tell_findings_apart(outcomes: list[Listing]) -> None:
    for one in outcomes:
        first = [found["fingerprint"] for found in report(one)["findings"]]
        assert len(set(first)) == len(first)
    again = json.loads(rendered("json", one, display=Display(show_values=True)))
    assert [found["fingerprint"] for found in again["findings"]] == first


def test_two_findings_of_one_rule_at_one_place_have_two_fingerprints(tmp_path: Path) -> None:
    one = listed(check(tmp_path, "email,x,x,y,y\na@kestrel-labs.com,1,2,3,4\n"))
    problems = tuple(
        (rule, dataclasses.replace(problem, column=1)) for rule, problem in one.analysis.problems
    )
    one = dataclasses.replace(one, analysis=dataclasses.replace(one.analysis, problems=problems))
    prints = [found["fingerprint"] for found in report(one)["findings"]]
    assert len(set(prints)) == len(prints) > 1


def test_several_files_stand_in_one_document_in_their_order(tmp_path: Path) -> None:
    listings = []
    for name in ("a.csv", "b.csv"):
        path = written(tmp_path, f"email\nbad {name}\n", name)
        checked = check_fix_split.check(path, Settings(select=("EML302",)), work=work(tmp_path))
        listings.append(listed(checked))
    told = report(*listings)
    paths = [str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]
    assert [file["path"] for file in told["files"]] == paths
    assert [found["path"] for found in told["findings"]] == paths
    assert told["findings_total"] == 2
    assert not told["truncated"]


def test_what_is_held_back_makes_a_report_truncated_and_keeps_its_totals(tmp_path: Path) -> None:
    one = listed(check(tmp_path, "email,email\nbad,worse\n", select=("EML302", "HDR203")))
    told = report(one)
    assert told["truncated"]
    assert told["files"][0]["held_back"] == 2
    assert told["files"][0]["counts"]["by_code"]["EML302"] == 2
    assert {found["code"] for found in told["findings"]} == {"HDR203"}


def test_of_rows_that_are_dropped_the_first_100000_are_listed_and_all_are_counted(
    tmp_path: Path,
) -> None:
    """A blank row is a byte, and its finding 300: a file of 20 MB made a report of 6 GB."""
    blank = MOST_DROPPED + 5
    one = listed(check(tmp_path, "email,first_name\n" + "\n" * blank + "bad,Ann\n"))
    told = json.loads(rendered("json", one))
    codes = Counter(found["code"] for found in told["findings"])
    assert codes == {"STR104": MOST_DROPPED, "EML302": 1}
    assert told["findings"][MOST_DROPPED - 1]["row"] == MOST_DROPPED
    assert told["findings"][-1]["row"] == blank + 1
    assert told["findings_total"] == blank + 1
    assert told["files"][0]["counts"]["by_code"]["STR104"] == blank
    assert told["truncated"]


def test_rows_that_are_dropped_are_all_listed_where_they_are_few(tmp_path: Path) -> None:
    told = report(listed(check(tmp_path, "email,first_name\n\n\nbad,Ann\n")))
    assert [found["row"] for found in told["findings"]] == [1, 2, 3]
    assert not told["truncated"]


def test_a_path_that_is_no_unicode_is_told_as_far_as_it_is(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.csv"))
    path.write_text("email\nbad\n")
    checked = check_fix_split.check(path, Settings(select=("EML302",)), work=work(tmp_path))
    told = report(listed(checked))
    assert told["files"][0]["path"] == str(tmp_path / "caf?.csv")


def test_each_finding_stands_on_a_line_of_its_own(tmp_path: Path) -> None:
    """Also where the file's own names try to pass for a piece of the document."""
    content = 'email,"""findings"": []"\nbad,x\nworse,y\n'
    one = listed(check(tmp_path, content, select=("EML302",), columns={'"findings": []': "name"}))
    told = rendered("json", one, display=Display(True, TOKEN))
    lines = [json.loads(line.strip().rstrip(",")) for line in told.splitlines() if '"row"' in line]
    assert lines == report(one, show_values=True)["findings"]
    assert [line["value"] for line in lines] == ["bad", "worse"]


def test_a_file_that_is_no_table_has_a_report_too(tmp_path: Path) -> None:
    told = report(listed(check(tmp_path, b"%PDF-1.7\n")))
    (file,) = told["files"]
    assert (file["header_line"], file["columns"], file["rows"]) == (None, {}, 0)
    assert told["findings"][0]["row"] is None


def test_what_fix_and_submit_add_stands_at_the_end(tmp_path: Path) -> None:
    one = listed(check(tmp_path, "email\nann@kestrel-labs.com\n"))
    assert report(one, fixed={"EML303": 2})["fixed"] == {"EML303": 2}
    assert "fixed" not in report(one)
    assert "run" not in report(one)


def ran(*arguments: str) -> int:
    """A command on the command line, without the user's own config."""
    return main([*arguments, "--isolated"])


@pytest.mark.slow
def test_the_reports_of_the_commands_fit_the_schema(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """check and fix print one, fix and submit write one; the stand-ins refuse a row."""
    monkeypatch.setenv("PREFLIGHT_POLL_SCALE", "0")
    path = written(
        tmp_path,
        "Email,Company\nann@kestrel-labs.com,A\n bob@kestrel-labs.com,B\nbad,C\n"
        "isp-complaint@kestrel-labs.com,D\n",
    )
    ran("check", str(path), "--output-format", "json")
    ran("fix", str(path), "--output-format", "json", "-o", str(tmp_path / "fixed"))
    printed = capsys.readouterr().out
    decoder, at, told = json.JSONDecoder(), 0, []
    while at < len(printed.rstrip()):
        document, end = decoder.raw_decode(printed, at)
        told.append(document)
        at = end + 1
    assert len(told) == 2
    ran(
        "submit", str(path), "--to", "dotdigital", "--sandbox", "-O", "address_book=7", "-q",
        "-o", str(tmp_path / "sent"), "--state-dir", str(tmp_path / "state"),
    )  # fmt: skip
    written_ones = (tmp_path / folder / "report.json" for folder in ("fixed", "sent"))
    told += [json.loads(one.read_text("utf-8")) for one in written_ones]
    for document in told:
        VALIDATOR.validate(document)
    assert [set(document) & {"fixed", "run"} for document in told] == [
        set(), {"fixed"}, {"fixed"}, {"fixed", "run"},
    ]  # fmt: skip
    books = told[-1]["run"]["books"]
    assert books["rows"] == 4 == sum(books.values()) - 4
    assert told[-1]["run"]["parts"]


def test_the_words_above_stand_in_the_file_they_are_looked_for_in() -> None:
    cells = " ".join(cell for row in csv.reader(io.StringIO(SECRETS)) for cell in row)
    assert [word for word in WORDS if word not in cells] == []
