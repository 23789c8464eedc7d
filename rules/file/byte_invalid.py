r"""A record contains bytes that are not valid in the file's encoding.

Two files in different encodings were pasted together, or the file was cut inside a character. The
original text cannot be recovered, so the record counts as malformed; the other records are read.

Bad::

    email,first_name,city
    renee@kestrel-labs.com,Ren\xc3\xa9e,K\xc3\xb6ln
    bjoern@kestrel-labs.com,Bj\xc3\xb6rn,Malm\xc3\xb6
    chloe@kestrel-labs.com,Chlo\xc3\xa9,Besan\xc3\xa7on
    jose@kestrel-labs.com,Jos\xe9,Madrid

Findings::

    5 FIL005 a byte that is not valid in the file's encoding, at offset 161

Good::

    email,first_name,city
    jose@kestrel-labs.com,Jos\xc3\xa9,Madrid
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Rule, Scope, Severity


def check(records: pd.DataFrame) -> pd.Series[bool]:
    return records["offset"] < 0


def reason(records: pd.DataFrame) -> pd.Series[str]:
    message = "a byte that is not valid in the file's encoding, at offset "
    return message + records["offset"].astype("str")


RULE = Rule(
    code="FIL005",
    name="byte-invalid",
    scope=Scope.RECORD,
    severity=Severity.ERROR,
    message="a byte that is not valid in the file's encoding",
    check=check,
    reason=reason,
    misplaces_cells=True,
)
