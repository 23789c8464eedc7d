"""`preflight split`: cuts and changes nothing."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.calls import EXPORTS, SHOW, Call, clean_rows_of, contacts, rows_of


def test_each_part_has_the_header_and_cells_stay_as_they_are(call: Call, here: Path) -> None:
    text = "E-Mail,Note\n ann@kestrel-labs.com , x \nnot an address,\nbo@kestrel-labs.com,y\n"
    (here / "a.csv").write_text(text)
    told = call("split", "a.csv", "--max-rows", "2")
    parts = here / "a.preflight" / "parts"
    assert told.code == 0
    assert (parts / "0001.csv").read_text() == "".join(text.splitlines(keepends=True)[:3])
    assert (parts / "0002.csv").read_text() == "E-Mail,Note\nbo@kestrel-labs.com,y\n"
    assert "a.preflight/parts/0002.csv  1 row, " in told.out


@pytest.mark.slow
def test_the_manifest_and_the_books_are_what_stands_in_the_parts(call: Call, here: Path) -> None:
    """A malformed record is no row of a part: it is rejected, and counted."""
    told = call("split", SHOW / "expo-utf16.csv", "--max-rows", "1000", "-o", "out")
    manifest = json.loads((here / "out" / "manifest.json").read_text())
    assert [part["rows"] for part in manifest["parts"]] == [1000, 1000, 457]
    for part in manifest["parts"]:
        data = (here / "out" / part["file"]).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (part["bytes"], part["sha256"])
    rejected = rows_of(here / "out" / "rejects.csv")
    assert told.code == 1
    assert f"= 2,457 clean + {len(rejected)} rejected + 6 dropped" in told.out
    report = json.loads((here / "out" / "report.json").read_text())
    assert report["files"][0]["books"]["clean"] == len(clean_rows_of(here / "out"))


def test_the_limit_is_the_providers_where_none_is_given(call: Call, here: Path) -> None:
    (here / "a.csv").write_text(contacts(3))
    assert call("split", "a.csv", "--for", "dotdigital").code == 0
    assert [path.name for path in (here / "a.preflight" / "parts").iterdir()] == ["0001.csv"]


def test_a_second_split_replaces_parts_that_nobody_changed(call: Call, here: Path) -> None:
    file, out = SHOW / "badges-cp1252.csv", ("-o", "out")
    first = call("split", file, *out, *EXPORTS["badges-cp1252.csv"])
    assert first.code == 1
    assert call("split", file, *out, *EXPORTS["badges-cp1252.csv"]).code == 1
    (here / "out" / "parts" / "0001.csv").write_text("email\n")
    told = call("split", file, *out)
    assert (told.code, "parts/0001.csv was changed since preflight wrote it" in told.err) == (
        2,
        True,
    )
