"""What a type checker makes of the public API; mypy checks it with the tests, nothing runs it."""

from __future__ import annotations

from typing import assert_type

import pandas as pd
import pandera.pandas as pa_schema

import preflight
from preflight.core.books import Books, RunBooks
from preflight.linting.contact_schema import ContactSchema


def results() -> None:
    report = preflight.check("leads.csv", profile="talkvalue", region="US")
    assert_type(report, preflight.Report)
    assert_type(report.findings, pd.DataFrame)
    assert_type(report.books, Books)
    assert_type(report.summary(), str)
    taken = preflight.snapshot("leads.csv", region="US")
    assert_type(taken, preflight.Snapshot)
    preflight.check("leads.csv", against=taken)
    preflight.check("leads.csv", against="S.json")
    fixed = preflight.fix(pd.DataFrame(), unsafe_fixes=True, max_bad="2%")
    assert_type(fixed, preflight.Fixed)
    assert_type(fixed.clean, pd.DataFrame)
    sent = preflight.submit(fixed, to="talkvalue", source_id=7, mode="UPDATE", sandbox=True)
    assert_type(sent, preflight.Sent)
    assert_type(sent.books, RunBooks)
    assert_type(sent.run, str | None)
    assert_type(sent.standing, pd.DataFrame)
    assert_type(preflight.resubmit(sent.failures, run=sent.run), preflight.Sent)
    assert_type(preflight.resume(resend=[2]), preflight.Sent)
    assert_type(preflight.merge("report.csv", provider="textus", run="x"), preflight.Sent)
    assert_type(preflight.schema("dotdigital", strict=True), ContactSchema)


def mistakes() -> None:
    """Each is one; mypy complains if one of them is accepted."""
    preflight.check("leads.csv", regoin="US")  # type: ignore[call-arg]
    preflight.check("leads.csv", region=1)  # type: ignore[arg-type]
    preflight.check(7)  # type: ignore[arg-type]
    preflight.submit("leads.csv")  # type: ignore[call-arg]
    preflight.fix("leads.csv").cleaned  # type: ignore[attr-defined]  # noqa: B018


class Leads(preflight.models.Dotdigital):
    """A model of a user."""

    score: int = pa_schema.Field(ge=0)
