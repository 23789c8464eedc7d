"""Contact files that nothing is wrong with: every usual dialect, and every encoding of contacts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from preflight.config.settings import Settings
from preflight.core.types import Severity
from preflight.linting.row_states import CLEAN
from preflight.pipeline import check_fix_split
from tests.reading import corpus
from tests.structure.tables import Table, tables

_UNICODE = ("utf-8", "utf-8-sig", "utf-16", "utf-32")
_NEWLINES = ("\n", "\r\n")
_ROWS = 6


@dataclass(frozen=True)
class Conformant:
    """A file; `encoding` is named in the call, if it is not Unicode."""

    name: str
    content: bytes
    encoding: str | None = None


def conformant() -> Iterator[Conformant]:
    """The files, the same in each call."""
    for table in tables():
        for written in _dialects(table):
            for ended in (True, False):
                for encoding in _UNICODE:
                    content = written.text(ended=ended).encode(encoding)
                    yield Conformant(f"{_name(written)}, {ended}, {encoding}", content)
    for language, made in corpus.LANGUAGES.items():
        for encoding in (*_UNICODE[:3], *made.codecs):
            header, *rows = corpus.table(language, _ROWS, own_header=False).splitlines()
            people = tuple(tuple(row.split(",")) for row in rows)
            table = Table(language, tuple(header.split(",")), people)
            for written in _dialects(table):
                text = written.text()
                if encoding in _UNICODE:
                    yield Conformant(f"{_name(written)}, {encoding}", text.encode(encoding))
                elif not written.dialect.always:
                    content = corpus.encoded(text, encoding)
                    yield Conformant(f"{_name(written)}, {encoding}", content, encoding)


def _dialects(table: Table) -> Iterator[Table]:
    for delimiter in ",;\t|":
        for always in (False, True):
            for newline in _NEWLINES:
                yield table.in_dialect(delimiter=delimiter, always=always, newline=newline)


def _name(table: Table) -> str:
    dialect = table.dialect
    return f"{table.name}, {dialect.delimiter!r}, {dialect.newline!r}, {dialect.always}"


def errors(file: Conformant) -> list[str]:
    """The codes of the errors in a file, and "rejected" if `fix` would reject a row.

    That it is not UTF-8 is an error by itself, which `fix` removes.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder, "contacts.csv")
        path.write_bytes(file.content)
        settings = Settings(encoding=file.encoding)
        analysis = check_fix_split.check(path, settings, work=Path(folder)).analysis
    rules = analysis.plan.rules
    codes = [rule.code for rule, _ in analysis.problems if rule.severity is Severity.ERROR]
    codes += [code for code in analysis.findings.counts() if rules[code].severity is Severity.ERROR]
    rejected = ["rejected"] if (analysis.after != CLEAN).any() else []
    return [code for code in codes if code != "FIL003"] + rejected
