"""A provider is one folder: a sixth one is found, and submitted to, without another file's edit."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib import resources
from pathlib import Path

import pytest

import preflight
from preflight.core.errors import UsageError
from preflight.providers import registry
from tests.calls import Called, rows_of

SIXTH = Path(__file__).with_name("sixth")
LEADS = """email,first_name,badge
ann@kestrel-labs.com,Ann,1
optedout@kestrel-labs.com,Bob,2
nobody,Cec,3
dan@kestrel-labs.com,Dan,4
"""
Run = Callable[..., list[Called]]


def installed(site: Path, name: str = "sixth", package: str = "sixth_for_preflight") -> None:
    """What `pip install` leaves of a distribution that brings the provider."""
    shutil.copytree(SIXTH, site / package, ignore=shutil.ignore_patterns("__pycache__"))
    info = site / f"{package}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{registry.GROUP}]\n{name} = {package}\n")


def put_into_a_copy(site: Path) -> None:
    """A checkout of preflight with one more folder under `providers`."""
    ignored = shutil.ignore_patterns("__pycache__", "rules")
    copy = site / "preflight"
    shutil.copytree(Path(preflight.__file__).parent, copy, ignore=ignored)
    shutil.copytree(str(resources.files("preflight.rules")), copy / "rules")
    shutil.copytree(SIXTH, copy / "providers" / "sixth")


# Several calls in one process: to start each costs more than the calls.
_CALLS = """
import contextlib, io, json, sys
from preflight.cli import main
for words in json.loads(sys.argv[1]):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(words)
    print(json.dumps([code, out.getvalue(), err.getvalue()]))
"""


@pytest.fixture(params=[installed, put_into_a_copy])
def run(request: pytest.FixtureRequest, tmp_path: Path) -> Run:
    """Calls preflight where the sixth provider is there, in a folder with some leads."""
    site, here = tmp_path / "site", tmp_path / "here"
    site.mkdir()
    here.mkdir()
    request.param(site)
    (here / "leads.csv").write_text(LEADS)

    def call(*calls: Sequence[str]) -> list[Called]:
        ended = subprocess.run(
            [sys.executable, "-c", _CALLS, json.dumps(calls)],
            cwd=here,
            env={**os.environ, "PYTHONPATH": str(site), "PREFLIGHT_POLL_SCALE": "0.01"},
            capture_output=True,
            text=True,
            timeout=100,
            check=True,
        )
        return [Called(*json.loads(line)) for line in ended.stdout.splitlines()]

    return call


@pytest.mark.slow
def test_a_sixth_provider_is_listed_submitted_to_and_its_report_is_merged(
    run: Run, tmp_path: Path
) -> None:
    """Its client, its stand-in, its profile, its options in the config, its report reader."""
    here = tmp_path / "here"
    (here / "preflight.toml").write_text('[providers.sixth]\ngroup = "expo"\n')
    (here / "saved.csv").write_bytes(
        "WHY;WHO\nopted out;optedout@kestrel-labs.com\n".encode("utf-16")
    )
    done, merged, described, magic = run(
        ["submit", "leads.csv", "--to", "sixth", "--sandbox", "-o", "out"],
        ["merge", "--from", "sixth", "--failures", "saved.csv", "--submitted", "out/clean.csv",
         "--original", "leads.csv", "-o", "merged"],
        ["profiles", "sixth"],
        ["sandbox", "--magic"],
    )  # fmt: skip
    assert done.code == 1, done.err
    here_and_there = {
        (row["email"], row["preflight__source"]): row
        for row in rows_of(here / "out" / "failures.csv")
    }
    assert set(here_and_there) == {
        ("nobody", "local"),
        ("optedout@kestrel-labs.com", "provider"),
    }
    refused = here_and_there["optedout@kestrel-labs.com", "provider"]
    assert refused["preflight__provider_code"] == "opted out"
    assert refused["preflight__class"] == "suppressed"
    sent = (here / "out" / "clean.csv").read_text()
    assert sent.splitlines()[0] == "E-Mail,Given name"

    assert merged.code == 1, merged.err
    assert "optedout@kestrel-labs.com" in [
        row["email"] for row in rows_of(here / "merged" / "failures.csv")
    ]

    assert "environment: SIXTH_TOKEN, SIXTH_BASE_URL" in described.out, described.err
    assert "group              the group that the contacts join (required)" in described.out
    assert [line.split() for line in magic.out.splitlines() if line.startswith("sixth ")] == [
        ["sixth", "local", "part", "optedout", "opted", "out"]
    ]


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is looked through for installed distributions."""
    monkeypatch.syspath_prepend(tmp_path)
    registry._installed.cache_clear()
    monkeypatch.setattr(registry, "_installed", registry._installed.__wrapped__)
    return tmp_path


def test_a_provider_of_preflight_cannot_be_taken_over(site: Path) -> None:
    """Credentials go to a client that ships with preflight, whatever else is installed."""
    installed(site, "dotdigital", "other_dotdigital")
    assert registry.client("dotdigital").BASE_URL == "DOTDIGITAL_BASE_URL"
    assert registry.names().count("dotdigital") == 1


def test_two_distributions_with_one_name_are_named(site: Path) -> None:
    """Neither is chosen by chance."""
    installed(site, package="one_sixth")
    installed(site, package="two_sixth")
    with pytest.raises(UsageError, match="two installed distributions have"):
        registry.client("sixth")


def test_an_impossible_name_is_named(site: Path) -> None:
    """It would have to stand in addresses and in the config."""
    installed(site, "Sixth one")
    with pytest.raises(UsageError, match='"Sixth one"'):
        registry.names()


def test_a_client_that_does_not_load_is_named_with_its_reason(site: Path) -> None:
    """In one line: the broken one is installed here."""
    installed(site, package="broken_sixth")
    (site / "broken_sixth" / "client.py").write_text("import no_such_module_anywhere\n")
    with pytest.raises(UsageError, match="broken_sixth: No module named 'no_such_module_anywhere'"):
        registry.client("sixth")


def test_a_client_that_lacks_something_is_named_with_it(site: Path) -> None:
    """As a reader of the protocol may have overlooked it."""
    installed(site, package="half_sixth")
    (site / "half_sixth" / "client.py").write_text("OPTIONS = SECRETS = ()\nBASE_URL = ''\n")
    with pytest.raises(UsageError, match="no CAPABILITIES and no connect"):
        registry.client("sixth")
