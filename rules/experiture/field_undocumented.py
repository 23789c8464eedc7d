"""The column is mapped to a field that Experiture's documentation does not name.

A column that is mapped to a field which the object lacks is refused with
CDP_ETL.VALIDATION.REQUEST_SCHEMA. Which fields there are besides the documented ones only the
account knows: `GET /metadata/objects/profiles` lists them. It is sent as you say.

Options::

    --for experiture --map "City=city"

Bad::

    email,City
    ann@kestrel-labs.com,Leeds

Findings::

    1:City EXP102 Experiture documents no field `city`; a mapping to one that the object lacks is refused

GoodOptions::

    --for experiture

Good::

    email,company_name
    ann@kestrel-labs.com,Kestrel Labs
"""  # noqa: E501 - a finding is one line

from __future__ import annotations

from collections.abc import Iterator

from preflight.rule import FileView, Problem, Rule, Scope, Severity


def check(view: FileView) -> Iterator[Problem]:
    for column in view.headers:
        known = view.profile.fields.get(column.field or "")
        if column.matched == "option" and known is not None and known.header is None:
            yield view.at(
                column,
                message=f"Experiture documents no field `{known.name}`; a mapping to one that the "
                "object lacks is refused",
            )


RULE = Rule(
    code="EXP102",
    name="field-undocumented",
    scope=Scope.HEADER,
    severity=Severity.WARNING,
    profiles=frozenset({"experiture"}),
    message="not a field that Experiture documents",
    check=check,
)
