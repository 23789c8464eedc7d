"""What a run remembers of the call that began it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from preflight.config.setting_values import MaxBad
from preflight.config.settings import Settings
from preflight.core.books import Books
from preflight.core.errors import UsageError
from preflight.pipeline import check_fix_split
from preflight.runs.kept_run import SOURCES, as_kept, keep_source, restored, stored
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.run import NewRun, Run


def _kept(settings: Settings, folder: Path) -> Run:
    """A run that was begun with these settings, as the ledger has it."""
    path = folder / "a.csv"
    path.write_text("email,phone\nann@kestrel-labs.com,\n")
    checked = check_fix_split.check(path, work=folder)
    with Ledger(folder / "state") as ledger:
        run = ledger.create_run(
            NewRun(
                provider="talkvalue",
                source_name="a.csv",
                source_sha256=checked.source.sha256,
                source_rows=1,
                folder=folder,
                settings=stored(settings, checked),
                options={"mode": "UPDATE"},
                books=Books(1, 1, 0, 0),
                parts=(),
            )
        )
        return ledger.run(run)


def test_every_setting_by_which_rows_are_judged_comes_back(tmp_path: Path) -> None:
    """Whatever this call says of them; what is no business of the rows is this call's."""
    begun = Settings(
        profile="talkvalue",
        any_of=((("email",), ("phone",)), (("name",), ("first_name", "last_name"))),
        select=("EML", "PHN"),
        ignore=("EML306",),
        extend_select=("PHN409",),
        severity={"EML305": "error"},
        max_findings={"EML305": MaxBad(0.01, None)},
        rules=(tmp_path / "rules",),
        schema=str(tmp_path / "schemas.py:Show"),
        fail_on="warning",
        max_bad=MaxBad(0.02, None),
        unsafe_fixes=True,
        region="DE",
        timezone="Europe/Berlin",
        encoding="cp1252",
        delimiter=";",
        header_row=3,
        sheet="Leads",
        columns={"Scan": "scanned_at"},
        shared_columns=("Scan",),
        max_bytes=1000,
        max_rows=10,
    )
    now = Settings(state_dir=tmp_path / "here", timeout=5.0, output_format="json")
    back = restored(_kept(begun, tmp_path), now)
    providers = {"talkvalue": {"mode": "UPDATE"}}
    assert back == dataclasses.replace(
        begun, state_dir=tmp_path / "here", timeout=5.0, output_format="json", providers=providers
    )


def test_a_run_without_them_has_the_defaults(tmp_path: Path) -> None:
    """And this call may bear more rejected rows than the first."""
    back = restored(_kept(Settings(), tmp_path), Settings(max_bad=MaxBad(None, 5)))
    assert back.max_bad == MaxBad(None, 5)
    assert (back.any_of, back.rules, back.schema, back.online) == ((), (), None, False)


def test_half_a_copy_of_a_dead_process_is_cleared_away(tmp_path: Path) -> None:
    """It holds contacts, of this source or of another."""
    path = tmp_path / "a.csv"
    path.write_text("email\nann@kestrel-labs.com\n")
    checked = check_fix_split.check(path, work=tmp_path)
    kept = tmp_path / "state" / SOURCES
    kept.mkdir(parents=True)
    (kept / f".{checked.source.sha256}.partial").write_text("ema")
    (kept / f".{'0' * 64}.partial").write_text("ema")
    keep_source(checked, tmp_path / "state")
    assert [one.name for one in kept.iterdir()] == [checked.source.sha256]
    assert (kept / checked.source.sha256).read_bytes() == path.read_bytes()
    (kept / f".{'0' * 64}.partial").write_text("ema")
    keep_source(checked, tmp_path / "state")
    assert [one.name for one in kept.iterdir()] == [checked.source.sha256]


def test_code_that_only_a_record_names_is_obeyed_where_its_writer_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A folder with results or records may have come with somebody else's files."""
    begun = Settings(rules=(tmp_path / "rules",), schema=str(tmp_path / "schemas.py:Show"))
    run, here = _kept(begun, tmp_path), Settings()
    assert as_kept(run.settings, here).rules == begun.rules
    forged = {**run.settings, "rules": [str(tmp_path / "others")]}
    unmarked = {name: value for name, value in run.settings.items() if name != "mark"}
    for record in (forged, unmarked):
        with pytest.raises(UsageError, match=r"names code .*--trust-config"):
            as_kept(record, here)
        assert as_kept(record, dataclasses.replace(here, trusts_records=True)).schema
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "somebody"))
    with pytest.raises(UsageError, match=str(tmp_path / "rules")):
        as_kept(run.settings, here)
    assert as_kept(run.settings, begun).rules == begun.rules


def test_a_record_without_code_needs_no_mark(tmp_path: Path) -> None:
    run = _kept(Settings(region="DE"), tmp_path)
    assert "mark" not in run.settings
    assert as_kept(run.settings, Settings()).region == "DE"
