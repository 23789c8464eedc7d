"""What the columns of a file hold, as TalkValue's stand-in sees it.

Documented: the eleven target fields; the form of a suggestion and of a mapping.

Invented
--------
- Which headers suggest which field, and how sure that is.
- `EMAIL` is required among the mappings; a column or a field that is mapped twice is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

FIELDS = (
    "EMAIL",
    "FIRST_NAME",
    "LAST_NAME",
    "NAME",
    "PHONE",
    "JOB_TITLE",
    "COMPANY_NAME",
    "ADDRESS",
    "LINKEDIN_URL",
    "X_URL",
    "JOINED_AT",
)
"""Every field that a column can be mapped to."""

_ALIASES = {
    "EMAIL": ("email", "emailaddress", "mail", "workemail"),
    "FIRST_NAME": ("firstname", "givenname", "forename"),
    "LAST_NAME": ("lastname", "surname", "familyname"),
    "NAME": ("name", "fullname", "contactname"),
    "PHONE": ("phone", "phonenumber", "mobile", "telephone"),
    "JOB_TITLE": ("jobtitle", "title", "position", "role"),
    "COMPANY_NAME": ("companyname", "company", "organization", "organisation"),
    "ADDRESS": ("address", "streetaddress", "location"),
    "LINKEDIN_URL": ("linkedinurl", "linkedin", "linkedinprofile"),
    "X_URL": ("xurl", "x", "twitter", "twitterurl"),
    "JOINED_AT": ("joinedat", "joined", "registeredat", "createdat"),
}


def suggest(header: Sequence[str]) -> list[dict[str, Any]]:
    """The `columnMappings` of an `AnalyzeRes`: a field is the `suggestedField` of one column only.

    Args:
        header: the names of the file's columns.
    """
    columns: list[dict[str, Any]] = []
    taken: set[str] = set()
    for index, name in enumerate(header):
        plain = re.sub(r"[\W_]", "", name).lower()
        suggestions = [
            {"field": field, "confidence": 1.0 if plain == names[0] else 0.8}
            for field, names in _ALIASES.items()
            if plain in names
        ]
        column: dict[str, Any] = {"csvIndex": index, "csvHeader": name, "suggestions": suggestions}
        for suggestion in suggestions:
            if suggestion["field"] not in taken:
                taken.add(str(suggestion["field"]))
                column["suggestedField"] = suggestion["field"]
                column["confidence"] = suggestion["confidence"]
        columns.append(column)
    return columns


def columns_of(mappings: Sequence[object]) -> dict[str, int] | None:
    """The column of each mapped field; None where the mappings cannot be used.

    Args:
        mappings: the `columnMappings` of a request to create a job.
    """
    columns: dict[str, int] = {}
    for mapping in mappings:
        match mapping:
            case {"csvIndex": int(index), "targetField": str(field)} if (
                not isinstance(index, bool)
                and index >= 0
                and field in FIELDS
                and field not in columns
                and index not in columns.values()
            ):
                columns[field] = index
            case _:
                return None
    return columns if "EMAIL" in columns else None
