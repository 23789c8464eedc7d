"""Files whose names, headers and cells try to be taken for something else."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from preflight.report.listing import Listing
from tests.checked import check, listed

RULES = ("EML302", "EML303", "TXT702", "TXT706", "HDR205", "STR101")
CONTENT = (
    "email,note,phone number\n"
    "bad,x,1\n"
    " ann@kestrel-labs.com,#REF!,1\n"
    "worse@@kestrel-labs.com,x,1\n"
    "short\n"
    "bob@kestrel-labs.com,\u200bx,1\n"
)
"""Two findings of EML302, one of EML303, STR101, TXT706 and TXT702."""

NAME = 'a|`b`<b>@ann [x](//y)\n::error::##[error],:%0A"&\x1b[31m\u202e]]>\x00'
HOSTILE_PATH = "a\n::error file=x::b,c:d%0A<i>&\"'|`\x1b]8;;x\x07\u2066\x00.csv"


@pytest.fixture
def found(tmp_path: Path) -> Listing:
    """The findings of an ordinary file."""
    one = listed(check(tmp_path, CONTENT, select=RULES))
    return dataclasses.replace(one, path="leads.csv")


@pytest.fixture
def odd(tmp_path: Path) -> Listing:
    """Those of a file with hostile names."""
    quoted = NAME.replace('"', '""')
    content = f'email,"{quoted}"\nann@kestrel-labs.com,#REF!\nbad,#REF!\n'
    one = listed(check(tmp_path, content, select=RULES), show_all=True)
    assert len(one) >= 3
    assert any(name == NAME for name in (column.name for column in one.analysis.plan.columns))
    return dataclasses.replace(one, path=HOSTILE_PATH)
