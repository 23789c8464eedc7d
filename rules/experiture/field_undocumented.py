"""The column is mapped to a field that Experiture's documentation does not mention.

Experiture refuses a column that is mapped to a field which the object lacks, with
CDP_ETL.VALIDATION.REQUEST_SCHEMA. Only the account knows its fields besides the documented ones:
`GET /metadata/objects/profiles` lists them. The column is sent as you mapped it.

Options::

    --for experiture --map "City=city"

Bad::

    email,City
    ann@kestrel-labs.com,Leeds

Findings::

    1:City EXP102 Experiture documents no field `city`; if your object lacks it, the import is refused

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
                message=f"Experiture documents no field `{known.name}`; if your object lacks it, "
                "the import is refused",
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
