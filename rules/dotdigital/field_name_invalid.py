"""The column's name cannot be the name of a Dotdigital data field.

The name of a data field is 1 to 20 letters, digits, `_` or `-`. Preferences use the form
`Preference:Name`. A column with another name is not sent until it is renamed; the message suggests
a name, or the `--map` that sends it under the name of a field.

Options::

    --for dotdigital

Bad::

    Email,Lead source,How did you hear about us,Company Name
    ann@kestrel-labs.com,fair,friend,Kestrel Labs

Findings::

    1:Lead source DDG101 Dotdigital cannot hold a column of this name (characters other than letters, digits, _ and -): it is not sent until you rename it, for example to `Lead_source`
    1:How did you hear about us DDG101 Dotdigital cannot hold a column of this name (over 20 characters, and characters other than letters, digits, _ and -): it is not sent until you rename it, for example to `How_did_you_hear_abo`
    1:Company Name DDG101 Dotdigital cannot hold a column of this name (characters other than letters, digits, _ and -): it is not sent until you rename it; or send it as `company` with `--map 'Company Name=company'`

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

from preflight.rule import (
    FileView,
    Problem,
    Rule,
    Safety,
    Scope,
    Severity,
    map_option,
    strip_invisible,
)

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
            why.append("characters other than letters, digits, _ and -")
        message = (
            f"Dotdigital cannot hold a column of this name ({', and '.join(why)}): "
            "it is not sent until you rename it"
        )
        field = view.saved_by(column)
        if field is not None:
            message += f"; or send it as `{field}` with `{map_option(name, field)}`"
            yield view.at(column, message=message, safety=Safety.SAFE, old=column.name, new="")
            continue
        possible = _OTHER.sub("_", name).strip("_")[:_LONGEST]
        if possible:
            message += f", for example to `{possible}`"
        yield view.at(column, message=message, safety=Safety.SAFE, old=column.name, new="")


RULE = Rule(
    code="DDG101",
    name="field-name-invalid",
    scope=Scope.HEADER,
    severity=Severity.WARNING,
    profiles=frozenset({"dotdigital"}),
    message="not a valid name for a Dotdigital data field",
    check=check,
)
