"""Total and signature rows with a full count of cells: one reason, and never sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from preflight.config.settings import Settings
from preflight.pipeline import check_fix_split

HEADER = "email,first_name,company,visits\n"
CONTACTS = "ann@kestrel-labs.com,Ann,Kestrel Labs,2\nbob@kestrel-labs.com,Bob,Pike Sons,3\n"
TOTALS = (
    "Total: 9,,,", "Total 9,,,", "Total,9 contacts,,", "Grand Total,,,USD 5.00", ",,Total,5",
    "Gesamt: 9,,,", "Totaal,,,9", "Antal: 9,,,", "Total contacts: 9,,,", "Exported by,Ann Bell,,",
    "Generated on,2026-04-21,,", "Page 1 of 1,,,", "-- end --,,,", "Sent from my phone,,,",
    "Von meinem iPhone gesendet,,,", "Best regards,,,", "Records: 2",
)  # fmt: skip
OTHERS = {
    ",Page,Larry Inc,5": "EML301",
    "--,Ann,,": "EML310",
    "Confidential,Ann,,": "EML302",
    "n/a,Total,,4": "EML310",
    ",Antal,,": "EML301",
    "Total Wine,Ann,Kestrel,2": "EML302",
    "total@kestrel-labs.com,Total,,": "",
}


def found(folder: Path, row: str, **settings: object) -> tuple[str, list[int]]:
    """The codes reported about the last rows of a file, and the books."""
    path = folder / "a.csv"
    path.write_text(HEADER + CONTACTS + row + "\n")
    checked = check_fix_split.check(path, Settings(**settings), work=folder)  # type: ignore[arg-type]
    books = checked.books
    codes = checked.analysis.findings.frame["code"].tolist()
    return " ".join(codes), [books.clean, books.rejected, books.dropped]


@pytest.mark.parametrize("profile", ["general", "dotdigital", "landbase"])
def test_a_total_or_a_signature_has_one_reason_and_is_rejected(
    tmp_path: Path, profile: str
) -> None:
    """It is dropped on request only, and then it is no reject either."""
    for start in range(0, len(TOTALS), 8):
        some = TOTALS[start : start + 8]
        rows, codes = "\n".join(some), " ".join(["STR110"] * len(some))
        assert found(tmp_path, rows, profile=profile) == (codes, [2, len(some), 0])
        dropped = found(tmp_path, rows, profile=profile, unsafe_fixes=True)
        assert dropped == (codes, [2, 0, len(some)])


@pytest.mark.parametrize(("row", "code"), OTHERS.items())
def test_a_contact_that_looks_like_a_total_is_judged_as_a_contact(
    tmp_path: Path, row: str, code: str
) -> None:
    assert found(tmp_path, row, profile="dotdigital", ignore=("NAM",))[0] == code


def test_a_rejected_total_row_is_in_the_rejects_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(HEADER + CONTACTS + "Total: 9,,,\nRecords: 2\n")
    fixed = check_fix_split.fix(
        path, Settings(profile="dotdigital"), work=tmp_path, folder=tmp_path / "out"
    )

    rejects = (tmp_path / "out" / "rejects.csv").read_text("utf-8-sig").splitlines()
    assert (fixed.books.clean, fixed.books.rejected, fixed.books.dropped) == (2, 2, 0)
    assert [line.split(",")[0] for line in rejects[1:]] == ["Total: 9", "Records: 2"]
    assert all("STR110" in line for line in rejects[1:])
    assert "Total" not in (tmp_path / "out" / "clean.csv").read_text()


@pytest.mark.parametrize("first", ["#N/A", "#REF!", "#VALUE!", "#Error"])
def test_what_stands_for_a_value_does_not_comment_its_row_out(tmp_path: Path, first: str) -> None:
    """A safe fix would drop the contact as a comment."""
    code = "EML310" if first == "#N/A" else "TXT706"
    for rest in (",,", ",Bob,", ",Bob,Pike Sons"):
        assert found(tmp_path, f"{first}{rest},", profile="dotdigital") == (code, [2, 1, 0])


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("Subtotal,,3", "STR121"),
        ("Total Kestrel Labs,2,", "STR121"),
        ("Zwischensumme:,,3.50 €", "STR121"),
        ("Sous-total,12,1 240.50", "STR121"),
        ("Total Energies,Ann,+14155552671", ""),
        ("Total Energies,,4155552671", ""),
        ("Total Energies,Ann,", ""),
        ("Totalenergies,,3", ""),
    ],
)
def test_a_subtotal_far_above_the_end_is_no_contact(tmp_path: Path, row: str, code: str) -> None:
    """With a word for a sum and a number alone; also where no address is demanded."""
    path = tmp_path / "a.csv"
    rest = "".join(f"Acme,Bob,{n}\n" for n in range(20))
    path.write_text(f"company,contact,phone\nAcme,Ann,+14155552671\n{row}\n{rest}")
    settings = Settings(profile="landbase", select=("STR",))
    checked = check_fix_split.check(path, settings, work=tmp_path)
    assert " ".join(checked.analysis.findings.counts()) == code
