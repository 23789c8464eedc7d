"""`preflight baseline`: a gate that starts on an old mess; only what is new or worse fails."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import preflight
from preflight.core.errors import FindingsError
from preflight.providers.sandbox.server import Sandbox
from tests.calls import FIXTURES, TALKVALUE, Call

SCHEMA = FIXTURES.parent / "preflight" / "report" / "report.schema.json"
KEY = "0123456789abcdef-a-secret"
ONLY = [word for code in ("EML302", "EML305", "NAM602", "HDR", "STR101", "STR102") for word in (
    "--select", code)]  # fmt: skip
BASE = ("--baseline", "preflight-baseline.json")
MESS = (
    "email,first_name\nann@kestrel-labs.com,Ann\nbob@@kestrel-labs.com,Bob\n"
    "cleo@kestrel-labs.com,n/a\ndan@gmial.com,Dan\n"
)
TURNED = (
    "first_name,email\nDan,dan@gmial.com\nEve,eve@kestrel-labs.com\nBob,bob@@kestrel-labs.com\n"
    "n/a,cleo@kestrel-labs.com\n"
)
CLEAN = "eve@kestrel-labs.com,Eve\n"


def put(text: str, name: str = "leads.csv") -> None:
    Path(name).write_text(text, encoding="utf-8")


@pytest.fixture
def accepted(call: Call) -> None:
    """A baseline of the mess."""
    put(MESS)
    assert call("baseline", "write", "leads.csv", *ONLY).code == 0


@pytest.fixture
def keyed(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    """A baseline of the mess with fingerprints."""
    monkeypatch.setenv("PREFLIGHT_BASELINE_KEY", KEY)
    put(MESS)
    assert call("baseline", "write", "leads.csv", *ONLY).code == 0


def document() -> Any:
    return json.loads(Path("preflight-baseline.json").read_text())


@pytest.mark.usefixtures("accepted")
@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        (MESS, 0, "3 findings accepted; 0 new errors, 0 new warnings"),
        # Rows and columns in another order, and rows above.
        (TURNED, 0, "3 findings accepted; 0 new errors, 0 new warnings"),
        # Another bad address, at the same rate.
        (MESS.replace("bob@@", "zoe@@"), 0, "0 new errors"),
        # A file twice as long may have twice as many.
        (MESS + "zoe@@kestrel-labs.com,Zoe\n" + CLEAN * 3, 0, "0 new errors"),
        (MESS + "zoe@@kestrel-labs.com,Zoe\n" + CLEAN * 2, 1,
         "worse: EML302 in `email` 28.57% of rows, 25.00% accepted"),
        # A kind that the baseline does not know.
        (MESS + CLEAN + "one\n", 1, "1 new error, 0 new warnings"),
        (MESS.replace("dan@gmial.com", "dan@kestrel-labs.com"), 0,
         "no longer found: 1 EML305 in `email`; `preflight baseline prune` removes them"),
        # The same in another column.
        ("email,last_name" + MESS[16:], 0, "1 new warning"),
    ],
)  # fmt: skip
def test_only_what_is_new_or_worse_fails(call: Call, text: str, code: int, said: str) -> None:
    put(text.replace("eve@", "eve1@", 1))
    told = call("check", "leads.csv", *BASE, *ONLY)
    assert (told.code, told.err) == (code, "")
    assert said in told.out


@pytest.mark.usefixtures("keyed")
def test_a_baseline_holds_no_value_and_no_line_number() -> None:
    text = Path("preflight-baseline.json").read_text()
    assert [word for word in ("bob", "dan", "gmial", "n/a", "kestrel", KEY) if word in text] == []
    (file,) = document()["files"]
    assert {key for entry in file["findings"] for key in entry} == {
        "code", "name", "severity", "column", "what", "rule", "count", "rows", "values",
    }  # fmt: skip
    assert [entry["values"] and len(entry["values"]) for entry in file["findings"]] == [1, 1, 1]


def test_without_a_key_there_are_no_fingerprints(call: Call) -> None:
    """A hash with a key that stands beside it would tell every phone number to who tries all."""
    put(MESS)
    told = call("baseline", "write", "leads.csv", *ONLY)
    assert "rates alone: with PREFLIGHT_BASELINE_KEY set to a secret" in told.out
    read = document()
    assert read["key"] is None
    assert [entry["values"] for file in read["files"] for entry in file["findings"]] == [None] * 3


@pytest.mark.usefixtures("keyed")
def test_the_fingerprints_of_two_baselines_cannot_be_joined(call: Call) -> None:
    first = Path("preflight-baseline.json").read_text()
    assert call("baseline", "write", "leads.csv", *ONLY, "--force").code == 0
    again = Path("preflight-baseline.json").read_text()
    found = [json.loads(text)["files"][0]["findings"][0]["values"] for text in (first, again)]
    assert found[0].keys().isdisjoint(found[1])


@pytest.mark.usefixtures("keyed")
def test_a_known_cell_never_fails_and_a_new_one_is_told_from_it(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    shorter = "email,first_name\nbob@@kestrel-labs.com,Bob\ncleo@kestrel-labs.com,Cleo\n"
    put(shorter)
    assert call("check", "leads.csv", *BASE, *ONLY).code == 0
    put(shorter + "zoe@@kestrel-labs.com,Zoe\n")
    told = call("check", "leads.csv", *BASE, *ONLY)
    assert told.code == 1
    assert "1 new error, 0 new warnings" in told.out
    assert "1 EML302" in told.out
    assert "line 4 " in told.out
    assert "line 2 " not in told.out
    # A cell counts as often as it did: a known one may not hide a hundred of them.
    put(shorter + "bob@@kestrel-labs.com,Bob\n" * 9)
    told = call("check", "leads.csv", *BASE, *ONLY)
    assert (told.code, "9 new errors" in told.out) == (1, True)
    monkeypatch.setenv("PREFLIGHT_BASELINE_KEY", KEY + "-not")
    told = call("check", "leads.csv", *BASE, *ONLY)
    assert "PREFLIGHT_BASELINE_KEY is not set, or not to the key" in told.out
    assert "10 new errors" in told.out


@pytest.mark.usefixtures("accepted")
def test_max_bad_is_a_margin_over_what_is_accepted(call: Call) -> None:
    put(MESS + "zoe@@kestrel-labs.com,Zoe\nkim@@kestrel-labs.com,Kim\n")
    for margin, code in (("1", 1), ("2", 0), ("20%", 1), ("34%", 0)):
        assert call("check", "leads.csv", *BASE, *ONLY, "--max-bad", margin).code == code, margin


@pytest.mark.usefixtures("accepted")
def test_a_warning_that_has_become_an_error_is_new(call: Call) -> None:
    Path("preflight.toml").write_text('severity = {NAM602 = "error"}\n')
    told = call("check", "leads.csv", *BASE, *ONLY)
    assert (told.code, "1 new error" in told.out) == (1, True)


@pytest.mark.usefixtures("accepted")
def test_warnings_that_are_accepted_do_not_fail_either(call: Call) -> None:
    strict = ("--fail-on", "warning")
    assert call("check", "leads.csv", *ONLY, *strict).code == 1
    assert call("check", "leads.csv", *BASE, *ONLY, *strict).code == 0
    put(MESS.replace("Dan\n", "test\n"))
    assert call("check", "leads.csv", *BASE, *ONLY, *strict).code == 1


def test_an_accepted_header_shows_its_rows_and_another_fault_of_it_is_new(call: Call) -> None:
    """Of two columns that are missing, one is accepted."""
    write = ("--for", "textus", *ONLY)
    put("name,company\nAnn Smith,Kestrel\n")
    assert (
        "nothing of a file can be used (HDR202)"
        in call("baseline", "write", "leads.csv", *write).out
    )
    assert call("check", "leads.csv", *BASE, *write).code == 0
    put("phone_number,company\n+12125550143,Kestrel\n")
    told = call("check", "leads.csv", *BASE, *write)
    assert told.code == 1
    assert "HDR202 the required column `name` is missing" in told.out


@pytest.mark.usefixtures("accepted")
def test_pruning_removes_and_lowers_and_never_raises(call: Call) -> None:
    put(MESS.replace("gmial", "kestrel-labs") + "kim@@kestrel-labs.com,Kim\n" + CLEAN * 3)
    told = call("baseline", "prune", "leads.csv", *ONLY)
    assert told.out == (
        "leads.csv: no longer accepted: 1 EML305 in `email`\n"
        "leads.csv: NAM602 in `first_name` 25.00% → 12.50% of rows accepted\n"
        "wrote preflight-baseline.json\n"
    )
    assert (
        "      1 EML302 in `email` email-invalid, 25.00% of rows\n" in call("baseline", "show").out
    )
    again = call("baseline", "prune", "leads.csv", *ONLY)
    assert again.out == "preflight-baseline.json: nothing to prune\n"


@pytest.mark.usefixtures("accepted")
def test_what_was_not_looked_for_is_not_gone(call: Call) -> None:
    """Other rules, another provider, an export that is an error page, an empty one."""
    kept = Path("preflight-baseline.json").read_bytes()
    told = call("check", "leads.csv", *BASE, "--select", "EML302")
    assert "no longer found" not in told.out
    assert "nothing to prune" in call("baseline", "prune", "leads.csv", "--select", "EML302").out
    told = call("baseline", "prune", "leads.csv", "--for", "talkvalue", *ONLY)
    assert "leads.csv was not pruned: the baseline is for general" in told.err
    for content, code in (("<html><body>502</body></html>", "FIL002"), ("", "FIL001")):
        put(content)
        told = call("baseline", "prune", "leads.csv")
        assert f"was not pruned: nothing of it can be used ({code})" in told.err
        told = call("check", "leads.csv", *BASE)
        assert (told.code, "no longer found" in told.out) == (1, False)
    assert Path("preflight-baseline.json").read_bytes() == kept


@pytest.mark.usefixtures("keyed")
def test_pruning_needs_the_key_of_the_fingerprints(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PREFLIGHT_BASELINE_KEY")
    told = call("baseline", "prune", "leads.csv", *ONLY)
    assert (told.code, "set PREFLIGHT_BASELINE_KEY to the key" in told.err) == (2, True)


@pytest.mark.usefixtures("accepted")
def test_another_version_of_a_rule_and_of_a_library_is_said(call: Call) -> None:
    path = Path("preflight-baseline.json")
    read = document()
    read["files"][0]["findings"][0]["rule"] = "00000000"
    read["tool"]["libraries"]["phonenumbers"] = "8.1.0"
    path.write_text(json.dumps(read))
    told = call("check", "leads.csv", *BASE, *ONLY)
    assert told.code == 0
    assert "changed since the baseline was written: EML302;" in told.out
    assert "phonenumbers" not in told.out
    put(MESS + "zoe@@kestrel-labs.com,Zoe\n")
    assert (
        "updated since the baseline was written: phonenumbers 8.1.0 → "
        in call("check", "leads.csv", *BASE, *ONLY).out
    )


def test_each_file_of_several_has_its_own_part(call: Call, here: Path) -> None:
    (here / "data").mkdir()
    put(MESS, "data/a.csv")
    put("email\nann@kestrel-labs.com\n", "data/b.csv")
    assert call("baseline", "write", "data", "-o", "data/base.json", *ONLY).code == 0
    (here / "preflight.toml").write_text('baseline = "data/base.json"\n')
    assert call("check", "data", *ONLY).code == 0
    put(MESS, "data/b.csv")
    told = call("check", "data", *ONLY)
    assert told.code == 1
    assert "data/a.csv: 4 rows, 1 error, 2 warnings, 1 rejected row; 0 new\n" in told.out
    assert "data/b.csv: 4 rows, 1 error, 2 warnings, 1 rejected row; 3 new\n" in told.out
    assert "2 files: 2 errors, 4 warnings; 1 new error, 2 new warnings\n" in told.out
    assert "  1 EML302 not a valid email address, in 1 file\n" in told.out  # that of a is accepted
    put(MESS, "data/c.csv")
    assert "`c.csv` is not in the baseline" in call("check", "data/c.csv", *ONLY).out


def test_the_only_file_of_a_baseline_may_be_called_otherwise_tomorrow(call: Call) -> None:
    put(MESS, "leads-2026-11-26.csv")
    assert call("baseline", "write", "leads-2026-11-26.csv", *ONLY).code == 0
    put(MESS, "leads-2026-11-27.csv")
    told = call("check", "leads-2026-11-27.csv", *BASE, *ONLY)
    assert told.code == 0
    assert "compared with the only file of the baseline, leads-2026-11-26.csv" in told.out


@pytest.mark.usefixtures("accepted")
def test_what_cannot_be_done_is_said_with_the_next_step(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = Path("preflight-baseline.json")
    kept = path.read_bytes()
    told = call("baseline", "write", "leads.csv")
    assert (told.code, path.read_bytes()) == (2, kept)
    assert "preflight-baseline.json exists; `preflight baseline prune` removes" in told.err
    for content, said in (
        (None, "there is no baseline preflight-baseline.json; write one with `preflight baseline"),
        ("no", "preflight-baseline.json is not a baseline: it is not JSON"),
        ("[]", "preflight-baseline.json is not a baseline; `preflight baseline write` makes one"),
        ('{"schema_version": 9, "files": []}', "has the form 9, and this preflight reads 1"),
        (kept.decode().replace('"count": 1', '"count": "no"'), "is damaged: files.findings.count"),
    ):
        path.write_text(content) if content is not None else path.unlink()
        for command in (("check", "leads.csv", *BASE), ("baseline", "show")):
            told = call(*command)
            assert (told.code, said in told.err, told.out) == (2, True, ""), (command, told.err)
    told = call("baseline", "wirte", "leads.csv")
    assert "No such command 'wirte'. Did you mean 'write'?".lower() in told.err.lower()
    told = call("baseline", "write", "leads.csv", "-o", "leads.csv", "--force")
    assert (told.code, "leads.csv" in told.err) == (2, True)
    monkeypatch.setenv("PREFLIGHT_BASELINE_KEY", "short")
    told = call("baseline", "write", "leads.csv", "-o", "new.json")
    assert (told.code, "too short" in told.err, "`openssl rand -hex 32`" in told.err) == (
        2, True, True,
    )  # fmt: skip
    assert not Path("new.json").exists()


@pytest.mark.usefixtures("accepted")
def test_a_fix_goes_by_it_too(call: Call) -> None:
    """Rows are rejected as ever; only the exit code and what is called new differ."""
    assert call("fix", "leads.csv", *ONLY).code == 1
    told = call("fix", "leads.csv", *ONLY, *BASE)
    assert told.code == 0
    assert "baseline preflight-baseline.json: 3 findings accepted; 0 new errors" in told.out
    assert "books: 4 rows = 3 clean + 1 rejected + 0 dropped" in told.out
    put(MESS + "zoe@@kestrel-labs.com,Zoe\n")
    assert call("fix", "leads.csv", *ONLY, *BASE).code == 1
    assert call("fix", "leads.csv", *ONLY, *BASE, "--max-bad", "1").code == 0


@pytest.mark.slow
def test_a_submit_goes_by_it_too(call: Call, shared: Sandbox) -> None:
    del shared
    put(MESS)
    to = (*TALKVALUE, "--sandbox", *ONLY, *BASE)
    assert call("baseline", "write", "leads.csv", "--for", "talkvalue", *ONLY).code == 0
    told = call("submit", "leads.csv", *to, "--max-bad", "0")
    assert (told.code, "3 accepted + 1 rejected by preflight" in told.out) == (0, True), told.out
    report = json.loads(Path("leads.preflight/report.json").read_text())
    jsonschema.validate(report, json.loads(SCHEMA.read_text()))
    assert report["files"][0]["baseline"]["accepted"] == 3
    put(MESS + "zoe@@kestrel-labs.com,Zoe\n")
    told = call("submit", "leads.csv", *to, "--max-bad", "0", "--force")
    assert (told.code, "nothing was sent" in told.out) == (1, True), told.out


def test_python_goes_by_it_too(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFLIGHT_BASELINE_KEY", KEY)
    put(MESS)
    assert call("baseline", "write", "leads.csv", *ONLY).code == 0
    codes = ONLY[1::2]
    preflight.check("leads.csv", baseline=BASE[1], select=codes).raise_for_findings()
    put(MESS + "zoe@@kestrel-labs.com,Zoe\n")
    report = preflight.check("leads.csv", baseline=BASE[1], select=codes)
    assert report.findings.set_index(["code", "row"])["baseline"].to_dict() == {
        ("EML302", 2): "accepted", ("NAM602", 3): "accepted", ("EML305", 4): "accepted",
        ("EML302", 5): "worse",
    }  # fmt: skip
    with pytest.raises(FindingsError):
        report.raise_for_findings()
    with pytest.raises(preflight.PreflightError, match="there is no baseline"):
        preflight.check("leads.csv", baseline="no.json")


@pytest.mark.usefixtures("accepted")
def test_the_formats_say_what_is_accepted_and_what_is_new(call: Call) -> None:
    put(MESS + "zoe@@kestrel-labs.com,Zoe\nan,other,cell\n")
    told = call("check", "leads.csv", *BASE, *ONLY, "--output-format", "json")
    report = json.loads(told.out)
    jsonschema.validate(report, json.loads(SCHEMA.read_text()))
    assert Counter(found["baseline"] for found in report["findings"]) == {
        "accepted": 2, "worse": 2, "new": 1,
    }  # fmt: skip
    concise = call("check", "leads.csv", *BASE, *ONLY, "--output-format", "concise").out
    assert "leads.csv:3:1: EML302 [error, worse] " in concise
    assert "leads.csv:5:1: EML305 [warning, accepted] " in concise
    full = call("check", "leads.csv", *BASE, *ONLY, "--output-format", "full").out
    assert "leads.csv:7 STR102 [error, new] " in full


@pytest.mark.slow
def test_a_kind_with_very_many_findings_has_a_rate_alone_and_that_is_said(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PREFLIGHT_BASELINE_KEY", KEY)
    put("email\n" + "".join(f"a{n}@@kestrel-labs.com\n" for n in range(1001)))
    told = call("baseline", "write", "leads.csv", *ONLY)
    assert "rates alone for 1 kind with more than 1,000 findings" in told.out
    (entry,) = document()["files"][0]["findings"]
    assert (entry["count"], entry["values"]) == (1001, None)


def test_a_hostile_header_does_nothing_to_a_reader_of_the_baseline(call: Call) -> None:
    name = "\x1b[31mfirst\u202e name\x07"
    put(f"email,{name}\nann@kestrel-labs.com,n/a\n")
    mapped = ("--map", f"{name}=first_name")
    assert call("baseline", "write", "leads.csv", *mapped, *ONLY).code == 0
    text = Path("preflight-baseline.json").read_text()
    assert text.replace("\n", "").isprintable()
    assert "\\u202e" in text
    told = call("baseline", "show")
    assert told.out.replace("\n", "").isprintable()
    assert call("check", "leads.csv", *BASE, *mapped, *ONLY, "--fail-on", "warning").code == 0


def test_names_that_may_be_values_are_not_in_a_baseline(call: Call) -> None:
    """A file without a header: its first row is a contact."""
    put("zed@kestrel-labs.com,Zed\nbob@@kestrel-labs.com,n/a\n")
    assert call("baseline", "write", "leads.csv").code == 0
    text = Path("preflight-baseline.json").read_text()
    assert "zed" not in text.lower()
    assert '"column": "#1"' in text or "HDR201" in text
