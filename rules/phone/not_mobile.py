"""The phone number is a landline or a premium service, and the provider sends text messages.

TextUs reaches people by text message. A landline, a toll-free or premium-rate number, a pager and a
company's central number are unlikely to be a mobile phone, according to the library `phonenumbers`.
In many countries, the United States among them, the library cannot tell mobile numbers from
landlines; the rule does not report those, nor internet telephony. It is on for providers that send
text messages.

Options::

    --for textus

Bad::

    name,phone_number
    Ann Bell,+442079460018
    Bob Pike,+18002345678

Findings::

    2:phone_number PHN409 not a mobile number: a landline
    3:phone_number PHN409 not a mobile number: toll-free

Good::

    name,phone_number
    Ann Bell,+447400123456
    Bob Pike,+14155552671
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Rule, Scope, Severity, line_types, numbers_of

_TYPES = {
    "fixed_line": "a landline",
    "toll_free": "toll-free",
    "premium_rate": "a premium-rate service",
    "shared_cost": "a shared-cost service",
    "pager": "a pager",
    "uan": "a company's central number",
    "voicemail": "a voicemail box",
}


def suspects() -> str:
    return numbers_of(frozenset(_TYPES))


def check(phone: pd.Series[str], context: Context) -> pd.Series[bool]:
    del phone
    return ~line_types(context.judged["e164"]).isin(_TYPES)


def reason(phone: pd.Series[str], context: Context) -> pd.Series[str]:
    del phone
    return "not a mobile number: " + line_types(context.judged["e164"]).map(_TYPES)


RULE = Rule(
    code="PHN409",
    name="phone-not-mobile",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"phone"}),
    suspects=suspects,
    message="not a mobile number",
    check=check,
    reason=reason,
)
