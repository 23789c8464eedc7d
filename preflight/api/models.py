"""A pandera model for each profile, to inherit from: `preflight.models.Talkvalue`.

A model of a profile that is installed later is there as well: its name is that of the profile,
capitalised.
"""

from __future__ import annotations

from typing import Any

import pandera.pandas as pa_schema

from preflight.config import profiles
from preflight.linting.contact_schema import ContactSchema, schema


class ContactModel(pa_schema.DataFrameModel):
    """The cell rules of a profile as a pandera model; its subclasses add columns and checks.

    >>> import pandas, preflight
    >>> class Leads(preflight.models.Talkvalue):
    ...     score: int
    ...
    ...     class Config:
    ...         metadata = {"region": "US"}
    >>> Leads.validate(pandas.DataFrame({"E-Mail": ["ann@kestrel-labs.com"], "score": [3]}))
                     E-Mail  score
    0  ann@kestrel-labs.com      3

    `metadata` of the `Config` may hold the keywords of `preflight.schema`: region, timezone, select
    and ignore.
    """

    # Of the profile whose rules it has; pandera takes names without an underscore for columns.
    _profile_name = "general"

    @classmethod
    def build_schema_(cls, **more: Any) -> ContactSchema:
        """The schema: the columns of the profile, and those of the model."""
        own = super().build_schema_(**more)
        keywords = dict(getattr(cls.__config__, "metadata", None) or {})
        known = schema(cls._profile_name, **keywords)
        columns = {**known.columns, **own.columns}
        return ContactSchema(
            columns,
            profile=profiles.load(cls._profile_name),
            checks=own.checks,
            parsers=own.parsers,
            index=own.index,
            **more,
        )


class General(ContactModel):
    """The cell rules of any contact file; see `ContactModel`."""


class Dotdigital(ContactModel):
    """The cell rules of Dotdigital; see `ContactModel`."""

    _profile_name = "dotdigital"


class Experiture(ContactModel):
    """The cell rules of Experiture; see `ContactModel`."""

    _profile_name = "experiture"


class Landbase(ContactModel):
    """The cell rules of Landbase; see `ContactModel`."""

    _profile_name = "landbase"


class Talkvalue(ContactModel):
    """The cell rules of TalkValue; see `ContactModel`."""

    _profile_name = "talkvalue"


class Textus(ContactModel):
    """The cell rules of TextUs; see `ContactModel`."""

    _profile_name = "textus"


def __getattr__(name: str) -> type[ContactModel]:
    """The model of a profile that is not among the above."""
    known = {profile.capitalize(): profile for profile in profiles.names()}
    if name not in known:
        raise AttributeError(f"no model `{name}`; there are {', '.join(sorted(known))}")
    title = profiles.load(known[name]).title
    body = {
        "__doc__": f"The cell rules of {title}; see `ContactModel`.",
        "__module__": __name__,
        "__annotations__": {},
        "_profile_name": known[name],
    }
    model: type[ContactModel] = type(name, (ContactModel,), body)
    globals()[name] = model
    return model


def __dir__() -> list[str]:
    return sorted(profile.capitalize() for profile in profiles.names())
