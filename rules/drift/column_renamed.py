"""A column has another name than in the snapshot of its source.

Somebody renamed it, or the program that exports it did. A mapping by the old name no longer finds
it, and its cells are not sent. A column counts as the same if it is read as the same field, if the
names differ in case and punctuation only, or if the names or the places are alike and the cells
look alike. Where the new name is not known as a field, `--map` says what the column holds.

Before::

    email,Phone
    ann@kestrel-labs.com,+14155552670
    bob@kestrel-labs.com,+14155552671
    cleo@kestrel-labs.com,+14155552672

Bad::

    email,Direct line
    ann@kestrel-labs.com,+14155552680
    bob@kestrel-labs.com,+14155552681
    cleo@kestrel-labs.com,+14155552682

Findings::

    1:Direct line DRF101 `Phone` is called `Direct line` now (add `--map 'Direct line=phone'`)

Good::

    email,Phone
    dan@kestrel-labs.com,+14155552680
    eve@kestrel-labs.com,+14155552681
    finn@kestrel-labs.com,+14155552682
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import Drift, Problem, Rule, Scope, Severity, map_option


def check(drift: Drift) -> Iterator[Problem]:
    for pair in drift.columns:
        if not pair.renamed or pair.now.name is None:
            continue
        message = f"{pair.before.label} is called {pair.now.label} now"
        if pair.before.field is not None and pair.now.field is None:
            message += f" (add `{map_option(pair.now.name, pair.before.field)}`)"
        yield drift.at(pair.now, message)


RULE = Rule(
    code="DRF101",
    name="column-renamed",
    scope=Scope.DRIFT,
    severity=Severity.ERROR,
    message="a column has another name",
    check=check,
)
