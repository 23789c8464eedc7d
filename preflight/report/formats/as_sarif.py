"""The format `sarif`: SARIF 2.1.0, one result for each rule and column, without any value.

A result has the first places of its findings; `occurrenceCount` is the number of all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.metadata import version
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from preflight.baseline.comparison import Standing
from preflight.core import json_text
from preflight.core.redact import visible
from preflight.core.types import Severity
from preflight.report import records
from preflight.report.by_column import ColumnFindings, by_column
from preflight.report.formats.as_json import DISTRIBUTION
from preflight.report.listing import Listing
from preflight.report.reported import Display, Reported
from preflight.report.rule_help import paragraphs
from preflight.report.text import harmless
from preflight.report.wording import header_wrong, number, plural
from preflight.rule import Rule

RESULTS = 5_000
"""How many results are listed: more than that, GitHub leaves out."""
PLACES = 100
"""How many places of a result are listed."""
SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)

_NONE = '"results": []'
_STATES = {Standing.ACCEPTED: "unchanged", Standing.WORSE: "updated", Standing.NEW: "new"}
_MARKS = str.maketrans({"\\": r"\\", "[": r"\[", "]": r"\]", "{": "{{", "}": "}}"})
_Found = tuple[Listing, ColumnFindings]


def pieces(reported: Reported, display: Display) -> Iterator[str]:
    """The log, one result a line: errors first, then in the order of files, codes and columns."""
    found = [(listing, one) for listing in reported.listings for one in by_column(listing, PLACES)]
    found.sort(key=lambda entry: (entry[1].accepted, entry[1].rule.severity is not Severity.ERROR))
    listed = found[:RESULTS]
    rules = {one.rule.code: one.rule for _, one in listed}
    rules = {code: rules[code] for code in sorted(rules)}
    log = json_text.dumps(_log(reported, display, rules, len(found)), indent=1)
    before, after = log.split(_NONE, 1)
    yield f'{before}"results": ['
    end, between = "]", "\n"
    numbers = {code: at for at, code in enumerate(rules)}
    artifacts = {id(listing): at for at, listing in enumerate(reported.listings)}
    for listing, one in listed:
        where = {"uri": uri(display.located(listing.path)), "index": artifacts[id(listing)]}
        result = _result(one, numbers[one.rule.code], where)
        yield f"{between}    {json_text.dumps(result)}"
        end, between = "\n   ]", ",\n"
    yield f"{end}{after}\n"


def _log(
    reported: Reported, display: Display, rules: Mapping[str, Rule], count: int
) -> dict[str, Any]:
    """The log without its results."""
    driver = {
        "name": "preflight",
        "version": version(DISTRIBUTION),
        "rules": [_rule(rule) for rule in rules.values()],
    }
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": driver},
                "invocations": [_invocation(reported, count)],
                "artifacts": [
                    _artifact(listing, uri(display.located(listing.path)))
                    for listing in reported.listings
                ],
                "results": [],
                "properties": {
                    "findings": reported.total,
                    "books": [records.of_file(listing)["books"] for listing in reported.listings],
                    **({} if reported.run is None else {"run": dict(reported.run)}),
                },
            }
        ],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    first, *others = paragraphs(rule) or [f"{rule.message}."]
    text = "\n\n".join([first, *others])
    more = f"`preflight explain {rule.code}` shows it with samples."
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": _message(rule.message)},
        "fullDescription": {"text": _message(first)},
        "help": {"text": f"{_message(text)}\n\n{more}", "markdown": f"{text}\n\n{more}"},
        "defaultConfiguration": {"level": str(rule.severity)},
        "properties": {"tags": ["contacts", rule.code[:3].lower(), str(rule.scope)]},
    }


def _invocation(reported: Reported, count: int) -> dict[str, Any]:
    """Whether all files were checked, and what is not listed."""
    notes = [
        f"{visible(listing.path)}: {header_wrong(listing.held_back)}; show them with `--all`"
        for listing in reported.listings
        if listing.held_back
    ]
    if count > RESULTS:
        notes.append(
            f"{number(RESULTS)} of {plural(count, 'result')} are listed, errors first; there are "
            f"{plural(reported.total, 'finding')} in all"
        )
    unread = [f"{visible(one.path)}: not checked: {visible(one.reason)}" for one in reported.unread]
    return {
        "executionSuccessful": not unread,
        "toolExecutionNotifications": [
            *({"level": "error", "message": {"text": _message(text)}} for text in unread),
            *({"level": "note", "message": {"text": _message(note)}} for note in notes),
        ],
    }


def _artifact(listing: Listing, place: str) -> dict[str, Any]:
    source = listing.analysis.layout.source
    return {
        "location": {"uri": place},
        "length": source.size,
        "hashes": {"sha-256": source.sha256},
        "roles": ["analysisTarget"],
    }


def _result(one: ColumnFindings, rule: int, where: Mapping[str, Any]) -> dict[str, Any]:
    listed = len(one.lines)
    more = f"; the first {number(listed)} are listed" if one.count > listed else ""
    times = f" ({number(one.count)} times{more})" if one.count > 1 else ""
    result: dict[str, Any] = {
        "ruleId": one.rule.code,
        "ruleIndex": rule,
        "level": str(one.rule.severity),
        "message": {"text": _message(f"{one.sentence}{times}")},
        "locations": [
            _location(where, row, line)
            for row, line in zip(one.rows.tolist(), one.lines.tolist(), strict=True)
        ],
        "occurrenceCount": one.count,
        # GitHub tells by the first whether it knows a result, and others by the second.
        "partialFingerprints": {
            "primaryLocationLineHash": f"{one.fingerprint[:16]}:1",
            "ruleAndColumn/v1": one.fingerprint,
        },
        "properties": {
            "column": one.column,
            "columnName": None if one.column_name is None else records.valid(one.column_name),
        },
    }
    if one.standing is not None:
        result["baselineState"] = _STATES[one.standing]
    if one.accepted:
        result["suppressions"] = [{"kind": "external", "status": "accepted"}]
    return result


def _location(where: Mapping[str, Any], row: int, line: int) -> dict[str, Any]:
    """A place: what is about the whole file stands at its first line."""
    location: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": dict(where), "region": {"startLine": line or 1}}
    }
    if row:
        location["properties"] = {"row": row}
    return location


def _message(text: str) -> str:
    """A text in which nothing is a link or a placeholder of SARIF."""
    return harmless(text).translate(_MARKS)


def uri(path: str) -> str:
    """A path as a URI: relative as long as the path is."""
    pure = PurePath(path)
    if "://" in path:
        return quote(path, safe="/:?&=#%@+~,;", errors="replace")
    quoted = quote(pure.as_posix(), safe="/~", errors="surrogateescape")
    return f"file://{quoted}" if pure.is_absolute() else quoted
