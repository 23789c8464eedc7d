"""Submit, resubmit, resume and merge from Python, against the stand-ins."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import preflight
from preflight.api.sent import Sent
from preflight.core.books import RunBooks
from preflight.core.errors import MissingSecret, SourceError, UsageError

pytestmark = pytest.mark.slow

FRAME = pd.DataFrame(
    {
        "email": [
            "ann@kestrel-labs.com", "ben@", "failure@kestrel-labs.com", " cy@kestrel-labs.com"
        ],
        "first_name": ["Ann", "=Ben", "Fay", "Cy"],
    }
)  # fmt: skip
RULES = ("DUP", "EML301", "EML302", "EML303", "STR")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PREFLIGHT_POLL_SCALE", "0.001")
    monkeypatch.delenv("TALKVALUE_TOKEN", raising=False)


def send(source: pd.DataFrame | preflight.Fixed, *, wait: bool = True) -> Sent:
    return preflight.submit(
        source, to="talkvalue", source_id=7, mode="UPDATE", sandbox=True, select=RULES, wait=wait
    )


def test_a_frame_is_sent_corrected_and_sent_again_to_the_last_row() -> None:
    sent = send(FRAME)
    assert sent.books == RunBooks(4, 1, 2, 1, 0, 0, 0)
    assert sent.stopped is None
    assert sent.run is not None
    assert sent.folder == Path("DataFrame.preflight").absolute()
    failures = sent.failures
    assert failures[["email", "first_name", "preflight__source"]].to_numpy().tolist() == [
        ["ben@", "=Ben", "local"],
        ["failure@kestrel-labs.com", "Fay", "provider"],
    ]
    failures["email"] = ["ben@kestrel-labs.com", "fay@kestrel-labs.com"]
    again = preflight.resubmit(failures, sandbox=True, folder="second")
    assert (again.books.rows, again.books.accepted, len(again.failures)) == (2, 2, 0)
    assert again.corrections[["column_name", "kind", "old", "new"]].to_numpy().tolist() == [
        ["email", "edit", "ben@", "ben@kestrel-labs.com"],
        ["email", "edit", "failure@kestrel-labs.com", "fay@kestrel-labs.com"],
    ]
    assert (len(sent.corrections), sent.corrections.columns[3]) == (0, "kind")
    assert again.run not in (None, sent.run)
    assert again.standing["place"].tolist() == ["accepted"] * 4
    assert again.standing["row"].tolist() == [1, 2, 3, 4]
    assert again.standing["run"].value_counts().to_dict() == {sent.run: 2, again.run: 2}
    parts = sorted(Path("second").glob("**/*.csv"))
    assert "=Ben" in "".join(path.read_text() for path in parts)


def test_what_was_fixed_is_sent_with_its_settings() -> None:
    fixed = preflight.fix(FRAME, profile="talkvalue", select=RULES, ignore="EML303")
    sent = preflight.submit(fixed, to="talkvalue", source_id=7, mode="UPDATE", sandbox=True)
    assert sent.settled.settings.ignore == ("EML303",)
    assert len(fixed.clean) == sent.books.accepted + sent.books.rejected_there


def test_a_file_that_was_changed_since_it_was_fixed_is_not_sent(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("email\nann@kestrel-labs.com\n")
    fixed = preflight.fix(path)
    path.write_text("email\nbob@kestrel-labs.com\n")
    with pytest.raises(SourceError, match="was changed since it was fixed"):
        send(fixed)


def test_what_keeps_a_call_from_sending_is_said() -> None:
    with pytest.raises(MissingSecret, match="TALKVALUE_TOKEN"):
        preflight.submit(FRAME, to="talkvalue", source_id=7, mode="UPDATE")
    with pytest.raises(UsageError, match="did you mean"):
        preflight.submit(FRAME, to="talkvalue", sources_id=7, sandbox=True)  # type: ignore[call-arg]
    with pytest.raises(UsageError, match="did you mean"):
        preflight.submit(FRAME, to="talkvalu", sandbox=True)
    with pytest.raises(UsageError, match="either run or submitted"):
        preflight.merge("report.csv", provider="talkvalue")
    with pytest.raises(UsageError, match="no unfinished run"):
        preflight.resume()
    assert not Path("DataFrame.preflight").exists()


def test_a_dry_run_sends_nothing_and_needs_no_secret() -> None:
    sent = preflight.submit(FRAME, to="talkvalue", source_id=7, mode="UPDATE", dry_run=True)
    assert sent.run is None
    assert repr(sent).endswith("not sent: 4 rows = 3 clean + 1 rejected + 0 dropped>")
    assert "unknown" not in sent.summary() + sent._repr_html_()
    assert sent.failures["email"].tolist() == ["ben@"]


def test_a_run_that_was_not_waited_for_is_resumed() -> None:
    begun = send(FRAME, wait=False)
    ended = preflight.resume(begun.run, sandbox=True)
    assert (ended.run, ended.books.unknown) == (begun.run, 0)


def test_a_report_is_merged_with_the_file_that_was_uploaded_by_hand(tmp_path: Path) -> None:
    submitted, report = tmp_path / "sent.csv", tmp_path / "report.csv"
    submitted.write_text("email\nann@kestrel-labs.com\nbob@kestrel-labs.com\n")
    report.write_text(
        "rowNum,errorCode,errorMessage,rawValue\n2,UNKNOWN_ERROR,No,bob@kestrel-labs.com\n"
    )
    merged = preflight.merge(report, provider="talkvalue", submitted=submitted)
    assert merged.run is None
    assert (merged.books.rows, merged.books.rejected_there) == (2, 1)


def test_what_was_sent_looks_like_something_and_shows_no_value() -> None:
    sent = send(FRAME)
    for shown in (repr(sent), sent.summary(), sent._repr_html_()):
        assert "rejected" in shown
        assert "kestrel" not in shown
    assert "UNKNOWN_ERROR" in sent._repr_html_()
