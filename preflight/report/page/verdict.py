"""The verdict: one sentence on all of a report, and what it needs beside it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from preflight.core.books import Books, RunBooks
from preflight.core.redact import visible
from preflight.core.types import Severity
from preflight.linting.analysis import Analysis
from preflight.report.listing import fixable
from preflight.report.reported import Reported
from preflight.report.wording import number, plural

GOOD, WARN, BAD = "good", "warn", "bad"


@dataclass(frozen=True)
class Verdict:
    """What came of it.

    Attributes:
        sentence: in which all of it is said.
        tone: a class of the style sheet: good, warn or bad.
        more: further sentences.
        notice: that the run has not ended, and what goes on with it; "" if that is not so.
        refused: whether the one file cannot be used until it is corrected itself.
    """

    sentence: str
    tone: str
    more: Sequence[str] = ()
    notice: str = ""
    refused: bool = False


def verdict(reported: Reported, books: Books | RunBooks, provider: str) -> Verdict:
    """The verdict on a report.

    Args:
        reported: all of it.
        books: of the run, or of all files together.
        provider: its name for people, or "".
    """
    if isinstance(books, RunBooks):
        return _of_run(reported, books, provider or "The provider")
    refused = [one.analysis for one in reported.listings if one.analysis.refused]
    if len(reported.files) == 1 and refused:
        rule, problem = refused[0].refused[0]
        why = visible(problem.message or rule.message)
        sentence = f"Nothing can be used until this is fixed: {why} ({rule.code})."
        return Verdict(sentence, BAD, refused=True)
    more = list(_more(reported, books))
    if reported.unread or refused:
        out = len(refused) + len(reported.unread)
        files = plural(len(reported.files) + len(reported.unread), "file")
        more.insert(0, f"{number(out)} of {files} cannot be used or read.")
    if not books.rows:
        return Verdict("There are no rows.", BAD if more else WARN, more)
    return Verdict(_rows(reported, books, provider), _tone(reported, books), more)


def _rows(reported: Reported, books: Books, provider: str) -> str:
    """How many rows can be sent."""
    ready = f"ready for {provider}" if provider else "clean"
    lost = books.rejected + books.dropped
    rows = plural(books.rows, "row")
    if not lost:
        whole = "The row is" if books.rows == 1 else f"All {rows} are"
        return f"{whole} {ready}."
    checked = reported.fixed is None
    would = "would be" if checked else _is(books.rejected or books.dropped)
    fates = [
        f"{number(count)} {fate}"
        for count, fate in ((books.rejected, "rejected"), (books.dropped, "dropped"))
        if count
    ]
    if checked:
        ready += " as the file is" if len(reported.files) == 1 else " as the files are"
    fates[0] = fates[0].replace(" ", f" {would} ", 1)
    return f"{number(books.clean)} of {rows} {_is(books.clean)} {ready}; {' and '.join(fates)}."


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _tone(reported: Reported, books: Books) -> str:
    """Bad where nothing can be used of a file, good where there is nothing to do."""
    refused = any(one.analysis.refused for one in reported.listings)
    if reported.unread or refused or not books.clean:
        return BAD
    errors = sum(one.severity_counts()[Severity.ERROR] for one in reported.listings)
    return WARN if books.rejected or errors else GOOD


def _more(reported: Reported, books: Books) -> Iterator[str]:
    run = reported.run
    if run is not None and run["state"] == "not sent":
        yield (
            "Nothing was sent."
            if run.get("gate") is None
            else (f"Nothing was sent: more rows are rejected than --max-bad {run['gate']} allows.")
        )
    if reported.fixed is not None:
        if cells := sum(reported.fixed.values()):
            yield f"Fixes changed {plural(cells, 'cell')}."
        return
    saved = sum(_saved(one.analysis) for one in reported.listings)
    if saved and books.rows:
        yield f"`preflight fix` would make {plural(saved, 'more row')} sendable."


def _saved(analysis: Analysis) -> int:
    return 0 if analysis.refused else fixable(analysis)[0]


def _of_run(reported: Reported, books: RunBooks, provider: str) -> Verdict:
    rows = plural(books.rows, "row")
    refused = [
        f"{number(count)} by {who}"
        for count, who in ((books.rejected_there, provider), (books.rejected_here, "preflight"))
        if count
    ]
    taken = books.accepted + books.submitted
    notice = _notice(reported)
    if books.submitted and not books.accepted:
        then = "; the results are not in yet" if notice else ", which reports no results"
        said = f"{number(taken)} of {rows} {_were(taken)} sent to {provider}{then}."
    elif books.accepted == books.rows:
        whole = "the row" if books.rows == 1 else f"all {rows}"
        said = f"{provider} accepted {whole}."
    else:
        said = f"{provider} accepted {number(books.accepted)} of {rows}."
    more = []
    if refused:
        more.append(f"Rejected: {' and '.join(refused)}.")
    if books.submitted and books.accepted:
        without = "a result yet" if notice else "a result"
        more.append(f"{number(books.submitted)} {_were(books.submitted)} sent without {without}.")
    if books.dropped:
        more.append(f"{plural(books.dropped, 'row')} dropped: blank, repeated, or no contact.")
    if books.unknown:
        more.append(f"Of {plural(books.unknown, 'row')} it is not known what became of them.")
    tone = GOOD if not (refused or books.unknown) else WARN if taken else BAD
    return Verdict(said, tone, more, notice)


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _notice(reported: Reported) -> str:
    """That a run has not ended."""
    run = reported.run
    if run is None or run["id"] is None or run["state"] == "finished":
        return ""
    waiting = f"; {plural(run['not_sent_yet'], 'row')} not sent yet" if run["not_sent_yet"] else ""
    return (
        f"This run has not ended{waiting}. What is shown is what was known when this page was "
        f"written. `preflight resume {run['id']}` goes on with it and writes the page anew."
    )
