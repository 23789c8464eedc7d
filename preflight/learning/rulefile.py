"""A property as a rule file, in the form that `preflight new-rule` makes."""

from __future__ import annotations

import json

from preflight.config.profile import Profile
from preflight.core import csv_writer
from preflight.learning.counting import Support
from preflight.learning.properties import FINE, Property

_TEXT = '''r"""The {shown} is {words}.

Proposed by `preflight learn`: {provider} had refused {refused:,} rows of which this is true, and
accepted {accepted:,}. Look whether that is the cause before you use it.

Options::

    {options}

Bad::

{bad}

Findings::

    3:{header} {code} {said}

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
    """The cells that are worth a look: those of the column that have it."""
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


def rule_file(one: Property, code: str, support: Support, provider: Profile) -> str:
    """The text of a rule that warns of a property.

    Its sample holds made-up values alone.

    Args:
        one: the property; of cells that are not blank.
        code: of the rule.
        support: what speaks for it.
        provider: the profile of the provider that refused the rows.
    """
    column = one.column
    header = _header(one, provider)
    by_field = column.field is not None
    # A message is shown wherever findings are.
    said = f"{'odd' if one.personal else one.words}: {provider.title} refused such rows"
    return _TEXT.format(
        shown=column.shown,
        words=one.words,
        provider=provider.title,
        refused=support.refused,
        accepted=support.accepted,
        options=f"--for {provider.name}",
        header=header,
        bad=_sample(one, provider, header, one.odd),
        good=_sample(one, provider, header, one.fine[1]),
        code=code,
        slug=one.slug,
        message=_literal(said),
        said=said,
        kind=column.kind,
        kind_of_name="FIELD" if by_field else "COLUMN",
        name=_literal(column.field or column.name.strip().casefold()),
        asked="context.field is not None and context.field.name == _FIELD"
        if by_field
        else "context.column.name.strip().casefold() == _COLUMN",
        pattern=_literal(one.pattern),
    )


def _literal(text: str) -> str:
    """The text as Python writes it, in double quotes."""
    return json.dumps(text, ensure_ascii=False)


def _header(one: Property, profile: Profile) -> str:
    """What the property's column is called in the sample."""
    if one.column.field is None:
        return one.column.name.strip()
    return profile.fields[one.column.field].header or one.column.field


def _sample(one: Property, profile: Profile, header: str, cell: str) -> str:
    """A file of two contacts, the second of which has the cell."""
    needed = {
        profile.fields[name].header or name: FINE[profile.fields[name].kind]
        for name in profile.required
        if name != one.column.field
    }
    records = [
        [*needed, header],
        [*(fine[0] for fine in needed.values()), one.fine[0]],
        [*(fine[1] for fine in needed.values()), cell],
    ]
    return "\n".join(f"    {csv_writer.line(record).decode().rstrip()}" for record in records)
