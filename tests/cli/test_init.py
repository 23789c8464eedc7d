"""`preflight init`: a configuration to begin with."""

from __future__ import annotations

import json
import tomllib
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from preflight.config import profiles
from preflight.config.setting_sources import load
from preflight.config.settings import Settings
from tests.calls import Call
from tests.checked import written

SCHEMA = json.loads(
    resources.files("preflight.config").joinpath("config.schema.json").read_text("utf-8")
)
EXPORT = (
    "Vorname;Name;Elektronisch;Telefon;Land;Scan Date;Badge\n"
    "Ann;Bell;ann@kestrel-labs.com;+14155552671;US;2026-04-21 10:00;1\n"
    "Bob;Pike;bob@kestrel-labs.com;030 23125000;DE;2026-04-21 10:01;2\n"
    "Cleo;Ash;cleo@kestrel-labs.com;030 23125001;DE;2026-04-21 10:02;3\n"
)


def drafted(call: Call, *argv: object) -> tuple[str, dict[str, Any]]:
    """The text that is written, and what of it is in force."""
    told = call("init", *argv, "-o", "-")
    assert (told.code, told.err) == (0, "")
    data = tomllib.loads(told.out)
    jsonschema.validate(data, SCHEMA)
    Path("draft.toml").write_text(told.out)
    load({}, {}, config=Path("draft.toml"))
    return told.out, data


def uncommented(text: str) -> dict[str, Any]:
    """What would be in force if every entry were taken."""
    lines = [
        line[2:] if line.startswith("# ") and (" = " in line or line.startswith("# [")) else line
        for line in text.splitlines()
    ]
    return tomllib.loads("\n".join(lines))


def test_without_a_file_it_says_what_can_be_set_and_sets_nothing(call: Call) -> None:
    """Every line of it is valid once its # is taken away."""
    text, data = drafted(call)
    assert data == {"columns": {}}
    jsonschema.validate(uncommented(text), SCHEMA)


def test_what_was_found_out_stands_there_as_comments(call: Call, tmp_path: Path) -> None:
    """Nothing that is merely likely is in force."""
    written(tmp_path, EXPORT, "leads.csv")
    text, data = drafted(call, "leads.csv")
    assert data == {"columns": {}}
    for line in (
        '# encoding = "utf-8"  # the file is valid',
        '# delimiter = ";"',
        '# "Telefon": 1 of 3 sampled cells have a country code',
        '# "Land" has it for each row; this is for its blank cells.',
        '# The time zone of timestamps that have none ("Scan Date").',
        '# "Name" = "last_name"',
        '# "Elektronisch" = "email"  # its cells look like email addresses',
        '# Of no field: "Badge"',
    ):
        assert line in text.splitlines()
    jsonschema.validate(uncommented(text), SCHEMA)


def test_what_the_user_says_is_in_force(call: Call, tmp_path: Path) -> None:
    """And the file is checked by it."""
    written(tmp_path, EXPORT, "leads.csv")
    argv = ("leads.csv", "--for", "talkvalue", "--region", "DE", "--timezone", "Europe/Berlin")
    text, data = drafted(
        call, *argv, "--map", "Elektronisch=email", "--delimiter", ";", "--header-row", 1
    )
    assert data == {
        "for": "talkvalue",
        "region": "DE",
        "timezone": "Europe/Berlin",
        "delimiter": ";",
        "header_row": 1,
        "columns": {"Elektronisch": "email"},
    }
    assert (
        '# Recognised, but TalkValue has no such column: "Land", "Scan Date"' in text.splitlines()
    )
    assert '"Land" = ' not in text  # to map it would be an error (TKV101)
    told = call("check", "leads.csv", "--config", "draft.toml")
    assert told.code == 0, told.out


@pytest.mark.slow
@pytest.mark.parametrize("name", profiles.names())
def test_the_draft_for_any_provider_is_valid_with_everything_taken(
    call: Call, tmp_path: Path, name: str
) -> None:
    """Also where two columns claim a field, and one holds something else."""
    export = EXPORT.replace("Badge", "E-Mail").replace(";1\n", ";+1 415 555 2671\n")
    written(tmp_path, export, "leads.csv")
    text, _ = drafted(call, "leads.csv", "--for", name)
    assert Settings(profile=name).profile == name
    assert '"E-Mail"' in text


def test_a_column_that_cannot_be_is_to_be_decided(call: Call, tmp_path: Path) -> None:
    """Two for one field, and phones under an address."""
    rows = "".join(f"+1415555267{n},ann{n}@kestrel-labs.com\n" for n in range(5))
    written(tmp_path, "Email,Work Email\n" + rows, "leads.csv")
    text, _ = drafted(call, "leads.csv")
    assert '# "Email" = "-"  # its cells do not look like email' in text
    assert '# "Work Email" = "-"  # "Email" could be email too; keep one' in text


def test_odd_header_names_make_no_odd_file(call: Call, tmp_path: Path) -> None:
    """Quotes, line breaks, controls, an equals sign, and names that look like TOML."""
    header = '"a ""b""","c\nd","e\x7ff","g=h","[columns]","é#","k\\l",E-Mail'
    written(tmp_path, f"{header}\n1,2,3,4,5,6,7,ann@kestrel-labs.com\n", "leads.csv")
    text, data = drafted(call, "leads.csv")
    assert data == {"columns": {}}
    assert '"c d"' in text


def test_a_file_without_a_header_puts_no_contact_into_the_draft(call: Call, tmp_path: Path) -> None:
    """Its names would be values."""
    rows = "".join(f"ann{n}@kestrel-labs.com,Annika{n}\n" for n in range(5))
    written(tmp_path, rows, "leads.csv")
    text, _ = drafted(call, "leads.csv")
    assert "looks like data" in text
    assert "nnika" not in text


@pytest.mark.parametrize(
    ("content", "said"), [("%PDF-1.7\n", "PDF document"), ("", "empty"), ("\n\n", "no header")]
)
def test_what_is_no_table_cannot_be_drafted_from(
    call: Call, tmp_path: Path, content: str, said: str
) -> None:
    """One line, exit 2, nothing written."""
    written(tmp_path, content, "leads.csv")
    told = call("init", "leads.csv")
    assert (told.code, told.out) == (2, "")
    assert said in told.err
    assert not Path("preflight.toml").exists()


def test_a_file_that_stands_there_is_not_replaced(call: Call) -> None:
    """But with --force."""
    Path("preflight.toml").write_text("mine = 1")
    assert call("init").code == 2
    assert Path("preflight.toml").read_text() == "mine = 1"
    told = call("init", "--force")
    assert told.code == 0
    assert "next: `preflight check FILE`" in told.err
    assert call("rules").code == 0


def test_editors_find_the_schema_of_the_config_beside_it(call: Call, here: Path) -> None:
    (here / "in").mkdir()
    assert call("init", "-o", "in/preflight.toml").code == 0
    first = (here / "in" / "preflight.toml").read_text().splitlines()[0]
    assert first.startswith("#:schema ./")
    beside = here / "in" / first.removeprefix("#:schema ")
    assert json.loads(beside.read_text()) == SCHEMA
    beside.write_text(beside.read_text().replace("extend", "of an older version"))
    assert call("init", "-o", "in/preflight.toml", "--force").code == 0
    assert json.loads(beside.read_text()) == SCHEMA
    beside.write_text("mine")
    told = call("init", "-o", "in/preflight.toml", "--force")
    assert (told.code, beside.read_text()) == (2, "mine")
    assert ".preflight.schema.json is not preflight's" in told.err
    assert "#:schema" not in call("init", "-o", "-").out
