"""What is wrong with a call is said before a file is read, stand-ins start, or a folder is made."""

from __future__ import annotations

from pathlib import Path

import pytest

from preflight.providers.sandbox.server import Sandbox
from tests.calls import TALKVALUE, Call, contacts

_TO = ("--to", "talkvalue")
_ID, _MODE = ("-O", "source_id=7"), ("-O", "mode=UPDATE")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((*_TO, *_ID), "talkvalue needs -O mode=…"),
        ((*_TO, *_ID, "-O", "mode=UPDAT"), 'did you mean "UPDATE"?'),
        ((*_TO, *_MODE, "-O", "sourceid=7"), 'did you mean "source_id"?'),
        (("--to", "talkvaleu"), "did you mean talkvalue?"),
        ((*TALKVALUE, "--map", "E-mail=emial"), "did you mean `email`?"),
        ((*TALKVALUE, "--region", "Germany"), "did you mean DE?"),
        ((*TALKVALUE, "--timeout", "-3"), "--timeout is a number of seconds above 0"),
        ((*TALKVALUE, "--select", "EMX"), "did you mean EML?"),
        ((*TALKVALUE, "--any-of", "emial,phone"), "did you mean `email`?"),
        ((*TALKVALUE, "--rules", "no"), "no: no such rule file or folder"),
        ((*TALKVALUE, "--base-url", "http://127.0.0.1:1"), "--sandbox and --base-url"),
        ((*TALKVALUE, "--output-file", "no/x"), "cannot write no/x: No such file or directory"),
        ((*TALKVALUE, "--output-file", "."), "cannot write .: Is a directory"),
    ],
)
def test_a_wrong_option_is_found_before_the_file_is_read(
    call: Call, here: Path, words: tuple[str, ...], said: str
) -> None:
    """The file is missing, and would be named otherwise."""
    told = call("submit", "missing.csv", *words, "--sandbox")
    assert (told.code, told.out, told.err.count("\n")) == (2, "", 1)
    assert said in told.err
    assert list(here.iterdir()) == []


def test_a_missing_secret_is_found_before_the_file_is_read(call: Call, here: Path) -> None:
    told = call("submit", "missing.csv", *TALKVALUE)
    assert (told.code, "TALKVALUE_TOKEN must be set" in told.err) == (2, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("missing.csv",), "missing.csv: no such file"),
        (("a.csv", "--map", "Email=email"), "did you mean `E-mail`?"),
        (("a.csv", "--map", "#9=email"), "it has 2 columns"),
        (("a.csv", "--header-row", "99"), "there is no line 99 for a header"),
    ],
)
def test_nothing_is_started_for_a_file_that_does_not_fit(
    call: Call, here: Path, words: tuple[str, ...], said: str
) -> None:
    (here / "a.csv").write_text(contacts(2).replace("email,", "E-mail,"))
    told = call("submit", *words, *TALKVALUE, "--sandbox")
    assert (told.code, told.out, told.err.count("\n")) == (2, "", 1)
    assert said in told.err
    assert [path.name for path in here.iterdir()] == ["a.csv"]


def test_a_resubmission_is_not_compared_if_an_option_is_wrong(
    call: Call, shared: Sandbox, here: Path
) -> None:
    (here / "a.csv").write_text(contacts(1) + "suppressed@kestrel-labs.com,Sue\n")
    assert call("submit", "a.csv", *TALKVALUE).code == 1
    told = call("resubmit", "a.preflight/failures.csv", "-O", "mode=UPDAT")
    assert (told.code, told.err.count("\n")) == (2, 1)
    assert 'did you mean "UPDATE"?' in told.err
