"""Addresses of objects: what of them is shown, and what they stand for."""

from __future__ import annotations

from pathlib import Path

import pytest

from preflight.core import urls
from preflight.core.errors import SourceError, UsageError
from preflight.core.urls import Url
from preflight.writing.results_folder import beside, default_folder


@pytest.mark.parametrize(
    ("text", "shown", "name"),
    [
        ("s3://exports/in/leads.csv", "s3://exports/in/leads.csv", "leads.csv"),
        ("S3://exports/in/what?.csv", "s3://exports/in/what?.csv", "what?.csv"),
        ("s3://exports/a.csv?versionId=7", "s3://exports/a.csv", "a.csv"),
        ("az://exports/a.csv?sv=1&sig=x%3D", "az://exports/a.csv", "a.csv"),
        ("https://a.example/b%20c.csv?d=e?f#g", "https://a.example/b%20c.csv", "b c.csv"),
        ("https://a.example/b.csv?secret", "https://a.example/b.csv", "b.csv"),
        ("https://a.example/b.csv#part", "https://a.example/b.csv", "b.csv"),
        ("abfss://exports@account.dfs.core.windows.net/a.csv",
         "abfss://exports@account.dfs.core.windows.net/a.csv", "a.csv"),
    ],
)  # fmt: skip
def test_what_is_shown_of_a_url_has_no_query(text: str, shown: str, name: str) -> None:
    url = urls.parse(text)
    assert url is not None
    assert (url.shown, str(url), urls.shown(text), url.name) == (shown, shown, shown, name)
    assert url.text.lower() == text.lower()


@pytest.mark.parametrize("text", ["leads.csv", "a/b:c.csv", "-", "", "s3:/a/b.csv", "C:\\a.csv"])
def test_a_path_is_no_url(text: str) -> None:
    assert urls.parse(text) is None
    assert urls.parse(Path(text)) is None
    assert (urls.shown(text), urls.as_path(text)) == (text, text)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("file:///a/b%20c.csv", "/a/b c.csv"),
        ("file://localhost/a.csv", "/a.csv"),
        ("local:///a.csv", "/a.csv"),
    ],
)
def test_a_file_url_is_the_path_that_it_names(text: str, path: str) -> None:
    assert urls.parse(text) is None
    assert urls.as_path(text) == path
    assert urls.local_path(text) == Path(path)


@pytest.mark.parametrize(
    "text",
    ["https://ann:hidden@a.example/b.csv", "https://hidden@a.example/b", "s3://k:hidden@b/c"],
)
def test_a_url_with_a_password_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(SourceError) as refused:
        urls.parse(text)
    assert "hidden" not in str(refused.value)
    assert urls.shown(text) == "…"


def test_what_has_to_be_on_this_machine_is_no_url() -> None:
    with pytest.raises(UsageError, match=r"^s3://a/b: this folder has to be on this machine"):
        urls.local_path("s3://a/b?c=d")


@pytest.mark.parametrize(
    ("text", "pattern", "folder"),
    [
        ("s3://a/b.csv", False, False),
        ("s3://a/b*.csv", True, False),
        ("s3://a/b?.csv", True, False),
        ("s3://a/[b].csv", True, False),
        ("s3://a/b/", False, True),
        ("s3://a", False, True),
        ("https://a.example/*.csv", False, False),
        ("https://a.example/", False, False),
    ],
)
def test_patterns_and_folders_are_those_of_stores(text: str, pattern: bool, folder: bool) -> None:
    url = urls.parse(text)
    assert url is not None
    assert (url.is_pattern, url.is_folder) == (pattern, folder)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("s3://a/in/leads.csv?versionId=3", "s3://a/in/leads.preflight"),
        ("s3://a/leads.csv.gz", "s3://a/leads.preflight"),
        ("gs://a/more.zip/q1/leads.csv", "gs://a/leads.preflight"),
    ],
)
def test_results_go_beside_the_object_or_its_archive(text: str, place: str) -> None:
    url = urls.parse(text)
    assert url is not None
    assert beside(url).text == place
    assert default_folder(text) == Path("leads.preflight"), "of a run, which keeps them here"


def test_names_below_a_folder_are_joined_with_one_slash() -> None:
    for path in ("/b", "/b/"):
        assert Url("s3", "a", path).below("c/d.csv").text == "s3://a/b/c/d.csv"
