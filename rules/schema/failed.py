"""A check of your own pandera schema fails.

`schema = "schemas.py:TradeShow"` in the config, or `--schema`, names a DataFrameSchema or a
DataFrameModel. It validates all records of the file at once, after fixing: cells are text, a blank
cell is a missing value, and columns have the names of the header. Malformed records and duplicates
are left out. Any kind of check will do. If it names rows, they are rejected; if it names none (a
mean, a group, a missing column), the whole file is rejected. Severity and `--ignore` work as for
any other rule.

Schema::

    import pandera.pandas as pa

    SCHEMA = pa.DataFrameSchema(
        {
            "booth": pa.Column(int, pa.Check.in_range(1, 400)),
            "badge": pa.Column(str, pa.Check.str_startswith("B"), unique=True),
        }
    )

Bad::

    email,booth,badge
    ann@kestrel-labs.com,12,B1
    bob@kestrel-labs.com,999,B2
    cleo@kestrel-labs.com,hall 3,B3
    dan@kestrel-labs.com,14,C4
    eva@kestrel-labs.com,15,B1
    finn@kestrel-labs.com,,B6

Findings::

    2:badge SCH001 not unique, as your schema requires (field_uniqueness)
    3:booth SCH001 your schema's check `in_range(1, 400)` fails
    4:booth SCH001 not of the schema's type `int64`
    5:badge SCH001 your schema's check `str_startswith('B')` fails
    6:badge SCH001 not unique, as your schema requires (field_uniqueness)
    7:booth SCH001 not of the schema's type `int64`

Good::

    email,booth,badge
    ann@kestrel-labs.com,12,B1
    bob@kestrel-labs.com,400,B2
"""

from __future__ import annotations

from preflight.rule import Rule, Scope, Severity

RULE = Rule(
    code="SCH001",
    name="schema-failed",
    scope=Scope.SCHEMA,
    severity=Severity.ERROR,
    message="a check of your own schema fails",
)
