"""Where a rule is off, what it is about is no better: a more general rule reports it."""

from __future__ import annotations

from pathlib import Path

import pytest

from preflight.config.settings import Settings
from preflight.pipeline import check_fix_split

EMAILS = {
    "none@none": "EML310", "n/a": "EML310", "[email protected]": "EML310",
    "a@kestrel-labs.com; b@kestrel-labs.com": "EML308", "ann@@kestrel-labs.com": "EML302",
}  # fmt: skip
PHONES = {
    "0000000000": "PHN410", "n/a": "PHN410", "call me": "PHN402", "1.41556E+10": "PHN408",
    "+14155552671 or +14155552672": "PHN407", "14155552671.0": "PHN413",
    "+49 171 2345678 (nach 18 Uhr)": "PHN415", "+5215541637145": "PHN416",
    "+1 415 555 267": "PHN403",
}  # fmt: skip


def codes(folder: Path, header: str, cells: list[str], profile: str, ignore: str) -> list[str]:
    """The code of the error in each row; fails where a row has two, or a clean one has one."""
    path = folder / "a.csv"
    path.write_text("\n".join([header, *(f'Ann Bell,"{cell}"' for cell in cells)]) + "\n")
    settings = Settings(profile=profile, ignore=(ignore, "SEC"))
    checked = check_fix_split.check(path, settings, work=folder)
    frame = checked.analysis.findings.frame
    found = dict(zip(frame["row"].tolist(), frame["code"].tolist(), strict=True))
    assert len(found) == len(frame)
    rejected = checked.analysis.before == 1
    assert rejected.tolist() == [row in found for row in range(1, len(cells) + 1)]
    return [found.get(row, "") for row in range(1, len(cells) + 1)]


@pytest.mark.parametrize("ignore", ["EML310", "EML308", "TXT"])
def test_an_address_that_is_not_valid_is_never_let_in_because_a_rule_is_off(
    tmp_path: Path, ignore: str
) -> None:
    """A valid one is: `test@test.com` is an address that a provider takes."""
    expected = ["EML302" if code == ignore else code for code in EMAILS.values()]
    assert codes(tmp_path, "FULLNAME,Email", list(EMAILS), "dotdigital", ignore) == expected
    cells = ["test@test.com"]
    assert codes(tmp_path, "FULLNAME,Email", cells, "dotdigital", "EML310") == [""]


@pytest.mark.parametrize("ignore", sorted(set(PHONES.values()) - {"PHN403"}))
def test_a_number_that_is_not_valid_is_never_let_in_because_a_rule_is_off(
    tmp_path: Path, ignore: str
) -> None:
    expected = ["PHN403" if code == ignore else code for code in PHONES.values()]
    assert codes(tmp_path, "name,phone", list(PHONES), "textus", ignore) == expected
