"""What is planted, where it may turn up, and the search for it.

Every secret and every cell of a contact that these tests use can be told from any other text: a
secret holds `5ecr3t`, a cell a word like `zqname7x` or a phone number of `PHONES`.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import html
import io
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import quote, quote_plus

import pandas as pd

ENVIRON = {
    "DOTDIGITAL_API_USER": "apiuser-5ecr3t-77@apiconnector.com",
    "DOTDIGITAL_API_PASSWORD": 'Pw+5ecr3t/&"d%41=x',
    "EXPERITURE_API_KEY": "xp_5ecr3t.aGVsbG8td29ybGQ_-0123456789",
    "TEXTUS_API_TOKEN": "tx-5ecr3t-0123456789abcdef",
    "TALKVALUE_TOKEN": "tv-5ecr3t/0123456789+abcdef==",
    "LANDBASE_API_KEY": "lbk_5ecr3tsession0123456789",
    "PREFLIGHT_TOKEN_KEY": "tk-5ecr3t-0123456789abcdef",
    "PREFLIGHT_BASELINE_KEY": "bk-5ecr3t-0123456789abcdef",
    "PREFLIGHT_API_TOKEN": "pf-5ecr3t-of-nothing-we-know",
}
"""The secrets of the environment: the providers', a tool's own, and one there by mistake."""

VALUE = re.compile(r"zq[a-z]+[0-9]+x")
# The number of our documentation, 415 555 2671, is nobody's.
PHONES = tuple(f"415555{number}" for number in range(2672, 2700))
HEADER = ("Email", "Full Name", "Phone", "Note", "Registered")
GOOD = "2026-04-21T15:30:00Z"


def person(number: int, local: str = "", **cells: str) -> dict[str, str]:
    """The cells of one contact, each a canary."""
    phone = PHONES[number % len(PHONES)]
    return {
        "Email": f"{local}zqmail{number}x@kestrel-labs.com",
        "Full Name": f"Zqname{number}x Quokka",
        "Phone": f"+1{phone}",
        "Note": f"likes zqnote{number}x, a lot",
        "Registered": GOOD,
    } | {name.replace("_", " "): cell for name, cell in cells.items()}


GOODS = [person(1), person(2), person(3, "failure."), person(4, "suppressed+")]
BADS = [
    person(11, Email="zqmail11x@@kestrel"),
    person(12, Phone="call 415-555-2683 zqphone12x"),
    person(13, Email=" ZQMAIL13X@kestrel-labs.con"),
    person(14, Full_Name="Zqname14x ZoÃ«"),
    person(15, Note='=HYPERLINK("http://zqnote15x")'),
    person(16, Registered="31/02/2026 zqdate16x"),
    person(17, Note="zqnote17x\u200b &amp; <b>"),
    person(18, Email="zqmail1x@kestrel-labs.com"),
    person(19, Full_Name="zqname19x" + "y" * 300),
    person(20, Email="", Phone=""),
]
RAGGED = "zqragged21x,only two\nzqragged22x@kestrel-labs.com,a,b,c,d,e,f,zqragged23x\n"


def table(rows: Iterable[dict[str, str]], header: Iterable[str] = HEADER, tail: str = "") -> str:
    """The rows as CSV."""
    lines = [list(header), *([row[name] for name in HEADER] for row in rows)]
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in line) for line in lines]
    return "\n".join(quoted) + "\n" + tail


NEVER = ("report.json", "manifest.json", "*.log", "ledger.sqlite*", "*.py", "*.toml")


def values_may_stand(path: Path, root: Path) -> bool:
    """Whether a file is meant to hold cells."""
    inner = path.relative_to(root)
    if inner.name == "report.html" and path.exists():
        return b"This page shows values of contacts" in path.read_bytes()
    if inner.parts[0] != "planted" and any(inner.match(name) for name in NEVER):
        return False
    folders = inner.parts[:-1]
    meant = {"planted", "sources", "reports", "verdicts", "corrections", "parts"}
    if any(one in meant or one.endswith(".preflight") or one.startswith("out-") for one in folders):
        return True
    return inner.name.startswith(("sandbox.sqlite", "shown-"))


def _forms(secret: str) -> set[bytes]:
    raw = secret.encode()
    texts = {
        secret,
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        html.escape(secret),
        json.dumps(secret)[1:-1],
    }
    packed = {base64.b64encode(raw), base64.urlsafe_b64encode(raw)}
    return {text.encode() for text in texts} | {one.rstrip(b"=") for one in packed}


def secret_forms(secrets: Iterable[str]) -> set[bytes]:
    """Every way in which a secret may have been written, folded to lower case."""
    user, password = (ENVIRON[f"DOTDIGITAL_API_{name}"] for name in ("USER", "PASSWORD"))
    forms = {form for secret in secrets for form in _forms(secret)}
    forms.add(base64.b64encode(f"{user}:{password}".encode()).rstrip(b"="))
    return {form.lower() for form in forms}


_SAFE = bytes.maketrans(b"-_", b"+/")


def readings(data: bytes) -> Iterator[bytes]:
    """The bytes in lower case, and what is packed in them: two bytes a character, base64, gzip."""
    yield data.lower()
    yield data.replace(b"\0", b"").lower()
    if data[:2] == b"\x1f\x8b":
        yield gzip.decompress(data).lower()
    if data[:6] == b"ARROW1":
        yield pd.read_feather(io.BytesIO(data)).to_csv().encode().lower()
    runs = re.findall(rb"[A-Za-z0-9+/_-]{16,}", data.translate(_SAFE))
    for start in range(4):
        even = [run[start : start + (len(run) - start) // 4 * 4] for run in runs]
        yield b" ".join(map(binascii.a2b_base64, even)).lower()


def secrets_in(data: bytes, forms: Iterable[bytes]) -> list[str]:
    """The secrets that stand in some bytes, however they are written."""
    known = {*forms, b"5ecr3t"}
    return sorted({form.decode() for read in readings(data) for form in known if form in read})


def values_in(data: bytes) -> list[str]:
    """The cells that stand in some bytes, however they are written."""
    found = set[str]()
    for read in readings(data):
        text = read.decode("utf-8", "replace")
        found |= set(VALUE.findall(text))
        digits = re.sub(r"(?<=\d)[ ().-]{1,2}(?=\d)", "", text)
        found |= {phone for phone in PHONES if phone in digits}
    return sorted(found)
