"""Every command, in every way of talking, with canaries in all that it reads."""

from __future__ import annotations

import itertools
import shlex
from collections.abc import Callable, Iterator

import click
import pytest

from preflight.cli.main import _preflight
from preflight.runs.ledger.ledger import Ledger
from preflight.runs.ledger.places import ELSEWHERE
from tests.calls import rows_of
from tests.canaries.conftest import FEW, PROVIDERS, Field
from tests.canaries.planted import ENVIRON, GOODS, table

_FEW = " ".join(FEW)
SUBMIT = f"planted/people.csv --to {{}} --state-dir state -o {{{{new}}}}.preflight --again {_FEW}"
MERGE = "--from talkvalue --failures planted/report.csv"
FILES, SENDING, HISTORY = "files", "sending", "history"
"""What a command is about; those of one sort are called in one folder, and searched once."""

CASES: dict[str, tuple[str, tuple[str, ...]]] = {
    # command: (its sort, its arguments); {new}: a name that nothing has, {run}: a finished run
    "check": (FILES, ("planted/people.csv", "planted/headerless.csv --for talkvalue --all",
                      "planted/people.csv --for dotdigital --diff --unsafe-fixes",
                      "planted/people.csv --baseline out-base.json --output-format json")),
    "fix": (FILES, (f"planted/people.csv -o {{new}}.preflight {_FEW}",
                    "planted/people.csv -o {new}.preflight", "planted/people.csv --diff",
                    "planted/headerless.csv -o {new}.preflight --for textus --unsafe-fixes")),
    "split": (FILES, ("planted/people.csv -o {new}.preflight --max-rows 3",)),
    "submit": (SENDING, (SUBMIT.format("talkvalue -O source_id=7 -O mode=UPDATE"),
                         SUBMIT.format("dotdigital -O address_book=77 --dry-run"))),
    "resume": (SENDING, ("{open} --state-dir open",)),
    "learn": (HISTORY, ("{run} --state-dir state",
                        "{run} --state-dir state -o {new}-learnt")),
    "resubmit": (SENDING, (
        "planted/corrected.csv --run {run} --state-dir state -o {new}.preflight --dry-run",
        "planted/corrected.csv --run {run} --state-dir state -o {new}.preflight",
        "planted/good.csv --run {run} --state-dir state -o {new}.preflight")),
    "runs": (HISTORY, ("show {run} --state-dir state", "--state-dir state", "--state-dir none")),
    "trace": (HISTORY, ("{run} 1 --state-dir state", "{run} 11 --state-dir state",
                        "{run} zqmail3x@kestrel-labs.com --state-dir state",
                        "{run} zqmail99x@kestrel-labs.com --state-dir state")),
    # After `trace`: its report names somebody who is not in the file, whom no filter can know.
    "merge": (HISTORY, (f"{MERGE} --submitted planted/good.csv -o {{new}}.preflight",
                        f"{MERGE} --run {{run}} --state-dir state")),
    "snapshot": (FILES, ("planted/people.csv --region US", "planted/headerless.csv",
                         "planted/people.csv -o {new}-snapshot.json")),
    "baseline": (FILES, ("write planted/people.csv -o {new}.json", "show out-base.json",
                         "write planted/headerless.csv --for talkvalue -o {new}.json",
                         "prune planted/people.csv --baseline out-base.json")),
    "diff": (FILES, ("fixed.preflight",)),
    # Nothing to review. The page itself has tests of its own; it shows values, in a browser.
    "review": (FILES, ("fixed.preflight/clean.csv --no-browser --state-dir state",)),
    "undo": (FILES, ("fixed.preflight --row {fixed}",
                     "fixed.preflight -o out-undone/people.csv --force")),
    "rules": (FILES, ("", "--for talkvalue")),
    "explain": (FILES, ("EML302",)),
    "new-rule": (FILES, ("zq-found --family EML --folder {new}-rules",)),
    "profiles": (FILES, ("", "talkvalue")),
    "template": (FILES, ("--for talkvalue", "--for textus -o {new}-template.csv")),
    "config": (FILES, ("", "--for talkvalue --isolated")),
    "init": (FILES, ("planted/people.csv -o {new}.toml", "planted/headerless.csv -o -")),
    "sandbox": (FILES, ("--magic",)),
}  # fmt: skip
"""A new command needs a line here."""

_numbers = itertools.count(1)


def commands() -> list[str]:
    return _preflight.list_commands(click.Context(_preflight))


@pytest.mark.parametrize("name", commands())
def test_every_command_has_a_case(name: str) -> None:
    assert name in CASES, f"add a case for command {name} to CASES in {__file__}"


def ways(name: str) -> Iterator[tuple[list[str], bool]]:
    """Each way of talking that a command has, and whether it may show values on stdout.

    All rules speak in the first way; in the others some of each scope.
    """
    command = _preflight.get_command(click.Context(_preflight), name)
    assert command is not None
    options = {option.name: option for option in command.params}
    calm = ["-q"] if "quiet" in options else []
    shows = "show_values" in options
    yield [], False
    few = FEW if "select" in options else ()
    said = [word for word in ("verbose", "statistics") if word in options]
    if said:
        yield [*(f"--{word}" for word in said), *few], False
    if "output_format" in options:
        option = options["output_format"]
        assert isinstance(option, click.Option)
        kind = option.type
        named = kind.choices if isinstance(kind, click.Choice) else str(option.metavar).split("|")
        for one in set(named) - {"full", option.default}:  # which is the first way
            yield ["--output-format", one, *(calm if one == "concise" else []), *few], False
    if shows:
        form = ["--output-format", "json"] if "output_format" in options else []
        yield ["--show-values", *form, *few], True
    if shows and "output_file" in options:
        yield ["--output-file", "shown-{new}.txt", "--show-values", *few], True


def needed(ground: Field, sort: str) -> dict[str, str]:
    """Makes what the commands of a sort need; the ids of the runs, or a row that was fixed."""
    if sort == FILES:
        (ground.root / "out-undone").mkdir()
        ground.call("fix", "planted/people.csv", "-o", "fixed.preflight")
        ground.call("baseline", "write", "planted/good.csv", "-o", "out-base.json")
        changes = rows_of(ground.root / "fixed.preflight" / "fixes.csv")
        return {"fixed": next(change["row"] for change in changes if change["row"])}
    ground.send("talkvalue", "-o", "sent.preflight")
    with Ledger(ground.root / "state" / ELSEWHERE) as ledger:
        runs = {"run": ledger.runs()[0].id}
    if sort == SENDING:
        failures = (ground.root / "sent.preflight" / "failures.csv").read_text()
        corrected = failures.replace("failure.zqmail3x", "zqmail33x").replace("Ã«", "ë")
        (ground.root / "planted" / "corrected.csv").write_text(corrected)
        ground.send("talkvalue", "-o", "open.preflight", "--state-dir", "open", "--no-wait")
        with Ledger(ground.root / "open" / ELSEWHERE) as ledger:
            runs["open"] = ledger.runs()[0].id
    return runs


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("sort", [FILES, SENDING, HISTORY])
def test_no_command_lets_a_secret_or_a_value_out(ground: Field, sort: str) -> None:
    """In any format, quiet or not; values on stdout only where they were asked for."""
    runs = needed(ground, sort)

    def call(name: str, line: str, way: list[str], values: bool) -> None:
        words = [*shlex.split(line), *way]
        filled = [word.format(new=f"out-{next(_numbers)}", **runs) for word in words]
        assert ground.call(name, *filled, values=values).code in (0, 1), ground.said[-1]

    for name in [name for name, (about, _) in CASES.items() if about == sort]:
        first, *others = CASES[name][1]
        for way, values in ways(name):
            call(name, first, way, values)
        for line in others:
            call(name, line, [], False)
    assert ground.leaks() == []
    assert [word for word, _, called in ground.said if called.err.startswith("Traceback")] == []


_WRONG = (
    "check nothing.csv",
    "check planted/people.csv --for talkvalu",
    "fix planted/people.csv -o planted/people.csv",
    "submit planted/people.csv --to dotdigital -O api_password={secret}",
    "submit planted/people.csv --to dotdigital -O address_book={secret}",
    "submit planted/people.csv --to dotdigital -O {secret}",
    "submit planted/people.csv --to textus -O account=a --base-url https://u:{secret}@example.org",
    "submit planted/people.csv --to textus -O account=a --base-url https://example.org/?t={secret}",
    "submit planted/people.csv --to textus -O account=a --base-url http://{secret}.example.org",
    "submit planted/people.csv --to experiture -O list_name=a -O target_list_id=b",
)


def test_a_wrong_call_does_not_repeat_a_secret(ground: Field) -> None:
    """Not even one that was given in the wrong place; nothing is read and nothing sent."""
    before = len(_asked(ground))
    for wrong in _WRONG:
        given = wrong.format(secret=ENVIRON["TEXTUS_API_TOKEN"])
        assert ground.call(*shlex.split(given)).code == 2
    assert len(_asked(ground)) == before
    assert ground.leaks() == []


def _asked(ground: Field) -> list[object]:
    assert ground.mirror.server is not None
    return list(ground.mirror.server.asked)


_MISTAKES = (
    '[providers.dotdigital]\napi_password = "{secret}"\n',
    'token = "{secret}"\n',
    'for = "{secret}"\n',
    'region = "{secret}"\n',
    'timeout = "{secret}"\n',
    'output_format = ["{secret}"]\n',
    'severity = {{EML302 = "{secret}"}}\n',
    '[providers.textus]\naccount = "a/{secret}"\n',
    '[providers.textus]\naccount = {{secret = "{secret}"}}\n',
    "{secret}\n",
    'a = "{secret}\n',
)


def test_a_secret_in_a_config_by_mistake_is_not_repeated(ground: Field) -> None:
    secret = ENVIRON["TEXTUS_API_TOKEN"]
    for mistake in _MISTAKES:
        (ground.root / "planted" / "preflight.toml").write_text(mistake.format(secret=secret))
        ground.send("textus", "--config", "planted/preflight.toml", path="good.csv")
    assert ground.leaks() == []


@pytest.mark.parametrize(
    "variable", ["FOR", "TIMEOUT", "MAX_BAD", "SHOW_VALUES", "POLL_SCALE", "SCHEMA"]
)
def test_a_secret_in_a_variable_of_ours_is_not_repeated(
    ground: Field, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(f"PREFLIGHT_{variable}", ENVIRON["TALKVALUE_TOKEN"])
    assert ground.send("textus", path="good.csv").code == 2
    assert ground.leaks() == []


@pytest.mark.parametrize("provider", PROVIDERS)
def test_what_is_missing_is_said_before_anything_is_read(
    ground: Field, monkeypatch: pytest.MonkeyPatch, provider: str
) -> None:
    """A secret or the tool, and an option that cannot be: the file is not even there."""
    missing = "LANDBASE_CLI" if provider == "landbase" else f"{provider.upper()}_API"
    before = len(_asked(ground))
    told = ground.send(provider, "-O", "sauce=1", path="nothing.csv")
    assert (told.code, told.out) == (2, "")
    assert f'{provider} has no option "sauce"' in told.err
    for name in ENVIRON:
        monkeypatch.delenv(name)
    monkeypatch.setenv("LANDBASE_CLI", "no-such-tool")
    told = ground.send(provider, path="nothing.csv")
    assert (told.code, told.out, told.err.count("\n")) == (2, "", 1)
    assert missing.replace("TALKVALUE_API", "TALKVALUE_TOKEN") in told.err
    assert len(_asked(ground)) == before
    assert not (ground.root / "state").exists()


RULE = '''"""Names of some length.

Bad::

    first_name
    Anna

Findings::

    2:1 OWN900

Good::

    first_name
    Bo
"""
from preflight.rule import Rule, Scope, Severity

def check(cells):
    raise ValueError(f"of {list(cells['value'])}")

RULE = Rule(code="OWN900", name="name-long", severity=Severity.ERROR, message="is long",
            scope=Scope.CELL, kinds=("name",), check=check, suspects=".")
'''


@pytest.mark.slow
@pytest.mark.parametrize("way", [[], ["--output-format", "json"], ["--output-format", "concise"]])
def test_a_rule_that_crashes_lets_nothing_out(ground: Field, way: list[str]) -> None:
    """Its message may hold a cell."""
    (ground.root / "planted" / "rules").mkdir()
    (ground.root / "planted" / "rules" / "own.py").write_text(RULE)
    told = ground.call("check", "planted/good.csv", "--rules", "planted/rules", *way)
    assert told.code in (1, 2)
    assert "OWN900" in told.out + told.err
    assert ground.leaks() == []


Break = Callable[..., object]


@pytest.mark.slow
@pytest.mark.parametrize("where", ["_create", "failures"])
def test_a_bug_lets_nothing_out(ground: Field, monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    """Its exception holds a cell and a secret; one line says where the log is."""
    from preflight.providers.talkvalue.client import Talkvalue

    def broken(*_: object) -> object:
        raise RuntimeError(f"{GOODS[0]} {ENVIRON['TALKVALUE_TOKEN']}")

    monkeypatch.setattr(Talkvalue, where, broken)
    told = ground.send("talkvalue", "-o", "out.preflight")
    assert told.code == 2
    assert "a bug of preflight, not of your file: RuntimeError, see " in told.err
    assert len(list((ground.root / "tmp").glob("preflight-bug-*.log"))) == 1
    assert ground.leaks() == []
    monkeypatch.undo()


def test_what_cannot_be_read_lets_nothing_out(ground: Field) -> None:
    """Damaged archives, a folder, bytes of no text, a file that is all quotes."""
    planted = ground.root / "planted"
    (planted / "a.csv.gz").write_bytes(b"\x1f\x8b" + table(GOODS).encode())
    (planted / "b.zip").write_bytes(b"PK\x03\x04" + table(GOODS).encode())
    (planted / "c.csv").write_bytes(b"\xff\xfe" + table(GOODS).encode("utf-16-le")[:-1])
    (planted / "d.csv").write_bytes(table(GOODS).encode().replace(b'","', b'"'))
    (planted / "e.xlsx").write_bytes(b"PK\x03\x04" + b"\0" * 40 + table(GOODS).encode())
    (planted / "f.csv").write_bytes(b"\0" * 100 + table(GOODS).encode("cp1252"))
    for name in ("a.csv.gz", "b.zip", "c.csv", "d.csv", "e.xlsx", "f.csv", "rules", ""):
        for way in ((), ("--output-format", "json", "--all")):
            assert ground.call("check", f"planted/{name}", *way).code in (0, 1, 2)
        ground.call("fix", f"planted/{name}", "-o", "out.preflight", "--force")
    assert ground.leaks() == []
