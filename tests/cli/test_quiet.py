"""`-q` is quiet in every command: results and errors alone, no notes, no progress."""

from __future__ import annotations

from pathlib import Path

import pytest

from preflight.cli.commands import COMMANDS
from preflight.providers.sandbox.server import Sandbox
from tests.calls import TALKVALUE, Call, contacts

BELOW = {"baseline": ("write", "prune", "show")}
"""The commands of a command that has some of its own."""


@pytest.mark.parametrize(
    "words",
    [(name, *below) for name in sorted(COMMANDS) for below in
     ([(each,) for each in BELOW[name]] if name in BELOW else [()])],
)  # fmt: skip
def test_every_command_has_the_option(call: Call, words: tuple[str, ...]) -> None:
    assert call(*words, "--help").out.count("-q, --quiet") == 1


def test_what_was_done_is_not_confirmed(call: Call, here: Path) -> None:
    (here / "a.csv").write_text(contacts(1).replace("ann1", " ann1"))
    assert call("fix", "a.csv").code == 0
    for words in (
        ("baseline", "write", "a.csv"),
        ("baseline", "prune", "a.csv", "--baseline", "preflight-baseline.json"),
        ("snapshot", "a.csv", "-o", "s.json"),
        ("undo", "a.preflight"),
        ("undo", "a.preflight", "--row", "1"),
        ("new-rule", "company-odd", "--family", "text"),
        ("init", "-o", "own.toml"),
        ("runs",),
    ):
        told = call(*words, "-q")
        assert (told.code, told.out, told.err) == (0, "", ""), words


def test_of_a_file_only_what_was_found_and_the_books_are_printed(
    call: Call, shared: Sandbox, here: Path
) -> None:
    (here / "a.csv").write_text(contacts(2).replace("ann1", " ann1") + "no address,Bob\n")
    found = "3 rows for TalkValue\n  found: 2 errors, 0 warnings\n  books: 3 rows = "
    for words, books in (
        (("check", "a.csv", "--for", "talkvalue"), "1 clean + 2 rejected"),
        (("fix", "a.csv", "--for", "talkvalue"), "2 clean + 1 rejected"),
        (("submit", "a.csv", *TALKVALUE, "--force"), "2 accepted + 1 rejected by preflight"),
    ):
        told = call(*words, "-q")
        assert told.code == 1
        assert told.out.startswith(f"a.csv: {found}{books}")
        assert (told.out.count("\n"), told.err) == (3, "")
    told = call("split", "a.csv", "--max-rows", "1", "-o", "cut", "-q")
    assert told.out.startswith("a.csv: 3 rows\n  found: 0 errors, 1 warning\n  books: 3 rows = 3 ")
    assert told.out.count("\n") == 3


def test_results_and_errors_are_printed(call: Call, here: Path) -> None:
    (here / "a.csv").write_text(contacts(1).replace("ann1", " ann1"))
    assert call("fix", "a.csv").code == 0
    assert "EML303" in call("diff", "a.preflight", "-q").out
    assert "EML302" in call("explain", "EML302", "-q").out
    assert "no such file" in call("split", "missing.csv", "-q").err
