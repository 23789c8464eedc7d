"""The option `tag_name` is longer than 100 characters.

Landbase's `contacts-import start` accepts a `tagName` of 1 to 100 characters. Set it with
`-O tag_name=…`, or under `[providers.landbase]` in the config; the rule reports nothing while it
is not set.

Options::

    --for landbase -O tag_name=spring-fair-spring-fair-spring-fair-spring-fair-spring-fair-spring-fair-spring-fair-spring-fair-spring-fair-

Bad::

    email,company
    ann@kestrel-labs.com,Kestrel Labs

Findings::

    LDB101 the option tag_name has 108 characters; Landbase accepts 1 to 100

GoodOptions::

    --for landbase -O tag_name=spring-fair

Good::

    email,company
    ann@kestrel-labs.com,Kestrel Labs
"""  # noqa: E501 - a finding is one line

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Scope, Severity

_LONGEST = 100


def check(view: FileView) -> Iterator[Problem]:
    given = view.options.get("tag_name")
    if given is not None and not 1 <= len(given.strip()) <= _LONGEST:
        long = f"has {len(given.strip())} characters" if given.strip() else "is blank"
        yield Problem(f"the option tag_name {long}; Landbase accepts 1 to {_LONGEST}")


RULE = Rule(
    code="LDB101",
    name="tag-name-length",
    scope=Scope.FILE,
    severity=Severity.ERROR,
    profiles=frozenset({"landbase"}),
    message="the option tag_name is not 1 to 100 characters",
    check=check,
)
