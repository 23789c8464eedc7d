"""Each command ends with the next one, and that can be typed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from preflight.providers.sandbox.server import Sandbox
from tests.calls import TALKVALUE, Call, contacts

MESSY = "email,first_name\n ann@kestrel-labs.com,Ann\nbo@@kestrel-labs.com,Bo\n"
NEEDED = "-O source_id=SOURCE_ID -O 'mode=UPDATE|SKIP'"
_NEXT = re.compile(r"^  next: (?:(?P<before>.+)\n {8})?(?P<step>preflight .+)$", re.MULTILINE)


def steps(out: str) -> list[tuple[str, str]]:
    """What is to be done before each next command, and the command."""
    return [(found["before"] or "", found["step"]) for found in _NEXT.finditer(out)]


@pytest.mark.parametrize(
    ("content", "words", "step"),
    [
        (contacts(2), (), "preflight check a.csv --for PROVIDER"),
        (contacts(2), ("--for", "textus"),
         "preflight check a.csv --for textus --map first_name=name"),
        (
            contacts(2),
            ("--for", "talkvalue", "--ignore", "TXT", "--map", "first_name=name"),
            f"preflight submit a.csv --to talkvalue {NEEDED} --map first_name=name --ignore TXT",
        ),
        (MESSY, ("--region", "US", "-q", "--for=talkvalue", "--show-values"),
         None),
        (MESSY, ("--region", "US", "--for=talkvalue", "--show-values"),
         "preflight fix a.csv --for talkvalue --region US"),
        ("email^name\nann@kestrel-labs.com^Ann\nbo@kestrel-labs.com^Bo\n", (),
         "preflight check a.csv --delimiter '^'"),
        ("name;email\nAnn;ann@kestrel-labs.com\nBo;bo@kestrel-labs.com\n",
         ("--delimiter", "tab", "--region", "US"),
         "preflight check a.csv --delimiter ';' --region US"),
        ("email,name,Email\na@kestrel-labs.com,Ann,b@kestrel-labs.com\n", (),
         "preflight check a.csv --map '#3=-'"),
        ("", (), "preflight check a.csv"),
    ],
)  # fmt: skip
def test_check_goes_on_with_the_options_that_it_was_given(
    call: Call, here: Path, content: str, words: tuple[str, ...], step: str | None
) -> None:
    (here / "a.csv").write_text(content)
    found = steps(call("check", "a.csv", *words).out)
    assert [typed for _, typed in found] == ([step] if step else [])
    if step and "PROVIDER" not in step and "SOURCE_ID" not in step:
        assert call(*shlex.split(step)[1:]).code in (0, 1)


ABOVE = "Staff\nName,Email\nAnn,ann@kestrel-labs.com\n\nName,Email,Company\n"


def test_fix_goes_on_with_the_option_that_settles_the_file(call: Call, here: Path) -> None:
    """As check does, into the same folder; without such an option a person corrects the file."""
    (here / "a.csv").write_text(
        f"{ABOVE}Bo,bo@kestrel-labs.com,Kestrel\nAl,al@kestrel-labs.com,A\n"
    )
    ((before, step),) = steps(call("fix", "a.csv", "-o", "out").out)
    assert (before, step) == ("", "preflight fix a.csv --header-row 5 --output out")
    assert call(*shlex.split(step)[1:]).code == 0
    (here / "b.csv").write_text("ann@kestrel-labs.com,Ann\nbo@kestrel-labs.com,Bo\n")
    assert steps(call("fix", "b.csv").out) == [("correct the file, then", "preflight check b.csv")]


def test_several_files_go_on_with_one_that_has_errors(call: Call, here: Path) -> None:
    (here / "a.csv").write_text(contacts(2))
    (here / "b.csv").write_text(MESSY)
    out = call("check", "a.csv", "b.csv", "--select", "EML").out
    assert steps(out) == [("", "preflight check b.csv --select EML")]


@pytest.mark.slow
def test_the_steps_of_a_round_lead_to_its_end(call: Call, shared: Sandbox, here: Path) -> None:
    (here / "a.csv").write_text(MESSY)
    fixed = steps(call("fix", "a.csv", "--for", "talkvalue").out)
    assert [before for before, _ in fixed] == ["", "correct a.preflight/rejects.csv, then"]
    rehearsed = call("submit", "a.csv", *TALKVALUE, "--force", "--dry-run")
    ((_, step),) = steps(rehearsed.out)
    assert step == shlex.join(["preflight", "submit", "a.csv", *TALKVALUE, "--force"])
    sent = call(*shlex.split(step)[1:])
    ((before, step),) = steps(sent.out)
    failures = here / "a.preflight" / "failures.csv"
    assert before == "correct a.preflight/failures.csv, then"
    assert step == "preflight resubmit a.preflight/failures.csv"
    failures.write_bytes(failures.read_bytes().replace(b"bo@@", b"bo@"))
    resent = call(*shlex.split(step)[1:])
    assert resent.code == 0, resent.err
    ((_, step),) = steps(resent.out)
    assert step.startswith("preflight runs show ")
    assert call(*shlex.split(step)[1:]).code == 0


def test_without_a_command_it_is_the_check_of_a_file_in_the_folder(call: Call, here: Path) -> None:
    assert steps(call().err) == [("", "preflight check FILE")]
    (here / "my leads.csv").write_text(contacts(1))
    told = call()
    assert (told.code, steps(told.err)) == (2, [("", "preflight check 'my leads.csv'")])


def test_the_commands_that_look_at_runs_say_how_to_go_on(
    call: Call, shared: Sandbox, here: Path
) -> None:
    (here / "a.csv").write_text(MESSY.replace("ann@", "failure@"))
    call("submit", "a.csv", *TALKVALUE, "--select", "EML")
    listed = call("runs")
    run = listed.out.split()[0]
    assert listed.err == f"next: preflight runs show {run}\n"
    shown = call("runs", "show", run)
    failures = "a.preflight/failures.csv"
    assert shown.err == f"next: correct {failures}, then preflight resubmit {failures}\n"
    assert call("runs", "-q").err == ""
    call("submit", "a.csv", *TALKVALUE, "--select", "EML", "--again", "-o", "b", "--no-wait")
    opened = call("runs")
    assert opened.err == f"next: preflight resume {opened.out.split()[0]}\n"


def test_at_the_gate_and_after_a_merge_the_rows_are_corrected(call: Call, here: Path) -> None:
    (here / "a.csv").write_text(MESSY)
    stopped = call("submit", "a.csv", *TALKVALUE, "--sandbox", "--select", "EML", "--max-bad", "0")
    rejects = "a.preflight/rejects.csv"
    again = f"preflight fix {rejects} --for talkvalue --select EML"
    assert steps(stopped.out) == [(f"correct {rejects}, then", again)]
    (here / "report.csv").write_text(
        "rowNum,errorCode,errorMessage,rawValue\n1,UNKNOWN_ERROR,No,\n"
    )
    (here / "sent.csv").write_text("email\nann@kestrel-labs.com\n")
    merged = call(
        "merge", "--from", "talkvalue", "--failures", "report.csv", "--submitted", "sent.csv"
    )
    failures = "sent.preflight/failures.csv"
    assert steps(merged.out) == [
        (f"correct {failures}, then", f"preflight fix {failures} --for talkvalue")
    ]


def test_a_profile_and_a_template_lead_to_a_check(call: Call) -> None:
    assert call("profiles").err == "next: preflight profiles NAME\n"
    assert "next: preflight template --for textus -o FILE" in call("profiles", "textus").err
    made = call("template", "--for", "textus", "-o", "t.csv")
    assert made.err == "next: fill in t.csv, then preflight check t.csv --for textus\n"
    assert call("template", "--for", "textus").err == ""


def test_what_is_looked_at_leads_on(call: Call, shared: Sandbox, here: Path) -> None:
    assert call("rules").err == "next: preflight explain CODE\n"
    assert call("explain", "EML302").err == "next: preflight check FILE --select EML302\n"
    (here / "a.csv").write_text(MESSY)
    call("submit", "a.csv", *TALKVALUE, "--select", "EML")
    shown = call("diff", "a.preflight")
    assert shown.err == (
        "next: preflight undo a.preflight undoes all of it, with --code or --row a part\n"
    )
    run = call("runs", "-q").out.split()[0]
    assert call("trace", run, "1").err.endswith(f"next: preflight runs show {run}\n")
