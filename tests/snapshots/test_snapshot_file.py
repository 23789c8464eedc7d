"""A snapshot as a file: what is written is read again, and what is not one is named."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from preflight.core.errors import UsageError
from preflight.snapshots import snapshot_file
from preflight.snapshots.snapshot import (
    ColumnSnapshot,
    Conditions,
    Lengths,
    Mix,
    Share,
    Snapshot,
    Tool,
    Writing,
    mixed,
)

COMMITTED = resources.files("preflight.snapshots").joinpath("snapshot.schema.json").read_text()
WHOLE = Snapshot(
    tool=Tool(name="preflight", version="0.1.0"),
    settings=Conditions(profile="general", region="US"),
    file=Writing(encoding="utf-8", delimiter=";", newline="CRLF", header_line=1),
    rows=9,
    table=8,
    repeated=1,
    columns=[
        ColumnSnapshot(
            position=1,
            name="E-mail",
            field="email",
            kind="email",
            filled=8,
            valid=7,
            formats={"address": 7},
            looks={"email": 8},
            domains=Mix(named={"kestrel-labs.com": 6}, other=1),
            lengths=Lengths(p5=9, p25=9, median=12, p75=14, p95=20),
        ),
        ColumnSnapshot(position=2, name=None, kind="text", filled=0),
    ],
)


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "source.json"
    WHOLE.save(path)

    assert snapshot_file.read(path) == WHOLE
    assert repr(WHOLE) == "<preflight.Snapshot of 9 rows, 2 columns>"


def test_what_is_written_fits_the_published_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(COMMITTED))
    jsonschema.validate(json.loads(snapshot_file.text(WHOLE)), json.loads(COMMITTED))


@pytest.mark.slow
def test_the_committed_schema_is_the_generated_one(tmp_path: Path) -> None:
    """`make schema` writes it."""
    target = tmp_path / "snapshot.schema.json"
    subprocess.run([sys.executable, "-m", "preflight.snapshots.json_schema", target], check=True)
    assert target.read_text("utf-8") == COMMITTED


def changed(**keys: Any) -> str:
    """A snapshot with some keys changed."""
    return json.dumps({**json.loads(snapshot_file.text(WHOLE)), **keys})


def test_what_a_later_version_adds_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "source.json"
    path.write_text(changed(taken="2026-11-27"))

    assert snapshot_file.read(path) == WHOLE


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "cannot read the snapshot {path}: No such file or directory"),
        ("email\nann@kestrel-labs.com\n", "{path} is not a snapshot; `preflight snapshot FILE -o "),
        ('{"schema_version": 1, "findings": []}', "{path} is not a snapshot; "),
        ('{"schema_version": "ann", "columns": []}', "{path} is not a snapshot; "),
        ("[" * 100_000, "{path} is not a snapshot; "),
        (changed(schema_version=2), "{path} is of a newer preflight (schema 2; this one reads 1)"),
        (changed(schema_version=0), "{path} is damaged: schema_version is missing or wrong"),
        (changed(rows="ann@kestrel-labs.com"), "{path} is damaged: rows is missing or wrong"),
        (changed(columns=[{"name": "a"}]), "{path} is damaged: columns.0."),
        (changed(settings={"profile": {"ann": 1}}), "{path} is damaged: settings.profile is"),
        (snapshot_file.text(WHOLE)[:200], "{path} is not a snapshot; "),
    ],
)
def test_a_broken_file_is_named_in_a_line(
    content: str | None, message: str, tmp_path: Path
) -> None:
    """And nothing of it is repeated."""
    path = tmp_path / "broken.json"
    if content is not None:
        path.write_text(content)

    with pytest.raises(UsageError) as error:
        snapshot_file.read(path)

    assert message.format(path=path) in str(error.value)
    assert "\n" not in str(error.value)
    assert "ann" not in str(error.value).replace("cannot", "")


def test_a_domain_is_not_repeated_from_a_broken_file(tmp_path: Path) -> None:
    path = tmp_path / "broken.json"
    path.write_text(
        snapshot_file.text(WHOLE).replace('"kestrel-labs.com": 6', '"ann@x.com": "six"')
    )

    with pytest.raises(UsageError, match=r"columns\.0\.domains\.named is missing or wrong"):
        snapshot_file.read(path)


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (Share(0, 0), "0%"),
        (Share(1, 2), "50%"),
        (Share(1, 1000), "0.1%"),
        (Share(1, 100), "1%"),
        (Share(999, 1000), "99.9%"),
        (Share(1000, 1000), "100%"),
        (Share(4, 50, at_most=True), "≤8%"),
    ],
)
def test_a_share_in_percent(share: Share, shown: str) -> None:
    assert str(share) == shown


def test_what_is_not_named_is_known_to_be_rare() -> None:
    """A value that is missing in a mix may have been in fewer rows than those that are named."""
    mix = mixed({"a.com": 300, "b.com": 6, "c.com": 4})

    assert (mix.named, mix.other) == ({"a.com": 300, "b.com": 6}, 4)
    assert mix.share("c.com") == Share(4, 310, at_most=True)
    assert mixed({"a.com": 5}).share("c.com") == Share(0, 5)
