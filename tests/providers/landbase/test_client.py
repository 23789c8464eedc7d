"""The client for Landbase, against small scripts that answer what the test says."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from preflight.core.errors import Ambiguous, Busy, Denied, ProviderError, Refused, UsageError
from preflight.core.exchange import Outcome, Part, Receipt
from preflight.providers import registry
from preflight.providers.landbase.client import Landbase
from preflight.providers.protocol import Call, Repeat, Reports
from tests.providers.parts import make_part

Connect = Callable[..., Landbase]
RECEIPT = Receipt("12", {"rows": 4})


class Says:
    """What a script answers to one command: its exit code, its output, its errors."""

    def __init__(self, out: object = "", code: int = 0, err: object = "") -> None:
        self.code = code
        self.out = out if isinstance(out, str) else json.dumps(out)
        self.err = err if isinstance(err, str) else json.dumps(err)


def error(code: str, exit_code: int = 2, **meta: Any) -> Says:
    """An error as Landbase documents it, behind a line of progress."""
    found = {"error": {"code": code, "message": "its words", **({"meta": meta} if meta else {})}}
    return Says("", exit_code, "uploading…\n" + json.dumps(found))


@pytest.fixture
def connect(tmp_path: Path) -> Connect:
    """Writes the tool and connects through it; it keeps its arguments and input in files."""

    def make(
        upload: Says | None = None,
        start: Says | None = None,
        status: Says | None = None,
        **options: str,
    ) -> Landbase:
        cases = []
        for word, says in (("upload", upload), ("start", start), ("status", status)):
            if says is None:
                continue
            for name, text in (("out", says.out), ("err", says.err)):
                (tmp_path / f"{word}.{name}").write_text(text)
            cases.append(
                f"*{word}*) cat {tmp_path}/{word}.out; cat {tmp_path}/{word}.err >&2; "
                f"exit {says.code};;"
            )
        script = f'printf "%s\\n" "$@" > {tmp_path}/args\ncat > {tmp_path}/stdin\n'
        script += 'case "$1 $2" in\n' + "\n".join(cases) + "\nesac\nexit 99\n"
        tool = tmp_path / "landbase-cli"
        tool.write_text("#!/bin/sh\n" + script)
        tool.chmod(0o700)
        made = registry.connect(
            "landbase",
            options={"tag_name": "Expo", **options},
            environ={"PATH": f"{tmp_path}:{os.environ['PATH']}"},
            timeout=20,
        )
        assert isinstance(made, Landbase)
        return made

    return make


@pytest.fixture
def part(tmp_path: Path) -> Part:
    """Two rows."""
    return make_part(tmp_path, ("email", "first_name"))


def args(folder: Path) -> list[str]:
    """The arguments of the last call."""
    return (folder / "args").read_text().splitlines()


def upload(provider: Landbase, part: Part) -> Any:
    """Takes the first step."""
    return provider.steps()[0].run(Call(part, "run-1-1"))


def start(provider: Landbase, part: Part) -> Receipt:
    """Takes the last step."""
    state = {"dataset": "ds-1"}
    return provider.receipt(provider.steps()[-1].run(Call(part, "run-1-1", state)))


def failed(call: Callable[[], Any]) -> ProviderError:
    """The error that a call ends with."""
    with pytest.raises(ProviderError) as caught:
        call()
    return caught.value


def test_it_can_count_and_neither_repeat_nor_name() -> None:
    able = Landbase.capabilities
    assert (able.repeat, able.reports, able.joins_by) == (Repeat.NONE, Reports.COUNTS, "")


@pytest.mark.parametrize("key", ["id", "dataset_id"])
def test_an_upload_makes_a_dataset(connect: Connect, part: Part, tmp_path: Path, key: str) -> None:
    """Its pages call the id by two names."""
    provider = connect(upload=Says({key: "ds-1"}), account="acc-1")
    assert upload(provider, part) == {"dataset": "ds-1"}
    assert args(tmp_path) == ["upload", str(part.path), "--name=run-1-1", "--account=acc-1"]
    assert [step.commits for step in provider.steps()] == [False, True]


def test_a_start_is_told_dataset_and_tag_on_its_input(
    connect: Connect, part: Part, tmp_path: Path
) -> None:
    provider = connect(start=Says({"importId": 12, "runRef": "r"}))
    assert start(provider, part) == Receipt("12", {"rows": 2})
    assert args(tmp_path) == ["contacts-import", "start", "--json", "-"]
    assert json.loads((tmp_path / "stdin").read_text()) == {"datasetId": "ds-1", "tagName": "Expo"}


def test_a_dataset_that_is_there_is_not_uploaded_and_a_draft_is_named(
    connect: Connect, part: Part, tmp_path: Path
) -> None:
    provider = connect(start=Says({"importId": 7}), dataset_id="ds-9", import_id="7")
    (step,) = provider.steps()
    step.run(Call(part, "run-1-1"))
    told = json.loads((tmp_path / "stdin").read_text())
    assert told == {"datasetId": "ds-9", "tagName": "Expo", "importId": 7}


def test_one_dataset_is_no_second_part(connect: Connect, part: Part) -> None:
    second = type(part)(**{name: getattr(part, name) for name in part.__slots__} | {"number": 2})
    provider = connect(dataset_id="ds-9")
    assert "leave out -O dataset_id" in str(failed(lambda: start(provider, second)))


@pytest.mark.parametrize(
    ("says", "kind", "word"),
    [
        (error("AUTH_REQUIRED", 3), Denied, "landbase-cli auth login"),
        (error("AUTH_FAILED", 3), Denied, "7 days"),
        (error("UPGRADE_REQUIRED"), Denied, "upgrade landbase-cli"),
        (Says("", 3, "not logged in"), Denied, "landbase-cli auth login"),
        (Says("", 1, {"error": {"message": "No account id was given"}}), Denied, "account set"),
        (error("INVALID_INPUT", 1), Refused, "INVALID_INPUT"),
        (error("VALIDATION_ERROR", 1), Refused, "its words"),
        (error("NOT_FOUND"), Refused, "NOT_FOUND"),
        (error("CONFLICT"), Refused, "CONFLICT"),
        (error("SETUP_FAILED"), Refused, "SETUP_FAILED"),
        (Says("", 1, "Error: no such option"), Refused, "no such option"),
        (error("API_ERROR"), Ambiguous, "not known whether"),
        (error("NETWORK_ERROR", 4), Ambiguous, "not known whether"),
        (error("TIMEOUT", 4), Ambiguous, "not known whether"),
        (error("NEW_CODE"), Ambiguous, "NEW_CODE"),
        (Says("", 2, "garbage"), Ambiguous, "garbage"),
        (Says("no json", 0), Ambiguous, "told no id of an import"),
        (Says({"importId": True}, 0), Ambiguous, "told no id of an import"),
        (Says("", 137, ""), Ambiguous, "ended with 137"),
    ],
)
def test_each_error_of_a_start_has_its_own_meaning(
    connect: Connect, part: Part, says: Says, kind: type, word: str
) -> None:
    """What it did not do for certain is no; what it may have done is in doubt."""
    found = failed(lambda: start(connect(start=says), part))
    assert type(found) is kind
    assert word in str(found)


@pytest.mark.parametrize(
    ("says", "kind"),
    [
        (error("API_ERROR"), Busy),
        (error("TIMEOUT", 4), Busy),
        (Says({"name": "x"}), Busy),
        (Says("garbage"), Busy),
        (error("VALIDATION_ERROR", 1), Refused),
        (error("AUTH_REQUIRED", 3), Denied),
    ],
)
def test_an_upload_imports_nothing(connect: Connect, part: Part, says: Says, kind: type) -> None:
    assert type(failed(lambda: upload(connect(upload=says), part))) is kind


@pytest.mark.parametrize(("after", "wait"), [(3, 3.0), (0.5, 0.5), (0, None), ("x", None)])
def test_a_rate_says_how_long_to_wait(
    connect: Connect, part: Part, after: object, wait: float | None
) -> None:
    found = failed(
        lambda: start(connect(start=error("RATE_LIMITED", retry_after_seconds=after)), part)
    )
    assert (type(found), found.retry_after) == (Busy, wait)
    plain = failed(lambda: start(connect(start=error("RATE_LIMITED")), part))
    assert plain.retry_after is None


@pytest.mark.parametrize("code", ["CONFLICT", "TIMEOUT", "API_ERROR"])
def test_an_error_that_tells_the_id_of_an_import_is_followed(
    connect: Connect, part: Part, code: str
) -> None:
    """It is under way, and is not started again."""
    assert start(connect(start=error(code, importId=31)), part).job == "31"


def test_a_conflict_about_a_draft_is_about_that_draft(connect: Connect, part: Part) -> None:
    provider = connect(start=error("CONFLICT"), dataset_id="ds-9", import_id="7")
    assert provider.receipt(provider.steps()[-1].run(Call(part, "k"))).job == "7"


def polled(connect: Connect, **told: Any) -> Outcome:
    """The outcome of a status."""
    return connect(status=Says({"importId": 12, **told})).poll(RECEIPT)


COUNTS = {"imported": 1, "mergedCount": 1, "skipped": 1, "invalid_rows": 1}


@pytest.mark.parametrize("phase", ["draft", "preparing", "in_progress"])
def test_a_phase_before_the_end_is_running(connect: Connect, phase: str) -> None:
    assert polled(connect, phase=phase, counts=None).state == "running"


def test_a_phase_that_is_not_documented_is_running(connect: Connect) -> None:
    found = polled(connect, phase="queued")
    assert (found.state, found.message) == ("running", "a phase that Landbase does not document")


def test_counts_are_read_by_the_word_in_their_names(connect: Connect, tmp_path: Path) -> None:
    found = polled(connect, phase="completed", counts=COUNTS)
    assert found.counts == {"imported": 1, "merged": 1, "skipped": 1, "invalid": 1}
    assert (found.state, found.rejected, found.processed, found.total) == ("finished", 1, 4, 4)
    assert args(tmp_path) == ["contacts-import", "status", "12"]


def test_a_completed_import_without_counts_tells_no_rejects(connect: Connect) -> None:
    found = polled(connect, phase="completed", counts={"imported": True, "other": 3})
    assert (found.rejected, found.processed) == (None, None)


@pytest.mark.parametrize(
    ("told", "state", "rejected"),
    [
        ({"phase": "partial", "counts": COUNTS}, "finished", 1),
        ({"phase": "partial", "counts": {"imported": 1}}, "finished", 3),
        ({"phase": "partial", "counts": None}, "unknown", None),
        ({"phase": "failed", "counts": {"imported": 0}}, "failed", None),
        ({"phase": "failed", "counts": None, "mappingErrors": [1]}, "failed", None),
        ({"phase": "failed", "counts": {"imported": 2}}, "unknown", None),
        ({"phase": "failed", "counts": None}, "unknown", None),
    ],
)
def test_an_import_that_stopped_counts_by_what_landed(
    connect: Connect, told: dict[str, Any], state: str, rejected: int | None
) -> None:
    found = polled(connect, **told)
    assert (found.state, found.rejected) == (state, rejected)


@pytest.mark.parametrize("words", ["it stopped", {"code": "X", "message": "it stopped"}])
def test_the_error_of_a_status_is_text_or_an_object(connect: Connect, words: object) -> None:
    assert "it stopped" in polled(connect, phase="failed", error=words).message


def test_columns_that_were_dropped_are_told(connect: Connect) -> None:
    found = polled(
        connect, phase="completed", counts=COUNTS, unmapped={"total": 12, "headers": ["a", "b"]}
    )
    assert found.message == "landbase dropped 12 columns that it does not know: a, b"
    one = polled(connect, phase="completed", unmapped={"total": 1, "headers": ["a"]})
    assert one.message == "landbase dropped 1 column that it does not know: a"
    assert polled(connect, phase="completed", unmapped={"headers": []}).message == ""


@pytest.mark.parametrize(
    ("says", "kind"),
    [
        (Says("garbage"), Busy),
        (Says({"phase": ""}), Busy),
        (error("API_ERROR"), Busy),
        (error("TIMEOUT", 4), Busy),
        (error("AUTH_FAILED", 3), Denied),
        (error("NOT_FOUND"), Refused),
    ],
)
def test_a_status_that_is_not_told_is_asked_again(connect: Connect, says: Says, kind: type) -> None:
    assert type(failed(lambda: connect(status=says).poll(RECEIPT))) is kind


def test_it_is_asked_on_the_documented_schedule_for_30_minutes(connect: Connect) -> None:
    delays = list(connect().delays())
    assert delays[:4] == [5.0, 10.0, 20.0, 20.0]
    assert 1780 < sum(delays) <= 1800
    assert max(itertools.islice(delays, 2, None)) == 20.0


def test_what_it_cannot_tell_it_does_not_tell(connect: Connect, part: Part) -> None:
    provider = connect()
    assert provider.failures(RECEIPT, Outcome("finished", "completed")) is None
    assert provider.members() is None
    with pytest.raises(Refused):
        provider.lookup(Call(part, "k"))
    provider.close()


@pytest.mark.parametrize(
    ("options", "base", "said"),
    [
        ({"import_id": "7"}, None, "goes with dataset_id only"),
        ({}, "https://a.test", "takes no --base-url"),
        ({"tag_name": "x" * 101}, None, "tag_name"),
        ({"dataset_id": "a b"}, None, "dataset_id"),
        ({"account": "--json"}, None, None),
        ({"import_id": "0", "dataset_id": "d"}, None, "import_id"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    connect: Connect, tmp_path: Path, options: dict[str, str], base: str | None, said: str | None
) -> None:
    connect()
    environ = {"PATH": str(tmp_path)}
    given = {"tag_name": "Expo", **options}
    if said is None:
        registry.connect("landbase", options=given, environ=environ).close()
        return
    with pytest.raises(UsageError, match=said):
        registry.connect("landbase", options=given, environ=environ, base_url=base)


@pytest.mark.parametrize(
    "told", ["--json=/etc/passwd", "-h", "", " ", "a b", "../x", "9\n", True, [7]]
)
def test_an_id_that_would_be_an_option_of_the_tool_is_none(
    connect: Connect, part: Part, told: object
) -> None:
    """It becomes an argument; what is told of the import cannot be trusted then."""
    landbase = connect(start=Says({"importId": told}))
    with pytest.raises(Ambiguous, match="told no id of an import"):
        landbase.steps()[1].run(Call(part, "run-1-1", {"dataset": "ds-1"}))
