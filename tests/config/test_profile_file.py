"""How a profile is written, and what is said of one that is off."""

from __future__ import annotations

import pytest

from preflight.config import profiles
from preflight.config.profile import Profile
from preflight.core.errors import RuleError
from preflight.core.exchange import Reason
from preflight.core.types import Severity

CHILD = """
extends = "talkvalue"
name = "x"
title = "Mine"
source = ["a page"]
key = ["email", "phone"]
unknown_columns = "mapped"
header_pattern = "^[a-z]+$"
region = "se"
reserved = ["ID"]
any_of = [["email", ["first_name", "last_name"]]]
[limits]
rows = 5
[fields.email]
header = "E"
aliases = ["elektropost"]
max_length = 0
[fields.badge]
kind = "text"
also = ["notes"]
vague = ["code"]
beside = {nr = ["badge"]}
past = false
[severity]
EML = "warning"
TXT = "off"
[reasons]
"Not Good" = "fix"
[counters]
"Not Good" = "bad"
[joins]
name = ["first_name", "last_name"]
"""


def parsed(text: str) -> Profile:
    return profiles.parse(text, where="x.toml")


def test_every_key_is_read_and_the_rest_is_as_in_what_it_extends() -> None:
    base, mine = profiles.load("talkvalue"), parsed(CHILD)
    assert (mine.name, mine.title, mine.source) == ("x", "Mine", ("a page",))
    assert (mine.key, mine.unknown_columns) == (("email", "phone"), "mapped")
    assert (mine.header_pattern, mine.region) == ("^[a-z]+$", "SE")
    assert mine.reserved == base.reserved | {"id"}
    assert mine.any_of == (*base.any_of, (("email",), ("first_name", "last_name")))
    assert (mine.limits.rows, mine.limits.bytes) == (5, base.limits.bytes)
    email, was = mine.fields["email"], base.fields["email"]
    assert (email.header, email.max_length, email.required) == ("E", 0, was.required)
    assert email.aliases == (*was.aliases, "elektropost")
    badge = mine.fields["badge"]
    assert "notes" not in mine.fields
    assert {"notes", *base.fields["notes"].aliases} <= set(badge.aliases)
    assert (badge.vague, badge.beside, badge.past) == (("code",), {"nr": ("badge",)}, False)
    assert mine.severities == {**base.severities, "EML": Severity.WARNING, "TXT": None}
    assert mine.reason("NOT good") is Reason.FIX
    assert mine.counters == {**base.counters, "not good": "bad"}
    assert mine.joins == {**base.joins, "name": ("first_name", "last_name")}


SECRET = "hunter2-?"
OFF = [
    ("= 1", ""),
    ("colour = 1", "unknown key `colour`; there are any_of, counters, extends"),
    ("nmae = 1", "unknown key `nmae`; did you mean `name`?"),
    ("name = 3", "name is a text"),
    ("title = []", "title is a text"),
    ('source = "hunter2-?"', "source is a list of texts"),
    ('source = ["hunter2-?", 3]', "source is a list of texts"),
    ("extends = 3", "extends is a text"),
    ('extends = "talkvalu"', "extends: no profile `talkvalu`; did you mean `talkvalue`?"),
    ('key = "email"', "key is a list of texts"),
    ('key = ["emial"]', "key: there is no field `emial`; did you mean `email`?"),
    ('unknown_columns = "hunter2-?"', "unknown_columns is one of keep, leave-out, mapped, refuse"),
    ('unknown_columns = "keeps"', "did you mean keep?"),
    ('header_pattern = "(hunter2-?"', "header_pattern is no regular expression: missing )"),
    ('region = "hunter2-?"', "region is a country code of two letters like US"),
    ('reserved = "hunter2-?"', "reserved is a list of texts"),
    ('any_of = ["hunter2-?"]', "any_of is a list of lists of fields"),
    ("limits = 3", "limits is a table"),
    ("[limits]\npages = 3", "limits: unknown key `pages`"),
    ('[limits]\nrows = "hunter2-?"', "limits.rows is a number from 1 up"),
    ("[limits]\nrows = 0", "limits.rows is a number from 1 up"),
    ('fields = "hunter2-?"', "fields is a table for each field"),
    ('[fields]\nemail = "hunter2-?"', "fields.email is a table"),
    ("[fields.email]\nkindd = 1", "fields.email: unknown key `kindd`; did you mean `kind`?"),
    ('[fields.email]\nkind = "mail"', "fields.email.kind is one of email, phone"),
    ("[fields.email]\nheader = 3", "fields.email.header is a text"),
    ('[fields.email]\naliases = "hunter2-?"', "fields.email.aliases is a list of texts"),
    ('[fields.email]\nvague = "hunter2-?"', "fields.email.vague is a list of texts"),
    ('[fields.email]\nbeside = "hunter2-?"', "fields.email.beside is a table"),
    ('[fields.email]\nbeside = {a = "hunter2-?"}', "fields.email.beside.a is a list of texts"),
    ('[fields.email]\nalso = ["post"]', "fields.email.also: there is no field `post`"),
    ('[fields.email]\nrequired = "hunter2-?"', "fields.email.required is true or false"),
    ("[fields.email]\nmax_length = -1", "fields.email.max_length is a number: 0 for any length"),
    ('[fields.email]\npast = "hunter2-?"', "fields.email.past is true or false"),
    ('[severity]\nEML = "bad"', "severity.EML is one of error, warning, off"),
    ('severity = "error"', "severity is a table: a rule code or prefix, and its severity"),
    ('[reasons]\nx = "fixx"', "reasons.x is one of fix, retry, suppressed, config, unknown; did"),
    ("reasons = []", "reasons is a table: a failure code, and its class"),
    ("[counters]\nx = 3", "counters.x is a text"),
    ('[joins]\nname = "hunter2-?"', "joins.name is a list of texts"),
    ('[joins]\nname = ["first"]', "joins.name: there is no field `first`"),
]


@pytest.mark.parametrize(("text", "complaint"), OFF)
def test_a_profile_that_is_off_is_refused_with_its_file_and_key_and_no_value(
    text: str, complaint: str
) -> None:
    """A typing error must not change what is checked."""
    general = text if text.startswith(("extends", "=")) else f'extends = "general"\n{text}'
    with pytest.raises(RuleError) as error:
        parsed(general)
    message = str(error.value)
    assert message.startswith(f"x.toml: {complaint}") or complaint in message
    assert message.startswith("x.toml: ")
    assert SECRET not in message
    assert "\n" not in message
