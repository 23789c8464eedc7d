"""A result of ours tells which input rows it holds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from preflight.config.settings import Settings
from preflight.pipeline import check_fix_split
from preflight.writing.provenance import provenance
from preflight.writing.writer import FixedFile

RAW = "E-Mail;First\nann@b.org;A\nno address;N\nbo@b.org;B\n\ncy@b.org;C\ncy@b.org;D\n"


@pytest.fixture
def fixed(tmp_path: Path) -> FixedFile:
    """A fix of a file with rows that were rejected or dropped."""
    (tmp_path / "a.csv").write_text(RAW)
    (tmp_path / "work").mkdir()
    return check_fix_split.fix(
        tmp_path / "a.csv", Settings(profile="dotdigital"), work=tmp_path / "work"
    )


def test_clean_csv_is_known_by_its_digest(fixed: FixedFile) -> None:
    (part,) = fixed.parts
    told = provenance(part.path, part.sha256)
    assert told is not None
    assert told.rows.tolist() == part.row_map.tolist() == [1, 3, 5]
    assert told.source_sha256 == fixed.checked.source.sha256
    assert told.reading == {"encoding": "utf-8", "delimiter": ";", "header_row": 1}
    assert provenance(part.path, "0" * 64) is None


def test_a_part_is_known_by_the_manifest(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(RAW)
    (tmp_path / "work").mkdir()
    settings = Settings(profile="dotdigital", max_rows=2)
    fixed = check_fix_split.fix(tmp_path / "a.csv", settings, work=tmp_path / "work")
    for part in fixed.parts:
        told = provenance(part.path, part.sha256)
        assert told is not None
        assert told.rows.tolist() == part.row_map.tolist()
        assert told.reading == {"encoding": "utf-8", "delimiter": ";", "header_row": 1}
    assert len(fixed.parts) == 2


@pytest.mark.slow
def test_a_folder_that_says_nothing_or_nonsense_is_none(fixed: FixedFile) -> None:
    (part,) = fixed.parts
    (fixed.folder / "undo.json").unlink()
    for text in ("", "[]", '{"parts": [{}]}', '{"parts": 3}'):
        (fixed.folder / "manifest.json").write_text(text)
        assert provenance(part.path, part.sha256) is None
    entry = {"sha256": part.sha256, "source_rows": "1-x"}
    told = {"source_sha256": "ab", "parts": [entry]}
    (fixed.folder / "manifest.json").write_text(json.dumps(told))
    assert provenance(part.path, part.sha256) is None
    assert provenance(part.path.with_name("elsewhere") / "x.csv", part.sha256) is None
