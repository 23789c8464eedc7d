"""The number is written without its country code, and nothing says which country it is of.

`(415) 555-2671` is a number in more than one country. A country column in the file, `--region`, or
the provider's profile would tell; preflight never guesses, since a text message to the wrong
country reaches a stranger. TextUs's help says that a number of ten digits is one of the account's
own country: name it with `--region`.

Bad::

    email,phone,country
    ann@kestrel-labs.com,(415) 555-2671,
    bob@kestrel-labs.com,020 7946 0018,Atlantis

Findings::

    2:phone PHN405 no country code, and no region is known
    3:phone PHN405 no country code, and no region is known

Good::

    email,phone,country
    ann@kestrel-labs.com,+14155552671,
    bob@kestrel-labs.com,020 7946 0018,GB
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Rule, Scope, Severity


def check(phone: pd.Series[str], context: Context) -> pd.Series[bool]:
    del phone
    return context.judged["status"] != "no-region"


RULE = Rule(
    code="PHN405",
    name="phone-region-unknown",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"phone"}),
    message="no country code, and no region is known",
    check=check,
)
