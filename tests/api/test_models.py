"""Schemas and models for pandera's own users."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa_schema
import pytest

import preflight
from preflight.api import models
from preflight.config import profiles

pytestmark = pytest.mark.slow


def failures(schema: pa_schema.DataFrameSchema, frame: pd.DataFrame) -> set[tuple[str, str]]:
    with pytest.raises(pa_schema.errors.SchemaErrors) as refused:
        schema.validate(frame, lazy=True)
    cases = refused.value.failure_cases
    return {(str(case.column), str(case.check).split()[0]) for case in cases.itertuples()}


def test_a_schema_is_shown_by_the_names_of_its_columns() -> None:
    schema = preflight.schema("talkvalue", select=["EML"])
    assert str(schema).startswith("<ContactSchema talkvalue: email (required), first_name, ")
    assert len(repr(schema)) < 300
    with pytest.raises(pa_schema.errors.SchemaError) as refused:
        schema.validate(pd.DataFrame({"phone": ["x"]}))
    assert str(refused.value) == "column 'email' not in dataframe. Columns in dataframe: ['phone']"


def test_strict_and_coerce_are_what_pandera_users_expect() -> None:
    frame = pd.DataFrame({"E-Mail": ["ann@kestrel-labs.com"], "Phone": [4155552671], "Badge": [1]})
    strict = preflight.schema("talkvalue", select=["EML"], strict=True)
    assert failures(strict, frame) == {("talkvalue", "column_in_schema")}
    assert len(strict.validate(frame.drop(columns="Badge"))) == 1
    coerced = preflight.schema("talkvalue", select=["EML"], coerce=True).validate(frame)
    assert coerced["Phone"].tolist() == ["4155552671"]
    assert coerced["Badge"].tolist() == [1]


def test_a_schema_can_be_changed_as_any_other() -> None:
    schema = preflight.schema("talkvalue", select=["EML"])
    more = schema.add_columns({"score": pa_schema.Column(int, pa_schema.Check.ge(0))})
    frame = pd.DataFrame({"E-Mail": ["ann@"], "score": [-1]})
    assert failures(more, frame) == {
        ("E-Mail", "EML302"), ("score", "greater_than_or_equal_to(0)")
    }  # fmt: skip
    assert len(more.remove_columns(["score"]).columns) == len(schema.columns)
    assert "score" not in schema.columns


def test_as_yaml_a_schema_keeps_its_columns_and_no_rule() -> None:
    schema = preflight.schema("talkvalue", select=["EML"], strict=True, coerce=True)
    added = schema.add_columns({"score": pa_schema.Column(int, pa_schema.Check.ge(0))})
    with pytest.warns(UserWarning, match="Only registered checks") as told:
        read = pa_schema.DataFrameSchema.from_yaml(added.to_yaml())
    assert any("`EML302`" in str(warning.message) for warning in told)
    assert list(read.columns) == list(added.columns)
    assert [column.required for column in read.columns.values()] == [
        column.required for column in added.columns.values()
    ]
    assert (read.strict, read.columns["email"].coerce) == (True, True)
    assert len(read.validate(pd.DataFrame({"email": ["nobody"], "score": [1]}))) == 1
    assert failures(read, pd.DataFrame({"E-Mail": ["nobody"], "score": [-1]})) == {
        ("talkvalue", "column_in_schema"),
        ("talkvalue", "column_in_dataframe"),
        ("score", "greater_than_or_equal_to(0)"),
    }


def test_every_profile_has_a_model_of_its_name() -> None:
    assert dir(models) == sorted(name.capitalize() for name in profiles.names())
    for name in profiles.names():
        model = getattr(preflight.models, name.capitalize())
        assert model is getattr(models, name.capitalize())
        assert profiles.load(name).title.split()[0] in (model.__doc__ or "") or name == "general"
        assert model._profile_name == name
    with pytest.raises(AttributeError, match="no model `Nobody`; there are Dotdigital"):
        models.Nobody  # noqa: B018


class Leads(models.Talkvalue):
    """Leads with a score."""

    score: int = pa_schema.Field(ge=0)

    @pa_schema.dataframe_check
    @classmethod
    def has_room(cls, frame: pd.DataFrame) -> bool:
        return len(frame) < 3

    class Config:
        """The keywords of the schema."""

        metadata = {"region": "US", "select": ("EML302", "PHN404")}  # noqa: RUF012


def test_a_model_is_inherited_from() -> None:
    frame = pd.DataFrame({"E-Mail": ["ann@kestrel-labs.com"], "score": [3]})
    assert Leads.validate(frame).equals(frame)
    bad = pd.DataFrame({"E-Mail": ["a@"] * 3, "Phone": ["(415) 555-2671"] * 3, "score": [-1] * 3})
    assert failures(Leads.to_schema(), bad) == {
        ("E-Mail", "EML302"), ("Phone", "PHN404"), ("score", "greater_than_or_equal_to(0)"),
        ("Leads", "has_room"),
    }  # fmt: skip
