"""The committed fixtures are what their generator writes, and hold what it says they hold."""

from __future__ import annotations

import csv
import datetime
import io
import json
import re
import runpy
import shutil
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import email_validator
import phonenumbers
import pytest

FIXTURES = Path(__file__).parent.parent / "fixtures"
EXPORTS = ("expo-utf16", "expo-utf8", "badges-cp1252")
LARGE_ROWS = 5000
NBSP, HIDDEN = "\u00a0", "\u200b"

ROLES = {
    "first": ("First Name", "Vorname", "first_name"),
    "last": ("Last Name", "Nachname", "last_name"),
    "name": ("full name",),
    "email": ("E-mail Address", "E-Mail", "email"),
    "phone": ("Mobile No.", "Telefon", "phone"),
    "company": ("Company", "Firma", "company name", "company"),
    "country": ("Country", "Land", "country code", "country"),
    "stamp": ("Scan Date", "Erfasst am", "registered_at", "scan_date"),
    "notes": ("Lead Notes", "Bemerkung", "notes"),
}
COUNTRIES = runpy.run_path(str(FIXTURES / "tables.py"))["COUNTRIES"]
REGIONS = {
    spelling: country.iso2
    for country in COUNTRIES
    for spelling in (country.name, country.iso2, country.iso3)
} | {
    "Deutschland": "DE",
    "Österreich": "AT",
    "Schweiz": "CH",
    "Frankreich": "FR",
    "Spanien": "ES",
    "Schweden": "SE",
}
WELL_KNOWN = re.compile(
    r"\b(gmail|googlemail|google|yahoo|hotmail|outlook|live|icloud|aol|gmx|web|proton|protonmail"
    r"|siemens|bosch|ibm|microsoft|apple|amazon|samsung|sony|toyota|philips|nestle|acme)\."
    r"|\b(example|test|invalid|localhost|local)\b"
)


@dataclass(frozen=True)
class Record:
    """One record as Python's csv reads it: its fields, first line, and how many lines it takes."""

    fields: list[str]
    line: int
    lines: int


@dataclass(frozen=True)
class Table:
    """An export, read; row 1 is `records[0]`."""

    faults: dict[str, Any]
    header: list[str]
    records: list[Record]

    def kinds(self, row: int) -> list[str]:
        """Return what is planted in a row."""
        entry = self.faults["faults"].get(str(row))
        return entry["kinds"] if entry else []

    def cells(self, row: int) -> dict[str, str]:
        """Return a row's cells by role."""
        return by_role(self.header, self.records[row - 1].fields)

    def planted(self, kind: str) -> list[int]:
        """Return the rows that hold a kind of fault."""
        return [int(row) for row, entry in self.faults["faults"].items() if kind in entry["kinds"]]


def by_role(header: list[str], fields: list[str]) -> dict[str, str]:
    """Return the cells whose header has a role here; a record that is short has fewer."""
    roles = {name: role for role, names in ROLES.items() for name in names}
    named = zip(header, fields, strict=False)
    return {roles[name]: cell for name, cell in named if name in roles}


def parsed(text: str, delimiter: str, header_line: int) -> tuple[list[str], list[Record]]:
    """Return the header, and the records under it."""
    stream = io.StringIO(text, newline="")
    above = [stream.readline() for _ in range(header_line)]
    header = next(csv.reader([above[-1]], delimiter=delimiter))
    reader, records, line = csv.reader(stream, delimiter=delimiter), [], 0
    for fields in reader:
        records.append(Record(fields, header_line + line + 1, reader.line_num - line))
        line = reader.line_num
    return header, records


def read(name: str) -> Table:
    """Read an export with what its ledger says of encoding, delimiter and header line."""
    faults = json.loads((FIXTURES / "trade-show" / f"{name}.faults.json").read_bytes())
    text = (FIXTURES / "trade-show" / faults["file"]).read_bytes().decode(faults["encoding"])
    header, records = parsed(text, faults["delimiter"], faults["header_line"])
    return Table(faults, header, records)


TABLES = {name: read(name) for name in EXPORTS}


def generate(script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a generator as a user does."""
    return subprocess.run(
        [sys.executable, "-B", str(script), *arguments], capture_output=True, text=True, check=False
    )


def is_email(text: str) -> bool:
    """Tell whether the library takes the address."""
    try:
        email_validator.validate_email(text, check_deliverability=False)
    except email_validator.EmailNotValidError:
        return False
    return True


def is_phone(text: str, region: str | None = None) -> bool:
    """Tell whether the library takes the number."""
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, region))
    except phonenumbers.NumberParseException:
        return False


def is_stamp(text: str) -> bool:
    """Tell whether it is an ISO 8601 timestamp with an offset."""
    try:
        return datetime.datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def is_home(cells: dict[str, str]) -> bool:
    """Tell whether the number is valid in its row's country, and has no country code."""
    region = REGIONS.get(cells["country"])
    return not cells["phone"].startswith("+") and is_phone(cells["phone"], region)


def is_name(cells: dict[str, str], mark: str) -> bool:
    """Tell whether the name holds the mark."""
    return mark in cells.get("name", "") + cells.get("last", "")


SEEN: dict[str, Callable[[dict[str, str]], bool]] = {
    "email-padded": lambda c: c["email"] == f"  {c['email'].strip()} ",
    "email-nbsp": lambda c: c["email"].endswith(NBSP) and is_email(c["email"][:-1]),
    "email-zero-width": lambda c: c["email"].startswith(HIDDEN) and is_email(c["email"][1:]),
    "email-mailto": lambda c: is_email(c["email"].removeprefix("mailto:")) and ":" in c["email"],
    "email-angled": lambda c: c["email"] == f"<{c['email'][1:-1]}>" and is_email(c["email"][1:-1]),
    "email-trailing": lambda c: c["email"][-1] in ";.," and is_email(c["email"][:-1]),
    "email-double-at": lambda c: c["email"].count("@") == 2 and not is_email(c["email"]),
    "email-without-at": lambda c: c["email"] != "" and "@" not in c["email"],
    "email-without-domain": lambda c: c["email"].endswith("@"),
    "email-spaced": lambda c: " " in c["email"].strip() and not is_email(c["email"]),
    "email-blank": lambda c: c["email"] == "",
    "phone-placeholder": lambda c: c["phone"].lower() == "n/a",
    "phone-national": is_home,
    "phone-homeless": lambda c: c["country"] == "" and not is_phone(c["phone"], "US"),
    "phone-american": lambda c: c["country"] == "" and is_phone(c["phone"], "US"),
    "phone-dotted": lambda c: c["phone"].count(".") == 3 and is_phone(c["phone"]),
    "phone-bracketed": lambda c: " (0)" in c["phone"] and is_phone(c["phone"]),
    "phone-00": lambda c: c["phone"].startswith("00") and is_home(c),
    "phone-extension": lambda c: re.search(r"\d x2\d\d\d$", c["phone"]) is not None,
    "phone-several": lambda c: [is_phone(part) for part in c["phone"].split("/")] == [True, True],
    "phone-truncated": lambda c: (
        re.match(r"\+\d", c["phone"]) is not None and not is_phone(c["phone"])
    ),
    "stamp-naive": lambda c: re.fullmatch(r"2026-\d\d-\d\d \d\d:\d\d", c["stamp"]) is not None,
    "stamp-day-first": lambda c: (
        re.fullmatch(r"(1[3-9]|2\d)/\d\d/2026 \d\d:\d\d", c["stamp"]) is not None
    ),
    "stamp-impossible": lambda c: c["stamp"].startswith("2026-02-30T"),
    "name-nbsp": lambda c: is_name(c, NBSP),
    "name-zero-width": lambda c: is_name(c, HIDDEN),
    "cell-formula": lambda c: c["company"][0] in "=+@",
    "cell-error": lambda c: c["company"] == "#REF!",
    "notes-delimiters": lambda c: ";" in c["notes"] and "," in c["notes"],
    "notes-2-lines": lambda c: c["notes"].count("\r\n") == 1,
    "notes-4-lines": lambda c: c["notes"].count("\n") == 3 and "\r" not in c["notes"],
    "sandbox-unsubscribed": lambda c: c["email"].startswith("unsubscribed."),
    "sandbox-suppressed": lambda c: c["email"].startswith("suppressed."),
    "sandbox-hardbounced": lambda c: c["email"].startswith("hardbounced."),
    "sandbox-softbounced": lambda c: c["email"].startswith("softbounced."),
    "sandbox-blocked": lambda c: "@blocked-" in c["email"],
}


@pytest.mark.slow
def test_the_committed_files_are_what_the_generator_writes() -> None:
    done = generate(FIXTURES / "generate.py", "--check")

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
def test_a_check_names_what_was_changed_removed_or_added(tmp_path: Path) -> None:
    copy = Path(shutil.copytree(FIXTURES, tmp_path / "fixtures"))
    with (copy / "odd" / "crlf.csv").open("ab") as file:
        file.write(b"\n")
    (copy / "odd" / "nul.csv").unlink()
    (copy / "trade-show" / "stray.csv").touch()

    done = generate(copy / "generate.py", "--check")

    assert done.returncode == 1
    assert [line.rpartition(" ")[2] for line in done.stderr.splitlines()] == [
        "odd/crlf.csv",
        "odd/nul.csv",
        "trade-show/stray.csv",
    ]


@pytest.mark.slow
def test_the_generator_writes_anew_what_is_missing(tmp_path: Path) -> None:
    copy = tmp_path / "fixtures"
    shutil.copytree(FIXTURES, copy, ignore=shutil.ignore_patterns("*.csv", "*.json"))

    assert generate(copy / "generate.py").returncode == 0
    assert generate(copy / "generate.py", "--check").returncode == 0


def test_the_readme_has_a_line_for_every_file() -> None:
    readme = (FIXTURES / "README.md").read_text(encoding="utf-8")
    files = [
        path
        for path in FIXTURES.rglob("*")
        if path.suffix in {".csv", ".json", ".py"} and "__pycache__" not in path.parts
    ]

    assert [path.name for path in files if f"\n| `{path.name}` | " not in readme] == []


def test_all_committed_files_together_stay_small() -> None:
    committed = [path for path in FIXTURES.rglob("*") if path.suffix in {".csv", ".json"}]

    assert sum(path.stat().st_size for path in committed) < 2_500_000


def test_the_badge_scanner_writes_utf16_with_a_preamble_and_crlf() -> None:
    content = (FIXTURES / "trade-show" / "expo-utf16.csv").read_bytes()
    lines = content.decode("utf-16").split("\r\n")

    assert content.startswith(b"\xff\xfe")
    assert lines[0] == "sep=;"
    assert lines[3] == ""
    assert lines[4].split(";")[3:5] == ["E-mail Address", "Mobile No."]


def test_the_event_tool_writes_utf8_with_lf_and_no_mark() -> None:
    """The one CR there is stands inside quoted notes."""
    content = (FIXTURES / "trade-show" / "expo-utf8.csv").read_bytes()
    notes = len(TABLES["expo-utf8"].planted("notes-2-lines"))

    assert content.startswith(
        b"email,full name,company name,phone,country code,registered_at,notes\n"
    )
    assert content.count(b"\r") == notes > 0


def test_the_german_office_writes_what_only_cp1252_can_hold() -> None:
    content = (FIXTURES / "trade-show" / "badges-cp1252.csv").read_bytes()

    assert {"ü", "é", "€", "„", "“", "’"} <= set(content.decode("cp1252"))
    with pytest.raises(UnicodeDecodeError):
        content.decode("utf-8")


@pytest.mark.parametrize(("name", "least"), list(zip(EXPORTS, (2400, 2000, 300), strict=True)))
def test_an_export_has_as_many_records_as_it_says(name: str, least: int) -> None:
    table = TABLES[name]

    assert len(table.records) == table.faults["records"] >= least


@pytest.mark.parametrize("name", EXPORTS)
def test_a_tenth_to_three_twentieths_of_the_rows_are_planted(name: str) -> None:
    table = TABLES[name]

    assert 0.10 <= len(table.faults["faults"]) / len(table.records) <= 0.15


@pytest.mark.parametrize("name", EXPORTS)
def test_a_planted_fault_stands_at_its_row_and_line(name: str) -> None:
    table = TABLES[name]
    missing = [
        (row, kind)
        for row in map(int, table.faults["faults"])
        for kind in table.kinds(row)
        if kind in SEEN and not SEEN[kind](table.cells(row))
    ]

    assert missing == []
    assert [
        row
        for row, entry in table.faults["faults"].items()
        if table.records[int(row) - 1].line != entry["line"]
    ] == []


@pytest.mark.parametrize("name", EXPORTS)
def test_a_planted_structure_has_the_fields_it_should(name: str) -> None:
    table = TABLES[name]
    width = len(table.header)

    def shapes(kind: str) -> set[int]:
        return {len(table.records[row - 1].fields) - width for row in table.planted(kind)}

    assert shapes("row-shifted") == {1}
    assert max(shapes("row-short")) < 0
    assert [row for row in table.planted("row-blank") if any(table.cells(row).values())] == []
    assert shapes("row-blank") == {0}
    assert shapes("row-empty") <= {-width}


@pytest.mark.parametrize("name", EXPORTS)
def test_an_address_that_stands_again_differs_from_an_earlier_one_by_case_alone(name: str) -> None:
    table = TABLES[name]
    fine = [row for row in range(1, len(table.records) + 1) if not table.kinds(row)]
    earlier = {table.cells(row)["email"]: row for row in fine}

    for row in table.planted("email-again"):
        email = table.cells(row)["email"]
        assert email not in earlier
        assert earlier[email.lower()] < row


@pytest.mark.parametrize("name", EXPORTS)
def test_exactly_one_quote_runs_away_and_swallows_what_it_says(name: str) -> None:
    table = TABLES[name]
    runaway = table.faults["runaway"]
    record = table.records[runaway["row"] - 1]

    assert (record.line, record.lines) == (runaway["line"], runaway["lines"])
    assert record.lines > 12
    assert sum(record.lines > 4 for record in table.records) == 1
    assert table.kinds(runaway["row"])[0].startswith("runaway-")


@pytest.mark.parametrize("name", EXPORTS)
def test_every_planted_kind_is_counted(name: str) -> None:
    table = TABLES[name]
    counted = Counter(kind for entry in table.faults["faults"].values() for kind in entry["kinds"])

    assert {kind: said["rows"] for kind, said in table.faults["kinds"].items()} == counted


@pytest.mark.slow
@pytest.mark.parametrize("name", EXPORTS)
def test_a_row_without_a_fault_is_fine_in_every_cell(name: str) -> None:
    """And so is one that the sandbox is to refuse: nothing about it can be seen here."""
    table = TABLES[name]
    bad, emails = [], Counter[str]()
    for row in range(1, len(table.records) + 1):
        if any(not kind.startswith("sandbox-") for kind in table.kinds(row)):
            continue
        cells = table.cells(row)
        emails[cells["email"].lower()] += 1
        stamped = is_stamp(cells["stamp"]) or name == "badges-cp1252"
        region = cells["country"] == "" or cells["country"] in REGIONS
        whole = len(table.records[row - 1].fields) == len(table.header)
        if not (whole and is_email(cells["email"]) and is_phone(cells["phone"])):
            bad.append(row)
        if not (stamped and region) or any(cell != cell.strip() for cell in cells.values()):
            bad.append(row)

    assert bad == []
    assert emails.most_common(1)[0][1] == 1


@pytest.mark.parametrize(("name", "least"), [("expo-utf16", 40), ("expo-utf8", 20)])
def test_the_sandbox_has_rows_to_refuse_for_five_reasons(name: str, least: int) -> None:
    kinds = TABLES[name].faults["kinds"]
    counts = [said["rows"] for kind, said in kinds.items() if kind.startswith("sandbox-")]

    assert (len(counts), sum(counts)) == (5, least)


def test_the_badge_scanner_meets_people_of_many_scripts() -> None:
    text = "".join(record.fields[1] for record in TABLES["expo-utf16"].records if record.fields)
    firsts = ("é", "ğ", "Ж", "Ελ", "美", "민", "आ", "नेहा", "أ", "Ś", "ø")

    assert [letter for letter in firsts if letter.lower() not in text.lower()] == []


@pytest.mark.parametrize("name", EXPORTS)
def test_no_domain_is_reserved_or_well_known(name: str) -> None:
    table = TABLES[name]
    domains = {
        cells["email"].partition("@")[2].lower()
        for cells in map(table.cells, range(1, len(table.records) + 1))
        if "@" in cells.get("email", "")
    }

    assert [domain for domain in sorted(domains) if WELL_KNOWN.search(domain)] == []


def odd(name: str) -> bytes:
    """Return the bytes of an odd file."""
    return (FIXTURES / "odd" / name).read_bytes()


@pytest.mark.parametrize(
    ("name", "start", "found", "lines"),
    [
        ("empty.csv", b"", b"", 0),
        ("header-only.csv", b"email,", b"phone", 1),
        ("one-column.csv", b"email\n", b"@", 6),
        ("header-missing.csv", b"nele.faber@", b"Jessop", 4),
        ("duplicate-header.csv", b"email,first_name,email,", b"Nele", 3),
        ("page.csv", b"<!DOCTYPE html>", b"</html>", 5),
        ("utf8-bom.csv", b"\xef\xbb\xbfemail,", b"Jessop", 5),
        ("utf16-no-bom.csv", b"e\0m\0a\0i\0l\0,\0", b"J\0e\0s\0", 5),
        ("nul.csv", b"email,", b"Jess\0op", 5),
        ("crlf.csv", b"email,first_name,last_name,phone\r\n", b"Jessop", 5),
        ("unclosed-quote.csv", b"email,", b',"Miles,', 5),
        ("semicolon-sep-line.csv", b"sep=;\r\nemail;", b";Jessop;", 6),
        ("phones-excel.csv", b"email,", b",1.41556E+10\n", 6),
    ],
)
def test_an_odd_file_is_odd_in_its_way(name: str, start: bytes, found: bytes, lines: int) -> None:
    content = odd(name)

    assert content.startswith(start)
    assert found in content
    assert content.count(b"\n") == lines


def test_every_line_of_the_crlf_file_ends_with_both() -> None:
    assert odd("crlf.csv").count(b"\r\n") == odd("crlf.csv").count(b"\n") == 5


def test_quoted_newlines_make_rows_and_lines_drift_apart() -> None:
    _, records = parsed(odd("quoted-newlines.csv").decode(), ",", 1)

    assert [record.line for record in records] == [2, 4, 5, 9]
    assert {len(record.fields) for record in records} == {4}


def test_the_unclosed_quote_swallows_the_rest_of_the_file() -> None:
    _, records = parsed(odd("unclosed-quote.csv").decode(), ",", 1)

    assert [record.lines for record in records] == [1, 3]


def test_the_picture_is_one_whole_dot() -> None:
    content, kinds, at = odd("picture.csv"), [], 8
    while at < len(content):
        size = int.from_bytes(content[at : at + 4])
        body = content[at + 4 : at + 8 + size]
        kinds.append(body[:4])
        assert zlib.crc32(body) == int.from_bytes(content[at + 8 + size : at + 12 + size])
        if body.startswith(b"IDAT"):
            assert zlib.decompress(body[4:]) == b"\x00\x80"
        at += 12 + size

    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert kinds == [b"IHDR", b"IDAT", b"IEND"]


def test_the_report_is_a_document_whose_table_points_at_its_objects() -> None:
    content = odd("report.csv")
    offsets = [int(offset) for offset in re.findall(rb"(\d{10}) 00000 n", content)]
    table = int(content.split(b"startxref\n")[1].split(b"\n")[0])

    assert content.startswith(b"%PDF-1.4")
    assert content[table:].startswith(b"xref")
    assert [content[offset : offset + 7] for offset in offsets] == [
        b"1 0 obj",
        b"2 0 obj",
        b"3 0 obj",
    ]


def test_the_clean_file_is_clean() -> None:
    header, records = parsed(odd("clean.csv").decode(), ",", 1)

    assert header == ["email", "first_name", "last_name", "phone", "created_at"]
    assert len({record.fields[0] for record in records}) == len(records) == 10
    for email, first, last, phone, created in (record.fields for record in records):
        assert is_email(email)
        assert is_phone(phone)
        assert first
        assert last
        assert is_stamp(created)


def large(tmp_path: Path, *arguments: str) -> tuple[bytes, list[dict[str, str]], list[Record]]:
    """Write a large file; return its bytes, its whole rows by role, and all its records."""
    path = tmp_path / "large.csv"
    done = generate(FIXTURES / "generate_large.py", str(LARGE_ROWS), str(path), *arguments)
    assert (done.returncode, done.stderr) == (0, "")
    header, records = parsed(path.read_bytes().decode(), ",", 1)
    assert len(records) == LARGE_ROWS
    whole = [record.fields for record in records if len(record.fields) == len(header)]
    return path.read_bytes(), [by_role(header, fields) for fields in whole], records


@pytest.mark.slow
def test_a_large_file_is_faultless_in_24_rows_of_25(tmp_path: Path) -> None:
    """The one in 25 that holds a kind can hold one which a reader does not mind."""
    _, rows, _ = large(tmp_path)
    fine = [
        cells
        for cells in rows
        if is_email(cells["email"])
        and re.fullmatch(r"\+\d+", cells["phone"])
        and is_phone(cells["phone"])
        and is_stamp(cells["stamp"])
        and cells["country"] in REGIONS
    ]
    emails = Counter(cells["email"].lower() for cells in fine)
    phones = Counter(cells["phone"] for cells in fine)

    assert 0.96 <= (len(fine) + 1) / LARGE_ROWS < 0.98
    assert max(emails.values()) == 2  # an address that stands again, on purpose
    assert sum(count > 1 for count in emails.values()) <= LARGE_ROWS // 25 // 30
    assert max(phones.values()) == 2
    assert len({cells["email"].partition("@")[2] for cells in fine}) > 1000


def test_a_large_file_holds_every_kind_of_fault(tmp_path: Path) -> None:
    _, rows, records = large(tmp_path)
    unseen = {
        kind
        for kind, seen in SEEN.items()
        if not kind.startswith(("sandbox-", "name-"))
        and not any(seen(cells) for cells in rows if any(cells.values()))
    }

    assert unseen == set()
    assert any(HIDDEN in cells["last"] for cells in rows)
    assert any(NBSP in cells["last"] for cells in rows)
    assert {len(record.fields) for record in records} >= {0, 4, 10, 11}
    assert [record.lines for record in records if record.lines > 4] == [13]


@pytest.mark.slow
def test_a_large_file_is_the_same_every_time_and_can_do_without_the_runaway(tmp_path: Path) -> None:
    first, _, _ = large(tmp_path)
    second, _, _ = large(tmp_path)
    tame, _, records = large(tmp_path, "--no-runaway")

    assert first == second
    assert tame != first
    assert max(record.lines for record in records) == 4


@pytest.mark.slow
def test_with_all_fail_every_row_has_bad_values_of_its_own(tmp_path: Path) -> None:
    _, rows, _ = large(tmp_path, "--all-fail")

    assert len(rows) == LARGE_ROWS
    for role in ("email", "phone", "stamp", "notes"):
        assert len({cells[role] for cells in rows}) == LARGE_ROWS
    assert not any(is_email(cells["email"]) for cells in rows)
    assert all(is_home(cells) for cells in rows)
    assert not any(is_stamp(cells["stamp"]) for cells in rows)
