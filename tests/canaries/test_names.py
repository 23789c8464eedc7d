"""Names from outside: of jobs, files, columns, sheets and runs. None leads out of its folder."""

from __future__ import annotations

import gzip
import io
import itertools
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from preflight.config.choices import FORMATS
from tests.canaries.conftest import Field
from tests.canaries.planted import GOODS, HEADER, table
from tests.canaries.test_faults import hostile
from tests.providers.loopback import Asked, Reply

pytestmark = pytest.mark.slow

NASTY = (
    "../../out-of-it", "/etc/out-of-it", "..", "a\0b", "x" * 5000, "\u202egnp.x",
    "\x1b]0;title\x07\x1b[2J", "\x9b2J", "a\nb\r\nc", "-rf",
    "::error::x", "a\n::error::x##[error]y##vso[z]", "$(id)", "%2e%2e%2f", "",
)  # fmt: skip
COMMANDS = "\r\n::error::x ##[error]y ##vso[z]\x1b]8;;http://x\x07\u2066"
"""A command to each runner, a link to a terminal, and a mark of direction."""
IDS = ("../../out-of-it", "\u202e\x1b[2J\x9b\r\n::error::x ##[error]y", "x" * 5000, "-rf")
KEYS = {"dotdigital": "id", "experiture": "jobId", "talkvalue": "fileKey",
        "textus": "contact_import_slug"}  # fmt: skip


def stray(ground: Field) -> list[str]:
    """What stands beside the folders that calls may write into."""
    meant = {"planted", "tmp", "home", "state", "argv.txt", ".preflight.schema.json"}
    made = {path.name for path in ground.root.iterdir()} - meant
    beside = [path.name for path in ground.root.parent.iterdir() if path != ground.root]
    return beside + sorted(name for name in made if not name.startswith(("out", "state")))


def changed(document: Any, key: str, value: str) -> Any:
    """A document with another value under a key, wherever it stands."""
    if isinstance(document, dict):
        return {k: value if k == key else changed(v, key, value) for k, v in document.items()}
    return document


@pytest.mark.parametrize("provider", KEYS)
def test_the_ids_of_a_provider_name_no_file_and_move_no_terminal(
    ground: Field, provider: str
) -> None:
    """Whatever they are; the run ends, is stopped, or its part is unknown."""
    for at, name in enumerate(IDS):

        def edit(asked: Asked, reply: Reply, name: str = name) -> Reply:
            if asked.method != "POST" or b"{" not in reply.body:
                return reply
            document = changed(json.loads(reply.body), KEYS[provider], name)
            return Reply(reply.status, document, reply.headers)

        ground.mirror.edit = edit
        place = ("-o", f"out-{at}", "--state-dir", f"state-{at}", "--timeout", "0.2")
        called = ground.send(provider, *place, path="good.csv")
        assert called.code in (0, 1, 3), called
    assert hostile(ground) == []
    assert stray(ground) == []
    assert [called for _, _, called in ground.said if "a bug of preflight" in called.err] == []


RUN_LINES = (
    ("runs", "show", "{}"), ("resume", "{}"), ("trace", "{}", "1"), ("learn", "{}"),
    ("resubmit", "planted/good.csv", "--run", "{}"),
)  # fmt: skip


def test_the_id_of_a_run_is_looked_up_and_names_no_file(ground: Field) -> None:
    ground.send("textus", "-o", "out.preflight", path="good.csv")
    before = {path: path.read_bytes() for path in ground.files() if "state" in path.parts}
    for line, name in itertools.product(RUN_LINES, NASTY):
        if "\0" in name:
            continue
        called = ground.call(*(word.format(name) for word in line), "--state-dir", "state")
        assert (called.code, called.out, called.err.count("\n")) == (2, "", 1), called
    assert hostile(ground) == []
    assert stray(ground) == []
    after = {path: path.read_bytes() for path in ground.files() if "state" in path.parts}
    assert {path.name for path in after} - {path.name for path in before} <= {
        "ledger.sqlite-shm", "ledger.sqlite-wal",
    }  # fmt: skip


def test_what_standard_input_is_called_leads_nowhere(
    ground: Field, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ground.root / "out").mkdir()
    monkeypatch.chdir(ground.root / "out")
    for name in NASTY:
        if "\0" in name:
            continue
        stdin = io.TextIOWrapper(io.BytesIO(table(GOODS).encode()))
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", stdin)
            called = ground.call("fix", "-", "--stdin-filename", name, "--force")
        assert called.code in (0, 1, 2), called
        assert "a bug of preflight" not in called.err, (name, called)
    assert hostile(ground) == []
    assert stray(ground) == []


def packed(folder: Path) -> list[Path]:
    """Archives and workbooks whose inner names would like to be elsewhere."""
    text = table(GOODS)
    made = []
    for at, name in enumerate(["../../out-of-it.csv", "/etc/out-of-it.csv", "\x1b[2J.csv"]):
        path = folder / f"{at}.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(name, text)
        made.append(path)
    with zipfile.ZipFile(folder / "two.zip", "w") as archive:
        archive.writestr("\x1b]0;x\x07.csv", text)
        archive.writestr("../b.csv", text)
    with (
        (folder / "c.csv.gz").open("wb") as file,
        gzip.GzipFile("/etc/out-of-it", "wb", fileobj=file) as inner,
    ):
        inner.write(text.encode())
    with xlsxwriter.Workbook(folder / "d.xlsx") as book:
        for name in ("..\u202e", "second \x9b2J"):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, HEADER)
            sheet.write_row(1, 0, list(GOODS[0].values()))
    return [*made, folder / "two.zip", folder / "c.csv.gz", folder / "d.xlsx"]


def test_what_is_packed_is_unpacked_under_names_of_ours(ground: Field) -> None:
    for at, path in enumerate(packed(ground.root / "planted")):
        for command in (("check", path), ("fix", path, "-o", f"out-{at}")):
            called = ground.call(*command)
            assert called.code in (0, 1, 2), called
            assert "a bug of preflight" not in called.err, called
    assert hostile(ground) == []
    assert stray(ground) == []


def test_a_header_and_a_file_name_move_no_terminal(ground: Field) -> None:
    """In a check, a fix, a run, a diff, a draft of a config."""
    names = [
        *HEADER[:3],
        "../../x",
        "\x1b[2J\x1b]0;t\x07",
        "\u202egnp",
        "\x9b2J",
        "n" * 400,
        f"a\nb{COMMANDS}",
    ]
    rows = [[*list(row.values())[:3], *"abcdef"] for row in GOODS]
    lines = [",".join(f'"{cell}"' for cell in line) for line in [names, *rows]]
    odd = "people \x1b[2J\u202e.csv"
    (ground.root / "planted" / odd).write_text("\n".join(lines) + "\n")
    ground.call("check", f"planted/{odd}", "--for", "dotdigital")
    ground.call("check", f"planted/{odd}", "--for", "talkvalue", "--output-format", "concise")
    ground.call("fix", f"planted/{odd}", "-o", "out.preflight")
    ground.call("diff", "out.preflight")
    ground.call("split", f"planted/{odd}", "-o", "out-split \x1b[2J", "--max-rows", "2")
    ground.call("init", f"planted/{odd}", "-o", "-")
    ground.call("init", f"planted/{odd}", "-o", "out.toml")
    ground.call("snapshot", f"planted/{odd}")
    ground.call("snapshot", f"planted/{odd}", "-o", "out-snapshot.json")
    ground.call("check", f"planted/{odd}", "--for", "dotdigital", "--against", "out-snapshot.json")
    ground.call("baseline", "write", f"planted/{odd}", "-o", "out-base.json")
    ground.call("baseline", "show", "out-base.json")
    ground.send("talkvalue", "-o", "out-a \x1b[2J", path=odd)
    ground.call("runs", "--state-dir", "state")
    ground.call("check", "planted/\x1b[2J.csv")
    ground.call("check", "x" * 5000)
    ground.call("fix", f"planted/{odd}", "-o", "x" * 5000)
    ground.call("check", f"planted/{odd}", "--map", "\x1b[2J=email")
    ground.call("check", f"planted/{odd}", "--config", "planted/\x1b[2J.toml")
    assert hostile(ground) == []
    assert stray(ground) == []
    assert [called for _, _, called in ground.said if "a bug of preflight" in called.err] == []


@pytest.mark.parametrize("name", FORMATS)
def test_no_format_has_a_command_of_a_cell_a_header_or_a_file(
    ground: Field, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A file from outside, in a workflow that shows values, too."""
    rows = [[*row.values(), f"zqname1x{COMMANDS}", f"::{COMMANDS}", ""] for row in GOODS]
    rows.append([f"zqmail5x@@{COMMANDS}", COMMANDS, COMMANDS, f"#REF!{COMMANDS}", COMMANDS, "", ""])
    lines = [[*HEADER, "First Name", f"::error::{COMMANDS}", COMMANDS], *rows]
    odd = f"::error::people {COMMANDS.replace('/', '')}.csv"
    content = "\n".join(",".join(f'"{cell}"' for cell in line) for line in lines) + "\n"
    monkeypatch.chdir(ground.root / "planted")
    Path(odd).write_text(content, newline="")
    for more in (["-v"], ["--show-values"], ["--all", "--report", "json:../out"]):
        called = ground.call(
            "check", odd, "--output-format", name, *more, values="--show-values" in more
        )
        assert called.code == 1, called
        assert "a bug of preflight" not in called.err
    # The header is a contact.
    assert ground.call("check", "headerless.csv", "--output-format", name, "--all").code == 1
    assert hostile(ground) == []
    assert ground.leaks() == []
