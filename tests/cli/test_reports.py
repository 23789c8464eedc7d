"""--report: further reports of one call, each in a format and a file of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from preflight.cli import job_summary
from preflight.providers.sandbox.server import Sandbox
from tests.calls import TALKVALUE, Call, contacts

CONTENT = "email,note\nbad,x\n ann@kestrel-labs.com,y\n"


@pytest.fixture(autouse=True)
def leads(here: Path) -> None:
    """An input, and few rules."""
    (here / "in.csv").write_text(CONTENT)
    (here / "preflight.toml").write_text('select = ["EML302", "EML303"]\n')


PLATFORMS = ("github", "gitlab", "junit", "sarif", "markdown")


def on_platforms(call: Call, *more: str) -> dict[str, str]:
    """The reports for platforms of one call."""
    call("check", "in.csv", *more, *(
        word for name in PLATFORMS for word in ("--report", f"{name}:out.{name}")
    ))  # fmt: skip
    return {name: Path(f"out.{name}").read_text() for name in PLATFORMS}


def test_each_report_has_its_format_and_the_screen_stays(call: Call, here: Path) -> None:
    alone = call("check", "in.csv")
    told = call("check", "in.csv", "--report", "json:a.json", "--report", "concise:b.txt")
    assert (told.code, told.out) == (alone.code, alone.out)
    assert told.err == "report: a.json (json)\nreport: b.txt (concise)\n"
    assert json.loads((here / "a.json").read_text())["findings_total"] == 2
    assert (here / "b.txt").read_text().startswith("in.csv:2:1: EML302 [error] ")


def test_a_report_is_what_the_same_format_prints(call: Call, here: Path) -> None:
    for name in ("concise", "full", "grouped"):
        path = here / f"{name}.txt"
        assert call("check", "in.csv", "--report", f"{name}:{path}", "-q").err == ""
        printed = call("check", "in.csv", "--output-format", name)
        # What to do next is of the screen: a quiet command has none.
        assert printed.out.startswith(path.read_text())


@pytest.mark.parametrize(
    ("reports", "what"),
    [
        (["jsn:a"], "unknown format `jsn`; did you mean json?"),
        (["zzzz:a"], "unknown format `zzzz`; there are grouped, full, concise, json, jsonl"),
        (["json"], "`json` is not FORMAT:PATH, like json:report.json"),
        (["json:"], "`json:` is not FORMAT:PATH"),
        (["json:-"], "it writes files; print with `--output-format json`"),
        (["json:a", "full:./a"], "two reports would go into a; name another file for one"),
        (["json:a", "full:link"], "two reports would go into a; name another file for one"),
        (["json:out"], "two reports would go into out; name another file for one"),
        (["json:none/a"], "cannot write none/a: No such file or directory"),
        (["json:."], "cannot write .: Is a directory"),
        (["json:in.csv"], "--report in.csv would replace the input in.csv"),
        (["json:preflight.toml"], "--report preflight.toml would replace the input"),
    ],
)
def test_a_wrong_report_is_refused_before_the_work_starts(
    call: Call, here: Path, reports: list[str], what: str
) -> None:
    (here / "link").symlink_to("a")
    more = [word for entry in reports for word in ("--report", entry)]
    told = call("fix", "in.csv", "--config", "preflight.toml", "--output-file", "out", *more)
    assert (told.code, told.out) == (2, "")
    assert what in told.err
    assert sorted(path.name for path in here.iterdir()) == ["in.csv", "link", "preflight.toml"]
    assert (here / "in.csv").read_text() == CONTENT


def test_fix_reports_too_also_of_what_it_would_change(call: Call, here: Path) -> None:
    assert call("fix", "in.csv", "--report", "json:fix.json").code == 1
    assert json.loads((here / "fix.json").read_text())["fixed"] == {"EML303": 1}
    told = call("fix", "in.csv", "--diff", "--report", "json:diff.json")
    assert "+++ " in told.out
    assert json.loads((here / "diff.json").read_text())["findings_total"] == 2


def test_annotations_come_with_a_job_summary(
    call: Call, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
    (here / "summary.md").write_text("before\n")
    told = call("check", "in.csv", "--output-format", "github")
    assert told.out.startswith("::error file=in.csv,line=2,title=EML302 email-invalid::`email`: ")
    summary = (here / "summary.md").read_text()
    assert summary.startswith("before\n## in.csv: 2 rows, 2 errors, 0 warnings\n\n| | rule |")
    (here / "summary.md").write_text("x" * ((1 << 20) - 300))
    call("check", "in.csv", "--output-format", "github")
    assert (here / "summary.md").stat().st_size <= 1 << 20
    assert (here / "summary.md").read_text().endswith(job_summary.CUT)
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "none/summary.md")
    told = call("check", "in.csv", "--output-format", "github")
    assert told.code == 1
    assert told.err == "no job summary: cannot write none/summary.md: No such file or directory\n"


@pytest.mark.parametrize("variable", ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"])
def test_a_platform_is_told_the_path_from_the_root_of_the_repository(
    call: Call, here: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, str(here.parent))
    told = on_platforms(call)
    place = f"{here.name}/in.csv"
    assert told["github"].startswith(f"::error file={place},line=2,")
    assert json.loads(told["gitlab"])[0]["location"]["path"] == place
    (run,) = json.loads(told["sarif"])["runs"]
    assert run["artifacts"][0]["location"]["uri"] == place
    monkeypatch.setenv(variable, str(here / "elsewhere"))
    assert on_platforms(call)["github"].startswith("::error file=in.csv,line=2,")


def test_csv_has_no_place_for_what_is_hidden_so_it_is_said(call: Call, here: Path) -> None:
    (here / "in.csv").write_text("email,email\nbad,worse\n")
    argv = ["check", "in.csv", "--config", "preflight.toml", "--extend-select", "HDR203"]
    said = "2 findings about rows are hidden, because the header is wrong; show them with `--all`\n"
    assert call(*argv, "--output-format", "csv").err == said
    assert call(*argv, "--report", "csv:a.csv").err == f"{said}report: a.csv (csv)\n"
    assert call(*argv, "--output-format", "csv", "--all").err == ""


def test_what_a_baseline_accepts_fails_on_no_platform(call: Call, here: Path) -> None:
    call("baseline", "write", "in.csv")
    (here / "in.csv").write_text("email,note\nbad,x\n ann@kestrel-labs.com,#REF!\n")
    told = on_platforms(
        call, "--baseline", "preflight-baseline.json", "--select", "EML302,EML303,TXT706"
    )
    assert [line[:7] for line in told["github"].splitlines() if line[0] == ":"] == ["::error"]
    assert "2 findings accepted; 1 new error" in told["github"]
    issues = json.loads(told["gitlab"])
    assert [issue["severity"] for issue in issues] == ["major", "info", "info"]
    assert issues[1]["description"].endswith("; accepted")
    assert 'failures="1"' in told["junit"]
    assert "error, accepted: `email`: " in told["junit"]
    results = json.loads(told["sarif"])["runs"][0]["results"]
    assert [result["baselineState"] for result in results] == ["new", "unchanged", "unchanged"]
    assert ["suppressions" in result for result in results] == [False, True, True]
    assert told["markdown"].count("| error |") == 1


def test_nor_does_what_the_config_accepts_of_a_rule(call: Call, here: Path) -> None:
    (here / "preflight.toml").write_text('select = ["EML302", "EML303"]\n[rules.EML302]\nmax = 1\n')
    told = on_platforms(call)
    assert "EML302" not in told["github"]
    assert 'failures="1"' in told["junit"]
    assert [issue["severity"] for issue in json.loads(told["gitlab"])] == ["major", "info"]
    results = json.loads(told["sarif"])["runs"][0]["results"]
    assert [result["ruleId"] for result in results] == ["EML303", "EML302"]
    assert "baselineState" not in results[1]


@pytest.mark.slow
def test_a_run_reports_too(call: Call, here: Path, shared: Sandbox) -> None:
    (here / "in.csv").write_text(f"{contacts(2)}hardbounced@kestrel-labs.com,Bo\n")
    names = ("json", "full", "markdown", "junit", "github", "sarif", "jsonl", "csv", "gitlab")
    words = [word for name in names for word in ("--report", f"{name}:run.{name}")]
    call("submit", "in.csv", *TALKVALUE, *words)
    told = {name: (here / f"run.{name}").read_text() for name in names}
    run = json.loads(told["json"])["run"]
    assert run["books"]["accepted"] == 2
    assert json.loads(told["jsonl"].splitlines()[-1])["run"] == run
    assert json.loads(told["sarif"])["runs"][0]["properties"]["run"] == run
    books = "3 rows = 2 accepted + "
    assert all(books in told[name] for name in ("full", "markdown", "github"))
    assert "### Run " in told["markdown"]
    assert "row numbers count" not in told["markdown"]
    assert '<property name="accepted" value="2"/>' in told["junit"]
    assert json.loads(told["gitlab"]) == []
    assert len(told["csv"].splitlines()) == 1
