"""`preflight check` against a plain pandera script on the same 400,000-row file, in one run.

The plain script is what one writes without preflight: pandas reads the file as strings, and
element-wise pandera checks call `email_validator` and `phonenumbers` on every cell. Both run as
processes of their own, taking turns; the figures are of the whole process, start-up included.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent

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


def timed(command: list[str]) -> tuple[float, float]:
    """Wall seconds and peak memory in MB of one process."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, 1):
        assert process.stderr is not None
        raise SystemExit(f"{command[0]} exited with {code}: {process.stderr.read().decode()}")
    return seconds, usage.ru_maxrss / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=400_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "plain.py"
        plain.write_text(PLAIN)
        clean, broken = Path(folder) / "large.csv", Path(folder) / "all-fail.csv"
        generate = [sys.executable, str(ROOT / "fixtures" / "generate_large.py"), str(given.rows)]
        subprocess.run([*generate, str(clean)], check=True)
        subprocess.run([*generate, str(broken), "--all-fail"], check=True)
        preflight = str(Path(sys.executable).with_name("preflight"))
        options = ["--isolated", "--region", "US", "--statistics"]
        commands = {
            "preflight check": [preflight, "check", str(clean), *options],
            "plain pandera": [sys.executable, str(plain), str(clean)],
            "preflight check, every row fails": [preflight, "check", str(broken), *options],
        }
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for _ in range(given.rounds):
            for name, command in commands.items():
                taken[name].append(timed(command))
        size = clean.stat().st_size / 1e6
    print(f"{given.rows:,} rows, {size:.1f} MB, median of {given.rounds} rounds in turn")
    medians = {}
    for name, runs in taken.items():
        seconds = statistics.median(run[0] for run in runs)
        medians[name] = seconds
        memory = max(run[1] for run in runs)
        print(
            f"{name:<34} {seconds:7.2f} s  {given.rows / seconds:>11,.0f} rows/s  "
            f"{size / seconds:6.1f} MB/s  {memory:6.0f} MB peak"
        )
    ours = medians["preflight check"]
    print(f"plain pandera / preflight check: {medians['plain pandera'] / ours:.1f}")
    print(f"every row fails / clean: {medians['preflight check, every row fails'] / ours:.1f}")


if __name__ == "__main__":
    main()
