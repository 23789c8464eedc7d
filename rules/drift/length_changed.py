"""The texts of a column are much longer or shorter than in the snapshot.

A field was cut off at twenty characters, an identifier stands in place of a text, or two columns
were joined. The median now is outside of the middle half of the snapshot, and differs from the
median then by more than a quarter, or `[rules.DRF112] max` of the config, and by more than two
characters. Columns with fewer than thirty filled cells are not compared: their median is chance.

Before::

    email,notes
    lead00@kestrel-labs.com,Wants a visit next week
    lead01@kestrel-labs.com,Asked about delivery times
    lead02@kestrel-labs.com,Interested in the new catalogue
    lead03@kestrel-labs.com,Wants a demonstration in May
    lead04@kestrel-labs.com,Has a project for next year
    lead05@kestrel-labs.com,Wants a visit next week
    lead06@kestrel-labs.com,Asked about delivery times
    lead07@kestrel-labs.com,Interested in the new catalogue
    lead08@kestrel-labs.com,Wants a demonstration in May
    lead09@kestrel-labs.com,Has a project for next year
    lead10@kestrel-labs.com,Wants a visit next week
    lead11@kestrel-labs.com,Asked about delivery times
    lead12@kestrel-labs.com,Interested in the new catalogue
    lead13@kestrel-labs.com,Wants a demonstration in May
    lead14@kestrel-labs.com,Has a project for next year
    lead15@kestrel-labs.com,Wants a visit next week
    lead16@kestrel-labs.com,Asked about delivery times
    lead17@kestrel-labs.com,Interested in the new catalogue
    lead18@kestrel-labs.com,Wants a demonstration in May
    lead19@kestrel-labs.com,Has a project for next year
    lead20@kestrel-labs.com,Wants a visit next week
    lead21@kestrel-labs.com,Asked about delivery times
    lead22@kestrel-labs.com,Interested in the new catalogue
    lead23@kestrel-labs.com,Wants a demonstration in May
    lead24@kestrel-labs.com,Has a project for next year
    lead25@kestrel-labs.com,Wants a visit next week
    lead26@kestrel-labs.com,Asked about delivery times
    lead27@kestrel-labs.com,Interested in the new catalogue
    lead28@kestrel-labs.com,Wants a demonstration in May
    lead29@kestrel-labs.com,Has a project for next year

Bad::

    email,notes
    lead00@kestrel-labs.com,Wants a visi
    lead01@kestrel-labs.com,Asked about
    lead02@kestrel-labs.com,Interested i
    lead03@kestrel-labs.com,Wants a demo
    lead04@kestrel-labs.com,Has a projec
    lead05@kestrel-labs.com,Wants a visi
    lead06@kestrel-labs.com,Asked about
    lead07@kestrel-labs.com,Interested i
    lead08@kestrel-labs.com,Wants a demo
    lead09@kestrel-labs.com,Has a projec
    lead10@kestrel-labs.com,Wants a visi
    lead11@kestrel-labs.com,Asked about
    lead12@kestrel-labs.com,Interested i
    lead13@kestrel-labs.com,Wants a demo
    lead14@kestrel-labs.com,Has a projec
    lead15@kestrel-labs.com,Wants a visi
    lead16@kestrel-labs.com,Asked about
    lead17@kestrel-labs.com,Interested i
    lead18@kestrel-labs.com,Wants a demo
    lead19@kestrel-labs.com,Has a projec
    lead20@kestrel-labs.com,Wants a visi
    lead21@kestrel-labs.com,Asked about
    lead22@kestrel-labs.com,Interested i
    lead23@kestrel-labs.com,Wants a demo
    lead24@kestrel-labs.com,Has a projec
    lead25@kestrel-labs.com,Wants a visi
    lead26@kestrel-labs.com,Asked about
    lead27@kestrel-labs.com,Interested i
    lead28@kestrel-labs.com,Wants a demo
    lead29@kestrel-labs.com,Has a projec

Findings::

    1:notes DRF112 texts in `notes`: 27 characters in the middle before, 12 now

Good::

    email,notes
    lead00@kestrel-labs.com,Met at the booth and wants a call
    lead01@kestrel-labs.com,Asked about delivery times
    lead02@kestrel-labs.com,Interested in the new catalogue
    lead03@kestrel-labs.com,Wants a demonstration in May
    lead04@kestrel-labs.com,Met at the booth and wants a call
    lead05@kestrel-labs.com,Asked about delivery times
    lead06@kestrel-labs.com,Interested in the new catalogue
    lead07@kestrel-labs.com,Wants a demonstration in May
    lead08@kestrel-labs.com,Met at the booth and wants a call
    lead09@kestrel-labs.com,Asked about delivery times
    lead10@kestrel-labs.com,Interested in the new catalogue
    lead11@kestrel-labs.com,Wants a demonstration in May
    lead12@kestrel-labs.com,Met at the booth and wants a call
    lead13@kestrel-labs.com,Asked about delivery times
    lead14@kestrel-labs.com,Interested in the new catalogue
    lead15@kestrel-labs.com,Wants a demonstration in May
    lead16@kestrel-labs.com,Met at the booth and wants a call
    lead17@kestrel-labs.com,Asked about delivery times
    lead18@kestrel-labs.com,Interested in the new catalogue
    lead19@kestrel-labs.com,Wants a demonstration in May
    lead20@kestrel-labs.com,Met at the booth and wants a call
    lead21@kestrel-labs.com,Asked about delivery times
    lead22@kestrel-labs.com,Interested in the new catalogue
    lead23@kestrel-labs.com,Wants a demonstration in May
    lead24@kestrel-labs.com,Met at the booth and wants a call
    lead25@kestrel-labs.com,Asked about delivery times
    lead26@kestrel-labs.com,Interested in the new catalogue
    lead27@kestrel-labs.com,Wants a demonstration in May
    lead28@kestrel-labs.com,Met at the booth and wants a call
    lead29@kestrel-labs.com,Asked about delivery times
"""

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import Drift, Problem, Rule, Scope, Severity

_TEXTS = frozenset({"name", "text"})
_FEWEST, _LEAST = 30, 2


def check(drift: Drift) -> Iterator[Problem]:
    for pair in drift.columns:
        before, now = pair.before.lengths, pair.now.lengths
        few = min(pair.before.filled, pair.now.filled) < _FEWEST
        if few or pair.now.kind not in _TEXTS or before is None or now is None:
            continue
        change = abs(now.median - before.median)
        outside = not before.p25 <= now.median <= before.p75
        if outside and change > _LEAST and change > drift.limit * before.median:
            lengths = f"{before.median:,} characters in the middle before, {now.median:,} now"
            yield drift.at(pair.now, f"texts in {pair.now.label}: {lengths}")


RULE = Rule(
    code="DRF112",
    name="length-changed",
    scope=Scope.DRIFT,
    severity=Severity.WARNING,
    message="texts are much longer or shorter",
    check=check,
    limit=0.25,
)
