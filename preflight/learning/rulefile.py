"""A property as a rule file, in the form that `preflight new-rule` makes."""

from __future__ import annotations

import json

from preflight.config.profile import Profile
from preflight.core import csv_writer
from preflight.learning.counting import Support
from preflight.learning.properties import FINE, Property

_TEXT = '''r"""The {shown} is {words}.

Proposed by `preflight learn`: {provider} refused {refused:,} rows of which this is true, and
accepted {accepted:,}. Check that this is the cause before you use the rule.

Options::

    {options}

Bad::

{bad}

Findings::

    3:{header} {code} {shown_message}

Good::

{good}
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Rule, Scope, Severity

_{kind_of_name} = {name}
_ODD = {pattern}


def _is_asked(context: Context) -> bool:
    """Whether the column is the one that the rule is about."""
    return {asked}


def suspects(context: Context) -> str:
    """A pattern of the cells to check: those of the column that have the property."""
    return _ODD if _is_asked(context) else ""


def check(cells: pd.Series[str], context: Context) -> pd.Series[bool]:
    """True where the cell is valid; gets each distinct cell once."""
    if not _is_asked(context):
        return pd.Series(True, index=cells.index)
    return ~cells.str.contains(_ODD, regex=True).astype(bool)


RULE = Rule(
    code="{code}",
    name="{slug}",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({{"{kind}"}}),
    suspects=suspects,
    message={message},
    check=check,
)
'''


def rule_file(prop: Property, code: str, support: Support, provider: Profile) -> str:
    """The text of a rule that warns about a property.

    Its sample has only made-up values.

    Args:
        prop: the property; of cells that are not blank.
        code: of the rule.
        support: the evidence for it.
        provider: the profile of the provider that refused the rows.
    """
    column = prop.column
    header = _header(prop, provider)
    by_field = column.field is not None
    # A message is shown wherever findings are.
    message = f"{'odd' if prop.personal else prop.words}: {provider.title} refused such rows"
    return _TEXT.format(
        shown=column.shown,
        words=prop.words,
        provider=provider.title,
        refused=support.refused,
        accepted=support.accepted,
        options=f"--for {provider.name}",
        header=header,
        bad=_sample(prop, provider, header, prop.odd),
        good=_sample(prop, provider, header, prop.fine[1]),
        code=code,
        slug=prop.slug,
        message=_literal(message),
        shown_message=message,
        kind=column.kind,
        kind_of_name="FIELD" if by_field else "COLUMN",
        name=_literal(column.field or column.name.strip().casefold()),
        asked="context.field is not None and context.field.name == _FIELD"
        if by_field
        else "context.column.name.strip().casefold() == _COLUMN",
        pattern=_literal(prop.pattern),
    )


def _literal(text: str) -> str:
    """The text as Python writes it, in double quotes."""
    return json.dumps(text, ensure_ascii=False)


def _header(prop: Property, profile: Profile) -> str:
    """The name of the property's column in the sample."""
    if prop.column.field is None:
        return prop.column.name.strip()
    return profile.fields[prop.column.field].header or prop.column.field


def _sample(prop: Property, profile: Profile, header: str, cell: str) -> str:
    """A file of two contacts; the second has the cell."""
    needed = {
        profile.fields[name].header or name: FINE[profile.fields[name].kind]
        for name in profile.required
        if name != prop.column.field
    }
    records = [
        [*needed, header],
        [*(fine[0] for fine in needed.values()), prop.fine[0]],
        [*(fine[1] for fine in needed.values()), cell],
    ]
    return "\n".join(f"    {csv_writer.line(record).decode().rstrip()}" for record in records)
