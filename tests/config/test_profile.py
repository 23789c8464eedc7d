"""What a provider takes, as data."""

from __future__ import annotations

import pytest

from preflight.config import profiles
from preflight.config.profile import Limits, Profile
from preflight.core.errors import UsageError
from preflight.core.exchange import Reason
from preflight.core.names import fold
from preflight.core.types import Severity
from preflight.kinds.registry import ALL_KINDS

PROVIDERS = ("dotdigital", "experiture", "landbase", "talkvalue", "textus")
every_profile = pytest.mark.parametrize("name", ["general", *PROVIDERS])


def parsed(text: str) -> Profile:
    """A small profile."""
    return profiles.parse(f'name = "x"\ntitle = "X"\n{text}', where="x.toml")


def test_there_is_a_profile_for_each_provider_and_a_general_one_first() -> None:
    """As the command line names them."""
    assert profiles.names() == ("general", *PROVIDERS)


@every_profile
def test_a_profile_is_sound(name: str) -> None:
    """Its kinds exist, its key and joins are fields, and it says where its facts are from."""
    profile = profiles.load(name)
    assert profile.name == name
    assert profile.title
    assert {field.kind for field in profile.fields.values()} <= ALL_KINDS
    assert set(profile.key) <= set(profile.fields)
    for field, pieces in profile.joins.items():
        assert {field, *pieces} <= set(profile.fields)
    assert bool(profile.source) is (name != "general")


@every_profile
def test_no_two_fields_of_a_profile_have_a_name_in_common(name: str) -> None:
    """A header would mean the one or the other by chance."""
    owner: dict[str, str] = {}
    for field in profiles.load(name).fields.values():
        for alias in {
            fold(one) for one in (field.name, field.header or field.name, *field.aliases)
        }:
            assert owner.setdefault(alias, field.name) == field.name, alias


@every_profile
def test_every_header_and_field_name_is_matched_exactly(name: str) -> None:
    """In any case, with blanks around it, with a byte order mark in front."""
    profile = profiles.load(name)
    for field in profile.fields.values():
        for written in (field.header or field.name, field.name):
            for given in (written, written.upper(), f" {written} ", f"\ufeff{written}"):
                assert profile.match(given) == (field.name, "exact")


@pytest.mark.parametrize(
    ("header", "match"),
    [
        ("E-mail Address", ("email", "alias")),
        ("E-MAIL_ADDRESS", ("email", "alias")),
        ("Prénom", ("first_name", "alias")),
        ("Prenom", ("first_name", "alias")),
        ("pre\u0301nom", ("first_name", "alias")),
        ("Telefon-Nr", ("phone", "alias")),
        ("badge", None),
        ("", None),
        ("---", None),
    ],
)
def test_a_header_is_known_by_its_aliases_and_never_guessed(
    header: str, match: tuple[str, str] | None
) -> None:
    """Case, accents and punctuation malformed."""
    assert profiles.load().match(header) == match


def test_a_field_can_take_in_another() -> None:
    """TextUs has one phone number: a mobile is one."""
    textus = profiles.load("textus")
    assert "mobile" not in textus.fields
    assert textus.match("Mobile Phone") == ("phone", "alias")


def test_a_profile_extends_the_general_one() -> None:
    """Kinds and aliases come along; severities and limits are its own."""
    dotdigital = profiles.load("dotdigital")
    assert dotdigital.fields["email"].kind == "email"
    assert dotdigital.fields["email"].header == "Email"
    assert dotdigital.limits.bytes == 50_000_000
    assert dotdigital.required == ("email",)
    assert profiles.load("textus").required == ("name", "phone")


def test_what_the_user_gives_as_limit_counts_for_the_profiles() -> None:
    """`--max-bytes` and `--max-rows`."""
    dotdigital = profiles.load("dotdigital")
    assert dotdigital.limited(None, None) is dotdigital
    assert dotdigital.limited(100, None).limits == Limits(100, None, None, 1000)
    assert dotdigital.limited(None, 5).limits == Limits(50_000_000, 5, None, 1000)
    assert dotdigital.limited(100, None).match("Email") == ("email", "exact")


def test_the_longest_entry_of_the_severities_counts() -> None:
    """A family can be mild and one of it strict."""
    profile = parsed('[severity]\nEML = "warning"\nEML302 = "error"\nTXT = "off"\n')
    assert profile.severity("EML303", Severity.ERROR) is Severity.WARNING
    assert profile.severity("EML302", Severity.WARNING) is Severity.ERROR
    assert profile.severity("TXT701", Severity.WARNING) is None
    assert profile.severity("PHN402", Severity.ERROR) is Severity.ERROR


def test_a_reason_of_a_provider_is_known_in_any_case_and_spacing() -> None:
    """And one that is not known is nobody's guess."""
    dotdigital = profiles.load("dotdigital")
    assert dotdigital.reason("Globally  Suppressed") is Reason.SUPPRESSED
    assert dotdigital.reason("something new") is Reason.UNKNOWN


def test_a_profile_without_a_name_is_called_as_its_file_is() -> None:
    """It is what reports call it."""
    made = profiles.parse("", where="x.toml")
    assert (made.name, made.title) == ("x", "x")


def test_a_profile_that_is_not_there_is_an_error_with_those_that_are() -> None:
    """Nothing is checked against nothing."""
    with pytest.raises(UsageError, match="there are general, dotdigital"):
        profiles.load("nobody")
