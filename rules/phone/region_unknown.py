"""The phone number has no country code, and nothing says which country it belongs to.

`(415) 555-2671` is a number in more than one country. A column with the country or the calling
code, `--region` or the provider's profile would settle it. preflight never guesses: a text message
to the wrong country reaches the wrong person. So a calling code that contradicts the country beside
it settles nothing. TextUs's help says that a ten-digit number belongs to the account's own country:
name it with `--region`.

Bad::

    email,phone,country,dial code
    ann@kestrel-labs.com,(415) 555-2671,,
    bob@kestrel-labs.com,020 7946 0018,Atlantis,

Findings::

    2:phone PHN405 no country code, and none that is known in `dial code` or `country`: correct it there, or use `--region US` for blanks
    3:phone PHN405 no country code, and none that is known in `dial code` or `country`: correct it there, or use `--region US` for blanks

Good::

    email,phone,country,dial code
    ann@kestrel-labs.com,+14155552671,,
    bob@kestrel-labs.com,020 7946 0018,GB,
    cleo@kestrel-labs.com,612 34 56 78,,+33
"""  # noqa: E501 - a finding is one line

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Rule, Scope, Severity, map_option

_OPTION = "say the country with `--region US`"
_MESSAGE = f"no country code: {_OPTION}, or map a country column"


def check(phone: pd.Series[str], context: Context) -> pd.Series[bool]:
    del phone
    return context.judged["status"] != "no-region"


def _message(context: Context) -> str:
    """What settles it in this file: a column that has the country, or one that may have it."""
    if context.region_columns:
        names = " or ".join(f"`{' '.join(each.name.split())}`" for each in context.region_columns)
        return (
            f"no country code, and none that is known in {names}: correct it there, or use "
            "`--region US` for blanks"
        )
    likely = {
        each.column.position: f"`{map_option(each.name, each.field)}`"
        for field in ("country", "calling_code", "phone_country")
        for each in context.candidates(field)
    }
    if not likely:
        return _MESSAGE
    return (
        f"no country code: {_OPTION}, or a column that has it with {' or '.join(likely.values())}"
    )


def reason(phone: pd.Series[str], context: Context) -> pd.Series[str]:
    return pd.Series(_message(context), index=phone.index, dtype="str")


RULE = Rule(
    code="PHN405",
    name="phone-region-unknown",
    scope=Scope.CELL,
    severity=Severity.ERROR,
    kinds=frozenset({"phone"}),
    message=_MESSAGE,
    check=check,
    reason=reason,
)
