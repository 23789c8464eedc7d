"""Proposed rule files: what they warn of, and that their own samples hold."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from preflight.cli import rule_samples
from preflight.config import profiles
from preflight.config.settings import Settings
from preflight.core.workspace import workspace
from preflight.learning.counting import Support
from preflight.learning.properties import Property, SentColumn, candidates
from preflight.learning.rulefile import rule_file
from preflight.pipeline import check_fix_split

SUPPORT = Support(1200, 3, 1300, 5000)


def found(column: SentColumn, cell: str, slug: str) -> Property:
    """A property of a cell."""
    told = candidates(column, pd.Series([cell] * 12 + ["zzz"], dtype="str"))
    (one,) = [one for one, _ in told.frequent if one.slug == slug]
    return one


@pytest.mark.slow
@pytest.mark.parametrize(
    ("provider", "column", "cell", "slug"),
    [
        ("talkvalue", SentColumn("E-mail", "email", "email", "email"), "carl@heron.org",
         "email-at-heron-org"),
        ("landbase", SentColumn("Mail", "email", "email", "email"), "ann'x@heron.org",
         "email-with-apostrophe"),
        ("textus", SentColumn("Mobile", "phone", "phone", "phone_number"), "+14155552671",
         "phone-from-1"),
        ("talkvalue", SentColumn("Firm", "company", "text", "company_name"), "Heron, Wren & Co",
         "company-with-comma"),
        ("dotdigital", SentColumn("BADGE", None, "text", "BADGE"), "SPEAKER OF THE DAY",
         "badge-in-capitals"),
        ("dotdigital", SentColumn("POSTCODE", "postcode", "text", "POSTCODE"), "x" * 900,
         "postcode-over-3"),
    ],
)  # fmt: skip
def test_a_proposed_rule_passes_its_own_samples(
    tmp_path: Path, provider: str, column: SentColumn, cell: str, slug: str
) -> None:
    one = found(column, cell, slug)
    path = tmp_path / "proposed.py"
    path.write_text(rule_file(one, "OWN007", SUPPORT, profiles.load(provider)), encoding="utf-8")
    ((rule, complaints),) = rule_samples.tried([path])
    assert (rule.code, rule.name, complaints) == ("OWN007", slug, [])
    assert "1,200 rows" in rule.doc
    assert cell not in rule.doc


def test_it_warns_of_its_column_alone(tmp_path: Path) -> None:
    one = found(SentColumn("Firm", "company", "text", "company_name"), "A/S", "company-with-slash")
    path = tmp_path / "proposed.py"
    path.write_text(rule_file(one, "OWN001", SUPPORT, profiles.load("talkvalue")))
    leads = tmp_path / "leads.csv"
    leads.write_text(
        "email,company,address\nann@kestrel-labs.com,Kestrel A/S,1/2 Road\n"
        "bob@kestrel-labs.com,Heron,3/4 Road\n"
    )
    with workspace() as work:
        settings = Settings(profile="talkvalue", rules=(path,), select=("OWN",))
        frame = check_fix_split.check(leads, settings, work=work).analysis.findings.frame
    assert frame[["row", "column"]].to_numpy().tolist() == [[1, 2]]


def test_what_may_be_somebodys_own_is_in_no_message() -> None:
    one = found(
        SentColumn("E-mail", "email", "email", "email"), "ann@heron.org", "email-at-heron-org"
    )
    assert one.personal
    text = rule_file(one, "OWN001", SUPPORT, profiles.load("talkvalue"))
    (message,) = [line for line in text.splitlines() if line.startswith("    message=")]
    assert "heron" not in message
