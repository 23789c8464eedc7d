"""The phone number has no country code, and nothing says which country it belongs to.

`(415) 555-2671` is a number in more than one country. A country column, `--region` or the
provider's profile would settle it. preflight never guesses: a text message to the wrong country
reaches the wrong person. TextUs's help says that a ten-digit number belongs to the account's own
country: name it with `--region`.

Bad::

    email,phone,country
    ann@kestrel-labs.com,(415) 555-2671,
    bob@kestrel-labs.com,020 7946 0018,Atlantis

Findings::

    2:phone PHN405 no country code: say the country with `--region US`, or map a country column
    3:phone PHN405 no country code: say the country with `--region US`, or map a country column

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
    message="no country code: say the country with `--region US`, or map a country column",
    check=check,
)
