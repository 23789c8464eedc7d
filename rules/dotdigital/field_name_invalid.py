"""The column's name cannot be that of a Dotdigital data field.

A data field's name is 1 to 20 letters, digits, `_` or `-`. Preferences go under `Preference:Name`.
A column of another name is left out of what is sent until it is renamed; the finding says a name
that would do.

Options::

    --for dotdigital

Bad::

    Email,Lead source,How did you hear about us
    ann@kestrel-labs.com,fair,friend

Findings::

    1:Lead source DDG101 Dotdigital can hold no column of this name (other characters than letters, digits, _ and -); it is left out until renamed, to `Lead_source` say
    1:How did you hear about us DDG101 Dotdigital can hold no column of this name (over 20 characters, and others than letters, digits, _ and -); it is left out until renamed, to `How_did_you_hear_abo` say

Good::

    Email,Lead_source,Preference:News
    ann@kestrel-labs.com,fair,True

Fixed::

    Email
    ann@kestrel-labs.com
"""  # noqa: E501 - a finding is one line

from __future__ import annotations

import re
from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Safety, Scope, Severity, strip_invisible

_LONGEST = 20
_OTHER = re.compile(r"[^A-Za-z0-9_-]+")


def check(view: FileView) -> Iterator[Problem]:
    for column in view.headers:
        name = strip_invisible(column.name)
        if column.position in view.used or not name or column.matched == "option":
            continue
        odd = _OTHER.search(name) is not None
        if not odd and len(name) <= _LONGEST:
            continue
        why = [f"over {_LONGEST} characters"] if len(name) > _LONGEST else []
        if odd:
            others = "others" if why else "other characters"
            why.append(f"{others} than letters, digits, _ and -")
        message = (
            f"Dotdigital can hold no column of this name ({', and '.join(why)}); "
            "it is left out until renamed"
        )
        possible = _OTHER.sub("_", name).strip("_")[:_LONGEST]
        if possible:
            message += f", to `{possible}` say"
        yield view.at(column, message=message, safety=Safety.SAFE, old=column.name, new="")


RULE = Rule(
    code="DDG101",
    name="field-name-invalid",
    scope=Scope.HEADER,
    severity=Severity.WARNING,
    profiles=frozenset({"dotdigital"}),
    message="no name for a data field of Dotdigital",
    check=check,
)
