"""The format `junit`: a test suite for each file, and in it a test case for each rule.

A case fails if its findings count for `--fail-on`, and neither a baseline nor the config accepts
them; other findings are its output. The cases are those of the rules, whatever is found, so that a
test history can tell when one began to fail.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from preflight.core.redact import visible
from preflight.core.types import Severity
from preflight.report import summary
from preflight.report.by_column import ColumnFindings, by_column
from preflight.report.listing import Listing
from preflight.report.reported import Display, Reported, Unread
from preflight.report.wording import header_wrong, number, plural
from preflight.rule import Rule

PLACES = 100
"""How many places of the findings of a rule in a column are listed."""


class _Case(NamedTuple):
    """A test case: a rule with its findings."""

    rule: Rule
    found: Sequence[ColumnFindings]
    fails: bool
    skipped: bool


def pieces(reported: Reported, display: Display) -> Iterator[str]:  # noqa: ARG001 - see Format
    """The document, suite by suite."""
    suites = [(listing, _cases(listing, reported.fail_on)) for listing in reported.listings]
    every = [case for _, cases in suites for case in cases]
    yield '<?xml version="1.0" encoding="UTF-8"?>\n'
    yield f'<testsuites name="preflight" {_counts(every, len(reported.unread))}>\n'
    for listing, cases in suites:
        yield from _suite(reported, listing, cases)
    yield from map(_unread, reported.unread)
    yield "</testsuites>\n"


def _cases(listing: Listing, fail_on: str) -> list[_Case]:
    found: dict[str, list[ColumnFindings]] = defaultdict(list)
    for one in by_column(listing, PLACES):
        found[one.rule.code].append(one)
    failing = {"error": {Severity.ERROR}, "warning": set(Severity)}.get(fail_on, set())
    rules = listing.analysis.plan.rules
    others = {ones[0].rule.code: ones[0].rule for ones in found.values()}
    return [
        _Case(
            rule,
            found[rule.code],
            fails=any(_counts_as(one, failing) for one in found[rule.code]),
            skipped=bool(listing.held_back) and rule.held_back,
        )
        for _, rule in sorted({**others, **rules}.items())
    ]


def _counts_as(one: ColumnFindings, severities: Collection[Severity]) -> bool:
    return one.rule.severity in severities and not one.accepted


def _counts(cases: Sequence[_Case], unread: int = 0) -> str:
    failures = sum(case.fails for case in cases)
    skipped = sum(case.skipped for case in cases)
    tests = len(cases) + unread
    return f'tests="{tests}" failures="{failures}" errors="{unread}" skipped="{skipped}"'


def _unread(one: Unread) -> str:
    """The suite of a file that could not be opened: a case that is an error."""
    path = _attribute(one.path)
    return (
        f" <testsuite name={path} {_counts((), 1)}>\n"
        f'  <testcase classname={path} name="opened" file={path}>\n'
        f'   <error type="unread" message={_attribute(one.reason)}/>\n'
        "  </testcase>\n </testsuite>\n"
    )


def _suite(reported: Reported, listing: Listing, cases: Sequence[_Case]) -> Iterator[str]:
    path = _attribute(listing.path)
    yield f" <testsuite name={path} {_counts(cases)}>\n  <properties>\n"
    named = {"profile": listing.analysis.plan.profile.name, **asdict(reported.books(listing))}
    if reported.run is not None:
        named |= {"run": reported.run["id"] or "", "state": reported.run["state"]}
    for key, value in named.items():
        yield f'   <property name="{key}" value={_attribute(str(value))}/>\n'
    yield "  </properties>\n"
    for case in cases:
        name = _attribute(f"{case.rule.code} {case.rule.name}")
        start = f"  <testcase classname={path} name={name} file={path}"
        inside = "".join(_inside(listing, case))
        yield f"{start}>\n{inside}  </testcase>\n" if inside else f"{start}/>\n"
    told = "\n".join(entry.plain for entry in summary.lines(listing))
    yield f"  <system-out>{_text(told)}</system-out>\n </testsuite>\n"


def _inside(listing: Listing, case: _Case) -> Iterator[str]:
    if case.skipped:
        why = f"{header_wrong(listing.held_back)}; see --all"
        yield f"   <skipped message={_attribute(why)}/>\n"
    if not case.found:
        return
    told = _text("\n".join(entry for one in case.found for entry in _told(one)))
    if case.fails:
        count = plural(sum(one.count for one in case.found), "finding")
        message = _attribute(f"{case.found[0].message} ({count})")
        yield f'   <failure type="{case.rule.code}" message={message}>{told}</failure>\n'
    else:
        yield f"   <system-out>{told}</system-out>\n"


def _told(one: ColumnFindings) -> Iterator[str]:
    """The findings in a column: what is wrong, then their places."""
    accepted = ", accepted" if one.accepted else ""
    count = plural(one.count, "finding")
    yield visible(f"{one.rule.severity}{accepted}: {one.sentence} ({count})")
    places = [
        f"row {row} (line {line})" if row else f"line {line}"
        for row, line in zip(one.rows.tolist(), one.lines.tolist(), strict=True)
        if line
    ]
    if one.count > len(places) and places:
        places.append(f"{number(one.count - len(places))} more")
    if places:
        yield f"  {', '.join(places)}"


def _attribute(text: str) -> str:
    return quoteattr(visible(text))


def _text(text: str) -> str:
    """Lines of text; XML has no place for most control characters."""
    return escape("\n".join(map(visible, text.split("\n"))))
