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
from preflight.reading.source import last_written, open_source
from preflight.writing.results_folder import default_folder

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
    assert source.local.parent == spool
    assert source.local.read_bytes() == TEXT
    assert source.local.stat().st_mode & 0o077 == 0
    assert source.sha256 == hashlib.sha256(TEXT).hexdigest()
    assert source.name == str(path)


def test_standard_input_is_spooled_under_the_name_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, expected in (("leads.csv", "leads.csv"), (None, "-")):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT)))
        source = open_source("-", spool=tmp_path, stdin_name=name)
        assert source.name == expected
        assert source.local.read_bytes() == TEXT


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"a.csv": b"", "b.csv": b""}, r"2 contact files.* \(a\.csv, b\.csv\); .*a\.zip/a\.csv$"),
        ({f"{i}.csv": b"" for i in range(7)}, r"7 contact files.* \(0\.csv.*4\.csv, …\)"),
        ({"a.md": b"", "b.pdf": b""}, "none of the 2 files in it is a contact file"),
        ({"__MACOSX/._a.csv": b""}, "no file in this archive"),
    ],
)
def test_a_zip_of_other_than_one_contact_file_is_refused_with_their_names(
    tmp_path: Path, members: dict[str, bytes], said: str
) -> None:
    with pytest.raises(SourceError, match=said):
        open_source(_zip(tmp_path / "a.zip", members), spool=tmp_path)


def test_a_file_in_an_archive_is_named_by_its_path_in_it(tmp_path: Path) -> None:
    inside = {"q1/leads.csv": TEXT, "q2/leads.csv": TEXT * 2, "read.me": b""}
    archive = _zip(tmp_path / "exports.ZIP", inside)
    spool = tmp_path / "spool"
    spool.mkdir()
    source = open_source(f"{archive}/q2/leads.csv", spool=spool)
    assert source.name == f"{archive}/q2/leads.csv"
    assert source.local.read_bytes() == TEXT * 2
    with pytest.raises(SourceError, match="no such file in the archive"):
        open_source(f"{archive}/q3/leads.csv", spool=spool)
    assert default_folder(f"{archive}/q2/leads.csv") == tmp_path / "leads.preflight"
    assert last_written(f"{archive}/q2/leads.csv") == last_written(archive)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("broken.gz", b"nothing of the kind"),
        ("broken.zip", b"nothing of the kind"),
        ("cut.csv.gz", gzip.compress(TEXT, mtime=0)[:-9]),
    ],
)
def test_a_damaged_archive_is_read_as_it_is_and_known_to_be_damaged(
    tmp_path: Path, name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    spool = tmp_path / "spool"
    spool.mkdir()
    source = open_source(path, spool=spool)
    assert source.unreadable.startswith("damaged")
    assert source.sha256 == hashlib.sha256(content).hexdigest()
    assert list(spool.iterdir()) == []


def test_standard_input_is_unpacked_as_its_name_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for content, damaged in ((gzip.compress(TEXT), False), (TEXT, True)):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        source = open_source("-", spool=tmp_path, stdin_name="leads.csv.gz")
        assert (source.name, source.local.read_bytes()) == ("leads.csv.gz", TEXT)
        assert bool(source.unreadable) is damaged


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("absent.csv", "no such file"),
        ("folder", "a directory"),
        ("loop.csv", "cannot be read"),
    ],
)
def test_what_cannot_be_opened_is_refused_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    Path("loop.csv").symlink_to("loop.csv")
    with pytest.raises(SourceError, match=said) as caught:
        open_source(name, spool=tmp_path)
    assert "\n" not in str(caught.value)
    assert str(caught.value).startswith(f"{name}: ")
