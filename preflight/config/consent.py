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
    "|consentiment|consenso|consimento|autorizacion|toestemming|samtycke|samtykke|zustimmung"
    "|permissionmarketing|emailpermission|^newsletter|newsletter$|^marketing$|werbeerlaubnis"
    "|werbung(?:erlaubt|ok)?$|desinscri|zgoda"
)
# A date in it says that the contact did not agree.
_WITHDRAWN = re.compile(
    "unsubscri|optout|optedout|abgemeldet|abmeldung|widerruf|desabonn|desinscri|suppress"
)
# Who asked and when is not the answer.
_SOURCE = re.compile("source|reason")
_WHEN = re.compile(r"(?:(?i:date|time(?:stamp)?)|[\W_](?i:at|on)|(?<=[a-z])(?:At|On))\W*$")


def holds_consent(header: str) -> bool:
    """Whether a column of this name says if a contact may be written to."""
    name = bare_name(header)
    folded = fold(name)
    if not _CONSENT.search(folded) or _SOURCE.search(folded):
        return False
    return bool(_WITHDRAWN.search(folded)) or not _WHEN.search(name)
