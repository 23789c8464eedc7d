"""What a baseline accepts, for people: beside a file, and by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from preflight.baseline.comparison import Comparison, Standing
from preflight.baseline.document import Baseline, Entry
from preflight.baseline.fingerprints import VARIABLE
from preflight.core.types import Severity
from preflight.report.lines import Line, line
from preflight.report.wording import number, plural

_SHOWN = 4
"""How many kinds are named on one line."""


def lines(compared: Comparison) -> list[Line]:
    """How a file stands to the baseline."""
    accepted = compared.count(Standing.ACCEPTED)
    errors, warnings = compared.fresh(Severity.ERROR), compared.fresh(Severity.WARNING)
    entries = [
        line(
            f"baseline {compared.path}: {plural(accepted, 'finding')} accepted; ",
            (plural(errors, "new error"), "bold red" if errors else "green"),
            ", ",
            (plural(warnings, "new warning"), "bold yellow" if warnings else "green"),
            indent=2,
            hang=4,
        )
    ]
    return entries + notes(compared)


def notes(compared: Comparison) -> list[Line]:
    """What is worse, what is gone, and what makes the comparison unsure."""
    return [line(note, indent=4, hang=6) for note in _notes(compared)]


def _notes(compared: Comparison) -> Iterator[str]:
    if compared.file is None:
        yield (
            f"`{compared.name}` is not in the baseline, so all of its findings are new; "
            "write the baseline again with all files"
        )
        return
    if compared.file.path != compared.name:
        yield f"compared with the only file of the baseline, {compared.file.path}"
    if compared.file.profile != compared.profile:
        yield (
            f"the baseline was written for the profile {compared.file.profile}, "
            f"and this is a check for {compared.profile}"
        )
    if compared.keyless:
        yield (
            f"{VARIABLE} is not set, or not to the key that the baseline was written with, "
            "so known cells cannot be told from new ones: rates alone count"
        )
    worse = [found for found in compared.kinds if found.standing is Standing.WORSE]
    if worse:
        yield "worse: " + _some(
            [f"{kind(found.entry)} {_than(found.count, compared.rows, found.entry)}"
             for found in worse if found.entry]
        )  # fmt: skip
    if compared.changed:
        yield (
            f"changed since the baseline was written: {', '.join(compared.changed)}; "
            "their rates then and now may not mean the same"
        )
    if compared.updated and compared.fresh():
        versions = (f"{name} {then} → {now}" for name, (then, now) in compared.updated.items())
        yield f"updated since the baseline was written: {', '.join(versions)}"
    if compared.gone:
        found = _some([f"{number(entry.count)} {kind(entry)}" for entry in compared.gone])
        yield f"no longer found: {found}; `preflight baseline prune` removes them"


def kind(entry: Entry) -> str:
    """What findings of a kind are called: their rule, and where they are."""
    where = f" in `{entry.column}`" if entry.column else ""
    return f"{entry.code}{where}"


def _than(count: int, rows: int, entry: Entry) -> str:
    """How many there are, and how many are accepted; as rates if those differ as written."""
    if entry.rows is not None and rows:
        now, then = f"{count / rows:.2%}", f"{entry.count / entry.rows:.2%}"
        if now != then:
            return f"{now} of rows, {then} accepted"
        return (
            f"{number(count)} of {plural(rows, 'row')}, {number(entry.count)} of "
            f"{number(entry.rows)} accepted"
        )
    return f"{number(count)}, {number(entry.count)} accepted"


def _some(named: Sequence[str]) -> str:
    more = f", and {number(len(named) - _SHOWN)} more" if len(named) > _SHOWN else ""
    return "; ".join(named[:_SHOWN]) + more


def whole(baseline: Baseline) -> list[Line]:
    """All that a baseline accepts."""
    tool = baseline.tool
    how = "rates and fingerprints" if baseline.key is not None else "rates alone"
    entries = [line(f"written by {tool.name} {tool.version}: {how}")]
    for file in baseline.files:
        accepted = plural(sum(entry.count for entry in file.findings), "finding")
        entries.append(line((file.path, "bold"), f", for {file.profile}: {accepted} accepted"))
        entries += [_entry(entry) for entry in file.findings]
    return entries


def _entry(entry: Entry) -> Line:
    rate = f", {entry.count / entry.rows:.2%} of rows" if entry.rows else ""
    known = "" if entry.values is None else f", {plural(len(entry.values), 'known value')}"
    style = "bold red" if entry.severity is Severity.ERROR else "bold yellow"
    what = f": {entry.what}" if entry.what else f" {entry.name}"
    return line(
        (f"{number(entry.count):>7}", style), " ", (kind(entry), "bold"), f"{what}{rate}{known}",
        hang=8,
    )  # fmt: skip


def removed(path: str, entries: Iterable[Entry]) -> list[Line]:
    """What was removed from a baseline, because it was not found any more."""
    return [
        line((path, "bold"), f": no longer accepted: {number(entry.count)} {kind(entry)}")
        for entry in entries
    ]


def lowered(path: str, entries: Iterable[tuple[Entry, Entry]]) -> list[Line]:
    """What is accepted less often than before."""
    return [line((path, "bold"), f": {kind(now)} {_now(now, then)}") for then, now in entries]


def _now(now: Entry, then: Entry) -> str:
    if now.rows and then.rows:
        return f"{then.count / then.rows:.2%} → {now.count / now.rows:.2%} of rows accepted"
    return f"{number(then.count)} → {number(now.count)} accepted"
