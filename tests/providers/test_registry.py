from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from preflight.core.errors import MissingSecret, UsageError
from preflight.providers import registry
from preflight.providers.option import Option, did_you_mean, validated

GIVEN = {
    "dotdigital": {"address_book": "42"},
    "experiture": {},
    "landbase": {"tag_name": "Expo"},
    "talkvalue": {"source_id": "7", "mode": "SKIP"},
    "textus": {"account": "my_account"},
}


@pytest.mark.parametrize("name", registry.names())
def test_each_provider_connects_with_its_options_and_secrets(name: str, tmp_path: Path) -> None:
    """Without a call: the documented address is only kept, a tool only looked for."""
    found = registry.client(name)
    (tmp_path / "landbase-cli").touch(0o700)

    provider = registry.connect(
        name,
        options=GIVEN[name],
        environ=dict.fromkeys(found.SECRETS, "s3cret") | {"PATH": str(tmp_path)},
    )

    assert provider.name == name
    assert provider.capabilities == found.CAPABILITIES
    provider.close()


@pytest.mark.parametrize("name", registry.names())
def test_each_missing_secret_is_named(name: str) -> None:
    """The variable is what a user has to know."""
    for secret in registry.client(name).SECRETS:
        environ = {other: "s3cret" for other in registry.client(name).SECRETS if other != secret}
        with pytest.raises(MissingSecret, match=secret) as caught:
            registry.connect(name, options=GIVEN[name], environ=environ)
        assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("name", registry.names())
def test_an_address_without_tls_is_refused_by_each(name: str) -> None:
    """Credentials go over https, or stay on this machine."""
    found = registry.client(name)
    environ = dict.fromkeys(found.SECRETS, "s3cret") | {found.BASE_URL: "http://acme.test"}

    with pytest.raises(UsageError, match=found.BASE_URL):
        registry.connect(name, options=GIVEN[name], environ=environ)


@pytest.mark.parametrize("name", registry.names())
def test_each_option_says_what_it_is(name: str) -> None:
    """Help, and a default that is one of its choices; a pattern has words."""
    for option in registry.options(name):
        assert option.help
        assert not (option.required and option.default)
        assert option.default is None or option.default in (option.choices or {option.default})
        assert bool(option.pattern) is bool(option.shape)


def test_the_providers_are_the_five() -> None:
    """As the command line names them."""
    assert registry.names() == ("dotdigital", "experiture", "landbase", "talkvalue", "textus")


@pytest.mark.parametrize(
    ("name", "hint"),
    [("dotdigtal", 'did you mean "dotdigital"?'), ("TalkValue", 'did you mean "talkvalue"?')],
)
def test_a_misspelled_provider_is_guessed(name: str, hint: str) -> None:
    """The nearest name is offered."""
    with pytest.raises(UsageError) as caught:
        registry.connect(name, options={}, environ={})
    assert hint in str(caught.value)


def test_no_provider_is_imported_before_it_is_asked_for() -> None:
    """A command that sends nothing does not pay for httpx."""
    code = (
        "import sys; from preflight.providers import registry; "
        "assert registry.names(); "
        "assert not {'httpx', 'pandas', 'starlette'} & set(sys.modules)"
    )

    subprocess.run([sys.executable, "-c", code], check=True)


OPTIONS = (
    Option("book", "the book", required=True, pattern="[0-9]+", shape="digits"),
    Option("mode", "the mode", choices=("UPDATE", "SKIP"), default="SKIP"),
    Option("note", "a note"),
)


@pytest.mark.parametrize(
    ("given", "values"),
    [
        ({"book": "1"}, {"book": "1", "mode": "SKIP"}),
        ({"book": " 1 ", "mode": "", "note": " "}, {"book": "1", "mode": "SKIP"}),
        (
            {"book": "1", "mode": "UPDATE", "note": "x"},
            {"book": "1", "mode": "UPDATE", "note": "x"},
        ),
    ],
)
def test_defaults_are_filled_in(given: dict[str, str], values: dict[str, str]) -> None:
    """Blanks around a value do not count."""
    assert validated("acme", OPTIONS, given) == values


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "acme needs -O book=…: the book"),
        ({"book": " "}, "acme needs -O book=…: the book"),
        ({"book": "1x"}, "option book of acme must be digits"),
        ({"book": "٤٢"}, "option book of acme must be digits"),
        ({"book": "1\n2"}, "option book of acme must be digits"),
        (
            {"book": "1", "mode": "update"},
            'option mode of acme must be one of UPDATE, SKIP; did you mean "UPDATE"?',
        ),
        ({"book": "1", "mode": "s3cret"}, "option mode of acme must be one of UPDATE, SKIP"),
        ({"bok": "1"}, 'acme has no option "bok"; did you mean "book"? (it has book, mode, note)'),
        ({"zzz": "s3cret"}, 'acme has no option "zzz" (it has book, mode, note)'),
    ],
)
def test_what_is_off_is_named_without_its_value(given: dict[str, str], message: str) -> None:
    """The value may be a secret in the wrong place."""
    with pytest.raises(UsageError) as caught:
        validated("acme", OPTIONS, given)
    assert str(caught.value) == message


def test_nothing_is_guessed_where_nothing_is_near() -> None:
    """A wild guess helps nobody."""
    assert did_you_mean("qqq", ("book", "mode")) == ""
