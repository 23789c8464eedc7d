"""The search finds what it is for: a test that cannot fail would prove nothing."""

from __future__ import annotations

import base64
import gzip
import html
import io
import json
from pathlib import Path
from urllib.parse import quote

import pandas as pd
import pytest

from tests.canaries.planted import (
    ENVIRON,
    PHONES,
    secret_forms,
    secrets_in,
    values_in,
    values_may_stand,
)

SECRET = ENVIRON["DOTDIGITAL_API_PASSWORD"]
FORMS = secret_forms(ENVIRON.values())


@pytest.mark.parametrize(
    "data",
    [
        SECRET.encode(),
        SECRET.upper().encode(),
        SECRET.encode("utf-16"),
        quote(SECRET, safe="").encode(),
        html.escape(SECRET).encode(),
        json.dumps(SECRET).encode(),
        base64.b64encode(SECRET.encode()),
        base64.b64encode(f"{ENVIRON['DOTDIGITAL_API_USER']}:{SECRET}".encode()),
        base64.b64encode(b"xx" + SECRET.encode() + b"yy"),
        gzip.compress(SECRET.encode(), mtime=0),
    ],
)
def test_a_secret_is_found_however_it_is_written(data: bytes) -> None:
    assert secrets_in(b"<< " + data + b" >>" if data[:2] != b"\x1f\x8b" else data, FORMS)
    assert not secrets_in(b"nothing of the kind, 5ecret", FORMS)


def test_a_cell_is_found_however_it_is_written() -> None:
    packed = io.BytesIO()
    pd.DataFrame({"a": ["Zqname7x"]}).to_feather(packed, compression="zstd")
    phone = PHONES[0]
    for data in (
        b"Ann ZQNAME7X Quokka",
        "zqname7x".encode("utf-16-le"),
        base64.b64encode(b"..zqname7x.."),
        packed.getvalue(),
        f"+1 ({phone[:3]}) {phone[3:6]}-{phone[6:]}".encode(),
    ):
        assert values_in(data), data
    assert not values_in(b"zqname, 7x, 4155551234, a name")


def test_values_stand_in_files_for_them_alone(tmp_path: Path) -> None:
    for name, meant in {
        "people.preflight/clean.csv": True,
        "people.preflight/report.json": False,
        "state/ledger.sqlite-wal": False,
        "state/sources/0a1b": True,
        "out-1/parts/0001.csv": True,
        "out-1/manifest.json": False,
        "tmp/preflight-bug-1.log": False,
        "argv.txt": False,
    }.items():
        assert values_may_stand(tmp_path / name, tmp_path) is meant, name
