"""The stages in a line. The only module that knows their order, and the one to call from Python."""

from __future__ import annotations

import dataclasses
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from preflight import catalogue, csvout, outputs
from preflight import findings as tables
from preflight import profile as profiles
from preflight.columns import Sent, resolve, sent
from preflight.errors import BooksError, SourceError
from preflight.findings import Findings
from preflight.model import CHANGE_COLUMNS, Books, Chunk, Layout, Part, Severity, Source
from preflight.partition import CleanRows, Rejects, clean_rows
from preflight.parts import (
    OVER_LIMIT,
    PartWriter,
    manifest,
    moved,
    too_large,
)
from preflight.passes import (
    CLEAN,
    DROPPED,
    REJECTED,
    Cleaned,
    States,
    Survey,
    clean,
    reveal,
    survey,
)
from preflight.plan import Plan
from preflight.reading.ahead import ahead
from preflight.reading.chunks import read_chunks
from preflight.reading.scan import scan
from preflight.reading.source import open_source
from preflight.settings import Settings

Progress = Callable[[str, int, int | None], None]
CHUNK_BYTES = 16 << 20
"""How much text is worked on at a time; no result depends on it."""


def silent(stage: str, done: int, total: int | None) -> None:
    """The progress of a caller that wants none."""


@dataclass(frozen=True)
class Checked:
    """What is known of a file after linting.

    Attributes:
        source: the file.
        survey: layout, plan, findings, problems, and where each row would end.
    """

    source: Source
    survey: Survey

    @property
    def layout(self) -> Layout:
        """How the file is written."""
        return self.survey.layout

    @property
    def books(self) -> Books:
        """Where the rows stand as the file is."""
        return balanced(self.survey.before)

    @property
    def after(self) -> Books:
        """Where they would end if the file were fixed."""
        return balanced(self.survey.after)


@dataclass(frozen=True)
class Fixed:
    """What `fix` wrote.

    Attributes:
        checked: what was found before.
        books: where the rows ended.
        folder: with the results.
        parts: the clean rows; one of them is `clean.csv`, several are in `parts/`.
        changed_cells: how many cells the fixes of the clean rows changed.
        changed_rows: in how many rows.
        changes: for each rule code, how many cells of the clean rows its fix changed.
        reasons: for each rule code, how many errors remain in the rejected rows.
        warnings: how many warnings remain, in clean rows, in rejected ones and about the file.
    """

    checked: Checked
    books: Books
    folder: Path
    parts: tuple[Part, ...]
    changed_cells: int
    changed_rows: int
    changes: Mapping[str, int]
    reasons: Mapping[str, int]
    warnings: int


def balanced(states: States) -> Books:
    """The books of some row states.

    Raises:
        BooksError: a row is in no place; a defect of preflight.
    """
    books = Books(
        rows=len(states),
        clean=int((states == CLEAN).sum()),
        rejected=int((states == REJECTED).sum()),
        dropped=int((states == DROPPED).sum()),
    )
    if books.rows != books.clean + books.rejected + books.dropped:
        raise BooksError(f"the books do not balance: {books}")
    return books


@contextmanager
def workspace() -> Iterator[Path]:
    """A private folder for what a call spools; gone when the block ends."""
    with tempfile.TemporaryDirectory(prefix="preflight-") as folder:
        yield Path(folder)


def check(
    path: str | Path,
    settings: Settings | None = None,
    *,
    work: Path,
    rules_from: tuple[Path, ...] = (),
    stdin_name: str | None = None,
    progress: Progress = silent,
    chunk_bytes: int = CHUNK_BYTES,
) -> Checked:
    """Lints a file; writes nothing but spooled copies into `work`.

    Args:
        path: of the file; "-" for standard input.
        settings: the defaults if there are none.
        work: a private folder that outlives the result, see `workspace`.
        rules_from: folders (or files) of further rules.
        stdin_name: what standard input is called in reports.
        progress: told the stage, rows done, and their total if it is known.
        chunk_bytes: how much text is worked on at a time, at least 1; what is found is the same.

    Raises:
        UsageError: the file cannot be opened, or a setting does not fit it.
    """
    settings = settings or Settings()
    profile = profiles.load(settings.profile).limited(settings.max_bytes, settings.max_rows)
    rules = catalogue.choose(
        catalogue.load(rules_from),
        profile,
        select=settings.select,
        ignore=settings.ignore,
        extend_select=settings.extend_select,
    )
    source = open_source(path, spool=work, stdin_name=stdin_name)
    layout = scan(
        source,
        spool=work,
        known=lambda name: profile.match(name) is not None,
        encoding=settings.encoding,
        delimiter=settings.delimiter,
        header_row=settings.header_row,
    )
    header = layout.header if layout.content == "table" else ()
    plan = Plan(
        profile,
        resolve(header, profile, settings.columns) if header else (),
        rules,
        settings.region or profile.region,
        settings.zone,
        settings.unsafe_fixes,
    )
    return Checked(source, survey(layout, plan, chunks(layout, "reading", progress, chunk_bytes)))


def cells(
    checked: Checked, findings: Findings, *, replacements: bool
) -> tuple[np.ndarray, np.ndarray]:
    """The cells that findings of a file are about, and what fixing makes of them; see `reveal`."""
    again = chunks(checked.layout, "fetching")
    return reveal(checked.survey, again, findings, replacements=replacements)


def chunks(
    layout: Layout,
    stage: str = "reading",
    progress: Progress = silent,
    chunk_bytes: int = CHUNK_BYTES,
) -> Iterator[Chunk]:
    """All records of a file; none of one that is no table or has no header."""
    if layout.content != "table" or not layout.header:
        return
    done = 0
    for chunk in ahead(read_chunks(layout, chunk_bytes=chunk_bytes)):
        yield chunk
        done += chunk.count
        progress(stage, done, None)


def fix(
    path: str | Path,
    settings: Settings | None = None,
    *,
    work: Path,
    folder: Path | None = None,
    force: bool = False,
    rules_from: tuple[Path, ...] = (),
    stdin_name: str | None = None,
    report: Callable[[Fixed], str] | None = None,
    progress: Progress = silent,
    chunk_bytes: int = CHUNK_BYTES,
) -> Fixed:
    """Lints a file, applies fixes, and writes the clean partition and the rejects.

    Args:
        path: of the file; "-" for standard input.
        settings: the defaults if there are none.
        work: a private folder, see `workspace`.
        folder: where the results go; `<stem>.preflight/` beside the input by default.
        force: whether results that stand there are replaced.
        rules_from: folders (or files) of further rules.
        stdin_name: what standard input is called in reports.
        report: makes the text of report.json.
        progress: told the stage, rows done, and their total if it is known.
        chunk_bytes: how much text is worked on at a time, at least 1; what is written is the same.

    Raises:
        UsageError: the file cannot be opened, a setting does not fit it, or results stand there.
        BooksError: a row ended in no place; a defect of preflight, and nothing is written.
    """
    settings = settings or Settings()
    target = folder or outputs.default_folder(stdin_name or str(path))
    _not_its_own(path, target)
    with outputs.staging(target, force=force) as place:
        checked = check(
            path,
            settings,
            work=work,
            rules_from=rules_from,
            stdin_name=stdin_name,
            progress=progress,
            chunk_bytes=chunk_bytes,
        )
        read = chunks(checked.layout, "writing", progress, chunk_bytes)
        fixed = _write(checked, place, target, read)
        if report is not None:
            outputs.write_text(place / outputs.REPORT, report(fixed))
    return fixed


def _not_its_own(path: str | Path, target: Path) -> None:
    """Sees to it that writing the results does not replace the input.

    Raises:
        SourceError: the input is one of the results that would be written.
    """
    given = Path(path).resolve()
    results = [(target / name).resolve() for name in outputs.RESULTS]
    if any(given == result or result in given.parents for result in results):
        raise SourceError(f"{path} is a result in {target} itself; -o DIR writes elsewhere")


def _write(
    checked: Checked,
    place: Path,
    target: Path,
    read: Iterable[Chunk],
    *,
    always_parts: bool = False,
) -> Fixed:
    """The second pass, into the staging folder."""
    found, layout, plan = checked.survey, checked.layout, checked.survey.plan
    limits = plan.profile.limits
    columns = sent(plan.columns, plan.profile)
    rejects = Rejects(layout, plan, found.refused, also=(OVER_LIMIT,))
    dropped = cells = rows = 0
    changed, remaining = Counter[str](), Counter[str]()
    with (
        PartWriter(
            place / outputs.PARTS,
            columns,
            max_bytes=limits.bytes,
            max_rows=limits.rows,
        ) as writer,
        outputs.TableWriter(place / outputs.REJECTS, [*layout.header, *outputs.HELPERS]) as refused,
        outputs.TableWriter(place / outputs.FIXES, CHANGE_COLUMNS) as log,
    ):
        log.write(outputs.fixes_columns(_file_changes(checked)))
        for one, kept in rewrite(found, read, columns):
            writer.write(kept.rendered, kept.rows, kept.lines)
            refused.write(rejects.of(one.original, one.rejected, one.aside, one.findings))
            log.write(outputs.fixes_columns(one.changes))
            changed.update(one.changes["code"].tolist())
            remaining.update(one.findings.counts())
            cells += len(one.changes)
            rows += one.changes["row"].nunique()
            dropped += _dropped(one)
        parts = _placed(writer.close(), place, target, checked, columns, always_parts)
    # What was written is counted, not what was meant to be.
    books = Books(found.rows, sum(part.rows for part in parts), refused.rows, dropped)
    if books.rows != books.clean + books.rejected + books.dropped:
        raise BooksError(f"the books do not balance: {books}; nothing was written")
    return Fixed(
        checked=checked,
        books=books,
        folder=target,
        parts=parts,
        changed_cells=cells,
        changed_rows=rows,
        changes=dict(changed),
        reasons=_errors_left(remaining, plan),
        warnings=warnings_left(remaining, checked),
    )


def _errors_left(counts: Mapping[str, int], plan: Plan) -> dict[str, int]:
    """Those of the counted findings that reject a row."""
    errors = {code for code, rule in plan.rules.items() if rule.severity is Severity.ERROR}
    return {code: count for code, count in counts.items() if code in errors | {OVER_LIMIT}}


def warnings_left(counts: Mapping[str, int], checked: Checked) -> int:
    """How many warnings remain: of the counted findings, and about the file as it is written anew.

    Args:
        counts: of the findings about rows that the second pass left, by code.
        checked: what was found before.
    """
    plan = checked.survey.plan
    rows = sum(counts.values()) - sum(_errors_left(counts, plan).values())
    return rows + sum(
        rule.severity is Severity.WARNING and not plan.applies(problem.safety)
        for rule, problem in checked.survey.problems
    )


def _dropped(one: Cleaned) -> int:
    in_table = ~(one.keep | one.rejected)
    return int(in_table.sum() + (~one.aside).sum())


def rewrite(
    found: Survey, read: Iterable[Chunk], columns: Sequence[Sent]
) -> Iterator[tuple[Cleaned, CleanRows]]:
    """The second pass with the provider's limit: each chunk fixed, and its clean rows as written.

    A row that no part could hold, even alone, is not clean but rejected, with a finding.

    Args:
        found: what the first pass found.
        read: the same chunks again.
        columns: what is written.
    """
    limit = found.plan.profile.limits.bytes
    for one in clean(found, read):
        kept = clean_rows(one.chunk, one.keep, columns)
        over = too_large(kept.rendered, columns, limit)
        if over.any():
            lighter = _without(one, np.flatnonzero(one.keep)[over])
            yield lighter, clean_rows(lighter.chunk, lighter.keep, columns)
        else:
            yield one, kept


def _without(one: Cleaned, at: np.ndarray) -> Cleaned:
    """The chunk with these rows of its table rejected, for they are over the limit."""
    keep, rejected = one.keep.copy(), one.rejected.copy()
    keep[at], rejected[at] = False, True
    rows, lines = one.chunk.rows[at], one.chunk.lines[at]
    why = "the record alone is over the limit of a part"
    return dataclasses.replace(
        one,
        keep=keep,
        rejected=rejected,
        changes=one.changes[~one.changes["row"].isin(rows)],
        findings=tables.together(
            [one.findings, tables.table(OVER_LIMIT, rows, lines, 0, why)]
        ).ordered(),
    )


def _file_changes(checked: Checked) -> pd.DataFrame:
    """What writing the file anew changes about the file itself, as rows of fixes.csv."""
    plan = checked.survey.plan
    mended = [
        (rule, problem) for rule, problem in checked.survey.problems if plan.applies(problem.safety)
    ]
    names = {column.position + 1: column.name for column in plan.columns}
    return pd.DataFrame(
        {
            "row": "",
            "line": ["" if problem.line is None else str(problem.line) for _, problem in mended],
            "column_name": [names.get(problem.column or 0, "") for _, problem in mended],
            "code": [rule.code for rule, _ in mended],
            "safety": [str(problem.safety) for _, problem in mended],
            "old": [problem.old or "" for _, problem in mended],
            "new": [problem.new or "" for _, problem in mended],
        },
        columns=list(CHANGE_COLUMNS),
    )


def _placed(
    parts: list[Part],
    place: Path,
    target: Path,
    checked: Checked,
    columns: Sequence[Sent],
    always_parts: bool,
) -> tuple[Part, ...]:
    """Gives the parts their final names; they are told as standing where they will stand."""
    if len(parts) > 1 or (parts and always_parts):
        outputs.write_text(place / outputs.MANIFEST, manifest(parts, checked.source.sha256))
        return tuple(moved(part, target / outputs.PARTS / part.path.name) for part in parts)
    if columns:
        if parts:
            parts[0].path.rename(place / outputs.CLEAN)
        else:
            (place / outputs.CLEAN).write_bytes(csvout.line([column.header for column in columns]))
    (place / outputs.PARTS).rmdir()
    return tuple(moved(part, target / outputs.CLEAN) for part in parts)


def split(
    path: str | Path,
    settings: Settings | None = None,
    *,
    work: Path,
    folder: Path | None = None,
    force: bool = False,
    stdin_name: str | None = None,
    report: Callable[[Fixed], str] | None = None,
    progress: Progress = silent,
) -> Fixed:
    """Cuts a file on record boundaries: the header in each part, cells as they are.

    Nothing is linted but how the file is written, and no cell is changed. The limits are those of
    the settings, else of the settings' profile. Arguments, results and errors are those of `fix`.
    """
    settings = settings or Settings()
    limits = profiles.load(settings.profile).limits
    plain = dataclasses.replace(
        settings,
        profile=profiles.GENERAL,
        select=("FIL", "STR"),
        ignore=(),
        extend_select=(),
        columns={},
        max_bytes=settings.max_bytes or limits.bytes,
        max_rows=settings.max_rows or limits.rows,
    )
    target = folder or outputs.default_folder(stdin_name or str(path))
    _not_its_own(path, target)
    with outputs.staging(target, force=force) as place:
        checked = check(path, plain, work=work, stdin_name=stdin_name, progress=progress)
        read = chunks(checked.layout, "writing", progress)
        cut = _write(checked, place, target, read, always_parts=True)
        if report is not None:
            outputs.write_text(place / outputs.REPORT, report(cut))
    return cut
