"""What the stand-ins take for a CSV and for an address, and the magic values."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.providers.sandbox.app import MAGIC, ROUTES, STAND_INS
from preflight.providers.sandbox.judge import Judge, Magic, NotCsvError, is_address, records


@pytest.mark.parametrize(
    "text",
    [
        "ann@some-company.com",
        "Ann.B+tag@mail.some-company.co.uk",
        "_o'hara@x9.io",
        "josé@münchen.de",
        "a" * 64 + "@x.de",
    ],
)
def test_a_plain_address_is_taken(text: str) -> None:
    """Plain, tagged, accented and long ones."""
    assert is_address(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ann",
        "ann@localhost",
        "ann@@some-company.com",
        " ann@some-company.com",
        "ann@some-company.com\n",
        "ann b@some-company.com",
        ".ann@some-company.com",
        "ann.@some-company.com",
        "a..b@some-company.com",
        "ann@-some.com",
        "ann@some-.com",
        "ann@some..com",
        "ann@1.2.3.4",
        "a" * 65 + "@x.de",
        "a@" + "b" * 64 + ".de",
        "a@" + ".".join(["b" * 50] * 5) + ".de",
    ],
)
def test_what_is_no_address_is_refused(text: str) -> None:
    """Each breaks one rule of an address."""
    assert not is_address(text)


@given(st.text())
def test_any_text_is_judged(text: str) -> None:
    """No text upsets the judge, and no address holds a blank."""
    if is_address(text):
        assert text == text.strip()
        assert text.count("@") == 1


def test_records_keep_quoted_line_breaks_and_skip_blank_lines() -> None:
    """A blank line takes no number; a quoted one does not end its record."""
    body = b'\xef\xbb\xbfEmail,Note\r\n\r\na@b.co,"two\r\nlines"\r\n'
    assert list(records(body)) == [["Email", "Note"], ["a@b.co", "two\r\nlines"]]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\n\n",
        b"%PDF-1.7 Email",
        b"PK\x03\x04rest",
        b"<html>",
        b'{"Email": 1}',
        b"Email\na\0@b.co\n",
        b"Email\n\xff\n",
        b'Email\n"never closed\n',
        b'Email\n"a"b\n',
    ],
)
def test_what_is_no_csv_is_refused(body: bytes) -> None:
    """Empty, foreign, undecodable and badly quoted bytes."""
    with pytest.raises(NotCsvError):
        list(records(body))


JUDGES = {stand.name: Judge(stand.magic) for stand in STAND_INS}


@pytest.mark.parametrize(("name", "magic"), [m for m in MAGIC if m[1].where == "local part"])
def test_a_magic_local_part_has_its_effect(name: str, magic: Magic) -> None:
    """Alone or before a sign, in any case; not as the beginning of a longer word."""
    judge = JUDGES[name]
    for rest in ("", ".anna", "+anna", "-anna", "7"):
        assert judge.effect(f"{magic.match.title()}{rest}@some-company.com") == magic.effect
    assert judge.effect(f"{magic.match}ly@some-company.com") is None


@pytest.mark.parametrize(("name", "magic"), [m for m in MAGIC if m[1].where == "domain"])
def test_a_magic_domain_has_its_effect(name: str, magic: Magic) -> None:
    """By how the domain begins."""
    assert JUDGES[name].effect(f"anna@{magic.match}Mail.com") == magic.effect


def test_an_ordinary_address_has_no_effect() -> None:
    """Most rows are just imported."""
    assert JUDGES["dotdigital"].effect("anna@some-company.com") is None


def test_the_table_of_magic_values_is_free_of_clashes() -> None:
    """Every value stands once for its provider, and every provider has a stand-in."""
    keys = [(name, magic.where, magic.match) for name, magic in MAGIC]
    assert len(keys) == len(set(keys))
    assert {name for name, _ in MAGIC} == set(ROUTES)
