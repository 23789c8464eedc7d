"""Every option that a message suggests works when it is typed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from preflight.cli.options import _mapping
from preflight.config import profiles
from preflight.config.settings import Settings
from preflight.linting.checked import Checked
from preflight.pipeline import check_fix_split
from preflight.report.left_out import left_out
from preflight.report.listing import listing
from tests.calls import ODD, SHOW
from tests.checked import work, written

# One or more options in backticks; an example or a place to fill in is no suggestion.
_OPTIONS = re.compile(r"`((?:--[a-z-]+ (?:'[^']*'|\"[^\"]*\"|[^\s`'\"])+(?: (?=--)|(?=`)))+)`")
_EXAMPLES = ("--region US", "--timezone America/New_York")
_PLACES = ("Their header", "FIELD")

FILES = {
    "consent": "Email,Accepts Marketing,GDPR opt-in\nann@kestrel-labs.com,yes,no\n",
    "crm": "E-mail,Name,Mobile No.,Company Name,Job Title,LinkedIn,Lead Notes,Country\n"
    "ann@kestrel-labs.com,Ann Bell,+14155552671,Kestrel,Boss,https://linkedin.com/in/a,x,US\n",
    "double": "email,Mail,Email\nann@kestrel-labs.com,a@kestrel-labs.com,b@kestrel-labs.com\n",
    "further": "Mail to,Phone,Mobile No.\nann@kestrel-labs.com,+14155552671,+14155552672\n",
    "marks": 'email,"Phone (day) = main",Name\'s,"a ""b"" c"\n'
    "ann@kestrel-labs.com,+14155552671,x,y\n",
    "misspelt": "Emial,Frist name,Bussiness,Phnoe\nann@kestrel-labs.com,Ann,Kestrel,+14155552671\n",
    "nameless": "email,,first_name\nann@kestrel-labs.com,Kestrel Labs,Ann\n",
    "half a name": "First Name,phone\nAnn,+14155552671\n",
    "lines": '"Mail\nto",Vorname\nann@kestrel-labs.com,Ann\nbob@kestrel-labs.com,Bob\n',
    "others": "Elektronisch,Rufnr,Vorname\nann@kestrel-labs.com,+14155552671,Ann\n",
    "swapped": "email,phone,created_at\n"
    + "".join(f"+1415555267{n},ann{n}@kestrel-labs.com,Kestrel Labs\n" for n in range(4)),
    "tables": "Host,Mail\nAnn,ann@kestrel-labs.com\n\nemail,first_name,city\n"
    + "".join(f"bob{n}@kestrel-labs.com,Bob,Leeds\n" for n in range(8)),
    "carets": "email^name\nann@kestrel-labs.com^Ann\nbob@kestrel-labs.com^Bob\n",
}
# The families of rules about files and their columns: those about cells suggest no columns.
_ABOUT_FILES = ("FIL", "STR", "HDR", "DDG", "EXP", "LDB", "TKV", "TXU")
NUMBERS = {"header_row": int}


def _contents() -> Iterator[tuple[str, bytes]]:
    """The small files, the odd ones, and the first lines of the exports."""
    yield from ((name, content.encode()) for name, content in FILES.items())
    yield "latin", "email,Städte,Größe\nann@kestrel-labs.com,Köln,groß\n".encode("cp1252")
    yield from ((path.name, path.read_bytes()) for path in sorted(ODD.glob("*.csv")))
    for name, encoding in (("expo-utf8.csv", "utf-8"), ("badges-cp1252.csv", "cp1252")):
        lines = (SHOW / name).read_text(encoding).splitlines(keepends=True)
        yield name, "".join(lines[:20]).encode(encoding)


def _settings(profile: str, words: Sequence[str]) -> Settings:
    """The settings of a call with these words."""
    given = {}
    mapped = []
    for option, value in zip(words[::2], words[1::2], strict=True):
        if option == "--map":
            mapped.append(value)
        else:
            name = option.removeprefix("--").replace("-", "_")
            given[name] = NUMBERS.get(name, str)(value)
    columns = _mapping(None, None, tuple(mapped)) or {}  # type: ignore[arg-type]
    return Settings(profile=profile, columns=columns, select=_ABOUT_FILES, **given)  # type: ignore[arg-type]


def _suggestions(checked: Checked) -> Iterator[tuple[str, str | int]]:
    """The options that are suggested, each with the message or the column it is about."""
    for rule, problem in checked.analysis.problems:
        message = problem.message or rule.message
        for words in _OPTIONS.findall(message):
            if words not in _EXAMPLES and not any(place in words for place in _PLACES):
                yield words, message
    for column in left_out(listing("a.csv", checked.analysis, checked.books)):
        if column.option:
            yield column.option, column.position


@pytest.mark.parametrize(
    ("providers", "least"),
    [
        pytest.param(("talkvalue",), 25, marks=pytest.mark.slow),
        pytest.param(tuple(profiles.names()), 200, marks=pytest.mark.long),
    ],
)
def test_every_suggestion_works_when_it_is_typed(
    tmp_path: Path, providers: tuple[str, ...], least: int
) -> None:
    """It is no error, what it is about is settled, and a column that it sends is sent."""
    typed = 0
    for name, content in _contents():
        path = written(tmp_path, content)
        for profile in providers:
            first = check_fix_split.check(path, _settings(profile, ()), work=work(tmp_path))
            for words, about in dict.fromkeys(_suggestions(first)):
                where = (name, profile, words)
                again = check_fix_split.check(
                    path, _settings(profile, shlex.split(words)), work=work(tmp_path)
                ).analysis
                left = [problem.message or rule.message for rule, problem in again.problems]
                assert about not in left, where
                sent = {at for column in again.output_columns for at in column.sources}
                assert isinstance(about, str) or about in sent, where
                typed += 1
    assert typed > least


def test_a_mobile_number_reaches_each_provider_that_has_a_field_for_it(tmp_path: Path) -> None:
    """Under its own name where the provider takes any."""
    path = written(tmp_path, "email,name,Mobile No.\nann@kestrel-labs.com,Ann,+14155552671\n")
    headers = {}
    for profile in profiles.names():
        checked = check_fix_split.check(path, Settings(profile=profile), work=work(tmp_path))
        columns = checked.analysis.output_columns
        headers[profile] = [column.header for column in columns if 2 in column.sources]
    assert {"talkvalue": ["phone"], "textus": ["phone_number"]}.items() <= headers.items()
    assert headers["landbase"] in (["phone"], ["Mobile No."])
