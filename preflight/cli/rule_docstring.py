r"""Reads the samples in a rule's docstring.

A docstring has literal blocks. `Bad::` is a file and `Findings::` all findings of the rule in it,
one a line: `LINE:COLUMN_NAME CODE message`, `LINE CODE message` or `CODE message`. `Good::` is a
file without a finding of the rule and without an error of any rule. `Fixed::` is the clean.csv that
fixing the bad file with this rule alone writes. `Options::` are options as on the command line, for
both files, `GoodOptions::` those of the good file instead. `With::` is a further rule file,
`Schema::` the user's own schema with a `SCHEMA` in it, and `Domains::` the answers of the DNS, one
domain a line: `kestrel-labs.com takes mail`, `… takes none: WHY`, or `… cannot be asked`.
`Compared::` is the result of comparing the bad file with earlier runs: `row ROW VERDICT: REASON`.
`Before::` is the file whose snapshot both files are compared with, `Beside::` another file of the
call, called beside.csv, that they are compared with. `Workbook::` makes the samples sheets of a
workbook: `numbers NAME` for a column of numbers, and in the bad one `hidden LINE`, and
`formula LINE NAME` for a formula without a value. A byte that is not text is written as `\xHH`.
"""

from __future__ import annotations

import dataclasses
import re
import shlex
import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from preflight.config import catalogue
from preflight.config.settings import Settings
from preflight.core import files
from preflight.core.errors import ConfigError, RuleError
from preflight.core.verdicts import RowVerdict, RowVerdicts, Verdict
from preflight.kinds.email_dns import TAKES, MailHosts
from preflight.rule import Rule

BLOCKS = (
    "Options",
    "GoodOptions",
    "With",
    "Schema",
    "Domains",
    "Compared",
    "Before",
    "Workbook",
    "Beside",
    "Bad",
    "Findings",
    "Good",
    "Fixed",
)
_BLOCK = re.compile(r"^(\w+)::\n\n((?:    .*\n|\n)+)", re.MULTILINE)
_COMPARED = re.compile(rf"row (\d+) ({'|'.join(Verdict)}): (.+)")
_COUNTS = ("max_bytes", "max_rows", "header_row")


@dataclass(frozen=True)
class RuleSample:
    """The samples in a rule's docstring.

    Attributes:
        rule: the rule.
        settings: for the bad file.
        good_settings: for the good file.
        rules_from: further rule files that the samples need.
        bad: a file that fails.
        findings: of the bad file, a line for each.
        good: a file that does not fail.
        fixed: the bad file after fixing; None if fixing changes nothing.
        workbook: instructions for sheets of a workbook; None if the samples are text.
        beside: another file of the call; None if the samples are alone.
        mail: which domains take no mail; None if not needed.
        comparison: of the bad file with earlier runs.
        before: the file whose snapshot both files are compared with; None if not needed.
    """

    rule: Rule
    settings: Settings
    good_settings: Settings
    rules_from: tuple[Path, ...]
    bad: bytes
    findings: tuple[str, ...]
    good: bytes
    fixed: bytes | None
    workbook: str | None = None
    beside: bytes | None = None
    mail: MailHosts | None = None
    comparison: RowVerdicts = field(default_factory=RowVerdicts)
    before: bytes | None = None

    def alone(self, settings: Settings) -> Settings:
        """The settings with only this rule, and the rules of `With::`, on."""
        known = catalogue.load(self.rules_from)
        shown = [code for code, rule in known.items() if rule.origin.endswith(_WITH)]
        return dataclasses.replace(settings, select=(self.rule.code, *shown))


_WITH, _SCHEMA = "shown_with.py", "shown_schema.py"


def blocks(doc: str) -> dict[str, str]:
    """The literal blocks of a docstring, by their titles."""
    return {
        title: textwrap.dedent(text).rstrip("\n") + "\n"
        for title, text in _BLOCK.findall(doc + "\n")
    }


def as_bytes(text: str) -> bytes:
    r"""A sample as a file: `\xHH` is a byte."""
    pieces = re.split(r"\\x([0-9a-f]{2})", text)
    return b"".join(
        bytes.fromhex(piece) if at % 2 else piece.encode() for at, piece in enumerate(pieces)
    )


def options(text: str) -> Settings:
    """Settings from options as on the command line.

    Raises:
        RuleError: there is no such option, or its value is invalid.
    """
    words = shlex.split(text)
    known = {field.name for field in dataclasses.fields(Settings)}
    given: dict[str, Any] = {}
    provider: dict[str, str] = {}
    while words:
        word = words.pop(0)
        name = word.removeprefix("--").replace("-", "_")
        if name in ("unsafe_fixes", "online"):
            given[name] = True
            continue
        if not words:
            raise RuleError(f"Options: `{word}` needs a value")
        value = words.pop(0)
        key, _, right = value.rpartition("=")
        if name == "map":
            given["columns"] = {**given.get("columns", {}), key: right}
        elif word == "-O":
            provider[key] = right
        elif name in _COUNTS:
            given[name] = int(value)
        elif name == "for":
            given["profile"] = value
        elif name == "any_of":
            groups = [group.split("+") for group in value.split(",")]
            given[name] = (*given.get(name, ()), groups)
        elif name in known:
            given[name] = value
        else:
            raise RuleError(f"Options: no option `{word}`")
    if provider and "profile" not in given:
        raise RuleError("Options: `-O` needs `--for`")
    if provider:
        given["providers"] = {given["profile"]: provider}
    try:
        return Settings(**given)
    except ConfigError as error:
        raise RuleError(f"Options: {error}") from error


def sample(rule: Rule, folder: Path, rules_from: tuple[Path, ...] = ()) -> RuleSample:
    """Reads the samples of a rule.

    Args:
        rule: with its docstring.
        folder: a private folder for the files that the samples need.
        rules_from: the file of the rule, if it is not a rule of preflight.

    Raises:
        RuleError: the docstring has no bad file, no findings, or no good file.
    """
    shown = blocks(rule.doc)
    for title in ("Bad", "Findings", "Good"):
        if title not in shown:
            raise RuleError(f"{rule.code}: its docstring has no block `{title}::`")
    for title in shown:
        if title not in BLOCKS:
            raise RuleError(
                f"{rule.code}: its docstring has an unknown block `{title}::`; known are "
                + ", ".join(BLOCKS)
            )
    settings = options(shown.get("Options", ""))
    good_settings = options(shown["GoodOptions"]) if "GoodOptions" in shown else settings
    if "With" in shown:
        files.write(folder / _WITH, shown["With"], durable=False)
        rules_from = (*rules_from, folder / _WITH)
    if "Schema" in shown:
        files.write(folder / _SCHEMA, shown["Schema"], durable=False)
        own = f"{folder / _SCHEMA}:SCHEMA"
        settings = dataclasses.replace(settings, schema=own)
        good_settings = dataclasses.replace(good_settings, schema=own)
    return RuleSample(
        rule=rule,
        settings=settings,
        good_settings=good_settings,
        rules_from=rules_from,
        bad=as_bytes(shown["Bad"]),
        findings=tuple(shown["Findings"].splitlines()),
        good=as_bytes(shown["Good"]),
        fixed=as_bytes(shown["Fixed"]) if "Fixed" in shown else None,
        workbook=shown.get("Workbook"),
        beside=as_bytes(shown["Beside"]) if "Beside" in shown else None,
        mail=_mail(shown["Domains"]) if "Domains" in shown else None,
        comparison=_comparison(shown.get("Compared", "")),
        before=as_bytes(shown["Before"]) if "Before" in shown else None,
    )


def _mail(text: str) -> MailHosts:
    """The answers of the DNS in a sample.

    Raises:
        RuleError: a line has none of the three forms.
    """
    answers: dict[str, str | None] = {}
    for line in text.splitlines():
        domain, _, answer = line.partition(" ")
        if answer not in ("takes mail", "cannot be asked") and not answer.startswith(
            "takes none: "
        ):
            raise RuleError(f"Domains: `{line}` does not say whether it takes mail")
        why = None if answer == "cannot be asked" else answer.removeprefix("takes none: ")
        answers[domain] = TAKES if answer == "takes mail" else why
    return MailHosts(answers.__getitem__)


def _comparison(text: str) -> RowVerdicts:
    """The verdicts of a comparison with earlier runs in a sample.

    Raises:
        RuleError: a line is not `row ROW VERDICT: REASON`.
    """
    verdicts = []
    for line in text.splitlines():
        match = _COMPARED.fullmatch(line)
        if match is None:
            raise RuleError(f"Compared: `{line}` is not `row ROW VERDICT: REASON`")
        verdicts.append((int(match[1]), RowVerdict(Verdict(match[2]), match[3])))
    return RowVerdicts.of(verdicts)
