"""A clean file is clean for the next check of it, without the options that made it so."""

from __future__ import annotations

from pathlib import Path

import pytest

import preflight
from preflight.config import profiles

# Written in many ways, and all of them can be sent once they are fixed.
MESSY = (
    "E-mail,First Name,Last Name,Mobile No.,Joined\n"
    " ann@kestrel-labs.com ,Ann,Bell,(415) 555-2671,2026-04-21 15:30\n"
    "<bo@kestrel-labs.com>,Bo,Ray,415.555.2672,21.04.2026 15:30 Uhr\n"
    "cy@kestrel-labs.com,Cy,\u200bLee,Cell 415 555 2673,2026-04-21T15:30:00+02:00\n"
    "mailto:di@kestrel-labs.com,Di,Fox,'+14155552674,2026-04-22 09:00\n"
    "ed@kestrel-labs.com,Ed,Ash,415-555-2675 ext. 12,\n"
    "no address,Flo,Oak,12,\n"
    "gil@kestrel-labs.com,Gil,Elm,1-800-FLOWERS,\n"
)


@pytest.mark.slow
@pytest.mark.parametrize("profile", [name for name in profiles.names() if name != "general"])
def test_the_clean_file_of_a_provider_needs_neither_region_nor_time_zone(
    profile: str, tmp_path: Path
) -> None:
    path = tmp_path / "leads.csv"
    path.write_text(MESSY)
    fixed = preflight.fix(path, profile=profile, region="US", timezone="Europe/Berlin")
    # A text message reaches no extension; two providers match contacts by their address alone.
    rejected = {"textus": 3, "dotdigital": 1, "experiture": 1}.get(profile, 2)
    assert (fixed.books.clean, fixed.books.rejected) == (7 - rejected, rejected)
    again = preflight.check(fixed.save(tmp_path / "out") / "clean.csv", profile=profile)
    assert again.findings.query("severity == 'error'")["code"].tolist() == []
    assert (again.books.rejected, again.checked.analysis.fixed_cells) == (0, 0)
