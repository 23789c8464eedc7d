"""Rows into clean ones and rejects, each into exactly one place."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from preflight.config import profiles
from preflight.config.column_mapping import output_columns, resolve
from preflight.config.plan import Plan
from preflight.core import findings as tables
from preflight.core.errors import UsageError
from preflight.core.row_id import row_id
from preflight.core.types import Chunk, Layout, Source
from preflight.reading.chunks import read_chunks
from preflight.reading.scan import scan
from preflight.reading.source import open_source
from preflight.writing import people_csv
from preflight.writing.clean_rows import rendered_rows
from preflight.writing.partition import Rejects
from tests.checked import CRASHES, fix, read

HELPERS = ("row", "line", "source", "class", "codes", "message", "id", "raw")


def helpers(row: dict[str, str]) -> dict[str, str]:
    return {name: row[f"preflight__{name}"] for name in HELPERS}


def test_a_reject_keeps_its_cells_and_says_where_it_stood_and_why(tmp_path: Path) -> None:
    fixed = fix(
        tmp_path,
        "email,Company,phone\n"
        "ann@kestrel-labs.com,Kestrel Labs,+14155552671\n"
        'no one,"Halvorn\nFurniture", 12 \n'
        "bob@kestrel-labs,=1+1,+14155552672\n",
        select=("EML302", "PHN403"),
    )
    rows = read(fixed.folder / "rejects.csv")
    assert [(row["email"], row["Company"], row["phone"]) for row in rows] == [
        ("no one", "Halvorn\nFurniture", " 12 "),
        ("bob@kestrel-labs", "'=1+1", "+14155552672"),
    ]
    first, second = (helpers(row) for row in rows)
    assert (first["row"], first["line"]) == ("2", "3")
    assert (second["row"], second["line"]) == ("3", "5")
    assert first["id"] == row_id(fixed.checked.source.sha256, 2)
    assert second["codes"] == "EML302"
    assert second["message"].startswith("email: ")
    for told in (first, second):
        assert (told["source"], told["class"], told["raw"]) == ("local", "fix", "")
        assert "EML302" in told["codes"].split()
        assert "no one" not in told["message"]
        assert "bob" not in told["message"]
    assert all(row["preflight__provider_code"] == "" for row in rows)


def test_a_row_of_several_faults_is_one_line_with_every_reason_and_each_code_once(
    tmp_path: Path,
) -> None:
    fixed = fix(
        tmp_path,
        "email,phone,mobile, \nann.bell@,+1,+1,#REF!\n",
        select=("EML302", "PHN402", "TXT706"),
    )
    (row,) = read(fixed.folder / "rejects.csv")
    told = helpers(row)
    assert told["codes"] == "EML302 PHN402 TXT706"
    reasons = [reason.split(": ")[0] for reason in told["message"].split("; ")]
    assert reasons == ["email", "phone", "mobile", "column 4"]


def test_malformed_records_keep_their_text_and_stand_in_row_order(tmp_path: Path) -> None:
    fixed = fix(
        tmp_path,
        "email,a,b\n"
        "short@kestrel-labs.com,x\n"
        "bad,x,y\n"
        "long@kestrel-labs.com,x,y,z\n"
        "ann@kestrel-labs.com,x,y\n"
        'open@kestrel-labs.com,"x,y\n',
        select=("EML302", "STR"),
    )
    rows = read(fixed.folder / "rejects.csv")
    assert [helpers(row)["row"] for row in rows] == ["1", "2", "3", "5"]
    assert [(row["email"], row["a"], row["b"]) for row in rows[:3]] == [
        ("short@kestrel-labs.com", "x", ""),
        ("bad", "x", "y"),
        ("long@kestrel-labs.com", "x", "y"),
    ]
    assert rows[3]["email"] == "open@kestrel-labs.com"
    assert [helpers(row)["raw"] for row in rows] == [
        "short@kestrel-labs.com,x",
        "",
        "long@kestrel-labs.com,x,y,z",
        'open@kestrel-labs.com,"x,y',
    ]
    assert [helpers(row)["codes"] for row in rows] == ["STR101", "EML302", "STR102", "STR103"]
    assert {helpers(row)["class"] for row in rows} == {"fix"}
    assert all("kestrel" not in helpers(row)["message"] for row in rows)


def test_a_malformed_record_is_rejected_even_if_no_rule_looks_at_it(tmp_path: Path) -> None:
    fixed = fix(tmp_path, "email,a\nann@kestrel-labs.com\n", select=("EML302",))
    (row,) = read(fixed.folder / "rejects.csv")
    assert helpers(row)["message"] == "the record is malformed"
    assert (helpers(row)["codes"], helpers(row)["class"]) == ("", "fix")


def test_an_undecodable_record_and_a_lone_carriage_return_are_kept_as_they_are(
    tmp_path: Path,
) -> None:
    fixed = fix(
        tmp_path,
        b"email,a\n" + b"ann@kestrel-labs.com,\xc3\xa9\n" * 40 + b"bob@kestrel-labs.com,\xff\xfe\n",
        select=("FIL005", "STR"),
        encoding="utf-8",
        ignore=("FIL",),
    )
    (row,) = read(fixed.folder / "rejects.csv")
    assert helpers(row)["raw"] == "bob@kestrel-labs.com,\\xff\\xfe"
    assert row["email"] == "bob@kestrel-labs.com"


def test_a_fault_of_the_file_rejects_every_row_as_one_of_the_configuration(tmp_path: Path) -> None:
    """The rule's own message stands where the problem brings none."""
    fixed = fix(
        tmp_path,
        "email,email\na@kestrel-labs.com,b@kestrel-labs.com\nbad,c@kestrel-labs.com\n",
        select=("HDR203", "EML302"),
    )
    path = fixed.folder / "rejects.csv"
    with path.open(newline="", encoding="utf-8-sig") as file:
        header, *records = csv.reader(file)
    rows = [dict(zip(header, record, strict=True)) for record in records]
    assert [record[:2] for record in records] == [
        ["a@kestrel-labs.com", "b@kestrel-labs.com"],
        ["bad", "c@kestrel-labs.com"],
    ]
    assert [helpers(row)["codes"] for row in rows] == ["HDR203", "EML302 HDR203"]
    assert [helpers(row)["class"] for row in rows] == ["config", "fix"]
    assert helpers(rows[0])["message"]
    assert not helpers(rows[0])["message"].startswith(";")


def test_a_rule_that_failed_makes_its_rows_unknown_and_not_clean(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "odd.py").write_text(CRASHES)
    fixed = fix(
        tmp_path,
        "email,company\nann@kestrel-labs.com,Kestrel Labs\nbad,Kestrel Labs\nbad,Halvorn\n",
        select=("EML302", "OWN"),
        rules_from=(rules,),
    )
    rows = read(fixed.folder / "rejects.csv")
    told = [helpers(row) for row in rows]
    assert [row["class"] for row in told] == ["unknown", "unknown", "fix"]
    assert [row["codes"] for row in told] == ["SCH002", "EML302 SCH002", "EML302"]
    assert all("secret" not in row["message"] for row in told)


def test_each_row_is_in_exactly_one_place(tmp_path: Path) -> None:
    content = "email,a\n" + "".join(
        f"{'bad' if row % 3 == 0 else f'n{row}@kestrel-labs.com'},x{',y' if row % 7 == 0 else ''}\n"
        for row in range(1, 101)
    )
    fixed = fix(tmp_path, content, select=("EML302", "STR"))
    rejected = [int(row["preflight__row"]) for row in read(fixed.folder / "rejects.csv")]
    clean = [row for part in fixed.parts for row in part.row_map.tolist()]
    assert sorted(rejected + clean) == list(range(1, 101))
    assert rejected == sorted(rejected)
    assert rejected == [row for row in range(1, 101) if row % 3 == 0 or row % 7 == 0]


def layout_of(folder: Path, content: str) -> Layout:
    path = folder / "contacts.csv"
    path.write_text(content, "utf-8", newline="")
    source = open_source(path, spool=folder)
    return scan(source, spool=folder, known=lambda name: name == "email")


def test_kept_rows_are_written_with_the_columns_that_are_sent(tmp_path: Path) -> None:
    known = profiles.load("talkvalue")
    layout = layout_of(tmp_path, "Badge,email\n1,a@b.co\n2,c@d.co\n3,\n")
    columns = output_columns(resolve(layout.header, known), known)
    (chunk,) = read_chunks(layout)
    kept = rendered_rows(chunk, np.array([True, False, True]), columns)
    assert bytes(kept.body) == b'a@b.co\n""\n'
    assert (kept.rows.tolist(), kept.lines.tolist()) == ([1, 3], [2, 4])


def test_rows_of_which_no_column_is_sent_are_no_clean_rows(tmp_path: Path) -> None:
    layout = layout_of(tmp_path, "email,b\n1,2\n")
    (chunk,) = read_chunks(layout)
    none = rendered_rows(chunk, np.array([False]), ())
    assert (bytes(none.body), len(none.sizes), len(none.rows), len(none.lines)) == (b"", 0, 0, 0)
    with pytest.raises(UsageError, match="takes none of the columns"):
        rendered_rows(chunk, np.array([True]), ())


@given(st.text(st.sampled_from('ab",'), max_size=12))
def test_any_malformed_text_becomes_as_many_fields_as_the_header_has(raw: str) -> None:
    layout = Layout(Source("x", Path("x"), "00", 0), "table", Path("x"), header=("a", "b", "c"))
    malformed = pd.DataFrame({"row": [4], "line": [9], "raw": [raw]})
    none = np.empty(0, dtype=np.int64)
    table = pa.table({str(at): pa.array([], type=pa.string()) for at in range(3)})
    rejects = Rejects(layout, Plan(profiles.load(), (), {}), ())
    columns = rejects.of(
        Chunk(table, none, none, malformed), none.astype(bool), np.array([True]), tables.concat([])
    )
    assert [len(column) for column in columns] == [1] * (3 + len(people_csv.HELPERS))
    fields = [column[0].as_py() for column in columns[:3]]
    assert columns[-1][0].as_py() == raw
    read_back = next(csv.reader(io.StringIO(raw)), [])
    assert fields == [*read_back, "", "", ""][:3]


def test_a_row_is_called_by_its_file_and_its_number() -> None:
    assert row_id("0123456789abcdef" * 4, 7) == "0123456789abcdef:7"
