"""Which columns hold what a contact agreed to, by their names."""

from __future__ import annotations

import re

from preflight.core.names import bare_name, fold

# Parts of a folded name, as exports of shops, newsletters and forms write them.
_CONSENT = re.compile(
    "acceptsmarketing|acceptsemail|acceptssms|marketingpermission|marketingconsent|marketingstatus"
    "|consent|gdpr|dsgvo|rgpd|optin|optout|opted|unsubscri|subscriptionstatus|subscriberstatus"
    "|subscribed|donot(?:contact|call|e?mail|text)|^dnc$|nocontact|emailallowed|permissionto"
    "|hasoptedout|suppress|einwilligung|widerruf|abgemeldet|abmeldung|desabonn|accordmarketing"
    "|consentiment|consenso|consimento|autorizacion|toestemming|samtycke|samtykke"
)
# Who asked and when is not the answer.
_ABOUT = re.compile("source|(?:date|time|at|on)$")


def holds_consent(header: str) -> bool:
    """Whether a column of this name says if a contact may be written to."""
    folded = fold(bare_name(header))
    return bool(_CONSENT.search(folded)) and not _ABOUT.search(folded)
