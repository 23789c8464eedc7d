"""How often the encoding of a contact file is told right, by encoding and number of rows.

Every case is written to a file and read by `scan`, as `preflight check` does. A wrong text that is
said to be a guess is *flagged*: FIL003 is an error, and nothing is written without
`--unsafe-fixes`. A wrong text that nothing is said about must not happen.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import unicodedata
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from preflight.reading.scan import scan
from preflight.reading.source import open_source
from tests.reading.corpus import CASES, encoded, table

ROWS = (1, 2, 5, 20, 200)
UNICODE = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-7")


def outcome(text: str, codec: str, folder: Path) -> tuple[str, str, float]:
    """What became of the text: right, flagged, unflagged or refused; as what, and how sure."""
    path = folder / "case.csv"
    path.write_bytes(encoded(text, codec))
    source = open_source(path, spool=folder)
    layout = scan(source, spool=folder, known=lambda name: name.lower() == "email")
    if layout.content != "table":
        return "refused", layout.content, 1.0
    read = layout.text.read_bytes()[layout.text_offset :].decode("utf-8", "replace")
    if layout.text != path:
        layout.text.unlink()
    same = unicodedata.normalize("NFC", read) == unicodedata.normalize("NFC", text)
    flagged = layout.encoding_from == "detected" or len(layout.bad_offsets)
    state = "right" if same else "flagged" if flagged else "unflagged"
    return state, layout.encoding, layout.confidence


def main() -> int:
    """Prints the table; 1 if a wrong text went unflagged."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=5, help="files of each case")
    parser.add_argument("--codec", help="this one only")
    parser.add_argument("--wrong", action="store_true", help="list what was told wrong")
    given = parser.parse_args()
    cases = CASES + [
        (language, codec)
        for language in ("german", "russian", "simplified chinese", "korean")
        for codec in UNICODE
    ]
    if given.codec:
        cases = [case for case in cases if case[1] == given.codec]
    totals: Counter[tuple[int, str]] = Counter()
    unsure: Counter[int] = Counter()
    print(f"{'right of ' + str(2 * given.seeds):34}" + "".join(f"{rows:>6}" for rows in ROWS))
    with tempfile.TemporaryDirectory() as folder:
        for language, codec in cases:
            cells = []
            for rows in ROWS:
                states: Counter[str] = Counter()
                for seed in range(given.seeds):
                    for own_header in (False, True):
                        text = table(language, rows, own_header=own_header, seed=seed)
                        state, name, sure = outcome(text, codec, Path(folder))
                        states[state] += 1
                        unsure[rows] += state == "flagged" and sure < 0.8
                        if given.wrong and state != "right":
                            print(f"  {codec}, {rows} rows: {state} as {name}, {sure:.0%} sure")
                for state, times in states.items():
                    totals[rows, state] += times
                cells.append(f"{states['right']:>6}")
            print(f"{language + ', ' + codec:34}" + "".join(cells))
    for state in ("right", "flagged", "unflagged", "refused"):
        print(f"{state:34}" + "".join(f"{totals[rows, state]:>6}" for rows in ROWS))
    print(f"{'flagged, less than 80 % sure':34}" + "".join(f"{unsure[rows]:>6}" for rows in ROWS))
    return 1 if any(totals[rows, "unflagged"] for rows in ROWS) else 0


if __name__ == "__main__":
    sys.exit(main())
