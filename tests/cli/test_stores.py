"""Contact files in a store, read and written by their URLs, against an S3 server."""

from __future__ import annotations

import csv
import gzip
import importlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import preflight
from tests.calls import SHOW, TALKVALUE, Call, contacts
from tests.stores import ACCESS, BUCKET, Answer, Bucket, in_front, s3_server

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("few_rules")]

EXPO = (SHOW / "expo-utf8.csv").read_bytes()
FLAGS = ("--for", "talkvalue", "--region", "US", "--timezone", "America/Chicago")
S3 = f"s3://{BUCKET}"
BAD = "email,first_name\nann@kestrel-labs.com,Ann\nben@@kestrel-labs.com,Ben\n"
SECRET = "Signature="


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with s3_server() as address:
        yield address


@pytest.fixture
def bucket(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    """An empty bucket, and the access to it, in the way that the store itself looks for it."""
    for name, value in {**ACCESS, "AWS_ENDPOINT_URL": server}.items():
        monkeypatch.setenv(name, value)
    bucket = Bucket(server)
    yield bucket
    bucket.clear()


def test_an_object_is_checked_as_the_file_that_it_is(
    call: Call, bucket: Bucket, here: Path
) -> None:
    bucket["in/expo.csv"] = EXPO
    (here / "expo.csv").write_bytes(EXPO)
    local = call("check", "expo.csv", *FLAGS, "--output-format", "csv")
    stored = call("check", f"{S3}/in/expo.csv", *FLAGS, "--output-format", "csv")
    assert (stored.code, stored.err) == (1, "")
    rows = [row | {"path": "expo.csv"} for row in csv.DictReader(io.StringIO(stored.out))]
    wanted = list(csv.DictReader(io.StringIO(local.out)))
    assert [_comparable(row) for row in rows] == [_comparable(row) for row in wanted]
    assert len(rows) > 100
    assert bucket.keys() == ["in/expo.csv"]


def _comparable(row: dict[str, str]) -> dict[str, str]:
    """A finding without what depends on its path and on the call."""
    return {key: value for key, value in row.items() if key not in ("fingerprint", "token")}


def test_the_results_of_a_fix_are_those_of_a_file_beside_the_object(
    call: Call, bucket: Bucket, here: Path
) -> None:
    bucket["in/expo.csv.gz"] = gzip.compress(EXPO)
    (here / "expo.csv").write_bytes(EXPO)
    call("fix", "expo.csv", *FLAGS)
    stored = call("fix", f"{S3}/in/expo.csv.gz", *FLAGS)
    assert (stored.code, stored.err) == (1, "")
    assert f"{S3}/in/expo.preflight/clean.csv  " in stored.out
    written = bucket.below("in/expo.preflight")
    local = {path.name: path.read_bytes() for path in (here / "expo.preflight").iterdir()}
    assert written.keys() == local.keys()
    for name in ("clean.csv", "rejects.csv", "fixes.csv", "original.gz"):
        assert written[name] == local[name]
    report = json.loads(written["report.json"])
    assert report["files"][0]["path"] == f"{S3}/in/expo.csv.gz"
    assert b"preflight-work-" not in b"".join(written.values()), "no path of the private copy"


def test_parts_are_written_to_another_url(call: Call, bucket: Bucket, here: Path) -> None:
    (here / "a.csv").write_text("Exported by Kestrel\n\n" + contacts(25))
    cut = call("split", "a.csv", "--max-rows", "10", "-o", f"{S3}/out/a")
    assert (cut.code, cut.err) == (0, "")
    assert f"{S3}/out/a/parts/0003.csv  5 rows" in cut.out
    assert f"{S3}/out/a/above-header.txt  the 2 lines above the header" in cut.out
    assert {
        "parts/0001.csv",
        "parts/0002.csv",
        "parts/0003.csv",
        "manifest.json",
        "report.json",
    } <= (set(bucket.below("out/a")))
    assert {path.name for path in here.iterdir()} == {"a.csv", "preflight.toml"}


def test_folders_patterns_and_archives_stand_for_what_is_in_them(
    call: Call, bucket: Bucket
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("deep/two.csv", contacts(2))
        archive.writestr("other.csv", contacts(1))
    for key, content in {
        "in/one.csv": contacts(1).encode(),
        "in/b/three.csv.gz": gzip.compress(contacts(3).encode()),
        "in/b/[odd].csv": contacts(4).encode(),
        "in/notes.pdf": b"%PDF",
        "in/.hidden.csv": b"x",
        "in/old.preflight/clean.csv": b"x",
        "in/old.preflight/parts/0001.csv": b"x",
        "more.zip": packed.getvalue(),
    }.items():
        bucket[key] = content

    def checked(*urls: str) -> dict[str, int]:
        told = call("check", *urls, "--output-format", "json")
        assert told.code in (0, 1), told.err
        return {one["path"]: one["rows"] for one in json.loads(told.out)["files"]}

    below = {"in/one.csv": 1, "in/b/three.csv.gz": 3, "in/b/[odd].csv": 4}
    assert checked(f"{S3}/in/") == {f"{S3}/{key}": rows for key, rows in below.items()}
    assert checked(f"{S3}/in/*/*.gz", f"{S3}/in/b/three.csv.gz") == {f"{S3}/in/b/three.csv.gz": 3}
    assert checked(f"{S3}/in/**/[a-z]*.csv") == {
        f"{S3}/in/one.csv": 1, f"{S3}/in/old.preflight/clean.csv": 0,
    }  # fmt: skip
    assert checked(f"{S3}/in/b/[odd].csv") == {f"{S3}/in/b/[odd].csv": 4}
    assert checked(f"{S3}/more.zip/deep/two.csv") == {f"{S3}/more.zip/deep/two.csv": 2}

    skipped = call("check", f"{S3}/in/").err
    assert "1 results folder (s3://exports/in/old.preflight)" in skipped
    assert "1 hidden file or folder" in skipped
    assert "1 file of another type (s3://exports/in/notes.pdf)" in skipped


def test_an_archive_of_several_files_and_a_name_that_is_not_in_it_are_said(
    call: Call, bucket: Bucket
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.csv", contacts(1))
        archive.writestr("b.csv", contacts(1))
    bucket["two.zip"] = packed.getvalue()
    told = call("check", f"{S3}/two.zip")
    assert (told.code, told.err.count("\n")) == (2, 1)
    assert f"name one of them: {S3}/two.zip/a.csv" in told.err
    told = call("check", f"{S3}/two.zip/c.csv")
    assert told.err == (
        f"preflight: {S3}/two.zip/c.csv: no such file in the archive {S3}/two.zip\n"
    )


def test_many_objects_are_checked_by_several_processes(call: Call, bucket: Bucket) -> None:
    for number in range(8):
        bucket[f"in/{number:03}.csv"] = contacts(3).encode()
    told = call("check", f"{S3}/in/*.csv", f"{S3}/gone.csv", "--jobs", "2")
    gone = "no such object, or no such bucket; check the URL; a folder ends with /"
    assert (told.code, told.err) == (2, f"preflight: {S3}/gone.csv: {gone}\n")
    assert "9 files" in told.out


def test_the_query_of_a_url_is_nowhere(call: Call, bucket: Bucket, here: Path) -> None:
    bucket["in/leads.csv"] = BAD.encode()
    url = bucket.signed("in/leads.csv")
    assert SECRET in url
    for words in (
        ("check", url, "-v"),
        ("check", url, "--output-format", "json", "--report", "html:all.html"),
        ("check", url, f"{url}&other=1", "--statistics"),
        ("fix", url, "-o", "results"),
        ("fix", url),
        ("fix", url, "--diff"),
        ("check", url.replace("leads", "gone")),
        ("check", url, "--watch"),
        ("submit", url, *TALKVALUE, "--sandbox", "--dry-run"),
        ("snapshot", url),
    ):
        told = call(*words)
        assert SECRET not in told.out + told.err, words
    for path in here.rglob("*"):
        if path.is_file():
            assert SECRET.encode() not in path.read_bytes(), path
    assert (
        json.loads((here / "results/report.json").read_text())["files"][0]["path"]
        == (url.partition("?")[0])
    )


def test_a_file_is_submitted_from_a_store_and_its_results_stay_here(
    call: Call, bucket: Bucket, here: Path
) -> None:
    bucket["in/leads.csv"] = contacts(3).encode()
    sent = call("submit", f"{S3}/in/leads.csv", *TALKVALUE, "--sandbox")
    assert (sent.code, "3 accepted" in sent.out) == (0, True)
    assert (here / "leads.preflight" / "report.json").exists()
    assert bucket.keys() == ["in/leads.csv"]
    told = call("submit", f"{S3}/in/leads.csv", *TALKVALUE, "--sandbox", "-o", f"{S3}/out")
    assert told.err == (
        f"preflight: {S3}/out: this folder has to be on this machine; `fix` and `split` write to "
        "a store\n"
    )


def test_objects_are_checked_from_python(bucket: Bucket) -> None:
    bucket["leads.csv"] = BAD.encode()
    report = preflight.check(f"{S3}/leads.csv")
    assert report.findings["code"].tolist() == ["EML302"]
    with pytest.raises(preflight.PreflightError, match="has to be on this machine"):
        preflight.fix(f"{S3}/leads.csv").save(f"{S3}/out")


def test_results_that_nobody_touched_are_replaced_and_others_are_not(
    call: Call, bucket: Bucket
) -> None:
    bucket["leads.csv"] = BAD.encode()
    assert call("fix", f"{S3}/leads.csv").code == 1
    bucket["leads.csv"] = contacts(2).encode()
    assert call("fix", f"{S3}/leads.csv").code == 0
    assert bucket["leads.preflight/clean.csv"] == contacts(2).encode()

    bucket["leads.preflight/rejects.csv"] += b"mine\n"
    before = bucket.below("leads.preflight")
    told = call("fix", f"{S3}/leads.csv")
    assert (told.code, told.out) == (2, "")
    assert told.err.startswith(f"preflight: {S3}/leads.preflight/rejects.csv was changed since")
    assert bucket.below("leads.preflight") == before

    bucket["out/clean.csv"] = b"mine\n"
    told = call("fix", f"{S3}/leads.csv", "-o", f"{S3}/out/")
    assert told.err.startswith(f"preflight: {S3}/out/clean.csv exists; replace it with --force")
    assert call("fix", f"{S3}/leads.csv", "-o", f"{S3}/out/", "--force").code == 0
    assert bucket["out/clean.csv"] == contacts(2).encode()


def test_results_do_not_replace_the_input(call: Call, bucket: Bucket) -> None:
    bucket["leads/clean.csv"] = contacts(1).encode()
    told = call("fix", f"{S3}/leads/clean.csv", "-o", f"{S3}/leads", "--force")
    assert "s3://exports/leads/clean.csv would be replaced by the results" in told.err
    assert bucket.below("leads") == {"clean.csv": contacts(1).encode()}


def test_an_object_that_changes_while_it_is_read_is_one_error(
    call: Call, bucket: Bucket, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is written anew, as long as it was, between what the store says of it and its content."""
    bucket["leads.csv"] = contacts(50, first=100).encode()

    def changing(method: str, path: str) -> None:
        if method == "GET" and path.startswith(f"/{BUCKET}/leads.csv"):
            bucket["leads.csv"] = contacts(50, first=200).encode()

    with in_front(changing, server) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        told = call("fix", f"{S3}/leads.csv")
    assert (told.code, told.out) == (2, "")
    assert told.err == (
        f"preflight: {S3}/leads.csv: it was changed while it was read, so nothing of it was used; "
        "try again\n"
    )
    assert bucket.keys() == ["leads.csv"]


@pytest.mark.parametrize("at", [1, 3, 7])
def test_results_that_cannot_all_be_written_leave_what_stood_there(
    call: Call, bucket: Bucket, server: str, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """The store takes some objects and refuses one of them."""
    bucket["leads.csv"] = BAD.encode()
    call("fix", f"{S3}/leads.csv")
    before = bucket.below("leads.preflight")
    bucket["leads.csv"] = contacts(2).encode()
    puts = []

    def refusing(method: str, path: str) -> int | None:
        if method == "PUT":
            puts.append(path)
        return 403 if method == "PUT" and len(puts) >= at else None

    with in_front(refusing, server) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        told = call("fix", f"{S3}/leads.csv")
    assert (told.code, told.out) == (2, "")
    assert told.err == (
        f"preflight: cannot write {S3}/leads.preflight: access denied; check the credentials of "
        "the store, and what they may do\n"
    )
    assert bucket.below("leads.preflight") == before


def test_a_call_that_was_killed_while_it_copied_is_completed_by_the_next(
    call: Call, bucket: Bucket, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket["leads.csv"] = contacts(2).encode()
    call("fix", f"{S3}/leads.csv")
    complete = bucket.below("leads.preflight")
    bucket.clear()
    bucket["leads.csv"] = BAD.encode()
    call("fix", f"{S3}/leads.csv")
    for name, content in complete.items():  # of which the call before copied one
        bucket[f"leads.preflight/.preflight-new/{name}"] = content
    bucket["leads.preflight/clean.csv"] = complete["clean.csv"]

    bucket["leads.csv"] = contacts(3).encode()
    assert call("fix", f"{S3}/leads.csv").code == 0, "its results are one call's, and untouched"
    assert bucket["leads.preflight/clean.csv"] == contacts(3).encode()
    assert set(bucket.below("leads.preflight")) == set(complete)

    bucket["leads.preflight/.preflight-new/clean.csv"] = b"not complete\n"
    assert call("fix", f"{S3}/leads.csv").code == 0
    assert bucket["leads.preflight/clean.csv"] == contacts(3).encode()
    assert set(bucket.below("leads.preflight")) == set(complete)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"{S3}/none.csv", "no such object, or no such bucket"),
        ("s3://nowhere/none.csv", "no such object, or no such bucket"),
        (f"{S3}/none/", "no .csv, .tsv, .txt or .xlsx file in this folder"),
        (f"{S3}/none*.csv", "no object matches this pattern"),
        ("http://127.0.0.1:9/a.csv", "the store cannot be reached"),
        ("https://ann:secret@kestrel-labs.com/a.csv", "a URL with a user and a password"),
        ("nothing://a/b.csv", "there is no store `nothing`"),
        ("file:///none/a.csv", "/none/a.csv: no such file"),
    ],
)
def test_what_cannot_be_read_is_one_line(call: Call, bucket: Bucket, url: str, said: str) -> None:
    told = call("check", url)
    assert (told.code, told.err.count("\n")) == (2, 1)
    assert said in told.err
    assert "secret" not in told.err
    assert call("fix", url).code == 2


def test_rights_that_are_missing_are_one_line(
    call: Call, bucket: Bucket, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket["leads.csv"] = BAD.encode()
    denied = "access denied; check the credentials of the store, and what they may do\n"
    with in_front(lambda *_: 403, server) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        for words in (("check", f"{S3}/leads.csv"), ("check", f"{S3}/in/"),
                      ("fix", f"{S3}/leads.csv")):  # fmt: skip
            told = call(*words)
            assert (told.code, told.err.count("\n"), told.err.endswith(denied)) == (2, 1, True)
        told = call("check", f"{address}/a.csv?sig=abc")
        assert told.err == f"preflight: {address}/a.csv: {denied}"
    assert bucket.keys() == ["leads.csv"]


def test_without_credentials_it_says_so(
    call: Call, bucket: Bucket, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ACCESS:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(here))
    told = call("check", f"{S3}/leads.csv")
    assert told.err == (
        f"preflight: {S3}/leads.csv: no credentials for the store; give them by its own means, "
        "see docs/stores.md\n"
    )


@pytest.mark.parametrize("module", ["fsspec", "s3fs"])
def test_a_missing_extra_is_named(
    call: Call, bucket: Bucket, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    known = importlib.import_module("fsspec.registry")
    monkeypatch.delitem(known._registry, "s3", raising=False)  # as if nothing was imported before
    monkeypatch.setenv("AWS_DEFAULT_REGION", f"eu-{module}")  # nor is this store connected
    monkeypatch.setitem(sys.modules, module, None)
    told = call("check", f"{S3}/leads.csv")
    assert told.err == (
        "preflight: s3:// needs the extra `s3`: pip install 'contact-preflight[s3]'\n"
    )


def test_a_web_server_is_read_and_not_written(call: Call, here: Path) -> None:
    def page(method: str, path: str) -> Answer | int | None:
        if not path.startswith("/leads.csv"):
            return 503
        return 200, {"Last-Modified": "Tue, 21 Apr 2026 13:30:00 GMT"}, BAD.encode()

    with in_front(page) as address:
        told = call("check", f"{address}/leads.csv#top", "--output-format", "json")
        document = json.loads(told.out)
        assert [one["code"] for one in document["findings"]] == ["EML302"]
        assert document["files"][0]["path"] == f"{address}/leads.csv"
        assert call("fix", f"{address}/leads.csv", "-o", f"{here}/out").code == 1
        for words in ((), ("-o", f"{address}/out")):
            told = call("fix", f"{address}/leads.csv", *words)
            assert (told.code, "nothing can be written to a web server" in told.err) == (2, True)
        assert "answers with an error of its own" in call("check", f"{address}/b.csv").err


def test_a_page_that_changes_while_it_is_read_is_one_error(call: Call) -> None:
    versions = iter(range(100))

    def page(method: str, path: str) -> Answer:
        return 200, {"ETag": f'"{next(versions)}"'}, BAD.encode()

    with in_front(page) as address:
        told = call("check", f"{address}/leads.csv")
    assert (told.code, "it was changed while it was read" in told.err) == (2, True)


_ON_A_SMALL_DISK = """
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
from preflight.cli import run
run()
"""


def test_a_full_disk_is_one_line(bucket: Bucket, here: Path) -> None:
    bucket["expo.csv"] = EXPO
    command = [sys.executable, "-c", _ON_A_SMALL_DISK, "fix", f"{S3}/expo.csv", *FLAGS]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr == "preflight: cannot write temporary files: File too large\n"
    assert bucket.keys() == ["expo.csv"]
