"""`preflight explain`: one rule."""

from __future__ import annotations

import re
from importlib.metadata import version

import pytest

from preflight.config import catalogue
from tests.calls import Call


@pytest.mark.parametrize("name", ["EML303", "eml303", "email-padded"])
def test_a_rule_is_told_by_its_code_or_its_name(call: Call, name: str) -> None:
    told = call("explain", name)
    assert told.code == 0
    assert told.out.startswith("EML303 email-padded (")
    assert "A file with it\n  line   email " in told.out
    assert "     3   bob@kestrel-labs.com[no-break space]      Bob\n" in told.out
    assert "  line 2 `email`, line 3 `email`, line 4 `email`: whitespace around" in told.out


def test_the_library_that_judges_is_named_with_its_version(call: Call) -> None:
    """Of a rule about phone numbers; one about text has none."""
    assert (
        call("explain", "PHN403").out.rstrip().endswith(f"phonenumbers {version('phonenumbers')}.")
    )
    assert "judged with" not in call("explain", "TXT701").out


def test_every_rule_can_be_explained(call: Call) -> None:
    """With all of its prose, and samples that are tables or lines of a file."""
    for code, rule in catalogue.builtin().items():
        shown = call("explain", code).out
        prose = rule.doc.split("::\n")[0].rsplit("\n", 1)[0]
        assert " ".join(prose.split()) in " ".join(shown.split()), code
        assert not re.search(r"^(Bad|Findings|Good|Fixed|Options)::", shown, re.MULTILINE), code
        assert "A file with it\n" in shown, code
        assert max(map(len, shown.splitlines())) <= 100, code


@pytest.mark.parametrize(
    ("name", "said"),
    [("EML30", "did you mean EML3"), ("email-paded", "did you mean email-padded?"),
     ("zzzzzzz", "`preflight rules` lists them")],
)  # fmt: skip
def test_an_unknown_rule_exits_with_2(call: Call, name: str, said: str) -> None:
    told = call("explain", name)
    assert (told.code, told.err.count("\n"), said in told.err) == (2, 1, True)
