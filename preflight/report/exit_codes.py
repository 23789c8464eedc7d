"""The exit codes of every command, decided in one place.

| code | means |
|---|---|
| 0 | no finding at or above `--fail-on`, and no more rejected rows than `--max-bad` accepts |
| 1 | findings, or more rejected rows than that |
| 2 | could not run: usage, config, a missing file or extra, a bug |
| 3 | the provider or the network stopped it; the run can be resumed |
| 130 | interrupted; the run can be resumed |

Errors have their own: see `core.errors`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # they bring pandas, and `preflight --help` does without
    from preflight.baseline.comparison import Comparison
    from preflight.config.settings import Settings
    from preflight.report.listing import Listing
    from preflight.report.reported import Unread
    from preflight.runs.settlement import SettledRun
    from preflight.writing.writer import FixedFile

PASSED, FAILED, COULD_NOT_RUN, INTERRUPTED = 0, 1, 2, 130


def of_check(listings: Iterable[Listing], settings: Settings, unread: Sequence[Unread] = ()) -> int:
    """The exit code of linted files: that of the worst one, 2 if one could not be opened."""
    if unread:
        return COULD_NOT_RUN
    if _never_fails(settings):
        return PASSED
    return FAILED if any(_fails(listing, settings) for listing in listings) else PASSED


def _fails(listing: Listing, settings: Settings) -> bool:
    from preflight.core.types import Severity
    from preflight.linting.rule_limits import excused_as_given

    if listing.compared is not None:
        return _fails_beside(listing, listing.compared, settings)
    counts, excused = listing.severity_counts(), excused_as_given(listing.analysis)
    if settings.fail_on == "warning" and counts[Severity.WARNING] > excused.warnings:
        return True
    if any(rule.severity is Severity.ERROR for rule, _ in listing.analysis.problems):
        return True
    # A rejected row without an error of its own is a duplicate of another.
    rejected = listing.books.rejected - excused.rows
    if settings.max_bad is None:
        return bool(counts[Severity.ERROR] > excused.errors or rejected)
    return not settings.max_bad.allows(rejected, listing.books.rows)


def _fails_beside(listing: Listing, compared: Comparison, settings: Settings) -> bool:
    """Whether a file has more than its baseline accepts; what the config accepts is in that."""
    from preflight.core.types import Severity

    if compared.of_file or (settings.fail_on == "warning" and compared.fresh(Severity.WARNING)):
        return True
    rejected = compared.rejected(listing.analysis.before)
    if settings.max_bad is None:
        return bool(compared.fresh(Severity.ERROR) or rejected)
    return not settings.max_bad.allows(rejected, listing.books.rows)


def of_fix(fixed: FixedFile, settings: Settings, compared: Comparison | None = None) -> int:
    """The exit code of a file that was fixed or split.

    Args:
        fixed: the results.
        settings: of the call.
        compared: the file beside the baseline, if there is one.
    """
    if compared is not None:
        return _of_compared(settings, compared, fixed, 0)
    refused = bool(fixed.checked.analysis.refused)
    rejected = fixed.books.rejected
    return _of_results(settings, refused, fixed, rejected, fixed.books.rows)


def of_run(sent: SettledRun, settings: Settings) -> int:
    """The exit code of a run, of one that stopped too."""
    if sent.stopped is not None:
        return sent.stopped.exit_code
    if sent.gate is not None:
        return FAILED  # nothing was sent, which no option makes a success
    if sent.compared is not None:
        return _of_compared(settings, sent.compared, sent, sent.books.rejected_there)
    refused = bool(sent.checked.analysis.refused)
    rejected = sent.books.rejected_here + sent.books.rejected_there
    return _of_results(settings, refused, sent, rejected, sent.books.rows)


def _of_compared(
    settings: Settings, compared: Comparison, results: FixedFile | SettledRun, refused: int
) -> int:
    """The exit code of results beside a baseline; `refused` rows the provider rejected."""
    from preflight.core.types import Severity

    if _never_fails(settings):
        return PASSED
    analysis = results.checked.analysis
    warnings = min(results.warnings, compared.fresh(Severity.WARNING))
    if (analysis.refused and compared.refuses) or (settings.fail_on == "warning" and warnings):
        return FAILED
    return _of_rejected(settings, compared.rejected(analysis.after) + refused, results.books.rows)


def of_merged_file(sent: SettledRun, settings: Settings) -> int:
    """The exit code of a failure report that was joined to a file sent without preflight."""
    rejected = sent.books.rejected_there
    if sent.unmatched and not rejected:
        return FAILED
    return _of_rejected(settings, rejected, sent.books.rows)


def _of_results(
    settings: Settings, refused: bool, results: FixedFile | SettledRun, rejected: int, rows: int
) -> int:
    """The exit code of results, without what the config accepts of single rules."""
    if _never_fails(settings):
        return PASSED
    excused = results.excused
    if refused or (settings.fail_on == "warning" and results.warnings > excused.warnings):
        return FAILED
    return _of_rejected(settings, rejected - excused.rows, rows)


def _of_rejected(settings: Settings, rejected: int, rows: int) -> int:
    if settings.max_bad is not None:
        return PASSED if settings.max_bad.allows(rejected, rows) else FAILED
    return FAILED if rejected else PASSED


def _never_fails(settings: Settings) -> bool:
    return settings.exit_zero or settings.fail_on == "never"
