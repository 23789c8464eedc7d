"""The email address belongs to a role, not a person: `info@`, `sales@`, `noreply@`.

Several people read it, or nobody does; nobody has consented for all of them, and they complain more
often than others. A provider counts that against the sender.

Bad::

    email,first_name
    info@kestrel-labs.com,Ann
    No-Reply@kestrel-labs.com,Bob
    vertrieb+fair@kestrel-labs.com,Cleo

Findings::

    2:email EML306 the email address of a role, not a person
    3:email EML306 the email address of a role, not a person
    4:email EML306 the email address of a role, not a person

Good::

    email,first_name
    ann@kestrel-labs.com,Ann
    sales.ann@kestrel-labs.com,Ann
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Context, Rule, Scope, Severity, contains

# Words for a role, in the languages of common trade shows. Names of people are not in it, nor words
# short enough to be initials, like `hr@` and `it@`.
_ROLES = (
    "abuse", "accounting", "accounts", "admin", "administrator", "billing", "booking", "bookings",
    "career", "careers", "compliance", "contact", "contactus", "customercare", "customerservice",
    "enquiries", "enquiry", "events", "feedback", "finance", "helpdesk", "hostmaster", "info",
    "information", "inquiries", "invoice", "invoices", "jobs", "legal", "logistics",
    "mailer-daemon", "marketing", "newsletter", "office", "orders", "payments", "postmaster",
    "press", "privacy", "procurement", "purchasing", "reception", "recruiting", "recruitment",
    "reservations", "root", "sales", "security", "service", "subscribe", "support", "team",
    "unsubscribe", "webmaster",
    "anfrage", "bestellung", "bewerbung", "buchhaltung", "datenschutz", "einkauf", "empfang",
    "kontakt", "kundenservice", "poststelle", "presse", "rechnung", "sekretariat", "verkauf",
    "vertrieb", "verwaltung", "zentrale",
    "accueil", "commercial", "comptabilite", "direction", "facturation", "recrutement",
    "secretariat", "ventes",
    "administracion", "compras", "contacto", "facturacion", "reservas", "soporte", "ventas",
    "amministrazione", "assistenza", "contatti", "ordini", "segreteria", "ufficio", "vendite",
    "atendimento", "comercial", "contato", "financeiro", "suporte", "vendas",
    "administratie", "bestellingen", "boekhouding", "klantenservice", "verkoop",
    "ekonomi", "faktura", "forsaljning", "kundtjanst", "reklamation",
    "biuro", "sklep", "sprzedaz", "asiakaspalvelu", "myynti", "toimisto",
)  # fmt: skip
_NOBODY = r"(?:do[._-]?)?no[t]?[._-]?reply|mailer[._-]daemon"
_LOCAL = rf"(?:{'|'.join(_ROLES)}|{_NOBODY})(?:\+[^@]*)?"


def check(email: pd.Series[str], context: Context) -> pd.Series[bool]:
    del email
    found = contains(context.judged["core"], f"(?i)^{_LOCAL}@")
    return (context.judged["reason"] != "") | ~found


RULE = Rule(
    code="EML306",
    name="email-role",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({"email"}),
    suspects=rf"^{_LOCAL}@",
    message="the email address of a role, not a person",
    check=check,
)
