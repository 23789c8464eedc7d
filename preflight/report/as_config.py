"""A `preflight.toml` to begin with, drafted from a file.

What the user said is in force. What was found out about the file stands beside it as comments: it
is found out anew each time, and what is no more than likely is for a person to decide.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from preflight.config.column_suggestions import candidates, suggested
from preflight.config.profile import Profile
from preflight.config.settings import Settings
from preflight.core.names import bare_name
from preflight.core.types import Column, Layout
from preflight.kinds.sniffing import Looks
from preflight.linting.checked import Checked

_TOP = """\
# What preflight goes by here; the command line and PREFLIGHT_* variables win over it.
# A line that begins with # says nothing yet.
"""
_BLANK = """\

# How files are read, where it must not be found out: a codec, one character or "tab", a line.
# encoding = "cp1252"
# delimiter = ";"
# header_row = 1

# The country of phones without a country code, where no country column says it. Never guessed.
# region = "US"

# The zone of timestamps without an offset.
# timezone = "America/New_York"

# Rules: codes or prefixes; `preflight rules` lists them.
# ignore = ["TXT702"]

# Rejected rows that are still accepted, and what makes the exit code 1.
# max_bad = "2%"
# fail_on = "warning"

[columns]
# Which field a column holds; "-" leaves it out.
# "Badge Mail" = "email"
"""
_BEHIND = """
# What the provider needs to know; secrets come from the environment only.
# [providers.talkvalue]
# source_id = "7"
"""


def document(settings: Settings, profile: Profile, checked: Checked | None = None) -> str:
    """The text of the file.

    Args:
        settings: what the user said; it stands in force.
        profile: whose fields the columns are matched with.
        checked: the file it is drafted from; without one it only says what can be set.
    """
    lines = [_TOP, *_for(settings)]
    if checked is None:
        return "".join([*lines, _BLANK, _BEHIND])
    lines += _reading(settings, checked.layout)
    lines += _phones(settings, checked)
    lines += _moments(settings, checked)
    lines += _columns(settings, profile, checked)
    return "".join([*lines, _BEHIND])


def _text(value: str) -> str:
    """A text as TOML writes it, on one line."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _names(columns: Iterable[Column]) -> str:
    return ", ".join(_text(_name(column)) for column in columns)


def _name(column: Column) -> str:
    return " ".join(bare_name(column.name).split())


def _entry(key: str, value: str | int, note: str = "", *, said: bool) -> str:
    written = _text(value) if isinstance(value, str) else str(value)
    return f"{'' if said else '# '}{key} = {written}{f'  # {note}' if note else ''}\n"


def _for(settings: Settings) -> Iterator[str]:
    yield "\n# Whose demands are checked; `preflight profiles` lists the providers.\n"
    said = settings.profile != Settings().profile
    yield _entry("for", settings.profile if said else "talkvalue", said=said)


def _reading(settings: Settings, layout: Layout) -> Iterator[str]:
    yield "\n# How the file is read. Found out each time; set it where that must not change.\n"
    origin = {
        "strict": "it is valid",
        "bom": "by its byte order mark",
        "detected": f"detected, {layout.confidence:.0%} sure",
    }.get(layout.encoding_from, "")
    given = settings.encoding
    yield _entry("encoding", given or layout.encoding, "" if given else origin, said=bool(given))
    given = settings.delimiter
    yield _entry("delimiter", given or layout.delimiter, said=bool(given))
    if settings.sheet:
        yield _entry("sheet", settings.sheet, said=True)
    line = settings.header_row
    sure = "" if layout.header_certain else "no name in it is known"
    yield _entry("header_row", line or layout.header_line, "" if line else sure, said=bool(line))


def _phones(settings: Settings, checked: Checked) -> Iterator[str]:
    plan, looks = checked.analysis.plan, checked.analysis.view.looks
    yield "\n# The country of phones without a country code. Never guessed.\n"
    for column in _of_kind(plan.columns, "phone"):
        seen = looks[column.position]
        yield (
            f"# {_text(_name(column))}: {seen.international} of {seen.cells} cells looked at have"
            " a country code\n"
        )
    if plan.country is not None:
        yield f"# {_names([plan.country])} says it row by row; this is for its blank cells.\n"
    yield _entry("region", settings.region or "US", said=bool(settings.region))


def _moments(settings: Settings, checked: Checked) -> Iterator[str]:
    moments = list(_of_kind(checked.analysis.plan.columns, "timestamp"))
    about = f" ({_names(moments)})" if moments else ""
    yield f"\n# The zone of timestamps without an offset{about}.\n"
    yield _entry("timezone", settings.timezone or "America/New_York", said=bool(settings.timezone))


def _of_kind(columns: Iterable[Column], kind: str) -> Iterator[Column]:
    return (one for one in columns if one.kind == kind and not one.pieces)


def _columns(settings: Settings, profile: Profile, checked: Checked) -> Iterator[str]:
    analysis = checked.analysis
    yield '\n[columns]\n# Which field a column holds; "-" leaves it out.\n'
    if analysis.view.header_is_data:
        # The names are values of a contact then.
        yield "# The first row looks like data: put a line of names above it, and draft again.\n"
        return
    by_name = {_name(one): one for one in analysis.plan.columns if not one.pieces}
    for name, field in settings.columns.items():
        yield _entry(_text(name), field, said=True)
    known = [one for one in by_name.values() if one.field is not None and one.matched != "option"]
    if known:
        yield "# Known by their names:\n"
        yield from (_entry(_text(_name(one)), str(one.field), said=False) for one in known)
    yield from _asked(known, analysis.view.looks)
    yield from _suggested(profile, analysis.plan.columns, analysis.view.looks)


def _asked(known: list[Column], looks: tuple[Looks, ...]) -> Iterator[str]:
    """Columns that a person must decide about: two for one field, or another content."""
    first: dict[str, Column] = {}
    lines = []
    for column in known:
        field, seen = str(column.field), looks[column.position]
        if field in first:
            note = f"it claims {field}, as {_names([first[field]])} does"
            lines.append(_entry(_text(_name(column)), "-", note, said=False))
        elif seen.instead_of(column.kind, field) is not None:
            note = f"its cells do not look like {field}"
            lines.append(_entry(_text(_name(column)), "-", note, said=False))
        first.setdefault(field, column)
    if lines:
        yield "# To be decided; take the # away from what is so:\n"
        yield from lines


def _suggested(
    profile: Profile, columns: tuple[Column, ...], looks: tuple[Looks, ...]
) -> Iterator[str]:
    """Columns whose name is not known, and what they may hold."""
    found = {}
    unknown = [one for one in columns if one.field is None and one.kind != "helper"]
    for column in unknown:
        one = suggested(column, columns, looks, profile)
        if one is not None:
            found[column.position] = one
    held = {column.field for column in columns}
    for name in profile.required:
        if name not in held:
            for one in candidates(unknown, looks, profile.fields[name]):
                found.setdefault(one.column.position, one)
    if found:
        yield "# Not known, and perhaps; take the # away from what is so:\n"
    for position in sorted(found):
        one = found[position]
        yield _entry(_text(one.name), one.field, one.evidence or "by its name", said=False)
    rest = [one for one in unknown if one.position not in found and bare_name(one.name)]
    if rest:
        yield f"# Of no field: {_names(rest)}\n"
