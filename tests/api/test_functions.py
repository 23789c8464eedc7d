"""Check, fix and split from Python: what goes in, and the frames that come out."""

from __future__ import annotations

import gc
import io
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import preflight
from preflight.core.books import Books
from preflight.core.errors import ConfigError, FindingsError, OutputExists, UsageError
from tests.calls import SHOW, rows_of

CONTENT = "email,first_name\n ann@kestrel-labs.com,Ann\nben@,Ben\n"
FRAME = pd.DataFrame(
    {"email": [" ann@kestrel-labs.com", "ben@"], "first_name": ["Ann", "=Ben"]}, index=["a", "b"]
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "leads.csv"
    path.write_text(CONTENT)
    return path


def test_a_path_an_open_file_and_a_frame_are_checked_alike(path: Path) -> None:
    with path.open() as text, path.open("rb") as binary:
        reports = [
            preflight.check(source)
            for source in (path, str(path), text, binary, io.StringIO(CONTENT), FRAME)
        ]
    found = [report.findings[["code", "row", "column_name"]] for report in reports]
    assert found[0].to_dict("list") == {
        "code": ["EML303", "EML302"], "row": [1, 2], "column_name": ["email", "email"]
    }  # fmt: skip
    for others in found[1:5]:
        pd.testing.assert_frame_equal(others, found[0])
    assert set(found[5]["code"]) == {"EML303", "EML302", "SEC901"}
    assert [repr(report).split()[3] for report in reports[2:]] == [
        "leads.csv:", "leads.csv:", "file.csv:", "DataFrame:"
    ]  # fmt: skip


def test_findings_are_a_frame_with_places_values_and_labels() -> None:
    found = preflight.check(FRAME, select=["EML"]).findings
    assert found.loc[0].to_dict() == {
        "code": "EML303", "name": "email-padded", "severity": "error",
        "message": "whitespace around the email address, or invisible characters in it",
        "row": 1, "line": 2, "column": 1, "column_name": "email",
        "value": " ann@kestrel-labs.com", "replacement": "ann@kestrel-labs.com", "label": "a",
    }  # fmt: skip
    assert str(found.dtypes["row"]) == "Int64"


def test_what_is_about_the_file_has_no_row(path: Path) -> None:
    found = preflight.check(path, profile="talkvalue", columns={"first_name": "-"}).findings
    left_out = found[found["code"] == "HDR205"].iloc[0]
    assert pd.isna(left_out["row"])
    assert (left_out["column"], left_out["column_name"]) == (2, "first_name")
    assert pd.isna(left_out["value"])


def test_a_severity_that_the_call_gives_is_the_one_in_the_frame(path: Path) -> None:
    found = preflight.check(path, severity={"EML303": "warning"}).findings
    assert dict(zip(found["code"], found["severity"], strict=True)) == {
        "EML303": "warning", "EML302": "error"
    }  # fmt: skip


def test_a_phone_that_pandas_read_as_a_number_is_a_finding() -> None:
    frame = pd.DataFrame({"phone": [14155552671.0, None]})
    assert preflight.check(frame, select=["PHN"]).findings["code"].tolist() == ["PHN413"]


def test_a_fix_gives_clean_rows_rejects_and_changes_under_their_labels() -> None:
    fixed = preflight.fix(FRAME, select=["EML"])
    assert fixed.books == Books(2, 1, 1, 0)
    assert fixed.clean.to_dict("index") == {
        "a": {"email": "ann@kestrel-labs.com", "first_name": "Ann"}
    }
    assert fixed.rejects[["email", "first_name", "preflight__codes"]].to_dict("index") == {
        "b": {"email": "ben@", "first_name": "=Ben", "preflight__codes": "EML302"}
    }
    assert fixed.fixes[["row", "code", "old", "new"]].to_numpy().tolist() == [
        ["1", "EML303", " ann@kestrel-labs.com", "ann@kestrel-labs.com"]
    ]


def test_rows_of_a_file_are_known_by_their_numbers(path: Path) -> None:
    fixed = preflight.fix(path)
    assert (fixed.clean.index.tolist(), fixed.rejects.index.tolist()) == ([1], [2])
    assert not (path.parent / "leads.preflight").exists()


def test_what_is_saved_is_what_the_command_writes(path: Path, tmp_path: Path) -> None:
    fixed = preflight.fix(path)
    folder = fixed.save(tmp_path / "out")
    assert {file.name for file in folder.iterdir()} >= {
        "clean.csv", "rejects.csv", "fixes.csv", "report.json"
    }  # fmt: skip
    report = json.loads((folder / "report.json").read_text())
    assert report["files"][0]["path"] == str(path)
    (folder / "rejects.csv").write_text("corrected by hand")
    with pytest.raises(OutputExists):
        fixed.save(folder)
    fixed.save(folder, force=True)
    assert [row["email"] for row in rows_of(folder / "rejects.csv")] == ["ben@"]


def test_a_split_gives_parts_and_changes_nothing() -> None:
    parts = preflight.split(FRAME, max_rows=1)
    assert [part.rows for part in parts.written.parts] == [1, 1]
    pd.testing.assert_frame_equal(parts.clean, FRAME, check_dtype=False)


def test_nothing_is_left_when_the_result_is_gone(path: Path) -> None:
    fixed = preflight.fix(path)
    place = fixed.work.path
    assert place.exists()
    del fixed
    gc.collect()
    assert not place.exists()


def test_a_folder_of_the_callers_stays(path: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    for _ in range(2):
        preflight.fix(path, work=work)
    gc.collect()
    assert len(list(work.glob("results-*/clean.csv"))) == 2


def test_a_file_that_does_not_pass_raises_where_it_is_asked_for(path: Path) -> None:
    preflight.check(path, fail_on="never").raise_for_findings()
    preflight.check(path, max_bad="100%").raise_for_findings()
    for result in (preflight.check(path), preflight.fix(path)):
        with pytest.raises(FindingsError, match=r"leads\.csv: 2 errors, 0 warnings; 2 of 2 rows"):
            result.raise_for_findings()


def test_settings_and_a_config_are_gone_by(path: Path, tmp_path: Path) -> None:
    config = tmp_path / "own.toml"
    config.write_text('select = ["EML303"]\n')
    assert preflight.check(path, config=config).findings["code"].tolist() == ["EML303"]
    ready = preflight.Settings(select=("EML303",))
    assert preflight.check(path, ready).findings["code"].tolist() == ["EML303"]
    both = preflight.check(path, ready, select="EML302")
    assert both.findings["code"].tolist() == ["EML302"]


def test_no_config_is_looked_for(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "preflight.toml").write_text('select = ["FIL"]\n')
    monkeypatch.chdir(tmp_path)
    assert len(preflight.check(path).findings) == 2


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"regoin": "US"}, "did you mean `region`"),
        ({"region": "Germany"}, "did you mean DE"),
        ({"profile": "talkvalu"}, "did you mean talkvalue"),
    ],
)
def test_a_wrong_keyword_is_named(path: Path, options: Any, says: str) -> None:
    for function in (preflight.check, preflight.fix, preflight.split):
        with pytest.raises(ConfigError, match=says):
            function(path, **options)


def test_what_has_the_frame_that_can_be_checked_is_told() -> None:
    with pytest.raises(UsageError, match="not a Series; `to_frame` makes"):
        preflight.check(pd.Series(["a"]))  # type: ignore[arg-type]
    with pytest.raises(UsageError, match=r"not a Report; `preflight\.fix` gives"):
        preflight.check(preflight.check(FRAME))  # type: ignore[arg-type]


def test_what_cannot_be_checked_is_said() -> None:
    with pytest.raises(UsageError, match="not a int"):
        preflight.check(3)  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="delimiter says how a file is read"):
        preflight.check(FRAME, delimiter=";")
    assert preflight.check(pd.DataFrame()).findings["code"].tolist() == ["FIL001"]
    empty = preflight.fix(pd.DataFrame({"email": []}))
    assert (len(empty.clean), empty.clean.columns.tolist(), len(empty.rejects)) == (0, ["email"], 0)
    doubled = pd.DataFrame([["a@kestrel-labs.com", "x"]], columns=["email", "email"])
    assert "HDR203" in preflight.check(doubled).findings["code"].tolist()


def test_a_result_is_short_and_shows_no_value_unless_asked(path: Path) -> None:
    secret = "ben@"
    for result in (preflight.check(path), preflight.fix(path)):
        assert len(repr(result).replace(str(path), "")) < 150
        shown = result._repr_html_()
        assert secret not in shown + result.summary() + repr(result)
        assert "<code>a(3)@</code>" in shown
    assert secret in preflight.check(path, show_values=True)._repr_html_()


def test_the_columns_that_are_not_sent_are_a_frame(path: Path) -> None:
    path.write_text("email,Opt-in,Badge\nann@kestrel-labs.com,yes,gold\n")
    left = preflight.fix(path, profile="talkvalue").left_out_columns
    assert left[["column", "consent"]].to_numpy().tolist() == [["Opt-in", True], ["Badge", False]]
    assert not len(preflight.check(path).left_out_columns)


def test_markup_in_a_file_is_text_in_a_notebook() -> None:
    frame = pd.DataFrame({"email": ["<b>x"], "<script>": ["<img>"]})
    shown = preflight.check(frame, show_values=True, profile="talkvalue")._repr_html_()
    assert "<script>" not in shown
    assert "<b>x" not in shown
    assert "&lt;b&gt;x" in shown


def test_a_notebook_shows_the_next_step_how_a_file_was_read_and_which_columns_are_not_sent() -> (
    None
):
    file = io.StringIO("email,<i>Shoe,Opt-in\n ann@kestrel-labs.com,9,no\nben@,9,no\n")
    shown = preflight.check(file, profile="talkvalue")._repr_html_()
    assert ">`preflight fix` does it<" in shown
    assert ">a person has to correct it<" in shown
    assert "read as: utf-8, commas" in shown
    assert "warning: Opt-in: who agreed is not sent" in shown
    assert "&lt;i&gt;Shoe: TalkValue has no such column" in shown


def test_a_header_that_may_be_data_is_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("ann@kestrel-labs.com,Ann\nbo@@kestrel-labs.com,=Bo\n")
    report = preflight.check(path)
    assert report.listing.names_are_values
    assert "column 2" in report._repr_html_()
    assert "ann@" not in report._repr_html_()


@pytest.mark.slow
def test_the_findings_of_an_export_are_those_of_the_command() -> None:
    report = preflight.check(SHOW / "expo-utf8.csv", region="US", timezone="America/Chicago")
    found = report.findings
    assert found["code"].value_counts().to_dict() == report.listing.counts()
    severities = report.listing.severity_counts()
    assert found["severity"].value_counts().to_dict() == {
        str(severity): count for severity, count in severities.items() if count
    }
    assert not found["message"].isna().any()
