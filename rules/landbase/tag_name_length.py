"""The option `tag_name` is over 100 characters.

Landbase's `contacts-import start` takes a `tagName` of 1 to 100 characters. It is given by
`-O tag_name=…`, or under `[providers.landbase]` in the config; nothing is said while it is not.

Options::

    --for landbase -O tag_name=spring-fair-spring-fair-spring-fair-spring-fair-spring-fair-spring-fair-spring-fair-spring-fair-spring-fair-

Bad::

    email,company
    ann@kestrel-labs.com,Kestrel Labs

Findings::

    LDB101 the option tag_name has 108 characters, and Landbase takes 1 to 100

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
        yield Problem(f"the option tag_name {long}, and Landbase takes 1 to {_LONGEST}")


RULE = Rule(
    code="LDB101",
    name="tag-name-length",
    scope=Scope.FILE,
    severity=Severity.ERROR,
    profiles=frozenset({"landbase"}),
    message="the option tag_name is not 1 to 100 characters",
    check=check,
)
