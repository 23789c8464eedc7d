"""Path to bytes."""

from __future__ import annotations

import gzip
import hashlib
import io
import sys
import zipfile
from pathlib import Path

import pytest

from preflight.core.errors import SourceError
from preflight.reading.source import expand, open_source

TEXT = b"email,name\na@example.org,Ann\n"


def _zip(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def test_a_plain_file_is_used_in_place(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(TEXT)
    source = open_source(path, spool=tmp_path)
    assert source.path == path
    assert source.name == str(path)
    assert source.size == len(TEXT)
    assert source.sha256 == hashlib.sha256(TEXT).hexdigest()


@pytest.mark.parametrize("kind", ["list.csv.gz", "list.zip", "LIST.ZIP"])
def test_an_archive_is_unpacked_and_hashed_as_its_content(tmp_path: Path, kind: str) -> None:
    """The digest is that of the unpacked bytes, so packing a file does not make it another."""
    path = tmp_path / kind
    if kind.endswith(".gz"):
        path.write_bytes(gzip.compress(TEXT))
    else:
        _zip(path, {"inner/list.csv": TEXT, "inner/": b""})
    spool = tmp_path / "spool"
    spool.mkdir()
    source = open_source(str(path), spool=spool)
    assert source.path.parent == spool
    assert source.path.read_bytes() == TEXT
    assert source.path.stat().st_mode & 0o077 == 0
    assert source.sha256 == hashlib.sha256(TEXT).hexdigest()
    assert source.name == str(path)


def test_standard_input_is_spooled_under_the_name_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, expected in (("leads.csv", "leads.csv"), (None, "-")):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT)))
        source = open_source("-", spool=tmp_path, stdin_name=name)
        assert source.name == expected
        assert source.path.read_bytes() == TEXT


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"a.csv": b"", "b.csv": b""}, r"this one holds 2 \(a\.csv, b\.csv\); unpack"),
        ({f"{i}.csv": b"" for i in range(7)}, r"this one holds 7 \(0\.csv.*4\.csv, …\)"),
        ({}, r"this one holds 0 \(none\)"),
    ],
)
def test_a_zip_of_other_than_one_file_is_refused_with_its_names(
    tmp_path: Path, members: dict[str, bytes], said: str
) -> None:
    with pytest.raises(SourceError, match=said):
        open_source(_zip(tmp_path / "a.zip", members), spool=tmp_path)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("absent.csv", "no such file"),
        ("folder", "a directory"),
        ("https://example.org/a.csv", "does not read URLs yet"),
        ("broken.gz", "damaged"),
        ("cut.gz", "damaged"),
        ("broken.zip", "damaged"),
        ("loop.csv", "cannot be read"),
    ],
)
def test_what_cannot_be_opened_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    for damaged in ("broken.gz", "broken.zip"):
        Path(damaged).write_bytes(b"nothing of the kind")
    Path("cut.gz").write_bytes(gzip.compress(TEXT)[:-9])
    Path("loop.csv").symlink_to("loop.csv")
    with pytest.raises(SourceError, match=said) as caught:
        open_source(name, spool=tmp_path)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(f"{name}: ")


def test_directories_and_globs_stand_for_their_files_sorted_and_once(tmp_path: Path) -> None:
    for name in ("b.csv", "a.TSV", "deep/c.txt", "deep/d.csv.gz", "deep/e.tsv.zip", "deep/f.xlsx"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(TEXT)
    for name in ("notes.md", "f.gz", "g.pdf.gz", "deep/photo.zip"):
        (tmp_path / name).write_bytes(b"")
    inside = ["a.TSV", "b.csv", "deep/c.txt", "deep/d.csv.gz", "deep/e.tsv.zip", "deep/f.xlsx"]
    expected = [str(tmp_path / name) for name in inside]
    assert expand([str(tmp_path)]) == expected
    assert expand(["-", "absent.csv"]) == ["-", "absent.csv"]
    assert expand([str(tmp_path / "*.csv"), str(tmp_path / "b.csv")]) == [expected[1]]
    assert expand([str(tmp_path / "**/*.csv*")]) == [expected[1], expected[3]]


def test_what_is_hidden_or_a_result_is_no_input_of_a_directory(tmp_path: Path) -> None:
    for name in ("a.csv", ".git/a.csv", "x/leads.preflight/clean.csv", ".b.csv", "~$c.xlsx"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(TEXT)
    assert expand([str(tmp_path)]) == [str(tmp_path / "a.csv")]


def test_a_name_with_brackets_is_a_file_before_it_is_a_glob(tmp_path: Path) -> None:
    path = tmp_path / "list [final].csv"
    path.write_bytes(TEXT)
    assert expand([str(path)]) == [str(path)]


def test_a_directory_or_glob_without_a_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no \.csv"):
        expand([str(tmp_path)])
    with pytest.raises(SourceError, match="no file matches"):
        expand([str(tmp_path / "*.csv")])
