"""Countries where a provider wants their code, and where none does."""

from __future__ import annotations

from pathlib import Path

import pytest

from preflight.config.settings import Settings
from preflight.pipeline import check_fix_split

# A cell, what is reported of it, and the code that is sent; "" if the row is not.
CELLS = {
    "DE": ("", "DE"), "": ("", ""), "Germany": ("TXT711", "DE"), "de": ("TXT711", "DE"),
    "GBR": ("TXT711", "GB"), "Allemagne": ("TXT711", "DE"), "UK": ("TXT711", "GB"),
    "Côte d'Ivoire": ("TXT711", "CI"), "日本": ("TXT711", "JP"), "Germany (DE)": ("TXT711", "DE"),
    "Germny": ("TXT712", None), "XX": ("TXT712", None), "EU": ("TXT712", None),
    "+49": ("TXT712", None), "380": ("TXT712", None), "N/A": ("TXT712", None),
}  # fmt: skip


def file(folder: Path) -> Path:
    path = folder / "a.csv"
    rows = [f'a{at}@kestrel-labs.com,"{cell}"' for at, cell in enumerate(CELLS)]
    path.write_text("\n".join(["email,country", *rows]) + "\n")
    return path


def test_a_country_is_sent_as_a_code_or_not_at_all(tmp_path: Path) -> None:
    """What is not recognised is rejected, a word for nothing too."""
    fixed = check_fix_split.fix(
        file(tmp_path), Settings(profile="experiture"), work=tmp_path, folder=tmp_path / "out"
    )

    reported = dict.fromkeys(range(1, len(CELLS) + 1), "")
    frame = fixed.checked.analysis.findings.frame
    reported |= dict(zip(frame["row"].tolist(), frame["code"].tolist(), strict=True))
    sent = (tmp_path / "out" / "clean.csv").read_text().splitlines()
    assert list(reported.values()) == [code for code, _ in CELLS.values()]
    assert sent[0] == "email,country_code"
    assert [line.split(",")[1] for line in sent[1:]] == [
        code for _, code in CELLS.values() if code is not None
    ]


@pytest.mark.parametrize("profile", ["general", "dotdigital", "landbase"])
def test_where_no_provider_wants_a_code_a_country_is_what_it_is(
    tmp_path: Path, profile: str
) -> None:
    found = check_fix_split.check(file(tmp_path), Settings(profile=profile), work=tmp_path)
    assert found.analysis.findings.counts() == {"TXT705": 1}


def test_a_word_for_nothing_is_cleared_on_request(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("email,country\nann@kestrel-labs.com,N/A\nbob@kestrel-labs.com,Germny\n")
    settings = Settings(profile="experiture", unsafe_fixes=True)
    check_fix_split.fix(path, settings, work=tmp_path, folder=tmp_path / "out")
    clean = (tmp_path / "out" / "clean.csv").read_text()
    assert clean == "email,country_code\nann@kestrel-labs.com,\n"
