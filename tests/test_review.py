"""Names and addresses of real kinds, of many countries: who is let be, and who is not."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import cast

import pandas as pd
import pyarrow as pa
import pytest

from preflight.config import catalogue
from preflight.linting.pandera_checks import ColumnChecks
from preflight.rule import Rule
from tests.cells import plan_for

RULES = catalogue.builtin()
FIELDS = {"email": "email", "name": "last_name", "text": "company"}


def reported(code: str, *values: str) -> list[str]:
    """The values that a rule reports, and that its triage lets through to it."""
    rule = RULES[code]
    kind = next(kind for kind in FIELDS if kind in rule.kinds)
    plan = plan_for(FIELDS[kind], rules=[rule])
    checks = ColumnChecks(plan.columns[0], plan)
    seen = pd.Series(values, dtype="str")
    suspects = checks.suspects(pa.chunked_array([pa.array(values, pa.string())]))
    failed = checks.failed(rule, checks.prepare(seen))
    assert not (failed & ~suspects).any(), "the triage passes what the rule would report"
    return [value for value, bad in zip(values, failed, strict=True) if bad]


def fixed(code: str, value: str) -> str:
    """What a rule's fix makes of a value."""
    rule: Rule = RULES[code]
    plan = plan_for("last_name" if "name" in rule.kinds else "email", rules=[rule])
    checks = ColumnChecks(plan.columns[0], plan)
    return str(checks.fixed(rule, checks.prepare(pd.Series([value], dtype="str")))[0])


REAL_DOMAINS = """
gmail.com googlemail.com yahoo.com yahoo.co.uk yahoo.fr yahoo.de yahoo.co.jp yahoo.com.br
ymail.com rocketmail.com hotmail.com hotmail.co.uk hotmail.fr hotmail.it live.com live.co.uk
msn.com outlook.com outlook.de outlook.fr icloud.com me.com mac.com aol.com gmx.de gmx.net
gmx.at gmx.com web.de t-online.de freenet.de posteo.de mail.com email.com mail.de email.de
mail.ru yandex.ru bk.ru inbox.lv seznam.cz email.cz wp.pl o2.pl onet.pl interia.pl free.fr
orange.fr wanadoo.fr laposte.net sfr.fr libero.it virgilio.it tin.it alice.it uol.com.br
bol.com.br terra.com.br qq.com 163.com 126.com naver.com daum.net hanmail.net rediffmail.com
zoho.com fastmail.com hey.com proton.me protonmail.com pm.me tutanota.com bluewin.ch telenet.be
ziggo.nl kpn.nl telia.com comcast.net verizon.net att.net sbcglobal.net bigpond.com shaw.ca
rogers.com cloud.com gail.com gmal.com hotmaid.com confidence.co telecom.om kestrel.co
kestrel.cm lookout.com
""".split()  # noqa: SIM905


def test_no_real_domain_is_a_slip_of_another() -> None:
    assert reported("EML305", *(f"ann@{domain}" for domain in REAL_DOMAINS)) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("slip", "right"),
    [
        ("gmial.com", "gmail.com"), ("gmai.com", "gmail.com"), ("gnail.com", "gmail.com"),
        ("gmaill.com", "gmail.com"), ("gmail.co", "gmail.com"), ("gmail.con", "gmail.com"),
        ("mgail.com", "gmail.com"), ("gmailk.com", "gmail.com"), ("gmial.con", "gmail.com"),
        ("hotmial.fr", "hotmail.fr"), ("hotmal.co.uk", "hotmail.co.uk"), ("yaho.de", "yahoo.de"),
        ("yahooo.com", "yahoo.com"), ("yahoo.cm", "yahoo.com"), ("outlok.com", "outlook.com"),
        ("iclould.com", "icloud.com"), ("protonmial.com", "protonmail.com"),
        ("kestrel-labs.con", "kestrel-labs.com"), ("kestrel.xom", "kestrel.com"),
    ],
)  # fmt: skip
def test_a_slip_is_reported_and_fixed_on_request(slip: str, right: str) -> None:
    assert reported("EML305", f"ann@{slip}") == [f"ann@{slip}"]
    assert fixed("EML305", f"Ann@{slip}") == f"Ann@{right}"


def test_roles_of_many_languages_are_told_and_people_are_let_be() -> None:
    roles = [
        "info", "sales", "no-reply", "no_reply", "noreply", "donotreply", "vertrieb", "ventas",
        "contato", "verkoop", "kundtjanst", "info+fair", "accueil", "biuro", "mailer-daemon",
    ]  # fmt: skip
    people = [
        "ann", "mail", "hello", "me", "hr", "it", "pr", "price", "bishop", "info.ann", "anninfo",
        "order", "steve.jobs", "hope", "legal.eagle", "norepl", "ann+info", "service.ann",
    ]  # fmt: skip
    assert reported("EML306", *(f"{one}@kestrel-labs.com" for one in roles)) == [
        f"{one}@kestrel-labs.com" for one in roles
    ]
    assert reported("EML306", *(f"{one}@kestrel-labs.com" for one in people)) == []


def test_placeholders_are_told_and_addresses_like_them_are_let_be() -> None:
    odd = [
        "test@test.com", "test@test.de", "none@none", "n/a", "a@example.com", "user@domain.com",
        "your.email@company.com", "asdf@asdf.com", "foo@bar.com", "nobody@unknown.org", "keine",
        "test@email.com", "ann@mail.example.org", "name@domain.com",
    ]  # fmt: skip
    fine = [
        "ann@test.de", "test@kestrel-labs.com", "info@domain.de", "test.ann@gmail.com",
        "nobody@gmail.com", "none@gmail.com", "a@b.co", "ann@example-labs.com", "abc@test.de",
        "email@kestrel-labs.com", "ann@domain.com", "null@kestrel-labs.com", "ann@myexample.com",
    ]  # fmt: skip
    assert reported("EML310", *odd) == odd
    assert reported("EML310", *fine) == []


PEOPLE = [
    "Ann", "O'Brien", "MacDonald", "McDonald", "van der Berg", "Van der Berg", "de la Cruz",
    "de la", "Ng", "Li", "Xu", "LI", "JJ", "J. R.", "Jean-Luc", "D'Angelo", "ibn Said", "bin",
    "García Márquez", "Łukasz", "Žižek", "Ødegård", "Þór", "Nguyễn", "Şahin", "İnan", "Иван",
    "Петрова", "Γιώργος", "გიორგი", "直樹", "浜田", "김", "محمد", "דוד", "สมชาย", "राम", "Հայկ",
    "III", "Pike Jr.", "Pike III", "Smith 3rd", "Nan", "Null", "Fake", "Don", "Ma", "Md Rahman",
    "Madonna", "Sir", "M. Night", "X", "de", "von", "al-Rashid", "Tester", "Unknownova",
    "Noneva", "Abbé",
]  # fmt: skip


@pytest.mark.parametrize("code", ["NAM602", "NAM603", "NAM604", "NAM605"])
def test_names_of_many_peoples_are_let_be(code: str) -> None:
    assert reported(code, *PEOPLE) == []


def test_names_that_are_none_are_told() -> None:
    assert reported("NAM602", "test", "Test", "NULL", "nan", "unbekannt", ".", "N/A", "FAKE") == [
        "test", "Test", "NULL", "nan", "unbekannt", ".", "N/A", "FAKE",
    ]  # fmt: skip
    assert reported("NAM604", "SMITH", "smith", "ИВАН", "ŁUKASZ", "van der berg", "ΓΙΩΡΓΟΣ") == [
        "SMITH", "smith", "ИВАН", "ŁUKASZ", "van der berg", "ΓΙΩΡΓΟΣ",
    ]  # fmt: skip
    decorated = ["Dr. Ann", "Mme Bell", "Bell, MD", "Bell PhD", "Ing. Bell", "Bob 2"]
    assert reported("NAM605", *decorated) == decorated


@pytest.mark.parametrize(
    ("name", "calm"),
    [
        ("SMITH III", "Smith III"), ("O'BRIEN", "O'Brien"), ("VAN DER BERG", "Van der Berg"),
        ("mcdonald", "McDonald"), ("anne-marie", "Anne-Marie"), ("IŞIK ŞAHİN", "IŞIK ŞAHİN"),
        ("GARCÍA DE LA CRUZ", "García de la Cruz"), ("иванов", "Иванов"), ("MC", "Mc"),
    ],
)  # fmt: skip
def test_capitals_are_written_where_they_most_likely_belong(name: str, calm: str) -> None:
    assert fixed("NAM604", name) == calm


def test_mark_up_is_html_and_not_whatever_stands_in_brackets() -> None:
    fine = [
        "Ann <North>",
        "<John Smith>",
        "Bell <3 Labs",
        "a < b > c",
        "Pike & Sons",
        "AT&T;",
        "<1>",
    ]
    odd = [
        "<b>Ann</b>",
        "<SCRIPT src=x>",
        "<a href='x'>",
        "Smith &amp; Sons",
        "<br/>",
        "O&#39;Brien",
    ]
    assert reported("SEC902", *fine) == []
    assert reported("SEC902", *odd) == odd


def test_a_town_and_a_name_are_not_words_for_nothing() -> None:
    assert reported("TXT705", "Nan", "Null", "Nantes", "NA") == []
    assert reported("TXT705", "NULL", "nan", "N/A", "None", "-", "#N/A") == [
        "NULL", "nan", "N/A", "None", "-", "#N/A",
    ]  # fmt: skip


def test_the_names_of_the_services_fit_no_slip_of_them() -> None:
    """Else every address of theirs would be looked at twice."""
    suspects = RULES["EML305"].suspects
    assert callable(suspects)
    pattern = re.compile(cast("Callable[[], str]", suspects)())
    assert not any(pattern.search(f"@{domain}") for domain in ("gmail.com", "yahoo.co.uk"))
