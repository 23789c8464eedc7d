"""The skeleton of a rule file, which loads, runs and passes the test of its docstring."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from preflight.core import files
from preflight.core.errors import OutputExists, UsageError

if TYPE_CHECKING:
    from preflight.rule import Rule

_NAME = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_OWN = re.compile(r"[A-Z]{3}")


@dataclass(frozen=True, slots=True)
class Family:
    """A family of rules that look at cells.

    Attributes:
        code: the three letters of its codes.
        first: the number of its first code.
        kind: of the cells its rules look at.
        header: of the sample's column.
        odd: the cell that the skeleton's rule reports.
        fine: a cell that it does not report.
    """

    code: str
    first: int
    kind: str
    header: str
    odd: str
    fine: str


FAMILIES: Mapping[str, Family] = {
    "email": Family(
        "EML", 301, "email", "email", "bob.odd@kestrel-labs.com", "bob@kestrel-labs.com"
    ),
    "phone": Family("PHN", 401, "phone", "phone", "+14155552672", "+14155552671"),
    "timestamp": Family(
        "TIM", 501, "timestamp", "created_at", "2026-04-21T15:30:01Z", "2026-04-21T15:30:00Z"
    ),
    "name": Family("NAM", 601, "name", "first_name", "Bobb", "Bob"),
    "text": Family("TXT", 701, "text", "company", "Kestrell Labs", "Kestrel Labs"),
}
"""The families by the names for `--family`; three letters of the user's own are one too."""

_SKELETON = '''"""{sentence}.

Say why it matters, and who refuses the row.

Bad::

{bad}

Findings::

    3:{header} {code} {problem}

Good::

{good}
"""

from __future__ import annotations

import pandas as pd

from preflight.rule import Rule, Scope, Severity


def check({argument}: pd.Series[str]) -> pd.Series[bool]:
    """True where the cell is valid; gets each distinct cell once."""
    return {argument} != "{odd}"


RULE = Rule(
    code="{code}",
    name="{name}",
    scope=Scope.CELL,
    severity=Severity.WARNING,
    kinds=frozenset({{"{kind}"}}),
    # The rule checks only cells that do not look obviously fine, and those that match this RE2
    # pattern: the narrower it is, the less the rule costs.
    suspects=r"^{pattern}$",
    message="{problem}",
    check=check,
)
'''


def family_of(name: str) -> Family:
    """The family of a name, or the user's own family of three letters.

    Raises:
        UsageError: it is neither.
    """
    if name in FAMILIES:
        return FAMILIES[name]
    text = FAMILIES["text"]
    if _OWN.fullmatch(name):
        for known in FAMILIES.values():
            if known.code == name:
                return known
        return Family(name, 1, text.kind, text.header, text.odd, text.fine)
    raise UsageError(
        f"no family `{name}`; there are {', '.join(FAMILIES)}, or three capital letters of your own"
    )


def next_code(family: Family, rules: Mapping[str, Rule]) -> str:
    """The code after the last one that a family uses; a code is never used again.

    Args:
        family: of the code.
        rules: all rules, preflight's and the user's.

    Raises:
        UsageError: the family's numbers are used up.
    """
    used = [int(code[3:]) for code in rules if code.startswith(family.code)]
    number = max([family.first - 1, *used]) + 1
    if number > 999:
        raise UsageError(f"the family {family.code} has no free code left; name another --family")
    return f"{family.code}{number:03d}"


def skeleton(name: str, family: Family, code: str) -> str:
    """The text of a rule file.

    Raises:
        UsageError: the name is not kebab-case.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(
            f"`{name}` is not a rule name; state the problem in kebab-case, such as email-padded"
        )
    problem = name.replace("-", " ")
    header = family.header if family.kind == "email" else f"email,{family.header}"

    def row(who: str, cell: str) -> str:
        return cell if family.kind == "email" else f"{who}@kestrel-labs.com,{cell}"

    def file(second: str) -> str:
        lines = [
            header,
            row("ann", "ann@kestrel-labs.com" if family.kind == "email" else family.fine),
            second,
        ]
        return "\n".join(f"    {line}" for line in lines)

    return _SKELETON.format(
        sentence=f"{problem[:1].upper()}{problem[1:]}",
        bad=file(row("bob", family.odd)),
        good=file(row("bob", family.fine)),
        header=family.header,
        code=code,
        problem=problem,
        argument=family.kind,
        odd=family.odd,
        name=name,
        kind=family.kind,
        pattern=re.escape(family.odd).replace(r"\-", "-").replace(r"\ ", " "),
    )


def write(folder: Path, name: str, family: str, rules: Mapping[str, Rule]) -> tuple[Path, str]:
    """Writes the skeleton of a rule into a folder, or into the family's folder in it if there is
    one.

    Returns:
        The file and the rule's code.

    Raises:
        UsageError: the name or the family is invalid, or a rule has that name.
        OutputExists: the file exists.
    """
    known_family = family_of(family)
    for rule in rules.values():
        if rule.name == name:
            raise UsageError(f"{rule.code} already has the name `{name}`; choose another")
    code = next_code(known_family, rules)
    text = skeleton(name, known_family, code)
    inside = folder / family if (folder / family).is_dir() else folder
    stem = name.removeprefix(f"{family}-").replace("-", "_")
    path = inside / f"{stem}.py"
    if os.path.lexists(path):
        raise OutputExists(f"{path} exists already; choose another name or --folder")
    with files.writing(path):
        inside.mkdir(parents=True, exist_ok=True)
    files.write(path, text, mode=None)
    return path, code
