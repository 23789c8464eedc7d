"""Paths to inputs."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from preflight.core.errors import SourceError
from preflight.reading.inputs import MOST_FILES, expand

TEXT = b"email,name\na@example.org,Ann\n"


def paths_of(given: list[str]) -> list[str]:
    """The inputs that some paths stand for."""
    return expand(given).paths


def test_directories_and_globs_stand_for_their_files_sorted_and_once(tmp_path: Path) -> None:
    for name in ("b.csv", "a.TSV", "deep/c.txt", "deep/d.csv.gz", "deep/e.tsv.zip", "deep/f.xlsx"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(TEXT)
    for name in ("notes.md", "f.gz", "g.pdf.gz"):
        (tmp_path / name).write_bytes(b"")
    with zipfile.ZipFile(tmp_path / "deep/photo.zip", "w") as archive:
        archive.writestr("photo.png", b"")
    inside = ["a.TSV", "b.csv", "deep/c.txt", "deep/d.csv.gz", "deep/e.tsv.zip", "deep/f.xlsx"]
    expected = [str(tmp_path / name) for name in inside]
    assert paths_of([str(tmp_path)]) == expected
    assert paths_of(["-", "absent.csv"]) == ["-", "absent.csv"]
    assert paths_of([str(tmp_path / "*.csv"), str(tmp_path / "b.csv")]) == [expected[1]]
    assert paths_of([str(tmp_path / "**/*.csv*")]) == [expected[1], expected[3]]


def test_what_is_hidden_or_a_result_is_no_input_of_a_directory(tmp_path: Path) -> None:
    for name in ("a.csv", ".git/a.csv", "x/leads.preflight/clean.csv", ".b.csv", "~$c.xlsx",
                 "notes.md"):  # fmt: skip
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(TEXT)
    found = expand([str(tmp_path)])
    assert found.paths == [str(tmp_path / "a.csv")]
    assert found.skipped.results == [str(tmp_path / "x/leads.preflight")]
    assert {Path(name).name for name in found.skipped.hidden} == {".git", ".b.csv", "~$c.xlsx"}
    assert found.skipped.others == [str(tmp_path / "notes.md")]


def test_a_name_with_brackets_is_a_file_before_it_is_a_glob(tmp_path: Path) -> None:
    path = tmp_path / "list [final].csv"
    path.write_bytes(TEXT)
    assert paths_of([str(path)]) == [str(path)]


def test_a_directory_or_glob_without_a_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no \.csv"):
        expand([str(tmp_path)])
    with pytest.raises(SourceError, match="no file matches"):
        expand([str(tmp_path / "*.csv")])


def test_an_archive_of_several_contact_files_stands_for_them(tmp_path: Path) -> None:
    inside = ("q2/leads.csv", "q1/leads.csv", "q1/read.md", "__MACOSX/q1/._leads.csv", ".c.csv")
    for name, members in (
        ("several.zip", inside),
        ("one.zip", inside[:1]),
        ("none.zip", ("a.md",)),
    ):
        with zipfile.ZipFile(tmp_path / name, "w") as archive:
            for member in members:
                archive.writestr(member, TEXT)
    for name in ("damaged.csv.zip", "damaged.zip"):
        (tmp_path / name).write_bytes(b"PK")
    several = [f"{tmp_path}/several.zip/q1/leads.csv", f"{tmp_path}/several.zip/q2/leads.csv"]
    assert paths_of([f"{tmp_path}/several.zip"]) == several
    assert paths_of([f"{tmp_path}/none.zip"]) == [f"{tmp_path}/none.zip"]
    alone = [f"{tmp_path}/{name}.zip" for name in ("damaged.csv", "damaged", "one")]
    assert paths_of([str(tmp_path)]) == [*alone, *several]


def test_more_files_than_a_call_can_hold_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for number in range(MOST_FILES + 1):
            archive.writestr(f"{number}.csv", b"")
    with pytest.raises(SourceError, match=r"10,001 files, over the limit of 10,000 in a call"):
        expand([str(tmp_path)])


def test_a_file_is_one_input_however_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x").mkdir()
    Path("x/a.csv").write_bytes(TEXT)
    assert paths_of(["x/a.csv", "./x/a.csv", "x", f"{tmp_path}/x/*.csv", "-", "-"]) == [
        "x/a.csv", "-",
    ]  # fmt: skip
