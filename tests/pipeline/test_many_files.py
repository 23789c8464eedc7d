"""Several files checked each by itself, in one process or in more."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from preflight.config import catalogue
from preflight.config.settings import Settings
from preflight.core.errors import ConfigError, RuleError
from preflight.pipeline.between_processes import Unpacker, packed
from preflight.pipeline.many_files import Asked, FileResult, check_each
from preflight.report import formats
from preflight.report.reported import Display, Reported
from tests.calls import ODD
from tests.checked import CRASHES

SELECT = ("FIL", "HDR", "STR", "EML302", "EML303", "DUP", "TXT701")
CONTENTS = {
    "a.csv": "email,first_name\n ann@kestrel-labs.com,Ann\nbo@@kestrel-labs.com,Bo\nc\n",
    "b.csv": "email,first_name\nAnn@Kestrel-Labs.com,Ann\nbo@kestrel-labs.com,Bo \n",
    "c.csv": "email,email\nann@kestrel-labs.com,x\n",
    "d.csv": "%PDF-1.4",
}


def asked(work: Path, **more: Any) -> Asked:
    """What is wanted of each file, with a private folder of its own."""
    work.mkdir()
    settings = Settings(**({"select": SELECT} | more.pop("settings", {})))
    return Asked(settings=settings, work=work, **more)


def written(folder: Path) -> list[str]:
    """Some files with findings of every kind."""
    for name, content in CONTENTS.items():
        (folder / name).write_text(content)
    return [str(folder / name) for name in CONTENTS]


def told(results: Sequence[FileResult], name: str = "json") -> str:
    """A report of the files, with the same tokens in every process."""
    files = [result.file for result in results if result.file is not None]
    display = Display(show_values=True, token=lambda value: f"<{value}>")
    return "".join(formats.pieces(name, Reported(files), display))


def test_what_crosses_to_another_process_reports_the_same(tmp_path: Path) -> None:
    """Rules as codes with their severities, and no more of a file than a report needs."""
    wanted = asked(tmp_path / "work", across=True, settings={"severity": {"TXT701": "error"}})
    results = check_each(written(tmp_path), wanted, jobs=1, done=lambda _: None)
    crossed = Unpacker(catalogue.load()).value(packed(results))
    for name in ("json", "full", "grouped"):
        assert told(crossed, name) == told(results, name)
    rules = crossed[0].file.listing.analysis.plan.rules
    assert rules["TXT701"].severity == "error"
    assert rules["TXT701"].check is catalogue.builtin()["TXT701"].check
    assert "the same contact as row 1 of" in told(crossed)


def test_cells_are_those_that_one_file_by_itself_shows(tmp_path: Path) -> None:
    paths = written(tmp_path)
    many = check_each(paths, asked(tmp_path / "1"), jobs=1, done=lambda _: None)
    alone = check_each(paths[:1], asked(tmp_path / "2"), jobs=1, done=lambda _: None)
    assert told(alone, "full") == told(many[:1], "full")
    assert "' ann@kestrel-labs.com'" in told(alone, "full")
    some = many[0].file
    assert some is not None
    one = some.listing.analysis.findings.whole().taken(np.array([1]))
    assert some.cells(one)[0].tolist() == ["bo@@kestrel-labs.com"]
    assert list((tmp_path / "1").iterdir()) == []


def test_a_file_that_cannot_be_opened_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "loop.csv").symlink_to("loop.csv")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"email\nx@\n")))
    absent, loop = str(tmp_path / "absent.csv"), str(tmp_path / "loop.csv")
    paths = [absent, str(ODD / "clean.csv"), loop, "-"]
    results = check_each(
        paths, asked(tmp_path / "work", stdin_name="in.csv"), jobs=1, done=lambda _: None
    )
    unread = [result.unread for result in results]
    assert [one and one.path for one in unread] == [absent, None, loop, None]
    assert unread[0] is not None
    assert unread[0].reason == "no such file; check the path"
    assert results[3].file is not None
    assert results[3].file.listing.path == "in.csv"


@pytest.mark.parametrize(
    ("settings", "error"),
    [({"ignore": ("XYZ",)}, ConfigError), ({"rules": (Path("none.py"),)}, RuleError)],
)
def test_what_is_wrong_with_the_call_is_said_once(
    tmp_path: Path, settings: dict[str, Any], error: type[Exception]
) -> None:
    wanted = asked(tmp_path / "work", settings=settings)
    with pytest.raises(error):
        check_each(written(tmp_path), wanted, jobs=1, done=lambda _: None)


@pytest.mark.long
def test_results_do_not_depend_on_the_number_of_processes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a rule of the user's own that crashes, and standard input, which is this process's."""
    (tmp_path / "own.py").write_text(CRASHES)
    (tmp_path / "z.csv").write_text("email,company\nann@kestrel-labs.com,Kestrel Labs\n")
    paths = [
        *written(tmp_path), *map(str, sorted(ODD.glob("*.csv"))), "-",
        str(tmp_path / "absent.csv"), str(tmp_path / "z.csv"),
    ]  # fmt: skip
    settings = {"rules": (tmp_path / "own.py",), "select": ("ALL",)}
    seen, reports = [], set()
    for jobs in (1, 3):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"email\nx@\n")))
        wanted = asked(tmp_path / str(jobs), across=True, difference=True, settings=settings)
        names: list[str] = []
        results = check_each(paths, wanted, jobs=jobs, done=names.append)
        seen.append(names)
        text = told(results) + told(results, "full") + "".join(one.difference for one in results)
        reports.add(text + "".join(str(one.unread) for one in results))
    assert seen == [paths] * 2
    (report,) = reports
    assert re.search(r"crashed.*KeyError", report)
    assert "absent.csv" in report


@pytest.mark.long
def test_an_error_of_the_call_ends_all_processes(tmp_path: Path) -> None:
    wanted = asked(tmp_path / "work", settings={"ignore": ("XYZ",)})
    with pytest.raises(ConfigError, match="XYZ"):
        check_each(written(tmp_path), wanted, jobs=2, done=lambda _: None)
