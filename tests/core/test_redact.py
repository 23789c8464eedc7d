from __future__ import annotations

import base64
import html
import json
import re
from urllib.parse import quote, quote_plus

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.core.redact import SECRET, mask, visible


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        pytest.param("Email ann@example.com is bad", "Email [email] is bad", id="plain"),
        pytest.param("no such user: alice@@acme.com.", "no such user: [email]", id="broken"),
        pytest.param("o'brien@example.com", "[email]", id="apostrophe"),
        pytest.param('"ann smith"@example.com', "[email]", id="quoted local part"),
        pytest.param("Ann <ann@example.com>, twice", "Ann <[email]>, twice", id="angle brackets"),
        pytest.param("ann%40example.com", "[email]", id="percent-encoded"),
        pytest.param("ann＠example.com", "[email]", id="fullwidth at"),
        pytest.param(r"ann\u0040example.com", "[email]", id="escaped"),
        pytest.param("call +1 (415) 555-2671 now", "call [number] now", id="phone"),
        pytest.param("41.55.55.26.71", "[number]", id="dotted phone"),
        pytest.param("٠١٢٣٤٥٦٧", "[number]", id="digits of another script"),
        pytest.param(
            "see https://ann:pw@host/a", "see https://host/a", id="password in an address"
        ),
        pytest.param("GET /v2/contacts?name=ann failed", "GET /v2/contacts?… failed", id="query"),
        pytest.param("sent Bearer abc1-def_2.x", "sent Bearer [secret]", id="bearer"),
        pytest.param('{"api_key": "k9-abcdefgh"}', '{"api_key": "[secret]"}', id="key in JSON"),
        pytest.param("X-Amz-Signature=0123abcdef&x", "X-Amz-Signature=[secret]&x", id="signature"),
        pytest.param("eyJhbGciOiJS.eyJzdWIi.c2ln is old", "[secret] is old", id="JWT"),
        pytest.param(
            "session lbs_Zq81kk02 ended", "session [secret] ended", id="session of a tool"
        ),
    ],
)
def test_what_could_name_a_person_is_masked(text: str, masked: str) -> None:
    """An address, a phone number, a password and a query string are each replaced by a word."""
    assert mask(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("row 12 of 400000 has 3 fields, HTTP 400", id="small numbers"),
        pytest.param("import af4ac4bc-e1e7-4817-8a66-73fb59e91ce6 is gone", id="guid"),
        pytest.param("12345678-1234-1234-1234-123456789012", id="guid of digits"),
        pytest.param("what? yes!", id="question mark"),
        pytest.param("ERROR_IMPORT_TOOMANYACTIVEIMPORTS", id="code"),
        pytest.param("Bearer authentication failed", id="bearer without a token"),
        pytest.param("Invalid token: expired", id="token without one"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_names_nobody_stays(text: str) -> None:
    """Counts, codes and the ids of jobs are what a reader of a log needs."""
    assert mask(text) == text


def test_secrets_are_masked_whatever_they_look_like() -> None:
    """A secret that holds another one is masked whole; an empty one masks nothing."""
    assert mask("Bearer abc-def, abc", ["", "abc", "abc-def"]) == "Bearer [secret], [secret]"


SECRETS = ('p"w&d/ä+%41 x', "k9.Zq-81/kk02==", "eyJhbGciOiJSUzI1NiJ9-rest-of-it")


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_masked_in_every_way_in_which_it_is_repeated(secret: str) -> None:
    """Percent-encoded, as HTML or JSON writes it, in base64, and in another case."""
    for form in (
        secret,
        secret.upper(),
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        html.escape(secret),
        json.dumps(secret),
        base64.b64encode(secret.encode()).decode(),
        base64.urlsafe_b64encode(secret.encode()).decode(),
    ):
        assert form.strip('"=') not in mask(f"your {form} is bad", [secret])


@given(st.integers(8, 31), st.text(alphabet="a[ .x"))
def test_the_beginning_of_a_secret_that_was_cut_off_is_masked(length: int, after: str) -> None:
    secret = "Xq7-tail-0123456789-abcdefghijkl"
    told = mask(f"no such token {secret[:length]} {after}", [secret])
    assert told.startswith(f"no such token {SECRET}")
    assert "Xq7" not in told


def test_what_cannot_be_seen_is_shown() -> None:
    """On one line, without a colour, a bell, another direction or half a character."""
    assert visible("a\x1b[2J\nb\u202e\x9b\udc80ä") == "a\\x1b[2J\\nb\\u202e\\x9b\\udc80ä"
    assert visible("nothing odd: ünder ☃") == "nothing odd: ünder ☃"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::boom", r":\x3aerror::boom"),
        ("  ::stop-commands::x", r"  :\x3astop-commands::x"),
        ("a ##[error]boom", r"a #\x23[error]boom"),
        ("##vso[task.setvariable]", r"#\x23vso[task.setvariable]"),
        ("##teamcity[x]", r"#\x23teamcity[x]"),
        ("std::vector, ## heading, C##", "std::vector, ## heading, C##"),
    ],
)
def test_nothing_is_a_command_to_the_runner_of_a_workflow(text: str, shown: str) -> None:
    assert visible(text) == shown
    assert visible(shown) == shown


@given(st.emails(), st.text(), st.text())
def test_no_address_survives_in_any_surroundings(email: str, before: str, after: str) -> None:
    """Whatever stands around it, the address itself is gone."""
    assert email not in mask(f"{before} {email} {after}")


def test_no_phone_number_of_any_region_survives() -> None:
    """Each way in which the library writes a number of seven or more digits is masked."""
    formats = phonenumbers.PhoneNumberFormat
    for region in phonenumbers.SUPPORTED_REGIONS:
        number = phonenumbers.example_number(region)
        assert number is not None
        for form in (formats.E164, formats.INTERNATIONAL, formats.NATIONAL, formats.RFC3966):
            written = phonenumbers.format_number(number, form)
            if len(re.findall(r"\d", written)) >= 7:
                assert not re.search(r"\d", mask(f"phone {written} is no good")), written


_PIECES = (
    *'ab1 9@%40"<>/:?=.-()[]#&;\n',
    "token",
    "Bearer ",
    "secret",
    "password: ",
    "eyJabcdefgh1",
)


@given(st.lists(st.sampled_from(_PIECES)).map("".join))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    """A message may pass the filter at more than one door."""
    once = mask(text)

    assert mask(once) == once


@pytest.mark.slow
@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    "text", ["a", "1", '"', "1 ", "a?", "/", "://", '"@', "token=", "Bearer a", "eyJ."]
)
def test_a_hostile_message_is_masked_before_the_test_times_out(text: str) -> None:
    """The time grows with the length of the text, not with its square."""
    secrets = ["a" * 24, "1" * 20]
    masked = mask(text * 200_000, secrets)
    assert [secret for secret in secrets if secret in masked] == []
