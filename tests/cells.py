"""Cells for property tests: plain ones, nasty ones, and what hypothesis makes of both."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import tzinfo

import numpy as np
import pandas as pd
import phonenumbers
import pyarrow as pa
from hypothesis import strategies as st

from preflight.config import catalogue, profiles
from preflight.config.column_mapping import resolve
from preflight.config.plan import Plan
from preflight.core.types import Chunk
from preflight.rule import Rule

EMAILS = (
    "ann@kestrel-labs.com", "Ann.Bell@Kestrel-Labs.COM", "mailto:ann@kestrel-labs.com",
    "Ann Bell <ann@kestrel-labs.com>", "<ann@kestrel-labs.com>", '"ann@kestrel-labs.com"',
    "ann@kestrel-labs.com;", "ann@kestrel-labs.com,,",
    "ann@kestrel-labs.com\nbob@kestrel-labs.com", "ann@kestrel-labs.com\nbob",
    "ann\u00a0bell@kestrel-labs.com", "an\u200bn@kestrel-labs.com", "ann@xn--bcher-kva.com",
    "ANN@XN--BCHER-KVA.COM", "ann@b\u00fccher.com", "rene\u0301@kestrel-labs.com", "a@b.c",
    "ann@kestrel.test", "ann@localhost", "ann@kestrel-labs.invalid", "ann@sub.example", "@", "<>",
    ",", "mailto:", "ann@@kestrel-labs.com", "ann@kestrel-labs", "a" * 65 + "@kestrel-labs.com",
    "ann@" + "k" * 64 + ".com", "=ann@kestrel-labs.com", "+ann@kestrel-labs.com",
    "ann@kestrel-labs.com\n", "ann@\uff4bestrel.com", "ann\uff20kestrel-labs.com",
    '"ann bell"@kestrel-labs.com', "ann@[127.0.0.1]", "'ann@kestrel-labs.com'",
    "ann@kestrel--labs.com", "a--b@kestrel-labs.com", "1@2.com", "ann@1.2",
    "\u2060ann@kestrel-labs.com", "ann@kestrel-labs.com\u00ad",
    "ann@\u0646\u06cc\u200c\u0631\u0648.com", " ", "\t", "\u200b", "a\0b@kestrel-labs.com",
    "#REF!", "<<ann@kestrel-labs.com>>", "ann@kestrel-labs.com>",
    "info@kestrel-labs.com", "No-Reply@kestrel-labs.com", "test@test.com", "none@none.co.uk",
    "ann@example.com", "ann@sub.example.org", "ann@gmial.com", "ann@yahoo.co",
    "ann@kestrel-labs.con", "ann@mailinator.com", "ann@in.yopmail.com", "n/a",
    "ann@kestrel-labs.com; bob@kestrel-labs.com", "H\u0331ann@kestrel-labs.com",
)  # fmt: skip
PHONES = (
    "+14155552671", "(415) 555-2671", "415.555.2671", "4155552671", "1-415-555-2671",
    "+44 (0)20 7946 0018", "020 7946 0018", "0044 20 7946 0018", "+49 30 23125 000",
    "'+14155552671", "\u202a+14155552671\u202c", "\uff0b14155552671", "+1 415 555 2671 ext. 29",
    "415-555-2671 x2921", "1-800-FLOWERS", "call me", "+", "+1", "+999123456789", "00",
    "0000000000", "+1 415 555 267", "14155552671 or 4155552672", "'", "' ",
    "4155552671/4155552672", "+1415555267155526715", "tel:+14155552671",
    "\u0661\u0662\u0663\u0664", "1.41556E+10", "+14155552671\n", "=+14155552671", "-4155552671",
    "+39 06 698 12345", "+5491123456789", "+525512345678", "+14155552671 Ann", "Ann +14155552671",
    " ", "\u200b", "+1\u00a0415\u00a0555\u00a02671", "#####", "+80012345678",
    "+14155552671; +14155552672", "030/23125000", "1234567890", "+33333333333", "n/a", "4,4E+11",
)  # fmt: skip
STAMPS = (
    "2026-04-21T15:30:00Z", "2026-04-21T15:30:00+02:00", "2026-04-21T15:30Z",
    "2026-04-21t15:30:00z", "2026-04-21 15:30:00+02", "2026-04-21 15:30:00",
    "2026-04-21T15:30:00.123456789Z", "2026-02-30T10:00:00Z", "2024-02-29T10:00:00Z",
    "2026-02-29T10:00:00Z", "2016-12-31T23:59:60Z", "2016-12-31T22:59:60-01:00",
    "2026-04-21T15:30:60Z", "2026-04-21T24:00:00Z", "2026-04-21T15:30:00+10:60",
    "2026-04-21T15:30:00-00:00", "2026-04-21", "04/21/2026 3:30 PM", "21/04/2026 15:30",
    "03/04/2026 15:30", "3/4/2026 15:30 +02:00", "04/04/2026 15:30", "21 April 2026 15:30 UTC",
    "Tue, 21 Apr 2026 15:30:00 +0200", "April 21st, 2026 3:30 PM", "2026.04.21 15:30",
    "46133.645", "yesterday", "13:30", "2026-03-29T02:30:00", "2026-10-25T02:30:00",
    "1850-01-01T00:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:60Z",
    "9999-12-31T23:59:59-23:59", "0000-01-01T00:00:00Z", "2026-04-21T15:30:00Z\n",
    " 2026-04-21T15:30:00Z", "2026-13-01T00:00:00Z", " ", "3/4/2026 13:30 PM",
    "2026-04-21T3:30:00Z", "=2026-04-21T15:30:00Z", "1461247800", "#VALUE!",
    "2026-W17-2T15:30:00Z", "2026-111T15:30Z", "20260421T153000Z", "20260421153000",
    "2026-04-21T15:30:00,5Z", "2026-04-21 15:30:00+0200", "2026-04-21 15:30:00 UTC",
    "21.04.2026 15:30 Uhr", "21.04.26, 15:30", "4/21/26, 3:30\u202fPM", "26-04-21 15:30",
    "21 de abril de 2026, 15:30", "mardi 21 avril 2026 \u00e0 15h30", "21-APR-26 03.30.00 PM",
    "Tue Apr 21 15:30:00 CEST 2026", "Wed, 21 Apr 2026 15:30:00 +0200", "21/Apr/2026:15:30:00 Z",
    "2026-04-21T15:30+02:00[Europe/Berlin]", "2026-04-21T15:30[Europe/Berlin]",
    "2026-04-21T15:30+02:00[America/Lima]", "2026-04-21T15:30[Mars/Base]", "2026-04-21 15:30 EST",
    "2026-04-21 15:30 CEST", "2026-10-25 02:30 CET", "25/10/2026 2:30", "29/03/2026 2:30 AM",
    "10/10/2026 0:30 PM", "03/04/2026 12:00 am", "3.4/2026 15:30", "31/04/2026 15:30",
    "1461247800123", "99999.5", "26000,25", "2999-12-31T23:59:60Z", "2999-06-30 23:59:60 +02",
    "Apr 21, 2026", "04/21/2026", "2026-04-21T15:30:00\u221202:00", "2026-04-21T15:30:00+2",
)  # fmt: skip
TEXTS = (
    "Ann", "Ann Bell", " Ann", "Ann ", "Ann\u00a0Bell", "\u00a0Ann", "An\u200bn", "Ann \u200b",
    "\u200b", " ", "Jos\u00e9", "\u76f4\u6a39 \u6d5c\u7530", "\u0646\u06cc\u200c\u0631\u0648",
    "\U0001f468\u200d\U0001f4bb", "O'Brien", "O\x92Brien", "\x91", "Kestrel\nLabs",
    "Kestrel\r\nLabs", "Kestrel\tLabs", "=SUM(1)", "@ann", "-", "--", "+1", "- note", "-12.5",
    "+a", "#REF!", "#####", "#1 Shop", "#N/A", "a\0b", "\0", "\0 a", " \0", "N/A", "null", "a  b",
    "(a)", '"', '"a"', "\u2028a", "a\u2028b", "\ufeffAnn", "Ann\u200d", "\u200dAnn",
    "\u0646\u200c", "a\u200cb", "US", "Germany", "Atlantis", "\x1b[0m", "a\x07b", "\u061c", "%",
    "1\n", "test", "First Name", "Nan", "(null)", "none", "undefined", "\u2014", "ANN", "ANN-MARIE",
    "ann", "de la", "J. R.", "\u00c9LAN", "\u0141UKASZ", "Dr. Ann", "Prof Ann", "Bell PhD",
    "Bell, PhD", "Ann 2", "Ann \U0001f680", "www.kestrel-labs.com", "WWW.kestrel",
    "ann@kestrel-labs.com", "+1 415 555 2671", "+1\u00a0415\u00a0555\u00a02671", "<b>Ann</b>",
    "<3", "\u201c\u201d",
)  # fmt: skip
CELLS: dict[str, Sequence[str]] = {
    "email": EMAILS,
    "phone": PHONES,
    "timestamp": STAMPS,
    "text": TEXTS,
    "name": TEXTS,
    "country": TEXTS,
}
FIELDS = {
    "email": "email", "phone": "phone", "timestamp": "created_at", "text": "company",
    "name": "name", "country": "country",
}  # fmt: skip

_EDGES = st.sampled_from(
    [
        "",
        " ",
        "\u00a0",
        "\u200b",
        "'",
        '"',
        "<",
        ">",
        ",",
        ";",
        ".",
        "\n",
        "\t",
        "\0",
        "=",
        "+",
        "-",
    ]
)
# What UTF-8 can hold: a cell never has a lone surrogate.
_ANYTHING = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def cells(kind: str) -> st.SearchStrategy[str]:
    """Cells of a kind: known ones, with something around or put into them, and anything at all."""
    known = st.sampled_from(CELLS[kind])
    around = st.builds(lambda a, b, c: a + b + c, _EDGES, known, _EDGES)
    within = st.builds(
        lambda text, at, new: text[: at % (len(text) + 1)] + new + text[at % (len(text) + 1) :],
        known,
        st.integers(0, 40),
        _EDGES | st.characters(exclude_categories=["Cs"]),
    )
    both = st.builds(lambda a, b: a + b, known, known)
    return known | around | within | both | _ANYTHING


def plan_for(
    *fields: str,
    profile: str = "general",
    required: bool = False,
    unsafe: bool = False,
    region: str | None = None,
    timezone: tzinfo | None = None,
    rules: Sequence[Rule] | None = None,
) -> Plan:
    """A plan over columns that are named as the fields are, with all rules or just some."""
    known = profiles.load(profile)
    columns = resolve(fields, known)
    if required:
        columns = tuple(dataclasses.replace(one, required=True) for one in columns)
    chosen = catalogue.choose(catalogue.builtin(), known)
    if rules is not None:
        chosen = {rule.code: rule for rule in (*rules, chosen["SCH002"])}
    return Plan(known, columns, chosen, region, timezone, unsafe)


def chunk_of(*columns: Sequence[str]) -> Chunk:
    """A chunk of well-formed records, from its columns."""
    count = len(columns[0])
    table = pa.table(
        {
            str(at): pa.chunked_array([pa.array(list(one), pa.string())])
            for at, one in enumerate(columns)
        }
    )
    rows = np.arange(1, count + 1, dtype=np.int64)
    malformed = pd.DataFrame(
        {
            "row": np.empty(0, np.int64), "line": np.empty(0, np.int64),
            "flaw": np.empty(0, object), "fields": np.empty(0, np.int64),
            "expected": np.empty(0, np.int64),
            "lines": np.empty(0, np.int64), "offset": np.empty(0, np.int64),
            "raw": np.empty(0, object),
        }
    )  # fmt: skip
    return Chunk(table, rows, rows + 1, malformed)


def numbers() -> list[str]:
    """An example of each calling code, region and type, in E.164, from the library's metadata."""
    found = {}
    for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items():
        for region in regions:
            for kind in range(11):
                number = (
                    phonenumbers.example_number_for_non_geo_entity(code)
                    if region == "001"
                    else phonenumbers.example_number_for_type(region, kind)
                )
                if number is not None:
                    found[
                        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
                    ] = region
    return list(found)
