"""Names in many languages, in the encodings that contact files come in: what each is taken for.

Every case is a file, read as `preflight check` reads it. A guess that is *sure* (FIL003 is then a
safe fix) must never be wrong; one that is not sure is refused, and costs a question. The names are
those of `tests.reading.people` that nobody looked at while the guess was made.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from preflight.reading.scan import scan
from preflight.reading.source import open_source
from tests.reading.corpus import encoded
from tests.reading.people import TYPED, names_table

ROWS = (3, 10, 50, 500)
STYLES = (("own", 1.0), ("", 1.0), ("upper", 1.0), ("", 0.1))
"""A header in the language or in English, capitals, and one name in ten beyond English."""

_WEST = "cp1252 iso8859_1 iso8859_15 mac_roman cp850 cp437 cp858"
_CENTRAL = "cp1250 iso8859_2 cp852 mac_latin2"
_BALTIC = "cp1257 iso8859_13 cp775 iso8859_4"
_CYRILLIC = "cp1251 koi8_r koi8_u cp866 cp855 iso8859_5 mac_cyrillic cp1125"
_WIDE = "utf-16-le utf-16-be utf-32-le utf-7"
CODECS = {
    "german": f"{_WEST} {_CENTRAL} cp1254 cp1257 cp775",
    "french": f"{_WEST} cp863",
    "spanish": f"{_WEST} cp860",
    "portuguese": f"{_WEST} cp860",
    "italian": f"{_WEST} cp1254",
    "danish": f"{_WEST} cp865 cp1257",
    "swedish": f"{_WEST} cp865 iso8859_9",
    "polish": f"{_CENTRAL} cp1257 cp775",
    "czech": f"{_CENTRAL}",
    "hungarian": f"{_CENTRAL}",
    "romanian": f"{_CENTRAL}",
    "croatian": f"{_CENTRAL} mac_croatian",
    "russian": _CYRILLIC,
    "ukrainian": _CYRILLIC,
    "bulgarian": _CYRILLIC,
    "serbian": "cp1251 cp855 iso8859_5 mac_cyrillic",
    "greek": "cp1253 iso8859_7 cp737 cp869 mac_greek",
    "turkish": "cp1254 iso8859_9 cp857 mac_turkish",
    "hebrew": "cp1255 iso8859_8 cp862",
    "arabic": "cp1256 iso8859_6 cp720 mac_arabic",
    "lithuanian": _BALTIC,
    "latvian": _BALTIC,
    "estonian": f"{_BALTIC} cp1252 iso8859_15",
    "vietnamese": "cp1258",
    "thai": "cp874",
    "japanese": "cp932 euc_jp iso2022_jp",
    "simplified chinese": "gb18030 hz",
    "traditional chinese": "cp950",
    "korean": "cp949 iso2022_kr johab",
    TYPED: "cp1252 cp1250 cp1251 cp1253 cp1254 mac_roman mac_latin2 mac_cyrillic",
}
"""By language, the encodings that files of it come in, besides UTF-16, UTF-32 and UTF-7."""
STATES = ("right, sure", "right, unsure", "wrong, unsure", "wrong, sure")


def texts(language: str, rows: int, *, half: int, seeds: int) -> Iterator[str]:
    """Files of so many rows in a language that are not all ASCII."""
    for seed in range(seeds):
        for style, share in STYLES:
            text = names_table(language, rows, half=half, seed=seed, style=style, share=share)
            if not text.isascii():
                yield text


def written(text: str, codec: str) -> bytes | None:
    """The text in an encoding; None if it cannot be written in it."""
    try:
        return encoded(text, codec)
    except UnicodeEncodeError:
        return None


def outcome(text: str, content: bytes, folder: Path) -> tuple[str, str, float]:
    """One of `STATES`, the encoding that the file was taken for, and how sure."""
    path = folder / "case.csv"
    path.write_bytes(content)
    layout = scan(open_source(path, spool=folder), spool=folder, known=lambda name: "mail" in name)
    if layout.content != "table":
        return "wrong, unsure", layout.content, 1.0
    assert isinstance(layout.text, Path)
    read = layout.text.read_bytes()[layout.text_offset :].decode("utf-8", "surrogatepass")
    if layout.text != path:
        layout.text.unlink()
    right = unicodedata.normalize("NFC", read) == unicodedata.normalize("NFC", text)
    sure = layout.encoding_certain and not len(layout.bad_offsets)
    state = f"{'right' if right else 'wrong'}, {'sure' if sure else 'unsure'}"
    return state, layout.encoding, layout.confidence


def _shown(title: str, counts: Counter[tuple[str, int, str]], of: str) -> str:
    cells = []
    for rows in ROWS:
        states = [counts[of, rows, state] for state in STATES]
        cells.append(f"{sum(states):>7}{states[0]:>6}{states[1]:>5}{states[2]:>5}{states[3]:>5}")
    return f"{title:22}" + "".join(cells)


def main() -> int:
    """Prints the tables; 1 if a wrong guess was sure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1, help="files of each kind")
    parser.add_argument("--tuned", action="store_true", help="the other half of the names")
    parser.add_argument("--languages", nargs="*", default=[*CODECS], metavar="LANGUAGE")
    parser.add_argument("--wrong", action="store_true", help="list what was taken for another")
    given = parser.parse_args()
    counts: Counter[tuple[str, int, str]] = Counter()
    codecs = set()
    with tempfile.TemporaryDirectory() as folder:
        for language in given.languages:
            for rows in ROWS:
                for text in texts(language, rows, half=not given.tuned, seeds=given.seeds):
                    for codec in f"{CODECS[language]} {_WIDE}".split():
                        if (content := written(text, codec)) is None:
                            continue
                        state, name, sure = outcome(text, content, Path(folder))
                        codecs.add(codec)
                        for one in (language, codec, "all"):
                            counts[one, rows, state] += 1
                        if state == "wrong, sure" or (given.wrong and state.startswith("wrong")):
                            print(f"  {language}, {codec}, {rows} rows: {name}, {sure:.0%} sure")
    print("for each number of rows: files; right and sure, right but unsure, wrong but unsure, ")
    print("wrong and sure (must be 0)")
    print(f"{'':22}" + "".join(f"{f'{rows} rows':>28}" for rows in ROWS))
    for one in (*given.languages, *sorted(codecs), "all"):
        print(_shown(one, counts, one))
    wrong = sum(counts["all", rows, "wrong, sure"] for rows in ROWS)
    print(f"wrong and sure: {wrong}")
    return 1 if wrong or not codecs else 0


if __name__ == "__main__":
    sys.exit(main())
