"""Configs, archives and files that are made to exhaust whoever reads them."""

from __future__ import annotations

import csv
import gzip
import re
import time
import zipfile
from pathlib import Path

import pytest

from preflight.reading import source, workbook
from tests.calls import Call, contacts, rows_of


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (".".join(["a"] * 50_000) + " = 1", "a key of over 100 parts"),
        ("[" + " . ".join(['"a"'] * 50_000) + "]\nx = 1", "a key of over 100 parts"),
        ("x = " + "[" * 10_000 + "]" * 10_000, "nested too deeply"),
        ("x = " + "{a=" * 10_000 + "1" + "}" * 10_000, "nested too deeply"),
        ("x = " + "9" * 50_000, "too long a number"),
        ("x = '" + "a" * (2 << 20) + "'", "has over 1,048,576 bytes"),
    ],
)
def test_a_config_that_cannot_be_meant_is_one_line(
    call: Call, here: Path, content: str, said: str
) -> None:
    Path("in.csv").write_text(contacts(1))
    Path("preflight.toml").write_text(content)
    told = call("check", "in.csv")
    assert (told.code, told.out) == (2, "")
    assert said in told.err
    assert told.err.count("\n") == 1


def test_an_archive_that_unpacks_to_far_more_than_its_size_is_one_line_and_spoils_no_other(
    call: Call, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(source, "_HARMLESS", 1 << 20)
    monkeypatch.setattr(workbook, "_HARMLESS", 1 << 20)
    table, bomb = contacts(2).encode(), contacts(1).encode() + b"\n" * (2 << 20)
    Path("good.csv").write_bytes(table)
    Path("bomb.csv.gz").write_bytes(gzip.compress(bomb))
    for name, member in (("bomb.zip", "a.csv"), ("bomb.xlsx", "xl/workbook.xml")):
        with zipfile.ZipFile(name, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(member, bomb)
    for name in ("bomb.csv.gz", "bomb.zip", "bomb.xlsx"):
        told = call("check", name)
        assert (told.code, told.out) == (2, "")
        assert "times its size" in told.err
    told = call("check", ".")
    assert told.code == 2
    assert "good.csv: 2 rows" in told.out
    assert told.err.count("times its size") == 3


def test_a_damaged_archive_in_a_folder_is_a_finding_about_it(call: Call, here: Path) -> None:
    Path("good.csv").write_text(contacts(2))
    Path("broken.zip").write_bytes(b"PK\x03\x04 no archive")
    told = call("check", ".")
    assert (told.code, told.err) == (1, "")
    assert "good.csv: 2 rows, 0 errors" in told.out
    assert "broken.zip: 0 rows, 1 error" in told.out
    assert "FIL002 this is a damaged or encrypted ZIP archive" in told.out


def test_blank_lines_above_a_table_cost_next_to_nothing(call: Call, here: Path) -> None:
    """More of them than are read at a time; each took 50 microseconds, and was read many times."""
    Path("in.csv").write_text("\r\n" * 600_000 + contacts(2))
    before = time.process_time()
    told = call("check", "in.csv")
    assert time.process_time() - before < 30
    assert "header on line 600001" in told.out


@pytest.mark.slow
def test_no_formula_reaches_a_spreadsheet_and_every_one_comes_back(call: Call, here: Path) -> None:
    cells = [
        "=1+1",
        " =1+1",
        "\n=1",
        "\u200b=1",
        "\ufeff=1",
        "\u00a0=1",
        ";=1",
        "a;=1",
        "＝1",
        "＠a",
        "'=1",
    ]
    table = [["email", "=notes"], *([f"nobody{n}", cell] for n, cell in enumerate(cells))]
    with Path("in.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(table)
    assert call("fix", "in.csv", "--select", "EML302", "-o", "first").code == 1
    for row in rows_of(Path("first/rejects.csv")):
        notes = row["'=notes"]
        for cell in [notes, *re.split("[;\n]", notes)[1:]]:
            assert cell.lstrip(" ;\n\u200b\ufeff\u00a0")[:1] not in tuple("=@＝＠")
    corrected = Path("first/rejects.csv").read_text(encoding="utf-8")
    corrected = re.sub(r"(nobody\d+),", r"\1@kestrel-labs.com,", corrected)
    Path("corrected.csv").write_text(corrected, encoding="utf-8")
    assert call("fix", "corrected.csv", "--select", "EML302", "-o", "second").code == 0
    assert [row["=notes"] for row in rows_of(Path("second/clean.csv"))] == cells
