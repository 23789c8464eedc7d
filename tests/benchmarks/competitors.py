"""What else checks a CSV of contacts, as a user of it would write it: each a command line.

None of them does all that `preflight check` does; each comment says what it leaves out.
"""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path

# pandas reads the file as strings, and element-wise pandera checks call `email_validator` and
# `phonenumbers` on every cell. Duplicates, names, texts and malformed records are not looked at.
PLAIN = """
import sys
import email_validator, pandas as pd, pandera.pandas as pa, phonenumbers
from datetime import datetime

def email(value):
    try:
        email_validator.validate_email(value, check_deliverability=False)
    except email_validator.EmailNotValidError:
        return False
    return True

def phone(value):
    try:
        return value == "" or phonenumbers.is_valid_number(phonenumbers.parse(value, "US"))
    except phonenumbers.NumberParseException:
        return False

def moment(value):
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False

frame = pd.read_csv(
    sys.argv[1], dtype=str, keep_default_na=False, on_bad_lines="skip", engine="c", encoding="utf-8"
)
schema = pa.DataFrameSchema({
    "email": pa.Column(str, [pa.Check(email, element_wise=True)]),
    "phone": pa.Column(str, [pa.Check(phone, element_wise=True)]),
    "scan_date": pa.Column(str, [pa.Check(moment, element_wise=True)]),
})
try:
    schema.validate(frame, lazy=True)
except pa.errors.SchemaErrors as errors:
    print(len(errors.failure_cases))
"""

# Formats and patterns of three columns, and the shape of every row; numbers are not read.
FRICTIONLESS = r"""
import sys
from pathlib import Path
from frictionless import Resource, Schema, system

names = Path(sys.argv[1]).open(encoding="utf-8").readline().strip().split(",")
known = {
    "email": {"type": "string", "format": "email"},
    "phone": {"type": "string", "constraints": {"pattern": r"\\+?[0-9 ()./-]{7,20}"}},
    "scan_date": {"type": "datetime", "format": "%Y-%m-%dT%H:%M:%S%z"},
}
fields = [{"name": name, **known.get(name, {"type": "string"})} for name in names]
system.trusted = True
resource = Resource(path=sys.argv[1], schema=Schema.from_descriptor({"fields": fields}))
report = resource.validate(limit_errors=100_000_000)
print(report.stats["errors"])
"""

# All columns as text, four regular expressions, a distinct count; one number comes of it.
DUCKDB = r"""
import sys
import duckdb

print(duckdb.sql(f'''
    select
        count(*) filter (not regexp_full_match(email, '[^@\\s]+@([a-z0-9-]+\\.)+[a-z]{{2,}}')),
        count(*) filter (not regexp_full_match(phone, '\\+[1-9][0-9]{{6,14}}')),
        count(*) filter (not regexp_full_match(scan_date, '[0-9-]{{10}}T[0-9:]{{8}}.[0-9:]{{5}}')),
        count(*) filter (not regexp_full_match(first_name, '\\p{{L}}[\\p{{L}}\\p{{M}}.'' -]*')),
        count(distinct email)
    from read_csv(
        '{sys.argv[1]}', all_varchar = true, header = true, delim = ',', quote = '"',
        null_padding = true, ignore_errors = true, strict_mode = false, parallel = false
    )
''').fetchall())
"""


def scripts(folder: Path, file: Path) -> dict[str, list[str]]:
    """The command of each competitor that is installed, by its name.

    Args:
        folder: where the scripts are written.
        file: that is checked.
    """
    found = {}
    texts = {"plain pandera script": PLAIN, "frictionless": FRICTIONLESS, "DuckDB": DUCKDB}
    for name, text in texts.items():
        module = {"plain pandera script": "pandera"}.get(name, name.lower())
        if importlib.util.find_spec(module):
            script = folder / f"{module}_script.py"
            script.write_text(text)
            found[name] = [sys.executable, str(script), str(file)]
    here = Path(sys.executable).with_name("csvclean")
    if csvclean := str(here) if here.exists() else shutil.which("csvclean"):
        # The number of fields of every row, empty columns and quotes that never close.
        found["csvclean"] = [csvclean, "-a", str(file)]
    return found
