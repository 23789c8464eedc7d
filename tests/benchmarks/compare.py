"""The verdicts of preflight against the libraries that are the truth, on many strings.

One function a library. Each compares a seeded bulk of strings, nasty ones among them, verdict by
verdict, and what is left of a table line is how many differed: none may.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))


@dataclass(frozen=True)
class Compared:
    """How a comparison ended: how many strings, how many differed, the first few of those."""

    strings: int
    differ: int
    samples: tuple[str, ...] = ()


def addresses(scale: int, seed: int) -> Compared:
    """`email_validator`: accepted or not, the normal form, and the reason why not."""
    import pandas as pd

    from preflight.kinds import email
    from tests.addresses import by_the_library, written

    cells = written(seed, 100_000 * scale)
    judged = email.judge(pd.Series(cells, dtype="str"))
    differ = []
    for cell, said in zip(cells, judged.itertuples(index=False), strict=True):
        core = email.core(cell)
        form, error = by_the_library(core) if core else ("", "")
        expected = (email.trim_email(cell), core, form, email.without_pieces(error))
        if tuple(said) != expected:
            differ.append(repr(cell))
    return Compared(len(cells), len(differ), tuple(differ[:5]))


def phone_numbers(scale: int, seed: int) -> Compared:
    """`phonenumbers`: valid or not, and the E.164 form, in every region the library supports.

    Left out are the few cells of which preflight says more than the library: a spreadsheet's
    quantities, words around a number, and two numbers with a semicolon, comma or slash between.
    """
    import pandas as pd

    from preflight.kinds.phone import judge
    from tests.dialling import VALID, by_the_library, written

    pairs = list(dict.fromkeys(written(seed, 200 * scale)))
    cells = pd.Series([cell for cell, _ in pairs], dtype="str")
    regions = pd.Series([region for _, region in pairs], dtype="str")
    said = judge.judge(cells, regions)
    told = (judge.SCIENTIFIC, judge.DECIMAL, judge.WORDS)
    count, differ = 0, []
    for pair, status, form in zip(pairs, said["status"], said["e164"], strict=True):
        if status in told or (status == judge.SEVERAL and any(map(pair[0].count, ",;/"))):
            continue
        count += 1
        verdict, expected = by_the_library(judge.trim_phone(pair[0]), pair[1])
        if (status == judge.OK, form) != (verdict == VALID, expected):
            differ.append(repr(pair))
    return Compared(count, len(differ), tuple(differ[:5]))


def phone_types(scale: int, seed: int) -> Compared:
    """`phonenumbers`: what type of line a valid number is of."""
    import pandas as pd
    import phonenumbers

    from preflight.kinds.phone import line_type
    from preflight.kinds.phone.metadata import KINDS
    from tests.dialling import by_the_library, written

    forms = sorted({by_the_library(*pair)[1] for pair in written(seed, 200 * scale)} - {""})
    names = {
        getattr(phonenumbers.PhoneNumberType, name.upper()): name
        for name in (*KINDS, line_type.EITHER)
    }
    differ = [
        form
        for form, kind in zip(forms, line_type.line_types(pd.Series(forms)), strict=True)
        if names[phonenumbers.number_type(phonenumbers.parse(form))] != kind
    ]
    return Compared(len(forms), len(differ), tuple(differ[:5]))


LIBRARIES: dict[str, Callable[[int, int], Compared]] = {
    "email_validator": addresses,
    "phonenumbers": phone_numbers,
    "phonenumbers, types": phone_types,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--scale", type=int, default=1, help="so many times as many strings")
    parser.add_argument("--seed", type=int, default=20260421)
    parser.add_argument("libraries", nargs="*", choices=[*LIBRARIES, []], default=[])
    options = parser.parse_args()
    print(f"{'library':<24}{'strings compared':>18}{'differ':>10}{'seconds':>10}")
    failed = 0
    for name in options.libraries or LIBRARIES:
        start = time.perf_counter()
        found = LIBRARIES[name](options.scale, options.seed)
        took = time.perf_counter() - start
        print(f"{name:<24}{found.strings:>18,}{found.differ:>10,}{took:>10.1f}", flush=True)
        for sample in found.samples:
            print(f"    {sample}")
        failed += found.differ
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
